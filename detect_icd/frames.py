"""pandas in, pandas out: the codes of a frame of notes, one row a candidate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from detect_icd.candidates import COLUMNS
from detect_icd.detector import CodeDetector
from detect_icd.guidelines import Setting
from redactphi.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    import pandas

STATUS = "codes_status"
"""The column that says whether a note was read: ``ok`` or ``failed:<reason>``."""

TEXT_COLUMN = "text_column"
"""The column that names the text column of a note, where there are several; as in a batch."""


def detect_frame(
    frame: pandas.DataFrame,
    text: str | Iterable[str] = "note",
    *,
    id: str | Iterable[str] = (),
    service_date: str | date | None = None,
    setting: Setting = "outpatient",
    release: str | None = None,
    detector: CodeDetector | None = None,
) -> pandas.DataFrame:
    """The codes of a frame's notes: one row a candidate, a note's reported ones first in their sequence.

    A row has the index of its note's row, so that ``frame.join(codes)`` brings them together. Its columns are those of
    ``id``, ``text_column`` where there are several, those of ``Detection.to_frame`` (``status`` is how the note speaks
    of the mention, ``start``, ``end`` and ``evidence`` are offsets of the note as it stands in the frame) and
    ``codes_status``. A note without candidates and a null have no row. A note that cannot be read has one that holds
    nothing but why: ``failed:not-text``, ``failed:service-date`` or ``failed:<type of the error>``.

    Args:
        frame: Any frame; left as it is. Its notes are taken to be safe: displays and offsets leave, no text does.
        text: The column of notes, or several.
        id: Columns to carry along, unchanged and unexamined.
        service_date: The column of the days of service (dates, timestamps, or text in ISO form), or one day for all.
            The day decides the release; where there is none, the newest embedded one is used.
        setting: ``outpatient`` or ``inpatient``.
        release: One release for all notes.
        detector: One already built; then setting and release are its own.

    Raises:
        UnknownNameError: A column or the release does not exist; the message lists the valid ones.
        UsageError: This is no frame, a column is there twice or named for two things, or both a service date and a
            release are given.
    """
    if not hasattr(frame, "columns"):
        raise UsageError(f"a frame is a pandas.DataFrame, not {type(frame).__name__}")
    texts, ids = _names(text), _names(id)
    dates = [service_date] if isinstance(service_date, str) else []
    _check(list(frame.columns), texts, [*ids, *dates], [*ids, *texts])
    if service_date is not None and release is not None:
        raise UsageError("give a release or a service date, not both: the date decides the release")
    detector = detector or CodeDetector(setting=setting, release=release)
    days = frame[service_date].tolist() if isinstance(service_date, str) else [service_date] * len(frame)
    notes = [_notes(frame[column]) for column in texts]
    found = [
        (place, column, row)
        for place, cells in enumerate(zip(*notes, strict=True))
        for column, note in zip(texts, cells, strict=True)
        for row in _rows(detector, note, days[place])
    ]
    return _frame(frame, ids, found, is_named=len(texts) > 1)


def _names(names: str | Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)


def _check(known: Sequence[str], texts: Sequence[str], others: Sequence[str], leaving: Sequence[str]) -> None:
    if not texts:
        raise UsageError("name the column of notes")
    for name in (*texts, *others):
        if name not in known:
            raise UnknownNameError("column", str(name), map(str, known))
        if known.count(name) > 1:
            raise UsageError(f"the frame has more than one column {name!r}")
    if len(set(leaving)) != len(leaving):
        raise UsageError("a column is named twice, as text or id")
    if clash := {*COLUMNS, STATUS, TEXT_COLUMN} & {*others}:
        raise UsageError(f"a column carried along may not be called {min(clash)!r}: codes have one")


def _notes(column: pandas.Series[Any]) -> list[Any]:
    """The notes of a column; None where there is none."""
    missing = column.isna().tolist()
    return [None if null else note for note, null in zip(column.tolist(), missing, strict=True)]


def _rows(detector: CodeDetector, note: Any, day: Any) -> Iterator[dict[str, Any]]:
    if note is None:
        return
    if not isinstance(note, str):
        yield {STATUS: "failed:not-text"}
        return
    try:
        service_date = _day(day)
    except ValueError:
        yield {STATUS: "failed:service-date"}
        return
    try:
        found = detector.detect(note, service_date=service_date).rows()
    except Exception as error:  # noqa: BLE001 - one note must not end the others, and its error could show text
        found = [{STATUS: f"failed:{type(error).__name__}"}]
    for row in found:
        yield {STATUS: "ok", **row}


def _day(value: Any) -> date | None:
    """A day of service as frames hold it; None where there is none.

    Raises:
        ValueError: It is none of these, or no date in ISO form.
    """
    if value is None or _is_missing(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return datetime.fromisoformat(value.strip()).date() if value.strip() else None
    raise ValueError


def _is_missing(value: Any) -> bool:
    try:
        return bool(value != value)  # noqa: PLR0124 - NaN and NaT are unequal to themselves
    except TypeError:
        return True  # pandas.NA: neither true nor false


def _frame(
    frame: pandas.DataFrame, ids: Sequence[str], found: Sequence[tuple[int, str, dict[str, Any]]], *, is_named: bool
) -> pandas.DataFrame:
    import pandas as pd  # noqa: PLC0415 - pandas is slow to import, and importing detect_icd is not

    places = [place for place, _, _ in found]
    result = frame.iloc[places][list(ids)].copy()
    if is_named:
        result[TEXT_COLUMN] = pd.array([column for _, column, _ in found], dtype="string")
    for name, dtype in {**COLUMNS, STATUS: "string"}.items():
        values = [row.get(name) for _, _, row in found]
        result[name] = pd.Series(values, index=result.index, dtype=dtype)
    return result
