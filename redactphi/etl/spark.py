"""Spark in, Spark out: the only door to pyspark (``pip install redactphi[spark]``, or the cluster's own).

Notes go through ``DataFrame.mapInArrow``, batch by batch; each Python worker builds its redactor once. Kept columns pass
as the Arrow arrays they are: through pandas a NaN would become null and a far timestamp end the job. What travels to the
executors is the policy, names of columns and options; a key never does: each worker reads its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from redactphi.errors import UnknownNameError, UsageError
from redactphi.etl.arrow import Config, Plan, StageCall, redacted, staged
from redactphi.etl.columns import NOTE_ID
from redactphi.etl.notes import NoteColumns, check_columns, names_of, status_name
from redactphi.etl.stages import TEXT_COLUMN, load_stage
from redactphi.policy import Policy

_TYPES = {"string": "string", "Int64": "long", "float64": "double", "boolean": "boolean"}
"""The Spark type of each dtype that a stage may declare."""


def redact(
    df: Any,
    text: str | Iterable[str] = "note",
    *,
    patient: Mapping[str, str | Iterable[str]] | None = None,
    policy: str | Path | Policy = "safe_harbor",
    mode: str = "balanced",
    key_file: Path | None = None,
) -> Any:
    """A frame with its notes made safe, lazily, as ``redactphi.redact_frame`` does it.

    Beside each text column stands ``<text>_status``: ``ok``, ``null`` or ``withheld:<reason>``. A withheld text is
    null, never the original. The columns of patient facts are removed; every other column stays as it is, with its
    type, and is not examined.

    Args:
        df: A Spark DataFrame. Its text columns are strings.
        text: The column of notes, or several.
        patient: Patient field -> the column, or for fields of many values columns, that holds it.
        policy: A preset's name, the path of a policy file on the driver, or a ``Policy``.
        mode: ``balanced`` or ``strict``.
        key_file: For policies that need a key, the file that holds it **on each executor**; without it each reads
            ``REDACTPHI_KEY`` of its environment.

    Raises:
        UnknownNameError: A column, patient field, policy or mode does not exist; the message lists the valid ones.
        UsageError: A column is named for two things or holds no text, a name is there twice, the policy needs a vault,
            or it needs the patient's id and no column holds it.
    """
    columns, config = _checked(df, text, patient, Config(Policy.load(policy), mode, key_file))
    columns.check_status(df.columns)
    plan = Plan.make(df.columns, columns)

    def redact_notes(batches: Iterable[Any]) -> Iterator[Any]:
        return redacted(batches, plan, config)

    return df.mapInArrow(redact_notes, _redacted_schema(df.schema, columns))


def run_stage(
    df: Any,
    stage: str,
    *,
    id: str | Iterable[str],
    text: str | Iterable[str] = "note",
    patient: Mapping[str, str | Iterable[str]] | None = None,
    policy: str | Path | Policy = "safe_harbor",
    mode: str = "balanced",
    key_file: Path | None = None,
    is_safe: bool = False,
    options: Mapping[str, Any] | None = None,
) -> Any:
    """What a stage, such as ``codes``, finds in the safe form of a frame's notes, lazily: one row a finding.

    The columns are those of ``id``, ``text_column`` where there are several, those of the stage, and
    ``<stage>_status``: ``ok``, or for a note that has no finding to show because it was withheld or the stage failed,
    one row with ``withheld:<reason>`` or ``failed:<type of the error>``. Offsets are those of the safe text.

    Args:
        df: A Spark DataFrame of notes as they came, which are redacted on the way, or of safe ones.
        stage: The name of a registered stage.
        id: Columns to carry along, unchanged and unexamined, that say which note a row is of.
        text: The column of notes, or several.
        patient: As in ``redact``.
        policy: As in ``redact``.
        mode: As in ``redact``.
        key_file: As in ``redact``.
        is_safe: Whether the notes are safe already, as ``redact`` left them; then they are read as they are.
        options: Those of the stage, for example ``{"setting": "inpatient"}``.

    Raises:
        UnknownNameError: As in ``redact``, or there is no such stage.
        UsageError: As in ``redact``, or a column of ``id`` clashes with another one.
    """
    found = load_stage(stage, **(options or {}))
    call = StageCall(stage, tuple((options or {}).items()), tuple(found.columns), is_safe=is_safe)
    columns, config = _checked(df, text, patient, Config(Policy.load(policy), mode, key_file))
    ids = _checked_ids(df.columns, id, columns, call)
    plan = Plan.make(df.columns, columns, ids)

    def find_in_notes(batches: Iterable[Any]) -> Iterator[Any]:
        return staged(batches, plan, config, call)

    return df.mapInArrow(find_in_notes, _stage_schema(df.schema, plan, call, found.columns))


def _checked(df: Any, text: Any, patient: Any, config: Config) -> tuple[NoteColumns, Config]:
    """The columns, checked on the driver with all that can be: on an executor an error comes late and wrapped."""
    from redactphi.operators import OPERATORS  # noqa: PLC0415 - Presidio costs a second, and fails later than usage
    from redactphi.recognizers import MODES  # noqa: PLC0415
    from redactphi.rewrite import check_operators  # noqa: PLC0415

    if not hasattr(df, "mapInArrow"):
        raise UsageError(f"a frame is a pyspark.sql.DataFrame of Spark 3.5 or newer, not {type(df).__name__}")
    columns = NoteColumns.make(df.columns, text, patient)
    check_columns(df.columns, df.columns)
    for name in columns.text:
        if (kind := df.schema[name].dataType.typeName()) not in {"string", "varchar", "char", "void"}:
            raise UsageError(f"text column {name!r} holds {kind}, not string")
    if config.mode not in MODES:
        raise UnknownNameError("mode", config.mode, MODES)
    if config.key_file is not None and not isinstance(config.key_file, Path):
        raise UsageError("key_file is the Path of a file on each executor; a key itself does not travel")
    needs = check_operators(config.policy, OPERATORS)
    name = config.policy.name
    if "vault" in needs:
        raise UsageError(
            f"policy {name!r} needs a vault: one file that a single process writes, which executors cannot share. "
            "Use redactphi batch for it, or a policy without tokens here, such as surrogate"
        )
    if "patient.id" in needs and "id" not in [field for field, _ in columns.facts]:
        raise UsageError(f"policy {name!r} needs the patient's id: name its column (patient={{'id': COLUMN}})")
    return columns, config


def _checked_ids(known: Sequence[str], id: Any, columns: NoteColumns, call: StageCall) -> list[str]:
    ids = [str(name) for name in names_of(id, known)]
    check_columns(known, ids)
    taken = {*call.columns, call.status, TEXT_COLUMN}
    for name in ids:
        if name in columns.text or name in columns.patient:
            raise UsageError(f"both id and text or patient fact: {name}")
        if name in taken or ids.count(name) > 1:
            raise UsageError(f"the output would have two columns {name!r}")
    if not ids:
        raise UsageError(f"name the column that says which note a row is of, such as {NOTE_ID!r}")
    return ids


def _redacted_schema(schema: Any, columns: NoteColumns) -> Any:
    from pyspark.sql.types import StringType, StructField, StructType  # noqa: PLC0415 - an extra, and slow

    fields = []
    for field in schema.fields:
        if field.name in columns.text:
            fields += [StructField(name, StringType()) for name in (field.name, str(status_name(field.name)))]
        elif field.name not in columns.patient:
            fields.append(field)
    return StructType(fields)


def _stage_schema(schema: Any, plan: Plan, call: StageCall, dtypes: Mapping[str, str]) -> Any:
    from pyspark.sql.types import StructType  # noqa: PLC0415

    made = StructType([schema.fields[place] for place in plan.ids])
    named = {TEXT_COLUMN: "string"} if len(plan.text) > 1 else {}
    for name, dtype in {**named, **dtypes, call.status: "string"}.items():
        made = made.add(name, _TYPES[dtype])
    return made
