"""Which column of an input is what: text, patient fact, id, kept, dropped. Nothing leaves by default."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Self

from redactphi.errors import UnknownNameError, UsageError
from redactphi.patient import Patient, patient_fields

NOTE_ID = "note_id"
"""The column that names the note in every file of an output."""

TUPLE_FIELDS = frozenset(field.name for field in fields(Patient) if field.default == ())
"""Patient fields that take several columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """What the caller said about the columns of an input, by name.

    Attributes:
        text: Columns to redact, one document a cell.
        id: The column that names the row; replaced by a random id unless also in ``keep``.
        patient: ``(patient field, column)`` pairs; their columns never leave.
        service_date: Column of the day of service; it never leaves.
        keep: Columns that leave unchanged and unexamined.
        drop: Columns that do not leave.
        keep_rest: Whether every column not named otherwise is kept.
    """

    text: tuple[str, ...]
    id: str | None = None
    patient: tuple[tuple[str, str], ...] = ()
    service_date: str | None = None
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    keep_rest: bool = False


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column that leaves: its name, its place in the input (-1 when added), and whether it holds the note's id."""

    name: str
    index: int
    is_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """The choice, checked against the columns there are. All columns by index.

    Attributes:
        columns: The names of the input's columns.
        text: Columns that leave redacted.
        id: The id column, if there is one.
        patient: ``(patient field, column)``.
        service_date: The column of the day of service, if there is one.
        kept: Columns that leave unchanged and unexamined, the id column among them if it is kept.
        output: The columns that leave, in order.
    """

    columns: tuple[str, ...]
    text: tuple[int, ...]
    id: int | None
    patient: tuple[tuple[str, int], ...]
    service_date: int | None = None
    kept: frozenset[int]
    output: tuple[OutputColumn, ...]

    @classmethod
    def make(cls, columns: Sequence[str], choice: ColumnChoice) -> Self:
        """The plan for an input with these columns.

        Raises:
            UsageError: A column is named for two things that exclude each other, or not named at all.
            UnknownNameError: A named column or patient field does not exist; the message lists those that do.
        """
        _check_names(columns, choice)
        _check_conflicts(choice)
        place = {name: index for index, name in enumerate(columns)}
        date = (choice.service_date,) if choice.service_date else ()
        gone = {name for _, name in choice.patient} | set(choice.drop) | set(date)
        named = {*choice.text, *choice.keep, *gone, *({choice.id} if choice.id else ())}
        rest = [name for name in columns if name not in named]
        if rest and not choice.keep_rest:
            raise UsageError(
                f"say what becomes of every column: {_listed(rest)} neither kept nor dropped "
                "(--keep a,b  --drop c,d  --keep-rest)"
            )
        kept = frozenset(place[name] for name in (*choice.keep, *rest))
        id = place[choice.id] if choice.id else None
        text = tuple(place[name] for name in choice.text)
        return cls(
            columns=tuple(columns),
            text=text,
            id=id,
            patient=tuple((field, place[name]) for field, name in choice.patient),
            service_date=place[choice.service_date] if choice.service_date else None,
            kept=kept,
            output=_output(columns, {*text, *kept}, id, keeps_id=id in kept),
        )

    @property
    def keeps_id(self) -> bool:
        """Whether the id column leaves as it came."""
        return self.id in self.kept

    def names(self, indices: Iterable[int]) -> list[str]:
        """The names of columns, in the input's order."""
        return [self.columns[index] for index in sorted(indices)]

    def dropped(self) -> list[str]:
        """The names of the columns that do not leave, patient facts aside."""
        elsewhere = {column.index for column in self.output} | {index for _, index in self.patient}
        if self.service_date is not None:
            elsewhere.add(self.service_date)
        return [name for index, name in enumerate(self.columns) if index not in elsewhere]


def _output(columns: Sequence[str], leaving: set[int], id: int | None, *, keeps_id: bool) -> tuple[OutputColumn, ...]:
    output = [
        OutputColumn(name, index, is_id=index == id and not keeps_id)
        for index, name in enumerate(columns)
        if index in leaving or index == id
    ]
    if id is not None:
        return tuple(output)
    if any(column.name == NOTE_ID for column in output):
        raise UsageError(f"the input has a column {NOTE_ID!r}: name it with --id-column, or drop it")
    return (OutputColumn(NOTE_ID, -1, is_id=True), *output)


def _check_names(columns: Sequence[str], choice: ColumnChoice) -> None:
    if not choice.text:
        raise UsageError(f"name the column that holds the notes (--text-column); columns: {_listed(columns)}")
    seen: set[str] = set()
    for field, _ in choice.patient:
        if field not in patient_fields():
            raise UnknownNameError("patient field", field, patient_fields())
        if field in seen and field not in TUPLE_FIELDS:
            raise UsageError(f"patient field {field!r} takes one column")
        seen.add(field)
    named = [name for name in (choice.id, choice.service_date) if name]
    for name in (*choice.text, *named, *(column for _, column in choice.patient), *choice.keep, *choice.drop):
        if name not in columns:
            raise UnknownNameError("column", name, (_short(column) for column in columns))


def _check_conflicts(choice: ColumnChoice) -> None:
    patient = {name for _, name in choice.patient}
    id = {choice.id} if choice.id else set()
    date = {choice.service_date} if choice.service_date else set()
    text, keep, drop = set(choice.text), set(choice.keep), set(choice.drop)
    for what, overlap in (
        ("text columns leave redacted and cannot be kept", text & keep),
        ("both text and dropped", text & drop),
        ("both text and patient fact", text & patient),
        ("both text and id", text & id),
        ("patient columns never leave and cannot be kept", patient & keep),
        ("the service date never leaves and cannot be kept", date & keep),
        ("both text and service date", text & date),
        ("both id and service date", id & date),
        ("both kept and dropped", keep & drop),
        ("both id and dropped", id & drop),
    ):
        if overlap:
            raise UsageError(f"{what}: {_listed(sorted(overlap))}")
    if len(text) != len(choice.text):
        raise UsageError("a text column is named twice")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_short(name) for name in names)


def _short(name: str, most: int = 60) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
