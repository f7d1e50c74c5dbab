"""Compiles the code book: the embedded releases, in one SQLite file that is only read afterwards.

Run while building (``hatch_build.py``), or by hand: ``python -m detect_icd.importers.build``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from detect_icd.importers.changes import apply_changes, read_changes
from detect_icd.importers.records import Record
from detect_icd.importers.tabular import read_release
from redactphi.errors import DataError

SOURCE = "simple-icd-10-cm"
"""The distribution that carries the official files; a requirement of the build, never imported."""

DATA = Path(__file__).resolve().parent.parent / "data"
TARGET = DATA / "compiled" / "icd10cm.sqlite"

SCHEMA = """
CREATE TABLE release (number INTEGER PRIMARY KEY, name TEXT, first_day TEXT, last_day TEXT, billable INTEGER);
CREATE TABLE seventh (id INTEGER PRIMARY KEY, characters TEXT);
CREATE TABLE entry (
  key TEXT, since INTEGER, until INTEGER, kind TEXT, title TEXT, parent TEXT, children TEXT, chapter TEXT, block TEXT,
  notes TEXT, seventh INTEGER, billable INTEGER, valid_from TEXT, valid_to TEXT, PRIMARY KEY (key, since)
) WITHOUT ROWID;
"""
"""An entry stands as it is in every release whose number is in ``since`` to ``until``: one that nothing changes is
kept once. ``children`` are keys with a space between, ``notes`` and ``characters`` JSON objects."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release and the days it is in force for."""

    number: int
    records: Mapping[str, Record]

    @property
    def name(self) -> str:
        """``FY2027``."""
        return f"FY{self.number}"

    @property
    def first_day(self) -> str:
        """A fiscal year starts in the October before it."""
        return f"{self.number - 1}-10-01"

    @property
    def last_day(self) -> str:
        """And ends with September."""
        return f"{self.number}-09-30"


def build(target: Path = TARGET) -> Path:
    """Compiles the embedded releases into a file and says where it is.

    Raises:
        DataError: The source is not installed, or a file of it cannot be read.
    """
    write(releases(), target)
    return target


def releases() -> list[Release]:
    """The embedded releases, oldest first."""
    tabular, code_list = source_files()
    fy2026 = read_release(tabular, code_list)
    fy2027 = apply_changes(fy2026, read_changes(DATA / "icd10cm" / "fy2027_changes.tsv"))
    return [Release(2026, fy2026), Release(2027, fy2027)]


def source_files() -> tuple[Path, Path]:
    """The tabular list and the code list, in the installed source distribution.

    Raises:
        DataError: It is not installed, or does not have the one file of each kind.
    """
    try:
        files = distribution(SOURCE).files or []
    except PackageNotFoundError as error:
        raise DataError(f"{SOURCE} is not installed; the code book is compiled from its files") from error
    tabular = [Path(str(file.locate())) for file in files if file.suffix == ".xml" and "tabular" in file.name]
    listed = [Path(str(file.locate())) for file in files if file.suffix == ".txt" and "code-list" in file.name]
    if len(tabular) != 1 or len(listed) != 1:
        raise DataError(f"{SOURCE}: expected one tabular list and one code list, found {len(tabular)}, {len(listed)}")
    return tabular[0], listed[0]


def write(embedded: Iterable[Release], target: Path) -> None:
    """Writes releases, oldest first, as a compiled file. The target appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as connection:
        connection.executescript(SCHEMA)
        with connection:
            insert(connection, list(embedded))
        connection.execute("VACUUM")
    partial.replace(target)


def insert(connection: sqlite3.Connection, embedded: list[Release]) -> None:
    """Writes releases, oldest first, into the tables of ``SCHEMA``."""
    connection.executemany("INSERT INTO release VALUES (?, ?, ?, ?, ?)", map(_release_row, embedded))
    seventh: dict[str, int] = {}
    rows = list(_entry_rows(embedded, seventh))
    connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    numbered = [(number, characters) for characters, number in seventh.items()]
    connection.executemany("INSERT INTO seventh VALUES (?, ?)", numbered)


def _release_row(release: Release) -> tuple[int, str, str, str, int]:
    billable = sum(record.billable for record in release.records.values())
    return release.number, release.name, release.first_day, release.last_day, billable


def _entry_rows(embedded: list[Release], seventh: dict[str, int]) -> Iterator[tuple[str | int, ...]]:
    children = {release.number: _children(release.records) for release in embedded}
    for key in sorted({key for release in embedded for key in release.records}):
        standing = [release for release in embedded if key in release.records]
        validity = _validity(embedded, [r for r in standing if r.records[key].billable] or standing)
        rows: list[list[str | int]] = []
        for release in standing:
            row = _row(release.records[key], children[release.number].get(key, []), seventh)
            if rows and rows[-1][3:-2] == row and rows[-1][2] == release.number - 1:
                rows[-1][2] = release.number
            else:
                rows.append([key, release.number, release.number, *row, *validity])
        yield from map(tuple, rows)


def _row(record: Record, children: list[str], seventh: dict[str, int]) -> list[str | int]:
    characters = json.dumps(dict(record.seventh)) if record.seventh else ""
    return [
        record.kind,
        record.title,
        record.parent,
        " ".join(children),
        record.chapter,
        record.block,
        json.dumps(dict(record.notes), ensure_ascii=False) if record.notes else "",
        seventh.setdefault(characters, len(seventh) + 1) if characters else 0,
        int(record.billable),
    ]


def _children(records: Mapping[str, Record]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {}
    for key in sorted(records):
        children.setdefault(records[key].parent, []).append(key)
    return children


def _validity(embedded: list[Release], standing: list[Release]) -> tuple[str, str]:
    """First and last day, ``""`` where the embedded releases do not say."""
    first = "" if standing[0] is embedded[0] else standing[0].first_day
    last = "" if standing[-1] is embedded[-1] else standing[-1].last_day
    return first, last


if __name__ == "__main__":
    build()
