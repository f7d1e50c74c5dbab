"""What the patient has, lacks or depends on, and what brings them: the Z codes, read by patterns (data/circumstances)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.assertion import Assertion, Passage
from detect_icd.candidates import Candidate, Status
from detect_icd.coding import icd10cm
from detect_icd.matchers.bygone import is_bygone
from detect_icd.matchers.circumstance_rules import CircumstanceRule, circumstance_rules
from detect_icd.matchers.completion import complete
from detect_icd.matchers.results import is_told_of
from detect_icd.matchers.substances import LISTED
from detect_icd.ready import compile_pattern, spaced
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

COVERED = "covered-"
"""Before a rule's name where it says how a diagnosis within its match is meant."""

_SCORE = 0.95
PAST_SECTIONS = frozenset({"past_surgical_history", "past_medical_history", "gynecologic_history"})
_NOT_AN_ENCOUNTER = frozenset(
    {"past_surgical_history", "past_medical_history", "gynecologic_history", "family_history"}
)
IN_THE_MAKING = frozenset({"procedure_performed", "procedure_description", "planned_procedure"})
"""Sections of what is being made, and so is no status yet."""

_TO_COME = frozenset({"plan", "planned_procedure", "instructions"})
_TO_COME_CODES = ("Z08", "Z09", "Z11", "Z12", "Z13", "Z30", "Z45", "Z46", "Z47", "Z48", "Z510", "Z511", "Z01", "Z40")
YEAR = re.compile(
    r",?\s*\(?(?:in\s+)?(?:(?:19|20)\d\d\b|(?:\d+|two|three|four|five|ten) (?:years|yrs) ago|(?:that|the same) (?:year|admission|month|summer|winter|fall|spring)\b)",
    re.IGNORECASE,
)
_BYGONE = re.compile(
    r"\s+(?:(?:was )?(?:done |performed )?(?:last|(?:back )?in (?:the )?past|(?:in )?(?:19|20)\d\d|\d+ (?:years|yrs|months|mos|weeks|wks) ago)|was (?:fine|normal|negative|unremarkable)|(?:is |are |was )?(?:up[- ]to[- ]date|utd|current)|(?:is |are )?(?:over)?due|next|declined|refused|deferred|not (?:done|needed|indicated))\b",
    re.IGNORECASE,
)
"""After an encounter's words: it was at another time, or is not."""

_ELSEWHERE = re.compile(
    r"\b(?:on|at|during|by|from|after|before|since|prior to) (?:an?|his|her|the|my|last|recent|prior|previous|another)(?: \w+)? $",
    re.IGNORECASE,
)
"""Before an encounter's words: something was found at it."""

_OF_THE_CONDITION = frozenset({"historical-after", "historical-when", "historical-when-comma", "historical-treated"})
"""Cues of the past that, beside an encounter, speak of what was treated."""

_SIDE = re.compile(
    r"(?<!\w)(?:(?P<right>right|rt|od)|(?P<left>left|lt|os)|(?P<bilateral>bilat(?:eral(?:ly)?)?|b/l|both|ou))(?!\w)|"
    r"(?<!\w)(?-i:(?P<R>R)|(?P<L>L))(?=[- ])",
    re.IGNORECASE,
)
NEAR = 25
"""Characters from a match within which its side may stand, in the same clause."""

_SUBCATEGORY = 6
"""Characters of a code, dot included, that say what it is about; the rest tells one from its like."""

_SPEAKS = {"R": "right", "L": "left"}


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A match, and the codes it states.

    Attributes:
        rule: The rule that found it.
        start: Where it starts.
        end: One past its end.
        codes: The codes, complete as far as the words go.
        assertion: How the note speaks of it.
    """

    rule: CircumstanceRule
    start: int
    end: int
    codes: tuple[CodeEntry, ...]
    assertion: Assertion

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares words with a stretch of the text."""
        return self.start < end and start < self.end

    @property
    def inner(self) -> Assertion | None:
        """How the diagnoses it covers are meant, if it says so: an exposure, a screening, a carrier is not the disease."""
        if not self.rule.inner:
            return None
        span = Span(self.start, self.end, "status", source=f"circumstance/{self.rule.name}")
        return Assertion(Status(self.rule.inner), span, f"{COVERED}{self.rule.name}")

    def candidates(self, section: str) -> Iterator[Candidate]:
        """Its candidates."""
        rules = [f"circumstance/{self.rule.name}", f"guideline/{self.rule.section}"]
        if self.assertion.rule:
            rules.append(f"status/{self.assertion.rule}")
        spans = [Span(self.start, self.end, "mention", _SCORE, rules[0])]
        if self.assertion.cue is not None:
            spans.append(self.assertion.cue)
        for entry in self.codes:
            yield Candidate(entry.coding, tuple(spans), self.assertion.status, section, _SCORE, tuple(rules))


