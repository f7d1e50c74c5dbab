"""Delimited text split into rows, and what to do after one that is broken.

After a broken quote nobody knows at first whether the next line begins a row or lies within a note. Taken wrongly, a line
of a note could become a row and carry its text into a kept column. So both readings are followed until one is refuted: by
text after a closing quote, a quote amid a bare cell, or another number of cells. What is unclear until then is rejected.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from redactphi.errors import DataError
from redactphi.etl.delimited import Dialect, RawRow

CELL_LIMIT = 64 * 2**20
"""Most characters of one cell. Beyond it a quote was surely never closed."""

LOOK_AHEAD = 2**20
"""Characters after which rows that all came out right outweigh a quote that may still be open."""

SURE = 10
"""Rows that must come out right until a place is trusted to begin one, unless the file ends before."""


class Malformed(NamedTuple):
    """The first and last line of something that is no row, and why. Holds nothing of it."""

    line: int
    reason: str
    last: int


def split_rows(lines: Iterable[str], dialect: Dialect, name: str) -> Iterator[RawRow | Malformed]:
    """Rows from physical lines, with the number of the line each starts on. Blank lines are no rows.

    Args:
        lines: Lines with their ends.
        dialect: How they are written.
        name: The file's name, for errors.

    Raises:
        DataError: A quoted cell does not end within ``CELL_LIMIT``.
    """
    source = _Lines(lines)
    splitter = Splitter(dialect)
    held: list[tuple[int, str]] = []
    width = start = 0
    for number, line in source:
        if not splitter.is_open:
            start = number
            held.clear()
            if splitter.is_plain(line):
                if body := line.rstrip("\r\n"):
                    cells = body.split(dialect.delimiter)
                    width = width or len(cells)
                    yield RawRow(start, cells)
                continue
        else:
            held.append((number, line))
        is_fine = splitter.feed(line)
        if splitter.size > CELL_LIMIT:
            most = f"{CELL_LIMIT >> 20} MB"
            raise DataError(f"{name}: line {start}: a quoted cell runs over {most}; quote not closed?")
        if is_fine and splitter.is_open and not source.is_at_end():
            continue
        row = RawRow(start, splitter.take())
        reason = _Resumption(source, dialect, width or len(row.cells)).judge(
            row, held, is_fine=is_fine, is_open=splitter.is_open
        )
        if reason:
            splitter = Splitter(dialect)
            yield Malformed(start, reason, source.reached)
        else:
            width = width or len(row.cells)
            yield row


def _slipped(cells: list[str], width: int, dialect: Dialect) -> str:
    """Why a row of several lines may hold the beginning of another; empty if it does not look so."""
    if len(cells) != width:
        return f"{len(cells)} fields, expected {width}"
    return "a quote within a cell that is not quoted" if any(_is_odd(cell, dialect) for cell in cells) else ""


def _is_odd(cell: str, dialect: Dialect) -> bool:
    """Whether a quote stands within a bare cell, where strictly none may."""
    quote = dialect.quote
    return bool(quote) and quote in cell and not cell.strip(" ").startswith(quote)


class _Lines:
    """Numbered lines, of which some can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = enumerate(lines, 1)
        self._back: deque[tuple[int, str]] = deque()
        self._read = 0

    @property
    def reached(self) -> int:
        """The line before the next one."""
        return self._back[0][0] - 1 if self._back else self._read

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._back:
            return self._back.popleft()
        found = next(self._lines)
        self._read = found[0]
        return found

    def put_back(self, lines: Iterable[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(list(lines)))

    def is_at_end(self) -> bool:
        if not self._back and (following := next(self._lines, None)) is not None:
            self._read = following[0]
            self._back.append(following)
        return not self._back


@dataclass(slots=True)
class Splitter:
    """Collects the cells of one row over as many lines as it takes."""

    dialect: Dialect
    cells: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    is_open: bool = False
    is_quoted: bool = False
    _bare: re.Pattern[str] = field(init=False)
    _within: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        dialect = self.dialect
        self._bare = re.compile(f"[{re.escape(dialect.delimiter + dialect.escape)}]")
        self._within = re.compile(f"[{re.escape(dialect.quote + dialect.escape)}]" if dialect.quote else r"(?!)")

    def is_plain(self, line: str) -> bool:
        """Whether delimiters alone split a line."""
        dialect = self.dialect
        return not (dialect.quote and dialect.quote in line) and not (dialect.escape and dialect.escape in line)

    def take(self) -> list[str]:
        """The cells of a row that is whole."""
        cells, self.cells, self.size = self.cells, [], 0
        return cells

    def feed(self, line: str) -> bool:
        """Take one line; False when text follows a closing quote."""
        end = len(line.rstrip("\r\n"))
        position = 0
        while True:
            if not self.is_open:
                opening = self._opening(line, position, end)
                self.is_quoted = opening >= 0
                if self.is_quoted:
                    self.pieces.append(line[position : opening + 1])
                    position = opening + 1
            stop = self._closed(line, position) if self.is_quoted else self._bare_end(line, position, end)
            self.is_open = stop < 0
            if self.is_open:
                self.pieces.append(line[position:])
                self.size += len(line) - position
                return True
            self.cells.append("".join((*self.pieces, line[position:stop])))
            self.pieces.clear()
            if self.is_quoted and stop < end and line[stop] != self.dialect.delimiter:
                return False
            if stop >= end:
                return True
            position = stop + 1

    def _opening(self, line: str, position: int, end: int) -> int:
        while position < end and line[position] == " ":
            position += 1
        is_quote = bool(self.dialect.quote) and position < end and line[position] == self.dialect.quote
        return position if is_quote else -1

    def _closed(self, line: str, position: int) -> int:
        """One past the closing quote and the spaces after it, or -1 if it is not on this line."""
        while found := self._within.search(line, position):
            position = found.end()
            if found[0] == self.dialect.escape or line[position : position + 1] == self.dialect.quote:
                position += 1
                continue
            while line[position : position + 1] == " ":
                position += 1
            return position
        return -1

    def _bare_end(self, line: str, position: int, end: int) -> int:
        """Where a cell without quotes ends, or -1 if its line end is escaped."""
        while found := self._bare.search(line, position, end):
            if found[0] == self.dialect.delimiter:
                return found.start()
            position = found.end() + 1
            if position > end:
                return -1
        return end


class _Reading:
    """A reading of the lines from some place on, strict about what a row is.

    Args:
        dialect: How rows are written.
        width: How many cells they have.
        is_within: Whether the first line lies within a quoted cell.
    """

    def __init__(self, dialect: Dialect, width: int, *, is_within: bool) -> None:
        self._dialect = dialect
        self._width = width
        self._splitter = Splitter(dialect, is_open=is_within, is_quoted=is_within)
        self.is_within = is_within
        self.is_refuted = False
        self.rows = 0

    @property
    def is_open(self) -> bool:
        return self._splitter.is_open

    def take(self, line: str) -> None:
        if self.is_refuted or (not self.is_open and not line.strip("\r\n")):
            return
        if not self._splitter.feed(line):
            self.is_refuted = True
        elif not self.is_open:
            cells = self._splitter.take()
            # Of the row that was broken nobody knows how many cells it had.
            self.is_refuted = not self.is_within and (
                len(cells) != self._width or any(_is_odd(cell, self._dialect) for cell in cells)
            )
            self.is_within = False
            self.rows += 1


class _Resumption:
    """Finds where rows go on after a broken one, and puts back the lines from there."""

    def __init__(self, source: _Lines, dialect: Dialect, width: int) -> None:
        self._source = source
        self._dialect = dialect
        self._width = width
        self._lines: list[tuple[int, str]] = []

    def judge(self, row: RawRow, held: list[tuple[int, str]], *, is_fine: bool, is_open: bool) -> str:
        """Why something is no row, and then go on where one begins; empty if it is one.

        Args:
            row: Its cells.
            held: Its lines but the first.
            is_fine: Whether no text follows a closing quote.
            is_open: Whether the file ended within it.
        """
        if not is_fine:
            self._after_fault(held)
            return "text after a closing quote"
        if is_open:
            self._after_end(held)
            return "a quote is opened in this row and never closed"
        if not held:
            return ""
        if reason := _slipped(row.cells, self._width, self._dialect):
            self._after_fault(held)
            return reason
        if self._dialect.quote and self._width > 1 and self._were_rows(held):
            return "a quote is opened in this row and closed by that of another"
        return ""

    def _after_fault(self, held: list[tuple[int, str]]) -> None:
        """Go on after a row of which text follows a closing quote.

        Args:
            held: Its lines but the first; the fault is in the last.
        """
        self._lines = list(held)
        if held and self._are_rows(least=len(held)):
            self._source.put_back(self._lines)
            return
        place = len(held)
        while place >= 0 and self._line(place) is not None:
            place = self._judged(place)
        self._source.put_back(self._lines[~place:] if place < 0 else ())

    def _were_rows(self, held: list[tuple[int, str]]) -> bool:
        """Whether the lines of a row, but the first, are rows themselves; if so, go on with them.

        Args:
            held: Those lines.
        """
        self._lines = list(held)
        found = self._are_rows(least=len(held))
        self._source.put_back(self._lines if found else self._lines[len(held) :])
        return found

    def _after_end(self, held: list[tuple[int, str]]) -> None:
        """Go on after a row whose quote was not closed when the file ended.

        Args:
            held: Its lines but the first, so all that is left of the file.
        """
        self._lines = list(held)
        # A file that was cut off within a note ends in lines that could pass for rows, if there are few of them.
        if self._are_rows(least=SURE) and len(held) >= SURE:
            self._source.put_back(self._lines)

    def _are_rows(self, least: int) -> bool:
        """Whether rows begin with the first line, as far as can be told."""
        rows = _Reading(self._dialect, self._width, is_within=False)
        place = 0
        while (rows.rows < SURE or place < least) and (line := self._line(place)) is not None:
            rows.take(line)
            place += 1
            if rows.is_refuted:
                return False
        return rows.rows > 0 and not rows.is_open

    def _judged(self, first: int) -> int:
        """Follow both readings from a line on: where to look next, or ``~`` the line where rows surely go on."""
        rows = _Reading(self._dialect, self._width, is_within=False)
        cell = _Reading(self._dialect, self._width, is_within=True)
        place, size = first, 0
        while (line := self._line(place)) is not None:
            rows.take(line)
            cell.take(line)
            place, size = place + 1, size + len(line)
            if rows.is_refuted and cell.is_refuted:
                return place
            if not cell.is_refuted and not cell.is_within and not cell.is_open:
                # Both say that a row begins here, or only one is left that says so.
                return place if not rows.is_refuted and rows.is_open else ~place
            is_cell_unlikely = cell.is_refuted or size > LOOK_AHEAD
            if is_cell_unlikely and not rows.is_refuted and not rows.is_open and rows.rows >= SURE:
                return ~first
        # Where the file ends, a quote that is open speaks against either reading.
        return place if rows.is_refuted or (rows.is_open and not cell.is_refuted) else ~first

    def _line(self, place: int) -> str | None:
        if place == len(self._lines):
            following = next(self._source, None)
            if following is None:
                return None
            self._lines.append(following)
        return self._lines[place][1]
