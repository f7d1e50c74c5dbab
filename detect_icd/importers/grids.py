"""Rows and named columns of a table in a text or a workbook: finds its header, whatever stands above it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from detect_icd.importers.given import Given
from detect_icd.importers.workbook import Workbook
from redactphi.errors import DataError

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx"})
"""The suffixes of files that may hold a table."""

_DELIMITERS = (",", "\t", "|", ";")
_HEAD = 60
"""Rows in which the header stands."""

_SAMPLE = 50_000
"""Characters in which a delimiter shows."""

_DEPTH = 5
"""Rows a header is split over, at most."""

_FIELD = 1_000_000
_SHOWN = 30
"""Characters of a wrong value that are shown."""

_CODE = re.compile(r"[0-9A-Z]\d{3}[0-9A-Z]", re.ASCII)
_SEPARATED = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?|(\d\d?)[/.-](\d\d?)[/.-](\d{4})(?: .*)?", re.ASCII)
_DAY, _ORDINAL = 8, 7

Columns = Mapping[str, tuple[str, ...]]
"""Names a column may have, best first, as ``normal`` gives them, by what it is called here."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a file, or of a sheet of it.

    Attributes:
        name: The file's name.
        rows: Gives line (from 1) and cells of each row, each time from the first.
        is_workbook: Whether it is a sheet.
    """

    name: str
    rows: Callable[[], Iterator[tuple[int, list[str]]]]
    is_workbook: bool = False


def grids(file: Given) -> Iterator[Grid]:
    """A text as each delimiter would part it, or each sheet of a workbook.

    Raises:
        DataError: The workbook is damaged.
    """
    if file.suffix == ".xlsx":
        for sheet in Workbook(file.name, file.content).sheets():
            yield Grid(file.name, sheet.rows, is_workbook=True)
        return
    text = file.text()
    head = text[:_SAMPLE]
    for delimiter in sorted(_DELIMITERS, key=head.count, reverse=True):
        if delimiter in head:
            yield Grid(file.name, _Delimited(text, delimiter).rows)


@dataclass(frozen=True, slots=True)
class _Delimited:
    text: str
    delimiter: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(_FIELD)
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        line = 1
        try:
            for row in reader:
                yield line, row
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"line {line}: {error}") from error


def normal(name: str) -> str:
    r"""A column's name in capitals, with one blank for all that is no letter or figure.

    >>> normal("HCPCS/\nCPT Code"), normal("Add-On_Code"), normal("NON-FAC  PE RVU ")
    ('HCPCS CPT CODE', 'ADD ON CODE', 'NON FAC PE RVU')
    """
    return " ".join(re.sub(r"[^0-9A-Z]+", " ", name.upper()).split())


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, its cells by what their column is called here.

    Attributes:
        file: Name of the file.
        line: The line it begins on, or its number in the sheet.
        cells: Without blanks around them.
        titles: What the columns are called in the file.
    """

    file: str
    line: int
    cells: Mapping[str, str]
    titles: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def error(self, column: str, expected: str) -> DataError:
        """What is wrong with a cell, in one line."""
        value = self[column]
        shown = value[:_SHOWN] + ("…" if len(value) > _SHOWN else "")
        return DataError(f"{self.file} line {self.line}: {self.titles[column]}: {shown!r} is not {expected}")

    def code(self, column: str) -> str:
        """A code of five characters.

        Raises:
            DataError: It is none.
        """
        code = self[column].upper()
        if _CODE.fullmatch(code):
            return code
        lost = " (has a spreadsheet taken its leading zeros?)" if code.isdecimal() and len(code) in {3, 4} else ""
        raise self.error(column, f"a CPT or HCPCS code{lost}")

    def number(self, column: str) -> Decimal | None:
        """A decimal number, as ``$1,234.50`` too; ``None`` where there is none (``.``, ``NA``).

        Raises:
            DataError: It is no number.
        """
        text = self[column].replace("$", "").replace(",", "").strip()
        if text.upper() in {"", ".", "NA", "N/A"}:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise self.error(column, "a number") from None
        if not number.is_finite():
            raise self.error(column, "a number")
        return number

    def one_of(self, column: str, valid: Sequence[str]) -> str:
        """One of the valid values.

        Raises:
            DataError: It is another.
        """
        if self[column] in valid:
            return self[column]
        raise self.error(column, f"one of {', '.join(valid)}")

    def day(self, column: str) -> date | None:
        """A day as files write it (``20260101``, ``2026001``, ``2026-01-01``, ``01/31/2026``); ``None`` where there is none.

        Raises:
            DataError: It is no day.
        """
        try:
            return day(self[column])
        except ValueError:
            raise self.error(column, "a date") from None


