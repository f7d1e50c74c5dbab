"""How safe rows are written: CSV, JSON Lines, Parquet or text files.

A form turns rows into what a file takes, wherever it runs; files (``shards.py``, and below for a single table) take it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from redactphi.errors import DataError, UnknownNameError, UsageError
from redactphi.etl.columns import ColumnPlan
from redactphi.etl.delimited import Dialect
from redactphi.etl.jsonlines import write_value
from redactphi.etl.options import OUTPUT_FORMATS
from redactphi.etl.parquet import ParquetForm, ParquetWriter, kept_type, plain, text_type
from redactphi.etl.readers import CsvSource, Source
from redactphi.etl.records import Cell

PLAIN = Dialect()
"""How delimited files are written that follow no input's dialect."""

Rows = Sequence[Sequence[Cell | None]]
"""A cell a column for each row; None where the row lacks it."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_NATIVE = "le" if sys.byteorder == "little" else "be"
_AFTER_MARK = {"utf-8-sig": "utf-8", "utf-16": f"utf-16-{_NATIVE}", "utf-32": f"utf-32-{_NATIVE}"}
"""Encodings that begin a file with a mark, and how they go on."""

_ROWS = 1000
"""Rows a writer holds until they are written."""


class Form(Protocol):
    """Turns rows into what a file takes. Picklable."""

    def render(self, rows: Rows) -> Any:
        """The rows, as bytes or as what the format's file takes."""


class DelimitedForm:
    """Rows of a delimited file.

    Args:
        name: The file's, for errors.
        header: The names of the columns.
        dialect: How cells are written.
        encoding: Of the file; ``utf-8-sig`` writes a byte-order mark.
        verbatim: Whether cells leave as the source wrote them where they carry that.
    """

    def __init__(
        self,
        name: str,
        header: Sequence[Cell],
        dialect: Dialect = PLAIN,
        encoding: str = "utf-8",
        *,
        verbatim: bool = False,
    ) -> None:
        self._name = name
        self._dialect = dialect
        self._verbatim = verbatim
        self._unicode = encoding.startswith("utf")
        self._encoding = encoding
        self._going_on = _AFTER_MARK.get(encoding, encoding)
        self.header = self._encoded([header], encoding)

    def render(self, rows: Rows) -> bytes:
        """The rows, to be written after the header or other rows."""
        return self._encoded(rows, self._going_on)

    def _encoded(self, rows: Rows, encoding: str) -> bytes:
        dialect = self._dialect
        # A row of one empty cell would read as a blank line, and blank lines are no rows.
        lines = [dialect.delimiter.join([self._written(cell) for cell in row]) or dialect.quote * 2 for row in rows]
        try:
            return dialect.terminator.join([*lines, ""]).encode(encoding)
        except UnicodeEncodeError:
            raise DataError(f"{self._name}: a replaced value cannot be written in {self._encoding}") from None

    def _written(self, cell: Cell | None) -> str:
        if cell is None:
            return ""
        if self._verbatim and cell.raw is not None:
            return cell.raw
        return self._dialect.write(self._clean(_as_text(cell)))

    def _clean(self, text: str) -> str:
        # A lone surrogate (from a JSON escape) has no form in UTF-8.
        return _SURROGATE.sub("\ufffd", text) if self._unicode and not text.isascii() else text


class JsonlForm:
    """One JSON object a row."""

    header = b""

    def __init__(self, names: Sequence[str], *, verbatim: bool) -> None:
        self._keys = [write_value(name) for name in names]
        self._verbatim = verbatim

    def render(self, rows: Rows) -> bytes:
        """The rows."""
        return "".join([self._object(row) for row in rows]).encode()

    def _object(self, row: Sequence[Cell | None]) -> str:
        pairs = zip(self._keys, row, strict=True)
        fields = ", ".join(f"{key}: {self._written(cell)}" for key, cell in pairs if cell is not None)
        return f"{{{fields}}}\n"

    def _written(self, cell: Cell) -> str:
        if self._verbatim and cell.raw is not None:
            return cell.raw
        value = plain(cell.value)
        return write_value(value if isinstance(value, str | int | float | bool | None) else str(value))


class TextForm:
    """A text file a row, named by its id.

    Args:
        text: The place of the text among the two cells of a row.
    """

    def __init__(self, text: int) -> None:
        self._text = text

    def render(self, rows: Rows) -> list[tuple[str, bytes]]:
        """Name and content of each file."""
        return [self._file(row) for row in rows]

    def _file(self, row: Sequence[Cell | None]) -> tuple[str, bytes]:
        text, name = row[self._text], row[1 - self._text]
        assert text is not None
        assert name is not None
        stem = re.sub(r"(?i)\.(gz|zst)$", "", str(name.value))
        written = stem if stem.lower().endswith(".txt") else f"{stem}.txt"
        return written, _SURROGATE.sub("\ufffd", text.value).encode()


