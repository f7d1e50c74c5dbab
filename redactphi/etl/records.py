"""Rows as they come from any file format, and the documents in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from redactphi.document import Document, RedactedDocument, WithheldDocument
from redactphi.etl.columns import TUPLE_FIELDS, ColumnPlan
from redactphi.patient import Patient, fact_text, fact_values

UNKNOWN_FACTS = frozenset({"", "nan", "nat", "<na>", "null", "none", "n/a", "#n/a", "\\n"})
"""How files write a fact that is not known, in lower case; taken as a name it would redact such words in the note."""


SERVICE_DATE = "service_date"
"""What a document's metadata call its day of service."""

NULL_TEXTS = frozenset({"NaN", "nan", "NaT", "<NA>", "NULL", "null", "None", "N/A", "n/a", "#N/A", "\\N"})
"""How programs write a cell of text that holds nothing; no note, so it leaves as it came."""


class Cell(NamedTuple):
    """One value of a row.

    Attributes:
        value: What it means.
        raw: How the source wrote it, so that it can leave as it came; None where the format has no such form.
    """

    value: Any
    raw: str | None = None

    def __repr__(self) -> str:
        return "Cell(...)"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it: null, NaN or an empty string."""
        return self.value is None or self.value == "" or self.value != self.value

    @property
    def is_no_text(self) -> bool:
        """Whether there is nothing to redact in it, if it stands for a text."""
        return self.is_empty or (isinstance(self.value, str) and self.value in NULL_TEXTS)


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One row: its line (or row number) in the source, and a cell a column; None where the row lacks the column."""

    line: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read. Holds nothing of the row.

    Attributes:
        line: Its first line.
        reason: Why.
        last: Its last line, where it may have several: nobody knows which of them began a row.
    """

    line: int
    reason: str
    last: int = 0

    @property
    def lines(self) -> int | str:
        """The line, or from which to which: ``3-5``."""
        return f"{self.line}-{self.last}" if self.last > self.line else self.line


class NotTextError(Exception):
    """A text column holds something that is not text."""


def texts(record: Record, plan: ColumnPlan) -> list[str | None]:
    """The text of each text column; None where there is nothing to redact.

    Raises:
        NotTextError: A value is neither a string nor empty.
    """
    found: list[str | None] = []
    for index in plan.text:
        cell = record.cells[index]
        if cell is None or cell.is_no_text:
            found.append(None)
        elif isinstance(cell.value, str):
            found.append(cell.value)
        else:
            raise NotTextError
    return found


def patient(record: Record, plan: ColumnPlan) -> Patient | None:
    """What the row knows of its patient; None when no column was named for it."""
    if not plan.patient:
        return None
    cells = ((field, record.cells[index]) for field, index in plan.patient)
    return facts_to_patient((field, cell.value) for field, cell in cells if cell is not None)


def facts_to_patient(facts: Iterable[tuple[str, object]]) -> Patient:
    """A patient from ``(field, value)`` pairs as rows hold them: some unknown, some lists, a field more than once."""
    found: dict[str, list[str]] = {}
    for field, value in facts:
        found.setdefault(field, []).extend(_known(value))
    return Patient.from_mapping(
        {field: tuple(values) if field in TUPLE_FIELDS else " ".join(values) for field, values in found.items()}
    )


def documents(record: Record, plan: ColumnPlan, note_id: str) -> list[Document | None]:
    """A document a text column, in the order of ``plan.text``; None where there is nothing to redact.

    Raises:
        NotTextError: A value is neither a string nor empty.
    """
    found = texts(record, plan)
    if all(text is None for text in found):
        return [None for _ in found]
    who, metadata = patient(record, plan), _metadata(record, plan)
    return [None if text is None else Document(note_id, text, who, metadata) for text in found]


def kept(record: Record, plan: ColumnPlan) -> Record:
    """The row without everything that may not leave: only kept cells and empty text cells remain."""

    def may_leave(index: int, cell: Cell | None) -> bool:
        return index in plan.kept or (index in plan.text and cell is not None and cell.is_no_text)

    return Record(record.line, tuple(c if may_leave(i, c) else None for i, c in enumerate(record.cells)))


def assemble(
    row: Record,
    plan: ColumnPlan,
    note_id: str,
    results: Mapping[int, RedactedDocument | WithheldDocument],
) -> list[Cell | None]:
    """The cells of the row that leaves, in the order of ``plan.output``.

    Args:
        row: What ``kept`` left of the input row.
        plan: Which column is what.
        note_id: The id the row leaves with.
        results: What became of each text, by column; a withheld one leaves empty.
    """
    cells: list[Cell | None] = []
    for column in plan.output:
        if column.index in results:
            cells.append(Cell(_safe_text(results[column.index])))
        elif column.is_id:
            cells.append(Cell(note_id))
        else:
            cells.append(row.cells[column.index])
    return cells


def _safe_text(result: RedactedDocument | WithheldDocument) -> str:
    return result.text if isinstance(result, RedactedDocument) else ""


def _metadata(record: Record, plan: ColumnPlan) -> dict[str, object]:
    """The day of service as its row writes it, if it has one."""
    cell = None if plan.service_date is None else record.cells[plan.service_date]
    known = [] if cell is None else _known(cell.value)
    return {SERVICE_DATE: known[0]} if known else {}


def _known(value: object) -> list[str]:
    texts = map(fact_text, fact_values(value))
    return [text for text in texts if text.casefold() not in UNKNOWN_FACTS]
