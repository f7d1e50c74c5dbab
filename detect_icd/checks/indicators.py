"""The columns of the physician fee schedule against a claim's modifiers: sides, assistants, parts, days, status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from detect_icd.checks.findings import Finding, Severity
from detect_icd.checks.rules import check_rules
from detect_icd.checks.services import Services, listed
from detect_icd.service_records import Fee

_COLUMNS = {
    "status": "status", "bilateral": "bilateral indicator", "assistant": "assistant indicator",
    "co_surgeon": "co-surgeon indicator", "team": "team indicator", "pc_tc": "PC/TC indicator",
    "multiple": "multiple procedure indicator", "global_days": "global days",
}  # fmt: skip
"""What a column is called in a message."""

_STANDARD, _ENDOSCOPIC = "2", "3"
"""Multiple procedure indicators: half for all but the dearest; the endoscopic family's base is paid once."""

_SMALL, _LARGE = ("000", "010"), "090"
_OF_ITS_OWN = frozenset({"24", "25", "57"})


_OF_HOSPITALS = frozenset({"bilateral"})
"""Kinds of rules that hold for hospitals too, which the fee schedule does not pay."""


def check_indicators(services: Services) -> Iterator[Finding]:
    """What the columns of each code's row say against its lines."""
    for code in services.codes:
        fee = services.fee(code)
        if fee is None:
            continue
        lines, is_visit = services.of(code), check_rules().is_visit(code)
        for rule in check_rules().fee_rules:
            value = getattr(fee, rule.field)
            if value not in rule.values or (services.edits == "hospital" and rule.kind not in _OF_HOSPITALS):
                continue
            found = rule.lines(lines, is_visit=is_visit)
            # Lines that only together say something, or a code that whatever line it is on is not paid, are told once.
            named = (
                [", ".join(map(str, found))]
                if rule.across
                else [code]
                if not (rule.any or rule.all)
                else map(str, found)
            )
            for line in named if found else ():
                message = f"{line} {rule.says} ({_COLUMNS[rule.field]} {value})"
                yield Finding(rule.kind, Severity(rule.severity), (code,), message, fee.source)


def check_reductions(services: Services) -> Iterator[Finding]:
    """Which of several procedures is paid in full, and which are reduced."""
    if services.edits == "hospital":
        return
    fees = [fee for code in services.codes if (fee := services.fee(code)) is not None and fee.facility_total]
    standard = sorted((fee for fee in fees if fee.multiple == _STANDARD), key=_value)
    if len(standard) > 1:
        yield _reduction(standard, "the first is paid in full, each other at half")
    families: dict[str, list[Fee]] = {}
    for fee in fees:
        if fee.multiple == _ENDOSCOPIC and fee.endoscopic_base:
            families.setdefault(fee.endoscopic_base, []).append(fee)
    for base, family in families.items():
        if len(family) > 1:
            says = f"of one endoscopic family: the first is paid in full, each other less the value of {base}"
            yield _reduction(sorted(family, key=_value), says)


def _value(fee: Fee) -> tuple[Decimal, str]:
    return -(fee.facility_total or Decimal(0)), fee.code


def _reduction(fees: Sequence[Fee], says: str) -> Finding:
    told = listed([f"{fee.code} ({fee.facility_total})" for fee in fees], "and")
    message = f"{told}, by their facility RVUs: {says} (multiple procedure indicator {fees[0].multiple})"
    return Finding("multiple", Severity.HINT, tuple(fee.code for fee in fees), message, fees[0].source)


def check_visits(services: Services) -> Iterator[Finding]:
    """Visits beside an operation of the day without a modifier that says they were more than its own."""
    if services.edits == "hospital" or "ncci-ptp" in services.files.kinds():
        # The pairs say it of each two codes, and surer.
        return
    fees = [fee for code in services.codes if (fee := services.fee(code)) is not None]
    operations = [fee for fee in fees if fee.global_days in (*_SMALL, _LARGE)]
    for line in services.lines:
        if not check_rules().is_visit(line.code) or not _OF_ITS_OWN.isdisjoint(line.modifiers):
            continue
        for fee in operations:
            needed = "57 where it was to decide for it" if fee.global_days == _LARGE else "25"
            message = (
                f"{line} on the day of {fee.code} ({fee.global_days} global days): a visit beyond the operation's own takes "
                f"{needed}"
            )
            yield Finding("global", Severity.HINT, (line.code, fee.code), message, fee.source)
