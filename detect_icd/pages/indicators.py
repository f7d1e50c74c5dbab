"""What the letters and numbers of imported files mean (``indicators.toml``), and which modifiers they let a code take."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from detect_icd.pages.records import Indicator, ModifierUse
from detect_icd.service_records import AddOn, Apc, Citation, Fee, HcpcsRecord, Mue
from redactphi.errors import RuleError
from redactphi.resources import data, read_toml

FILE = "indicators.toml"
APPLIES = ("yes", "no", "documented", "contractor")

OF_FEE = (
    "status", "pc_tc", "global_days", "multiple", "bilateral", "assistant", "co_surgeon", "team", "supervision",
    "imaging_family",
)  # fmt: skip
OF_HCPCS = ("coverage", "betos", "action")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value means.

    Attributes:
        means: In this project's words.
        modifiers: Modifier to one of ``APPLIES``.
        why: Modifier to the reason, where the meaning is not reason enough.
    """

    means: str
    modifiers: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """A column of letters or numbers."""

    name: str
    label: str
    column: str
    values: Mapping[str, Meaning]

    def meaning(self, value: str) -> Meaning | None:
        """Of a value, written with its leading zeros or without them."""
        found = (self.values.get(value.zfill(width)) for width in (1, 2, 3))
        return next(filter(None, found), None)


def read_fields(raw: Mapping[str, Any]) -> dict[str, Field]:
    """The fields of a table.

    Raises:
        RuleError: A key or a verdict is not a valid one, or a reason is of no modifier.
    """
    fields = {}
    for name, table in raw.items():
        if sorted(table) != ["column", "label", "values"]:
            raise RuleError(f"{FILE}/{name}: keys {sorted(table)}; valid: column, label, values")
        values = {value: _meaning(f"{FILE}/{name}/{value}", said) for value, said in table["values"].items()}
        fields[name] = Field(name, table["label"], table["column"], values)
    return fields


def _meaning(where: str, said: Mapping[str, Any]) -> Meaning:
    if unknown := sorted(set(said) - {"means", "modifiers", "why"}):
        raise RuleError(f"{where}: unknown keys {unknown}; valid: means, modifiers, why")
    modifiers, why = said.get("modifiers", {}), said.get("why", {})
    if wrong := sorted(set(modifiers.values()) - set(APPLIES)):
        raise RuleError(f"{where}: {wrong}; valid: {', '.join(APPLIES)}")
    if stray := sorted(set(why) - set(modifiers)):
        raise RuleError(f"{where}: reasons for {stray}, which are not among its modifiers")
    return Meaning(said["means"], modifiers, why)


@functools.cache
def fields() -> Mapping[str, Field]:
    """The packaged fields, by name."""
    return read_fields(read_toml(data("detect_icd") / FILE))


def indicator(name: str, value: str, source: Citation, modifier: str = "") -> Indicator:
    """A value of a field with its meaning."""
    known = fields()[name]
    meaning = known.meaning(value)
    means = meaning.means if meaning else "not a value that is known here"
    return Indicator(name, known.label, known.column, value, means, str(source), modifier)


def fee_indicators(fees: tuple[Fee, ...]) -> Iterator[Indicator]:
    """Those of the rows of the fee schedule: all of the first, of the others what differs from it."""
    for number, fee in enumerate(fees):
        for name in OF_FEE:
            value = getattr(fee, name)
            if value and (number == 0 or value != getattr(fees[0], name)):
                yield indicator(name, value, fee.source, fee.modifier)


def hcpcs_indicators(record: HcpcsRecord | None) -> Iterator[Indicator]:
    """Those of a HCPCS record; each type of service is one."""
    if record is None:
        return
    for letter in record.type_of_service.replace(" ", ""):
        yield indicator("type_of_service", letter, record.source)
    for name in OF_HCPCS:
        if value := getattr(record, name):
            yield indicator(name, value, record.source)


def payment_indicators(apc: Apc | None, mues: tuple[Mue, ...], edits: tuple[AddOn, ...]) -> Iterator[Indicator]:
    """Those of OPPS Addendum B and of the edits."""
    if apc is not None and apc.status_indicator:
        yield indicator("status_indicator", apc.status_indicator, apc.source)
    for mai, mue in {mue.mai: mue for mue in mues}.items():
        yield indicator("mai", mai, mue.source)
    for edit_type, edit in {edit.edit_type: edit for edit in edits}.items():
        yield indicator("edit_type", edit_type, edit.source)


def fee_modifiers(fees: tuple[Fee, ...]) -> Iterator[ModifierUse]:
    """What the row without a modifier says of modifiers, each once."""
    if not fees:
        return
    fee, seen = fees[0], set[str]()
    for name in OF_FEE:
        meaning = fields()[name].meaning(getattr(fee, name))
        for modifier, applies in meaning.modifiers.items() if meaning else ():
            if modifier not in seen:
                seen.add(modifier)
                known = fields()[name]
                why = meaning.why.get(modifier, meaning.means) if meaning else ""
                told = f"{known.column} {getattr(fee, name)}: {why}"
                yield ModifierUse(modifier, applies, told, str(fee.source))
