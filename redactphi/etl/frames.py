"""pandas in, pandas out: the same rows, index and dtypes, with safe text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from redactphi.document import Document
from redactphi.errors import UsageError
from redactphi.etl.isolation import redact_in_processes
from redactphi.etl.notes import NULL, Names, NoteColumns, redact_values, status_name, status_of, text_of
from redactphi.etl.workers import RedactorLike, Result, check_patient_fields, default_redactor, redact_all

if TYPE_CHECKING:
    from pathlib import Path

    import pandas

    from redactphi.keys import SecretKey
    from redactphi.patient import Patient

_Run = Callable[[list[Document]], Iterable[Result]]


def redact_frame(
    frame: pandas.DataFrame,
    text: Names = "note",
    *,
    patient: Mapping[str, Names] | None = None,
    policy: str = "safe_harbor",
    mode: str = "balanced",
    key: SecretKey | bytes | Path | None = None,
    vault: Path | None = None,
    workers: int = 1,
    redactor: RedactorLike | None = None,
) -> pandas.DataFrame:
    """A copy of a frame with its notes made safe. Every other column stays as it is and is not examined.

    Beside each text column stands ``<text>_status``: ``ok``, ``null`` or ``withheld:<reason>``. A withheld text is
    null, never the original. The columns of patient facts are removed. Index and dtypes stay; a text column that
    held no strings, such as numbers, becomes one of objects.

    Args:
        frame: Any frame; left as it is.
        text: The column of notes, or several.
        patient: Patient field -> the column, or for fields of many values columns, that holds it.
        policy: A preset's name or the path of a policy file.
        mode: ``balanced`` or ``strict``.
        key: For policies that need one: bytes, a key file's ``Path`` or a ``SecretKey``; by default that of the environment.
        vault: For policies that need one, its path.
        workers: How many processes; the result is the same with any number. With two or more, a note that takes its
            process down is withheld and the rest go on.
        redactor: One already built; then policy, mode, key and vault are its own.

    Raises:
        UnknownNameError: A column or patient field does not exist; the message lists the valid ones.
        UsageError: A column is named for two things, a name is there twice, or the policy needs the patient's id and
            no column holds it.
    """
    if not hasattr(frame, "columns"):
        raise UsageError(f"a frame is a pandas.DataFrame, not {type(frame).__name__}")
    columns = NoteColumns.make(list(frame.columns), text, patient)
    columns.check_status(list(frame.columns))
    make = partial(default_redactor, policy, mode, key_file=key, vault=vault)
    run, redactor = _runner(redactor, make, workers)
    check_patient_fields(redactor, [field for field, _ in columns.facts], 'patient={"id": COLUMN}')
    facts = [frame[name] for name in columns.patient]
    patients = [columns.patient_of(row) for row in zip(*facts, strict=True)] if facts else [None] * len(frame)
    result = frame.drop(columns=list(dict.fromkeys(columns.patient)))
    for column in columns.text:
        safe, status = _redacted(frame[column], patients, run)
        names: list[Any] = list(result.columns)
        result[column] = safe
        result.insert(names.index(column) + 1, status_name(column), status)
    return result


def redact_series(
    series: pandas.Series[Any],
    *,
    policy: str = "safe_harbor",
    mode: str = "balanced",
    key: SecretKey | bytes | Path | None = None,
    vault: Path | None = None,
    workers: int = 1,
    redactor: RedactorLike | None = None,
) -> pandas.Series[Any]:
    """A series of notes made safe: same index, name, dtype and nulls; a withheld note is null.

    Args:
        series: The notes; left as it is.
        policy: A preset's name or the path of a policy file.
        mode: ``balanced`` or ``strict``.
        key: For policies that need one: bytes, a key file's ``Path`` or a ``SecretKey``; by default that of the environment.
        vault: For policies that need one, its path.
        workers: How many processes; see ``redact_frame``.
        redactor: One already built; then policy, mode, key and vault are its own.

    Raises:
        UsageError: The policy needs the patient's id, which a series has not, or this is no series.
    """
    if not hasattr(series, "isna") or hasattr(series, "columns"):
        raise UsageError(f"a series is a pandas.Series, not {type(series).__name__}")
    run, redactor = _runner(redactor, partial(default_redactor, policy, mode, key_file=key, vault=vault), workers)
    check_patient_fields(redactor, (), "in redact_frame")
    return _redacted(series, [None] * len(series), run)[0]


def _runner(redactor: RedactorLike | None, make: Callable[[], RedactorLike], workers: int) -> tuple[_Run, RedactorLike]:
    if not isinstance(workers, int) or workers < 1:
        raise UsageError("workers is a whole number from 1 on")
    if workers > 1 and redactor is not None and sys.platform != "linux":
        raise UsageError("here several workers build a redactor each: give policy, mode and key instead of one built")
    built = redactor or make()
    if workers == 1:
        return partial(redact_all, built), built
    return partial(redact_in_processes, built, make, workers=workers), built


def _redacted(
    series: pandas.Series[Any], patients: Sequence[Patient | None], run: _Run
) -> tuple[pandas.Series[Any], pandas.Series[Any]]:
    import pandas as pd  # noqa: PLC0415 - pandas is slow to import, and importing redactphi is not

    values = series.astype(object).tolist()
    missing = series.isna().tolist()
    notes = [None if null else value for value, null in zip(values, missing, strict=True)]
    made = redact_values(notes, patients, run)
    shown = [value if each == NULL else text_of(each) for value, each in zip(values, made, strict=True)]
    return (
        pd.Series(shown, index=series.index, name=series.name, dtype=_dtype_of(series)),
        pd.Series([status_of(each) for each in made], index=series.index, dtype=object),
    )


def _dtype_of(series: pandas.Series[Any]) -> Any:
    """The dtype of the safe text. Categories are found anew: the old ones are the original texts."""
    import pandas as pd  # noqa: PLC0415

    if isinstance(series.dtype, pd.CategoricalDtype):
        return "category"
    return series.dtype if series.isna().all() or pd.api.types.is_string_dtype(series.dtype) else object
