"""The files that imports of CPT and HCPCS files are kept in: one SQLite file a kind, setting and release."""

from __future__ import annotations

import functools
import re
import sqlite3
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Literal

from detect_icd.importers.ptp import Pair, code_of, number_of
from detect_icd.importers.service_releases import Release
from detect_icd.service_records import (
    KINDS,
    AddOn,
    Apc,
    Category,
    Citation,
    Descriptor,
    Fee,
    HcpcsRecord,
    Mue,
    PtpEdit,
    Record,
)
from detect_icd.store import Store
from redactphi.errors import DataError

_FACTS = """
CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE source (number INTEGER PRIMARY KEY, name TEXT, sha256 TEXT, rows INTEGER);
"""

_PAIRS = """
CREATE TABLE rationale (number INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE pair (
  column1 INTEGER, column2 INTEGER, effective INTEGER, deleted INTEGER, indicator INTEGER, rationale INTEGER,
  source INTEGER, line INTEGER, PRIMARY KEY (column1, column2, source, line)
) WITHOUT ROWID;
"""
"""Codes as numbers (``number_of``), days as ordinals, 0 for none. The published files have pairs twice, with the same
first day too, so only the line tells them apart."""

_PAIR_INDEX = "CREATE INDEX pair_of_column2 ON pair (column2)"

_INDICATORS: Mapping[int, Literal["0", "1", "9"]] = {0: "0", 1: "1", 9: "9"}

RECORDS: Mapping[str, tuple[type[Record], tuple[str, ...]]] = {
    "physician-fee-schedule": (Fee, ("code",)),
    "ncci-mue": (Mue, ("code",)),
    "ncci-add-on": (AddOn, ("add_on", "primary")),
    "hcpcs": (HcpcsRecord, ("code",)),
    "opps-addendum-b": (Apc, ("code",)),
    "cpt-descriptors": (Descriptor, ("code",)),
    "ccs-services": (Category, ("first",)),
    "rbcs": (Category, ("first",)),
}
"""What a kind's records are, and by which of their fields they are looked up."""

