"""Reads ``data/claim_checks.toml``: what parts a pair of codes, what the columns of the fee schedule allow."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from detect_icd.checks.findings import KINDS, Severity
from detect_icd.checks.lines import Line
from detect_icd.code_ranges import CodeRange, code_ranges, in_ranges
from detect_icd.coding import icd10cm, modifier
from detect_icd.rule_rows import build
from detect_icd.service_records import Fee
from redactphi.errors import RuleError, UnknownNameError
from redactphi.resources import data, read_toml

_PLACES = ("any", "visit", "procedure", "laboratory")
_FILE = "claim_checks"


@dataclass(frozen=True, slots=True)
class Parting:
    """Modifiers that let both codes of a pair be paid.

    Attributes:
        name: What they are called.
        codes: The modifiers.
        on: What they go on: ``visit``, ``procedure`` (no visit), ``laboratory`` or ``any``.
        says: When they are right.
    """

    name: str
    codes: tuple[str, ...]
    on: str
    says: str


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What a column of the fee schedule says against the modifiers or units of a line.

    Attributes:
        name: What the rule is called.
        kind: Of ``KINDS``: what its findings are about.
        field: The column, an attribute of ``Fee``.
        values: Its values for which the rule holds.
        severity: How much a finding matters.
        says: What it says of the line, as the rest of a sentence that begins with it.
        matches: Lines it speaks of, with the indicator of their code.
        ignores: Lines it does not.
        any: Modifiers of which the line has one; empty for any line.
        all: Modifiers of which the line has all.
        across: Modifiers that several lines of the code have between them.
        units: Whether the line must have more than one unit.
        visit: Whether the code must be, or must not be, a visit; ``None`` for either.
    """

    name: str
    kind: str
    field: str
    values: tuple[str, ...]
    severity: str
    says: str
    matches: tuple[str, ...]
    ignores: tuple[str, ...]
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    across: tuple[str, ...] = ()
    units: bool = False
    visit: bool | None = None

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> Self:
        """A rule from its table.

        Raises:
            RuleError: A key is unknown or missing, or a modifier is none.
            UnknownNameError: The kind, the severity or the column is not a valid one.
        """
        rule = build(cls, raw, _FILE)
        columns = [column.name for column in fields(Fee)]
        for what, given, valid in (
            ("kind", rule.kind, KINDS),
            ("severity", rule.severity, list(Severity)),
            ("field", rule.field, columns),
        ):
            if given not in valid:
                raise UnknownNameError(what, given, map(str, valid))
        _check_modifiers(rule.name, (*rule.any, *rule.all, *rule.across))
        return rule

    def lines(self, lines: Sequence[Line], *, is_visit: bool) -> tuple[Line, ...]:
        """Of the lines of one code, whose column has one of the values, those the rule speaks of."""
        if self.visit is not None and self.visit is not is_visit:
            return ()
        if self.across:
            with_one = tuple(line for line in lines if not set(self.across).isdisjoint(line.modifiers))
            between = {named for line in with_one for named in line.modifiers}
            return with_one if len(with_one) > 1 and between.issuperset(self.across) else ()
        return tuple(line for line in lines if self._fits(line))

    def _fits(self, line: Line) -> bool:
        has_one = not self.any or not set(self.any).isdisjoint(line.modifiers)
        return has_one and set(self.all) <= set(line.modifiers) and (line.units > 1 or not self.units)


@dataclass(frozen=True, slots=True)
class FirstListed:
    """Diagnoses that are first or are not there (prefixes without dots).

    Attributes:
        codes: What they begin with.
        but: What such codes begin with that may stand anywhere.
    """

    codes: tuple[str, ...]
    but: tuple[str, ...]

    def holds(self, code: str) -> bool:
        """Whether a code is one of them."""
        bare = icd10cm.compact(code)
        return bare.startswith(self.codes) and not bare.startswith(self.but)


@dataclass(frozen=True, slots=True)
class CheckRules:
    """All of the table, checked.

    Attributes:
        partings: What parts a pair.
        fee_rules: What the columns of the fee schedule allow.
        visits: First and last codes of evaluation and management.
        laboratory: First and last codes of laboratory tests.
        either_column_from: The day from which 59 and the X modifiers count on the first code of a pair, too.
        first_listed: Diagnoses that are first or not there.
    """

    partings: tuple[Parting, ...]
    fee_rules: tuple[FeeRule, ...]
    visits: tuple[CodeRange, ...]
    laboratory: tuple[CodeRange, ...]
    either_column_from: date
    first_listed: FirstListed

    def parting(self, named: str) -> Parting | None:
        """The kind a modifier is of; ``None`` if it parts no pair."""
        return next((parting for parting in self.partings if named in parting.codes), None)

    def is_visit(self, code: str) -> bool:
        """Whether a code is of evaluation and management."""
        return in_ranges(code, self.visits)

    def takes(self, code: str, parting: Parting) -> bool:
        """Whether modifiers of a kind may go on a code."""
        match parting.on:
            case "visit":
                return self.is_visit(code)
            case "procedure":
                return not self.is_visit(code)
            case "laboratory":
                return in_ranges(code, self.laboratory)
        return True


@functools.cache
def check_rules() -> CheckRules:
    """The packaged table.

    Raises:
        RuleError: A key is unknown or missing, a modifier is none, or one parts pairs in two ways.
        UnknownNameError: A kind, a severity, a column or a place is not a valid one.
    """
    raw = read_toml(data("detect_icd") / f"{_FILE}.toml")
    partings = tuple(build(Parting, table, _FILE) for table in raw["parting"])
    for parting in partings:
        if parting.on not in _PLACES:
            raise UnknownNameError("on", parting.on, _PLACES)
        _check_modifiers(parting.name, parting.codes)
    if len(codes := [code for parting in partings for code in parting.codes]) != len(set(codes)):
        raise RuleError(f"{_FILE}.toml: a modifier parts pairs in two ways")
    first = raw["first_listed_only"]
    return CheckRules(
        partings=partings,
        fee_rules=tuple(map(FeeRule.from_mapping, raw["rule"])),
        visits=code_ranges(raw["visits"], _FILE),
        laboratory=code_ranges(raw["laboratory"], _FILE),
        either_column_from=raw["distinct_on_either_from"],
        first_listed=FirstListed(*(tuple(map(icd10cm.compact, first[key])) for key in ("codes", "except"))),
    )


def _check_modifiers(name: str, codes: Sequence[str]) -> None:
    if wrong := [code for code in codes if not modifier.is_valid(code)]:
        raise RuleError(f"{_FILE}.toml/{name}: {', '.join(wrong)}: no modifiers")
