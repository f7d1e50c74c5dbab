"""Ranges of procedure codes, as the tables of ``data`` write them: ``"44140-44160"``, or one code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from redactphi.errors import RuleError

CodeRange = tuple[str, str]
"""The first and the last code."""


def code_ranges(written: Iterable[str], where: str) -> tuple[CodeRange, ...]:
    """The ranges of a table.

    Args:
        written: Ranges and single codes.
        where: The table, for the error.

    Raises:
        RuleError: One is no range.
    """
    return tuple(_range(each, where) for each in written)


def _range(written: str, where: str) -> CodeRange:
    low, _, high = written.partition("-")
    high = high or low
    if len(low) != len(high) or low > high or _kind(low) != _kind(high):
        raise RuleError(f"{where}: {written} is no range")
    return low, high


def in_ranges(code: str, ranges: Sequence[CodeRange]) -> bool:
    """Whether a code is in a range of its own kind: 0275T is not in 0001U-0999U."""
    return any(first <= code <= last and _kind(code) == _kind(last) for first, last in ranges)


def _kind(code: str) -> str:
    return "" if code[-1].isdigit() else code[-1]
