"""What the checks could not look at, and which command brings it; and releases that are not those of the day."""

from __future__ import annotations

from collections.abc import Iterator

from detect_icd.checks.findings import Finding, Severity
from detect_icd.checks.services import Services
from detect_icd.coding import CodeSystem
from detect_icd.service_records import IMPORT_OF, TITLES

_FOR = {
    "physician-fee-schedule": "status, sides, assistants, components and global days",
    "ncci-ptp": "pairs that are not paid together",
    "ncci-mue": "units",
    "ncci-add-on": "all primaries of add-on codes",
    "hcpcs": "whether a HCPCS code is in force",
}
"""The kinds of files that checks read, and what for."""

_OF_SETTINGS = ("ncci-ptp", "ncci-mue")


def check_imports(services: Services) -> Iterator[Finding]:
    """Once for each import that is missing, and for each whose release is not the one of the day."""
    if not services.lines:
        return
    missing: dict[str, list[str]] = {}
    at_hand = {(found.kind, found.setting) for found in services.files.imports()}
    for kind, what in _FOR.items():
        if kind == "hcpcs" and all(line.system is not CodeSystem.HCPCS for line in services.lines):
            continue
        setting = services.edits if kind in _OF_SETTINGS else ""
        if (kind, setting) not in at_hand:
            missing.setdefault(IMPORT_OF[kind], []).append(what)
        elif note := services.files.note(kind, services.day, setting):
            yield Finding("other-release", Severity.HINT, (), f"{TITLES[kind]}: {note}")
    for command, left in missing.items():
        whose = (
            f" (files of the {services.edits} setting)"
            if command == "ncci" and "ncci-ptp" in services.files.kinds()
            else ""
        )
        message = f"not checked: {'; '.join(left)}. `detect-icd import {command} FILE...` brings them{whose}"
        yield Finding("not-imported", Severity.HINT, (), message)
