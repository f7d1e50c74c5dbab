"""Where a growth is among the places and sides that a sentence names."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SIDE = re.compile(r"\b(?:(right|rt|R)|(left|lt|L))\b(?![-\d])")


def clause(note: str, match: re.Match[str], start: int, end: int) -> tuple[int, int]:
    """The part of a sentence between its commas that a match stands in."""
    low = max(note.rfind(mark, start, match.start()) for mark in ",;")
    ends = [position for mark in ",;" if (position := note.find(mark, match.end(), end)) >= 0]
    return max(low, start), min(ends, default=end)


def nearest(
    sites: Sequence[tuple[str, re.Pattern[str], re.Pattern[str]]], text: str, place: int
) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """The site that stands nearest to a place of a text, of those as near the first: its titles and its words."""
    found = [
        (abs(match.start() - place), number, titles, words)
        for number, (_, words, titles) in enumerate(sites)
        for match in words.finditer(text)
    ]
    return min(found, key=lambda one: one[:2])[2:] if found else None


def one_side(text: str) -> str:
    """The only side that a text names, if any."""
    sides = {"right" if match.group(1) else "left" for match in _SIDE.finditer(text)}
    return sides.pop() if len(sides) == 1 else ""


def side_near(text: str, site: re.Pattern[str] | None) -> str:
    """The side that stands with a site, else the only side of the text."""
    match = site.search(text) if site is not None else None
    if match is not None and (side := one_side(text[max(0, match.start() - 14) : match.end()])):
        return side
    return one_side(text)
