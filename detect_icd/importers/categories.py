"""Reads the two classifications of services: CCS of HCUP (ranges of codes) and RBCS of CMS (single codes)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from detect_icd.importers.grids import Columns, Table
from detect_icd.importers.reading import Cite
from detect_icd.service_records import Category

CCS_COLUMNS: Final[Columns] = {
    "range": ("CODE RANGE", "CPT CODE RANGE", "CODE RANGES"),
    "number": ("CCS", "CCS CATEGORY"),
    "label": ("CCS LABEL", "CCS CATEGORY DESCRIPTION", "CCS CATEGORY LABEL"),
}

RBCS_COLUMNS: Final[Columns] = {
    "code": ("HCPCS CD", "HCPCS CODE"),
    "number": ("RBCS ID",),
    "label": ("RBCS CAT DESC",),
    "subcategory": ("RBCS SUBCAT DESC",),
    "family": ("RBCS FAMILY DESC",),
    "assigned": ("RBCS ASSIGNMENT EFF DT", "RBCS ANALYSIS START DT"),
    "unassigned": ("RBCS ASSIGNMENT END DT", "RBCS ANALYSIS END DT"),
    "added": ("HCPCS CD ADD DT",),
    "ended": ("HCPCS CD END DT",),
}

RBCS_OPTIONAL = ("assigned", "unassigned", "added", "ended")

_RANGE = re.compile(r"'?([0-9A-Z]\d{3}[0-9A-Z])(?:-([0-9A-Z]\d{3}[0-9A-Z]))?'?", re.ASCII)


def read_ccs(table: Table, cite: Cite) -> Iterator[Category]:
    """The ranges of the CCS for services.

    Raises:
        DataError: A row has no range of codes or no category; names the line.
    """
    for row in table.rows():
        match = _RANGE.fullmatch(row["range"].upper().replace(" ", ""))
        if match is None or (match[2] and not _in_order(match[1], match[2])):
            raise row.error("range", "a range of codes, such as '10021-10022'")
        if not row["number"].isdecimal():
            raise row.error("number", "the number of a category")
        first, last = match[1], match[2] or match[1]
        yield Category(first, last, row["number"], row["label"], "", "", None, None, cite(row.line))


def _in_order(first: str, last: str) -> bool:
    """Whether codes make a range: one kind of code, that is their letters in the same places."""
    letters = [[(n, c) for n, c in enumerate(code) if c.isalpha()] for code in (first, last)]
    return first <= last and letters[0] == letters[1]


def read_rbcs(table: Table, cite: Cite) -> Iterator[Category]:
    """The rows of the RBCS: a code may have several, one after the other in time.

    Raises:
        DataError: A row has no code or a date that is none; names the line.
    """
    for row in table.rows():
        code = row.code("code")
        days = {column: row.day(column) for column in RBCS_OPTIONAL}
        yield Category(
            first=code,
            last=code,
            number=row["number"],
            label=row["label"],
            subcategory=row["subcategory"],
            family=row["family"],
            valid_from=days["assigned"] or days["added"],
            valid_to=days["unassigned"] or days["ended"],
            source=cite(row.line),
        )
