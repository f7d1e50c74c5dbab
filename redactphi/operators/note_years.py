"""What operators on dates share: the year a note is of, ages over 89 that its dates show, and the year that may stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import regex
from presidio_anonymizer.entities import InvalidParamError

from redactphi.labels import PhiLabel
from redactphi.operation import RewriteContext
from redactphi.operators.written_forms import WrittenDate, read
from redactphi.operators.years import age_facts, reference_year, shows_age_over_89, year_of, years_of

_BIRTH_CUE = regex.compile(r"(?i)\b(?:born|birth(?:date|day)?|dob|d\.o\.b\.?|yob)\b[^.;\n\d]{0,24}$")
_CENTURY = 100
_EARLIEST, _LATEST = 1970, 2100
_REFERENCE = "note_years.reference"


def check_reference_year(params: Mapping[str, Any] | None) -> None:
    """Refuse a reference year that is no year a note may be of.

    Raises:
        InvalidParamError: ``reference_year`` is not a whole number from 1970 to 2100.
    """
    year = (params or {}).get("reference_year")
    if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
        raise InvalidParamError("reference_year must be a whole number")
    if year is not None and not _EARLIEST <= year <= _LATEST:
        raise InvalidParamError(f"reference_year must be from {_EARLIEST} to {_LATEST}")


def year_tag(text: str, params: Mapping[str, Any]) -> str:
    """``[DATE 2024]`` or ``[DATE 2020-2021]`` with the years of a written date; ``[DATE]`` where none may stay."""
    years = sorted(set(years_of(text)))
    if not years or shows_old_age(text, years, params):
        return "[DATE]"
    return f"[DATE {years[0]}]" if len(years) == 1 else f"[DATE {years[0]}-{years[-1]}]"


def shows_old_age(text: str, years: Iterable[int], params: Mapping[str, Any]) -> bool:
    """Whether a written date shows an age over 89.

    Args:
        text: The date.
        years: The years it names. That of 3/14/26 is the patient's year of birth if the day is that of birth.
        params: Those of an operator: the rewriter's ``context``, and ``reference_year``.
    """
    reference = reference_of(params)
    return any(shows_age_over_89(year, reference) for year in (*years, *_birth_years(text, params.get("context"))))


def reference_of(params: Mapping[str, Any]) -> int:
    """The year ages are counted to, worked out once a note."""
    context: RewriteContext | None = params.get("context")
    fallback: int | None = params.get("reference_year")
    if context is None:
        return reference_year((), fallback=fallback)
    if _REFERENCE not in context.cache:
        year = reference_year(_note_years(context), context.document.text, fallback)
        # Somebody in the note is over 89, whatever years it names.
        is_aged = any(span.label == PhiLabel.AGE for span in context.spans)
        context.cache[_REFERENCE] = max(year, fallback or age_facts()["reference_year"]) if is_aged else year
    found: int = context.cache[_REFERENCE]
    return found


def dates_in(context: RewriteContext) -> Iterator[tuple[str, str]]:
    """Every date of the note that is being rewritten, with the text before it."""
    text = context.document.text
    for span in context.spans:
        if span.label == PhiLabel.DATE:
            yield text[max(0, span.start - 40) : span.start], text[span.start : span.end]


def born(context: RewriteContext) -> date | None:
    """The patient's day of birth, if the row knows it."""
    patient = context.document.patient
    written = read(patient.birth_date) if patient else ()
    return _day(written[0]) if len(written) == 1 else None


def _day(written: WrittenDate) -> date | None:
    year, month, day, _ = written.fields
    try:
        return date(year, month, day) if year and day else None
    except ValueError:
        return None


def _birth_years(text: str, context: RewriteContext | None) -> Iterator[int]:
    birth = born(context) if context else None
    for written in read(text) if birth else ():
        assert birth is not None
        year, *day, _ = written.fields
        if year and day == [birth.month, birth.day] and year % _CENTURY == birth.year % _CENTURY:
            yield birth.year


def _note_years(context: RewriteContext) -> list[int]:
    patient = context.document.patient
    birth_year = year_of(patient.birth_date) if patient else None
    years = (year for before, text in dates_in(context) if not _BIRTH_CUE.search(before) for year in years_of(text))
    return [year for year in years if year != birth_year]
