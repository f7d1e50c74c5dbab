"""Whether the word allergy speaks of a substance: "penicillin allergy, cefazolin tolerated"."""

from __future__ import annotations

import re

from detect_icd.assertion import Passage

_TO = re.compile(r"\W*(?:to|include[sd]?|:|are|is|list)\b|\W*:", re.IGNORECASE)
_TOLERATED = re.compile(
    r",? (?:(?:is|was|were|are|has|have|been|well|also|previously|since|fine|before) )*toler\w+|,? (?:ok|okay|fine)\b",
    re.IGNORECASE,
)
_TOLERATES = re.compile(
    r"\b(?<!not )(?<!cannot )(?<!not well )(?:tolerat(?:ed|es|ing)|(?:ok|okay|fine) with) (?:\w+ )?$",
    re.IGNORECASE,
)
_NEAR = 25
"""Characters before a substance in which it is told to be tolerated."""

_BEFORE = 3
"""Words that may stand between a substance and the word allergy after it: "penicillin (rash) allergy"."""


def is_allergen(sentence: Passage, name: tuple[int, int], word: re.Match[str]) -> bool:
    """Whether the word allergy speaks of the substance: before it with "to", or right after it."""
    text, (start, end) = sentence.text, name
    if _TOLERATED.match(text, end) or _TOLERATES.search(text, max(0, start - _NEAR), start):
        return False
    if word.end() <= start:
        clause = text[word.end() : start]
        return _TO.match(clause) is not None and not re.search(
            r"[.;\n]|\s[-\u2013]\s|\b(?:but|takes?|on|started|given|treated)\b", clause
        )
    between = text[end : word.start()]
    return len(between.split()) <= _BEFORE and not re.search(r"[.,;\n]|\b(?:for|no|not)\b", between)