_NAME = re.compile(
    rf"(?P<kind>{'|'.join(KINDS)})(?:-(?P<setting>practitioner|hospital|supplier))?-(?P<release>20\d\d[-\w]*)\.sqlite"
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An official file as it was read: its name, its SHA-256 and how many records it gave."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """A file of the store.

    Attributes:
        kind: One of ``KINDS``.
        setting: Whose edits, of kinds that are published for several; else empty.
        release: Of which release.
        store: The file.
    """

    kind: str
    setting: str
    release: Release
    store: Store

    @property
    def release_name(self) -> str:
        """``2026q1``."""
        return self.release.written(self.kind)

    def facts(self) -> tuple[date, tuple[SourceFile, ...]]:
        """The day of the import, and the files it was made from.

        Raises:
            DataError: The file is none that an import made.
        """
        try:
            facts = dict(self.store.rows("SELECT key, value FROM fact"))
            rows = self.store.rows("SELECT name, sha256, rows FROM source ORDER BY number")
            return date.fromisoformat(facts["made"]), tuple(SourceFile(*row) for row in rows)
        except (DataError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{self.store.path.name} is not what an import makes; delete it and import again"
            ) from error


def path_of(folder: Path, kind: str, setting: str, release: Release) -> Path:
    """The file that a kind, setting and release is kept in."""
    return folder / "-".join(filter(None, (kind, setting, f"{release.written(kind)}.sqlite")))


def shelves(folder: Path | None) -> tuple[Shelf, ...]:
    """What is kept in a folder, by kind and setting, oldest release first."""
    if folder is None or not folder.is_dir():
        return ()
    named = ((path, _NAME.fullmatch(path.name)) for path in folder.glob("*.sqlite"))
    found = [
        Shelf(match["kind"], match["setting"] or "", Release.parse(match["release"]), Store(path))
        for path, match in named
        if match
    ]
    return tuple(sorted(found, key=lambda shelf: (KINDS.index(shelf.kind), shelf.setting, shelf.release)))


class Writer:
    """Fills a new file of the store."""

    def __init__(self, path: Path, kind: str) -> None:
        self._path = path
        self.kind = kind
        self._sources: list[tuple[int, str, str, int]] = []
        self._rationales: dict[str, int] = {}
        with self._open() as connection:
            connection.executescript(_FACTS)
            connection.executescript(_PAIRS if kind == "ncci-ptp" else _table(kind))

    def _open(self) -> closing[sqlite3.Connection]:
        connection = sqlite3.connect(self._path)
        # Whole or not at all is the business of the file that takes another's place: a journal would be for nothing.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        return closing(connection)

    def add(self, name: str, sha256: str, records: Iterable[Record]) -> int:
        """Adds the records of a file; how many."""
        marks = ", ".join("?" * (len(_columns(self.kind)) + 2))
        statement = f"INSERT INTO record VALUES ({marks})"  # noqa: S608 - question marks only
        return self._fill(name, sha256, statement, map(self._row, records))

    def add_pairs(self, name: str, sha256: str, pairs: Iterable[Pair]) -> int:
        """Adds the edits of a file of pairs; how many."""
        return self._fill(name, sha256, "INSERT INTO pair VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._pair_rows(pairs))

    def finish(self) -> None:
        """Writes what the file was made from and when, and the indexes."""
        with self._open() as connection, connection:
            connection.execute("INSERT INTO fact VALUES ('made', ?)", [datetime.now(UTC).date().isoformat()])
            connection.executemany("INSERT INTO source VALUES (?, ?, ?, ?)", self._sources)
            if self.kind == "ncci-ptp":
                connection.executemany(
                    "INSERT INTO rationale VALUES (?, ?)", [(n, text) for text, n in self._rationales.items()]
                )
                connection.execute(_PAIR_INDEX)
            else:
                for field in RECORDS[self.kind][1]:
                    connection.execute(f'CREATE INDEX record_by_{field} ON record ("{field}")')

    def _fill(self, name: str, sha256: str, statement: str, rows: Iterable[Sequence[Any]]) -> int:
        with self._open() as connection, connection:
            count = connection.executemany(statement, rows).rowcount
        self._sources.append((len(self._sources), name, sha256, count))
        return count

    def _row(self, record: Record) -> list[Any]:
        values = [_stored(getattr(record, name)) for name in _columns(self.kind)]
        return [*values, len(self._sources), record.source.line]

    def _pair_rows(self, pairs: Iterable[Pair]) -> Iterator[tuple[int, ...]]:
        source, rationales = len(self._sources), self._rationales
        for column1, column2, effective, deleted, indicator, rationale, line in pairs:
            number = rationales.setdefault(rationale, len(rationales))
            yield column1, column2, effective, deleted, int(indicator), number, source, line


def records(shelf: Shelf, field: str, value: str, note: str = "") -> list[Record]:
    """The records of a file whose field has the value, in the order they stand in.

    Raises:
        DataError: The file is damaged.
    """
    return _records(shelf, f'record."{field}" = ? ORDER BY record.source, record.line', [value], note)


def range_of(shelf: Shelf, code: str, note: str = "") -> Record | None:
    """Of records that stand for ranges of codes, the one that the code is in.

    Raises:
        DataError: The file is damaged.
    """
    found = _records(
        shelf, "first = (SELECT max(first) FROM record WHERE first <= ?) AND last >= ?", [code, code], note
    )
    return found[0] if found else None


def _records(shelf: Shelf, where: str, values: Sequence[str], note: str) -> list[Record]:
    kind, readers = RECORDS[shelf.kind][0], _readers(shelf.kind)
    names = ", ".join(f'record."{name}"' for name in readers)
    query = (
        f"SELECT {names}, record.line, source.name FROM record JOIN source ON source.number = record.source "  # noqa: S608 - fields of a record
        f"WHERE {where}"
    )
    found = []
    for *cells, line, name in shelf.store.rows(query, values):
        fields = {field: read(cell) for (field, read), cell in zip(readers.items(), cells, strict=True)}
        found.append(kind(**fields, source=Citation(shelf.kind, name, shelf.release_name, line, note)))
    return found


def pairs(shelf: Shelf, column1: str | None, column2: str | None, on: date, note: str = "") -> Iterator[PtpEdit]:
    """The edits with a code in column 1, in column 2 or both that are active on a day, in the order of the other code.

    Raises:
        DataError: The file is damaged.
    """
    named = {"column1": column1, "column2": column2}
    where = {name: number_of(code) for name, code in named.items() if code is not None}
    conditions = " AND ".join(f"{name} = ?" for name in where)
    # An edit that was taken back has its first day as its last.
    query = (
        "SELECT column1, column2, effective, deleted, indicator, rationale.text, pair.line, source.name FROM pair "  # noqa: S608 - two names
        "JOIN source ON source.number = pair.source JOIN rationale ON rationale.number = pair.rationale "
        f"WHERE {conditions} AND effective <= ? AND (deleted = 0 OR (deleted >= ? AND deleted > effective)) "
        "ORDER BY column1, column2, pair.source, pair.line"
    )
    for first, second, effective, deleted, indicator, rationale, line, name in shelf.store.rows(
        query, [*where.values(), on.toordinal(), on.toordinal()]
    ):
        yield PtpEdit(
            column1=code_of(first),
            column2=code_of(second),
            effective=date.fromordinal(effective),
            deleted=date.fromordinal(deleted) if deleted else None,
            indicator=_INDICATORS[indicator],
            rationale=rationale,
            setting="hospital" if shelf.setting == "hospital" else "practitioner",
            source=Citation(shelf.kind, name, shelf.release_name, line, note),
        )


def _table(kind: str) -> str:
    columns = ", ".join(f'"{name}" {"INTEGER" if name == "units" else "TEXT"}' for name in _columns(kind))
    return f"CREATE TABLE record ({columns}, source INTEGER, line INTEGER)"


def _columns(kind: str) -> tuple[str, ...]:
    return tuple(field.name for field in fields(RECORDS[kind][0]) if field.name != "source")


def _stored(value: Any) -> str | int | None:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@functools.cache
def _readers(kind: str) -> Mapping[str, Callable[[Any], Any]]:
    """How each field of a kind's record is read back."""
    hints = typing.get_type_hints(RECORDS[kind][0])
    return {name: _reader(hints[name]) for name in _columns(kind)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    readers: Mapping[type, Callable[[str], Any]] = {Decimal: Decimal, date: date.fromisoformat}
    read = next((read for type_, read in readers.items() if type_ in typing.get_args(hint)), None)
    return partial(_read, read) if read else _as_it_is


def _read(read: Callable[[str], Any], value: str | None) -> Any:
    return None if value is None else read(value)


def _as_it_is(value: Any) -> Any:
    return value
