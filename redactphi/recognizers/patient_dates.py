"""A known birth date in every written form, and its bare year where that shows an age over 89."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import product

from redactphi.labels import PhiLabel
from redactphi.months import MONTHS, month_number, ordinal_suffix
from redactphi.spans import Span

_OLDEST_KEPT_AGE = 89
_REFERENCE_YEAR = 2026
_SCORE = 0.9
_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?![\d])")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?: .*)?")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]*([a-z]{3,9})\.?,?[\s-]*(\d{4})")


def parse(value: str) -> date | None:
    """The date a field holds, or None where it cannot be read; month before day where both are possible."""
    text = value.strip().lower()
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMERIC.fullmatch(text):
        year = int(match[3]) if len(match[3]) > 2 else _century(int(match[3]))  # noqa: PLR2004
        return _date(year, int(match[1]), int(match[2])) or _date(year, int(match[2]), int(match[1]))
    if match := _MONTH_FIRST.fullmatch(text):
        return _date(int(match[3]), month_number(match[1]), int(match[2]))
    if match := _DAY_FIRST.fullmatch(text):
        return _date(int(match[3]), month_number(match[2]), int(match[1]))
    return None


def written_forms(value: str) -> Iterator[str]:
    """Every way a note may write the date; the field's own writing where it cannot be read."""
    if value:
        yield value
    born = parse(value)
    if born is None:
        return
    years = {f"{born.year}", f"{born.year % 100:02}"}
    months = {f"{born.month}", f"{born.month:02}"}
    days = {f"{born.day}", f"{born.day:02}"}
    for separator, month, day in product("/-.", months, days):
        yield from (separator.join(parts) for year in years for parts in ((month, day, year), (day, month, year)))
        yield separator.join((str(born.year), month, day))
    yield from (f"{born:%Y%m%d}", f"{born:%m%d%Y}")
    yield from _worded(born)


def _worded(born: date) -> Iterator[str]:
    full = MONTHS[born.month - 1]
    ordinal = f"{born.day}{ordinal_suffix(born.day)}"
    for month in {full, full[:3], f"{full[:3]}.", "sept" if born.month == 9 else full[:3]}:  # noqa: PLR2004
        for day in (f"{born.day}", f"{born.day:02}", ordinal):
            yield from (f"{month} {day}", f"{day} {month}", f"{month} {day}, {born.year}", f"{month} {day} {born.year}")
            yield from (f"{day} {month} {born.year}", f"{day} {month}, {born.year}", f"{day} of {month}")
            yield from (f"{day}-{month}-{born.year}", f"{day}{month}{born.year}", f"{day}-{month}-{born.year % 100:02}")
        yield f"{ordinal} of {month} {born.year}"
        yield f"{month} {born.year}"


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _century(year: int) -> int:
    return 2000 + year if 2000 + year <= _REFERENCE_YEAR else 1900 + year


class BirthYear:
    """Finds the bare year of birth in a note whose newest year shows an age over 89.

    Where a note names no later year, the year of this release stands for it: one bare year too many is redacted
    rather than an age shown.

    Args:
        birth_date: The field as the row has it.
    """

    def __init__(self, birth_date: str) -> None:
        born = parse(birth_date)
        self._year = born.year if born else None

    def find(self, text: str) -> Iterator[Span]:
        """Every mention of the year, if it shows such an age."""
        if self._year is None or _REFERENCE_YEAR - self._year <= _OLDEST_KEPT_AGE or str(self._year) not in text:
            return
        found = [(int(match[0]), match.span()) for match in _YEAR.finditer(text)]
        later = [year for year, _ in found if self._year < year <= _REFERENCE_YEAR + 1]
        if max(later, default=_REFERENCE_YEAR) - self._year <= _OLDEST_KEPT_AGE:
            return
        for year, (start, end) in found:
            if year == self._year:
                yield Span(start, end, PhiLabel.DATE, _SCORE, "patient/birth_year")
