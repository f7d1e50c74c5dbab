"""Where in a note rules that need a certain kind of word have to look: the same spans, in a fraction of the time."""

from __future__ import annotations

from collections.abc import Callable
from re import Pattern

_BEFORE = 160
_AFTER = 100
_LONGEST_LINE = 200


def windows(text: str, words: Pattern[str], is_wanted: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Ranges around every wanted word, merged where near, each from the start of a line if that is near.

    Args:
        text: The note.
        words: What a word looks like.
        is_wanted: Whether rules must look around it.
    """
    merged: list[tuple[int, int]] = []
    known: dict[str, bool] = {}
    for match in words.finditer(text):
        word = match[0]
        if word not in known:
            known[word] = is_wanted(word)
        if not known[word]:
            continue
        start, end = max(0, match.start() - _BEFORE), min(len(text), match.end() + _AFTER)
        if merged and start - _LONGEST_LINE <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            line = text.rfind("\n", max(0, start - _LONGEST_LINE), start) + 1
            merged.append((line or start, end))
    return merged
