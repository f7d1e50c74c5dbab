"""Which words around a mention are its own: the side, type, acuity, stage and cause that tell its code from the siblings.

A word goes with the nearest mention; commas, "and" and the like set it further off. What a sentence denies goes with none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import NamedTuple

from detect_icd.gates import gate
from detect_icd.matchers.dictionary import Mention
from detect_icd.matchers.phrases import PhraseSource
from detect_icd.matchers.selection import SIDES
from detect_icd.terms import Token, word_set

_REACH = 8
"""Known words between a mention and a word of its own, at most."""

_SIDES_REACH = 12
"""The same for a side."""

_BREAK = re.compile(r"[,;()]|:(?!\d)|\.\s|\band\b|\bor\b|\n|\s-\s", re.IGNORECASE)
_SIZES = frozenset({"small", "large"})
_COURSES = frozenset({"acute", "chronic"})
_SUBCATEGORY = 6
"""Characters of a code, dot included, that say what it is about."""
_STEPS = ("stage", "grade", "degree")
_COST = 2
"""Known words that a break between counts for."""

_DENIAL = re.compile(
    r"\b(?:no|not|nor|neither|never|without|w/o|w/out|denies|denied|negative for|neg for|absence of|absent)\b|(?<=,\s)-(?=\s?[a-z])",
    re.IGNORECASE,
)
_DENIAL_ENDS = re.compile(r"[;.:]|\bbut\b|\bwith\b|\bexcept\b|,(?!\s*(?:\w+\s+){0,2}(?:or|nor)\b)|\n", re.IGNORECASE)


FOLLOWING = 5
"""Sentences after a mention that may still say of what kind it is."""

_SAYS_OF_IT = re.compile(
    r"\W*(?:location|site|side|laterality|type|stag(?:e|ing)|grade|severity|class|tempo|acuity|course|(?:a)?etiology|cause|"
    r"organism|cultures?|pathogen|histology|patholog(?:y|ic)|it is|it's|it was|this is|this was|which is|that is|currently|"
    r"presently|at present|now|old|new|it has|i would call|i call|i rate|on the (?:right|left)|right|left|bilateral|both|acute|chronic|recurrent|mild|moderate|severe|"
    r"primary|secondary to|due to|caused by|with|without|no longer|today in|in (?:partial |full )?remission)\b|\W*(?:R|L|OD|OS|OU)\b",
    re.IGNORECASE,
)


_SAYS_ITS_STAGE = re.compile(
    r"\b(?:stage|grade|type|class|severity|degree)\b:?(?: is| was| now)? (?:\d|[IV]+\b|[a-d]\b)", re.IGNORECASE
)


class Sentence(NamedTuple):
    """A sentence as it is read: where it stands, its words, and the diagnoses it mentions."""

    start: int
    end: int
    tokens: Sequence[Token]
    mentions: Sequence[Mention]


def words_after(text: str, following: Sequence[Sentence]) -> set[str]:
    """The atoms of the sentences that go on about the last mention ("Location: left"), up to one about something else.

    Args:
        text: The whole note.
        following: The next sentences.
    """
    words: set[str] = set()
    for sentence in following:
        label = _LABEL.match(text, sentence.start, sentence.end)
        says = label or _SAYS_OF_IT.match(text, sentence.start)
        says = says or _SAYS_ITS_STAGE.search(text, sentence.start, sentence.end)
        if not says or any(_is_another(mention) for mention in sentence.mentions):
            break
        absent = denied(text, sentence.start, sentence.end)
        for token in sentence.tokens:
            if not _lies_in(token.start, absent):
                words.update(token.atoms)
    return words


def _is_another(mention: Mention) -> bool:
    """Whether a mention is of a condition by itself: not a general word, nor the germ behind this one."""
    return mention.source is not PhraseSource.GENERAL and mention.code[:3] not in {"B95", "B96", "B97"}


def words_before(text: str, earlier: Sequence[Sentence], mention: Mention) -> frozenset[str]:
    """Where the note was looking before it names a disease: parts of the body with their side, none where it names two sides.

    What a disease of its own stands for does not count, a sign does ("sore lump on the left upper lid. Stye").

    Args:
        text: The whole note.
        earlier: The sentences before, and the mention's own.
        mention: The mention, of the last of them.
    """
    parts = word_set("body_parts.txt")
    words: set[str] = set()
    for sentence in earlier:
        taken = {n for other in sentence.mentions if not other.code.startswith(_SIGNS) for n in other.members}
        absent = denied(text, sentence.start, sentence.end)
        tokens = sentence.tokens
        for number, token in enumerate(tokens):
            if token.start >= mention.start:
                break
            if parts.isdisjoint(token.atoms) or number in taken or _lies_in(token.start, absent):
                continue
            words.update(token.atoms)
            for near in (*tokens[max(0, number - _QUALIFIED) : number], *tokens[number + 1 : number + 2]):
                words.update(_QUALIFIERS.intersection(near.atoms))
    return frozenset() if len(words & SIDES) > 1 else frozenset(words)


_SIGNS = ("R", "M255", "M25.5", "M79.6", "M796", "N63", "H57.1", "H571", "L98.9")
_QUALIFIED = 3
_QUALIFIERS = SIDES.union({"upper", "lower"})

_LABEL = re.compile(r"\W*(?:[A-Za-z]+ ){0,3}[A-Za-z]+:\s", re.IGNORECASE)


def with_words_after(own: set[str], later: AbstractSet[str]) -> set[str]:
    """A mention's words with those of later sentences; a side or a course said with the mention stands."""
    for said in (SIDES, _COURSES):
        later = later - said if own & said else later
    return own | later


