"""Writes safe rows: CSV, JSON Lines, Parquet or a folder of text files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from redactphi.errors import DataError, UnknownNameError, UsageError
from redactphi.etl.columns import ColumnPlan
from redactphi.etl.delimited import Dialect
from redactphi.etl.jsonlines import write_value
from redactphi.etl.options import OUTPUT_FORMATS
from redactphi.etl.parquet import ParquetWriter, kept_type, plain, text_type
from redactphi.etl.readers import CsvSource, Source
from redactphi.etl.records import Cell

PLAIN = Dialect()
"""How delimited files are written that follow no input's dialect."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Writer(Protocol):
    """A table being written."""

    def write(self, cells: Sequence[Cell | None]) -> None:
        """Take one row: a cell a column, None where the row lacks it."""

    def close(self) -> None:
        """End the file."""


def open_writer(folder: Path, source: Source, plan: ColumnPlan, format: str | None) -> Writer:
    """The writer of the redacted rows.

    Args:
        folder: Where ``notes.<ending>`` is made.
        source: The input; its own format, dialect, encoding and types are kept where the format allows.
        plan: Which columns leave.
        format: One of ``OUTPUT_FORMATS``; None for the input's own.

    Raises:
        UnknownNameError: There is no such format.
        UsageError: The rows do not fit the format.
    """
    names = [column.name for column in plan.output]
    same = format in (None, source.format)
    path = folder / str(output_form(source, format)["file"])
    match format or source.format:
        case "csv" if isinstance(source, CsvSource):
            header = [source.header.cells[c.index] if c.index >= 0 else None for c in plan.output]
            cells = [Cell(name, raw) for name, raw in zip(names, header, strict=True)]
            return DelimitedWriter(path, cells, source.dialect, source.encoding, verbatim=True)
        case "csv":
            return DelimitedWriter(path, [Cell(name) for name in names])
        case "jsonl":
            return JsonlWriter(path, names, verbatim=same)
        case "parquet":
            schema = getattr(source, "schema", None)
            return ParquetWriter(path, names, _types(plan, schema))
        case "txt":
            if source.format != "txt":
                raise UsageError("a folder of text files can only be written from one")
            return TextFolderWriter(path, [column.index for column in plan.output].index(plan.text[0]))
    raise UnknownNameError("format", str(format), OUTPUT_FORMATS)


def output_form(source: Source, format: str | None) -> dict[str, str | None]:
    """How the notes are written: ``format``, ``file``, ``encoding``, ``delimiter`` and ``quote``.

    Args:
        source: The input.
        format: One of ``OUTPUT_FORMATS``; None for the input's own.
    """
    form = format or source.format
    if form != "csv":
        file = "notes" if form == "txt" else f"notes.{form}"
        encoding = None if form == "parquet" else "utf-8"
        return {"format": form, "file": file, "encoding": encoding, "delimiter": None, "quote": None}
    dialect, encoding = (source.dialect, source.encoding) if isinstance(source, CsvSource) else (PLAIN, "utf-8")
    file = "notes.tsv" if dialect.delimiter == "\t" else "notes.csv"
    return {"format": form, "file": file, "encoding": encoding, "delimiter": dialect.delimiter, "quote": dialect.quote}


class DelimitedWriter:
    """A delimited file, written from its header cells on.

    Args:
        path: The file to make.
        header: The names of the columns.
        dialect: How cells are written.
        encoding: Of the file; ``utf-8-sig`` writes a byte-order mark.
        verbatim: Whether cells leave as the source wrote them where they carry that.
    """

    def __init__(
        self,
        path: Path,
        header: Sequence[Cell],
        dialect: Dialect = PLAIN,
        encoding: str = "utf-8",
        *,
        verbatim: bool = False,
    ) -> None:
        self._name = path.name
        self._dialect = dialect
        self._verbatim = verbatim
        self._unicode = encoding.startswith("utf")
        self._encoding = encoding
        self._file = path.open("x", encoding=encoding, newline="")
        try:
            self.write(header)
        except BaseException:
            self._file.close()
            raise

    def write(self, cells: Sequence[Cell | None]) -> None:
        """Take one row."""
        line = self._dialect.delimiter.join([self._written(cell) for cell in cells])
        # A row of one empty cell would read as a blank line, and blank lines are no rows.
        line = line or self._dialect.quote * 2
        try:
            self._file.write(line + self._dialect.terminator)
        except UnicodeEncodeError:
            raise DataError(f"{self._name}: a replaced value cannot be written in {self._encoding}") from None

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def _written(self, cell: Cell | None) -> str:
        if cell is None:
            return ""
        if self._verbatim and cell.raw is not None:
            return cell.raw
        return self._dialect.write(self._clean(_as_text(cell)))

    def _clean(self, text: str) -> str:
        # A lone surrogate (from a JSON escape) has no form in UTF-8.
        return _SURROGATE.sub("\ufffd", text) if self._unicode and not text.isascii() else text


class JsonlWriter:
    """One JSON object a line."""

    def __init__(self, path: Path, names: Sequence[str], *, verbatim: bool) -> None:
        self._keys = [write_value(name) for name in names]
        self._verbatim = verbatim
        self._file = path.open("x", encoding="utf-8", newline="")

    def write(self, cells: Sequence[Cell | None]) -> None:
        """Take one row."""
        pairs = zip(self._keys, cells, strict=True)
        fields = ", ".join(f"{key}: {self._written(cell)}" for key, cell in pairs if cell is not None)
        self._file.write(f"{{{fields}}}\n")

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def _written(self, cell: Cell) -> str:
        if self._verbatim and cell.raw is not None:
            return cell.raw
        value = plain(cell.value)
        return write_value(value if isinstance(value, str | int | float | bool | None) else str(value))


class TextFolderWriter:
    """A file a note, named by its id."""

    def __init__(self, folder: Path, text: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._text = text

    def write(self, cells: Sequence[Cell | None]) -> None:
        """Take one row."""
        text, name = cells[self._text], cells[1 - self._text]
        assert text is not None
        assert name is not None
        path = self._folder / str(name.value).removesuffix(".gz")
        path = path if path.suffix.lower() == ".txt" else path.with_name(f"{path.name}.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(_SURROGATE.sub("\ufffd", text.value))

    def close(self) -> None:
        """Every file is closed already."""


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
