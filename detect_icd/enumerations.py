"""What parts the items of a list, and what is said aside, in brackets: cues do not reach over either."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<![\w(.,/-])\d{1,2}\)(?=\s|$)")


def is_next_item(text: str, low: int, high: int) -> bool:
    """Whether a numbered item begins between: "no DTs 3) hypokalemia"; a number that ends brackets begins none."""
    return any(
        text.rfind("(", low, number.start()) <= text.rfind(")", low, number.start())
        for number in _NUMBER.finditer(text, low, high)
    )


ITEM = re.compile(
    r",\s*(?!(?:now|since|which|that|has|have|had|was|is|are|were|treated|and|but|fully|completely|all|on|off|after|then|it|he|she|later|requir\w+|managed|improved|both)\b)\w",
    re.IGNORECASE,
)
"""A comma, and behind it another item of a list rather than more of the same."""


def is_aside(text: str, low: int, high: int) -> bool:
    """Whether a cue speaks within brackets that are closed before the mention: "cancer 2012 (no evid of dz), HTN"."""
    closed = text.find(")", low, high)
    if closed < 0 or not text[low:closed].strip():
        return False
    start = max(0, low - _FARTHEST)
    opened = text.rfind("(", start, low)
    return opened > max(text.rfind(")", start, low), text.rfind("\n", start, closed))


_FARTHEST = 80
"""Characters before a cue in which its brackets open."""
