"""Reads the medically unlikely edits and the add-on code edits of NCCI; the pairs, a thousand times as many, are ``ptp``'s."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, cast

from detect_icd.importers.grids import Columns, Row, Table
from detect_icd.importers.reading import Cite
from detect_icd.service_records import CONTRACTOR, AddOn, Mue, MueSetting

_UNITS: Final[Mapping[MueSetting, tuple[str, ...]]] = {
    "practitioner": ("PRACTITIONER SERVICES MUE VALUES", "PRACTITIONER SERVICES MUE VALUE"),
    "hospital": ("OUTPATIENT HOSPITAL SERVICES MUE VALUES", "OUTPATIENT HOSPITAL SERVICES MUE VALUE",
                 "FACILITY OUTPATIENT HOSPITAL SERVICES MUE VALUES", "FACILITY OUTPATIENT SERVICES MUE VALUES"),
    "supplier": ("DME SUPPLIER SERVICES MUE VALUES", "DME SUPPLIER SERVICES MUE VALUE",
                 "DMEPOS SUPPLIER SERVICES MUE VALUES"),
}  # fmt: skip

MUE_COLUMNS: Final[Mapping[MueSetting, Columns]] = {
    setting: {
        "code": ("HCPCS CPT CODE", "CPT HCPCS CODE", "HCPCS CODE", "HCPCS CPT CODES"),
        "units": names,
        "mai": ("MUE ADJUDICATION INDICATOR", "MAI"),
        "rationale": ("MUE RATIONALE", "RATIONALE"),
    }
    for setting, names in _UNITS.items()
}
"""Whose units they are, the header of their column says."""

ADD_ON_COLUMNS: Final[Columns] = {
    "edit_type": ("AOC EDIT TYPE", "ADD ON EDIT TYPE", "EDIT TYPE", "TYPE"),
    "add_on": ("ADD ON CODE", "AOC"),
    "add_on_deleted": ("AOC DELDT", "AOC DEL DT", "AOC DELDT JULIAN", "ADD ON CODE DELETION DATE", "ADD ON DELETION DATE"),
    "primary": ("PRIMARY CODE",),
    "primary_deleted": ("PRIMARY CODE DELDT", "PRIMARY CODE DEL DT", "PRIMARY CODE DELDT JULIAN", "PRIMARY CODE DELETION DATE",
                        "PRIMARY DELETION DATE"),
    "effective": ("AOC EDIT EFFDT", "AOC EDIT EFF DT", "AOC EDIT EFFDT JULIAN", "EFFECTIVE DATE", "EDIT EFFECTIVE DATE"),
    "deleted": ("AOC EDIT DELDT", "AOC EDIT DEL DT", "AOC EDIT DELDT JULIAN", "DELETION DATE", "EDIT DELETION DATE"),
    "note": ("SPECIAL INSTRUCTION NOTES", "SPECIAL INSTRUCTION NOTE", "SPECIAL INSTRUCTIONS NOTES", "NOTES", "NOTE"),
}  # fmt: skip

ADD_ON_OPTIONAL = ("note",)

_MAI = re.compile(r"([123])\b.*", re.DOTALL)
_ROMAN = {"I": "1", "II": "2", "III": "3"}


def read_mues(setting: MueSetting, table: Table, cite: Cite) -> Iterator[Mue]:
    """The rows of a table of medically unlikely edits.

    Raises:
        DataError: A row has no code, units or adjudication indicator; names the line.
    """
    for row in table.rows():
        match = _MAI.fullmatch(row["mai"])
        if match is None:
            raise row.error("mai", "an adjudication indicator (1 Line Edit, 2 or 3 Date of Service Edit)")
        if not row["units"].isdecimal():
            raise row.error("units", "a number of units")
        mai = cast('Literal["1", "2", "3"]', match[1])
        yield Mue(row.code("code"), int(row["units"]), mai, row["mai"], row["rationale"], setting, cite(row.line))


def read_add_ons(table: Table, cite: Cite) -> Iterator[AddOn]:
    """The rows of the add-on code edits; an edit ends when it, its add-on or its primary code is deleted.

    Raises:
        DataError: A row has no codes, a type that is none, or a date that is none; names the line.
    """
    for row in table.rows():
        primary = CONTRACTOR if row["primary"].upper() == CONTRACTOR else row.code("primary")
        ends = [row.day(column) for column in ("deleted", "add_on_deleted", "primary_deleted")]
        yield AddOn(
            add_on=row.code("add_on"),
            primary=primary,
            edit_type=_edit_type(row),
            effective=row.day("effective"),
            deleted=min(filter(None, ends), default=None),
            note=row["note"],
            source=cite(row.line),
        )


def _edit_type(row: Row) -> Literal["1", "2", "3"]:
    written = row["edit_type"].upper()
    kind = _ROMAN.get(written, written)
    if kind not in {"1", "2", "3"}:
        raise row.error("edit_type", "a type of add-on code (1, 2 or 3)")
    return cast('Literal["1", "2", "3"]', kind)
