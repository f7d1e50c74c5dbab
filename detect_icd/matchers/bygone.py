"""Whether an operation that a note names is one of another day, so that what it left is a status (I.C.21.c.3)."""

from __future__ import annotations

import functools
import re

_MONTH = (
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_AFTER = re.compile(
    r"(?:\b(?:months?|mos?|years?|yrs?|y) (?:after|post|out from|out of|following|since|s/p|p|status[- ]post)|\bsince|\baftercare (?:following|after|of|for))"
    r" (?:(?:an?|her|his|the|their) )?$",
    re.IGNORECASE,
)
"""Right before an operation's words: how long ago it was, or what has been since."""

_DATED = re.compile(
    r"(?:(?!"
    + _MONTH
    + r")[^.,;\n\[]){0,30}?\b(?:(?<![-/\d])(?:19|20)\d\d(?![-/\d])|at (?:age )?\d{1,2}(?=[.,;]|$)|as an? (?:child|kid|teen(?:ager)?|infant|baby)|in childhood|"
    r"at (?:that|the) time(?=[.,;])|(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|many|several) (?:years|yrs|y|months|mos) (?:ago|back|prior))",
    re.IGNORECASE,
)
"""Behind an operation's words, in its clause: when it was. The year of a whole date does not count: redaction may take it."""

_TOLD_IN_A_YEAR = re.compile(
    r"(?<![-/\d])(?<!since )(?:19|20)\d\d(?![-/\d])[^.;\n]{0,40}$",
    re.IGNORECASE,
)
"""Before an operation's words, in its clause: the year of what it was for."""

_OF_A_DATE = re.compile(r"(?:\bDATE|" + _MONTH + r"\.?(?: of| \d{1,2})?),? ?$", re.IGNORECASE)
"""Before a year: it is that of a whole date, which redaction may take."""

_SURVEYED = re.compile(
    r"\b(?:NED|no evidence of (?:disease|recurrence|recurrent)|no (?:recurrence|recurrent disease)|disease[- ]free|surveillance|survivor(?:ship)?|"
    r"(?:all|treatment|therapy)\b[^.;\n]{0,20}\b(?:over|complete|completed|finished|done)|off all (?:drugs|treatment|therapy))\b",
    re.IGNORECASE,
)
"""Anywhere in a note: it is of somebody who was treated and is watched."""

_NOT_YET = re.compile(
    r"\b(?:today|tomorrow|scheduled|planned|planning|plan|elective|consent\w*|recommend\w*|discuss\w*|options?|candidate|offered|for|needs?|will|"
    r"versus|vs|underwent|performed|proceed\w*|completion|POD|uneventful\w*|declin\w+|refus\w+|if)\b",
    re.IGNORECASE,
)
"""In a sentence: what it names is done now, or is still to be done."""


def is_bygone(match: re.Match[str], bounds: tuple[int, int], *, by_note: bool) -> bool:
    """Whether the words around an operation's say that it was done long before.

    Args:
        match: The operation's words in the note.
        bounds: Its sentence.
        by_note: Whether a note of somebody who was treated and is watched says it too, not only such a sentence.
    """
    text, low = match.string, bounds[0]
    if _AFTER.search(text, low, match.start()):
        return True
    if _DATED.match(text, match.end(), bounds[1]):
        return True
    if _NOT_YET.search(text, *bounds):
        return False
    told = _TOLD_IN_A_YEAR.search(text, low, match.start())
    if told and not _OF_A_DATE.search(text, low, told.start()):
        return True
    return _is_surveyed(text) if by_note else _SURVEYED.search(text, *bounds) is not None


@functools.lru_cache(maxsize=2)
def _is_surveyed(note: str) -> bool:
    """Whether a note is of somebody who was treated, read once for all of its operations."""
    return _SURVEYED.search(note) is not None
