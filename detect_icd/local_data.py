"""Where imported official files are kept, and which there are. Only ``detect-icd import`` writes here; all else reads.

One SQLite file a release, put in place whole: what a reader has open stays as it is.
"""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from detect_icd.importers.alphabetic import INDEXES, IndexTerm
from detect_icd.store import Store
from redactphi.errors import DataError

VARIABLE = "DETECT_ICD_DATA"
"""Names another folder; set but empty, nothing imported is used."""

PREFIX = "icd10cm-"
BETWEEN = "\x1f"
"""Stands between the titles of a path."""

_READABLE = 0o644


@dataclass(frozen=True, slots=True)
class Source:
    """An official file as it was read: its name, what it is, its year, its SHA-256 and how many lines it gave."""

    name: str
    kind: str
    version: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What was imported of one release.

    Attributes:
        release: ``FY2026``.
        path: The file it is kept in.
        made: The day of the import, in ISO form.
        fingerprint: Of the word tables its phrases were compiled with.
        sources: The files it was made from.
        stamp: When the file was written: what is remembered of an import is of this state of it.
    """

    release: str
    path: Path
    made: str
    fingerprint: str
    sources: tuple[Source, ...]
    stamp: int

    @property
    def kinds(self) -> frozenset[str]:
        """What was imported: ``tabular``, ``codes``, ``index``, ``external``, ``drug``, ``neoplasm``."""
        return frozenset(source.kind for source in self.sources)

    @property
    def has_index(self) -> bool:
        """Whether it widens what is detected, by the Alphabetic Index or a table of it."""
        return not self.kinds.isdisjoint(INDEXES)


def home() -> Path | None:
    """The folder of imported files, there or not; ``None`` where nothing imported is to be used."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    import platformdirs  # noqa: PLC0415 - the build reads nothing imported, and does without

    return platformdirs.user_data_path("detect-icd", appauthor=False)


def imported() -> tuple[Imported, ...]:
    """What was imported, by release, oldest first.

    Raises:
        DataError: A file in the folder is not one that an import made.
    """
    folder = home()
    if folder is None or not folder.is_dir():
        return ()
    return tuple(_described(path, path.stat().st_mtime_ns) for path in sorted(folder.glob(f"{PREFIX}FY*.sqlite")))


def path_of(release: str, folder: Path) -> Path:
    """The file that a release is kept in."""
    return folder / f"{PREFIX}{release}.sqlite"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to write, which takes the place of another once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(_READABLE)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def lines(found: Imported) -> Iterator[IndexTerm]:
    """The lines of the imported indexes, in their order."""
    rows = Store(found.path).rows('SELECT kind, path, code, see, "column" FROM line ORDER BY number')
    for kind, path, code, see, column in rows:
        yield IndexTerm(kind, tuple(path.split(BETWEEN)), code, see, column)


def lines_to(found: Imported, codes: Sequence[str]) -> Iterator[IndexTerm]:
    """The lines that print one of the codes, in their order."""
    marks = ", ".join("?" * len(codes))
    query = f'SELECT kind, path, code, see, "column" FROM line WHERE code IN ({marks}) ORDER BY number'  # noqa: S608 - marks alone
    for kind, path, code, see, column in Store(found.path).rows(query, codes):
        yield IndexTerm(kind, tuple(path.split(BETWEEN)), code, see, column)


def phrases(found: Imported) -> bytes | None:
    """The compiled phrase index of an import; ``None`` where it has no index."""
    row = next(Store(found.path).rows("SELECT data FROM compiled WHERE name = 'phrases'"), None)
    return bytes(row[0]) if row else None


@functools.lru_cache(maxsize=64)
def _described(path: Path, stamp: int) -> Imported:
    store = Store(path)
    try:
        facts = dict(store.rows("SELECT key, value FROM fact"))
        sources = tuple(Source(*row) for row in store.rows("SELECT name, kind, version, sha256, rows FROM source"))
        return Imported(facts["release"], path, facts["made"], facts["fingerprint"], sources, stamp)
    except (DataError, KeyError, TypeError) as error:
        raise DataError(f"{path.name} is not what an import makes; delete it and import again") from error
