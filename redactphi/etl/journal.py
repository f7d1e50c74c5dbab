"""The journal of a run: what it is a run of, and which of its shards are done. It lies in the run's work folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from redactphi.errors import DataError, UsageError


class Journal:
    """One line of JSON for the run, then one a shard; a line counts once it is on disk to its end.

    Args:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.head: dict[str, Any] = {}
        self.shards: list[dict[str, Any]] = []

    def read(self) -> None:
        """Read what an earlier run left; nothing where it left none.

        Raises:
            DataError: It is no journal.
        """
        if not self._path.is_file():
            return
        lines = self._path.read_bytes().split(b"\n")[:-1]
        try:
            entries = [json.loads(line) for line in lines]
        except ValueError:
            raise DataError("the journal of the stopped run is damaged; --force starts anew") from None
        if entries:
            self.head, *self.shards = entries

    def start(self, head: Mapping[str, Any], shards: Sequence[Mapping[str, Any]] = ()) -> None:
        """Write a journal with this head and these shards."""
        self.head, self.shards = dict(head), [dict(shard) for shard in shards]
        partial = self._path.with_name("journal.partial")
        partial.unlink(missing_ok=True)
        self._write(partial, self.head, *self.shards)
        partial.replace(self._path)

    def add(self, shard: Mapping[str, Any]) -> None:
        """Add a shard, whose files are on disk."""
        self.shards.append(dict(shard))
        self._write(self._path, shard)

    def check(self, facts: Mapping[str, Any]) -> None:
        """Refuse to go on with another run than the one that was stopped.

        Args:
            facts: What decides the bytes of the output, by what to call it.

        Raises:
            UsageError: One of them is another than then.
        """
        for name, value in self.head["facts"].items():
            if facts.get(name) != value:
                raise UsageError(
                    f"--resume: {name} changed since the run was stopped; without --resume, --force starts anew"
                )

    def _write(self, path: Path, *entries: Mapping[str, Any]) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(json.dumps(entry).encode() + b"\n" for entry in entries)
            file.flush()
            os.fsync(file.fileno())
