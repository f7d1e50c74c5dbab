"""Medically unlikely edits (NCCI MUE): more units of a code than are paid, on a line or on the day; lines given twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from detect_icd.checks.findings import Finding, Severity
from detect_icd.checks.services import Services
from detect_icd.service_records import Mue


def check_units(services: Services) -> Iterator[Finding]:
    """Codes with more units than their edit allows: of each line for MAI 1, of all lines for MAI 2 and 3."""
    for code in services.codes:
        edit = services.files.mue(code, services.day, services.edits)
        if edit is None:
            continue
        lines = services.of(code)
        if edit.units == 0:
            yield _finding(edit, f"{code}: no unit is paid (MUE 0, MAI {edit.mai}, {edit.setting})")
        elif edit.mai == "1":
            yield from (_of_line(edit, str(line), line.units) for line in lines if line.units > edit.units)
        elif (total := sum(line.units for line in lines)) > edit.units:
            yield _of_day(edit, total, len(lines))


def check_repeats(services: Services) -> Iterator[Finding]:
    """Lines that are the same, modifiers included: the second passes for a slip."""
    for line, times in Counter((line.code, line.modifiers) for line in services.lines).items():
        if times > 1:
            message = (
                f"{'-'.join((line[0], *line[1]))} stands on {times} lines that are the same: units go on one, or a modifier (59, "
                "76, 77, 91, a place) tells them apart"
            )
            yield Finding("repeated-service", Severity.WARNING, (line[0],), message)


def _of_line(edit: Mue, line: str, units: int) -> Finding:
    return _finding(
        edit,
        f"{line}: {units} units on one line, {edit.units} are paid (MUE, MAI 1: of a line); what was done beyond goes on a line "
        "of its own with 76, 77, 59, 91 or a place",
    )


def _of_day(edit: Mue, units: int, lines: int) -> Finding:
    over = f"{units} units on the day" + (f", over {lines} lines" if lines > 1 else "")
    if edit.mai == "2":
        why = "MAI 2: of the day, by policy; more cannot be, and no modifier or appeal changes it"
        return _finding(edit, f"{edit.code}: {over}, {edit.units} are paid (MUE, {why})")
    why = "MAI 3: of the day, by clinical use; more is denied at first, and paid where papers show the need"
    return _finding(edit, f"{edit.code}: {over}, {edit.units} are paid (MUE, {why})", Severity.WARNING)


def _finding(edit: Mue, message: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding("mue", severity, (edit.code,), message, edit.source)
