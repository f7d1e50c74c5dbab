"""Dates in every written form (Safe Harbor C)."""

from __future__ import annotations

from redactphi.operators.years import reference_year, shows_age_over_89
from redactphi.recognizers.rules import RuleRecognizer


def is_over_89(text: str, start: int, end: int) -> bool:
    """Whether the birth year at ``text[start:end]`` shows an age over 89 in the newest year the note names."""
    return shows_age_over_89(int(text[start:end]), reference_year((), text))


class PhiDateRecognizer(RuleRecognizer):
    """Finds dates with a month or a day, and birth years that show an age over 89."""

    def __init__(self) -> None:
        super().__init__(("dates", "dates_words"), guards={"over_89": is_over_89})
