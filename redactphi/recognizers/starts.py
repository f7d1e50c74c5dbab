"""Where in a note a pattern can begin to match: worked out from the pattern itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from redactphi.recognizers.behind import behind
from redactphi.recognizers.literals import Literal
from redactphi.recognizers.needs import Clause, best_clause, by_frequency, head, rarest_clause, width
from redactphi.recognizers.ready import compile_pattern
from redactphi.recognizers.sketch import char_class, heads, scanner, sketch
from redactphi.recognizers.syntax import Unsupported, parse
from redactphi.resources import Rule

Zone = tuple[int, int]

_GATE = 0.004
"""How often what a text must hold may stand in it, if asking for it is to save anything."""

_SIGHT = 400
"""Characters behind a zone that the test of a start in it sees."""

_CHUNK = 120
_START = re.Match.start


@dataclass(frozen=True)
class Starts:
    """The places a rule's pattern can begin to match at. None is missed; at few of them it does not match.

    Attributes:
        head: What a match begins with: the source of a pattern that matches one character.
        sketch: The source of a test of a start.
        scanner: The source of a pattern that finds starts which may pass it.
        literals: One of these stands near every match; empty where that does not help, and all zones are scanned.
        at_word: Whether no letter stands before the literals.
        low: Least distance from the start of a match to a literal; None: unbounded.
        high: Greatest distance; None: unbounded.
        between: What may stand between the two, as the source of a class.
        gate: One of these stands in every text that holds a match as well; empty where that says no more.
        gate_at_word: As ``at_word``, for the gate.
        behind: The source of a test of what stands before the start, see `behind`; empty where there is none.
    """

    head: str
    sketch: str
    scanner: str
    literals: frozenset[Literal] = frozenset()
    at_word: bool = False
    low: int | None = None
    high: int | None = None
    between: str = ""
    gate: frozenset[Literal] = frozenset()
    gate_at_word: bool = False
    behind: str = ""

    @classmethod
    def of(cls, rule: Rule) -> Self | None:
        """The starts of a rule's pattern; None where nothing is known of them."""
        try:
            tree = parse(rule.regex, ignore_case=rule.ignore_case)
            least, most = width(tree)
            first = head(tree)
            if first is None or (least == 0 and most != 0):
                return None
            known = cls(heads(first, tree), sketch(tree), scanner(first, tree), behind=behind(tree))
        except Unsupported:
            return None
        clause = best_clause(tree)
        gate = min(filter(None, (rarest_clause(tree), _anchored(rule))), key=by_frequency, default=None)
        if gate is not None and gate != clause and gate.frequency < _GATE:
            known = replace(known, gate=gate.literals, gate_at_word=gate.at_word)
        if clause is None or clause.is_often:
            return known
        return replace(
            known,
            literals=clause.literals,
            at_word=clause.at_word,
            low=clause.low,
            high=clause.high,
            between=char_class(clause.between),
        )

    @cached_property
    def is_exact(self) -> bool:
        """Whether a match begins at a fixed distance from a literal."""
        return self.low == self.high and self.low is not None

    @cached_property
    def _run(self) -> Callable[..., re.Match[str] | None]:
        return re.compile(f"{self.between}{{0,{_CHUNK}}}").match

    @cached_property
    def test(self) -> Callable[[str, int], re.Match[str] | None]:
        """Whether a match may begin at a place; what `scanned`, `exactly` and `within` find may still fail it."""
        return compile_pattern(self.sketch).match

    @cached_property
    def test_behind(self) -> Callable[[str, int], re.Match[str] | None]:
        """Whether what must stand before a match does, in the text backwards and counted from its end."""
        return compile_pattern(self.behind).match

    @cached_property
    def _scan(self) -> Callable[[str, int, int], Iterator[re.Match[str]]]:
        return compile_pattern(self.scanner).finditer

    @cached_property
    def _heads(self) -> Callable[[str, int, int], Iterator[re.Match[str]]]:
        return re.compile(self.head).finditer

    def scanned(self, text: str, zones: Iterable[Zone]) -> Iterator[int]:
        """The possible starts in some zones, in order."""
        for start, end in zones:
            for match in self._scan(text, start, min(len(text), end + _SIGHT)):
                at = match.start()
                if at > end:
                    break
                yield at

    def exactly(self, hits: Sequence[int]) -> Sequence[int]:
        """The possible starts, in order, where all stand at one distance from the literals.

        Args:
            hits: Where the literals stand, sorted.
        """
        low = self.low
        if not low:
            return hits
        return [hit - low for hit in hits if hit >= low]

    def within(self, text: str, ranges: Iterable[Zone]) -> list[int]:
        """The possible starts in some ranges, in order."""
        heads, places = self._heads, list[int]()
        for low, high in ranges:
            if low == high:
                places.append(low)
            else:
                places.extend(map(_START, heads(text, low, high + 1)))
        return places

    def ranges(self, text: str, hits: Sequence[int], limit: int | None = None) -> list[Zone]:
        """Where the starts may be, as far as the literals say: the first and last place of each range, sorted and disjoint.

        Args:
            text: The text.
            hits: Where the literals stand, sorted.
            limit: Behind which place no starts are looked for.
        """
        low, high = self.low, self.high
        if low is not None and high is not None:
            return _around(hits, low, high, len(text) if limit is None else limit)
        ranges: list[Zone] = []
        for hit in hits:
            floor, done = ranges[-1] if ranges else (0, -1)
            first = self._run_back(text, hit, done) if high is None else max(0, hit - high)
            last = self._run_ahead(text, max(hit, done)) if low is None else min(len(text), hit - low)
            if limit is not None and first > limit:
                break
            if last < first:
                continue
            if ranges and first <= done + 1:
                ranges[-1] = floor, max(done, last)
            else:
                ranges.append((first, last))
        return ranges

    def _run_back(self, text: str, hit: int, done: int) -> int:
        """The start of the run of fitting characters before ``hit``, or of what has been looked at before."""
        while hit > max(0, done):
            piece = text[max(0, hit - _CHUNK) : hit][::-1]
            match = self._run(piece)
            length = match.end() if match else 0
            hit -= length
            if length < len(piece) or not length:
                break
        return hit

    def _run_ahead(self, text: str, hit: int) -> int:
        while (match := self._run(text, hit)) and match.end() > hit:
            hit = match.end()
        return hit


