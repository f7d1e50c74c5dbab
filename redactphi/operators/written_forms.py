"""Reads the dates of a span in every form they are written in, and nothing that is not plainly one of these.

A span is read from left to right as dates and what may stand beside them: weekdays, times, and words as "to". A single
letter or digit more makes it unreadable.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import regex

from redactphi import resources
from redactphi.months import NAMED, day_of_word, month_number, ordinal_words
from redactphi.operators.years import expand_year

MIDDLE = 15
"""The day that stands for a month named without one."""

_SHORT = 2
_LAST_MONTH = 12

_MONTH = r"(?P<month>1[0-2]|0?[1-9])(?!\d)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?!\d)"
_NO_MONTH = r"(?P<day>1[3-9]|2\d|3[01])(?!\d)"
_YEAR = r"(?P<year>\d{4}|\d\d)(?!\d)"
_CENTURIES = r"(?:18|19|20)\d\d"
_FULL = rf"(?P<year>{_CENTURIES})(?![\d:]|\s?(?:h|hrs?|hours)\b)"
_NO_TIME = r"(?![\d:%]|\s?[ap]\.?m\b|[ap]\b)"
_START = r"(?<![\p{L}\d])"
_END = r"(?!\d|(?!T\d)\p{L})"
_GAP = r"\s{0,10}"
_TH = r"(?:\s?(?P<th>st|nd|rd|th)(?!\p{L}))?"
_NAME = rf"(?<!\p{{L}})(?P<name>{NAMED})(?!\p{{L}})"
_LAST_FIGURE = r"(?P<last>[12]\d|3[01]|0?[1-9])(?!\d)"
_LAST = rf"{_LAST_FIGURE}(?![:/]|\s?[ap]\.?m\b)(?:\s?(?P<last_th>st|nd|rd|th)(?!\p{{L}}))?"
_TO = r"(?P<to>\s{1,2}(?:to|through|thru|until|and|or)\s{1,2}|\s{0,2}[-–—&]\s{0,2})"
_OF = r"(?:of\s{1,10})?"

_FORMS = {
    "compact": rf"""{_START}(?:(?P<year>{_CENTURIES})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?:\d{{4}}|\d{{6}})?
        | (?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?P<year>{_CENTURIES}|\d\d)){_END}""",
    "year-first": rf"{_START}(?P<year>\d{{4}})(?P<sep>{_GAP}[-/.]{_GAP}){_MONTH}(?P=sep){_DAY}{_END}",
    "year-name": rf"{_START}(?P<year>{_CENTURIES})[-/\s]{{1,2}}{_NAME}\.?[-/\s]{{1,2}}{_DAY}{_TH}{_END}",
    "day-name": rf"""{_START}(?:{_DAY}{_TH}(?:{_TO}{_LAST})?|WORDS)
        (?P<gap>\s{{0,10}}(?:day\s{{1,2}})?of\s{{1,10}}|[-/.\s]{{0,10}}){_NAME}
        (?:(?P<ygap>[-\s,/.]{{0,10}}{_OF}){_FULL}|(?P<ygap>[-\s,/.]{{0,4}}['’])(?P<year>\d\d)(?!\d)
        |(?P<ygap>[-\s,/.]{{0,3}})(?P<year>\d\d){_NO_TIME}(?!\s?(?:{NAMED})))?{_END}""",
    "days": rf"""{_START}(?P<month>1[0-2]|0?[1-9])(?P<gap>{_GAP}/{_GAP}){_DAY}(?P<to>\s?[-–]\s?){_LAST_FIGURE}
        (?P<ygap>{_GAP}/{_GAP}['’]?){_YEAR}(?![-/.]\d){_END}""",
    "figures": rf"""{_START}(?:{_MONTH}{_GAP}(?P<sep>[-/.]){_GAP}{_DAY}|{_NO_MONTH}{_GAP}(?P<sep>[-/.]){_GAP}{_MONTH})
        {_GAP}(?P=sep){_GAP}['’]?{_YEAR}(?!/\d){_END}""",
    "month-year": rf"""{_START}{_MONTH}(?:{_GAP}[-/.]{_GAP}(?P<year>\d{{4}})(?!\d)
        |{_GAP}/{_GAP}['’](?P<year>\d\d)(?!\d)|{_GAP}/{_GAP}(?P<year>00|3[2-9]|[4-9]\d)(?!\d))(?!\s?/\d){_END}""",
    "year-month": rf"{_START}(?P<year>\d{{4}})[-/.](?P<month>0[1-9]|1[0-2])(?![-/.]\d){_END}",
    "month-day": rf"""{_START}(?:{_MONTH}{_GAP}[-/]{_GAP}{_DAY}|{_NO_MONTH}{_GAP}[-/]{_GAP}{_MONTH})(?!\s?/\d){_END}""",
    "name-year": rf"""{_NAME}(?:(?P<ygap>(?:\s?\.)?[\s,/-]{{0,10}}{_OF}){_FULL}
        |(?P<ygap>(?:\s?\.)?[\s,/-]{{0,4}}{_OF}['’])(?P<year>\d\d)(?!\d)
        |(?P<ygap>\.?[-/])(?P<year>\d\d)(?![\s,/-]{{0,3}}['’]?\d)){_END}""",
    "name-day-dashed": rf"""{_NAME}(?P<gap>\.?(?P<sep>[-/])){_DAY}(?P=sep)['’]?{_YEAR}{_END}""",
    "name-day": rf"""{_NAME}(?P<gap>(?:\s?\.)?[\s/-]{{0,10}}(?:the\s{{1,2}})?)(?:{_DAY}{_TH}(?:{_TO}{_LAST})?|WORDS)
        (?:(?P<ygap>[\s,./-]{{0,10}}{_OF}){_FULL}|(?P<ygap>[\s,/-]{{0,4}}{_OF}['’])(?P<year>\d\d)(?!\d)
        |(?P<ygap>\s?,\s{{0,10}})(?P<year>\d\d){_NO_TIME})?{_END}""",
    "name": rf"{_NAME}{_END}",
}  # fmt: skip
"""How a date is written, by the order in which the forms are tried: one that says more goes before one that says less."""

_BESIDE = r"""\s++|[-–—,;.:()\[\]@&|/+]
    |(?<!\p{L})(?:at|to|through|thru|until|till|and|or|the|on|by|from|between|early|late|mid|T(?=\d))(?!\p{L})
    |(?<!\d)(?:CLOCK(?![\p{L}\d])|\d{1,2}(?::[0-5]\d)?\s?[ap]\b|(?<=(?:\bat|@)\s?)\d{1,2}(?![\d/\-:.]|\p{L})
    |(?:[01]\d|2[0-3])[0-5]\d(?:(?<=T\d{4})[0-5]\d)?ZONE?(?![\p{L}\d]))
    |(?<!\p{L})(?:WEEKDAY)(?!\p{L})"""


class Fields(NamedTuple):
    """Year, month, day and last day of a written date, as far as it names them."""

    year: int | None
    month: int
    day: int | None
    last: int | None


@dataclass(frozen=True, slots=True, repr=False)
class WrittenDate:
    """One date, or several days of one month, as a text writes it. Not shown in ``repr``.

    Attributes:
        form: The name of its form.
        match: Where each part stands.
        fields: What the parts say.
    """

    form: str
    match: regex.Match[str]
    fields: Fields

    def text(self, part: str) -> str:
        """A part as written; empty where the form has none."""
        return self.match.groupdict().get(part) or ""


def read(text: str) -> tuple[WrittenDate, ...]:
    """The dates of a span in order; none where anything in it cannot be read."""
    found: list[WrittenDate] = []
    place = 0
    while place < len(text):
        if (written := _date_at(text, place)) is not None:
            found.append(written)
            place = written.match.end()
        elif (beside := _beside().match(text, place)) is not None:
            place = beside.end()
        else:
            return ()
    return tuple(found) if all(map(_is_clear, found)) else ()


def is_weekday(text: str) -> bool:
    """Whether a span is the name of a weekday and nothing else."""
    return _weekday().fullmatch(text) is not None


def _date_at(text: str, place: int) -> WrittenDate | None:
    for form, pattern in _forms().items():
        match = pattern.match(text, place)
        if match is not None and not (form == "days" and _is_two_days(match)):
            return WrittenDate(form, match, _fields(match.groupdict()))
    return None


def _fields(parts: dict[str, str | None]) -> Fields:
    year, day, name, last = parts.get("year"), parts.get("day"), parts.get("name"), parts.get("last")
    return Fields(
        None if year is None else expand_year(int(year)) if len(year) == _SHORT else int(year),
        month_number(name) if name else int(parts["month"] or 0),
        day_of_word(word) if (word := parts.get("word")) else int(day) if day else None,
        int(last) if last else None,
    )


def _is_two_days(match: regex.Match[str]) -> bool:
    """Whether 3/1-3/15 is two days of which neither has a year, rather than the first to the third of one month."""
    month, day, last = int(match["month"]), int(match["day"]), int(match["last"])
    return len(match["year"]) == _SHORT and last <= _LAST_MONTH and (last <= day or last == month)


def _is_clear(written: WrittenDate) -> bool:
    """Whether a list of days rises, and 3/1-5/21 cannot be the first of March to the 21st of May."""
    fields = written.fields
    if fields.last is None or fields.day is None:
        return True
    is_twofold = written.form == "days" and len(written.text("year")) == _SHORT and written.text("ygap")[-1] not in "'’"
    return fields.last > fields.day and not (is_twofold and fields.last <= _LAST_MONTH)


@functools.cache
def _forms() -> dict[str, regex.Pattern[str]]:
    longest_first = sorted(ordinal_words(), key=len, reverse=True)
    words = r"(?<!\p{L})(?P<word>" + "|".join(longest_first).replace("-", r"[-\s]\s?") + r")(?!\p{L})"
    flags = regex.VERBOSE | regex.IGNORECASE
    return {form: regex.compile(pattern.replace("WORDS", words), flags) for form, pattern in _FORMS.items()}


@functools.cache
def _beside() -> regex.Pattern[str]:
    pattern = _BESIDE
    for word in ("CLOCK", "ZONE", "WEEKDAY"):
        pattern = pattern.replace(word, resources.piece(word.lower()))
    return regex.compile(pattern, regex.VERBOSE | regex.IGNORECASE)


@functools.cache
def _weekday() -> regex.Pattern[str]:
    return regex.compile(resources.piece("weekday"), regex.IGNORECASE)
