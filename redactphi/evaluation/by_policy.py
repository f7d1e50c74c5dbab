"""Gold of other makers, trimmed to what our policies redact: titles, States, linking words and label words stay.

Other sets mark "Dr. Ruiz", "Boston, MA" and "Case #77" whole. Safe Harbor does not ask for the title, the State or
the label word, and our output keeps them, so "wholly covered" needs gold without them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace

from redactphi import resources
from redactphi.evaluation.gold import GoldDocument
from redactphi.labels import PhiLabel
from redactphi.spans import Span

_TITLE = re.compile(r"(?i)(?:(?:dr|mr|mrs|ms|miss|mx|prof|professor|doctor|nurse)\b\.?\s*)+")
_LABEL_WORDS = re.compile(
    r"(?i)(?:[a-z][a-z/.-]*\s+){0,3}(?:[a-z][a-z/.-]*\s*[:#]|id|no\.?|number)\s*[#:]?\s*(?=\S*\d)"
)
_RELATIVE = re.compile(
    r"(?i)(?:last|next|this|past|previous|the)\s+(?:week|month|year|night|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|spring|summer|fall|autumn|winter)|yesterday|today|tomorrow"
)
_YEAR = re.compile(r"(?:in\s+)?(?:19|20)\d\d")
_LINK = re.compile(r"\s+(?:in|at|of|near)\s+(?=[A-Z])|\s*,\s*|\s*\n\s*")
_BEFORE_POSTCODE = re.compile(r"(.*?\S)\s+(?=\d[\d\s-]*$)", re.DOTALL)
_PERSONS = frozenset(map(str, (PhiLabel.NAME, PhiLabel.PROVIDER)))
_PLACES = frozenset(map(str, (PhiLabel.LOCATION, PhiLabel.FACILITY, PhiLabel.EMPLOYER)))


def by_policy(document: GoldDocument) -> GoldDocument:
    """The document with its gold trimmed; spans of which nothing is left are gone."""
    spans = [part for span in document.spans for part in _trimmed(document.text, span)]
    return replace(document, spans=tuple(sorted(spans)))


def _trimmed(text: str, span: Span) -> Iterator[Span]:
    found = text[span.start : span.end]
    if span.label in _PLACES:
        yield from _places(found, span)
        return
    start, end = 0, len(found)
    if span.label in _PERSONS:
        if title := _TITLE.match(found):
            start = title.end()
        if credential := _credentials().search(found, start):
            end = credential.start()
    elif span.label == PhiLabel.DATE:
        if _YEAR.fullmatch(found) or _RELATIVE.fullmatch(found):
            return
    elif words := _LABEL_WORDS.match(found):
        start = words.end()
    if start < end:
        yield replace(span, start=span.start + start, end=span.start + end)


def _places(found: str, span: Span) -> Iterator[Span]:
    """The parts between commas, line breaks and linking words that are no State or country, nor one before a postcode."""
    start = 0
    for end, following in [*(match.span() for match in _LINK.finditer(found)), (len(found), len(found))]:
        if (named := _BEFORE_POSTCODE.match(found, start, end)) and _is_kept(named[1]):
            start = named.end()
        part = found[start:end].strip()
        if part and not _is_kept(part):
            yield replace(span, start=span.start + start, end=span.start + end)
        start = following


def _is_kept(part: str) -> bool:
    return part.lower().removeprefix("the ") in _kept()


@functools.cache
def _credentials() -> re.Pattern[str]:
    listed = sorted(resources.terms("credentials"), key=lambda item: (-len(item), item))
    return re.compile(rf"(?:,?\s+(?:{'|'.join(map(re.escape, listed))}))+$")


@functools.cache
def _kept() -> frozenset[str]:
    names = ("states", "state_codes", "countries")
    return frozenset(item.lower() for name in names for item in resources.terms(name)) - {"new york", "washington"}
