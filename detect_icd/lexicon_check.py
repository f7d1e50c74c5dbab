"""Compares the procedure lexicon with the official files that are imported: which of its codes are no longer what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from detect_icd.coding import hcpcs
from detect_icd.importers.service_releases import Release
from detect_icd.matchers.procedures_lexicon import Procedure, by_code
from detect_icd.service_files import ServiceFiles
from detect_icd.service_records import TITLES, Citation, Fee
from redactphi.errors import DataError

_SCHEDULE, _LEVEL_2 = "physician-fee-schedule", "hcpcs"

Kind = Literal["unknown", "deleted", "inactive", "dates"]
"""Not in the file; no longer in force; in the file, but not valid for Medicare or not covered; valid on other days."""

_DELETED = {
    "D": "deleted",
    "F": "deleted or discontinued",
    "G": "not valid for Medicare, which takes another code",
    "H": "deleted modifier",
}
_INACTIVE = {
    "I": "not valid for Medicare, which takes another code",
    "N": "not covered by Medicare",
}
"""What the status codes of the fee schedule mean, in this project's words."""


@dataclass(frozen=True, slots=True)
class LexiconFinding:
    """A code of the lexicon that a file contradicts.

    Attributes:
        code: The code.
        kind: What is wrong.
        name: What the lexicon calls the operation.
        message: What the file says, in plain words.
        source: The row that says it; ``None`` where there is none.
    """

    code: str
    kind: Kind
    name: str
    message: str
    source: Citation | None


class LexiconReport(NamedTuple):
    """What a comparison came to.

    Attributes:
        compared: The files it was made with.
        codes: How many codes of the lexicon.
        findings: Of them, by code.
        notes: What could not be compared.
    """

    compared: tuple[str, ...]
    codes: int
    findings: tuple[LexiconFinding, ...]
    notes: tuple[str, ...]


def check_lexicon(files: ServiceFiles | None = None) -> LexiconReport:
    """Compares every code of the lexicon with the newest fee schedule; of level II with the HCPCS file, if it is imported.

    Args:
        files: The imported files; those of the local folder unless given.

    Raises:
        DataError: Neither file is imported.
    """
    files = ServiceFiles.open() if files is None else files
    schedules, level2 = _releases(files, _SCHEDULE), _releases(files, _LEVEL_2)
    if not schedules and not level2:
        raise DataError(
            "nothing to compare with: `detect-icd import physician-fee-schedule FILE` brings the fee schedule, "
            "`detect-icd import hcpcs FILE` the level II codes"
        )
    findings: list[LexiconFinding] = []
    codes = 0
    for code, entries in sorted(by_code().items()):
        if hcpcs.is_valid(code) and level2:
            findings += _against_hcpcs(files, level2[-1], code, entries[0])
        elif schedules:
            findings += _against_schedule(files, schedules, code, entries[0])
        else:
            continue
        codes += 1
    compared = tuple(
        f"{TITLES[kind]} {found[-1].written(kind)}"
        for kind, found in ((_SCHEDULE, schedules), (_LEVEL_2, level2))
        if found
    )
    notes = (
        ()
        if schedules
        else ("CPT codes are not compared: `detect-icd import physician-fee-schedule FILE` brings theirs",)
    )
    return LexiconReport(compared, codes, tuple(findings), notes)


def _releases(files: ServiceFiles, kind: str) -> list[Release]:
    return [Release.parse(each.release) for each in files.imports() if each.kind == kind]


def _against_schedule(
    files: ServiceFiles, releases: Sequence[Release], code: str, entry: Procedure
) -> Iterator[LexiconFinding]:
    *older, newest = releases
    first_day, name = newest.first_day, newest.written(_SCHEDULE)
    in_force = _in_force(entry, first_day, first_day.replace(month=12, day=31))
    fees = files.fees(code)
    if not fees:
        if in_force:
            yield LexiconFinding(code, "unknown", entry.name, f"not in the fee schedule of {name}", None)
        return
    fee = fees[0]
    if fee.status in _DELETED:
        if in_force:
            yield _of_status(code, "deleted", entry, fee, _DELETED[fee.status])
        return
    if not in_force:
        yield _dates(code, entry, f"{name} has it with status {fee.status}", fee.source)
    elif fee.status in _INACTIVE:
        yield _of_status(code, "inactive", entry, fee, _INACTIVE[fee.status])
    yield from _too_early(files, older, code, entry)


def _too_early(files: ServiceFiles, older: Sequence[Release], code: str, entry: Procedure) -> Iterator[LexiconFinding]:
    """A code that a release from before its first day has."""
    for release in older:
        if entry.valid_from is None or release.first_day >= entry.valid_from:
            continue
        had = [fee for fee in files.fees(code, release.first_day) if fee.status not in _DELETED]
        if had:
            yield _dates(code, entry, f"{had[0].source.release} has it with status {had[0].status}", had[0].source)
            return


def _against_hcpcs(files: ServiceFiles, release: Release, code: str, entry: Procedure) -> Iterator[LexiconFinding]:
    first_day = release.first_day
    in_force = _in_force(entry, first_day, first_day)
    record = files.hcpcs(code)
    if record is None:
        if in_force:
            yield LexiconFinding(
                code, "unknown", entry.name, f"not in the HCPCS file of {release.written(_LEVEL_2)}", None
            )
        return
    ended = record.terminated
    if ended is not None and ended < first_day and in_force:
        yield LexiconFinding(code, "deleted", entry.name, f"ended on {ended}", record.source)
    elif ended != entry.valid_to and (ended is not None or not in_force):
        yield _dates(
            code, entry, f"the file ends it on {ended}" if ended else "the file has no end of it", record.source
        )
    if entry.valid_from is not None and record.added is not None and record.added != entry.valid_from:
        yield _dates(code, entry, f"the file adds it on {record.added}", record.source)


def _in_force(entry: Procedure, first: date, last: date) -> bool:
    """Whether the lexicon has a code in force on a day from the first to the last."""
    return (entry.valid_from is None or entry.valid_from <= last) and (
        entry.valid_to is None or entry.valid_to >= first
    )


def _of_status(code: str, kind: Kind, entry: Procedure, fee: Fee, meaning: str) -> LexiconFinding:
    return LexiconFinding(code, kind, entry.name, f"status {fee.status}: {meaning}", fee.source)


def _dates(code: str, entry: Procedure, said: str, source: Citation) -> LexiconFinding:
    valid = f"{entry.valid_from or '…'} to {entry.valid_to or '…'}"
    return LexiconFinding(code, "dates", entry.name, f"the lexicon has it from {valid}; {said}", source)
