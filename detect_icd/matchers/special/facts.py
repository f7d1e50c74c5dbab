"""What the matchers of this package share: tables of rules, codes below a heading, and the phase of care a note tells."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.gates import Gate
from detect_icd.ready import compile_pattern, read_toml
from detect_icd.terms import rows
from redactphi.errors import RuleError
from redactphi.resources import data

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry


SIDE = re.compile(r"\b(?:(?P<right>(?i:right|rt)|R)|(?P<left>(?i:left|lt)|L))\b")


def one_side(text: str, pattern: re.Pattern[str] = SIDE) -> str:
    """The one side that a text names, by groups of that name; empty where it names none, or both."""
    sides = {match.lastgroup or "" for match in pattern.finditer(text)}
    return sides.pop() if len(sides) == 1 else ""


@dataclass(frozen=True, slots=True)
class CauseRule:
    """One way to say a cause, a place, an activity, or a condition of a mother or a newborn.

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
        return compile_pattern(rf"(?<!\w)(?:{parts})", re.IGNORECASE) if parts else None

    def find(self, note: str, start: int, end: int) -> Iterator[tuple[CauseRule, int, int]]:
        """The matches of a stretch of a note, in order of the text."""
        for pattern in self._patterns:
            for match in pattern.finditer(note, start, end):
                yield self.rules[int((match.lastgroup or "r0")[1:])], match.start(), match.end()

    def first_of_each(self, note: str, within: Sequence[tuple[int, int]]) -> Iterator[tuple[CauseRule, int, int]]:
        """Of each category the first rule of the table that has a match in one of these stretches of a note."""
        done: set[str] = set()
        for rule, pattern in self._each():
            if rule.code[:3] in done:
                continue
            match = next((match for stretch in within for match in pattern.finditer(note, *stretch)), None)
            if match is not None:
                done.add(rule.code[:3])
                yield rule, match.start(), match.end()

    def _each(self) -> tuple[tuple[CauseRule, Gate], ...]:
        if not self._single:
            self._single = tuple(
                (rule, Gate(compile_pattern(rf"(?<!\w)(?:{rule.regex})", re.IGNORECASE))) for rule in self.rules
            )
        return self._single


@functools.cache
def table(name: str) -> RuleTable:
    """A packaged table, compiled once."""
    return RuleTable(name)


@functools.lru_cache(maxsize=1024)
def billable_below(book: CodeBook, code: str) -> tuple[CodeEntry, ...]:
    """The codes that may be reported under a code or category, in order; itself where it may, none where it is unknown."""
    entry = book.get(code)
    if entry is None or entry.billable:
        return (entry,) if entry is not None else ()
    # One by one, the codes below would push what is asked for out of the cache.
    return tuple(found for child in entry.children for found in billable_below.__wrapped__(book, child))


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of care and the words that tell it.

    Attributes:
        name: ``active``, ``subsequent``, ``delayed``, ``nonunion``, ``malunion`` or ``sequela``.
        regex: One pattern for all of its words.
        parts: The same, each of its ways by itself.
        matches: Texts that tell it.
        ignores: Texts that do not.
    """

    name: str
    regex: re.Pattern[str]
    parts: tuple[Gate, ...]
    matches: tuple[str, ...]
    ignores: tuple[str, ...]


@functools.cache
def phases() -> dict[str, Phase]:
    """The packaged phases by name.

    Raises:
        RuleError: A phase comes without examples.
    """
    found = {}
    for raw in read_toml(data("detect_icd") / "special" / "encounter.toml")["phase"]:
        if not raw.get("matches") or not raw.get("ignores"):
            raise RuleError(f"special/encounter.toml: {raw['name']} has no matches or no ignores")
        pattern = compile_pattern("|".join(raw["patterns"]), re.IGNORECASE)
        parts = tuple(Gate(compile_pattern(part, re.IGNORECASE)) for part in raw["patterns"])
        found[raw["name"]] = Phase(raw["name"], pattern, parts, tuple(raw["matches"]), tuple(raw["ignores"]))
    return found


def triggers(family: str) -> frozenset[str]:
    """The words of which one stands in every sentence that a family is looked for in."""
    return frozenset(
        word for name, words in rows("special/triggers.tsv", 2) if name == family for word in words.split()
    )


def tells(note: str, phase: str) -> bool:
    """Whether a note tells a phase of care."""
    return any(part.search(note) for part in phases()[phase].parts)


def healing(note: str) -> str:
    """How an injury of this note is seen: ``active`` treatment, or the kind of healing at a later visit."""
    if not tells(note, "subsequent"):
        return "active"
    for phase in ("nonunion", "malunion", "delayed"):
        if tells(note, phase):
            return phase
    return "active" if tells(note, "active") else "routine"


_HEALING = {
    "routine": {"A": "D", "B": "E", "C": "F"},
    "delayed": {"A": "G", "B": "H", "C": "J"},
    "nonunion": {"A": "K", "B": "M", "C": "N"},
    "malunion": {"A": "P", "B": "Q", "C": "R"},
}


def seventh(character: str, phase: str, allowed: str) -> str:
    """The seventh character of a phase of care for one of active treatment; the plain later one where there is no other.

    Args:
        character: ``A``, ``B`` or ``C``; any other stays.
        phase: What ``healing`` gives.
        allowed: The characters the code takes.
    """
    wanted = _HEALING.get(phase, {}).get(character, character)
    if wanted in allowed:
        return wanted
    return "D" if character in "ABC" and phase in _HEALING and "D" in allowed else character
