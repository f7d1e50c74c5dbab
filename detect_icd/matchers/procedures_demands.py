"""What an operation that nobody names cannot be without, and what rules it out, by family of codes."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from detect_icd.code_ranges import CodeRange, code_ranges, in_ranges
from detect_icd.gates import Gate
from detect_icd.ready import compile_pattern
from detect_icd.rule_rows import table

Asked = dict[str, bool]
"""Patterns, and whether they are found in a note."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A family of operations with what the account of one must hold, and what it must not.

    Attributes:
        what: The family, in this project's words.
        codes: Codes and ranges of codes.
        matches: Notes of which nothing speaks against the family.
        ignores: Notes of which something does.
        asks: A pattern that must be found; empty: nothing need be.
        unless: A pattern that must not be found; empty: anything may be.
        instead: For codes of the family those of the same operation elsewhere or a further time, which are told alike.
    """

    what: str
    codes: tuple[str, ...]
    matches: tuple[str, ...]
    ignores: tuple[str, ...]
    asks: str = ""
    unless: str = ""
    instead: tuple[str, ...] = ()

    def holds(self, text: str, asked: Asked | None = None) -> bool:
        """Whether a note may tell of an operation of the family.

        Args:
            text: The note.
            asked: What has been looked for in it already; added to.
        """
        asked = {} if asked is None else asked
        if self.asks and not _stands(self.asks, text, asked):
            return False
        return not (self.unless and _stands(self.unless, text, asked))


@functools.cache
def demands() -> tuple[Demand, ...]:
    """The packaged families.

    Raises:
        RuleError: A table is malformed.
    """
    return table(Demand, "procedure_demands", "demand")


@functools.lru_cache(maxsize=4096)
def demands_of(code: str) -> tuple[Demand, ...]:
    """The families that a code belongs to."""
    return tuple(demand for demand in demands() if in_ranges(code, _ranges(demand.codes)))


def may_be(code: str, text: str, asked: Asked | None = None) -> bool:
    """Whether a note that names no operation may tell of this one: nothing it cannot be without is missing, nothing rules it out."""
    return all(demand.holds(text, asked) for demand in demands_of(code))


def meant(code: str, text: str, asked: Asked | None = None) -> str:
    """The code itself where a note may tell of it, else one that is told alike and of which it may; empty: there is none."""
    if may_be(code, text, asked):
        return code
    return next((other for other in _instead(code) if may_be(other, text, asked)), "")


def _stands(pattern: str, text: str, asked: Asked) -> bool:
    if pattern not in asked:
        asked[pattern] = _pattern(pattern).search(text) is not None
    return asked[pattern]


@functools.lru_cache(maxsize=4096)
def _instead(code: str) -> tuple[str, ...]:
    pairs = (pair.split() for demand in demands_of(code) for pair in demand.instead)
    return tuple(dict.fromkeys(other for own, other in pairs if own == code))


@functools.cache
def _ranges(written: tuple[str, ...]) -> tuple[CodeRange, ...]:
    return code_ranges(written, "procedure_demands.toml")


@functools.cache
def _pattern(written: str) -> Gate:
    return Gate(compile_pattern(written, re.IGNORECASE))
