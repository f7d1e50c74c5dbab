"""pandas in, pandas out: the same rows, index and dtypes, with safe text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from redactphi.document import Document, RedactedDocument
from redactphi.errors import UnknownNameError, UsageError
from redactphi.etl.columns import TUPLE_FIELDS
from redactphi.etl.records import facts_to_patient
from redactphi.etl.workers import RedactorLike, Result, check_patient_fields, default_redactor, redact_all
from redactphi.patient import Patient, patient_fields

if TYPE_CHECKING:
    from pathlib import Path

    import pandas

    from redactphi.keys import SecretKey

OK = "ok"
NULL = "null"
NOT_TEXT = "withheld:not-text"


def redact_frame(
    frame: pandas.DataFrame,
    text: str | Iterable[str] = "note",
    *,
    patient: Mapping[str, str | Iterable[str]] | None = None,
    policy: str = "safe_harbor",
    mode: str = "balanced",
    key: SecretKey | bytes | Path | None = None,
    vault: Path | None = None,
    redactor: RedactorLike | None = None,
) -> pandas.DataFrame:
    """A copy of a frame with its notes made safe. Every other column stays as it is and is not examined.

    Beside each text column stands ``<text>_status``: ``ok``, ``null`` or ``withheld:<reason>``. A withheld text is
    null, never the original. The columns of patient facts are removed.

    Args:
        frame: Any frame; left as it is.
        text: The column of notes, or several.
        patient: Patient field -> the column, or for fields of many values columns, that holds it.
        policy: A preset's name or the path of a policy file.
        mode: ``balanced`` or ``strict``.
        key: For policies that need one: bytes, a key file's ``Path`` or a ``SecretKey``; by default that of the environment.
        vault: For policies that need one, its path.
        redactor: One already built; then policy, mode, key and vault are its own.

    Raises:
        UnknownNameError: A column or patient field does not exist; the message lists the valid ones.
        UsageError: A column is named for two things, a name is there twice, or the policy needs the patient's id and
            no column holds it.
    """
    if not hasattr(frame, "columns"):
        raise UsageError(f"a frame is a pandas.DataFrame, not {type(frame).__name__}")
    columns = list(text) if isinstance(text, Iterable) and not isinstance(text, str) else [text]
    sources = _sources(patient or {})
    _check(frame, columns, sources)
    redactor = redactor or default_redactor(policy, mode, key_file=key, vault=vault)
    check_patient_fields(redactor, sources, 'patient={"id": COLUMN}')
    patients = _patients(frame, sources)
    result = frame.drop(columns=[name for names in sources.values() for name in names])
    for column in columns:
        safe, status = _redacted(frame[column], patients, redactor)
        result[column] = safe
        result.insert(list(result.columns).index(column) + 1, f"{column}_status", status)
    return result


def redact_series(
    series: pandas.Series[Any],
    *,
    policy: str = "safe_harbor",
    mode: str = "balanced",
    key: SecretKey | bytes | Path | None = None,
    vault: Path | None = None,
    redactor: RedactorLike | None = None,
) -> pandas.Series[Any]:
    """A series of notes made safe: same index, name and nulls; a withheld note is null.

    Args:
        series: The notes; left as it is.
        policy: A preset's name or the path of a policy file.
        mode: ``balanced`` or ``strict``.
        key: For policies that need one: bytes, a key file's ``Path`` or a ``SecretKey``; by default that of the environment.
        vault: For policies that need one, its path.
        redactor: One already built; then policy, mode, key and vault are its own.

    Raises:
        UsageError: The policy needs the patient's id, which a series has not.
    """
    redactor = redactor or default_redactor(policy, mode, key_file=key, vault=vault)
    check_patient_fields(redactor, (), "in redact_frame")
    return _redacted(series, None, redactor)[0]


def _sources(patient: Mapping[str, str | Iterable[str]]) -> dict[str, list[str]]:
    if not isinstance(patient, Mapping):
        raise UsageError(f"patient maps a patient field to its column, not {type(patient).__name__}")
    return {field: [names] if isinstance(names, str) else list(names) for field, names in patient.items()}


def _check(frame: pandas.DataFrame, text: list[str], sources: Mapping[str, list[str]]) -> None:
    known = list(frame.columns)
    for field, names in sources.items():
        if field not in patient_fields():
            raise UnknownNameError("patient field", field, patient_fields())
        if len(names) > 1 and field not in TUPLE_FIELDS:
            raise UsageError(f"patient field {field!r} takes one column")
    facts_of = [name for names in sources.values() for name in names]
    for name in (*text, *facts_of):
        if name not in known:
            raise UnknownNameError("column", str(name), map(str, known))
        if known.count(name) > 1:
            raise UsageError(f"the frame has more than one column {name!r}")
    if both := set(text) & set(facts_of):
        raise UsageError(f"both text and patient fact: {', '.join(sorted(both))}")
    if len(set(text)) != len(text):
        raise UsageError("a text column is named twice")
    if taken := [name for name in text if f"{name}_status" in known]:
        raise UsageError(f"the frame has a column '{taken[0]}_status' already")


def _patients(frame: pandas.DataFrame, sources: Mapping[str, list[str]]) -> list[Patient | None] | None:
    if not sources:
        return None
    fields = [field for field, names in sources.items() for _ in names]
    columns = [frame[name] for names in sources.values() for name in names]
    return [facts_to_patient(zip(fields, row, strict=True)) for row in zip(*columns, strict=True)]


def _redacted(
    series: pandas.Series[Any], patients: list[Patient | None] | None, redactor: RedactorLike
) -> tuple[pandas.Series[Any], pandas.Series[Any]]:
    import pandas as pd  # noqa: PLC0415 - pandas is slow to import, and importing redactphi is not

    missing = series.isna().to_numpy()
    values = series.astype(object).tolist()
    status = [
        NULL if null else OK if isinstance(value, str) else NOT_TEXT
        for value, null in zip(values, missing, strict=True)
    ]
    documents = [
        Document(str(place), value, patients[place] if patients else None)
        for place, value in enumerate(values)
        if status[place] == OK
    ]
    results: dict[int, Result] = {int(result.id): result for result in redact_all(redactor, documents)}
    safe: list[Any] = []
    for place, value in enumerate(values):
        result = results.get(place)
        if isinstance(result, RedactedDocument):
            safe.append(result.text)
        else:
            safe.append(value if status[place] == NULL else None)
            status[place] = f"withheld:{result.reason}" if result else status[place]
    dtype = series.dtype if pd.api.types.is_string_dtype(series.dtype) else object
    return (
        pd.Series(safe, index=series.index, name=series.name, dtype=dtype),
        pd.Series(status, index=series.index, dtype=object),
    )
