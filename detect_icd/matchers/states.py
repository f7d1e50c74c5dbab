"""Whether words that name a status state what is left or what is there, not what is done or happens today."""

from __future__ import annotations

import re

from detect_icd.assertion import Assertion, Passage
from detect_icd.candidates import Status
from detect_icd.coding import icd10cm
from detect_icd.matchers.circumstances import IN_THE_MAKING, NEAR, PAST_SECTIONS, YEAR
from detect_icd.matchers.results import is_told_of
from detect_icd.matchers.substances import is_taken

_LEFT_BY_OPERATIONS = ("Z89", "Z90", "Z94", "Z951", "Z966", "Z980", "Z981", "Z984", "Z985", "Z986", "Z988")
_OF_THE_OPERATION = ("Z48", "Z89", "Z90", "Z93", "Z94", "Z95", "Z96", "Z97", "Z98")
_DONE_BEFORE = re.compile(
    r"\b(?:previous|prior|old|existing|indwelling|history|hx|h/o|s/p|status|known|had|underwent|has an?|remote|years ago)\b",
    re.IGNORECASE,
)
"""Beside what an account of an operation names: it was there already."""

_PLACED = re.compile(r"\b(?:placed|inserted|implanted|deployed)$", re.IGNORECASE)
"""Ends words that say what was done, and not what is there, unless they say when."""

_MADE_BEHIND = re.compile(
    r"\W{0,2}(?:was |were |being |then )*(?:made|created|fashioned|formed|matured|constructed|brought (?:out|up)|raised|exteriori[sz]ed|sited|performed)\b",
    re.IGNORECASE,
)
_MADE_BEFORE = re.compile(
    r"\b(?:(?:creation|formation|construction|fashioning|maturation) of|(?:made|created|fashioned|formed|matured|constructed|performed|brought out|raised)) (?:an? |the )?(?:\w+ )?$",
    re.IGNORECASE,
)
"""Beside a stoma: it is the operation of today, and no state it came with."""

_STATE = re.compile(
    r"\b(?:status|presence|absence|absent|artificial|prosthe|histor|hx|h/o|prior|previous|recipient|amput|removed|implants?\b|graft|dependen|aftercare|s/p|status post|old)",
    re.IGNORECASE,
)


def is_state(code: str, assertion: Assertion, passage: Passage, start: int, end: int) -> bool:
    """Whether the words of an operation or an allergy state what is left, not what is done or happens today.

    Args:
        code: The code a dictionary has for the words.
        assertion: How they are spoken of.
        passage: Their sentence.
        start: Where they start.
        end: One past where they end.
    """
    compact = icd10cm.compact(code)
    words = passage.text[start:end]
    if is_told_of(compact, passage.text, end):
        return False
    if compact.startswith("Z88"):
        return "reaction" not in words.lower()
    if compact.startswith("Z79"):
        return is_taken(passage, start, end)
    return assertion.status is not Status.PRESENT or _is_there(compact, passage, start, end)


def _is_there(compact: str, passage: Passage, start: int, end: int) -> bool:
    """Whether words of today state something left or put in before."""
    words = passage.text[start:end]
    if compact.startswith(_OF_THE_OPERATION) and passage.section in IN_THE_MAKING:
        return _DONE_BEFORE.search(passage.text, max(passage.bounds[0], start - NEAR), end) is not None
    is_past = YEAR.match(passage.text, end) is not None or passage.section in PAST_SECTIONS
    if compact.startswith("Z93") and (
        _MADE_BEHIND.match(passage.text, end) or _MADE_BEFORE.search(passage.text, passage.bounds[0], start)
    ):
        return is_past
    if compact.startswith(_OF_THE_OPERATION) and _PLACED.search(words):
        return is_past
    return is_past or not compact.startswith(_LEFT_BY_OPERATIONS) or _STATE.search(words) is not None