class _Compiled:
    """A rule ready to scan with."""

    def __init__(self, rule: CircumstanceRule) -> None:
        self.rule = rule
        self.pattern = _compile(rule.pattern)
        self.unless = _stem(rule.unless) if rule.unless else None
        self.safe = _stem(rule.safe) if rule.safe else None
        self.standing = _stem(rule.standing) if rule.standing else None
        self.also = [(_stem(pattern), code) for pattern, code in rule.also]

    def spans(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """Where it matches in a sentence that says nothing against it."""
        found = list(self.pattern.finditer(text, start, end))
        if found and self.unless is not None:
            sentence = text[start:end]
            if self.safe is not None:
                sentence = self.safe.sub(" ", sentence)
            if self.unless.search(sentence):
                return
        yield from found


class CircumstanceMatcher:
    """Finds circumstances in a sentence by the words its rules are anchored at.

    Attributes:
        anchors: Those words.
    """

    def __init__(self) -> None:
        self._by_anchor: dict[str, list[_Compiled]] = {}
        for rule in circumstance_rules():
            compiled = _Compiled(rule)
            for anchor in rule.anchors:
                self._by_anchor.setdefault(anchor, []).append(compiled)
        self.anchors = frozenset(self._by_anchor)

    def find(self, passage: Passage, words: AbstractSet[str], book: CodeBook) -> list[Circumstance]:
        """The circumstances a sentence of these words states, in the order of their rules; of two of a kind the first."""
        found: list[Circumstance] = []
        seen: set[str] = set()
        for anchor in self.anchors & words:
            for compiled in self._by_anchor[anchor]:
                if compiled.rule.name not in seen:
                    seen.add(compiled.rule.name)
                    found.extend(_circumstances(compiled, passage, book))
        order = _order()
        found.sort(key=lambda item: (order[item.rule.name], item.start))
        return [item for place, item in enumerate(found) if not any(_repeats(item, one) for one in found[:place])]


def _repeats(item: Circumstance, earlier: Circumstance) -> bool:
    return (
        item.overlaps(earlier.start, earlier.end)
        and item.codes[0].code[:_SUBCATEGORY] == earlier.codes[0].code[:_SUBCATEGORY]
    )


def _circumstances(compiled: _Compiled, sentence: Passage, book: CodeBook) -> Iterator[Circumstance]:
    rule, section, bounds = compiled.rule, sentence.section, sentence.bounds
    if rule.kind == "encounter" and (section in _NOT_AN_ENCOUNTER or _is_to_come(rule, section)):
        return
    if rule.kind != "encounter" and section in IN_THE_MAKING:
        return
    for match in compiled.spans(sentence.text, *bounds):
        start, end = _trimmed(match)
        if is_told_of(icd10cm.compact(rule.code), sentence.text, end):
            continue
        said = sentence.assess(start, end, rule.code)
        assertion = _asserted(compiled, said, match, sentence)
        codes = tuple(_codes(compiled, match, bounds, book)) if assertion is not None else ()
        if assertion is not None and codes:
            yield Circumstance(rule, start, end, codes, assertion)


def _is_to_come(rule: CircumstanceRule, section: str) -> bool:
    return section in _TO_COME and icd10cm.compact(rule.code).startswith(_TO_COME_CODES)


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    words = match.group()
    return match.start() + len(words) - len(words.lstrip()), match.start() + len(words.rstrip())


def _asserted(compiled: _Compiled, said: Assertion, match: re.Match[str], sentence: Passage) -> Assertion | None:
    """How the note speaks of a match, or nothing where it is not stated as its kind must be."""
    kind, status = compiled.rule.kind, said.status
    if kind == "operation":
        dated = YEAR.match(match.string, match.end()) is not None
        stands = compiled.standing is not None and compiled.standing.search(match.group()) is not None
        stands = (
            stands
            or sentence.section in PAST_SECTIONS
            or is_bygone(match, sentence.bounds, by_note=not compiled.rule.code.startswith("Z92"))
        )
        if status is Status.HISTORICAL or (status is Status.PRESENT and (dated or stands)):
            return Assertion(Status.PRESENT, said.cue, said.rule)
        return None if status is Status.PRESENT else said
    if status is Status.NEGATED and compiled.rule.code.startswith(_SCREENED) and _FOUND_NOTHING.match(said.rule):
        # "Screening mammogram: negative" tells what it found.
        return Assertion(Status.PRESENT, None, "")
    if kind == "status":
        # A level is measured, whatever it makes one think of.
        is_so = status is Status.HISTORICAL or (status is Status.UNCERTAIN and compiled.rule.code.startswith("R"))
        return Assertion(Status.PRESENT, said.cue, said.rule) if is_so else said
    if status is Status.UNCERTAIN and compiled.rule.code.startswith("Z20"):
        return Assertion(Status.PRESENT, said.cue, said.rule)
    return _brought(said, match)


_SCREENED = ("Z00", "Z01", "Z02", "Z12")
_FOUND_NOTHING = re.compile(r"negation-(?:after|test)")
"""Cues behind an examination that say what it found, not that there was none."""


def _brought(said: Assertion, match: re.Match[str]) -> Assertion | None:
    """How the note speaks of an encounter; nothing where it was another day's, or is not certain."""
    status = said.status
    if status is Status.FAMILY and said.cue is not None and "," in match.string[said.cue.end : match.start()]:
        # "Mother had colon cancer, screening colonoscopy": what brings the patient is not the mother's.
        return Assertion(Status.PRESENT, None, "")
    if _BYGONE.match(match.string, match.end()) or _ELSEWHERE.search(
        match.string, max(0, match.start() - NEAR), match.start()
    ):
        return None
    if status is Status.HISTORICAL and said.rule in _OF_THE_CONDITION:
        return Assertion(Status.PRESENT, said.cue, said.rule)
    return None if status in {Status.HISTORICAL, Status.UNCERTAIN} else said


def _codes(compiled: _Compiled, match: re.Match[str], bounds: tuple[int, int], book: CodeBook) -> Iterator[CodeEntry]:
    rule = compiled.rule
    groups = match.groupdict()
    code = rule.code
    if groups.get("number"):
        code = _body_mass(float(groups["number"]), book)
    elif rule.codes:
        site = next((value for name, value in groups.items() if name.startswith("site") and value), "")
        code = rule.codes.get(" ".join(site.lower().split()), "")
    if not code:
        return
    sides = _sides(match, bounds)
    headings = [code, *(heading for pattern, heading in compiled.also if pattern.search(match.group()))]
    for heading in headings:
        yield from _sided(book, heading, sides)


def _body_mass(number: float, book: CodeBook) -> str:
    """The code of a body mass index of an adult, in kg/m2."""
    for limit, code in ((18.5, "Z68.18"), (20, "Z68.19")):
        if number < limit:
            return code if code in book else "Z68.1"
    for limit, code in ((45, "Z68.41"), (50, "Z68.42"), (60, "Z68.43"), (70, "Z68.44")):
        if 40 <= number < limit:  # noqa: PLR2004 - from here on the classes are wider
            return code
    return f"Z68.{int(number)}" if number < 40 else "Z68.45"  # noqa: PLR2004 - as above


def _sides(match: re.Match[str], bounds: tuple[int, int]) -> str:
    """The side a match names, or that stands next to it in its clause."""
    text = match.string
    if (inside := _SIDE.search(match.group())) is not None:
        return _side(inside)
    before = re.split(r"[.,;\n]|(?<!\bO[DSU]):", text[max(bounds[0], match.start() - NEAR) : match.start()])[-1]
    after = re.split(r"[.,;:\n]", text[match.end() : min(bounds[1], match.end() + NEAR)])[0]
    near = [*_SIDE.finditer(before)][-1:] or [*_SIDE.finditer(after)][:1]
    return _side(near[0]) if near else ""


def _side(match: re.Match[str]) -> str:
    name = match.lastgroup or ""
    return _SPEAKS.get(name, name)


def _sided(book: CodeBook, code: str, side: str) -> Iterator[CodeEntry]:
    """The code of the side; both where the code book has none for both."""
    entry = book.get(code)
    if entry is None:
        return
    if not entry.billable:
        children = [child for child in map(book.get, entry.children) if child is not None]
        wanted = [child for child in children if side and side in child.title]
        if side == "bilateral" and not wanted:
            wanted = [child for child in children if "right" in child.title or "left" in child.title]
        if wanted:
            yield from (child for child in wanted if child.billable)
            return
        entry = complete(book, code, frozenset())
    if entry is not None and entry.billable:
        yield entry


def meant(circumstances: Iterable[Circumstance], start: int, end: int) -> Assertion | None:
    """How a diagnosis is meant that shares words with a circumstance, if that says so."""
    covering = next((item for item in circumstances if item.overlaps(start, end)), None)
    return covering.inner if covering is not None else None


_TELLS = {
    "Z79.4": ("E10", "O2441", "O2442", "O2443"), "Z79.84": ("O2441", "O2442", "O2443"), "Z79.891": ("F111", "F112", "F119"),
}  # fmt: skip
"""Treatment to the diagnoses that tell of it themselves (I.C.4.a, I.C.15.i; methadone for dependence is F11.2-)."""

_DIABETES = ("E08", "E09", "E10", "E11", "E13", "O24")
_GRAFT_OR_IMMUNE = (
    "Z94",
    "T86",
    "D8",
    "D6",
    "G0",
    "G3",
    "G61",
    "G70",
    "H20",
    "H30",
    "K50",
    "K51",
    "K75",
    "L",
    "M",
    "N0",
)
_FOR = {
    "Z79.4": _DIABETES, "Z79.84": _DIABETES, "Z79.85": _DIABETES,
    "Z79.52": _GRAFT_OR_IMMUNE, "Z79.621": _GRAFT_OR_IMMUNE, "Z79.623": _GRAFT_OR_IMMUNE, "Z79.624": _GRAFT_OR_IMMUNE,
}  # fmt: skip
"""What a drug that is only listed must be for, lest its name is short for something else."""


def supported(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates less circumstances that need a diagnosis the note does not have (I.B.14), or that one tells of itself."""
    codes = dict.fromkeys(c.coding.code for c in candidates if c.status is Status.PRESENT)
    present = [icd10cm.compact(code) for code in codes]
    has = functools.cache(functools.partial(_has, present))
    return [candidate for candidate in candidates if has(_needs(candidate)) and not _told(has, candidate.coding.code)]


def _needs(candidate: Candidate) -> tuple[str, ...]:
    """The diagnoses of which a circumstance needs one."""
    if candidate.rules[0] == LISTED:
        return _FOR.get(candidate.coding.code, ())
    return _needing().get(candidate.rules[0], ())


def _told(has: Callable[[tuple[str, ...]], bool], code: str) -> bool:
    tellers = _TELLS.get(code)
    return tellers is not None and has(tellers)


def _has(present: Iterable[str], needs: tuple[str, ...]) -> bool:
    return not needs or any(code.startswith(needs) for code in present)


@functools.cache
def _needing() -> dict[str, tuple[str, ...]]:
    return {f"circumstance/{rule.name}": rule.needs for rule in circumstance_rules() if rule.needs}


@functools.cache
def _order() -> dict[str, int]:
    return {rule.name: place for place, rule in enumerate(circumstance_rules())}


def _compile(pattern: str) -> re.Pattern[str]:
    """A pattern at word borders, in which a space stands for any white space."""
    return compile_pattern(rf"(?<!\w)(?:{spaced(pattern)})(?!\w)", re.IGNORECASE)


def _stem(pattern: str) -> re.Pattern[str]:
    """The same for the beginnings of words."""
    return compile_pattern(rf"(?<!\w)(?:{spaced(pattern)})", re.IGNORECASE)
