"""Opens an input: CSV, TSV, JSON Lines, Parquet or a folder of text files, plain or compressed."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

from redactphi.errors import DataError, UsageError
from redactphi.etl.delimited import Dialect, RawRow, sniff, with_options
from redactphi.etl.jsonlines import NotAnObjectError, split_object
from redactphi.etl.records import Cell, Record, Rejected
from redactphi.etl.rows import CELL_LIMIT, Malformed, split_rows
from redactphi.etl.streams import COMPRESSED, Stream, checked_encoding, file_stamp, reading

FORMATS = {".csv": "csv", ".tsv": "csv", ".tab": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
"""The format each file ending stands for."""

_UNDECODED = re.compile("[\udc80-\udcff]")
_NUMBER_OR_DATE = re.compile(r"[\d\s/.:+-]{4,}")
_LONGEST_NAME = 120
_TEXT_FILE = re.compile(r"(?i)\.txt(\.gz|\.zst)?$")


class Source(Protocol):
    """An input opened for reading.

    Attributes:
        name: The file's name, for errors.
        format: ``csv``, ``jsonl``, ``parquet`` or ``txt``.
        columns: The names of its columns.
    """

    name: str
    format: str
    columns: tuple[str, ...]

    def records(self) -> Iterator[Record | Rejected]:
        """The rows, in order, once."""

    def progress(self) -> tuple[int, int]:
        """How much is read, and of how much (bytes, rows or files)."""

    def stamp(self) -> object:
        """Something that differs once the file is changed."""


def open_source(
    path: Path,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    quote: str | None = None,
    escape: str | None = None,
) -> Source:
    """The source at ``path``; its format follows from the ending (``.gz`` and ``.zst`` aside).

    Args:
        path: A file, or a folder of ``.txt`` files.
        encoding: Of text formats; a UTF-8 byte-order mark is understood either way.
        delimiter: Between the cells of a delimited file; sniffed from the first line if not given.
        quote: Around cells; empty means that quotes are ordinary characters.
        escape: Takes the meaning from a quote, delimiter, line end or itself that follows; None for none.

    Raises:
        DataError: It cannot be read, is empty, or has no usable header.
        UsageError: The ending or the encoding is not known.
    """
    encoding = checked_encoding(encoding)
    if path.is_dir():
        return FolderSource(path, encoding)
    if not path.is_file():
        raise DataError(f"no such file: {path.name}")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    ending = next((suffix for suffix in reversed(suffixes) if suffix not in COMPRESSED), "")
    format = FORMATS.get(ending)
    if format == "csv":
        return CsvSource(path, encoding, delimiter or ("\t" if ending != ".csv" else None), quote, escape)
    if format == "jsonl":
        return JsonlSource(path, encoding)
    if format == "parquet":
        from redactphi.etl.parquet import ParquetSource  # noqa: PLC0415 - pyarrow is an extra

        return ParquetSource(path)
    raise UsageError(
        f"{path.name}: the ending must be one of {', '.join(FORMATS)} ({', '.join(COMPRESSED)} allowed), "
        "or a folder of .txt"
    )


class CsvSource:
    """A delimited file with a header line."""

    format = "csv"

    def __init__(self, path: Path, encoding: str, delimiter: str | None, quote: str | None, escape: str | None) -> None:
        self.name = path.name
        self.stamp = partial(file_stamp, path)
        self._stream = Stream(path)
        self.encoding = "utf-8-sig" if encoding == "utf-8" and self._stream.has_bom() else encoding
        with reading(self.name, self.encoding):
            first = next((line for line in self._lines() if line.strip("\r\n")), "")
            if not first:
                raise DataError(f"{self.name}: the file is empty")
            self.dialect: Dialect = with_options(sniff(first), delimiter, quote, escape)
            header = next(split_rows(self._lines(), self.dialect, self.name))
        if isinstance(header, Malformed):
            raise DataError(f"{self.name}: line {header.line}: {header.reason}")
        self.header: RawRow = header
        self.columns = self._column_names()

    def records(self) -> Iterator[Record | Rejected]:
        """The rows, in order, once."""
        with reading(self.name, self.encoding):
            rows = split_rows(self._lines(), self.dialect, self.name)
            next(rows)
            for row in rows:
                yield self._record(row)

    def progress(self) -> tuple[int, int]:
        """Bytes read, and bytes in the file."""
        return self._stream.progress()

    def _record(self, row: RawRow | Malformed) -> Record | Rejected:
        if isinstance(row, Malformed):
            return Rejected(row.line, row.reason, row.last)
        if len(row.cells) != len(self.columns):
            return Rejected(row.line, f"{len(row.cells)} fields, expected {len(self.columns)}")
        if any(not cell.isascii() and _UNDECODED.search(cell) for cell in row.cells):
            return Rejected(row.line, f"not valid {self.encoding.removesuffix('-sig')}")
        value = self.dialect.value
        return Record(row.line, tuple([Cell(value(raw), raw) for raw in row.cells]))

    def _lines(self) -> Iterator[str]:
        binary = self._stream.open()
        with io.TextIOWrapper(binary, encoding=self.encoding, errors="surrogateescape", newline="") as lines:
            yield from lines

    def _column_names(self) -> tuple[str, ...]:
        written = [self.dialect.value(raw).strip() for raw in self.header.cells]
        # A file without a header would put its first patient into error messages that list the columns.
        for place, name in enumerate(written, 1):
            if len(name) > _LONGEST_NAME or "\n" in name or "\0" in name or _NUMBER_OR_DATE.fullmatch(name):
                raise DataError(
                    f"{self.name}: line {self.header.line}: cell {place} is no column name; header missing?"
                )
            if _UNDECODED.search(name):
                raise DataError(
                    f"{self.name}: line {self.header.line}: not valid {self.encoding}; try --encoding latin-1"
                )
        names = tuple(name or f"column {place}" for place, name in enumerate(written, 1))
        if twice := [str(place) for place, name in enumerate(names, 1) if name in names[: place - 1]]:
            raise DataError(f"{self.name}: column names used twice (columns {', '.join(twice)})")
        return names


class JsonlSource:
    """One JSON object a line. A first pass over the file collects the field names."""

    format = "jsonl"

    def __init__(self, path: Path, encoding: str) -> None:
        self.name = path.name
        self.stamp = partial(file_stamp, path)
        self._stream = Stream(path)
        self._encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        names: dict[str, None] = {}
        rejected = None
        for item in self._objects():
            if isinstance(item, Rejected):
                rejected = rejected or item
            else:
                names.update(dict.fromkeys(item[1]))
        if not names:
            where = f"line {rejected.line}: {rejected.reason}" if rejected else "the file is empty"
            raise DataError(f"{self.name}: {where}")
        self.columns = tuple(names)

    def records(self) -> Iterator[Record | Rejected]:
        """The rows, in order, once."""
        for item in self._objects():
            if isinstance(item, Rejected):
                yield item
                continue
            line, cells = item
            if cells.keys() <= set(self.columns):
                yield Record(line, tuple(cells.get(name) for name in self.columns))
            else:
                raise DataError(f"{self.name}: line {line}: the file changed while it was read")

    def progress(self) -> tuple[int, int]:
        """Bytes read, and bytes in the file."""
        return self._stream.progress()

    def _objects(self) -> Iterator[tuple[int, dict[str, Cell]] | Rejected]:
        with reading(self.name, self._encoding), self._stream.open() as binary:
            number = 0
            while line := binary.readline(CELL_LIMIT):
                number += 1
                if len(line) >= CELL_LIMIT:
                    raise DataError(f"{self.name}: line {number} runs over {CELL_LIMIT >> 20} MB; not JSON Lines?")
                if not line.isspace():
                    yield self._split(number, line)

    def _split(self, number: int, line: bytes) -> tuple[int, dict[str, Cell]] | Rejected:
        try:
            return number, split_object(
                line.decode(self._encoding if number == 1 else self._encoding.removesuffix("-sig"))
            )
        except UnicodeDecodeError:
            return Rejected(number, f"not valid {self._encoding.removesuffix('-sig')}")
        except NotAnObjectError as error:
            return Rejected(number, str(error))


class FolderSource:
    """A folder of ``.txt`` files, at any depth, in the order of their names; columns ``file`` and ``text``."""

    format = "txt"
    columns: tuple[str, ...] = ("file", "text")

    def __init__(self, path: Path, encoding: str) -> None:
        self.name = path.name
        self._root = path
        self._encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        self._files = list(_text_files(path, ""))
        if not self._files:
            raise DataError(f"{self.name}: no .txt file in this folder")
        self._done = 0

    def records(self) -> Iterator[Record | Rejected]:
        """The rows, in order, once."""
        for number, file in enumerate(self._files, 1):
            self._done = number
            try:
                with reading("", self._encoding.removesuffix("-sig")), Stream(self._root / file).open() as binary:
                    text = binary.read().decode(self._encoding)
            except DataError as error:
                # One file of many is like one row of many.
                yield Rejected(number, str(error).removeprefix(": "))
                continue
            yield Record(number, (Cell(file), Cell(text)))

    def progress(self) -> tuple[int, int]:
        """Files read, and files there are."""
        return self._done, len(self._files)

    def stamp(self) -> object:
        """How many files there were; each is read once only."""
        return len(self._files)


def _text_files(root: Path, below: str) -> Iterator[str]:
    """The text files of a folder at any depth, by their path from ``root`` on."""
    try:
        entries = sorted(os.scandir(root / below), key=lambda entry: entry.name)
    except OSError as error:
        raise DataError(f"{root.name}: {error.strerror or type(error).__name__}") from None
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _text_files(root, f"{below}{entry.name}/")
        elif _TEXT_FILE.search(entry.name) and entry.is_file():
            yield f"{below}{entry.name}"
