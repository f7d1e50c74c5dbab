"""What stands anywhere in the note at hand, looked for once however many of its sentences ask."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from detect_icd.note_memory import of_note

if TYPE_CHECKING:
    from detect_icd.gates import Gate


@of_note(1024)
def anywhere(pattern: re.Pattern[str] | Gate, note: str) -> re.Match[str] | None:
    """The first match of a pattern in a whole note."""
    return pattern.search(note)


@of_note(2)
def _breaks(note: str) -> list[int]:
    """Where the lines of a note end."""
    return [match.start() for match in _BREAK.finditer(note)]


_BREAK = re.compile("\n")


def line_break(note: str, place: int) -> int:
    """Where the line before the one of a place ends; -1 for the first: ``rfind`` goes back over a note of one line."""
    breaks = _breaks(note)
    number = bisect_left(breaks, place)
    return breaks[number - 1] if number else -1
