"""Imports a year's official ICD-10-CM files: reads, checks, compiles, and puts a store in place, whole or not at all."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from detect_icd.codebook import CodeBook, books_in, releases
from detect_icd.importers.alphabetic import INDEXES, IndexTerm, read_index
from detect_icd.importers.build import SCHEMA, Release, insert
from detect_icd.importers.official import OfficialFile, official_files
from detect_icd.importers.tabular import complete, read_tabular
from detect_icd.local_data import BETWEEN, VARIABLE, Imported, Source, home, imported, lines, path_of, replacing
from detect_icd.matchers.compiling import compile_index
from detect_icd.matchers.phrases import fingerprint
from detect_icd.store import Store
from redactphi.errors import DataError, UsageError

_TABLES = """
CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE source (name TEXT, kind TEXT, version TEXT, sha256 TEXT, rows INTEGER);
CREATE TABLE line (number INTEGER PRIMARY KEY, kind TEXT, path TEXT, code TEXT, see TEXT, "column" TEXT);
CREATE INDEX line_by_code ON line (code);
CREATE TABLE compiled (name TEXT PRIMARY KEY, data BLOB);
"""
_RELEASE = re.compile(r"(?:FY)?(20\d\d)", re.IGNORECASE)


def import_icd10cm(*sources: Path, release: str | None = None) -> Imported:
    """Imports the official files that zips and folders hold; what was imported of the release before is replaced.

    The tabular list and the code list or order file become a release that look-up and detection use; the Alphabetic
    Index, its external causes and its tables of neoplasms and drugs widen what is detected and searched.

    Args:
        sources: Zips, folders of files or zips, or files.
        release: The fiscal year, as ``FY2026``; read from the files unless given.

    Raises:
        DataError: A file is not what it should be; what was imported before is untouched.
        UsageError: The release is not clear, or there is nowhere to keep it.
    """
    folder = home()
    if folder is None:
        raise UsageError(f"the variable {VARIABLE} is empty: there is no folder to import into")
    files = official_files(sources)
    number = _release_number(files, release)
    book, counts = _release(files, number)
    terms: list[IndexTerm] = []
    for kind in INDEXES:
        if (file := files.get(kind)) is not None and file.root is not None:
            terms += _read(file.name, file.root)
    counts.update(line.kind for line in terms)
    path = path_of(f"FY{number}", folder)
    read = [Source(file.name, kind, file.year, file.sha256, counts[kind]) for kind, file in sorted(files.items())]
    with ExitStack() as whole:
        partial = whole.enter_context(replacing(path))
        _write(partial, f"FY{number}", book, read, terms)
        new = _New(f"FY{number}", Store(partial), terms)
        whole.callback(new.store.close)
        for other in imported():
            # A newer one was compiled with the codes and, where it has none of its own, the index that were at hand.
            if other.release > new.release:
                _recompile(other, whole.enter_context(replacing(other.path)), new)
    return next(found for found in imported() if found.path == path)


def _read(name: str, root: Element) -> list[IndexTerm]:
    try:
        return read_index(root)
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    except RecursionError as error:
        raise DataError(f"{name}: terms are nested deeper than any index has them") from error


def refresh() -> tuple[Imported, ...]:
    """Compiles the phrases of every import anew, after an update of this package changed its word tables.

    Raises:
        DataError: A file of an import is damaged.
        UsageError: There is no folder of imported files.
    """
    if home() is None:
        raise UsageError(f"the variable {VARIABLE} is empty: nothing imported is used")
    for found in imported():
        with replacing(found.path) as partial:
            _recompile(found, partial)
    return imported()


class _New(NamedTuple):
    """An import that is about to take its place."""

    release: str
    store: Store
    terms: Sequence[IndexTerm]


def _recompile(found: Imported, partial: Path, new: _New | None = None) -> None:
    shutil.copyfile(found.path, partial)
    _add_phrases(partial, list(lines(found)) or _lines_of_another(found.release, new), new)


def _lines_of_another(release: str, new: _New | None = None) -> Sequence[IndexTerm]:
    """The newest index of another release: what was imported without one must not hide it."""
    has_index = {found.release: found for found in imported() if found.has_index}
    if new is not None:
        has_index.pop(new.release, None)
    newest = max((name for name in has_index if name != release), default="")
    if new is not None and new.terms and new.release > newest:
        return new.terms
    return list(lines(has_index[newest])) if newest else ()


def _release_number(files: Mapping[str, OfficialFile], release: str | None) -> int:
    if release is not None:
        match = _RELEASE.fullmatch(release)
        if match is None:
            raise UsageError(f"a release is written as FY2026, not {release!r}")
        return int(match.group(1))
    years = {file.year for file in files.values() if file.year}
    if len(years) == 1:
        return int(years.pop())
    named = ", ".join(f"{file.name} ({file.year or 'no year'})" for file in files.values())
    raise UsageError(
        f"the files are of {'several years' if years else 'no stated year'}: {named}; name it by --release FYyyyy"
    )


def _release(files: Mapping[str, OfficialFile], number: int) -> tuple[Release | None, Counter[str]]:
    """The release that the files are, if they are one, and how many lines each of the two has."""
    tabular, listed = files.get("tabular"), files.get("codes")
    if tabular is None or listed is None:
        present, absent = (
            ("tabular list", "order file or code list") if tabular else ("order file", "tabular list (XML)")
        )
        if tabular or listed:
            raise DataError(f"the {present} is there, but no {absent}: a release is made of both")
        return None, Counter()
    assert tabular.root is not None
    try:
        records = read_tabular(tabular.root)
        return Release(number, complete(records, listed.codes)), Counter(tabular=len(records), codes=listed.rows)
    except RecursionError as error:
        raise DataError(f"{tabular.name}: codes are nested deeper than any tabular list has them") from error
    except (DataError, UsageError) as error:
        raise DataError(f"{tabular.name}, {listed.name}: {error}") from error
    except KeyError as error:
        raise DataError(f"{tabular.name}: an element lacks its attribute {error}") from error


def _write(
    partial: Path, release: str, book: Release | None, sources: Sequence[Source], terms: Sequence[IndexTerm]
) -> None:
    facts = {
        "release": release,
        "made": datetime.now(UTC).date().isoformat(),
        "fingerprint": "",
    }
    with closing(sqlite3.connect(partial)) as connection, connection:
        connection.executescript(_TABLES)
        connection.executescript(SCHEMA)
        connection.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())
        connection.executemany("INSERT INTO source VALUES (?, ?, ?, ?, ?)", map(astuple, sources))
        connection.executemany(
            'INSERT INTO line (kind, path, code, see, "column") VALUES (?, ?, ?, ?, ?)',
            [(line.kind, BETWEEN.join(line.path), line.code, line.see, line.column) for line in terms],
        )
        if book is not None:
            insert(connection, [book])
    _add_phrases(partial, terms or _lines_of_another(release))


def _add_phrases(partial: Path, terms: Sequence[IndexTerm], new: _New | None = None) -> None:
    """Compiles the phrases of all releases at hand, those of the file before others of their name, and of the index."""
    store, out = Store(partial), io.BytesIO()
    books = {found.name: CodeBook.open(found.name) for found in releases()}
    if new is not None:
        books |= {book.release: book for book in books_in(new.store)}
    books |= {book.release: book for book in books_in(store)}
    compile_index(books.values(), out, terms)
    store.close()
    with closing(sqlite3.connect(partial)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO compiled VALUES ('phrases', ?)", (out.getvalue(),))
        connection.execute("UPDATE fact SET value = ? WHERE key = 'fingerprint'", (fingerprint(),))
