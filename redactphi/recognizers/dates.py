"""Dates in every written form (Safe Harbor C)."""

from __future__ import annotations

from collections.abc import Iterator

from redactphi.operators.years import reference_year, shows_age_over_89
from redactphi.recognizers.rules import RuleRecognizer
from redactphi.spans import Span


def is_over_89(text: str, start: int, end: int) -> bool:
    """Whether the birth year at ``text[start:end]`` shows an age over 89 in the newest year the note names."""
    return shows_age_over_89(int(text[start:end]), reference_year((), text))


_COMPANY = 2
_FRACTIONS = frozenset({2, 3, 4, 5, 6, 8, 10, 12})


def is_no_fraction(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is no usual fraction, score or strength, as 4/5, 7/10 and 1/2 are."""
    part, whole = map(int, text[start:end].split("/"))
    return part > whole or whole not in _FRACTIONS


class PhiDateRecognizer(RuleRecognizer):
    """Finds dates with a month or a day, and birth years that show an age over 89.

    A bare ``7/11`` may be anything; in a note that writes other days so, it is one of them.
    """

    def __init__(self) -> None:
        super().__init__(("dates", "dates_words"), guards={"over_89": is_over_89})
        self.company = RuleRecognizer("dates_company", guards={"no_fraction": is_no_fraction})

    def parts(self) -> tuple[RuleRecognizer, ...]:
        """This recognizer and the one of days in company."""
        return self, self.company

    def spans(self, text: str) -> Iterator[Span]:
        """The spans of every rule; bare days only where others keep them company."""
        short = set()
        for span in super().spans(text):
            if span.source.startswith("dates/month-day"):
                short.add(span.start)
            yield span
        if len(short) >= _COMPANY:
            yield from self.company.spans(text)
