"""Delimited text (CSV, TSV): dialects, and rows split without losing how a cell was written.

The standard ``csv`` module gives values only; here a kept cell leaves exactly as it came, quotes included. And where
``csv`` reads on after a broken quote, this stops: rows that have slipped could carry note text into a kept column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from redactphi.errors import DataError

CELL_LIMIT = 64 * 2**20
"""Most characters of one cell. Beyond it a quote was surely never closed."""

DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written.

    Attributes:
        delimiter: Between cells; one character.
        quote: Around cells that need it; empty where quotes are ordinary characters.
        terminator: Between rows.
        quote_all: Whether every cell is quoted.
    """

    delimiter: str = ","
    quote: str = '"'
    terminator: str = "\n"
    quote_all: bool = False

    def value(self, raw: str) -> str:
        """What a cell means."""
        inner = raw.strip(" ")
        if not self.quote or not inner.startswith(self.quote):
            return raw
        return inner[1:-1].replace(self.quote * 2, self.quote)

    def write(self, value: str) -> str:
        """How a value is written. Without a quote character, what would break the row becomes a space."""
        if not self.quote:
            return re.sub(f"[{re.escape(self.delimiter)}\r\n]", " ", value)
        special = self.quote_all or any(char in value for char in (self.delimiter, self.quote, "\n", "\r"))
        if special or value != value.strip(" "):
            return f"{self.quote}{value.replace(self.quote, self.quote * 2)}{self.quote}"
        return value


class RawRow(NamedTuple):
    """The first line of a row and its cells as written."""

    line: int
    cells: list[str]


def sniff(header: str) -> Dialect:
    """The dialect of a file from its first line (with its line end)."""
    body = header.rstrip("\r\n")
    terminator = header[len(body) :] or "\n"
    for quote in ('"', "'"):
        bare = re.sub(f"{quote}[^{quote}]*{quote}", quote, body)
        delimiter = max(DELIMITERS, key=bare.count)
        cells = bare.split(delimiter)
        if all(cell.strip(" ").startswith(quote) for cell in cells):
            return Dialect(delimiter, quote, terminator, quote_all=True)
    bare = re.sub('"[^"]*"', '"', body)
    return Dialect(max(DELIMITERS, key=bare.count), '"', terminator)


def with_options(dialect: Dialect, delimiter: str | None, quote: str | None) -> Dialect:
    """The dialect with what the caller knows better."""
    if delimiter is not None:
        dialect = replace(dialect, delimiter=delimiter)
    return dialect if quote is None else replace(dialect, quote=quote, quote_all=dialect.quote_all and bool(quote))


def split_rows(lines: Iterable[str], dialect: Dialect, name: str) -> Iterator[RawRow]:
    """Rows from physical lines, with the number of the line each starts on. Blank lines are no rows.

    Args:
        lines: Lines with their ends.
        dialect: How they are written.
        name: The file's name, for errors.

    Raises:
        DataError: A quote is not closed, or text follows a closing quote.
    """
    splitter = _Splitter(dialect)
    start = 0
    for number, line in enumerate(lines, 1):
        if not splitter.is_open:
            start = number
            if not dialect.quote or dialect.quote not in line:
                body = line.rstrip("\r\n")
                if body:
                    yield RawRow(start, body.split(dialect.delimiter))
                continue
        if not splitter.feed(line):
            raise DataError(f"{name}: line {number}: text after a closing quote (row of line {start})")
        if splitter.size > CELL_LIMIT:
            raise DataError(f"{name}: line {start}: a quoted cell runs over {CELL_LIMIT >> 20} MB; quote not closed?")
        if not splitter.is_open:
            yield RawRow(start, splitter.take())
    if splitter.is_open:
        raise DataError(f"{name}: line {start}: a quote is opened in this row and never closed")


@dataclass(slots=True)
class _Splitter:
    """Collects the cells of one row over as many lines as it takes."""

    dialect: Dialect
    cells: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    is_open: bool = False

    def take(self) -> list[str]:
        cells, self.cells, self.size = self.cells, [], 0
        return cells

    def feed(self, line: str) -> bool:
        """Take one line; False when text follows a closing quote."""
        end = len(line.rstrip("\r\n"))
        position = 0
        while True:
            if self.is_open:
                stop = self._closed(line, position)
                if stop < 0:
                    self.pieces.append(line[position:])
                    self.size += len(line) - position
                    return True
                while stop < end and line[stop] == " ":
                    stop += 1
                self.cells.append("".join((*self.pieces, line[position:stop])))
                self.pieces.clear()
                self.is_open = False
                if stop < end and line[stop] != self.dialect.delimiter:
                    return False
            else:
                opening = self._opening(line, position, end)
                if opening >= 0:
                    self.pieces.append(line[position : opening + 1])
                    self.is_open, position = True, opening + 1
                    continue
                stop = line.find(self.dialect.delimiter, position, end)
                stop = end if stop < 0 else stop
                self.cells.append(line[position:stop])
            if stop >= end:
                return True
            position = stop + 1

    def _opening(self, line: str, position: int, end: int) -> int:
        while position < end and line[position] == " ":
            position += 1
        return position if position < end and line[position] == self.dialect.quote else -1

    def _closed(self, line: str, position: int) -> int:
        """One past the closing quote, or -1 if it is not on this line."""
        quote = self.dialect.quote
        while (found := line.find(quote, position)) >= 0:
            if line[found + 1 : found + 2] != quote:
                return found + 1
            position = found + 2
        return -1
