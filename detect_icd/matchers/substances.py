"""Drugs and other substances: what the patient takes for long (Z79), and what they are allergic to (Z88, Z91)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detect_icd.assertion import Assertion, Passage
from detect_icd.candidates import Candidate, Status
from detect_icd.matchers.allergens import is_allergen
from detect_icd.matchers.completion import complete
from detect_icd.matchers.drug_cues import cue
from detect_icd.matchers.substance_names import Named, by_first, meant, named_in
from detect_icd.note_memory import of_note
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

TAKEN = "long-term/substance"
LISTED = "long-term/listed"
OTHER_DRUG = "Z79.899"
_ONLY_LONG = frozenset({"long", "lasting", "pain"})
_STEROID = "Z79.52"
_SCORE = 0.9
_DASH = re.compile(r"[a-z)\d] [-\u2013] ")
_THINNERS = frozenset({"Z79.01", "Z79.02"})
_LOADING = re.compile(
    r"\b(?:162|180|300|324|325|600|heparin|gtt|load\w*|given|gave|stemi|nstemi|cath)\b", re.IGNORECASE
)
_LISTS = frozenset({"medications"})
_NOT_SAID_HERE = frozenset({"family_history", "instructions", "past_surgical_history", "immunizations"})

_CLAUSE = re.compile(r"[;\n]|\.\s|,\s(?=(?:and\s)?(?:stopped|discontinued|held|switched|off|was|then)\b)")
_BETWEEN = re.compile(r"[,;:+/\n]|\.(?=\s|$)|\s[-\u2013]{1,2}\s|->")
"""What parts the drugs of a list."""

_REACH = 60
"""Characters on either side of a name within which "long-term" speaks of it."""

_OBJECT = 20
"""Characters behind "start" within which another drug is what is started."""

_CONTINUES = re.compile(
    r"\b(?:continu\w+|remains? on|maintained on|stays? on|still (?:on|takes)|(?:now|currently) (?:on|takes|taking))\b",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\b(?:on|takes|taking|continues?(?: on)?|remains on|stays on|maintained on)\b(?:[\s,&+]|\band\b|\bplus\b|\bmg\b|\d+)*$",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"(?: [\d.]+ ?m?c?g)?(?: (?:po|sc|subq|daily|weekly|bid|tid|qhs|qd))* for (?!\d|an? |the next|(?:two|three|four|five|six|seven|ten|several|possible|suspected|presumed|emergency|now|today|long)\b)[a-z]",
    re.IGNORECASE,
)
"""Behind the name of a drug: a disease it is for, and no time."""
_PAIN = re.compile(r"\bpain\b|\b(?:arthr|neuropath|radiculopath|lumbago|stenosis)\w*", re.IGNORECASE)
_HARM = re.compile(r"due to|reaction|caused|induced|toxicity|side effects?", re.IGNORECASE)
_ALLERGY = re.compile(
    r"\ballerg(?:ic|ies|y)(?!\s+(?:rhinitis|reaction|conjunctivitis|dermatitis|asthma|bronchopulmonary|testing|shots?|clinic|immuno\w+))\b|"
    r"\banaphyla(?:xis|ctic) to\b",
    re.IGNORECASE,
)


def is_taken(passage: Passage, start: int, end: int) -> bool:
    """Whether words that are the name of a drug and no more are said of one that is taken for long; others are."""
    named = named_in(passage)
    return all(_taken(passage, one, named) for one in named if (one.start, one.end) == (start, end))


_REMEMBERED = 100_000
"""Words to remember as no slips."""


class SubstanceMatcher:
    """Reads what is taken for long and what is not tolerated off the names of substances.

    Attributes:
        names: Their first words.
    """

    def __init__(self) -> None:
        self.names = frozenset(by_first())
        self._no_slips: set[str] = set()

    def are_named(self, words: AbstractSet[str]) -> bool:
        """Whether one of the words begins the name of a substance, or is a slip of one."""
        unread = words - self._no_slips
        if not words.isdisjoint(self.names) or any(map(meant, unread)):
            return True
        if len(self._no_slips) < _REMEMBERED:
            self._no_slips |= unread
        return False

    def candidates(self, sentence: Passage, words: AbstractSet[str], book: CodeBook) -> Iterator[Candidate]:
        """The codes that follow from the substances of a sentence of these words."""
        if not self.are_named(words):
            return
        allergic = sentence.section == "allergies"
        allergies = [] if allergic else list(_ALLERGY.finditer(sentence.text, *sentence.bounds))
        named = named_in(sentence)
        for one in named:
            if one.substance.allergy and (
                allergic or any(is_allergen(sentence, (one.start, one.end), word) for word in allergies)
            ):
                yield from _candidate(sentence, one, one.substance.allergy, "allergy/substance", book)
            elif one.substance.long_term and not allergic and (rule := _taken(sentence, one, named)):
                for code in one.substance.long_term.split():
                    yield from _candidate(sentence, one, code, rule, book)


def _candidate(sentence: Passage, one: Named, code: str, rule: str, book: CodeBook) -> Iterator[Candidate]:
    said = _beyond_a_dash(sentence, one, sentence.assess(one.start, one.end, code))
    entry = complete(book, code, frozenset())
    if entry is None or not entry.billable or not _stands(said):
        return
    evidence = [Span(one.start, one.end, "mention", _SCORE, rule)]
    status = Status.PRESENT if said.status is Status.HISTORICAL else said.status
    if said.cue is not None:
        evidence.append(said.cue)
    rules = (rule, "guideline/I.C.21.c.3 status", *((f"status/{said.rule}",) if said.rule else ()))
    yield Candidate(entry.coding, tuple(evidence), status, sentence.section, _SCORE, rules)


def _beyond_a_dash(sentence: Passage, one: Named, said: Assertion) -> Assertion:
    """How a drug is spoken of; a dash ends what is denied before it: "no angina - aspirin"."""
    if said.status is Status.NEGATED and said.cue is not None and _DASH.search(sentence.text, said.cue.end, one.start):
        return Assertion(Status.PRESENT, None, "")
    return said


def _stands(said: Assertion) -> bool:
    return said.status in {Status.PRESENT, Status.HISTORICAL, Status.NEGATED}


def _taken(sentence: Passage, one: Named, named: Sequence[Named]) -> str:
    """The rule by which the note says of a drug what its long-term use asks for (Z79: not for a brief course), if any."""
    if sentence.section in _NOT_SAID_HERE or cue("topical-after").match(sentence.text, one.end):
        return ""
    about = _About.of(sentence, one, named)
    if about.is_long():
        is_brief = about.says("brief", item=True) and not about.says("long", item=True)
        over = is_brief or cue("over-before").search(about.text, about.low, about.one.start) is not None
        return "" if over or about.says("stopped") or about.is_other_and_culprit() else TAKEN
    need = one.substance.need
    if need in _ONLY_LONG:
        return LISTED if about.is_steroid_of_graft() else ""
    if about.says("brief", item=True) or about.is_against():
        return ""
    if (
        about.says("daily")
        or about.correct
        or (need == "daily" and about.is_object())
        or (need == "taken" and (sentence.section in _LISTS or about.says("takes") or about.is_for_a_disease()))
    ):
        return TAKEN
    listed = about.is_of_blood_thinners() if need == "daily" else need == "taken" and about.is_listed()
    return LISTED if listed else ""


@dataclass(frozen=True, slots=True)
class _About:
    """The words around a name that speak of it.

    Attributes:
        note: The note, or what stands around the clause.
        text: The same; what only looks as if it spoke against the drug is blanked out.
        pains: Whether the note speaks of pain, where that matters.
        correct: Whether it is said to be taken as it should be.
        one: The name.
        low: Where its clause starts.
        high: One past its clause.
        named: The names of the sentence.
    """

    note: str
    text: str
    pains: bool
    correct: bool
    one: Named
    low: int
    high: int
    named: Sequence[Named]

    @classmethod
    def of(cls, sentence: Passage, one: Named, named: Sequence[Named]) -> _About:
        """The words around a name of a sentence."""
        low, high = _clause(sentence, one)
        note = sentence.text
        correct = one.substance.need == "taken" and cue("correct").search(note, low, high) is not None
        own = clause = note[low:high]
        for name in ("safe", "correct") if correct else ("safe",):
            clause = cue(name).sub(lambda match: " " * len(match.group()), clause)
        pains = one.substance.need != "pain" or _pains(note)
        if clause == own:
            return cls(note, note, pains, correct, one, low, high, named)
        # Blanked out in what stands around alone: a copy of a long note for each of its drugs would be slow.
        start, end = sentence.bounds
        before = max(0, min(start, low) - _AROUND)
        low, high, near = low - before, high - before, note[before : max(end, high) + _AROUND]
        text = near[:low] + clause + near[high:]
        moved, *others = (
            replace(each, start=each.start - before, end=each.end - before)
            for each in (one, *(other for other in named if other is not one))
        )
        return cls(near, text, pains, correct, moved, low, high, (moved, *others))

    def says(self, name: str, *, item: bool = False) -> bool:
        """Whether a cue stands in the clause, or in what one item of a list says."""
        low, high = self._item(self.one) if item else (self.low, self.high)
        return cue(name).search(self.text, low, high) is not None

    def is_long(self) -> bool:
        """Whether long-term use is said, or how long it has lasted."""
        one, need = self.one, self.one.substance.need
        near = max(self.low, one.start - _REACH), min(self.high, one.end + _REACH)
        if not self.pains:
            return False
        if cue("long").search(self.note, *near) or self._lasted("years"):
            return True
        return cue("prophylaxis").search(self.note, *near) is not None if need == "lasting" else self._lasted("months")

    def _lasted(self, name: str) -> bool:
        match = cue(name).search(self.note, self.one.end, min(self.high, self.one.end + _REACH))
        return match is not None and "," not in self.note[self.one.end : match.start()].rstrip(", (")

    def is_against(self) -> bool:
        """Whether something speaks against it that is not said of another drug, and is not outdone by "continue"."""
        text, one = self.text, self.one
        if cue("before").search(text, self.low, one.start):
            return True
        for match in cue("against").finditer(text, self.low, self.high):
            if _HARM.fullmatch(match[0]) and (self.correct or self._is_of_another(match)):
                continue
            if match.end() <= one.start:
                if not _CONTINUES.search(text, match.end(), one.start):
                    return True
            elif not self._has_object(match.end()):
                return True
        return False

    def _is_of_another(self, match: re.Match[str]) -> bool:
        """Whether harm is said of another drug: "steroid induced diabetes, on metformin"."""
        others = (other for other in self.named if other is not self.one)
        return any(0 <= match.start() - o.end <= 1 or 0 <= o.start - match.end() <= _OBJECT for o in others)

    def _has_object(self, end: int) -> bool:
        """Whether words behind the name have a drug of their own: "continue warfarin, start doxycycline"."""
        return any(0 < other.start - end <= _OBJECT and "," not in self.text[end : other.start] for other in self.named)

    def is_other_and_culprit(self) -> bool:
        """Whether it is a drug of no code of its own that is only named as the cause of harm."""
        if self.one.substance.long_term != OTHER_DRUG:
            return False
        before = cue("culprit-before").search(self.text, self.low, self.one.start)
        return before is not None or cue("culprit-after").match(self.text, self.one.end) is not None

    def is_listed(self, other: Named | None = None) -> bool:
        """Whether an item of a list says nothing but the names of drugs, doses, and that they are taken as before."""
        low, high = self._item(other or self.one)
        words = list(self.text[low:high])
        for name in self.named:
            if low <= name.start < high:
                words[name.start - low : name.end - low] = " " * (name.end - name.start)
        return all(cue("listed").fullmatch(word) for word in re.findall(r"[^\W\d_]+", "".join(words)))

    def is_object(self) -> bool:
        """Whether the patient is said to take it, with nothing between but doses and other drugs: "on aspirin"."""
        before = list(self.text[self.low : self.one.start])
        for name in self.named:
            if self.low <= name.start < self.one.start:
                before[name.start - self.low : name.end - self.low] = " " * (name.end - name.start)
        return _ON.search("".join(before)) is not None

    def is_for_a_disease(self) -> bool:
        """Whether the patient has it for something, right behind the name: "methotrexate for rheumatoid arthritis"."""
        return _FOR.match(self.text, self.one.end, self.high) is not None

    def is_steroid_of_graft(self) -> bool:
        """Whether it is a steroid in a list with what keeps a graft: there it is taken for long too."""
        if self.one.substance.long_term != _STEROID or self.is_against():
            return False
        others = (
            o for o in self.named if o.substance.long_term.startswith("Z79.62") and self.low <= o.start < self.high
        )
        return self.is_listed() and any(map(self.is_listed, others))

    def is_of_blood_thinners(self) -> bool:
        """Whether it is listed with another drug that thins the blood, neither in a dose of the first hour: "CAD - ASA, Plavix"."""
        if not self.is_listed() or _LOADING.search(self.text, self.low, self.high):
            return False
        return any(
            other is not self.one
            and other.substance.long_term in _THINNERS
            and other.substance.need == "taken"
            and self.low <= other.start < self.high
            and self.is_listed(other)
            for other in self.named
        )

    def _item(self, one: Named) -> tuple[int, int]:
        low = max((m.end() for m in _BETWEEN.finditer(self.text, self.low, one.start)), default=self.low)
        end = _BETWEEN.search(self.text, one.end, self.high)
        return low, end.start() if end else self.high


_AROUND = 200
"""Characters on either side of a sentence that its words are read with."""


@of_note(2)
def _pains(note: str) -> bool:
    """Whether a note speaks of pain."""
    return _PAIN.search(note) is not None


def _clause(sentence: Passage, one: Named) -> tuple[int, int]:
    """Where the clause around a name starts and ends, as far as one statement goes."""
    low, high = sentence.bounds
    text = sentence.text
    for match in _CLAUSE.finditer(text, low, one.start):
        low = match.end()
    end = _CLAUSE.search(text, one.end, high)
    return low, end.start() if end and not end.group().startswith(",") else high
