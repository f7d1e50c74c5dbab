"""Reads Addendum B of the outpatient prospective payment system: payment of hospitals, by code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from detect_icd.importers.grids import Columns, Table
from detect_icd.importers.reading import Cite
from detect_icd.service_records import Apc

COLUMNS: Final[Columns] = {
    "code": ("HCPCS CODE", "HCPCS", "CPT HCPCS", "CPT HCPCS CODE"),
    "status_indicator": ("SI", "STATUS INDICATOR"),
    "apc": ("APC",),
    "relative_weight": ("RELATIVE WEIGHT",),
    "payment_rate": ("PAYMENT RATE",),
}


def read_apcs(table: Table, cite: Cite) -> Iterator[Apc]:
    """The rows of Addendum B.

    Raises:
        DataError: A row has no code or a value that is no number; names the line.
    """
    for row in table.rows():
        yield Apc(
            code=row.code("code"),
            status_indicator=row["status_indicator"].upper(),
            apc=row["apc"],
            relative_weight=row.number("relative_weight"),
            payment_rate=row.number("payment_rate"),
            source=cite(row.line),
        )
