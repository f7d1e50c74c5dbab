"""Polyps whose histology the note tells later, "6 mm polyp, ascending; path tubular adenoma", and the look for more of them."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.note_memory import of_note

if TYPE_CHECKING:
    from detect_icd.gates import Gate

_POLYP = re.compile(r"(?:\b[\w-]+ ){0,3}\bpolyps?\b[^.\n]{0,40}", re.IGNORECASE)

_ALL = re.compile(
    r"(?=\b(?:(?:both|all|each)\b[^.\n]{0,40}\b(?:adenomas?|lesions?)\b|adenomas,? (?:\(?x ?\d+\)?,? )?(?:in |from )?(?:both|all|each)\b|(?:tubular|villous|tubulovillous) adenomas(?! in|,? and| with)))",
    re.IGNORECASE,
)
"""What is said of every polyp taken: "tubular adenomas, both"."""


def told_before(note: str, end: int, bowel: Sequence[tuple[str, re.Pattern[str]]]) -> list[str]:
    """The one place of a polyp that the note tells before its histology; every place where that is told of all of them."""
    ends, starts, places = _polyps(note, tuple(bowel))
    number = bisect.bisect_right(ends, end)
    found = {*places[number]}
    # Of the one that reaches over the end only what stands before it was told.
    if number < len(starts) and (match := _POLYP.match(note, starts[number], end)):
        found |= _places(match.group(), bowel)
    is_of_all = len(found) == 1 or _told_of_all(note) >= end
    return sorted(found) if is_of_all else []


def _places(words: str, bowel: Iterable[tuple[str, re.Pattern[str]]]) -> set[str]:
    return {code for code, place in bowel if place.search(words)}


@of_note(2)
def _polyps(
    note: str, bowel: tuple[tuple[str, re.Pattern[str]], ...]
) -> tuple[list[int], list[int], list[frozenset[str]]]:
    """Where each polyp of a note ends and starts, and the places told of all those before it."""
    ends, starts, places = [], [], [frozenset[str]()]
    for match in _POLYP.finditer(note):
        ends.append(match.end())
        starts.append(match.start())
        places.append(places[-1] | _places(match.group(), bowel))
    return ends, starts, places


@of_note(2)
def _told_of_all(note: str) -> int:
    """Where a note last says something of every polyp taken; -1 where it never does."""
    return max((match.start() for match in _ALL.finditer(note)), default=-1)


def surveyed(candidates: Iterable[Candidate], words: Gate, note: str) -> re.Match[str] | None:
    """What says that the bowel of somebody whose polyps were removed is looked at again (I.C.21.c.8)."""
    found = [*candidates]
    past = any(c.status is Status.HISTORICAL and c.coding.code.startswith(("D12", "K63.5")) for c in found)
    told = any(c.coding.code in {"Z08", "Z09", "Z12.11"} for c in found)
    return words.search(note) if past and not told else None
