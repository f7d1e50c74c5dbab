"""Which levels of the spine, teeth, ribs or sides a note names by their numbers, and how many they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

from detect_icd.matchers.procedures_sides import named_sides
from redactphi.spans import Span

_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_LEVELS = regex.compile(
    r"(?<![\w])(?P<region>[CTLS])[ -]?(?P<first>\d{1,2})"
    r"(?:\s?(?:-|\u2013|/|to|through|thru)\s?(?P<other>[CTLS])?[ -]?(?P<last>\d{1,2})|(?P<next>[TS])(?P<below>1))?"
    r"(?![\w%]|\.\d|\s?(?:mm|cm|kg|mg))"
)
_NOT_THIS = regex.compile(
    r"\b(?:removal|remov(?:ed|ing)|(?:old|prior|previous(?:ly)?|earlier|existing|solid)\b)[^.;\n]{0,60}$",
    regex.IGNORECASE,
)
"""Words before a level where something was, or was taken out, and not where this was done."""
_FOR = regex.compile(r"(?:^|[.:\n])\s*For (?:an? |the )?(?:[CTLS]\d{1,2} ?(?:to|through|and|-) ?)?$")
_IS = regex.compile(r"(?![^.\n]*\b(?:was|were)\b)[^.\n]*\b(?:is|are|lies|runs)\b")
"""How a sentence goes on that says how it is done at a level, and not that it was: "For a C7 block the needle is ..."."""
_BEFORE = 80
_FIRST = {"C": 0, "T": 7, "L": 19, "S": 24}
_COUNT = {"C": 7, "T": 12, "L": 6, "S": 5}


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of the spine that a stretch of text names.

    Attributes:
        spaces: The spaces between vertebrae that are named as such, each by the number of the upper one.
        alone: The vertebrae named alone.
        vertebrae: Every vertebra named, those between included.
        spans: Where.
    """

    spaces: frozenset[int]
    alone: frozenset[int]
    vertebrae: frozenset[int]
    spans: tuple[Span, ...]

    def count(self, kind: str) -> int:
        """How many: ``@interspace``, ``@joint`` or ``@vertebra``; see ``Procedure.number_of``."""
        if kind == "@vertebra":
            return len(self.vertebrae)
        if self.spaces:
            return len(self.spaces)
        return max(len(self.alone) - (kind == "@joint"), 1) if self.alone else 0


def levels(text: str, bounds: Iterable[tuple[int, int]]) -> Levels:
    """The levels of the spine that stretches of a text name."""
    spaces: set[int] = set()
    alone: set[int] = set()
    vertebrae: set[int] = set()
    spans = []
    for start, end in bounds:
        for match in _LEVELS.finditer(text, start, end):
            first, last = _ends(match)
            if first is None or _is_elsewhere(text, match, start, end):
                continue
            spans.append(Span(match.start(), match.end(), "level"))
            vertebrae.add(first)
            if last is None:
                alone.add(first)
                continue
            spaces.update(range(first, last))
            vertebrae.update(range(first, last + 1))
    alone -= {vertebra for space in spaces for vertebra in (space, space + 1)}
    return Levels(frozenset(spaces), frozenset(alone), frozenset(vertebrae), tuple(spans))


def _is_elsewhere(text: str, match: regex.Match[str], start: int, end: int) -> bool:
    """Whether a level is one where this was not done now, or that a sentence on how it is done speaks of."""
    low = max(start, match.start() - _BEFORE)
    if _NOT_THIS.search(text, low, match.start()):
        return True
    return (
        _FOR.search(text, max(0, match.start() - _BEFORE), match.start()) is not None
        and _IS.match(text, match.end(), end) is not None
    )


