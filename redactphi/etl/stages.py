"""Stages: what further packages find in safe notes, one CSV file each beside them.

A stage is registered under the entry-point group ``redactphi.stages``: name -> ``factory(**options)`` -> ``Stage``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import entry_points
from typing import Any, Protocol

from redactphi.document import RedactedDocument
from redactphi.errors import UnknownNameError, UsageError
from redactphi.etl.columns import NOTE_ID

GROUP = "redactphi.stages"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")
TEXT_COLUMN = "text_column"
"""The column that names the text column of a note, where there are several."""


class Stage(Protocol):
    """Reads one safe note, gives rows.

    A stage that depends on the day of service has besides ``on(redacted, day)``, which gives the rows of that day.

    Attributes:
        columns: Column -> dtype, in order.
    """

    @property
    def columns(self) -> Mapping[str, str]:
        """Column -> dtype, in order."""

    def __call__(self, redacted: RedactedDocument) -> Iterable[Mapping[str, Any]]:
        """The rows of a note."""


def load_stage(name: str, **options: Any) -> Stage:
    """A registered stage, built.

    Raises:
        UnknownNameError: No installed package registers it; the message lists those there are.
        UsageError: Its columns clash with those every stage file has.
    """
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in found:
        raise UnknownNameError("stage", name, found)
    stage: Stage = found[name].load()(**options)
    if clash := {NOTE_ID, TEXT_COLUMN} & set(stage.columns):
        raise UsageError(f"stage {name!r} may not have a column {min(clash)!r}")
    return stage


def stage_rows(stage: Stage, redacted: RedactedDocument, service_date: str | None = None) -> list[list[Any]]:
    """The rows a stage gives for a note, in the order of its columns.

    Args:
        stage: The stage.
        redacted: The note.
        service_date: Its day of service as its row writes it; for stages that have ``on``.

    Raises:
        ValueError: A row has a column the stage does not declare.
        ServiceDateError: The day cannot be read.
    """
    columns = list(stage.columns)
    rows = []
    dated = getattr(stage, "on", None) if service_date is not None else None
    for row in stage(redacted) if dated is None else dated(redacted, read_day(service_date)):
        if not row.keys() <= set(columns):
            raise ValueError("undeclared column")
        rows.append([row.get(column) for column in columns])
    return rows


class ServiceDateError(Exception):
    """A day of service that cannot be read. Holds nothing of it."""


def read_day(written: str | None) -> date:
    """A day as rows write it: ``2026-03-14``, with or without a time, ``20260314`` or ``3/14/2026``.

    Raises:
        ServiceDateError: It is written otherwise, or there is no such day.
    """
    text = (written or "").strip()
    try:
        if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _AMERICAN.fullmatch(text):
            return date(int(match[3]), int(match[1]), int(match[2]))
    except ValueError:
        pass
    raise ServiceDateError