def day(text: str) -> date | None:
    """A day as files write it; ``None`` of nothing, zeros and ``*``. A last day of ``9999`` is none.

    Raises:
        ValueError: It is no day.
    """
    text = text.strip()
    if not text.strip("0*."):
        return None
    if text.isdecimal() and len(text) == _DAY:
        year, month, number = int(text[:4]), int(text[4:6]), int(text[6:])
    elif text.isdecimal() and len(text) == _ORDINAL:
        return date.fromordinal(_of_year(int(text[:4]), int(text[4:])))
    elif match := _SEPARATED.fullmatch(text):
        y, m, d, month_first, day_second, year_last = match.groups()
        year, month, number = int(y or year_last), int(m or month_first), int(d or day_second)
    else:
        raise ValueError(text)
    return date(year, month, number) if year < date.max.year else None


def _of_year(year: int, number: int) -> int:
    first = date(year, 1, 1).toordinal()
    if not 0 < number <= date(year, 12, 31).toordinal() - first + 1:
        raise ValueError(number)
    return first + number - 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose header was found.

    Attributes:
        grid: Where it stands.
        line: The last line of the header.
        columns: Number of each column, by what it is called here.
        titles: What they are called in the file.
        above: All the text over the header.
    """

    grid: Grid
    line: int
    columns: Mapping[str, int]
    titles: Mapping[str, str]
    above: str

    def rows(self) -> Iterator[Row]:
        """The rows below the header that have anything in them; a remark that fills one cell is passed over.

        Raises:
            DataError: A row has fewer cells than the columns need.
        """
        needed = max(self.columns.values()) + 1
        for line, cells in self.grid.rows():
            if line <= self.line:
                continue
            filled = [cell for cell in cells if cell.strip()]
            if not filled or (len(filled) == 1 and " " in filled[0].strip()):
                continue
            if self.grid.is_workbook:
                cells.extend([""] * (needed - len(cells)))  # it keeps no empty cells at the end
            if len(cells) < needed:
                raise DataError(
                    f"{self.grid.name} line {line}: {len(cells)} columns where the header (line {self.line}) has "
                    f"at least {needed}; the file may be cut off"
                )
            yield Row(self.grid.name, line, {key: cells[n].strip() for key, n in self.columns.items()}, self.titles)


@dataclass(frozen=True, slots=True)
class NoTable:
    """That no header was found, and how near one came.

    Attributes:
        name: The file's name.
        line: Of the row that came nearest; 0 where none has half of the columns.
        lacking: The columns it lacks.
        other: The columns it has that are none of those looked for.
    """

    name: str
    line: int = 0
    lacking: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.name} line {self.line}: expected the column{'s'[: len(self.lacking) > 1]} {', '.join(self.lacking)} "
            f"in this header; found instead: {', '.join(self.other[:_SHOWN]) or 'none'}"
        )


def find_table(file: Given, columns: Columns, optional: Sequence[str] = ()) -> Table | NoTable:
    """The table of a file that has the columns; of several sheets the first that has them.

    Args:
        file: The file.
        columns: Names of each column, best first.
        optional: Columns that a file may lack.

    Raises:
        DataError: The file is damaged.
    """
    nearest = NoTable(file.name)
    required = [key for key in columns if key not in optional]
    try:
        for grid in grids(file):
            found = _header(grid, columns, required)
            if isinstance(found, Table):
                return found
            if found.line and (not nearest.line or len(found.lacking) < len(nearest.lacking)):
                nearest = found
    except DataError as error:
        raise DataError(f"{file.name} {error}" if str(error).startswith("line ") else str(error)) from error
    return nearest


def _header(grid: Grid, columns: Columns, required: Sequence[str]) -> Table | NoTable:
    nearest, fewest = NoTable(grid.name), len(required) // 2 + 1
    head: list[list[str]] = []
    for line, cells in grid.rows():
        head.append(cells)
        for depth in (1, _DEPTH):
            names = _merged(head, depth)
            numbers = {key: n for key, each in columns.items() if (n := _number(names, each)) is not None}
            lacking = tuple(columns[key][0] for key in required if key not in numbers)
            if not lacking:
                titles = {key: names[number] for key, number in numbers.items()}
                above = " ".join(" ".join(row) for row in head)
                return Table(grid, line, numbers, titles, above)
            if len(lacking) < fewest:
                other = [name for number, name in enumerate(names) if name and number not in numbers.values()]
                nearest, fewest = NoTable(grid.name, line, lacking, tuple(dict.fromkeys(other))), len(lacking)
        if len(head) >= _HEAD:
            break
    return nearest


def _merged(head: Sequence[Sequence[str]], depth: int) -> list[str]:
    """The names of columns that the last rows give together; a title above fills one cell and is no part of them."""
    rows = [head[-1]]
    for row in reversed(head[-depth:-1]):
        if sum(bool(cell.strip()) for cell in row) <= 1:
            break
        rows.insert(0, row)
    width = max(map(len, rows))
    return [normal(" ".join(row[n] for row in rows if n < len(row))) for n in range(width)]


def _number(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)
