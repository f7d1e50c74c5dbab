"""External causes from the story of an injury: what happened, where, doing what (I.C.20)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.gates import Gate
from detect_icd.matchers.special.facts import triggers
from detect_icd.matchers.special.statement import Statement
from detect_icd.terms import rows

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook


@dataclass(frozen=True, slots=True)
class CauseRule:
    """One way to say a cause, a place or an activity.

    Attributes:
        code: Its code, without a seventh character.
        regex: What it is said by.
        matches: A text that says it.
        ignores: A text that does not.
    """

    code: str
    regex: str
    matches: str
    ignores: str


_ANY_FALL = "W19"


class RuleTable:
    """A table of rules as one pattern; of those that match in one place the first in the table counts."""

    def __init__(self, name: str) -> None:
        self.rules = tuple(CauseRule(*cells) for cells in rows(f"special/{name}", 4))
        self._single: tuple[tuple[CauseRule, Gate], ...] = ()
        self._patterns = tuple(Gate(pattern) for last in (False, True) if (pattern := self._pattern(last=last)))

    def _pattern(self, *, last: bool) -> re.Pattern[str] | None:
        """The general ones by themselves: "after a fall" must not take "a fall from bed" away."""
        numbered = [(n, rule) for n, rule in enumerate(self.rules) if (rule.code == _ANY_FALL) is last]
        parts = "|".join(f"(?P<r{number}>(?:{rule.regex}))" for number, rule in numbered)
        return re.compile(rf"(?<!\w)(?:{parts})", re.IGNORECASE) if parts else None

    def find(self, note: str, start: int, end: int) -> Iterator[tuple[CauseRule, int, int]]:
        """The matches of a stretch of a note, in order of the text."""
        for pattern in self._patterns:
            for match in pattern.finditer(note, start, end):
                yield self.rules[int((match.lastgroup or "r0")[1:])], match.start(), match.end()

    def first_of_each(self, note: str) -> Iterator[tuple[CauseRule, int, int]]:
        """Of each category the first rule of the table that a note has a match for, wherever it stands."""
        done: set[str] = set()
        for rule, pattern in self._each():
            if rule.code[:3] not in done and (match := pattern.search(note)):
                done.add(rule.code[:3])
                yield rule, match.start(), match.end()

    def _each(self) -> tuple[tuple[CauseRule, Gate], ...]:
        if not self._single:
            self._single = tuple(
                (rule, Gate(re.compile(rf"(?<!\w)(?:{rule.regex})", re.IGNORECASE))) for rule in self.rules
            )
        return self._single


@functools.cache
def table(name: str) -> RuleTable:
    """A packaged table, compiled once."""
    return RuleTable(name)


def cause_rank(rule: str) -> int:
    """How much a rule tells: a transport accident before all others, then the order of the table, any fall last."""
    if rule.startswith("transport/"):
        return -1
    codes = _order()
    return codes.get(rule.removeprefix("cause/"), len(codes))


@functools.cache
def _order() -> dict[str, int]:
    return {rule.code: number for number, rule in reversed(list(enumerate(table("causes.tsv").rules)))}


TRIGGERS = triggers("cause")


class CauseMatcher:
    """Finds what brought an injury about."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """The causes of one sentence: of several that overlap the first of the table."""
        for rule, low, high in table("causes.tsv").find(note, start, end):
            if code := self.complete(rule.code):
                yield Statement(code, low, high, f"cause/{rule.code}", 0.85, ("V", "W", "X", "Y", "Z04"))

    def circumstances(self, note: str) -> Iterator[Statement]:
        """Place, activity and status a note names: one of each."""
        for rule, low, high in table("places.tsv").first_of_each(note):
            entry = self.book.get(rule.code)
            if entry is not None and entry.billable:
                yield Statement(entry.code, low, high, "cause/circumstance", 0.8)

    def complete(self, code: str) -> str | None:
        """The code with ``A``, or as it is where it takes no seventh character."""
        entry = self.book.get(code)
        if entry is None:
            return None
        if entry.billable:
            return entry.code
        if entry.needs_seventh:
            return entry.with_seventh("A")
        unspecified = [
            child
            for child in entry.children
            if (found := self.book.get(child)) and "unspecified" in found.title.lower()
        ]
        return self.complete((unspecified or list(entry.children))[0]) if entry.children else None