def _around(hits: Sequence[int], low: int, high: int, end: int) -> list[Zone]:
    """The ranges of what begins ``low`` to ``high`` before some places; ``end`` is the last place of all."""
    ranges: list[Zone] = []
    floor, done = 0, -2
    for hit in hits:
        first, last = max(0, hit - high), min(end, hit - low)
        if first <= done + 1:
            done = max(done, last)
        elif first <= last:
            if done >= 0:
                ranges.append((floor, done))
            floor, done = first, last
    return [*ranges, (floor, done)] if done >= 0 else ranges


def _anchored(rule: Rule) -> Clause | None:
    """What a rule's anchor must hold."""
    try:
        return rarest_clause(parse(rule.anchor)) if rule.anchor else None
    except Unsupported:
        return None


def clip(ranges: Iterable[Zone], zones: Sequence[Zone]) -> Iterator[Zone]:
    """What of sorted and disjoint ranges lies in sorted and disjoint zones; the ends belong to both."""
    first = 0
    for low, high in ranges:
        while zones[first][1] < low:
            first += 1
            if first == len(zones):
                return
        index = first
        while index < len(zones) and zones[index][0] <= high:
            yield max(low, zones[index][0]), min(high, zones[index][1])
            index += 1


def inside(places: Iterable[int], zones: Sequence[Zone]) -> list[int]:
    """Which of sorted places lie in sorted and disjoint zones."""
    found: list[int] = []
    rest = iter(zones)
    low, high = next(rest, (0, -1))
    for place in places:
        while place > high:
            zone = next(rest, None)
            if zone is None:
                return found
            low, high = zone
        if place >= low:
            found.append(place)
    return found
