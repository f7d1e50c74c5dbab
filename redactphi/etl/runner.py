"""Runs a batch: rows in, safe rows, stage tables and a manifest out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from redactphi.errors import DataError
from redactphi.etl.columns import ColumnChoice, ColumnPlan
from redactphi.etl.facts import facts_of
from redactphi.etl.manifest import write_manifest
from redactphi.etl.options import BatchOptions
from redactphi.etl.parts import PartMaker, Row, RowChunk, system_places
from redactphi.etl.readers import Source, open_source
from redactphi.etl.records import NotTextError, Record, Rejected, documents, kept
from redactphi.etl.tables import Tables
from redactphi.etl.tally import Tally
from redactphi.etl.workers import Engine, RedactorLike, check_patient_fields, default_redactor, finish_chunks
from redactphi.etl.writers import notes_form, output_form

Progress = Callable[[int, int, int], None]
"""Called with what is read, of how much, and the number of notes done."""

RESUMABLE = "the same command with --resume goes on"
"""How the note ends that an error carries where what is done was kept."""


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
        UsageError: The options contradict each other, the input or the policy's needs, something is in the output's
            place, or a run that was stopped is not this one.
        DataError: The input cannot be read, or workers die as they start.
    """
    options.check()
    source = open_source(
        options.source,
        encoding=options.encoding,
        delimiter=options.delimiter,
        quote=options.quote,
        escape=options.escape,
    )
    plan = ColumnPlan.make(source.columns, _with_defaults(options.columns, source))
    tables = Tables(options, plan) if options.out is not None else None
    make_engine = partial(Engine, make_redactor or _default(options), options.stages)
    engine = make_engine()
    check_patient_fields(engine.redactor, [field for field, _ in plan.patient], "--patient id=COLUMN")
    run = _Run(options, source, plan, engine, tables)
    with tables or nullcontext():
        try:
            return run.run(make_engine, on_progress)
        except BaseException as error:
            if tables and tables.kept_rows:
                error.add_note(f"{tables.kept_rows:,} rows are kept; {RESUMABLE}")
            raise


def _default(options: BatchOptions) -> Callable[[], RedactorLike]:
    is_dry = options.out is None
    return partial(
        default_redactor, options.policy, options.mode, key_file=options.key_file, vault=options.vault, is_dry=is_dry
    )


class _Run:
    """One run, from its first row to its manifest."""

    def __init__(
        self, options: BatchOptions, source: Source, plan: ColumnPlan, engine: Engine, tables: Tables | None
    ) -> None:
        self._options = options
        self._source = source
        self._plan = plan
        self._engine = engine
        self._tables = tables
        self._started = datetime.now(UTC)
        # Asked for now: what cannot say its version should fail before the work, not after it.
        self._versions = engine.redactor.versions()

    def run(self, make_engine: Callable[[], Engine], on_progress: Progress | None) -> Tally:
        """All rows."""
        options, tables = self._options, self._tables
        stages = self._engine.stages
        forms = tables.forms(notes_form(self._source, self._plan, options.format), stages) if tables else {}
        form = output_form(self._source, options.format)
        stamp = self._source.stamp()
        if tables:
            tables.open(str(form["file"]), forms, facts_of(options, self._source, self._engine, self._versions))
        tally = tables.tally if tables else Tally()
        resumed = tally.rows_in
        chunks = self._chunks(resumed, tables.id_key if tables else b"")
        began = time.perf_counter()
        maker = PartMaker(self._plan, forms, system_places(stages))
        done = finish_chunks(
            self._engine, make_engine, chunks, maker,
            workers=options.workers, start_method=options.start_method, seconds=options.seconds,
        )  # fmt: skip
        with closing(done):
            for _, part in done:
                if tables:
                    tables.append(part)
                else:
                    tally.merge(part.tally)
                if on_progress:
                    on_progress(*self._source.progress(), tally.notes)
        self._check(tally, stamp)
        tally.seconds += time.perf_counter() - began
        if tables:
            tables.commit(self._manifest(tables.finish(), tables, tally, resumed))
        return tally

    def _check(self, tally: Tally, stamp: object) -> None:
        """Refuse what came of an input that changed meanwhile, or of which nothing could be read."""
        if self._source.stamp() != stamp:
            self._give_up()
            raise DataError(f"{self._source.name}: the file changed while it was read")
        if tally.rows_in and not tally.rows_out:
            self._give_up()
            reason, count = tally.rejected.most_common(1)[0]
            raise DataError(
                f"{self._source.name}: not one row of {tally.rows_in:,} can be read ({count:,}: {reason}); "
                "see --encoding, --delimiter, --quote and --escape"
            )

    def _give_up(self) -> None:
        """What is done is of no use to a run that goes on: it would fail at the same place."""
        if self._tables:
            self._tables.keep = False

    def _chunks(self, done: int, id_key: bytes) -> Iterator[RowChunk]:
        chunk = RowChunk()
        try:
            for number, item in enumerate(islice(self._source.records(), self._options.limit), 1):
                if number <= done:
                    continue
                chunk.add(item if isinstance(item, Rejected) else _row(item, self._plan, number, id_key))
                if chunk.is_full:
                    yield chunk
                    chunk = RowChunk()
        except DataError:
            self._give_up()
            raise
        if chunk.items:
            yield chunk

    def _manifest(self, files: dict[str, str], tables: Tables, tally: Tally, resumed: int) -> str:
        source, options = self._source, self._options
        started, finished = (moment.isoformat(timespec="seconds") for moment in (self._started, datetime.now(UTC)))
        return write_manifest(
            tally=tally,
            plan=self._plan,
            policy=self._engine.redactor.policy,
            versions=self._versions,
            source={"format": source.format, "size": source.progress()[1], "limit": options.limit},
            output=output_form(source, options.format),
            files=files,
            shards=tables.shards,
            times={
                "started": started, "finished": finished, "seconds": round(tally.seconds, 3), "resumed_after": resumed
            },
        )  # fmt: skip


def _row(record: Record, plan: ColumnPlan, number: int, id_key: bytes) -> Row | Rejected:
    if any(cell is not None and cell.raw is not None and "\0" in cell.raw for cell in record.cells):
        return Rejected(record.line, "holds a NUL character")
    cell = None if plan.id is None else record.cells[plan.id]
    original = "" if cell is None or cell.is_empty else str(cell.value)
    note_id = _note_id(plan, number, original, id_key)
    try:
        found = documents(record, plan, note_id)
    except NotTextError:
        return Rejected(record.line, "the text is not a string")
    return Row(kept(record, plan), note_id, original, found)


def _note_id(plan: ColumnPlan, number: int, original: str, id_key: bytes) -> str:
    if plan.id is None:
        return str(number)
    if plan.keeps_id:
        return original
    # Of the row's place alone, under a key that ends with the run: random to everybody, and the same when a run goes on.
    return hashlib.blake2b(number.to_bytes(8, "big"), digest_size=10, key=id_key).hexdigest()


def _with_defaults(choice: ColumnChoice, source: Source) -> ColumnChoice:
    """A folder of text files has the same two columns always, so nobody needs to name them."""
    if source.format != "txt":
        return choice
    id = choice.id or (None if "file" in choice.drop else "file")
    return replace(choice, text=choice.text or ("text",), id=id)
