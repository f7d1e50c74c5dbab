r"""Paragraphs broken into lines of one width; read with blanks in place of the breaks, so that nothing in them is torn.

Exports print notes 60 to 130 characters wide, amid names, addresses and dates ("Elizabeth\nMoore", "4218\nSears St"). A
break becomes a blank, so offsets stay as they are.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

_LEAST, _MOST = 40, 140
"""Widths, in characters, to which notes are printed."""
_RAGGED = 14
"""How far a full line may stay behind the width: the next line's first word did not fit."""
_FULL = 3
_FEWEST, _SHARE = 5, 0.25
"""Breaks of that kind, in number and of all breaks between lines that hold something, in a note printed to a width."""
_ENDED = 0.4
"""Of those, the share that may follow the end of a sentence: a list of long items has more."""
_ALIKE = 0.2
"""The share of them that may begin with the same word: rows of a list begin alike."""
_ITEMS = 4

_ITEM = re.compile(r"[ \t]*(?:[-*•>_=#|~\[]|\(?\d{1,2}[.)][ \t]|\(?[a-z]\)[ \t]|[a-z][.][ \t])")
_FIELD = re.compile(r"[ \t]*[A-Z][\w/&'.()-]*(?:[ ][\w/&'.()-]+){0,4}[ ]?:(?!\d)")
_COLUMNS = re.compile(r"\S(?:[ ]{3,}|\t)\S")
_FIRST = re.compile(r"[ \t]*\S+")
_NUMBERED = re.compile(r"[ \t]*\d")


def unwrapped(text: str) -> str:
    """A text of the same length in which the lines of a paragraph are joined by blanks; the text itself if none are."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    width = _width(lines)
    if not width:
        return text
    is_list = sum(map(bool, map(_NUMBERED.match, lines))) >= _ITEMS
    joined = [_goes_on(line, following, width, is_list=is_list) for line, following in itertools.pairwise(lines)]
    if not _is_printed(lines, joined):
        return text
    return "".join(
        part for line, goes_on in zip(lines, [*joined, False], strict=True) for part in (line, " " if goes_on else "\n")
    )[:-1]


def _width(lines: Sequence[str]) -> int:
    """The width a note is printed to: the longest lines, several of about one length; 0 if there is none."""
    lengths = [len(line.rstrip()) for line in lines]
    longest = max(lengths)
    full = sum(1 for length in lengths if length > longest - _RAGGED)
    return longest if _LEAST <= longest <= _MOST and full >= _FULL else 0


def _is_printed(lines: Sequence[str], joined: Sequence[bool]) -> bool:
    """Whether so many lines go on in the next one that the note was printed to a width."""
    breaks = sum(1 for line, following in itertools.pairwise(lines) if line.strip() and following.strip())
    firsts = Counter(
        first[0].strip()
        for goes_on, line in zip(joined, lines[1:], strict=True)
        if goes_on and (first := _FIRST.match(line))
    )
    if firsts and max(firsts.values()) > max(_FULL, _ALIKE * firsts.total()):
        return False
    ended = sum(1 for line, goes_on in zip(lines, joined, strict=False) if goes_on and line.rstrip()[-1:] in ".!?")
    return sum(joined) >= max(_FEWEST, _SHARE * breaks) and ended <= _ENDED * sum(joined)


def _goes_on(line: str, following: str, width: int, *, is_list: bool) -> bool:
    """Whether a line ended because the next one's first word did not fit, and not because something else begins there."""
    first = _FIRST.match(following)
    if first is None or len(line.rstrip()) + 1 + len(first[0].strip()) <= width:
        return False
    # One wide gap stands behind a field's name; with two the line is a row of a table.
    if line.rstrip().endswith(":") or len(_COLUMNS.findall(line)) > 1 or _COLUMNS.search(following):
        return False
    if is_list and _NUMBERED.match(following):
        return False
    return not (_ITEM.match(following) or _FIELD.match(following))
