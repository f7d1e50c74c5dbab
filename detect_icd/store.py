"""The one door to compiled and imported files: SQLite, read only, safe in threads, forks and read-only containers."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from redactphi.errors import DataError


class Store:
    """An SQLite file that never changes while it is open.

    Every thread of every process has its own connection, opened at its first question: SQLite's must not cross a
    fork. Nothing is locked and no file is written beside it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    def __reduce__(self) -> tuple[type[Store], tuple[Path]]:
        return type(self), (self.path,)

    def rows(self, query: str, parameters: Sequence[str | int] = ()) -> Iterator[tuple[Any, ...]]:
        """What the query gives, row by row.

        Raises:
            DataError: The file is missing or is no such store.
        """
        try:
            yield from self._connection().execute(query, parameters)
        except sqlite3.Error as error:
            raise DataError(f"{self.path.name}: {error}") from error

    def close(self) -> None:
        """Closes this thread's connection; the next question opens another."""
        if (connection := self._local.__dict__.pop("connection", None)) is not None:
            connection.close()
        self._local.__dict__.pop("process", None)

    def _connection(self) -> sqlite3.Connection:
        process = os.getpid()
        if getattr(self._local, "process", None) != process:
            # `immutable` spares the locks and the journal look-up, and so needs no writable folder.
            uri = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
            self._local.connection = sqlite3.connect(uri, uri=True, check_same_thread=False, factory=_Connection)
            self._local.process = process
        connection: sqlite3.Connection = self._local.connection
        return connection


class _Connection(sqlite3.Connection):
    """Closes itself when its thread ends: left open, it would warn at an unforeseeable moment."""

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # it could not be opened
            self.close()
