"""Diagnoses in words: sets of atoms within a window of a sentence, in any order, the most specific kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from detect_icd.matchers.attributive import is_attributive
from detect_icd.matchers.index import Phrase, PhraseIndex, phrase_index
from detect_icd.matchers.names import is_of_a_name
from detect_icd.matchers.origins import is_along, is_origin
from detect_icd.matchers.phrases import PhraseSource
from detect_icd.matchers.reading import WordReader
from detect_icd.matchers.selection import GRADES, IMPORTED, PAIR, most_specific, only_graded
from detect_icd.matchers.straying import BREAK, NOUNS, names_another, strays
from detect_icd.terms import Token, word_set
from redactphi.months import MONTHS

_SLACK = 3
"""Words that may stand between the words of a phrase, beyond one a word of the phrase."""

_POSSESSIVE = re.compile(r"['\u2019]s(?=\s*(?:[.,;:)]|$|\n|and\b|or\b|with\b|flare\b|-))")
"""Ends a name that stands for its disease ("Ogilvie's."); before a noun it may be anybody's."""

_COMMA = 1
"""How many words a comma counts for between the words of a phrase."""

_PAIR_SLACK = 1
"""The same for a phrase of two words: what stands further apart is seldom one condition."""

_UNCOUNTED = GRADES.union(MONTHS)
"""Words between that do not count: a date counts no more than what takes its place, though an eponym is of May."""

_MOST_BREAKS = 2
_BARRIER = re.compile(
    r"\b(?:no|not|nor|neither|never|none|free of|clear of|without|w/o|w/out|denies|denied|but|as against|negative|neg|versus|vs|rule out|r/o|possible|probable|suspected|history|hx|h/o|fhx?|status post|s/p|suspicious|suggest\w*|compatible|consistent|concerning|concern for|worrisome|likely|unlikely|cannot|could|may be|might|rather than|instead of|mother|father|brother|sister)\b|;|(?<!\d):|:(?!\d)|(?<!\b[A-Z])(?<!\b[Ss]t)\.\s|\n\s*\n",
    re.IGNORECASE,
)
_STOP = re.compile(r"\n\s*\n|;|(?<!\d):|:(?!\d)|(?<!\b[A-Z])(?<!\b[Ss]t)\.\s")
"""Parts even words that stand next to one another."""


class Mention(NamedTuple):
    """A code the words of a sentence state.

    Attributes:
        code: What the phrase leads to; it may need completing.
        start: Where its first word starts.
        end: One past its last word.
        members: Which tokens of the sentence state it.
        source: Where the phrase comes from.
        said: Which atoms of which tokens.
        size: How many atoms it has.
        looseness: How far its words stand apart: 0 where they are next to one another.
        is_attributive: Whether it only names something else: a clinic, a vaccine, a test, a brochure.
    """

    code: str
    start: int
    end: int
    members: frozenset[int]
    said: frozenset[tuple[int, str]]
    source: PhraseSource
    size: int
    looseness: float
    is_attributive: bool = False

    @property
    def atoms(self) -> frozenset[str]:
        """What it says."""
        return frozenset(atom for _, atom in self.said)

    @property
    def score(self) -> float:
        """Confidence from 0 to 1: surer for more words that stand closer."""
        return round(max(0.1, self.source.score - 0.03 * self.looseness - (0.1 if self.size == 1 else 0.0)), 3)


