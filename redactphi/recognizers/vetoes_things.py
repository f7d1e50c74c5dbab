"""What speaks against names of the model that are called after somebody: instruments, operations, kinds of places."""

from __future__ import annotations

import functools
import re

from redactphi import resources
from redactphi.mentions import PERSON_LABELS
from redactphi.recognizers.certainty import ALL_BUT_SURE, SURE
from redactphi.recognizers.clinical import WORD
from redactphi.spans import Span

_BEFORE = 24
_BEHIND = 24
_CALLED_AFTER = re.compile(
    r"\b(?:manner|techniques?|method|fashion|modification|principles?|maneuver|sign|triangle|space|ligament|angle|foramen|fossa"
    r"|canal|duct|membrane|operation|plane|fascia|artery|vein|nerve|line|groove|lobe|islets?|pouch|tubercle|arch|circle|hiatus"
    r"|knot|nodes?|ampulla|sphincter|sinus|bundle|ridge|crypts?|glands?|valves?|cave|tail|zone) of $"
)
_THING_BEFORE = re.compile(
    r"(?i)\b(?:machine|device|scope|system|manufacturer|maker|vendor|implant|model|ventilator|pump|microscope|monitor|analy[sz]er)[:#=][ \t]*$"
)
_ONE_OF = re.compile(
    r"(?:(?<![\w.])(?:an?|[Aa]nother|[Ee]ach|An|[Tt]wo|[Tt]hree|[Ff]our)|\b\d{1,2}[ -]?(?:[Ff]r(?:ench)?|F)|\b\d-0) $"
)
"""Before a thing of which there are several: "another Kitner", "a 6-French Berman". "A" is an initial as well."""

_STATUS_POST = re.compile(r"(?i)(?:\bstatus post|\bs/p) $")
_NOUN = re.compile(r"[ -]([a-z]+)")
_OWNED = frozenset(
    {"cell", "cells", "chart", "board", "line", "lines", "test", "tests", "urine", "mouth", "body", "bodies"}
)
"""Things that have names before them, and people too."""

_CARE = frozenset({"acute", "inpatient", "long", "outpatient", "paramedic", "skilled", "subacute"})
"""First words of what says only the kind of a place."""

_PART = re.compile(r"[A-Za-z]+")


def is_a_thing(text: str, span: Span, found: str) -> bool:
    """Whether it is a thing, or the person a thing is called after.

    A label of things stands before it ("Machine: Draeger Apollo"), what is called after somebody ("in the manner of Marcy"),
    or what is counted ("another Kitner"); or an instrument's noun behind ("Dorsey dissector").
    """
    low = max(0, span.start - _BEFORE)
    if span.score >= ALL_BUT_SURE:
        return False
    if text[span.start - 4 : span.start] == " of " and _CALLED_AFTER.search(text, low, span.start):
        return True
    if span.label in PERSON_LABELS and (
        _is_before_instrument(text, span, found)
        or (WORD.fullmatch(found) and _is_counted(text, low, span.start, found))
    ):
        return True
    return span.score < SURE and _THING_BEFORE.search(text, low, span.start) is not None


def _is_counted(text: str, low: int, start: int, found: str) -> bool:
    if _ONE_OF.search(text, low, start):
        return True
    return found in resources.terms("clinical_eponyms") and _STATUS_POST.search(text, low, start) is not None


def _is_before_instrument(text: str, span: Span, found: str) -> bool:
    """Whether the noun of an instrument, a sign or an operation follows, or is the last of the words."""
    words = found.split()
    if len(words) > 1 and words[-1].islower() and words[-1] in _instruments():
        return True
    if len(words) > 1 and not words[0].isdigit() and words[0].lower() in resources.terms("first_names"):
        return False
    noun = _NOUN.match(text, span.end, span.end + _BEHIND)
    return noun is not None and noun[1] in _instruments()


def is_kind_of_place(found: str) -> bool:
    """Whether words only say what kind of place it is: "Long-Term Acute Care Facility", "Bacteriology Department"."""
    words = _PART.findall(found.lower())
    if len(words) < 2 or not all(word in _generic() for word in words):  # noqa: PLR2004 - a word alone is looked up elsewhere
        return False
    return words[-1] in resources.terms("unnamed_places") or words[0] in _CARE


@functools.cache
def _instruments() -> frozenset[str]:
    return resources.terms("eponym_nouns") - _OWNED


@functools.cache
def _generic() -> frozenset[str]:
    """Words of which no place's own name is made."""
    parts = frozenset(word for item in resources.terms("specialties") for word in item.split())
    return resources.terms("facility_generic") | resources.terms("unnamed_places") | parts