class OtherSide(NamedTuple):
    """A part of a sentence that goes on about a condition on the other side: its tokens and what they say."""

    numbers: frozenset[int]
    atoms: frozenset[str]


_OPPOSITE = {"left": "right", "right": "left"}
_EYE = frozenset({"eye", "side"})
_DEGREES = frozenset({"mild", "moderate", "severe", "indeterminate", "early", "advanced", "intermediate", "stage", "active", "inactive",
    "stable", "unspecified", "1", "2", "3", "4"})  # fmt: skip


class Surroundings:
    """The words of one sentence, shared out among its mentions.

    Args:
        text: The whole note.
        tokens: The tokens of the sentence.
        mentions: Its mentions.
        known: The atoms that count as words; others, such as names, are no distance.
        has_sides: Whether a code may have a side; what has none takes none from another.
    """

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        mentions: Sequence[Mention],
        known: Container[str],
        has_sides: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._has_sides = has_sides
        self._tokens = tokens
        self._mentions = mentions
        start, end = tokens[0].start, tokens[-1].end
        breaks = [match.start() for match in _BREAK.finditer(text, start, end)]
        self._places = self._distances(tokens, known, breaks)
        self._clauses = [bisect_right(breaks, token.start) for token in tokens]
        self._sides = frozenset(atom for token in tokens for atom in token.atoms if atom in SIDES)
        absent = denied(text, start, end)
        self._denied = [_lies_in(token.start, absent) for token in tokens]

    @staticmethod
    def _distances(tokens: Sequence[Token], known: Container[str], breaks: Sequence[int]) -> list[int]:
        """How far along the sentence each token stands, breaks included."""
        places, words = [], 0
        for token in tokens:
            for atom in token.atoms:
                if atom in known:
                    words += 1
                    break
            places.append(words + _COST * bisect_right(breaks, token.start))
        return places

    def other_side(self, mention: Mention, telling: Container[str]) -> OtherSide | None:
        """What a later part of the sentence says of the same condition on the other side: "POAG OD severe, OS moderate".

        Args:
            mention: Of one side.
            telling: The atoms that tell the codes of its kind apart; a part that says more is of something else.
        """
        if not _OPPOSITE.keys() <= self._sides:
            return None
        last = max(mention.members)
        clause = self._clauses[last]
        own = {a for number, token in enumerate(self._tokens) if self._clauses[number] == clause for a in token.atoms}
        opposite = _OPPOSITE.get(next(iter(own & SIDES), "")) if len(own & SIDES) == 1 else None
        others = (m for m in self._mentions if m.source is not PhraseSource.GENERAL and _is_other(m, mention))
        taken = {number for other in others for number in other.members}
        for later in range(clause + 1, self._clauses[-1] + 1):
            numbers = frozenset(n for n in range(last + 1, len(self._tokens)) if self._clauses[n] == later)
            said = {atom for number in numbers for atom in self._tokens[number].atoms}
            rest = said - SIDES - _EYE
            if opposite is None or numbers & taken or not all(atom in telling or atom in _DEGREES for atom in rest):
                return None
            if said & SIDES:
                return OtherSide(numbers, frozenset(said)) if said & SIDES == {opposite} and rest else None
        return None

    def span(self, numbers: AbstractSet[int]) -> tuple[int, int]:
        """Where some tokens start and end."""
        return self._tokens[min(numbers)].start, self._tokens[max(numbers)].end

    def of(self, mention: Mention, without: Container[int] = ()) -> set[str]:
        """The atoms that are the mention's own, its own words included; of several sides the nearest.

        Args:
            mention: The mention.
            without: Tokens that speak of something else.
        """
        first, last = min(mention.members), max(mention.members)
        words = {atom for number in range(first, last + 1) for atom in self._tokens[number].atoms}
        sides = [(0, atom) for atom in sorted(words & SIDES)]
        for number, token in enumerate(self._tokens):
            if first <= number <= last or not token.atoms or self._denied[number] or number in without:
                continue
            distance = self._distance(number, first, last)
            reach = _SIDES_REACH if SIDES.intersection(token.atoms) else _REACH
            if distance > reach or self._is_nearer_another(number, distance, mention):
                continue
            if token.word in _SIZES and not self._is_of_the_bowel(number):
                continue
            words.update(token.atoms)
            sides.extend((distance, atom) for atom in token.atoms if atom in SIDES)
        return (words - SIDES) | {min(sides)[1]} if sides else words

    def _is_its_own(self, number: int) -> bool:
        """Whether a word says which course or stage a disease has: of two mentions of it each has its own."""
        atoms = self._tokens[number].atoms
        return not _COURSES.isdisjoint(atoms) or any(atom.startswith(_STEPS) for atom in atoms)

    def _is_part(self, number: int, mention: Mention, other: Mention) -> bool:
        """Whether a word is the part of the body of another thing of the same category: "knee 2017, total hip 2020"."""
        is_other = mention.code[:_SUBCATEGORY] != other.code[:_SUBCATEGORY]
        return is_other and not word_set("body_parts.txt").isdisjoint(self._tokens[number].atoms)

    def _is_of_the_bowel(self, number: int) -> bool:
        """Whether "small" or "large" names a part of the bowel; else it is a mere size."""
        return number + 1 < len(self._tokens) and "intestine" in self._tokens[number + 1].atoms

    def _distance(self, number: int, first: int, last: int) -> int:
        places = self._places
        return places[first] - places[number] if number < first else places[number] - places[last]

    def _is_nearer_another(self, number: int, distance: int, mention: Mention) -> bool:
        for other in self._mentions:
            if other is mention or other.source is PhraseSource.GENERAL:
                continue
            if other.code[:3] == mention.code[:3]:
                is_its_own = number in other.members and not other.members & mention.members
                if is_its_own and (
                    self._is_its_own(number) or self._is_part(number, mention, other) or _is_named_apart(mention, other)
                ):
                    return True
                continue
            if self._denied[min(other.members)]:
                continue
            if number in other.members:
                return True
            if SIDES.intersection(self._tokens[number].atoms) and not self._has_sides(other.code):
                continue
            if self._distance(number, min(other.members), max(other.members)) < distance:
                return True
        return False


