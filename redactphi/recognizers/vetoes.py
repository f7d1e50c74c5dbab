"""What the words themselves say against a span of the model: what is never PHI, whatever its company.

Only the model is judged. What a rule or the patient's facts find stands.
"""

from __future__ import annotations

import functools
import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

import regex

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.mentions import PERSON_LABELS, is_eponymic
from redactphi.recognizers.names import ordinary_words
from redactphi.spans import Span

DOUBT = 0.8
"""Below this probability a lone ordinary, capitalised word or eponym is taken for what it usually is."""

SURE = 0.9
"""What a lower-case word in a note written with capitals must reach to be a name."""

_LOOKED_AT = 4000
_LETTERS_A_CAPITAL = 200
_CALENDAR = frozenset({str(PhiLabel.DATE)})
_NUMBERED = frozenset(map(str, (PhiLabel.DATE, PhiLabel.PHONE, PhiLabel.MRN, PhiLabel.ID_OTHER, PhiLabel.ZIP)))
_NAMED = frozenset(
    map(str, (PhiLabel.NAME, PhiLabel.PROVIDER, PhiLabel.FACILITY, PhiLabel.EMPLOYER, PhiLabel.LOCATION))
)
_INITIALS = 3
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*")
_CODE = regex.compile(r"\b[A-TV-Z]\d[0-9AB]\.[0-9A-Z]{1,4}\b")
_CLOCK = regex.compile(r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\.?)?", regex.IGNORECASE)
_SCORE = regex.compile(r"[0-5][+-]?/5|\d{1,2}/10|[1-6]/6|20/\d{2,3}")
_DATE_DIGITS = regex.compile(r"\d{1,5}")


def without_vetoed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans that nothing speaks against.

    Args:
        text: The note.
        spans: The model's spans, sorted, their score the probability of being PHI.
    """
    if not spans:
        return []
    codes = [match.span() for match in _CODE.finditer(text)]
    return [
        span
        for span, has_neighbour in zip(spans, _have_neighbours(spans), strict=True)
        if not _in_code(span, codes) and (has_neighbour or not _is_vetoed(text, span))
    ]


def _have_neighbours(spans: Sequence[Span]) -> list[bool]:
    """Whether a span is part of a run: a word is judged alone only where it stands alone."""
    near = [after.start - before.end <= 1 for before, after in pairwise(spans)]
    return [left or right for left, right in zip([False, *near], [*near, False], strict=True)]


def _in_code(span: Span, codes: list[tuple[int, int]]) -> bool:
    index = bisect_right(codes, (span.start, math.inf)) - 1
    return index >= 0 and span.end <= codes[index][1]


def _is_vetoed(text: str, span: Span) -> bool:
    found = text[span.start : span.end]
    if any(char.isdigit() for char in found):
        return span.label in _NUMBERED and _is_plain_number(text, span, found)
    if found.lower() in _states():
        return True
    words = _WORD.findall(found)
    return span.label in _NAMED and len(words) == 1 and _is_plain_word(text, span, words[0])


def _is_plain_number(text: str, span: Span, found: str) -> bool:
    around = text[max(0, span.start - 1) : span.start] + text[span.end : span.end + 1]
    if any(char in "/-+." or char.isdigit() for char in around.rstrip(".")):
        return False
    if _CLOCK.fullmatch(found) or (_SCORE.fullmatch(found) and span.score < DOUBT):
        return True
    return span.label in _CALENDAR and _DATE_DIGITS.fullmatch(found) is not None


def _is_plain_word(text: str, span: Span, word: str) -> bool:
    lower = word.lower()
    if word in _letters():
        return True
    if word.islower() and len(word) > _INITIALS and _has_capitals(text):
        return lower not in _names() or span.score < SURE
    doubtful = span.score < DOUBT
    if lower in resources.terms("eponyms") and span.label in PERSON_LABELS:
        return is_eponymic(text, span.end) or (doubtful and lower not in resources.terms("first_names"))
    return lower in ordinary_words() and len(word) > _INITIALS and (word.islower() or doubtful)


def _has_capitals(text: str) -> bool:
    """Whether the note is written with capitals, so that a name would have one."""
    head = text[:_LOOKED_AT]
    return sum(map(str.isupper, head)) > len(head) / _LETTERS_A_CAPITAL


@functools.cache
def _states() -> frozenset[str]:
    return frozenset(item.lower() for item in resources.terms("states"))


@functools.cache
def _names() -> frozenset[str]:
    return frozenset().union(*(resources.terms(name) for name in ("first_names", "surnames", "places")))


@functools.cache
def _letters() -> frozenset[str]:
    """Credentials and unit names in capitals."""
    units = frozenset(item.upper() for item in resources.terms("unit_acronyms"))
    return units | resources.terms("credentials")
