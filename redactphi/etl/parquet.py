"""Parquet: the only door to pyarrow, which is an extra (``pip install redactphi[parquet]``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from redactphi.errors import DataError, UsageError
from redactphi.etl.records import Cell, Record, Rejected

ROWS = 1000
"""Rows read, and rows held until written, at a time."""


class ParquetSource:
    """A Parquet file. Cells hold pyarrow scalars where only those are exact."""

    format = "parquet"

    def __init__(self, path: Path) -> None:
        arrow = _pyarrow()
        self.name = path.name
        try:
            self._file = arrow.parquet.ParquetFile(path)
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
            for batch in self._file.iter_batches(batch_size=ROWS):
                for index in range(batch.num_rows):
                    self._done += 1
                    yield Record(self._done, tuple(_cell(column[index]) for column in batch.columns))
        except (arrow.ArrowException, OSError):
            raise DataError(f"{self.name}: row {self._done + 1}: the file is damaged") from None

    def progress(self) -> tuple[int, int]:
        """Rows read, and rows in the file."""
        return self._done, self._file.metadata.num_rows


class ParquetWriter:
    """Writes rows to one Parquet file; kept columns keep their type, all others are strings."""

    def __init__(self, path: Path, names: Sequence[str], types: Sequence[Any | None]) -> None:
        arrow = _pyarrow()
        fields = [arrow.field(name, type or arrow.string()) for name, type in zip(names, types, strict=True)]
        self._schema = arrow.schema(fields)
        self._typed = [type is not None for type in types]
        self._writer = arrow.parquet.ParquetWriter(path, self._schema)
        self._rows: list[Sequence[Cell | None]] = []

    def write(self, cells: Sequence[Cell | None]) -> None:
        """Take one row."""
        self._rows.append(cells)
        if len(self._rows) >= ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left and end the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        arrow = _pyarrow()
        columns = zip(*self._rows, strict=True)
        arrays = [
            arrow.array([_arrow_value(cell, typed=typed) for cell in column], type=field.type)
            for field, typed, column in zip(self._schema, self._typed, columns, strict=True)
        ]
        self._writer.write_batch(arrow.record_batch(arrays, schema=self._schema))
        self._rows.clear()


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
