"""Tears of spleen, liver and kidney by how far they go: "2 cm splenic laceration" (S36, S37)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.matchers.special.facts import one_side, triggers
from detect_icd.matchers.special.statement import Statement
from detect_icd.ready import compile_pattern, read_toml
from redactphi.resources import data

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

_OWNS = ("S21", "S29", "S31", "S36", "S37", "S39", "D73", "T14")
_TEAR = r"(?:lac(?:eration)?s?|tears?)"
_DEGREES = (
    ("major", re.compile(r"\b(?:major|massive|stellate|shattered|avuls\w+|devasculari[sz]ed|multiple moderate)\b", re.IGNORECASE)),
    ("moderate", re.compile(r"\bmoderate\b", re.IGNORECASE)),
    ("minor", re.compile(r"\b(?:minor|superficial|capsular|small)\b", re.IGNORECASE)),
)  # fmt: skip
_SIZE = re.compile(r"(?P<cm>\d+(?:\.\d+)?) ?(?:-| )?cm(?P<deep> (?:deep|in depth))?", re.IGNORECASE)
_AROUND = 25
"""Characters about the words in which size and degree stand, in the same clause."""

TRIGGERS = triggers("organ")


@dataclass(frozen=True, slots=True)
class _Organ:
    """An organ's words and the headings of its tears."""

    pattern: re.Pattern[str]
    headings: dict[str, str]
    limits: tuple[float, float]
    is_deep: bool


@functools.cache
def _organs() -> tuple[_Organ, ...]:
    rows = read_toml(data("detect_icd") / "special" / "bodies.toml")["organ"]
    return tuple(
        _Organ(
            compile_pattern(
                rf"\b(?:{row['organ']}) (?:\w+ )?{_TEAR}\b|\b{_TEAR} (?:of|to|in) (?:the )?(?:(?:right|left|R|L) )?(?:{row['organ']})\b|\bshattered (?:(?:right|left) )?(?:{row['organ']})\b",
                re.IGNORECASE,
            ),
            {name: row[name] for name in ("minor", "moderate", "major", "open")},
            (row["limits"][0], row["limits"][1]),
            row.get("deep", False),
        )
        for row in rows
    )


class OrganMatcher:
    """Finds tears of solid organs."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """The tears of one sentence."""
        for organ in _organs():
            for match in organ.pattern.finditer(note, start, end):
                low = max(start, match.start() - _AROUND, *(note.rfind(mark, start, match.start()) for mark in ",;"))
                stops = [place for mark in ";" if (place := note.find(mark, match.end(), end)) >= 0]
                near = note[low : min([end, match.end() + _AROUND, *stops])]
                side = one_side(near) or one_side(note[start:end]) or one_side(note)
                if entry := self._sided(organ.headings[_degree(organ, near)], side):
                    yield Statement(entry.with_seventh("A"), *match.span(), "injury/organ", 0.95, _OWNS)

    def _sided(self, heading: str, side: str) -> CodeEntry | None:
        entry = self.book.get(heading)
        if entry is None or entry.needs_seventh:
            return entry
        children = [child for child in map(self.book.get, entry.children) if child is not None]
        wanted = [child for child in children if (side or "unspecified kidney") in child.title]
        return next((child for child in wanted if child.needs_seventh), None)


def _degree(organ: _Organ, near: str) -> str:
    """How far a tear goes, by words or by its size in cm."""
    said = next((name for name, words in _DEGREES if words.search(near)), "")
    if said:
        return said
    sizes = [match for match in _SIZE.finditer(near) if match["deep"] or not organ.is_deep]
    if not sizes:
        return "open"
    least, most = organ.limits
    size = float(sizes[0]["cm"])
    return "minor" if size < least else "moderate" if size <= most else "major"
