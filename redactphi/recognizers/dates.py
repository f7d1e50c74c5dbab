"""Dates in every written form (Safe Harbor C)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

import regex
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi.months import MONTHS, STEM, month_number
from redactphi.operators.years import reference_year, shows_age_over_89, years_in_figures
from redactphi.recognizers.rules import RuleRecognizer
from redactphi.recognizers.vetoes_numbers import is_out_of_ten
from redactphi.spans import Span


def is_over_89(text: str, start: int, end: int) -> bool:
    """Whether the birth year at ``text[start:end]`` shows an age over 89 in the newest year the note names."""
    return shows_age_over_89(int(text[start:end]), _year_of_note(text))


_last = threading.local()


def _year_of_note(text: str) -> int:
    """The year ages are counted to in a note; that of the last note is kept, without its text."""
    key = hash(text), len(text)
    if getattr(_last, "key", None) != key:
        _last.year, _last.key = reference_year(years_in_figures(text), text), key
    year: int = _last.year
    return year


_FRACTIONS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12})
_STYLES = {"dots": ".", "near-dashed-alone": "-"}
_NEAR = 75
_MONTH_DAYS = 30.5
_YEAR_DAYS = 366
_YEAR_FIRST = regex.compile(r"\d{4}[/.\-](?P<month>\d\d?)[/.\-](?P<day>\d\d?)")
_FIGURES = regex.compile(r"(?P<month>\d\d?)[ ]?[/.\-][ ]?(?P<day>\d\d?)(?!\d)")
_MONTH_WORD = regex.compile("(?<!\\p{L})(?:" + "|".join(month[:STEM] for month in MONTHS) + ")", regex.IGNORECASE)
_DAY = regex.compile(r"(?<!\d)\d\d?(?!\d)")
_LAST_MONTH = 12
_VERTEBRAE = regex.compile(r"\b[CTLS]\d{1,2}[/-]")
_BESIDE = 24


def is_no_fraction(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is no usual fraction, score or strength, as 4/5, 7/10 and 1/2 are."""
    found = _FIGURES.search(text, start, end)
    if found is None or _VERTEBRAE.search(text, max(0, start - _BESIDE), start):
        return False
    part, whole = int(found["month"]), int(found["day"])
    return part > whole or whole not in _FRACTIONS or found["day"].startswith("0")


def day_of_year(written: str) -> float | None:
    """About which day of a year a written date names; None where its month or day is not clear."""
    figures = _YEAR_FIRST.search(written) or _FIGURES.search(written)
    if figures:
        month, day = int(figures["month"]), int(figures["day"])
        month, day = (day, month) if month > _LAST_MONTH >= day else (month, day)
    else:
        word, number = _MONTH_WORD.search(written), _DAY.search(written)
        if word is None or number is None:
            return None
        month, day = month_number(word[0]), int(number[0])
    return month * _MONTH_DAYS + day if month <= _LAST_MONTH else None


def is_near(day: float | None, known: Iterable[float]) -> bool:
    """Whether a day of some year is within ten weeks of one of the known days of any year."""
    if day is None:
        return False
    return any(min(apart := abs(day - one), _YEAR_DAYS - apart) <= _NEAR for one in known)


class PhiDateRecognizer(RuleRecognizer):
    """Finds dates with a month or a day, and birth years that show an age over 89.

    A bare ``7/11`` may be anything; in a note that holds surer dates, it is one of them. One that may be a fraction or a
    range, as 5/8 and 4-16, must be near a day the note is sure of.
    """

    def __init__(self) -> None:
        super().__init__(("dates", "dates_words"), guards={"over_89": is_over_89})
        self.company = RuleRecognizer("dates_company", guards={"no_fraction": is_no_fraction})

    def parts(self) -> tuple[RuleRecognizer, ...]:
        """This recognizer and the one of days in company."""
        return self, self.company

    def spans(self, text: str, nlp_artifacts: NlpArtifacts | None = None) -> Iterator[Span]:
        """The spans of every rule; bare days only where surer ones keep them company."""
        days: set[float] = set()
        style = ""
        for span in super().spans(text):
            written = text[span.start : span.end]
            if written.endswith("/10") and is_out_of_ten(text, span.start, span.end):
                continue
            if (day := day_of_year(written)) is not None:
                days.add(day)
                style += "".join(mark for mark in ".-" if written.count(mark) > 1)
            yield span
        if not days:
            return
        for span in self.company.spans(text):
            kind = span.source.partition("/")[2]
            wanted = _STYLES.get(kind, "")
            if wanted in style and (
                not kind.startswith("near") or is_near(day_of_year(text[span.start : span.end]), days)
            ):
                yield span