def _ends(match: regex.Match[str]) -> tuple[int | None, int | None]:
    """The first and the last vertebra that a match names, counted from the neck down; no last where it names one alone."""
    region, number = match["region"], int(match["first"])
    first = _vertebra(region, number)
    if first is None and number > _ONE_DIGIT and match["last"] is None:
        # "L34" is the space between the third and the fourth.
        first = _vertebra(region, number // 10)
        return first, None if first is None else first + 1
    if first is None or (match["last"] is None and match["below"] is None):
        return first, None
    last = _vertebra(match["other"] or match["next"] or region, int(match["last"] or match["below"]))
    # "L5-1" is the space below L5.
    return first, first + 1 if last is None or last <= first else last


_ONE_DIGIT = 9


def numbered(kind: str, text: str, bounds: Sequence[tuple[int, int]]) -> tuple[int, tuple[Span, ...]]:
    """How many levels of the spine, ribs, teeth or sides stretches of a text name by their numbers, and where; see ``Procedure.number_of``."""
    if kind == "@rib":
        return _ribs(text, bounds)
    if kind == "@side":
        named = [found for start, end in bounds for found in named_sides(text, start, end)]
        sides = {side for side, _ in named}
        return 2 if "50" in sides else len(sides), tuple(span for _, span in named)
    if kind != "@tooth":
        seen = levels(text, bounds)
        return seen.count(kind), seen.spans
    found = [match for start, end in bounds for match in _teeth(text, start, end)]
    spans = tuple(Span(match.start(), match.end(), "tooth") for match in found)
    return len({match[1] for match in found}), spans


_TOOTH_LIST = regex.compile(
    r"\b(?:tooth|teeth)\b(?:[ ,]*(?:numbers?|nos?\.?|no))?(?:[\s,#.]|and|&|(?<![\w.])(?:3[0-2]|[12]?\d|(?-i:[A-T]))(?![\w/%-]))+",
    regex.IGNORECASE,
)
"""Teeth listed by their numbers: 1 to 32, and A to T of the first teeth."""
_TOOTH = regex.compile(r"(?<![\w.])(3[0-2]|[12]?[1-9]|[12]0|[A-T])(?![\w/%-])")


def _teeth(text: str, start: int, end: int) -> Iterator[regex.Match[str]]:
    for listed in _TOOTH_LIST.finditer(text, start, end):
        # "Teeth #2.  #5, #12": a sentence ends where the list does not.
        line_end = text.find("\n", listed.start())
        whole = _TOOTH_LIST.match(text, listed.start(), line_end if line_end >= 0 else len(text))
        yield from _TOOTH.finditer(text, listed.start(), max(listed.end(), whole.end() if whole else 0))


_ORDER = {
    **{word: number for number, word in enumerate(_NUMBERS)}, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
_RIB = rf"(?:T ?)?(?:1[0-2]|[1-9])(?:st|nd|rd|th)?|{'|'.join(sorted(_ORDER, key=len, reverse=True))}"
_RIB_LIST = regex.compile(
    rf"\b(?:(?:inter)?(?:costal )?(?:inter)?(?:spaces?|nerves?|levels?)|ribs?) (?:at |of |numbers? |levels? )?(?P<after>(?:{_RIB})(?:(?:,? and |, ?| to | through | ?[-\u2013] ?)(?:the )?(?:{_RIB}))*)\b"
    rf"|\b(?P<before>(?:{_RIB})(?:(?:,? and |, ?| to | through | ?[-\u2013] ?)(?:the )?(?:{_RIB}))*) (?:left |right )?(?:ribs?\b|inter(?:costal|space))",
    regex.IGNORECASE,
)
"""Spaces between ribs listed by their numbers: "spaces four to eight", "the 5th, 6th and 7th intercostal nerves"."""
_RIB_ONE = regex.compile(rf"(?P<to> to | through |[-\u2013] ?)?(?:the )?(?P<rib>{_RIB})", regex.IGNORECASE)


def _ribs(text: str, bounds: Sequence[tuple[int, int]]) -> tuple[int, tuple[Span, ...]]:
    named: set[int] = set()
    spans = []
    for start, end in bounds:
        for listed in _RIB_LIST.finditer(text, start, end):
            spans.append(Span(listed.start(), listed.end(), "level"))
            last = 0
            for match in _RIB_ONE.finditer(listed["after"] or listed["before"]):
                word = match["rib"].lower()
                number = _ORDER.get(word) or int(regex.sub(r"\D", "", word))
                named.update(range(last + 1 if match["to"] and last else number, number + 1))
                last = number
    if not named:
        seen = levels(text, bounds)
        return seen.count("@vertebra"), seen.spans
    return len(named), tuple(spans)


def _vertebra(region: str, number: int) -> int | None:
    return _FIRST[region] + number if 1 <= number <= _COUNT[region] else None
