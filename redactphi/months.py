"""The names of the months and the ordinals of their days, as dates are written in English."""

from __future__ import annotations

import functools

from redactphi import resources

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
STEM = 3
"""How many letters tell the months apart."""

NAMED = "|".join(sorted(MONTHS, key=len, reverse=True)) + "|sept|" + "|".join(month[:STEM] for month in MONTHS)
"""A pattern of every name and short name, in lower case."""

_TEENS = frozenset({11, 12, 13})
_LAST_DAY = 31


def month_number(name: str) -> int:
    """The month a name, short name or stem stands for; 0 where it is none."""
    stem = name[:STEM].lower()
    return next((number for number, full in enumerate(MONTHS, 1) if full.startswith(stem)), 0) if stem else 0


def ordinal_suffix(day: int) -> str:
    """``st``, ``nd``, ``rd`` or ``th``."""
    return "th" if day in _TEENS else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


@functools.cache
def ordinal_words() -> tuple[str, ...]:
    """From "first" to "thirty-first". The list they come from has them in order, and some once more with a blank."""
    path = resources.data() / "terms" / "ordinal_days" / "items.txt"
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#") and " " not in line)[:_LAST_DAY]


def day_of_word(word: str) -> int:
    """The day an ordinal word stands for."""
    return ordinal_words().index("-".join(word.lower().replace("-", " ").split())) + 1
