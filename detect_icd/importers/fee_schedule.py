"""Reads the physician fee schedule of CMS (``PPRRVU*.csv`` or ``.xlsx``), whose header is split over up to five rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from detect_icd.importers.grids import Columns, Row, Table
from detect_icd.importers.reading import Cite
from detect_icd.service_records import Fee

COLUMNS: Final[Columns] = {
    "code": ("HCPCS", "HCPCS CODE"),
    "modifier": ("MOD", "MODIFIER"),
    "description": ("DESCRIPTION", "SHORT DESCRIPTION"),
    "status": ("STATUS CODE", "STATUS", "CODE STATUS", "PROC STAT"),
    "work": ("WORK RVU", "WORK RVUS", "PHYSICIAN WORK RVU", "PHYSICIAN WORK RVUS"),
    # Until 2016 the values stood twice; those in transition are the ones that were paid.
    "nonfacility_pe": ("NON FAC PE RVU", "NON FACILITY PE RVU", "TRANSITIONED NON FAC PE RVU",
                       "TRANSITIONED NON FACILITY PE RVU", "TRANSITIONED NON FAC PE RVUS"),
    "facility_pe": ("FACILITY PE RVU", "FAC PE RVU", "TRANSITIONED FACILITY PE RVU", "TRANSITIONED FAC PE RVU",
                    "TRANSITIONED FACILITY PE RVUS"),
    "malpractice": ("MP RVU", "MP RVUS", "MALPRACTICE RVU"),
    "nonfacility_total": ("NON FACILITY TOTAL", "NON FAC TOTAL", "TRANSITIONED NON FACILITY TOTAL",
                          "TRANSITIONED NON FAC TOTAL"),
    "facility_total": ("FACILITY TOTAL", "FAC TOTAL", "TRANSITIONED FACILITY TOTAL", "TRANSITIONED FAC TOTAL"),
    "pc_tc": ("PCTC IND", "PC TC IND"),
    "global_days": ("GLOB DAYS", "GLOBAL DAYS"),
    "preoperative": ("PRE OP",),
    "intraoperative": ("INTRA OP",),
    "postoperative": ("POST OP",),
    "multiple": ("MULT PROC",),
    "bilateral": ("BILAT SURG",),
    "assistant": ("ASST SURG",),
    "co_surgeon": ("CO SURG",),
    "team": ("TEAM SURG",),
    "endoscopic_base": ("ENDO BASE",),
    "conversion_factor": ("CONV FACTOR", "CONVERSION FACTOR"),
    "supervision": ("PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES", "SUPERVISION OF DIAGNOSTIC PROCEDURES",
                    "DIAGNOSTIC PROCEDURES"),
    "imaging_family": ("DIAGNOSTIC IMAGING FAMILY INDICATOR", "IMAGING FAMILY INDICATOR", "FAMILY INDICATOR"),
}  # fmt: skip
"""By merged header, as the releases since 2010 write it."""

SHARES = ("preoperative", "intraoperative", "postoperative")
NUMBERS = (
    "work", "facility_pe", "nonfacility_pe", "malpractice", "facility_total", "nonfacility_total", "conversion_factor",
)  # fmt: skip


def read_fees(table: Table, cite: Cite) -> Iterator[Fee]:
    """The rows of a fee schedule.

    Raises:
        DataError: A row has no code or a value that is no number; names the line.
    """
    for row in table.rows():
        numbers = {name: row.number(name) for name in (*NUMBERS, *SHARES)}
        yield Fee(
            code=row.code("code"),
            modifier=_modifier(row),
            description=row["description"],
            status=_status(row),
            pc_tc=row["pc_tc"],
            global_days=row["global_days"],
            multiple=row["multiple"],
            bilateral=row["bilateral"],
            assistant=row["assistant"],
            co_surgeon=row["co_surgeon"],
            team=row["team"],
            endoscopic_base=row["endoscopic_base"],
            supervision=row["supervision"],
            imaging_family=row["imaging_family"],
            source=cite(row.line),
            **numbers,
        )


def _modifier(row: Row) -> str:
    if row["modifier"] and not (len(row["modifier"]) == 2 and row["modifier"].isalnum()):  # noqa: PLR2004 - a modifier has two
        raise row.error("modifier", "a modifier of two characters")
    return row["modifier"].upper()


def _status(row: Row) -> str:
    if not (len(row["status"]) == 1 and row["status"].isalpha()):
        raise row.error("status", "a status code of one letter")
    return row["status"].upper()