class DictionaryMatcher:
    """Looks a sentence's words up in the phrase index, rarest first."""

    def __init__(self, index: PhraseIndex | None = None) -> None:
        self.index = index or phrase_index()
        self.reader = WordReader(self.index)

    def mentions(self, text: str, tokens: Sequence[Token]) -> list[Mention]:
        """The mentions of one sentence, in order of the text; none is contained in another.

        Args:
            text: The whole note.
            tokens: The tokens of the sentence, as ``read`` gives them.
        """
        where: dict[str, list[int]] = {}
        for number, token in enumerate(tokens):
            for atom in token.atoms:
                where.setdefault(atom, []).append(number)
        found = [
            mention
            for phrase, atoms in self._stated(where)
            for mention in self._place(text, tokens, where, phrase, atoms)
        ]
        kept = (
            mention._replace(is_attributive=True)
            if not _ends_apart(text, tokens, mention.members) and is_attributive(text, tokens, max(mention.members))
            else mention
            for mention in _without_labels(text, most_specific(found))
        )
        return sorted(kept, key=lambda mention: (mention.start, mention.end, mention.code))

    def read(self, text: str, start: int, end: int) -> Sequence[Token]:
        """The tokens of a sentence, with unknown words read as the known ones they stand for."""
        return self.reader.read(text, start, end)

    def _stated(self, where: dict[str, list[int]]) -> Iterator[tuple[Phrase, tuple[str, ...]]]:
        stated = where.keys()
        known = self.index.frequency
        for atom in where:
            shelf = self.index.shelf(atom) if atom in known else None
            if shelf is None:
                continue
            if shelf.alone is not None:
                yield shelf.alone, (atom,)
            for second in sorted(shelf.pairs.keys() & stated):
                for phrase in shelf.pairs[second]:
                    if all(other in where for other in phrase.rest):
                        yield phrase, (atom, second, *phrase.rest)

    def _place(
        self, text: str, tokens: Sequence[Token], where: dict[str, list[int]], phrase: Phrase, atoms: tuple[str, ...]
    ) -> Iterator[Mention]:
        """Where a phrase stands: around each occurrence of its rarest word, the nearest of its other words."""
        seen = set()
        for anchor in where[atoms[0]]:
            if phrase.source is PhraseSource.EPONYM and not _POSSESSIVE.match(text, tokens[anchor].end - 2):
                continue
            said = frozenset((_nearest(text, tokens, where[atom], anchor), atom) for atom in atoms)
            if _cut_off(text, tokens, said):
                # "Breast clinic: lump in the right breast": the nearest word stands before a colon, another one after it.
                said = frozenset(
                    (min(where[atom], key=lambda number: (number < anchor, abs(number - anchor))), atom)
                    for atom in atoms
                )
            members = frozenset(number for number, _ in said)
            if members in seen or only_graded(tokens, said):
                continue
            seen.add(members)
            first, last = min(members), max(members)
            start, end = tokens[first].start, tokens[last].end
            if first == last:
                looseness = None if is_of_a_name(text, tokens, first) else 0.0
            else:
                looseness = self._looseness(text, tokens, phrase, said)
            if looseness is not None:
                yield Mention(phrase.code, start, end, members, said, phrase.source, phrase.size, looseness)

    def _looseness(
        self, text: str, tokens: Sequence[Token], phrase: Phrase, said: frozenset[tuple[int, str]]
    ) -> float | None:
        """How far the words of a phrase stand apart; None where they do not belong together."""
        members = frozenset(number for number, _ in said)
        first, last = min(members), max(members)
        start, end = tokens[first].start, tokens[last].end
        apart = self._known_between(tokens, members)
        if apart > _slack(phrase.source, len(members)) or _barred(text, tokens, members, first, last):
            return None
        if not _negates_its_own(tokens, members) or self._goes_on(text, tokens, members):
            return None
        if (
            names_another(text, tokens, members)
            or _ends_spared(text, tokens, members)
            or strays(text, tokens, members)
            or is_origin(text, tokens, members, phrase.code)
            or is_along(text, tokens, members)
        ):
            return None
        breaks = len(BREAK.findall(text, start, end)) + text.count(": ", start, end)
        coupled = _coupled(text, tokens, first, last, phrase.source) and not self._are_listed(text, tokens, said)
        parted = breaks and len(members) <= PAIR and not coupled
        if (parted or breaks > _MOST_BREAKS) and not _is_inverted(text, tokens, members):
            return None
        return _BESIDE if breaks and _is_second_trouble(text, tokens, first, last) else float(apart + breaks)

    def _are_listed(self, text: str, tokens: Sequence[Token], said: frozenset[tuple[int, str]]) -> bool:
        """Whether two words with a comma between are two conditions of a list: "T2DM, HLD"."""
        members = {number for number, _ in said}
        if _between(text, tokens, min(members), max(members), siding=True) not in _PARTING:
            return False
        return all(self._is_condition(tokens[number]) for number in members)

    def _is_condition(self, token: Token) -> bool:
        """Whether a word or abbreviation names a condition by itself: "HLD", "COPD"."""
        stated = self._stated({atom: [0] for atom in token.atoms})
        return any(
            phrase.source is not PhraseSource.GENERAL and phrase.size == len(token.atoms) for phrase, _ in stated
        )

    def _goes_on(self, text: str, tokens: Sequence[Token], members: frozenset[int]) -> bool:
        """Whether the "no" of a phrase is said of a condition that its last word only qualifies: "no tooth wound"."""
        last = max(members)
        if last + 1 == len(tokens) or all(tokens[number].word not in _NEGATIVES for number in members):
            return False
        after = tokens[last + 1]
        is_next = text[tokens[last].end : after.start] == " "
        return (
            is_next and len(after.atoms) == 1 and (after.atoms[0] in _OF_A_PART or after.atoms[0] in self.index.heads)
        )

    def _known_between(self, tokens: Sequence[Token], members: frozenset[int]) -> int:
        """The index's own words that stand between; names do not count, so redacting one changes nothing."""
        between = range(min(members) + 1, max(members))
        return sum(
            1
            for number in between
            if number not in members
            and any(atom in self.index.frequency and atom not in _UNCOUNTED for atom in tokens[number].atoms)
        )


