"""What executors do with the Arrow batches of a frame. Knows nothing of Spark, holds no key, writes nothing.

A process keeps what it has built: a Python worker of Spark serves many tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from redactphi.document import Document, RedactedDocument
from redactphi.errors import UsageError
from redactphi.etl.notes import NULL, OK, NoteColumns, redact_values, status_name, status_of, text_of
from redactphi.etl.stages import TEXT_COLUMN, Stage, load_stage, stage_rows
from redactphi.etl.workers import RedactorLike, Result, redact_all
from redactphi.keys import SecretKey
from redactphi.offsets import OffsetMap
from redactphi.patient import Patient
from redactphi.policy import Policy

NO_FACTS = "withheld:patient-facts"
"""The status of a note whose patient facts cannot be read: what they name could not be found."""


@dataclass(frozen=True, slots=True)
class Config:
    """What decides the output, without the key."""

    policy: Policy
    mode: str
    key_file: Path | None


@dataclass(frozen=True, slots=True)
class StageCall:
    """A stage, how it is built, and what it is given."""

    name: str
    options: tuple[tuple[str, Any], ...]
    columns: tuple[str, ...]
    is_safe: bool

    @property
    def status(self) -> str:
        """The column that says what became of a note."""
        return f"{self.name}_status"


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns by place: a batch has them in the frame's order."""

    names: tuple[str, ...]
    text: tuple[int, ...]
    facts: tuple[int, ...]
    ids: tuple[int, ...]
    columns: NoteColumns

    @classmethod
    def make(cls, names: Sequence[str], columns: NoteColumns, ids: Sequence[str] = ()) -> Plan:
        """The places of columns.

        Args:
            names: The names of all columns, in order, each once.
            columns: Those that are read.
            ids: Those carried along to the rows of a stage.
        """
        place = {name: index for index, name in enumerate(names)}
        text, facts, own = ([place[str(name)] for name in some] for some in (columns.text, columns.patient, ids))
        return cls(tuple(names), tuple(text), tuple(facts), tuple(own), columns)


_redactors: dict[tuple[Policy, str, bytes], RedactorLike] = {}
_stages: dict[tuple[str, tuple[tuple[str, Any], ...]], Stage] = {}
_MOST = 2
"""Redactors kept: a worker serves many tasks, of one policy or two at a time."""


def _redactor(config: Config) -> RedactorLike:
    """The redactor of this process, built anew when the policy or the key is another."""
    from redactphi.redactor import Redactor  # noqa: PLC0415 - spaCy and Presidio cost seconds

    key = SecretKey.load(config.key_file)
    kept = (config.policy, config.mode, key.digest("spark") if key else b"")
    if kept not in _redactors:
        if len(_redactors) >= _MOST:
            _redactors.clear()
        _redactors[kept] = Redactor(config.policy, mode=config.mode, key=key)
    return _redactors[kept]


def _stage(call: StageCall) -> Stage:
    kept = (call.name, call.options)
    if kept not in _stages:
        _stages[kept] = load_stage(call.name, **dict(call.options))
    return _stages[kept]


_Made = list[RedactedDocument | str]
_Run = Callable[[list[Document]], list[Result]]


def redacted(batches: Iterable[Any], plan: Plan, config: Config) -> Iterator[Any]:
    """Record batches with their notes made safe, a status beside each and the columns of patient facts gone.

    Args:
        batches: Record batches with the plan's columns.
        plan: The columns by place.
        config: What decides the output.

    Raises:
        UsageError: The policy needs a key and this machine has none.
        DataError: The key file cannot be read.
    """
    import pyarrow as pa  # type: ignore[import-untyped] # noqa: PLC0415 - Spark's own need, and an extra here

    run = partial(redact_all, _redactor(config))
    for batch in batches:
        made = _redact_batch(batch, plan, run)
        arrays, fields = [], []
        for place, name in enumerate(plan.names):
            field = batch.schema.field(place)
            if place in made:
                kind = field.type if pa.types.is_large_string(field.type) else pa.string()
                arrays += [pa.array(map(text_of, made[place]), kind), pa.array(map(status_of, made[place]), kind)]
                fields += [pa.field(name, kind), pa.field(str(status_name(name)), kind)]
            elif place not in plan.facts:
                arrays.append(batch.column(place))
                fields.append(field)
        yield pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _redact_batch(batch: Any, plan: Plan, run: _Run) -> dict[int, _Made]:
    """What became of each note of each text column, by the column's place."""
    patients, unreadable = _patients(batch, plan)
    made: dict[int, _Made] = {}
    for place in plan.text:
        made[place] = redact_values(_values(batch.column(place)), patients, run)
        for row in unreadable:
            made[place][row] = NULL if made[place][row] == NULL else NO_FACTS
    return made


