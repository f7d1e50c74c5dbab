"""Delimited text (CSV, TSV): dialects, and rows split without losing how a cell was written.

The standard ``csv`` module gives values only; here a kept cell leaves exactly as it came, quotes included. And where
``csv`` reads on after a broken quote, ``rows.py`` looks for a place where a row surely begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written.

    Attributes:
        delimiter: Between cells; one character.
        quote: Around cells that need it; empty where quotes are ordinary characters.
        terminator: Between rows.
        quote_all: Whether every cell is quoted.
        escape: Takes the meaning from a delimiter, quote, line end or itself that follows, and is an ordinary character
            before anything else; empty where there is none.
    """

    delimiter: str = ","
    quote: str = '"'
    terminator: str = "\n"
    quote_all: bool = False
    escape: str = ""

    def value(self, raw: str) -> str:
        """What a cell means."""
        inner = raw.strip(" ")
        is_quoted = bool(self.quote) and inner.startswith(self.quote)
        if not is_quoted and not self.escape:
            return raw
        written = inner[1:-1] if is_quoted else raw
        if self.escape and self.escape in written:
            return _escaped(self, doubled=is_quoted).sub(lambda match: match[0][-1], written)
        return written.replace(self.quote * 2, self.quote) if is_quoted else written

    def write(self, value: str) -> str:
        """How a value is written. Without a quote or escape character, what would break the row becomes a space."""
        if self.escape:
            value = _special(self).sub(lambda match: self.escape + match[0], value)
        elif not self.quote:
            return re.sub(f"[{re.escape(self.delimiter)}\r\n]", " ", value)
        if not self.quote:
            return value
        special = self.quote_all or any(char in value for char in (self.delimiter, self.quote, "\n", "\r"))
        if special or value != value.strip(" "):
            return f"{self.quote}{value if self.escape else value.replace(self.quote, self.quote * 2)}{self.quote}"
        return value


@lru_cache
def _escaped(dialect: Dialect, *, doubled: bool) -> re.Pattern[str]:
    """What stands for one character of a value."""
    special = re.escape(f"{dialect.delimiter}{dialect.quote}{dialect.escape}\r\n")
    pair = f"|{re.escape(dialect.quote * 2)}" if doubled else ""
    return re.compile(f"{re.escape(dialect.escape)}[{special}]{pair}")


@lru_cache
def _special(dialect: Dialect) -> re.Pattern[str]:
    """What a value may not hold unescaped; within quotes that is less than without."""
    bare = "" if dialect.quote else f"{dialect.delimiter}\r\n"
    return re.compile(f"[{re.escape(dialect.quote + dialect.escape + bare)}]")


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


def with_options(dialect: Dialect, delimiter: str | None, quote: str | None, escape: str | None = None) -> Dialect:
    """The dialect with what the caller knows better."""
    if delimiter is not None:
        dialect = replace(dialect, delimiter=delimiter)
    if escape is not None:
        dialect = replace(dialect, escape=escape)
    return dialect if quote is None else replace(dialect, quote=quote, quote_all=dialect.quote_all and bool(quote))