def _nearest(text: str, tokens: Sequence[Token], numbers: Sequence[int], anchor: int) -> int:
    """The nearest of the places of a word; of two as near the one that no comma parts, else the one behind."""
    if len(numbers) == 1:
        return numbers[0]

    def distance(number: int) -> tuple[int, bool, bool]:
        first, last = min(number, anchor), max(number, anchor)
        parted = "," in text[tokens[first].end : tokens[last].start]
        return last - first + _COMMA * parted, parted, number < anchor

    return min(numbers, key=distance)


def _without_labels(text: str, mentions: list[Mention]) -> list[Mention]:
    """Without what is only the label before a colon of something that says its word again: "Glaucoma: acute glaucoma"."""
    return [
        mention
        for mention in mentions
        if not _DEPARTMENT.match(text, mention.start)
        and (
            len(mention.members) > 1
            or text[mention.end : mention.end + 1] != ":"
            or not any(mention.end < other.start and mention.atoms < other.atoms for other in mentions)
        )
    ]


_DEPARTMENT = re.compile(
    r"(?:^|(?<=\n))ED(?=:| (?:course|note|visit|triage|physician|provider|MD|HPI)\b)|(?:^|(?<=\n))PCP(?=:)"
)
"""Who writes, at the start of a line: no other reading of the short form."""


def _slack(source: PhraseSource, members: int) -> int:
    """How many other words may stand between those of a phrase; none for two words that only the index puts together."""
    if members > PAIR:
        return _SLACK
    return 0 if source in IMPORTED else _PAIR_SLACK


_PARTING = frozenset({",", "-", "\u2013"})
"""What a coder writes between a condition and its place, and anybody between the items of a list."""


def _between(text: str, tokens: Sequence[Token], first: int, last: int, *, siding: bool) -> str:
    """What stands between two words, on request less the side or course of the second: "abscess, left thigh"."""
    end = tokens[last].start
    if siding and first < last - 1 and tokens[last - 1].atoms and GRADES.issuperset(tokens[last - 1].atoms):
        end = tokens[last - 1].start
    return text[tokens[first].end : end].strip().lower()


def _coupled(text: str, tokens: Sequence[Token], first: int, last: int, source: PhraseSource) -> bool:
    """Whether two words stand as a coder writes them ("hernia, inguinal") or as a pair of ours ("nausea and vomiting")."""
    between = _between(text, tokens, first, last, siding=source is PhraseSource.SYNONYM)
    return (
        between in _PARTING
        or _MEASURED.fullmatch(between) is not None
        or _is_second_trouble(text, tokens, first, last)
        or (between == "and" and last == first + 2)
        or (source is PhraseSource.SYNONYM and between in {"and", "/"})
    )


_MEASURED = re.compile(r"(?:of |was |is |at |[=:] ?)?[<>~]?\d[\d.,/]*(?: ?[a-z%]{1,3}(?:/[a-z]{1,3})?)?(?:,| -| ?\()?")
"""Between what is measured and the word for it: "PSA 6.2, elevated"."""


