"""What came of a birth (Z37), and the weeks of gestation (Z3A)."""

from __future__ import annotations

import re

from detect_icd.matchers.special.obstetric_facts import TWINS

_STILL = re.compile(r"\bstill(?:born|birth)\b|\biufd\b|\bfetal demise\b", re.IGNORECASE)
_STILLBORN = re.compile(r"\bstill(?:born|birth)\b", re.IGNORECASE)
_LIVE = re.compile(
    r"\b(?:(?:single|one|term|viable|healthy|vigorous|live(?:born)?|living|live-born) )+(?:male|female|boy|girl|infant|baby|newborn|singleton|twins)\b|\bliveborns?\b|\bbaby (?:boy|girl)\b",
    re.IGNORECASE,
)


def born(note: str) -> re.Match[str] | None:
    """Where a note tells what was born."""
    return _STILLBORN.search(note) or _STILL.search(note) or _LIVE.search(note)


def outcome(note: str) -> str:
    """The code of the outcome of a delivery."""
    if TWINS.search(note):
        return (
            "Z37.4"
            if _STILL.search(note) and not re.search(r"\blive-?born\b", note, re.IGNORECASE)
            else "Z37.3"
            if _STILL.search(note)
            else "Z37.2"
        )
    return "Z37.1" if _STILL.search(note) else "Z37.0"


def weeks_code(weeks: int) -> str:
    """The code of the completed weeks."""
    return "Z3A.01" if weeks < 8 else f"Z3A.{weeks:02d}" if weeks <= 42 else "Z3A.49"  # noqa: PLR2004 - the category's own ends
