"""JSON Lines: objects split into values without losing how each was written (``1.0`` and ``1e5`` stay so)."""

from __future__ import annotations

import json
import re

from redactphi.etl.records import Cell

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class NotAnObjectError(ValueError):
    """The line is no JSON object. The message holds nothing of it."""


def split_object(line: str) -> dict[str, Cell]:
    """The fields of one JSON object, in order, each with its value and the text it was written as.

    Raises:
        NotAnObjectError: The line is malformed, not an object, nested too deeply, or names a field twice.
    """
    try:
        return _split(line)
    except (ValueError, IndexError, RecursionError) as error:
        reason = str(error) if isinstance(error, NotAnObjectError) else "not valid JSON"
        raise NotAnObjectError(reason) from None


def _split(line: str) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    position = _skip(line, 0)
    if line[position] != "{":
        raise NotAnObjectError("not a JSON object")
    position = _skip(line, position + 1)
    more = line[position] != "}"
    while more:
        key, position = _DECODER.raw_decode(line, position)
        position = _skip(line, position)
        if not isinstance(key, str) or line[position] != ":":
            raise NotAnObjectError("not valid JSON")
        if key in cells:
            raise NotAnObjectError("a field is named twice")
        start = _skip(line, position + 1)
        value, end = _DECODER.raw_decode(line, start)
        cells[key] = Cell(value, line[start:end])
        position = _skip(line, end)
        more = line[position] == ","
        if more:
            position = _skip(line, position + 1)
    if line[position] != "}" or _skip(line, position + 1) != len(line):
        raise NotAnObjectError("not valid JSON")
    return cells


def _skip(line: str, position: int) -> int:
    match = _SPACE.match(line, position)
    return match.end() if match else position


def write_value(value: object) -> str:
    """A value as JSON; non-ASCII as it is, unless a lone surrogate forbids it."""
    written = json.dumps(value, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return written
