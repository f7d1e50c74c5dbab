"""Parquet: the only door to pyarrow, which is an extra (``pip install redactphi[parquet]``)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from redactphi.errors import DataError, UsageError
from redactphi.etl.records import Cell, Record, Rejected
from redactphi.etl.streams import COMPRESSED, Stream, file_stamp, reading

ROWS = 1000
"""Rows read at a time."""


class ParquetSource:
    """A Parquet file. Cells hold pyarrow scalars where only those are exact."""

    format = "parquet"

    def __init__(self, path: Path) -> None:
        arrow = _pyarrow()
        self.name = path.name
        self.stamp = partial(file_stamp, path)
        try:
            self._file = arrow.parquet.ParquetFile(_uncompressed(path))
        except (arrow.ArrowException, OSError):
            raise DataError(f"{path.name}: not a readable Parquet file") from None
        self.schema: Any = self._file.schema_arrow
        self.columns = tuple(self.schema.names)
        if len(set(self.columns)) != len(self.columns):
            raise DataError(f"{path.name}: column names used twice")
        self._done = 0

    def records(self) -> Iterator[Record | Rejected]:
        """The rows, by number."""
        arrow = _pyarrow()
        try:
            for batch in self._file.iter_batches(batch_size=ROWS, use_threads=False):
                for index in range(batch.num_rows):
                    self._done += 1
                    yield Record(self._done, tuple(_cell(column[index]) for column in batch.columns))
        except (arrow.ArrowException, OSError):
            raise DataError(f"{self.name}: row {self._done + 1}: the file is damaged") from None

    def progress(self) -> tuple[int, int]:
        """Rows read, and rows in the file."""
        return self._done, self._file.metadata.num_rows


class ParquetForm:
    """Rows as a record batch; kept columns keep their type, all others are strings.

    Args:
        names: The names of the columns.
        types: Their Arrow types; None for a string that was none.
    """

    def __init__(self, names: Sequence[str], types: Sequence[Any | None]) -> None:
        arrow = _pyarrow()
        fields = [arrow.field(name, type or arrow.string()) for name, type in zip(names, types, strict=True)]
        self.schema: Any = arrow.schema(fields)
        self._typed = [type is not None for type in types]

    def render(self, rows: Sequence[Sequence[Cell | None]]) -> Any:
        """The rows, as one record batch."""
        arrow = _pyarrow()
        columns = zip(*rows, strict=True) if rows else [() for _ in self._typed]
        arrays = [
            arrow.array([_arrow_value(cell, typed=typed) for cell in column], type=field.type)
            for field, typed, column in zip(self.schema, self._typed, columns, strict=True)
        ]
        return arrow.record_batch(arrays, schema=self.schema)


class ParquetWriter:
    """Writes record batches to one Parquet file."""

    def __init__(self, path: Path, schema: Any) -> None:
        self._writer = _pyarrow().parquet.ParquetWriter(path, schema)

    def write(self, *batches: Any) -> None:
        """Add batches, as one row group."""
        if any(batch.num_rows for batch in batches):
            self._writer.write_table(_pyarrow().Table.from_batches(batches))

    def write_file(self, path: Path) -> None:
        """Add the rows of another Parquet file, as one row group."""
        table = _pyarrow().parquet.ParquetFile(path).read(use_threads=False)
        if table.num_rows:
            self._writer.write_table(table)

    def close(self) -> None:
        """End the file."""
        self._writer.close()


def text_type(schema: Any, name: str) -> Any:
    """The type a redacted text column leaves with: its own if it is a plain string type."""
    arrow = _pyarrow()
    type = schema.field(name).type
    return type if type in (arrow.string(), arrow.large_string()) else arrow.string()


def kept_type(schema: Any, name: str) -> Any:
    """The type of a kept column."""
    return schema.field(name).type


def plain(value: Any) -> Any:
    """A pyarrow scalar as a Python value; anything else as it is."""
    return value.as_py() if hasattr(value, "as_py") else value


def _cell(scalar: Any) -> Cell:
    # Strings and nulls are read as such; other types stay scalars, since nanoseconds and decimals have no exact twin.
    value = scalar.as_py() if isinstance(scalar, _string_scalars()) or not scalar.is_valid else scalar
    return Cell(value)


def _arrow_value(cell: Cell | None, *, typed: bool) -> Any:
    if cell is None or cell.value is None:
        return None
    if typed or isinstance(cell.value, str):
        return cell.value
    return cell.raw if cell.raw is not None else str(plain(cell.value))


def _uncompressed(path: Path) -> Path | BinaryIO:
    """A Parquet file is read here and there, which a compressed one cannot be."""
    if path.suffix.lower() not in COMPRESSED:
        return path
    with reading(path.name, ""), Stream(path).open() as content:
        # Without a name: nothing is left of it, whatever ends the run.
        whole = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - it lives as long as what reads it
        shutil.copyfileobj(content, whole)
    return whole


def _string_scalars() -> tuple[type, ...]:
    arrow = _pyarrow()
    return (arrow.StringScalar, arrow.LargeStringScalar)


def _pyarrow() -> Any:
    try:
        import pyarrow  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
        import pyarrow.parquet  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'redactphi[parquet]'") from None
    return pyarrow
