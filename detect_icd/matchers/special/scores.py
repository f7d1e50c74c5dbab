"""Scores and levels that are codes by themselves: the stroke scale (I.C.18.i), the alcohol in the blood (I.C.5.b.4), the skin that came off (L49)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_STROKE = ("I60", "I61", "I62", "I63")
_ALCOHOL = ("F10", "T51", "K70", "R78.0", "G31.2", "K85.2")
_NIHSS = re.compile(
    r"\bNIH(?:SS|[ -]stroke[ -]scale)\b(?: score)?(?: on (?:arrival|admission|presentation))?\s*(?:of|was|is|:|=)?\s*(?P<score>\d{1,2})\b(?!\s*(?:/7|%|am|pm|h\b))",
    re.IGNORECASE,
)
_HIGHEST = 42
_BLOOD_ALCOHOL = re.compile(
    r"\b(?:etoh|bac|bal|blood alcohol|(?:serum |blood )?(?:alcohol|ethanol))(?: (?:level|concentration|content))*\s*(?:of|was|is|:|=|-)?\s*"
    r"(?:(?P<percent>0?\.\d{2,3})\b|(?P<milligrams>\d{2,3})\b(?:\s*mg\s*(?:/|%|per)\s*(?:dl|100 ?ml)?)?)(?!\s*(?:oz|drinks?|beers?|times|years?|days?|proof|g\b|per day|/day|weeks?|months?))",
    re.IGNORECASE,
)
_LEVELS = (
    (20, "Y90.0"),
    (40, "Y90.1"),
    (60, "Y90.2"),
    (80, "Y90.3"),
    (100, "Y90.4"),
    (120, "Y90.5"),
    (200, "Y90.6"),
    (240, "Y90.7"),
)
_MOST = "Y90.8"
_PER_CENT = 1000
"""Milligrams in 100 ml that one gram in it is."""
_OF_SKIN = ("L51.1", "L51.2", "L51.3", "L00", "L10")
_SKIN_LOST = re.compile(
    r"\b(?:skin (?:loss|slough\w*|detach\w*|involv\w*|peel\w*)|exfoliat\w+|slough\w*|detach\w*|denud\w+|epiderm\w+)\b[^.;\n]{0,25}?(?P<below><|less than |under )?\s*~?(?P<behind>\d{1,2})\s?%|"
    r"(?P<less><|less than |under )?\s*~?\b(?P<before>\d{1,2})\s?%(?: of)?(?: the| his| her)? ?(?:t?bsa|body surface(?: area)?|skin)?,? ?(?:\w+ ){0,2}(?:exfoliat\w+|slough\w*|detach\w*|denud\w+|skin loss)",
    re.IGNORECASE,
)
_TENTH = 10
_SCORE = 0.9


def scores(candidates: Sequence[Candidate], note: str, book: CodeBook) -> Iterator[Candidate]:
    """The codes of scores and levels that the note states, where what they are of is there too."""
    present = [
        candidate.coding.code
        for candidate in candidates
        if candidate.status is Status.PRESENT and candidate.coding.system is CodeSystem.ICD10CM
    ]
    if any(code.startswith(_STROKE) for code in present) and (match := _NIHSS.search(note)):
        score = int(match["score"])
        if score <= _HIGHEST:
            yield from _stated(book, f"R29.7{score:02d}", match, "score/nihss")
    if any(code.startswith(_ALCOHOL) for code in present) and (match := _BLOOD_ALCOHOL.search(note)):
        level = float(match["percent"]) * _PER_CENT if match["percent"] else float(match["milligrams"])
        code = next((code for limit, code in _LEVELS if level < limit), _MOST)
        yield from _stated(book, code, match, "score/blood-alcohol")
    if any(code.startswith(_OF_SKIN) for code in present) and (match := _SKIN_LOST.search(note)):
        lost = int(match["behind"] or match["before"]) - bool(match["below"] or match["less"])
        yield from _stated(book, f"L49.{lost // _TENTH}", match, "score/skin-lost")


def _stated(book: CodeBook, code: str, match: re.Match[str], rule: str) -> Iterator[Candidate]:
    entry = book.get(code)
    if entry is not None and entry.billable:
        yield Candidate(entry.coding, (Span(*match.span(), "mention", _SCORE, rule),), score=_SCORE, rules=(rule,))
