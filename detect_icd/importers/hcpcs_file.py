"""Reads the HCPCS level II file of CMS: ``HCPC*ANWEB`` as fixed-width text of 293 or 320 characters, or as workbook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from detect_icd.importers.given import Given
from detect_icd.importers.grids import Columns, Table, day
from detect_icd.importers.reading import Cite
from detect_icd.service_records import HcpcsRecord
from redactphi.errors import DataError

COLUMNS: Final[Columns] = {
    "code": ("HCPC", "HCPCS", "HCPCS CODE"),
    "record": ("RECID", "RIC", "REC ID", "RECORD ID"),
    "long": ("LONG DESCRIPTION", "LONG DESC", "DESC TXT"),
    "short": ("SHORT DESCRIPTION", "SHORT DESC"),
    "coverage": ("COV", "COVERAGE", "COVERAGE CODE"),
    "betos": ("BETOS",),
    "type_1": ("TOS1", "TOS 1", "TOS"),
    "type_2": ("TOS2", "TOS 2"),
    "type_3": ("TOS3", "TOS 3"),
    "type_4": ("TOS4", "TOS 4"),
    "type_5": ("TOS5", "TOS 5"),
    "added": ("ADD DT", "ADD DATE"),
    "effective": ("ACT EFF DT", "EFCTV DT", "ACTION EFF DT"),
    "terminated": ("TERM DT", "TERMINATION DATE"),
    "action": ("ACTION CD", "ACTN CD", "ACTION CODE"),
}

OPTIONAL = ("type_1", "type_2", "type_3", "type_4", "type_5")

LAYOUT: Final = {
    "code": slice(0, 5),
    "record": slice(10, 11),
    "long": slice(11, 91),
    "short": slice(91, 119),
    "coverage": slice(229, 230),
    "betos": slice(256, 259),
    "types": slice(260, 265),
    "added": slice(268, 276),
    "effective": slice(276, 284),
    "terminated": slice(284, 292),
    "action": slice(292, 293),
}
"""Where the fields of a line stand, as the record layout of CMS says."""

FIRST, FURTHER = ("3", "7"), ("4", "8")
"""Record ids of the first line of a code or modifier, and of further lines of its description."""

WIDTHS = (293, 320)

_LINE = re.compile(r"(?: {3}[0-9A-Z]{2}|[A-Z]\d{4})[ \d]{5}[3478]", re.ASCII)


class _Line(NamedTuple):
    number: int
    cells: dict[str, str]


def is_fixed_width(file: Given) -> bool:
    """Whether a text is such a file: half of its lines are records."""
    lines = [line for line in file.text()[:100_000].splitlines() if line.strip()]
    return bool(lines) and sum(bool(_LINE.match(line)) for line in lines) >= len(lines) / 2


def read_lines(file: Given, cite: Cite) -> Iterator[HcpcsRecord]:
    """The records of a fixed-width text.

    Raises:
        DataError: A line is cut off or is no record; names the line.
    """
    yield from _records(file.name, _lines(file), cite)


def _lines(file: Given) -> Iterator[_Line]:
    begun = False
    for number, line in enumerate(file.text().split("\n"), 1):
        text = line.rstrip("\r")
        if not text.strip():
            continue
        if not _LINE.match(text):
            if begun:
                raise DataError(f"{file.name} line {number}: no record (code, sequence, record id 3, 4, 7 or 8)")
            continue  # the publisher's remarks at the top
        begun = True
        cells = {name: text[part].strip() for name, part in LAYOUT.items()}
        if cells["record"] in FIRST and len(text) < WIDTHS[0]:
            raise DataError(
                f"{file.name} line {number}: {len(text)} characters, a record has {WIDTHS[0]} or {WIDTHS[1]}; "
                "the file may be cut off"
            )
        yield _Line(number, cells)


def read_workbook(table: Table, cite: Cite) -> Iterator[HcpcsRecord]:
    """The records of a workbook, which has a code's whole description in one row.

    Raises:
        DataError: A row is no record; names it.
    """
    rows = (
        _Line(row.line, {**row.cells, "types": "".join(row[f"type_{n}"] for n in range(1, 6))}) for row in table.rows()
    )
    yield from _records(table.grid.name, rows, cite)


def _records(name: str, lines: Iterable[_Line], cite: Cite) -> Iterator[HcpcsRecord]:
    """Joins the lines of a description."""
    first: _Line | None = None
    long: list[str] = []
    for line in lines:
        if line.cells["record"] in FURTHER:
            if first is None or first.cells["code"] != line.cells["code"]:
                raise DataError(f"{name} line {line.number}: goes on with {line.cells['code']}, which did not begin")
            long.append(line.cells["long"])
            continue
        if line.cells["record"] not in FIRST:
            raise DataError(f"{name} line {line.number}: record id {line.cells['record']!r} is not 3, 4, 7 or 8")
        if first is not None:
            yield _record(name, first, long, cite)
        first, long = line, [line.cells["long"]]
    if first is not None:
        yield _record(name, first, long, cite)


def _record(name: str, line: _Line, long: list[str], cite: Cite) -> HcpcsRecord:
    days = {}
    for field in ("added", "effective", "terminated"):
        try:
            days[field] = day(line.cells[field])
        except ValueError:
            raise DataError(f"{name} line {line.number}: {field}: {line.cells[field]!r} is not a date") from None
    cells = line.cells
    return HcpcsRecord(
        code=cells["code"].upper(),
        long=" ".join(filter(None, long)),
        short=cells["short"],
        coverage=cells["coverage"],
        betos=cells["betos"],
        type_of_service=cells["types"].replace(" ", ""),
        action=cells["action"],
        source=cite(line.number),
        **days,
    )
