"""Polyps whose histology the note tells later, "6 mm polyp, ascending; path tubular adenoma", and the look for more of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status

if TYPE_CHECKING:
    from detect_icd.gates import Gate

_POLYP = re.compile(r"(?:\b[\w-]+ ){0,3}\bpolyps?\b[^.\n]{0,40}", re.IGNORECASE)

_ALL = re.compile(
    r"[^.\n]*\b(?:(?:both|all|each)\b[^.\n]{0,40}\b(?:adenomas?|lesions?)\b|adenomas,? (?:\(?x ?\d+\)?,? )?(?:in |from )?(?:both|all|each)\b|(?:tubular|villous|tubulovillous) adenomas(?! in|,? and| with))",
    re.IGNORECASE,
)
"""What is said of every polyp taken: "tubular adenomas, both"."""


def told_before(note: str, end: int, bowel: Sequence[tuple[str, re.Pattern[str]]]) -> list[str]:
    """The one place of a polyp that the note tells before its histology; every place where that is told of all of them."""
    found = {code for match in _POLYP.finditer(note, 0, end) for code, words in bowel if words.search(match.group())}
    is_of_all = len(found) == 1 or _ALL.search(note, end) is not None
    return sorted(found) if is_of_all else []


def surveyed(candidates: Iterable[Candidate], words: Gate, note: str) -> re.Match[str] | None:
    """What says that the bowel of somebody whose polyps were removed is looked at again (I.C.21.c.8)."""
    found = [*candidates]
    past = any(c.status is Status.HISTORICAL and c.coding.code.startswith(("D12", "K63.5")) for c in found)
    told = any(c.coding.code in {"Z08", "Z09", "Z12.11"} for c in found)
    return words.search(note) if past and not told else None
