"""What a chunk of rows becomes in a worker: its share of every file, rendered, and its counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redactphi.document import Document, WithheldDocument
from redactphi.etl.columns import NOTE_ID, ColumnPlan
from redactphi.etl.records import Cell, Record, Rejected, assemble
from redactphi.etl.stages import TEXT_COLUMN, Stage
from redactphi.etl.tally import Tally
from redactphi.etl.workers import Outcome
from redactphi.etl.writers import AnyForm, DelimitedForm

NOTES = "notes"
WITHHELD = "withheld"
REJECTED = "rejected"
ID_MAP = "id_map"

CHUNK_NOTES = 32
CHUNK_CHARACTERS = 100_000
"""Larger chunks cost more memory and save no time."""


@dataclass(slots=True, repr=False)
class Row:
    """A row on its way: what of it may leave, and a document a text column."""

    record: Record
    note_id: str
    original_id: str
    documents: list[Document | None]


@dataclass(slots=True, repr=False)
class RowChunk:
    """Consecutive rows, rejected ones among them, that travel together."""

    items: list[Row | Rejected] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    characters: int = 0

    def add(self, item: Row | Rejected) -> None:
        """Add the next row."""
        self.items.append(item)
        if isinstance(item, Row):
            found = [document for document in item.documents if document is not None]
            self.documents += found
            self.characters += sum(len(document.text) for document in found)

    @property
    def is_full(self) -> bool:
        """Whether it is worth the way to a worker."""
        return len(self.items) >= CHUNK_NOTES or self.characters >= CHUNK_CHARACTERS


@dataclass(slots=True, repr=False)
class Part:
    """The share of a chunk.

    Attributes:
        tally: Its counts.
        tables: What its form rendered, by the name of the table.
    """

    tally: Tally
    tables: dict[str, Any]


class PartMaker:
    """Makes parts. Picklable.

    Args:
        plan: Which column is what.
        forms: How each table is written, by name; none in a dry run.
        places: For each stage, the place of the column its rows are counted by.
    """

    def __init__(self, plan: ColumnPlan, forms: Mapping[str, AnyForm], places: Mapping[str, int | None]) -> None:
        self._plan = plan
        self._forms = dict(forms)
        self._places = dict(places)
        self._names_column = len(plan.text) > 1

    def __call__(self, chunk: RowChunk, outcomes: Sequence[Outcome]) -> Part:
        """The part of a chunk, from what became of its documents."""
        tally = Tally()
        for outcome in outcomes:
            tally.add(outcome, self._places)
        rows: dict[str, list[Sequence[Cell | None]]] = {name: [] for name in self._forms}
        left = iter(outcomes)
        for item in chunk.items:
            tally.rows_in += 1
            if isinstance(item, Rejected):
                tally.rejected[item.reason] += 1
                _add(rows, REJECTED, (Cell(item.lines), Cell(item.reason)))
            else:
                tally.rows_out += 1
                tally.empty += item.documents.count(None)
                self._add_row(rows, item, left)
        return Part(tally, {name: self._forms[name].render(found) for name, found in rows.items() if found})

    def _add_row(self, rows: dict[str, list[Sequence[Cell | None]]], row: Row, left: Iterator[Outcome]) -> None:
        results = {}
        for index, document in zip(self._plan.text, row.documents, strict=True):
            if document is None:
                continue
            outcome = next(left)
            results[index] = outcome.result
            first = [Cell(row.note_id)]
            if self._names_column:
                first.append(Cell(self._plan.columns[index]))
            if isinstance(outcome.result, WithheldDocument):
                _add(rows, WITHHELD, (*first, Cell(outcome.result.reason)))
            for name, found in outcome.rows.items():
                for values in found:
                    _add(rows, name, (*first, *map(Cell, values)))
        _add(rows, NOTES, assemble(row.record, self._plan, row.note_id, results))
        _add(rows, ID_MAP, (Cell(row.note_id), Cell(row.original_id)))


def table_forms(plan: ColumnPlan, stages: Mapping[str, Stage]) -> dict[str, DelimitedForm]:
    """The forms of the tables beside the notes: what was withheld, and each stage's rows."""
    first = (NOTE_ID, TEXT_COLUMN) if len(plan.text) > 1 else (NOTE_ID,)
    names = {WITHHELD: ["reason"], **{name: list(stage.columns) for name, stage in stages.items()}}
    return {
        name: DelimitedForm(f"{name}.csv", [Cell(column) for column in (*first, *columns)])
        for name, columns in names.items()
    }


def system_places(stages: Mapping[str, Stage]) -> dict[str, int | None]:
    """For each stage, the place of its ``system`` column, by which its rows are counted."""
    places: dict[str, int | None] = {}
    for name, stage in stages.items():
        columns: list[Any] = list(stage.columns)
        places[name] = columns.index("system") if "system" in columns else None
    return places


def _add(rows: dict[str, list[Sequence[Cell | None]]], name: str, row: Sequence[Cell | None]) -> None:
    if name in rows:
        rows[name].append(row)
