"""All that a run writes: the notes, what was withheld, a table a stage, and the private tables outside."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from redactphi.errors import UsageError
from redactphi.etl.columns import NOTE_ID, ColumnPlan
from redactphi.etl.journal import Journal
from redactphi.etl.manifest import MANIFEST
from redactphi.etl.options import BatchOptions
from redactphi.etl.output import OutputFolder, sync
from redactphi.etl.parquet import ParquetForm
from redactphi.etl.parts import ID_MAP, NOTES, REJECTED, WITHHELD, Part, table_forms
from redactphi.etl.records import Cell
from redactphi.etl.shards import ShardedBytes, ShardedFile, ShardedFolder, ShardedParquet
from redactphi.etl.stages import Stage
from redactphi.etl.tally import Tally
from redactphi.etl.writers import AnyForm, DelimitedForm, TextForm

SHARD_ROWS = 5_000
SHARD_CHARACTERS = 5_000_000
"""A shard ends with the chunk that reaches either."""

_PRIVATE = 0o600


class Tables:
    """The files of a run. They appear at ``commit``, together; what a stopped run did is kept for ``--resume``.

    Args:
        options: What to do.
        plan: Which column is what.

    Attributes:
        tally: The counts of the shards that are done.
        id_key: What random ids are drawn with; the same when a run goes on.
        keep: Whether what is done would be of use to a run that goes on.

    Raises:
        UsageError: Something is in the output's place, or a stopped run is and nobody said what becomes of it.
    """

    def __init__(self, options: BatchOptions, plan: ColumnPlan) -> None:
        assert options.out is not None
        assert options.rejected_path is not None
        if options.id_map and (plan.id is None or plan.keeps_id):
            raise UsageError("--id-map needs an --id-column that is replaced")
        self._plan = plan
        self._options = options
        self._folder = OutputFolder(options.out, force=options.force)
        self._journal = Journal(self._folder.work / "journal.jsonl")
        self._private = {REJECTED: options.rejected_path.absolute()}
        if options.id_map:
            self._private[ID_MAP] = options.id_map.absolute()
        self._files: dict[str, ShardedFile] = {}
        self._names: dict[str, str] = {}
        self._rows = self._characters = 0
        self.tally = Tally()
        self.id_key = b""
        self.keep = True
        self._read_journal()
        if not self._journal.shards:
            self._check_private()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()
        keep = error is not None and self.kept_rows > 0
        if not keep and self._files:
            for path in map(_partial, self._private.values()):
                path.unlink(missing_ok=True)
        self._folder.close(keep=keep)

    @property
    def kept_rows(self) -> int:
        """Rows of the shards that are done and of use to a run that goes on."""
        return int(self._journal.shards[-1]["tally"]["rows_in"]) if self.keep and self._journal.shards else 0

    @property
    def shards(self) -> list[dict[str, Any]]:
        """The shards of the output as the manifest tells them: rows, and what each file of the output has of them."""
        private = self._private.keys()
        told, before = [], 0
        for shard in self._journal.shards:
            files = {
                self._names[name]: {"bytes": file["bytes"], "sha256": file["sha256"]}
                for name, file in shard["files"].items()
                if name not in private
            }
            told.append({"rows": shard["tally"]["rows_out"] - before, "files": files})
            before = shard["tally"]["rows_out"]
        return told

    def forms(self, notes: AnyForm, stages: Mapping[str, Stage]) -> dict[str, AnyForm]:
        """How each table is written, by name.

        Raises:
            UsageError: A stage has the name of another table.
        """
        if reserved := {NOTES, WITHHELD, REJECTED, ID_MAP} & set(stages):
            raise UsageError(f"a stage may not be named {min(reserved)!r}")
        private = {REJECTED: ("line", "reason"), ID_MAP: (NOTE_ID, "original_id")}
        return {
            NOTES: notes,
            **table_forms(self._plan, stages),
            **{name: DelimitedForm(name, [Cell(column) for column in private[name]]) for name in self._private},
        }

    def open(self, notes_file: str, forms: Mapping[str, AnyForm], facts: Mapping[str, Any]) -> None:
        """Begin the files, or go on with those of a stopped run.

        Args:
            notes_file: The name of the file, or folder, of the notes.
            forms: As ``forms`` gives them.
            facts: What decides the bytes of the output, by what to call it.

        Raises:
            UsageError: The stopped run was another.
            DataError: The work folder cannot be made, or another run is at it.
        """
        self._folder.open()
        self._read_journal()
        self._names = {name: notes_file if name == NOTES else f"{name}.csv" for name in forms}
        self._files = {name: self._file(name, form) for name, form in forms.items()}
        if self._journal.shards and self._options.resume:
            self._go_on(facts)
        else:
            self._folder.clear()
            self._journal.start({"facts": dict(facts), "id_key": secrets.token_hex(32)})
        self.id_key = bytes.fromhex(self._journal.head["id_key"])
        if self._journal.shards:
            self.tally = Tally.load(self._journal.shards[-1]["tally"])
        for name, file in self._files.items():
            file.open([shard["files"][name] for shard in self._journal.shards])

    def append(self, part: Part) -> None:
        """Add what a chunk became."""
        for name, content in part.tables.items():
            self._files[name].append(content)
        self.tally.merge(part.tally)
        self._rows += part.tally.rows_in
        self._characters += part.tally.characters
        if self._rows >= SHARD_ROWS or self._characters >= SHARD_CHARACTERS:
            self._end_shard()

    def finish(self) -> dict[str, str]:
        """End the files; SHA-256 of those of the output, by name."""
        if self._rows or not self._journal.shards:
            self._end_shard()
        root = self._folder.partial
        for name, path in self._private.items():
            self._files[name].finish(path.parent)
        found: dict[str, str] = {}
        for name in sorted(self._names.keys() - self._private.keys(), key=lambda name: self._names[name]):
            found |= self._files[name].finish(root)
        return found

    def commit(self, manifest: str) -> None:
        """Add the manifest, and put everything in its place."""
        path = self._folder.partial / MANIFEST
        path.write_text(manifest, encoding="utf-8")
        sync(path)
        sync(self._folder.partial)
        for name, place in self._private.items():
            if name == REJECTED and not self.tally.rejected:
                # An empty list does not appear, nor does that of an earlier run stay.
                place.unlink(missing_ok=True)
            else:
                _partial(place).replace(place)
                sync(place.parent)
        self._folder.commit()

    def _end_shard(self) -> None:
        files = {name: file.end_shard() for name, file in self._files.items()}
        sync(self._folder.partial)
        self._journal.add({"files": files, "tally": self.tally.save()})
        self._rows = self._characters = 0

    def _go_on(self, facts: Mapping[str, Any]) -> None:
        self._journal.check(facts)
        for place in self._private.values():
            # The run may have been stopped while it put everything in its place.
            if not _partial(place).exists() and place.exists():
                place.rename(_partial(place))
        shards = self._journal.shards
        good = min(file.good([shard["files"][name] for shard in shards]) for name, file in self._files.items())
        if good < len(shards):
            self._journal.start(self._journal.head, shards[:good])

    def _read_journal(self) -> None:
        if self._options.resume or not self._options.force:
            self._journal.read()
        if self._journal.shards and not self._options.resume:
            raise UsageError(
                f"--out {self._folder.path.name}: a run was stopped after {self.kept_rows:,} rows; "
                "--resume goes on with it, --force starts anew"
            )

    def _check_private(self) -> None:
        for path in self._private.values():
            if path.exists() and not (self._options.force and path.is_file()):
                raise UsageError(f"{path.name} exists; --force replaces it")

    def _file(self, name: str, form: AnyForm) -> ShardedFile:
        path = self._folder.partial / self._names[name]
        work = self._folder.work
        if name in self._private:
            path = _partial(self._private[name])
        if isinstance(form, ParquetForm):
            return ShardedParquet(path, work / "parquet", form.schema)
        if isinstance(form, TextForm):
            return ShardedFolder(path, work / "files.csv")
        return ShardedBytes(path, form.header, mode=_PRIVATE if name in self._private else 0o666)


def _partial(path: Path) -> Path:
    """Where a private table lies until it is whole."""
    return path.with_name(f".{path.name}.partial")
