"""What a reported code leaves open that the classification could tell: questions to the clinician (I.B.2, I.B.13)."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from detect_icd.matchers.completion import lacks_side

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

_OPEN = re.compile(
    r"\bunspecified (?P<of>organism|stage|severity|type|site|trimester|degree|part|cause|episode|duration|intent|behavior|"
    r"control|origin|laterality|weeks of gestation|number of fetuses|quadrant)\b|"
    r"\b(?P<what>stage|severity|organism|site|trimester|cause|type) unspecified\b",
    re.IGNORECASE,
)
_SHOWN = 6


def questions(entry: CodeEntry, book: CodeBook) -> tuple[str, ...]:
    """What is not stated, with the codes that would tell it; empty where the code leaves nothing open."""
    return _questions(book, entry.code)


@functools.lru_cache(maxsize=4096)
def _questions(book: CodeBook, code: str) -> tuple[str, ...]:
    entry = book[code]
    asked = ["side"] if lacks_side(entry, book) else []
    asked += [(match["of"] or match["what"]).lower() for match in _OPEN.finditer(entry.title)]
    if not asked and "unspecified" in entry.title.lower():
        asked += _told_by_siblings(entry, book)
    more = _more_specific(entry, book)
    section = {"side": "I.B.13"}
    return tuple(
        f"{entry.code}: {what} not stated ({section.get(what, 'I.B.2')}){f': {more}' if more else ''}"
        for what in dict.fromkeys(asked)
    )


def _told_by_siblings(entry: CodeEntry, book: CodeBook) -> list[str]:
    """What the siblings of an unspecified code are told apart by: "Chronic kidney disease, unspecified" lacks its stage."""
    above = book.get(entry.parent) if entry.parent else None
    titles = [sibling.title.lower() for code in above.children if (sibling := book.get(code))] if above else []
    told = {
        what: {match.group() for title in titles if (match := pattern.search(title))}
        for what, pattern in _TELLING.items()
    }
    return [what for what, values in told.items() if len(values) > 1][:1]


_TELLING = {
    "stage": re.compile(r"\bstage \d"),
    "severity": re.compile(r"\b(?:mild|moderate|severe)\b"),
    "acuity": re.compile(r"\b(?:acute|chronic)\b"),
    "type": re.compile(r"\btype [\dI]"),
}


def _more_specific(entry: CodeEntry, book: CodeBook) -> str:
    """The siblings that leave less open, as far as a line holds them."""
    above = book.get(entry.parent) if entry.parent else None
    if above is None or above.needs_seventh:
        return ""
    siblings = [book.get(code) for code in above.children]
    told = [s.code for s in siblings if s is not None and s.code != entry.code and "unspecified" not in s.title]
    return " ".join(told[:_SHOWN]) + (" ..." if len(told) > _SHOWN else "")
