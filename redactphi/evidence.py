"""What the whole document says of a doubtful span: where nothing is surely PHI, a guess of the model is none either.

A note full of names and numbers makes one more of them likely. In a longer text with no sure sign of a person, the
model's guesses are brands, eponyms and counts, and what a weak rule alone takes for a name is one as well; so is what some
surer rules find (``doubted`` in their file) where the model sees nothing. Other rules, the patient's facts, strict mode and recognizers that a user added are never doubted. A placeholder of an earlier redaction is as sure a sign as what it stands for, or a
second look would be the blinder one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from itertools import islice

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.placeholders import placeholders
from redactphi.recognizers.clinical import listed_names
from redactphi.recognizers.model import WEIGHT
from redactphi.spans import Span

SURE_RULE = 0.8
"""Score from which a rule's span is a sure sign of PHI."""

SURE_MODEL = 0.95 * WEIGHT
"""Weighted score from which the model's span is one."""

WEAK_RULE = 0.7
"""Below it a rule's span goes with the model's guesses, unless the model sees something there too."""

_ENOUGH = 2
_CERTAIN = 0.9 * WEIGHT
_SHORT = 400
_MODEL = "model/"


def weighed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans without the doubtful ones, if the text holds fewer than two sure signs of PHI.

    Args:
        text: The note. Texts under 400 characters are left as they are: a query holds one name and little else.
        spans: Everything found, before propagation.
    """
    if len(text) < _SHORT:
        return list(spans)
    seen = [span for span in spans if span.source.startswith(_MODEL)]
    signs = (span for span in spans if _is_sure(span) and not (_is_doubted(text, span) and not _is_seen(span, seen)))
    sure = sum(1 for _ in islice(signs, _ENOUGH))
    if sure == _ENOUGH or sure + len(placeholders(text)) >= _ENOUGH:
        return list(spans)
    listed = [span for span in spans if span.source != _UNLISTED]
    ruled = [span for span in listed if not span.source.startswith(_MODEL)]
    return [span for span in listed if _stands(text, span, seen) and not _is_strange(text, span, ruled)]


def _stands(text: str, span: Span, seen: Sequence[Span]) -> bool:
    if span.source.startswith(_MODEL):
        return span.score >= _CERTAIN
    if span.source.partition("/")[0] not in _families():
        return True
    return (span.score >= WEAK_RULE and not _is_doubted(text, span)) or _is_seen(span, seen)


def _is_seen(span: Span, seen: Sequence[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in seen)


def _is_doubted(text: str, span: Span) -> bool:
    """Whether a rule of that kind found it, or it is three numbers that nothing before them calls a day: "DeBakey 6/9/12"."""
    if span.source in _doubted():
        return True
    return (
        span.source == _NUMERIC
        and _THREE_NUMBERS.fullmatch(text, span.start, span.end) is not None
        and _DAY_BEFORE.search(text, max(0, span.start - _BEFORE), span.start) is None
    )


def _is_strange(text: str, span: Span, ruled: Sequence[Span]) -> bool:
    """Whether the model takes one word for a name that no list knows and no rule sees: "by Crithidia"."""
    if not span.source.startswith(_MODEL) or span.label not in _NAMES:
        return False
    word = text[span.start : span.end].lower().replace("’", "'").removesuffix("'s")
    if " " in word or word in listed_names():
        return False
    return not any(other.overlaps(span) for other in ruled)


_UNLISTED = "names/unlisted-in-role"
"""Where little else is PHI, a word that no list knows is a germ or a product as well, though the model sees a name there."""
_NUMERIC = "dates/numeric"
_BEFORE = 24
_THREE_NUMBERS = re.compile(r"\d{1,2} ?([/.-]) ?\d{1,2} ?\1 ?\d{2}")
_DAY_BEFORE = re.compile(
    r"(?i)\b(?:on|dated?|dob|dos|since|until|till|from|of|by|before|after|through|thru|to|seen|due|visit|returned|admitted|discharged|signed"
    r"|reviewed|dictated|transcribed|done|performed|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)(?:days?|nesday|urday)?[ ,:]{1,4}$"
)
"""What stands before a day; three numbers with a year of two digits are as often sizes and settings."""

_NAMES = frozenset(
    map(str, (PhiLabel.NAME, PhiLabel.PROVIDER, PhiLabel.FACILITY, PhiLabel.EMPLOYER, PhiLabel.LOCATION))
)


@functools.cache
def _families() -> frozenset[str]:
    return frozenset(resources.rule_families())


@functools.cache
def _doubted() -> frozenset[str]:
    """The rules that are doubted, as the sources of their spans."""
    return frozenset(
        f"{family}/{rule.name}" for family in _families() for rule in resources.rules(family) if rule.doubted
    )


def _is_sure(span: Span) -> bool:
    return span.score >= (SURE_MODEL if span.source.startswith(_MODEL) else SURE_RULE)
