"""The years a note names, and whether one of them shows an age over 89."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

import regex

from redactphi import resources

_FIRST_NOTE_YEAR = 1970
"""A note whose newest year is older has only birth years in it: it says nothing about when it was written."""

_CENTURY = 100
_FIGURES = regex.compile(
    r"""(?x)(?<!\d)(?:
      (?P<year>(?:18|19|20)\d\d) (?: [ ]?[-/.][ ]?\d{1,2} (?:[-/.]\d{1,2})? (?!\d) )
    | \d{1,2} [ ]?[/.\-][ ]? (?:\d{1,2}[ ]?[/.\-][ ]?)? (?P<year>(?:18|19|20)\d\d) (?!\d)
    | \d{1,2} [ ]?[/.\-][ ]? \d{1,2} [ ]?[/.\-][ ]? ['’]?(?P<short>\d\d) (?!\d)
    | (?P<year>(?:18|19|20)\d\d) (?:0[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01]) (?:[T ]?\d{4,6})? (?!\d)
    | (?:0[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01]) (?P<year>(?:18|19|20)\d\d) (?!\d)
    | (?:0[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01]) (?P<short>\d\d) (?!\d)
    )"""
)
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WORDS = regex.compile(
    rf"""(?xi)
      (?<!\d) (?P<year>(?:18|19|20)\d\d) (?![\d:]|[ ]?(?:h|hrs?|hours)\b)
    | ['’] (?P<short>\d\d) (?!\d)
    | \d (?:st|nd|rd|th)? [-/. ,]{{0,2}} (?:of[ ])? {_MONTHS} [-/. ,]{{0,2}} (?P<short>\d\d) (?![\d:]|[ ]?[ap]\.?m)
    | {_MONTHS} [ ]? \d{{1,2}} (?:st|nd|rd|th)? [,/-] [ ]? (?P<short>\d\d) (?![\d:]|[ ]?[ap]\.?m)
    | {_MONTHS} [-/] (?P<short>\d\d) (?!\d)
    """
)
_BARE_YEAR = regex.compile(
    r"(?<![\d.,/:$#+-])(?:19[7-9]\d|20\d\d)(?![\d/:%]|[.,]\d|-\d|\s?(?:m[gl]|mcg|cc|units?|k?cal|hrs?)\b)"
)


@functools.cache
def age_facts() -> Mapping[str, int]:
    """``oldest_kept`` (years) and ``reference_year``, from ``data/ages.toml``."""
    return resources.read_toml(resources.data() / "ages.toml")


def years_of(text: str) -> list[int]:
    """The years a written date or range of dates names, in order. Two-digit ones are expanded, and count where no year is in full."""
    found = list(_FIGURES.finditer(text)) or list(_WORDS.finditer(text))
    full = [int(match["year"]) for match in found if match["year"]]
    return full or [expand_year(int(match["short"])) for match in found]


def years_in_figures(text: str) -> list[int]:
    """The years of all dates in figures in a text, two-digit ones expanded."""
    return [
        int(match["year"]) if match["year"] else expand_year(int(match["short"])) for match in _FIGURES.finditer(text)
    ]


def year_of(text: str) -> int | None:
    """The year of a written date (the last one of a range), or None where it names none."""
    years = years_of(text)
    return years[-1] if years else None


def expand_year(short: int) -> int:
    """A two-digit year in full: this century up to the year after the reference year, else the last one."""
    newest = age_facts()["reference_year"] + 1
    year = newest - newest % _CENTURY + short
    return year if year <= newest else year - _CENTURY


def reference_year(dated: Iterable[int], text: str = "", fallback: int | None = None) -> int:
    """The year a note was written in, as far as it says: the newest it names, if it names a day of that year.

    Where the newest is a bare one ("s/p CABG 2010"), it tells what was before the note, and not when it was written.

    Args:
        dated: The years of its dates, birth dates left out.
        text: The note, for its bare years.
        fallback: The year when the note does not say; without it, that of ``data/ages.toml``.
    """
    newest_possible = age_facts()["reference_year"] + 1
    bare = map(int, _BARE_YEAR.findall(text))
    of_days, of_text = (
        max((year for year in years if _FIRST_NOTE_YEAR <= year <= newest_possible), default=0)
        for years in (dated, bare)
    )
    if of_days and of_days >= of_text:
        return of_days
    return max(of_text, fallback or age_facts()["reference_year"])


def shows_age_over_89(year: int, reference: int) -> bool:
    """Whether someone alive in ``year`` is, or may be, over 89 in ``reference``."""
    return year < reference - age_facts()["oldest_kept"]
