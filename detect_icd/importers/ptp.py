"""Reads the procedure-to-procedure edits of NCCI (``ccipra-*``, ``ccioph-*``): tab-separated text, or a workbook.

A release has 1.7 million of them, so each line is worked on as little as will do: codes and days that were seen before
are not looked at again.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from detect_icd.importers.given import Given
from detect_icd.importers.grids import day, normal
from detect_icd.importers.workbook import Workbook
from redactphi.errors import DataError

Pair = tuple[int, int, int, int, str, str, int]
"""Column 1 and column 2 as numbers (``number_of``), first and last day (0: none) as ordinals, indicator, rationale, line."""

_HEADER = ("COLUMN 1", "COLUMN 2")
_REQUIRED = ("EFFECTIVE", "DELETION", "MODIFIER")
_RATIONALE = "RATIONALE"
_HEAD = 60
_SPLIT = 6
"""Rows the header is split over, at most."""

_CODE = re.compile(r"[0-9A-Z]\d{3}[0-9A-Z]", re.ASCII)
_BASE = 36
_SHOWN = 30
_INDICATORS = ("0", "1", "9")


def number_of(code: str) -> int:
    """A code as a number that keeps the order of codes."""
    return int(code, _BASE)


@functools.lru_cache(maxsize=1 << 15)
def code_of(number: int) -> str:
    """The code of a number.

    >>> code_of(number_of("0001A")), code_of(number_of("45378"))
    ('0001A', '45378')
    """
    code = ""
    for _ in range(5):
        number, digit = divmod(number, _BASE)
        code = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + code
    return code


def is_ptp(file: Given) -> bool:
    """Whether a file has a header of the two columns.

    Raises:
        DataError: The workbook is damaged.
    """
    return any(_is_header(cells) for _, cells in islice(_rows(file), _HEAD))


def _is_header(cells: list[str]) -> bool:
    return tuple(normal(cell) for cell in cells[:2]) == _HEADER


def _rows(file: Given) -> Iterator[tuple[int, list[str]]]:
    if file.suffix == ".xlsx":
        for sheet in Workbook(file.name, file.content).sheets():
            yield from sheet.rows()
    else:
        yield from ((line, text.split("\t")) for line, text in enumerate(io.StringIO(file.text(), newline=None), 1))


def read_pairs(file: Given) -> Iterator[Pair]:
    """The edits of a file.

    Raises:
        DataError: Its header is another, or a line is no edit; names the line.
    """
    rows = _rows(file)
    header, first = _header(file.name, rows)
    codes, days, first_days = _Known(_code), _Known(_day), _Known(_first_day)
    line = 0
    try:
        for line, cells in chain([first], rows):
            if len(cells) <= header.last:
                if any(map(str.strip, cells)):
                    raise _cut_off(cells, header)
                continue
            indicator = cells[header.modifier]
            if indicator not in _INDICATORS:
                indicator = _indicator(indicator)
            effective = first_days[cells[header.effective]]
            rationale = "" if header.rationale is None else cells[header.rationale].strip()
            deleted = days[cells[header.deletion]]
            yield codes[cells[0]], codes[cells[1]], effective, deleted, indicator, rationale, line
    except ValueError as error:
        raise DataError(f"{file.name} line {line}: {error}") from error


class _Header(NamedTuple):
    """Numbers of the columns, from 0; older releases give no rationale."""

    effective: int
    deletion: int
    modifier: int
    rationale: int | None

    @property
    def last(self) -> int:
        return max(self.effective, self.deletion, self.modifier, self.rationale or 0)


def _header(name: str, rows: Iterator[tuple[int, list[str]]]) -> tuple[_Header, tuple[int, list[str]]]:
    """The header, which is split over several rows, and the first row below it."""
    merged: list[str] = []
    begun = 0
    for line, cells in rows:
        begun = begun or (line if _is_header(cells) else 0)
        if not begun:
            continue
        if all(_CODE.fullmatch(cell.strip()) for cell in cells[:2]):
            return _columns(name, begun, [normal(title) for title in merged]), (line, cells)
        if line > begun + _SPLIT:
            raise DataError(f"{name} line {line}: expected an edit of two codes below the header (line {begun})")
        merged += [""] * (len(cells) - len(merged))
        for number, cell in enumerate(cells):
            merged[number] = f"{merged[number]} {cell}"
    raise DataError(f"{name}: no edit below the header" if begun else f"{name}: no header of column 1 and column 2")


def _columns(name: str, line: int, titles: list[str]) -> _Header:
    places = {word: n for n, title in enumerate(titles) for word in (*_REQUIRED, _RATIONALE) if word in title}
    if lacking := [word for word in _REQUIRED if word not in places]:
        raise DataError(
            f"{name} line {line}: expected the columns column 1, column 2, effective date, deletion date, modifier; "
            f"{', '.join(lacking).lower()} not found (it has: {', '.join(titles)})"
        )
    effective, deletion, modifier = (places[word] for word in _REQUIRED)
    return _Header(effective, deletion, modifier, places.get(_RATIONALE))


class _Known(dict[str, int]):
    """What texts were read as; read once each."""

    def __init__(self, read: Callable[[str], int]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> int:
        value = self[text] = self._read(text)
        return value


def _code(text: str) -> int:
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise ValueError(f"{text[:_SHOWN]!r} is not a CPT or HCPCS code")
    return number_of(code)


def _cut_off(cells: Sequence[str], header: _Header) -> ValueError:
    return ValueError(f"{len(cells)} columns, an edit has {header.last + 1}; the file may be cut off")


def _first_day(text: str) -> int:
    if found := _day(text):
        return found
    raise ValueError("an edit without an effective date")


def _day(text: str) -> int:
    try:
        found = day(text)
    except ValueError:
        raise ValueError(f"{text[:_SHOWN]!r} is not a date, such as 20260101") from None
    return found.toordinal() if found else 0


def _indicator(text: str) -> str:
    if text.strip() in _INDICATORS:
        return text.strip()
    raise ValueError(f"{text[:_SHOWN]!r} is not a modifier indicator (0, 1 or 9)")