def _is_second_trouble(text: str, tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether between a joint and its trouble only another trouble of it stands: "knee pain and swelling"."""
    return _SYMPTOM_AND.fullmatch(_between(text, tokens, first, last, siding=False)) is not None


_BESIDE = 0.5
"""The looseness of a second trouble: it stands no further off than the first."""

_SYMPTOM_AND = re.compile(
    r"(?:pain|swelling|stiffness|tenderness)(?:,? and|,| &| ?/)|(?:and|&|/) (?:pain|swelling|stiffness)(?: of| in)?(?: the| both)?"
)


def _negates_its_own(tokens: Sequence[Token], members: frozenset[int]) -> bool:
    """Whether every "no" of a phrase ("no sperm on analysis") stands right before a word of the phrase."""
    return all(tokens[number].word not in _NEGATIVES or number + 1 in members for number in members)


_NEGATIVES = frozenset({"no", "not", "without", "cannot", "can't", "can\u2019t", "never", "non"})


_OF_A_PART = frozenset({"wound", "fracture", "injury", "tenderness", "infection", "bleeding", "swelling", "pain", "lesion", "mass",
    "tumor", "ulcer", "abscess", "edema", "rash", "tear", "laceration", "damage", "involvement", "disease", "effusion"})  # fmt: skip
"""Conditions that are named with the part they are of before them."""


def _ends_apart(text: str, tokens: Sequence[Token], members: frozenset[int]) -> bool:
    """Whether a comma stands before the last word of a phrase: what follows is said of that word alone."""
    last = max(members)
    return len(members) > 1 and "," in text[tokens[last - 1].end : tokens[last].start]


def _ends_spared(text: str, tokens: Sequence[Token], members: frozenset[int]) -> bool:
    """Whether the last word of a phrase is spared by the disease, denied or measured: "ascending aorta, arch spared", "RSV neg"."""
    return _ends_apart(text, tokens, members) and _SPARED.match(text, tokens[max(members)].end) is not None


_SPARED = re.compile(
    r"(?:(?<=cbd)|(?<=duct)) (?:is |measures |of )?(?:\d+(?:\.\d+)? ?[mc]m\b|(?:not|non-?|un|mildly|minimally)[ -]?dilated)|\s*(?:(?:is|are|was|were|and [\w ]{1,20}) )?(?:spared|neg(?:ative)?\b|-ve\b|uninvolved|intact|preserved|normal|clear|nl\b|not involved|unaffected)",
    re.IGNORECASE,
)


def _cut_off(text: str, tokens: Sequence[Token], said: frozenset[tuple[int, str]]) -> bool:
    """Whether the words of a phrase stand on both sides of a label's colon."""
    numbers = [number for number, _ in said]
    return len(numbers) > 1 and ": " in text[tokens[min(numbers)].end : tokens[max(numbers)].start]


def _barred(text: str, tokens: Sequence[Token], members: frozenset[int], first: int, last: int) -> bool:
    barrier = _STOP if last - first + 1 == len(members) else _BARRIER
    previous = first
    for number in sorted(members)[1:]:
        for match in barrier.finditer(text, tokens[previous].end, tokens[number].start):
            is_label = match.group() == ":" and not NOUNS.intersection(tokens[number].atoms)
            if not is_label or not _names_parts(text, tokens, match.start()):
                return True
        previous = number
    return False


def _is_inverted(text: str, tokens: Sequence[Token], members: frozenset[int]) -> bool:
    """Whether a site, more of it, and then the finding stand as an index has them: "gland, parathyroid, L - adenoma".

    The run of parts before the finding must hold the phrase's own, and begin the sentence or follow a label.
    """
    anatomy = word_set("anatomy.txt")
    parts = anatomy | GRADES
    finding = next((number for number in sorted(members) if not parts.issuperset(tokens[number].atoms)), None)
    if not finding:
        return False
    run = finding
    while run and parts.issuperset(tokens[run - 1].atoms):
        run -= 1
    if min(members) < run or not anatomy.intersection(atom for token in tokens[run:finding] for atom in token.atoms):
        return False
    if run and not _LABEL_END.search(text, tokens[run - 1].end, tokens[run].start):
        return False
    return not _JOINS.search(text, tokens[run].start, tokens[max(members)].start)


_LABEL_END = re.compile(r"[:|\n]|\s-\s")
_JOINS = re.compile(r"\b(?:and|or|with|no|not|without)\b|[;.]\s", re.IGNORECASE)


def _names_parts(text: str, tokens: Sequence[Token], colon: int) -> bool:
    """Whether all that stands before a colon are parts of the body: what follows is found there ("US: Bladder: stone")."""
    opened = text.rfind(":", 0, colon) + 1
    before = [atom for token in tokens if opened <= token.start and token.end <= colon for atom in token.atoms]
    return bool(before) and word_set("anatomy.txt").issuperset(before)
