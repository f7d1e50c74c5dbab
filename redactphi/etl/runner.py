"""Runs a batch: rows in, safe rows, stage tables and a manifest out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from redactphi.document import Document
from redactphi.etl.columns import ColumnChoice, ColumnPlan
from redactphi.etl.manifest import Tally, write_manifest
from redactphi.etl.options import BatchOptions
from redactphi.etl.readers import Source, open_source
from redactphi.etl.records import NotTextError, Record, Rejected, assemble, documents, kept
from redactphi.etl.tables import Tables, system_places
from redactphi.etl.workers import Engine, Outcome, RedactorLike, check_patient_fields, default_redactor, run_chunks
from redactphi.etl.writers import output_form

CHUNK_NOTES = 64
CHUNK_CHARACTERS = 200_000

Progress = Callable[[int, int, int], None]
"""Called with what is read, of how much, and the number of notes done."""


@dataclass(slots=True, repr=False)
class _Row:
    """A row on its way: what of it may leave, and a document a text column."""

    record: Record
    note_id: str
    original_id: str
    documents: list[Document | None]


@dataclass(slots=True, repr=False)
class _Chunk:
    """Consecutive rows, rejected ones among them, that travel together."""

    items: list[_Row | Rejected] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    characters: int = 0

    def add(self, item: _Row | Rejected) -> None:
        self.items.append(item)
        if isinstance(item, _Row):
            found = [document for document in item.documents if document is not None]
            self.documents += found
            self.characters += sum(len(document.text) for document in found)

    @property
    def is_full(self) -> bool:
        return len(self.items) >= CHUNK_NOTES or self.characters >= CHUNK_CHARACTERS


def run_batch(
    options: BatchOptions,
    *,
    make_redactor: Callable[[], RedactorLike] | None = None,
    on_progress: Progress | None = None,
) -> Tally:
    """Run a batch. Its output appears whole or not at all.

    Args:
        options: What to do.
        make_redactor: Builds the redactor, by default that of the options; picklable to be spawned.
        on_progress: Told of each chunk done.

    Raises:
        UsageError: The options contradict each other, the input or the policy's needs, or something is in the
            output's place.
        DataError: The input cannot be read, or a worker process died.
    """
    clock = _Clock()
    options.check()
    source = open_source(options.source, encoding=options.encoding, delimiter=options.delimiter, quote=options.quote)
    plan = ColumnPlan.make(source.columns, _with_defaults(options.columns, source))
    tables = Tables(options, plan) if options.out is not None else None
    make_engine = partial(Engine, make_redactor or _default(options), options.stages)
    run = _Run(source, plan, make_engine(), tables)
    check_patient_fields(run.engine.redactor, [field for field, _ in plan.patient], "--patient id=COLUMN")
    chunks = _chunks(source, plan, options.limit)
    began = time.perf_counter()
    done = run_chunks(run.engine, make_engine, chunks, workers=options.workers, start_method=options.start_method)
    with closing(done), tables or nullcontext():
        if tables:
            tables.open(source, options.format, run.engine.stages)
        for chunk, outcomes in done:
            run.take(chunk, outcomes)
            if on_progress:
                on_progress(*source.progress(), run.tally.notes)
        run.tally.seconds = time.perf_counter() - began
        if tables:
            tables.commit(run.manifest(options, tables.finish(), clock.times))
    return run.tally


def _default(options: BatchOptions) -> Callable[[], RedactorLike]:
    is_dry = options.out is None
    return partial(
        default_redactor, options.policy, options.mode, key_file=options.key_file, vault=options.vault, is_dry=is_dry
    )


class _Clock:
    """When a run began, and how long it has taken."""

    def __init__(self) -> None:
        self._started = datetime.now(UTC)
        self._counter = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._counter

    @property
    def times(self) -> dict[str, object]:
        started, finished = (moment.isoformat(timespec="seconds") for moment in (self._started, datetime.now(UTC)))
        return {"started": started, "finished": finished, "seconds": round(self.seconds, 3)}


class _Run:
    """Writes and counts what comes back of each chunk."""

    def __init__(self, source: Source, plan: ColumnPlan, engine: Engine, tables: Tables | None) -> None:
        self._source = source
        self._plan = plan
        self._tables = tables
        self._places = system_places(engine.stages)
        # Asked for now: what cannot say its version should fail before the work, not after it.
        self._versions = engine.redactor.versions()
        self.engine = engine
        self.tally = Tally()

    def take(self, chunk: _Chunk, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            self.tally.add(outcome, self._places)
        left = iter(outcomes)
        for item in chunk.items:
            self.tally.rows_in += 1
            if isinstance(item, Rejected):
                self._reject(item)
            else:
                self._finish(item, left)

    def manifest(self, options: BatchOptions, files: Mapping[str, str], times: Mapping[str, object]) -> str:
        return write_manifest(
            tally=self.tally,
            plan=self._plan,
            policy=self.engine.redactor.policy,
            versions=self._versions,
            source={"format": self._source.format, "size": self._source.progress()[1], "limit": options.limit},
            output=output_form(self._source, options.format),
            files=files,
            times=times,
        )

    def _reject(self, item: Rejected) -> None:
        self.tally.rejected[item.reason] += 1
        if self._tables:
            self._tables.reject(item.line, item.reason)

    def _finish(self, row: _Row, left: Iterator[Outcome]) -> None:
        self.tally.rows_out += 1
        self.tally.empty += row.documents.count(None)
        results = {}
        for index, document in zip(self._plan.text, row.documents, strict=True):
            if document is None:
                continue
            outcome = next(left)
            results[index] = outcome.result
            if self._tables:
                self._tables.write_outcome(row.note_id, self._plan.columns[index], outcome)
        if self._tables:
            cells = assemble(row.record, self._plan, row.note_id, results)
            self._tables.write_row(row.note_id, cells, row.original_id)


def _chunks(source: Source, plan: ColumnPlan, limit: int | None) -> Iterator[_Chunk]:
    chunk = _Chunk()
    for number, item in enumerate(islice(source.records(), limit), 1):
        chunk.add(item if isinstance(item, Rejected) else _row(item, plan, number))
        if chunk.is_full:
            yield chunk
            chunk = _Chunk()
    if chunk.items:
        yield chunk


def _row(record: Record, plan: ColumnPlan, number: int) -> _Row | Rejected:
    cell = None if plan.id is None else record.cells[plan.id]
    original = "" if cell is None or cell.is_empty else str(cell.value)
    note_id = _note_id(plan, number, original)
    try:
        found = documents(record, plan, note_id)
    except NotTextError:
        return Rejected(record.line, "the text is not a string")
    return _Row(kept(record, plan), note_id, original, found)


def _note_id(plan: ColumnPlan, number: int, original: str) -> str:
    if plan.id is None:
        return str(number)
    return original if plan.keeps_id else secrets.token_hex(10)


def _with_defaults(choice: ColumnChoice, source: Source) -> ColumnChoice:
    """A folder of text files has the same two columns always, so nobody needs to name them."""
    if source.format != "txt":
        return choice
    id = choice.id or (None if "file" in choice.drop else "file")
    return replace(choice, text=choice.text or ("text",), id=id)