AnyForm = DelimitedForm | JsonlForm | TextForm | ParquetForm


def notes_form(source: Source, plan: ColumnPlan, format: str | None) -> AnyForm:
    """The form of the redacted rows.

    Args:
        source: The input; its own format, dialect, encoding and types are kept where the format allows.
        plan: Which columns leave.
        format: One of ``OUTPUT_FORMATS``; None for the input's own.

    Raises:
        UnknownNameError: There is no such format.
        UsageError: The rows do not fit the format.
    """
    names = [column.name for column in plan.output]
    same = format in (None, source.format)
    name = str(output_form(source, format)["file"])
    match format or source.format:
        case "csv" if isinstance(source, CsvSource):
            header = [source.header.cells[c.index] if c.index >= 0 else None for c in plan.output]
            cells = [Cell(name, raw) for name, raw in zip(names, header, strict=True)]
            return DelimitedForm(name, cells, source.dialect, source.encoding, verbatim=True)
        case "csv":
            return DelimitedForm(name, [Cell(name) for name in names])
        case "jsonl":
            return JsonlForm(names, verbatim=same)
        case "parquet":
            return ParquetForm(names, _types(plan, getattr(source, "schema", None)))
        case "txt":
            if source.format != "txt":
                raise UsageError("a folder of text files can only be written from one")
            return TextForm([column.index for column in plan.output].index(plan.text[0]))
    raise UnknownNameError("format", str(format), OUTPUT_FORMATS)


def output_form(source: Source, format: str | None) -> dict[str, str | None]:
    """How the notes are written: ``format``, ``file``, ``encoding``, ``delimiter``, ``quote`` and ``escape``.

    Args:
        source: The input.
        format: One of ``OUTPUT_FORMATS``; None for the input's own.
    """
    form = format or source.format
    if form != "csv":
        file = "notes" if form == "txt" else f"notes.{form}"
        encoding = None if form == "parquet" else "utf-8"
        return {
            "format": form, "file": file, "encoding": encoding, "delimiter": None, "quote": None, "escape": None
        }  # fmt: skip
    dialect, encoding = (source.dialect, source.encoding) if isinstance(source, CsvSource) else (PLAIN, "utf-8")
    return {
        "format": form,
        "file": "notes.tsv" if dialect.delimiter == "\t" else "notes.csv",
        "encoding": encoding,
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "escape": dialect.escape,
    }


class TableWriter:
    """A table, or folder of text files, written in one go.

    Args:
        folder: Where it is made.
        source: The table it follows.
        plan: Which columns leave.
    """

    def __init__(self, folder: Path, source: Source, plan: ColumnPlan) -> None:
        self._form = notes_form(source, plan, None)
        self._path = folder / str(output_form(source, None)["file"])
        self._rows: list[Sequence[Cell | None]] = []
        self._file: Any = None
        if isinstance(self._form, TextForm):
            self._path.mkdir()
        elif isinstance(self._form, ParquetForm):
            self._file = ParquetWriter(self._path, self._form.schema)
        else:
            self._file = self._path.open("xb")
            self._file.write(self._form.header)

    def write(self, cells: Sequence[Cell | None]) -> None:
        """Take one row."""
        self._rows.append(cells)
        if len(self._rows) >= _ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left and end the file."""
        try:
            self._flush()
        finally:
            if self._file is not None:
                self._file.close()

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        if not rows:
            return
        if isinstance(self._form, TextForm):
            for name, content in self._form.render(rows):
                write_text_file(self._path, name, content)
        else:
            self._file.write(self._form.render(rows))


def write_text_file(folder: Path, name: str, content: bytes) -> None:
    """Write a new file somewhere below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)


def _as_text(cell: Cell) -> str:
    if isinstance(cell.value, str):
        return cell.value
    if cell.value is None:
        return ""
    return cell.raw if cell.raw is not None else str(plain(cell.value))


def _types(plan: ColumnPlan, schema: object | None) -> list[object | None]:
    """The Parquet type of each column that leaves; None for a string."""
    if schema is None:
        return [None] * len(plan.output)
    types: list[object | None] = []
    for column in plan.output:
        if column.is_id:
            types.append(None)
        else:
            types.append((kept_type if column.index in plan.kept else text_type)(schema, column.name))
    return types
