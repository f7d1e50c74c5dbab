"""Add-on codes: never by themselves, each only with the codes it may go with (NCCI add-on edits, or the lexicon)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from detect_icd.checks.findings import Basis, Finding, Severity
from detect_icd.checks.lines import Line
from detect_icd.checks.services import Services, listed
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.service_records import CONTRACTOR, AddOn

_KIND = "ncci-add-on"


def check_add_ons(services: Services) -> Iterator[Finding]:
    """Add-on codes without one that they may go with, and those with 51."""
    others = set(services.codes)
    is_imported = _KIND in services.files.kinds()
    for code in services.codes:
        edits = services.files.primaries(code, services.day)
        beside = others - {code}
        if edits:
            yield from _by_edits(code, edits, beside)
            yield from _with_51(services.of(code), edits[0])
        elif not is_imported:
            yield from _by_lexicon(code, beside)


def _by_edits(code: str, edits: Sequence[AddOn], beside: set[str]) -> Iterator[Finding]:
    named = {edit.primary for edit in edits}
    primaries = sorted(named - {CONTRACTOR})
    if beside.intersection(primaries):
        return
    kind = edits[0].edit_type
    severity = Severity.ERROR
    if kind == "1" and CONTRACTOR not in named:
        says = f"without its primary: it is paid only with {listed(primaries)}"
    elif not beside:
        says = "and stands alone: it is paid only with a primary"
    elif primaries:
        severity = Severity.WARNING
        says = f"without a listed primary ({listed(primaries)}): others go only where the contractor accepts them"
    else:
        severity = Severity.HINT
        says = "whose primaries the contractor names: see that it accepts one of this claim"
    yield Finding("add-on", severity, (code,), f"{code} is an add-on code (type {kind}) {says}", edits[0].source)


def _with_51(lines: Sequence[Line], edit: AddOn) -> Iterator[Finding]:
    for line in lines:
        if "51" in line.modifiers:
            message = f"{line}: an add-on code takes no 51: it is never reduced beside its primary"
            yield Finding("add-on-51", Severity.WARNING, (line.code,), message, edit.source)


def _by_lexicon(code: str, beside: set[str]) -> Iterator[Finding]:
    """By this project's lexicon, which does not know every primary: a question, not an error."""
    primaries = sorted({primary for entry in by_code().get(code, ()) for primary in entry.add_on_to})
    if primaries and not beside.intersection(primaries):
        message = f"{code} is an add-on code without one of {listed(primaries)}, which it goes with"
        yield Finding("add-on", Severity.WARNING, (code,), message, Basis("procedure lexicon"))
