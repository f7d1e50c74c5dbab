"""Columns of notes in a frame, whoever holds it: which column is what, and what becomes of its values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from redactphi.document import Document, RedactedDocument
from redactphi.errors import UnknownNameError, UsageError
from redactphi.etl.columns import TUPLE_FIELDS
from redactphi.etl.records import facts_to_patient
from redactphi.etl.workers import Result
from redactphi.patient import Patient, patient_fields

OK = "ok"
NULL = "null"
NOT_TEXT = "withheld:not-text"

Names = Hashable | Iterable[Hashable]
"""One column or several. A tuple is one where columns have several levels."""


@dataclass(frozen=True, slots=True)
class NoteColumns:
    """Which columns of a frame are read, checked against those there are.

    Attributes:
        text: Columns of notes.
        facts: ``(patient field, column)``, a field of many values once for each.
    """

    text: tuple[Hashable, ...]
    facts: tuple[tuple[str, Hashable], ...]

    @classmethod
    def make(cls, known: Sequence[Hashable], text: Names, patient: Mapping[str, Names] | None) -> Self:
        """The columns by what the caller says of them.

        Args:
            known: The names of the frame's columns.
            text: The column of notes, or several.
            patient: Patient field -> the column, or for fields of many values columns, that holds it.

        Raises:
            UnknownNameError: A column or patient field does not exist; the message lists the valid ones.
            UsageError: A column is named for two things, or a name is there twice.
        """
        made = cls(names_of(text, known), _facts(patient or {}, known))
        made._check(known)
        return made

    @property
    def patient(self) -> tuple[Hashable, ...]:
        """The columns that hold patient facts."""
        return tuple(name for _, name in self.facts)

    def check_status(self, known: Collection[Hashable]) -> None:
        """Check that no column stands where a status goes.

        Raises:
            UsageError: One does.
        """
        if taken := [status_name(name) for name in self.text if status_name(name) in known]:
            raise UsageError(f"the frame has a column {taken[0]!r} already")

    def patient_of(self, row: Iterable[Any]) -> Patient | None:
        """Who a row is of, from its values in the columns of facts; None where no column was named."""
        return facts_to_patient(zip((field for field, _ in self.facts), row, strict=True)) if self.facts else None

    def _check(self, known: Sequence[Hashable]) -> None:
        check_columns(known, (*self.text, *self.patient))
        if not self.text:
            raise UsageError("name the column of notes")
        if both := [name for name in self.text if name in self.patient]:
            raise UsageError(f"both text and patient fact: {', '.join(map(str, both))}")
        if len(set(self.text)) != len(self.text):
            raise UsageError("a text column is named twice")


def names_of(names: Names, known: Collection[Hashable]) -> tuple[Hashable, ...]:
    """One name or several, as several."""
    if isinstance(names, str) or not isinstance(names, Iterable) or (isinstance(names, tuple) and names in known):
        return (names,)
    return tuple(names)


def check_columns(known: Sequence[Hashable], names: Iterable[Hashable]) -> None:
    """Check that each name is that of one column.

    Raises:
        UnknownNameError: There is no such column; the message lists those there are.
        UsageError: There are two.
    """
    for name in names:
        if name not in known:
            raise UnknownNameError("column", str(name), map(str, known))
        if known.count(name) > 1:
            raise UsageError(f"the frame has more than one column {name!r}")


def status_name(column: Hashable) -> Hashable:
    """The column that says what became of the notes of another; of several levels, its last one tells."""
    return (*column[:-1], f"{column[-1]}_status") if isinstance(column, tuple) and column else f"{column}_status"


def redact_values(
    values: Sequence[Any], patients: Sequence[Patient | None], run: Callable[[list[Document]], Iterable[Result]]
) -> list[RedactedDocument | str]:
    """What became of each value: a safe document, or the status that says why there is none.

    Args:
        values: Notes; None where there is none. What is no string is withheld.
        patients: Who each is of.
        run: Makes documents safe, one for one and in order.
    """
    made: list[RedactedDocument | str] = [NULL if value is None else NOT_TEXT for value in values]
    places = [place for place, value in enumerate(values) if isinstance(value, str)]
    documents = [Document(str(place), values[place], patients[place]) for place in places]
    for place, result in zip(places, run(documents), strict=True):
        made[place] = result if isinstance(result, RedactedDocument) else f"withheld:{result.reason}"
    return made


def text_of(made: RedactedDocument | str) -> str | None:
    """The safe text; None where there is none."""
    return made.text if isinstance(made, RedactedDocument) else None


def status_of(made: RedactedDocument | str) -> str:
    """What the status column says."""
    return OK if isinstance(made, RedactedDocument) else made


def _facts(patient: Mapping[str, Names], known: Collection[Hashable]) -> tuple[tuple[str, Hashable], ...]:
    if not isinstance(patient, Mapping):
        raise UsageError(f"patient maps a patient field to its column, not {type(patient).__name__}")
    facts: list[tuple[str, Hashable]] = []
    for field, columns in patient.items():
        names = names_of(columns, known)
        if field not in patient_fields():
            raise UnknownNameError("patient field", str(field), patient_fields())
        if len(names) > 1 and field not in TUPLE_FIELDS:
            raise UsageError(f"patient field {field!r} takes one column")
        facts += [(field, name) for name in names]
    return tuple(facts)
