"""Procedure-to-procedure edits (NCCI PTP): two codes of one day of which the second is not paid beside the first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from detect_icd.checks.findings import Finding, Severity
from detect_icd.checks.lines import Line
from detect_icd.checks.rules import Parting, check_rules
from detect_icd.checks.services import Services, listed
from detect_icd.service_records import PtpEdit

_BY_PLACE = "place"
_DISTINCT = "distinct"
_SIDES = ("RT", "LT")
_SMALL, _LARGE = ("000", "010"), ("090",)


def check_pairs(services: Services) -> Iterator[Finding]:
    """What edits say of every two codes of the claim."""
    for one, other in itertools.combinations(services.codes, 2):
        for edit in services.files.ptp(one, other, services.day, services.edits):
            if edit.indicator == "0":
                yield _never(edit)
            elif edit.indicator == "1":
                yield from _unless_parted(edit, services)


def _never(edit: PtpEdit) -> Finding:
    message = (
        f"{edit.column2} is not paid beside {edit.column1} (column 2 of an edit with indicator 0): no modifier parts them; "
        f"report {edit.column1} alone"
    )
    return Finding("ptp-pair", Severity.ERROR, (edit.column2, edit.column1), message, edit.source)


def _unless_parted(edit: PtpEdit, services: Services) -> Iterator[Finding]:
    """One finding for every line of the second code: what parts it from the first, or what would."""
    firsts = services.of(edit.column1)
    for second in services.of(edit.column2):
        partings = [_parting(first, second, services) for first in firsts]
        if all(partings):
            yield _parted(edit, second, dict.fromkeys(map(str, partings)))
        elif (place := _shared_place(firsts, second)) is not None:
            message = (
                f"{second} is not paid beside {edit.column1} (column 2 of an edit with indicator 1): {place} stands on both, "
                f"and so does not part them; {_advice(edit, services)}"
            )
            yield Finding("ptp-same-place", Severity.ERROR, (edit.column2, edit.column1), message, edit.source)
        else:
            message = (
                f"{second} is not paid beside {edit.column1} (column 2 of an edit with indicator 1): if the record shows that "
                f"they were distinct, {_advice(edit, services)}"
            )
            yield Finding("ptp-pair", Severity.ERROR, (edit.column2, edit.column1), message, edit.source)


def _parted(edit: PtpEdit, second: Line, by: dict[str, None]) -> Finding:
    message = f"{second} is paid beside {edit.column1} for {listed(list(by), 'and')}: the record must show it"
    return Finding("ptp-parted", Severity.HINT, (edit.column2, edit.column1), message, edit.source)


def _parting(first: Line, second: Line, services: Services) -> str:
    """The modifier that parts two lines, and on which it stands; empty if none does."""
    early = services.day is not None and services.day < check_rules().either_column_from
    on_second_only = (_BY_PLACE, _DISTINCT) if early else (_BY_PLACE,)
    return _named_on(second, first) or _named_on(first, second, on_second_only)


def _named_on(line: Line, other: Line, but: tuple[str, ...] = ()) -> str:
    rules = check_rules()
    for named in line.modifiers:
        kind = rules.parting(named)
        if kind is None or kind.name in but or not rules.takes(line.code, kind):
            continue
        if kind.name != _BY_PLACE or named not in _places(other):
            return f"{named} on {line.code}"
    return ""


def _places(line: Line) -> tuple[str, ...]:
    """The places a line is of: 50 is both sides."""
    return (*line.modifiers, *_SIDES) if "50" in line.modifiers else line.modifiers


def _shared_place(firsts: tuple[Line, ...], second: Line) -> str | None:
    """A place that the second code has in common with the first."""
    return next(
        (
            named
            for named in second.modifiers
            if (kind := check_rules().parting(named)) is not None
            and kind.name == _BY_PLACE
            and any(named in _places(first) for first in firsts)
        ),
        None,
    )


def _advice(edit: PtpEdit, services: Services) -> str:
    """Which modifiers would part the pair, and on which line they go."""
    rules = check_rules()
    visit = next((code for code in (edit.column2, edit.column1) if rules.is_visit(code)), None)
    if visit is not None:
        other = edit.column1 if visit == edit.column2 else edit.column2
        return f"{_for_a_visit(services, other)} goes on {visit}"
    kinds = [kind for kind in rules.partings if rules.takes(edit.column2, kind)]
    told = [f"{_shown(kind)} {kind.says}" for kind in kinds]
    return f"on {edit.column2}: {'; '.join(told)}"


def _shown(kind: Parting) -> str:
    return "a place (RT, LT, F1 ...)" if kind.name == _BY_PLACE else listed(kind.codes)


def _for_a_visit(services: Services, procedure: str) -> str:
    """25 beside a small operation, 57 beside a large one; both where its days are not known."""
    fee = services.fee(procedure)
    days = fee.global_days if fee is not None else ""
    if days in _SMALL:
        return f"25 (or 24, unrelated to an earlier operation; {procedure} has {days} global days)"
    if days in _LARGE:
        return f"57 where it was to decide for the operation, 25 or 24 else ({procedure} has {days} global days)"
    return "25 (24 for a visit unrelated to an earlier operation, 57 to decide for major surgery)"
