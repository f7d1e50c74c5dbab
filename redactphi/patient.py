"""Patient: the facts a row already knows about the person a note is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from redactphi.errors import UnknownNameError


@dataclass(frozen=True, slots=True, repr=False)
class Patient:
    """What is known of a patient beside the note. Never shown in ``repr``, logs or errors.

    A field given as a single string or number where a tuple is declared becomes a tuple of one. Empty values and
    NaN count as unknown.

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


def _as_text(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN is the one value unequal to itself
        return ""
    return str(value).strip()


def _as_tuple(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else (value,)
    return tuple(text for text in map(_as_text, items) if text)
