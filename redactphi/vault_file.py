"""The file under a vault: made whole or not at all, and checked before anything in it is trusted."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from redactphi.errors import VaultError

APPLICATION = 0x50484956
"""SQLite's ``application_id`` of a vault: the letters PHIV."""

VERSION = 1
"""SQLite's ``user_version`` of the layout below."""

PAGES = 8000
"""Pages to write ahead before they are moved into the file: tokens are scattered over it, and each move waits for the disk."""

WAIT = 60.0
"""Seconds to wait for another writer."""

_LAYOUT = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE tokens (
  token TEXT PRIMARY KEY, lookup BLOB NOT NULL UNIQUE, label TEXT NOT NULL, sealed BLOB NOT NULL
);
CREATE TABLE notes (hash BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE access (at TEXT NOT NULL, action TEXT NOT NULL, tokens INTEGER NOT NULL, notes INTEGER NOT NULL);
"""

_REASONS = {
    "SQLITE_BUSY": "another process has it locked",
    "SQLITE_CANTOPEN": "cannot be opened",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_FULL": "no space left on device",
    "SQLITE_NOTADB": "no vault",
    "SQLITE_READONLY": "not writable",
}


def create(path: Path, facts: Mapping[str, bytes]) -> None:
    """Make a new vault's file, of which only its owner may do anything; one that another process made first stays.

    Raises:
        VaultError: It cannot be made.
    """
    partial = path.with_name(f".{path.name}.partial-{secrets.token_hex(4)}")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(connect(partial)) as database:
            lay_out(database, facts)
        # A link, unlike a move, never replaces what stands there.
        os.link(partial, path)
    except FileExistsError:
        return
    except OSError as error:
        raise VaultError(f"vault {path.name}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)


def connect(path: Path | None) -> sqlite3.Connection:
    """A connection to an existing file, or to a new database in memory. Its transactions are begun by hand."""
    place = ":memory:" if path is None else f"{path.absolute().as_uri()}?mode=rw"
    database = sqlite3.connect(place, uri=path is not None, timeout=WAIT, isolation_level=None, check_same_thread=False)
    database.execute(f"PRAGMA wal_autocheckpoint={PAGES}")
    return database


def lay_out(database: sqlite3.Connection, facts: Mapping[str, bytes]) -> None:
    """Make an empty database a vault. Other connections see all of it or nothing."""
    database.execute("PRAGMA journal_mode=WAL")
    database.executescript(f"BEGIN EXCLUSIVE;{_LAYOUT}")
    database.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
    database.execute(f"PRAGMA application_id={APPLICATION}")
    database.execute(f"PRAGMA user_version={VERSION}")
    database.execute("COMMIT")


def read_facts(database: sqlite3.Connection, name: str) -> dict[str, bytes]:
    """What a vault says of itself.

    Raises:
        VaultError: It is no vault, or one of a newer version.
    """
    ((application,),) = database.execute("PRAGMA application_id")
    if application != APPLICATION:
        raise VaultError(f"vault {name}: no vault")
    ((version,),) = database.execute("PRAGMA user_version")
    if version > VERSION:
        raise VaultError(f"vault {name}: version {version}, written by a newer redactphi; this one reads {VERSION}")
    return dict(database.execute("SELECT name, value FROM facts"))


@contextmanager
def problems(name: str) -> Iterator[None]:
    """Turns what SQLite raises into one line. Its own messages are left out: they can hold what was stored."""
    try:
        yield
    except sqlite3.Error as error:
        found = getattr(error, "sqlite_errorname", None) or type(error).__name__
        reason = next((words for start, words in _REASONS.items() if found.startswith(start)), found)
        raise VaultError(f"vault {name}: {reason}") from None


@dataclass(frozen=True, slots=True)
class Access:
    """How often something was done, and to how many tokens and notes."""

    times: int
    tokens: int
    notes: int


@dataclass(frozen=True, slots=True)
class VaultSummary:
    """What can be told of a vault without its key.

    Attributes:
        labels: Tokens, by label.
        notes: Safe texts it knows.
        accesses: What was done, by action.
        last: The time of the last operation; None without one.
    """

    labels: Mapping[str, int]
    notes: int
    accesses: Mapping[str, Access]
    last: str | None


def summarize(path: Path) -> VaultSummary:
    """Count what a vault holds.

    Raises:
        VaultError: There is none, or the file is no vault.
    """
    if not path.exists():
        raise VaultError(f"vault {path.name}: no such file")
    with problems(path.name), closing(connect(path)) as database:
        read_facts(database, path.name)
        labels = dict(database.execute("SELECT label, count(*) FROM tokens GROUP BY label ORDER BY label"))
        ((notes,),) = database.execute("SELECT count(*) FROM notes")
        rows = database.execute(
            "SELECT action, count(*), sum(tokens), sum(notes) FROM access GROUP BY action ORDER BY action"
        )
        accesses = {action: Access(*counts) for action, *counts in rows}
        ((last,),) = database.execute("SELECT max(at) FROM access")
    return VaultSummary(labels, notes, accesses, last)
