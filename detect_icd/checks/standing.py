"""Whether a CPT or HCPCS code is one on the day of service, as far as the imported files and the lexicon know."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from datetime import date

from detect_icd.checks.findings import Basis, Finding, Severity
from detect_icd.checks.services import Services, listed
from detect_icd.coding import cpt
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.service_records import TITLES, HcpcsRecord

_SHOWN = 8


def check_standing(services: Services) -> Iterator[Finding]:
    """Codes that are deleted, not yet there, or unknown."""
    kinds = services.files.kinds()
    for code in services.codes:
        record = services.files.hcpcs(code, services.day)
        if record is not None:
            yield from _by_record(record, services.day)
            continue
        yield from _by_lexicon(code, services.day)
        if services.fee(code) is not None:
            continue
        kind = _kind_of(code)
        if code not in by_code():
            yield _unknown(code, services) if kind in kinds else _untold(code)
        elif kind in kinds:
            message = f"{code} is not in the {TITLES[kind]} file at hand: deleted, newer than it, or none of Medicare's"
            yield Finding("unknown-code", Severity.WARNING, (code,), message, _releases(kind, services))


def _kind_of(code: str) -> str:
    """The kind of file that has every code of a system."""
    return "physician-fee-schedule" if cpt.is_valid(code) else "hcpcs"


def _by_record(record: HcpcsRecord, day: date | None) -> Iterator[Finding]:
    over = record.terminated
    if over is not None and (day is None or day > over):
        message = f"{record.code} is deleted: its last day was {over}"
        severity = Severity.ERROR if day is not None else Severity.WARNING
        yield Finding("not-in-force", severity, (record.code,), message, record.source)
    elif record.added is not None and day is not None and day < record.added:
        message = f"{record.code} is not in use on {day}: it was added on {record.added}"
        yield Finding("not-in-force", Severity.ERROR, (record.code,), message, record.source)


def _by_lexicon(code: str, day: date | None) -> Iterator[Finding]:
    entries = by_code().get(code, ())
    if not entries or any(entry.valid_on(day) for entry in entries):
        return
    last, first = entries[0].valid_to, entries[0].valid_from
    told = f"its last day is {last}" if last is not None else f"its first day is {first}"
    when = f"on {day}" if day is not None else "any more"
    message = f"{code} is not in use {when}: {told}"
    yield Finding("not-in-force", Severity.ERROR, (code,), message, Basis("procedure lexicon"))


def _untold(code: str) -> Finding:
    message = f"{code} is not in the procedure lexicon: only an imported file can tell whether it is a code"
    return Finding("unknown-code", Severity.HINT, (code,), message)


def _unknown(code: str, services: Services) -> Finding:
    def is_known(other: str) -> bool:
        files, day = services.files, services.day
        return other in by_code() or bool(files.fees(other, day)) or files.hcpcs(other, day) is not None

    kind, near = _kind_of(code), _near(code, is_known)
    message = f"unknown code {code}" + (f"; nearest: {', '.join(near)}" if near else "")
    return Finding("unknown-code", Severity.ERROR, (code,), message, _releases(kind, services))


def _releases(kind: str, services: Services) -> Basis:
    """The releases of a kind of file, of which none has a code."""
    releases = [found.release for found in services.files.imports() if found.kind == kind]
    return Basis(" ".join(filter(None, (TITLES[kind], listed(releases, "and")))))


def _near(code: str, is_known: Callable[[str], bool]) -> tuple[str, ...]:
    """Known codes that one slip of the hand leads from: two neighbours swapped, then one character another."""
    swapped = [code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(len(code) - 1)]
    slipped = [
        code[:n] + other + code[n + 1 :]
        for n in reversed(range(len(code)))
        for other in (string.digits if code[n].isdigit() else string.ascii_uppercase)
    ]
    known = (other for other in dict.fromkeys((*swapped, *slipped)) if other != code and is_known(other))
    return tuple(other for other, _ in zip(known, range(_SHOWN), strict=False))
