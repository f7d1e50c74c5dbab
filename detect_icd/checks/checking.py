"""check: everything that is to say of the codes of one claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from detect_icd.checks.add_ons import check_add_ons
from detect_icd.checks.diagnoses import Diagnoses, check_diagnoses
from detect_icd.checks.findings import Basis, Finding, Severity
from detect_icd.checks.imports import check_imports
from detect_icd.checks.indicators import check_indicators, check_reductions, check_visits
from detect_icd.checks.lines import Line, read_lines
from detect_icd.checks.pairs import check_pairs
from detect_icd.checks.services import Services
from detect_icd.checks.standing import check_standing
from detect_icd.checks.units import check_repeats, check_units
from detect_icd.codebook import CodeBook, day_of, open_book
from detect_icd.coding import CodeSystem, hcpcs
from detect_icd.guidelines import SETTINGS
from detect_icd.service_files import ServiceFiles
from detect_icd.service_records import Citation
from redactphi.errors import UnknownNameError

if TYPE_CHECKING:
    from detect_icd.candidates import Candidate
    from detect_icd.guidelines import Setting
    from detect_icd.service_records import Setting as Edits

EDITS: tuple[Edits, ...] = ("practitioner", "hospital")
"""Whose edits of NCCI: those of practitioners, or of outpatient departments of hospitals."""

_ORDER = list(Severity)


def check(
    codes: str | Iterable[str],
    *,
    setting: Setting = "outpatient",
    service_date: date | str | None = None,
    release: str | None = None,
    edits: Edits = "practitioner",
    files: ServiceFiles | None = None,
) -> tuple[Finding, ...]:
    """What is wrong with the codes of one claim, the gravest first: those of one patient, one biller and one day.

    Diagnoses are checked by the code book and the guidelines; services by the official files that were imported, and as
    far as it goes by the procedure lexicon. A hint says which import would bring what was not checked.

    >>> [str(finding) for finding in check(["W19.XXXA", "S82.001A"])][0][:60]
    'W19.XXXA is an external cause and never the first-listed dia'

    Args:
        codes: Codes as people write them, in the order of the claim: ``45385-59``, ``64636-LT x2``, ``K62.3``.
        setting: ``outpatient`` or ``inpatient``: of the guidelines for diagnoses.
        service_date: The day of service; decides the releases.
        release: The release of ICD-10-CM; the newest one when neither is given.
        edits: Whose edits of NCCI hold: ``practitioner`` or ``hospital`` (outpatient departments).
        files: The imported files; those in the user's folder unless given.

    Raises:
        UsageError: A code has the form of none, the date is not one, or both a date and a release are given.
        UnknownNameError: No release has a diagnosis (lists the nearest), or a setting or release is not known.
    """
    for what, given, valid in (("setting", setting, SETTINGS), ("edits", edits, EDITS)):
        if given not in valid:
            raise UnknownNameError(what, given, valid)
    book = open_book(release=release, service_date=service_date)
    day = None if service_date is None else day_of(service_date)
    lines = read_lines(codes, book)
    services = Services(
        tuple(line for line in lines if not line.is_diagnosis), files or ServiceFiles.open(), day, edits
    )
    diagnoses = Diagnoses(tuple(line for line in lines if line.is_diagnosis), book, day, setting)
    found = dict.fromkeys(
        (*check_diagnoses(diagnoses), *_of_services(services), *_of_reading(diagnoses.lines, book, services))
    )
    return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.severity)))


def _of_services(services: Services) -> Iterator[Finding]:
    parts = (
        check_standing,
        check_repeats,
        check_edits,
        check_indicators,
        check_visits,
        check_reductions,
        check_imports,
    )
    for part in parts:
        yield from part(services)


def check_edits(services: Services) -> Iterator[Finding]:
    """What the edits of NCCI say: pairs, units, add-on codes."""
    for part in (check_pairs, check_units, check_add_ons):
        yield from part(services)


def edit_warnings(reported: Iterable[Candidate], files: ServiceFiles, day: date | None) -> Iterator[str]:
    """What the imported edits of NCCI say against the services of a note, each with the row that says so.

    Args:
        reported: What may be reported of the note.
        files: The imported files.
        day: The day of service.
    """
    lines = tuple(
        Line(c.coding.code, c.coding.system, c.modifiers, c.units, number)
        for number, c in enumerate(reported, start=1)
        if c.coding.system is not CodeSystem.ICD10CM
    )
    for finding in check_edits(Services(lines, files, day)):
        if finding.counts and isinstance(finding.source, Citation):
            yield str(finding)


def _of_reading(diagnoses: Iterable[Line], book: CodeBook, services: Services) -> Iterator[Finding]:
    """How codes were read, where it is not plain: the release, and diagnoses that are HCPCS codes too."""
    if book.note:
        yield Finding("other-release", Severity.HINT, (), book.note, Basis(f"ICD-10-CM {book.release}"))
    for line in diagnoses:
        record = services.files.hcpcs(hcpcs.compact(line.code.replace(".", "")), services.day)
        if record is not None:
            message = f"read as the diagnosis {line.code}; {record.code} is a HCPCS code too: as a service write {record.code} x1"
            yield Finding("ambiguous-code", Severity.HINT, (line.code,), message, record.source)
