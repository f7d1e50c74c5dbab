"""Reads a licensee's own descriptors of codes: a table (CSV, TSV or xlsx) with a column of codes and one of texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from detect_icd.importers.grids import Columns, Table, normal
from detect_icd.importers.reading import Cite
from detect_icd.service_records import Descriptor

_COLUMNS: Final[Columns] = {
    "code": ("CPT CODE", "CODE", "CPT", "HCPCS CODE", "HCPCS", "PROCEDURE CODE", "CPT HCPCS CODE"),
    "text": ("LONG DESCRIPTION", "LONG DESCRIPTOR", "LONG", "CONSUMER DESCRIPTION", "DESCRIPTION", "DESCRIPTOR",
             "TEXT", "FULL DESCRIPTION", "FULL DESCRIPTOR", "MEDIUM DESCRIPTION", "MEDIUM DESCRIPTOR", "MEDIUM",
             "SHORT DESCRIPTION", "SHORT DESCRIPTOR", "SHORT"),
    "valid_from": ("VALID FROM", "EFFECTIVE DATE", "EFFECTIVE", "CURRENT DESCRIPTOR EFFECTIVE DATE", "ADDED",
                   "DATE ADDED", "ADDED DATE", "ADD DATE", "START DATE"),
    "valid_to": ("VALID TO", "DELETED", "DATE DELETED", "DELETED DATE", "DELETION DATE", "TERMINATION DATE",
                 "END DATE", "TERM DATE"),
}  # fmt: skip

OPTIONAL = ("valid_from", "valid_to")


def columns(code: str | None = None, text: str | None = None) -> Columns:
    """The columns to look for, those that are named before others."""
    named = {"code": code, "text": text}
    return {key: (normal(name),) if (name := named.get(key)) else names for key, names in _COLUMNS.items()}


def read_descriptors(table: Table, cite: Cite) -> Iterator[Descriptor]:
    """The rows of a table of descriptors.

    Raises:
        DataError: A row has no code or no text, or a date that is none; names the line.
    """
    for row in table.rows():
        if not row["text"]:
            raise row.error("text", "a descriptor")
        yield Descriptor(row.code("code"), row["text"], row.day("valid_from"), row.day("valid_to"), cite(row.line))
