"""Lists of patients: where most rows name somebody at the same place, the other rows do too.

A census, a board or a log begins its rows alike: "612B Tran, V. 44F", "ch 8 thibodaux, r - fistula". Names that are
ordinary words, or stand in small letters, show nowhere but there that they are names.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.mentions import PERSON_LABELS
from redactphi.spans import Span

SOURCE = "rows/name"
_SCORE = 0.6
_ROWS, _SHARE = 3, 0.4
"""Rows that name somebody, in number and of all rows that begin so, from which a note is a list of people."""

_ROW = re.compile(
    r"^[ \t]*(?:[-*•_>]|\[[ xX]?\])*[ \t]*"
    r"(?P<word>[A-Za-z]{1,5}[ .#]{0,2}(?=\d))?(?P<keys>(?:#?[A-Za-z]{0,4}-?\d[\w:/.-]*[ \t.:)|-]+){0,3})"
    r"(?:(?:mrs?|ms|miss|dr)\.?[ ])?(?P<rest>(?=\S).*)$",
    re.MULTILINE | re.IGNORECASE,
)
_NAME = re.compile(
    r"(?P<first>[A-Za-z]\.?[ ])?(?P<last>[^\W\d_]{2,}(?:['’-][^\W\d_]+)*)(?P<given>,[ ]?[^\W\d_]{1,12}\.?(?![\w-])|[ ][A-Za-z](?:\.|(?=[ ](?:\d|-[ ])|$)))?"
)
_AGED = re.compile(r"[ ,;(-]{1,3}\d{1,3}[ ]?(?:y\.?o\.?|y/?o|yrs?|[MmFf])(?![a-z])")
_PARTED = re.compile(r"[ ](?:[-–|;:/]+)[ ]|\t|[ ]{2}")


def named(text: str, spans: Sequence[Span]) -> list[Span]:
    """The names of rows in which none was found, where most rows that begin alike name somebody."""
    starts = {span.start for span in spans if span.label in PERSON_LABELS}
    if len(starts) < _ROWS:
        return []
    rows: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for row in _ROW.finditer(text):
        keys = row["keys"].split()
        if keys:
            rows[(row["word"] or "").strip(" .#").lower(), len(keys)].append(row.start("rest"))
    found: list[Span] = []
    for places in rows.values():
        telling = [place for place in places if place in starts]
        if len(telling) >= max(_ROWS, _SHARE * len(places)):
            parted = any(_parts(text, place, spans) for place in telling)
            found += _in_rows(text, [place for place in places if place not in starts], parted=parted)
    return found


def _parts(text: str, place: int, spans: Sequence[Span]) -> bool:
    return any(span.start == place and _PARTED.match(text, span.end) for span in spans)


def _in_rows(text: str, places: Sequence[int], *, parted: bool) -> Iterator[Span]:
    for place in places:
        name = _NAME.match(text, place)
        if name and _is_name(text, name, parted=parted):
            yield Span(name.start(), name.end(), str(PhiLabel.NAME), _SCORE, SOURCE)


def _is_name(text: str, name: re.Match[str], *, parted: bool) -> bool:
    """Whether what begins a row is a name: an age behind it, an initial, or a word that can be nothing else."""
    last = name["last"].lower()
    is_listed = last in resources.terms("surnames")
    if last in _never() or (name["given"] or "").strip(" ,.").lower() in resources.terms("short_words"):
        return False
    if name["first"] or name["given"]:
        return is_listed or not _is_ordinary(last)
    if _AGED.match(text, name.end()):
        return last not in resources.terms("name_stopwords")
    return is_listed and (not _is_ordinary(last) or (parted and _PARTED.match(text, name.end()) is not None))


@functools.cache
def _never() -> frozenset[str]:
    """What a row may begin with that is no name, though an age may follow: acronyms, and words for nobody."""
    acronyms = frozenset(word.lower() for word in resources.terms("clinical_acronyms") if word.isalpha())
    return (acronyms | resources.terms("unnamed_rows")) - resources.terms("surnames")


def _is_ordinary(word: str) -> bool:
    return any(word in resources.terms(name) for name in ("common_words", "clinical_words"))
