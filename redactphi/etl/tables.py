"""All that a run writes: the notes, what was withheld, a table a stage, and the private tables outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from redactphi.document import WithheldDocument
from redactphi.errors import UsageError
from redactphi.etl.columns import NOTE_ID, ColumnPlan
from redactphi.etl.manifest import MANIFEST
from redactphi.etl.options import BatchOptions
from redactphi.etl.output import OutputFolder, PrivateTable, sha256
from redactphi.etl.readers import Source
from redactphi.etl.records import Cell
from redactphi.etl.stages import TEXT_COLUMN, Stage
from redactphi.etl.workers import Outcome
from redactphi.etl.writers import DelimitedWriter, Writer, open_writer

WITHHELD = "withheld"


class Tables:
    """The files of a run. They appear at ``commit``, together; without it nothing remains."""

    def __init__(self, options: BatchOptions, plan: ColumnPlan) -> None:
        assert options.out is not None
        assert options.rejected_path is not None
        if options.id_map and (plan.id is None or plan.keeps_id):
            raise UsageError("--id-map needs an --id-column that is replaced")
        self._plan = plan
        self._stack = ExitStack()
        self._folder = OutputFolder(options.out, force=options.force)
        self._rejected = PrivateTable(options.rejected_path, ("line", "reason"), force=options.force)
        header = (NOTE_ID, "original_id")
        self._id_map = PrivateTable(options.id_map, header, force=options.force) if options.id_map else None
        self._writers: dict[str, Writer] = {}
        self._text_column = len(plan.text) > 1

    def __enter__(self) -> Self:
        for table in (self._folder, self._rejected, self._id_map):
            if table is not None:
                self._stack.enter_context(table)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            for writer in self._writers.values():
                # On a full disk closing fails as well, and the first error is the one to report.
                with suppress(Exception):
                    writer.close()

    def open(self, source: Source, format: str | None, stages: Mapping[str, Stage]) -> None:
        """Begin the files, once it is known what they hold."""
        if reserved := {"notes", WITHHELD} & set(stages):
            raise UsageError(f"a stage may not be named {min(reserved)!r}")
        self._writers["notes"] = open_writer(self._folder.partial, source, self._plan, format)
        names = {WITHHELD: ["reason"], **{name: list(stage.columns) for name, stage in stages.items()}}
        for name, columns in names.items():
            first = (NOTE_ID, TEXT_COLUMN) if self._text_column else (NOTE_ID,)
            header = [Cell(column) for column in (*first, *columns)]
            self._writers[name] = DelimitedWriter(self._folder.partial / f"{name}.csv", header)

    def write_row(self, note_id: str, cells: Sequence[Cell | None], original_id: str | None) -> None:
        """Add a row, and the pair of its ids where a map is kept."""
        self._writers["notes"].write(cells)
        if self._id_map is not None:
            self._id_map.write(note_id, original_id)

    def write_outcome(self, note_id: str, text_column: str, outcome: Outcome) -> None:
        """Add the rows of the stages, or the reason why the note is withheld."""
        first = [Cell(note_id), Cell(text_column)] if self._text_column else [Cell(note_id)]
        if isinstance(outcome.result, WithheldDocument):
            self._writers[WITHHELD].write([*first, Cell(outcome.result.reason)])
        for name, rows in outcome.rows.items():
            for row in rows:
                self._writers[name].write([*first, *map(Cell, row)])

    def reject(self, line: int, reason: str) -> None:
        """Add the line of a row that could not be read."""
        self._rejected.write(line, reason)

    def finish(self) -> dict[str, str]:
        """Close the files; their SHA-256 by name."""
        for writer in self._writers.values():
            writer.close()
        return {path.relative_to(self._folder.partial).as_posix(): sha256(path) for path in self._folder.files()}

    def commit(self, manifest: str) -> None:
        """Add the manifest, and put everything in its place."""
        Path(self._folder.partial / MANIFEST).write_text(manifest, encoding="utf-8")
        if self._id_map is not None:
            self._id_map.commit()
        self._rejected.commit(only_if_rows=True)
        self._folder.commit()


def system_places(stages: Mapping[str, Stage]) -> dict[str, int | None]:
    """For each stage, the place of its ``system`` column, by which its rows are counted."""
    places: dict[str, int | None] = {}
    for name, stage in stages.items():
        columns: list[Any] = list(stage.columns)
        places[name] = columns.index("system") if "system" in columns else None
    return places
