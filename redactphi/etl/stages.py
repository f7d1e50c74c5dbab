"""Stages: what further packages find in safe notes, one CSV file each beside them.

A stage is registered under the entry-point group ``redactphi.stages``: name -> ``factory(**options)`` -> ``Stage``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any, Protocol

from redactphi.document import RedactedDocument
from redactphi.errors import UnknownNameError, UsageError
from redactphi.etl.columns import NOTE_ID

GROUP = "redactphi.stages"
TEXT_COLUMN = "text_column"
"""The column that names the text column of a note, where there are several."""


class Stage(Protocol):
    """Reads one safe note, gives rows.

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


def stage_rows(stage: Stage, redacted: RedactedDocument) -> list[list[Any]]:
    """The rows a stage gives for a note, in the order of its columns.

    Raises:
        ValueError: A row has a column the stage does not declare.
    """
    columns = list(stage.columns)
    rows = []
    for row in stage(redacted):
        if not row.keys() <= set(columns):
            raise ValueError("undeclared column")
        rows.append([row.get(column) for column in columns])
    return rows
