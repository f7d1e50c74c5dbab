"""Whether words belong together that name where something began and where it spread to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detect_icd.matchers.selection import PAIR
from detect_icd.terms import Token, word_set

_SECONDARY = ("C77", "C78", "C79")
_METASTASIS = ("metasta", "mets")
_FROM = re.compile(r"\b(?:from|arising|originating|secondary to|due to|2/2)\b", re.IGNORECASE)
_ALONG = re.compile(r"\bwith (?:[\w-]+ )?$", re.IGNORECASE)
_WITH = re.compile(r"\b(?:with|w/|has)(?!\w)", re.IGNORECASE)
_TO = re.compile(r"\s+(?:disease\s+)?(?:to|in)\b", re.IGNORECASE)


def is_along(text: str, tokens: Sequence[Token], members: frozenset[int]) -> bool:
    """Whether the part of two words is of what comes along: "heart failure with liver congestion" is no liver failure."""
    last = tokens[max(members)]
    if len(members) != PAIR or not last.atoms or not word_set("anatomy.txt").issuperset(last.atoms):
        return False
    return _ALONG.search(text, tokens[min(members)].end, last.start) is not None


def is_origin(text: str, tokens: Sequence[Token], members: frozenset[int], code: str) -> bool:
    """Whether the place of a metastasis comes after the word: the lung of "lung cancer metastatic to bone" is not it."""
    if not code.startswith(_SECONDARY):
        return False
    later = (tokens[number] for number in members if number != min(members))
    if any(token.word.startswith(_METASTASIS) and _TO.match(text, token.end) for token in later):
        return True
    # Nor is it what the metastases come from: "liver mets from colon cancer", "colon cancer with mets".
    start, end = tokens[min(members)].end, tokens[max(members)].start
    spread = [tokens[number] for number in members if tokens[number].word.startswith(_METASTASIS)]
    return any(_FROM.search(text, m.end, end) or _WITH.search(text, start, m.start) for m in spread)
