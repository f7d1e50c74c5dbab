"""Notes broken into lines of one width, read as if they were not: what is said does not end where a line is full."""

from __future__ import annotations

import itertools
import re

from detect_icd.sentences import LEFT_OPEN, WRAPPED, opens_another
from detect_icd.terms import TAG

_WIDEST = 132
"""The most characters of a line in a text that is wrapped."""

_MARKED = re.compile(r"[ \t]*(?:[-*#\u2022>|\[]|\d{1,2}[.)](?:\s|$)|[A-Za-z][\w /&()'-]{0,40}:)")
"""Opens an item of a list or a line with a heading."""

_TAGS = re.compile(TAG)
_HYPHENATED = re.compile(r"[A-Za-z]-$")
_INITIAL = re.compile(r"\b[A-Z]\.$")
"""What ends no sentence: the "H." of "H. pylori"."""

_LAST = 24
"""Characters at the end of a line that tell whether its sentence goes on."""


def unwrapped(note: str) -> str:
    """The note, as long as it was, with a blank for each break that only the width of the lines made."""
    if "\n" not in note:
        return note
    lines = note.split("\n")
    widest = max(map(len, lines))
    if widest < WRAPPED:
        return note
    # Where nothing has a capital, a heading has none either.
    has_capitals = not _TAGS.sub("", note).islower()
    parts = [lines[0]]
    start = 0
    for line, after in itertools.pairwise(lines):
        goes_on = _goes_on(note, line, after, start, widest, has_capitals=has_capitals)
        if goes_on and _HYPHENATED.search(line):
            # "steroid-" and "induced" are two words either way.
            parts[-1] = f"{line[:-1]} "
        parts.append(" " if goes_on else "\n")
        parts.append(after)
        start += len(line) + 1
    return "".join(parts)


def _goes_on(note: str, line: str, after: str, start: int, widest: int, *, has_capitals: bool) -> bool:
    """Whether a line was broken for its width."""
    said = line.rstrip()
    word = after.split(maxsplit=1)[0] if after.strip() else ""
    fits = len(said) + 1 + len(word) <= widest
    if (
        len(said) < WRAPPED
        or not word
        or (said[-1] in ".;!?" and not (_INITIAL.search(said) and word[0].islower()))
        or (said[-1] == ":" and (fits or not word[0].islower()))
    ):
        return False
    is_open = LEFT_OPEN.search(said[-_LAST:]) is not None
    is_small = word[0].islower() and word[0].isascii()
    if _MARKED.match(after) and not (is_open and word[0].isdigit()) and not (is_small and has_capitals and not fits):
        return False
    if is_small or is_open:
        return True
    if widest > _WIDEST or fits:
        return False
    end = start + len(line)
    return not opens_another(note, start, end, end + 1, start)
