"""What the whole document says of a doubtful span: where nothing is surely PHI, a guess of the model is none either.

A note full of names and numbers makes one more of them likely. In a longer text with no sure sign of a person, the
model's guesses are brands, eponyms and counts, and what a weak rule alone takes for a name is one as well. Surer rules,
the patient's facts, strict mode and recognizers that a user added are never doubted. A placeholder of an earlier redaction is as sure a sign as what it stands for, or a
second look would be the blinder one.
"""

from __future__ import annotations

import functools
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
    sure = sum(1 for _ in islice(filter(_is_sure, spans), _ENOUGH))
    if sure == _ENOUGH or sure + len(placeholders(text)) >= _ENOUGH:
        return list(spans)
    seen = [span for span in spans if span.source.startswith(_MODEL)]
    ruled = [span for span in spans if not span.source.startswith(_MODEL)]
    return [span for span in spans if _stands(span, seen) and not _is_strange(text, span, ruled)]


def _stands(span: Span, seen: Sequence[Span]) -> bool:
    if span.source.startswith(_MODEL):
        return span.score >= _CERTAIN
    if span.score >= WEAK_RULE or span.source.partition("/")[0] not in _families():
        return True
    return any(other.start < span.end and span.start < other.end for other in seen)


def _is_strange(text: str, span: Span, ruled: Sequence[Span]) -> bool:
    """Whether the model takes one word for a name that no list knows and no rule sees: "by Crithidia"."""
    if not span.source.startswith(_MODEL) or span.label not in _NAMES:
        return False
    word = text[span.start : span.end].lower().replace("’", "'").removesuffix("'s")
    if " " in word or word in listed_names():
        return False
    return not any(other.overlaps(span) for other in ruled)


_NAMES = frozenset(
    map(str, (PhiLabel.NAME, PhiLabel.PROVIDER, PhiLabel.FACILITY, PhiLabel.EMPLOYER, PhiLabel.LOCATION))
)


@functools.cache
def _families() -> frozenset[str]:
    return frozenset(resources.rule_families())


def _is_sure(span: Span) -> bool:
    return span.score >= (SURE_MODEL if span.source.startswith(_MODEL) else SURE_RULE)
