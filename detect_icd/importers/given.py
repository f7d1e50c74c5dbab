"""The files that are given to an import: of zips, of folders with zips in them, and by themselves."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from redactphi.errors import DataError

_LARGEST = 500_000_000
"""Bytes of the largest file that is read; the largest published ones have about 50 million."""

_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
"""In the order they are tried: the last reads whatever there is."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was given.

    Attributes:
        name: Its name, without folders.
        container: The name of the zip it was in; empty where it was in none.
        content: Its bytes.
    """

    name: str
    container: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Of its bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def suffix(self) -> str:
        """In lower case: ``.txt``."""
        return Path(self.name).suffix.lower()

    def text(self) -> str:
        """Its text: UTF-8 or UTF-16 with or without a mark, else of Windows and Latin-1."""
        if self.content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return self.content.decode("utf-16", errors="replace")
        for encoding in _ENCODINGS:
            try:
                return self.content.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise AssertionError("Latin-1 reads any byte")


def given(source: Path, suffixes: AbstractSet[str]) -> Iterator[Given]:
    """The files with one of the suffixes in a zip, in a folder (zips in it included), or the file itself.

    Raises:
        DataError: There is none such, or the zip is damaged.
    """
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_file() and _is_wanted(path.name, {*suffixes, ".zip"}):
                yield from given(path, suffixes)
    elif source.suffix.lower() == ".zip" or (source.suffix.lower() not in suffixes and zipfile.is_zipfile(source)):
        yield from _zipped(source, suffixes)
    elif source.is_file():
        yield Given(source.name, "", source.read_bytes())
    else:
        raise DataError(f"{source.name}: no such zip or folder")


def _zipped(source: Path, suffixes: AbstractSet[str]) -> Iterator[Given]:
    if not source.exists():
        raise DataError(f"{source.name}: no such zip or folder")
    try:
        with zipfile.ZipFile(source) as archive:
            for entry in archive.infolist():
                name = Path(entry.filename).name
                if not _is_wanted(name, suffixes):
                    continue
                if entry.file_size > _LARGEST:
                    raise DataError(f"{name} in {source.name} is larger than any official file")
                yield Given(name, source.name, archive.read(entry))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise DataError(f"{source.name}: the zip is damaged or cut off") from error


def _is_wanted(name: str, suffixes: AbstractSet[str]) -> bool:
    """Whether a file may be one; what macOS keeps beside each file of a zip (``._name``) is none."""
    return Path(name).suffix.lower() in suffixes and not name.startswith(("._", "~$"))