def _patients(batch: Any, plan: Plan) -> tuple[list[Patient | None], list[int]]:
    """Who each row is of, and the rows of which that cannot be said."""
    found: list[Patient | None] = [None] * batch.num_rows
    unreadable: list[int] = []
    for place, row in enumerate(zip(*(_values(batch.column(place)) for place in plan.facts), strict=True)):
        try:
            if any(value is _UNREADABLE for value in row):
                unreadable.append(place)
            else:
                found[place] = plan.columns.patient_of(row)
        except Exception:  # noqa: BLE001 - its message could show the fact
            unreadable.append(place)
    return found, unreadable


_UNREADABLE = object()


def _values(column: Any) -> list[Any]:
    """The values of an Arrow array. One that Python cannot hold, such as text that is not UTF-8, is ``_UNREADABLE``."""
    try:
        values: list[Any] = column.to_pylist()
    except Exception:  # noqa: BLE001 - one value must not take the others with it, and the message could show it
        return [_value(each) for each in column]
    return values


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except Exception:  # noqa: BLE001 - as above
        return _UNREADABLE


def staged(batches: Iterable[Any], plan: Plan, config: Config, call: StageCall) -> Iterator[Any]:
    """Record batches of what a stage finds: the columns of ids, the stage's and its status.

    Args:
        batches: Record batches with the plan's columns.
        plan: The columns by place.
        config: What decides the safe text.
        call: The stage.

    Raises:
        UsageError: As in ``redacted``, or the stage gives a value that is not of the type it declares.
        DataError: As in ``redacted``.
    """
    stage = _stage(call)
    run = _as_they_are if call.is_safe else partial(redact_all, _redactor(config))
    for batch in batches:
        made = _redact_batch(batch, plan, run)
        found = [
            (row, plan.names[place], *rows)
            for row in range(batch.num_rows)
            for place in plan.text
            for rows in _stage_rows(stage, made[place][row])
        ]
        yield _stage_batch(batch, plan, stage, call, found)


def _as_they_are(documents: list[Document]) -> list[Result]:
    return [RedactedDocument(document.id, document.text, (), OffsetMap()) for document in documents]


def _stage_rows(stage: Stage, made: RedactedDocument | str) -> Iterator[tuple[str, list[Any]]]:
    """Status and values of each row of a note."""
    nothing: list[Any] = [None] * len(stage.columns)
    if isinstance(made, str):
        if made != NULL:
            yield made, nothing
        return
    try:
        rows = stage_rows(stage, made)
    except Exception as error:  # noqa: BLE001 - one note must not end the others, and its error could show text
        yield f"failed:{type(error).__name__}", nothing
        return
    for row in rows:
        yield OK, row


def _stage_batch(
    batch: Any, plan: Plan, stage: Stage, call: StageCall, found: list[tuple[int, str, str, list[Any]]]
) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    kinds = {"string": pa.string(), "Int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_()}
    rows = pa.array([row for row, *_ in found], pa.int64())
    columns = {plan.names[place]: batch.column(place).take(rows) for place in plan.ids}
    if len(plan.text) > 1:
        columns[TEXT_COLUMN] = pa.array([name for _, name, *_ in found], pa.string())
    for place, (name, dtype) in enumerate(stage.columns.items()):
        try:
            columns[name] = pa.array([values[place] for *_, values in found], kinds[dtype])
        except pa.ArrowException:
            raise UsageError(f"stage {call.name!r}: column {name!r} does not hold {dtype}") from None
    columns[call.status] = pa.array([status for _, _, status, _ in found], pa.string())
    return pa.RecordBatch.from_pydict(columns)
