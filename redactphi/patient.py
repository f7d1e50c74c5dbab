"""Patient: the facts a row already knows about the person a note is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import Any

from redactphi.errors import UnknownNameError

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WHOLE_FLOAT = re.compile(r"^(\d+)\.0$")


_NOT_WORDS = frozenset({"id", "birth_date", "ssn", "zip"})
_MISSING = frozenset({"nan", "NaN", "None", "NaT", "<NA>"})
"""What frames and files write for nothing known, where no name can stand."""


@dataclass(frozen=True, slots=True, repr=False)
class Patient:
    """What is known of a patient beside the note. Never shown in ``repr``, logs or errors.

    A field given as a single string or number where a tuple is declared becomes a tuple of one; several values where
    a string is declared are joined by spaces. Empty values, NaN and their like count as unknown.

    Attributes:
        id: The key that is the same for all notes of one person.
        name: Full name in any order ("Maria Lopez", "LOPEZ, MARIA J").
        given_name: First name or names.
        family_name: Last name or names.
        aliases: Nicknames, former and maiden names.
        birth_date: Any written form; ISO 8601 preferred.
        sex: As the source writes it.
        mrn: Medical record numbers.
        ssn: Social Security number.
        phones: Phone and fax numbers.
        emails: E-mail addresses.
        address: Street lines.
        city: Town.
        zip: ZIP code.
        health_plan: Member or beneficiary numbers.
        accounts: Account and encounter numbers.
        relatives: Names of relatives and household members.
        providers: Names of the treating clinicians.
        employers: Names of employers.
        other_ids: Any further number or code of the person.
    """

    id: str = ""
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    aliases: tuple[str, ...] = ()
    birth_date: str = ""
    sex: str = ""
    mrn: tuple[str, ...] = ()
    ssn: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    city: str = ""
    zip: str = ""
    health_plan: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    relatives: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    employers: tuple[str, ...] = ()
    other_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            clean = _as_text(value) if field.default == "" else _as_tuple(value)
            if field.name in _NOT_WORDS and clean in _MISSING:
                clean = ""
            object.__setattr__(self, field.name, clean)

    def __repr__(self) -> str:
        known = sum(1 for field in fields(self) if getattr(self, field.name))
        return f"Patient(<{known} fields known>)"

    @classmethod
    def from_mapping(cls, facts: Mapping[str, Any]) -> Patient:
        """A patient from ``field -> value``.

        Raises:
            UnknownNameError: A key is not a field; the message lists the fields.
        """
        valid = patient_fields()
        for key in facts:
            if key not in valid:
                raise UnknownNameError("patient field", str(key), valid)
        return cls(**facts)


def patient_fields() -> tuple[str, ...]:
    """The names of the fields a patient has."""
    return tuple(field.name for field in fields(Patient))


def fact_text(value: object) -> str:
    """A fact as the note may write it; empty if it is not known (None, NaN, NaT, ``pandas.NA``).

    Midnight is left off a date. A whole float is written as a whole number: pandas makes 482913 a float as soon as one
    row of the column is empty, in frames and in the files it writes.
    """
    if value is None or _is_missing(value):
        return ""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    return _WHOLE_FLOAT.sub(r"\1", _LONE_SURROGATE.sub("\ufffd", str(value)).strip())


def fact_values(value: object) -> tuple[object, ...]:
    """The single values in what a row or a caller holds for one fact: a value, or any nesting of collections of them."""
    if hasattr(value, "as_py"):
        value = value.as_py()
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, AbstractSet):
        value = sorted(value, key=str)
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return (value,)
    return tuple(single for item in value for single in fact_values(item))


def _as_text(value: object) -> str:
    return " ".join(_as_tuple(value))


def _as_tuple(value: object) -> tuple[str, ...]:
    return tuple(text for text in map(fact_text, fact_values(value)) if text)


def _is_missing(value: object) -> bool:
    try:
        return bool(value != value)  # noqa: PLR0124 - NaN and NaT are unequal to themselves
    except TypeError:
        return True  # pandas.NA: neither true nor false
