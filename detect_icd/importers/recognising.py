"""Tells which official file of CPT and HCPCS codes a file is, by what is in it, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from detect_icd.importers import categories, descriptors, fee_schedule, hcpcs_file, ncci, opps, ptp
from detect_icd.importers.given import Given
from detect_icd.importers.grids import Columns, NoTable, Table, find_table
from detect_icd.importers.reading import Cite
from detect_icd.service_records import Record

COMMANDS = ("physician-fee-schedule", "ncci", "hcpcs", "opps-addendum-b", "cpt-descriptors", "ccs-services", "rbcs")
"""What ``detect-icd import`` calls the kinds; ``ncci`` stands for three."""

Reader = Callable[[Table, Cite], Iterable[Record]]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file whose kind is known.

    Attributes:
        file: The file.
        kind: One of ``KINDS``.
        setting: Whose edits, where its content tells it; else empty.
        above: The text over its header.
        read: Gives its records; ``None`` of the pairs of NCCI, which ``ptp`` reads.
    """

    file: Given
    kind: str
    setting: str
    above: str
    read: Callable[[Cite], Iterable[Record]] | None

    @property
    def is_workbook(self) -> bool:
        """A file that is published as text too is read as text."""
        return self.file.suffix == ".xlsx"


class _Layout(NamedTuple):
    """A table of a kind."""

    kind: str
    columns: Columns
    read: Reader
    optional: Sequence[str] = ()
    setting: str = ""


def _layouts(command: str, code: str | None, text: str | None) -> Sequence[_Layout]:
    if command == "ncci":
        return (
            *(
                _Layout("ncci-mue", columns, partial(ncci.read_mues, setting), setting=setting)
                for setting, columns in ncci.MUE_COLUMNS.items()
            ),
            _Layout("ncci-add-on", ncci.ADD_ON_COLUMNS, ncci.read_add_ons, ncci.ADD_ON_OPTIONAL),
        )
    if command == "cpt-descriptors":
        named = descriptors.columns(code, text)
        return (_Layout(command, named, descriptors.read_descriptors, descriptors.OPTIONAL),)
    return (_LAYOUTS[command],)


_LAYOUTS: Mapping[str, _Layout] = {
    layout.kind: layout
    for layout in (
        _Layout("physician-fee-schedule", fee_schedule.COLUMNS, fee_schedule.read_fees),
        _Layout("hcpcs", hcpcs_file.COLUMNS, hcpcs_file.read_workbook, hcpcs_file.OPTIONAL),
        _Layout("opps-addendum-b", opps.COLUMNS, opps.read_apcs),
        _Layout("ccs-services", categories.CCS_COLUMNS, categories.read_ccs),
        _Layout("rbcs", categories.RBCS_COLUMNS, categories.read_rbcs, categories.RBCS_OPTIONAL),
    )
}


def recognise(command: str, file: Given, code: str | None = None, text: str | None = None) -> Recognised | NoTable:
    """What a file is; where it is none that the command imports, how near it came.

    Args:
        command: One of ``COMMANDS``.
        file: The file.
        code: What a licensee's column of codes is called.
        text: What a licensee's column of descriptors is called.

    Raises:
        DataError: The file is damaged.
    """
    if command == "ncci" and ptp.is_ptp(file):
        return Recognised(file, "ncci-ptp", "", "", None)
    if command == "hcpcs" and file.suffix == ".txt" and hcpcs_file.is_fixed_width(file):
        return Recognised(file, command, "", "", partial(hcpcs_file.read_lines, file))
    nearest = NoTable(file.name)
    for layout in _layouts(command, code, text):
        table = find_table(file, layout.columns, layout.optional)
        if isinstance(table, Table):
            return Recognised(file, layout.kind, layout.setting, table.above, partial(layout.read, table))
        if not nearest.line or (table.line and len(table.lacking) < len(nearest.lacking)):
            nearest = table
    return nearest


def expected(command: str, code: str | None = None, text: str | None = None) -> str:
    """What a command looks for, in words."""
    if command == "hcpcs":
        return f"lines of {hcpcs_file.WIDTHS[0]} or {hcpcs_file.WIDTHS[1]} characters (HCPC*ANWEB*.txt), or {_columns(_LAYOUTS[command])}"
    layouts = _layouts(command, code, text)
    if command == "ncci":
        return (
            f"PTP edits (a header Column 1, Column 2), MUE tables ({_columns(layouts[0])}, or those of hospitals or "
            f"suppliers) or add-on code edits ({_columns(layouts[-1])})"
        )
    if command == "cpt-descriptors":
        return f"{_columns(layouts[0])} (name yours by --code-column and --text-column)"
    return _columns(layouts[0])


def _columns(layout: _Layout) -> str:
    return "columns " + ", ".join(names[0] for key, names in layout.columns.items() if key not in layout.optional)