def _is_other(one: Mention, mention: Mention) -> bool:
    """Whether a mention is of another disease: of another category, or another of its category in words of its own."""
    if one.code[:3] != mention.code[:3]:
        return True
    return one.size > 1 and one.code != mention.code and not one.members & mention.members


def _is_named_apart(mention: Mention, other: Mention) -> bool:
    """Whether two deformities of one category stand beside one another: a hammertoe is none of the valgus beside it."""
    return mention.code.startswith("M20") and mention.code[: _SUBCATEGORY - 1] != other.code[: _SUBCATEGORY - 1]


def _lies_in(place: int, ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether a place lies in one of several ranges that follow one another."""
    number = bisect_right(ranges, place, key=itemgetter(0)) - 1
    return number >= 0 and any(
        start <= place < end for start, end in ranges[max(0, number - _OVERLAPPING) : number + 1]
    )


_OVERLAPPING = 8
"""Denials before one that may reach over it."""


def denied(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The stretches of a sentence that say what is not there, the words that deny it included."""
    found = []
    for match in _DENIAL.finditer(text, start, end):
        close = _DENIAL_ENDS.search(text, match.end(), end)
        found.append((match.start(), close.start() if close else end))
    found.extend(match.span() for match in gate(_DENIED_BEFORE).finditer(text, start, end))
    return sorted(found)


_DENIED_BEFORE = re.compile(
    r"[^,;:.\n()]{1,30}?\s(?:neg(?:ative)?|-ve)\b(?! for)|"
    r"\b(?:cbd|(?:(?:common )?bile )?ducts?)(?: is| measures| of)? (?:\d+(?:\.\d+)? ?[mc]m|(?:not |non-?|un)dilated|normal|nl|clear)\b",
    re.IGNORECASE,
)
"""What a negative test was for: "tonsillitis, strep neg"; a duct that is measured or sound."""
