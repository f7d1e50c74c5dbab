"""Moves all dates of a patient by the same number of whole weeks, each in the form it is written in."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from redactphi.keys import SecretKey
from redactphi.labels import PhiLabel
from redactphi.operation import PhiOperator, RewriteContext, context_of
from redactphi.operators.note_years import check_reference_year, dates_in, reference_of, shows_old_age, year_tag
from redactphi.operators.written_dates import dates_of, habits_of, shifted
from redactphi.operators.written_forms import WrittenDate, is_weekday, read
from redactphi.operators.years import years_of

PURPOSE = "date-shift"
MOST_WEEKS = 52
_WEEK = 7
_STATE = "shift_date"
_AHEAD = 5
"""How many years the newest year a note names may lie ahead of the note itself: implants and vials expire."""


class ShiftDate(PhiOperator):
    """Moves a date by the patient's offset; its form, times and weekdays stay, but for a day before a month that would be read as one.

    What cannot be read as a date, and a date that shows an age over 89, becomes what the operator ``year`` makes of it.

    Parameters: ``reference_year``, the year of a note that names none; ``context``, the rewriter's.
    """

    name = "shift"
    labels = frozenset({PhiLabel.DATE})
    parameters = ("reference_year",)
    needs = frozenset({"key", "patient.id"})

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The moved date, or a tag.

        Raises:
            ValueError: There is no rewriter's context, or it lacks the key or the patient's id.
        """
        params = params or {}
        context = context_of(params)
        if is_weekday(text):  # whole weeks leave it what it is
            context.events["date-shifted"] += 1
            return text
        days, near, habits = _state(context, params)
        new = shifted(text, days, near=near, habits=habits)
        years = [written.fields.year for written in read(text)] if new else years_of(text)
        if new is None or shows_old_age(text, (year for year in years if year), params):
            context.events["date-generalised"] += 1
            return year_tag(text, params) if new is None else "[DATE]"
        context.events["date-shifted"] += 1
        return new

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Refuse a reference year that is no year.

        Raises:
            InvalidParamError: ``reference_year`` is not a whole number, or a parameter is unknown.
        """
        super().validate(params)
        check_reference_year(params)


def offset_days(key: SecretKey, patient_id: str) -> int:
    """A patient's offset: a whole number of weeks from -52 to 52, not 0, each of the 104 as likely."""
    # 256 bits over 104 values: none is likelier than another by more than 2**-249.
    place = int.from_bytes(key.digest(PURPOSE, patient_id), "big") % (2 * MOST_WEEKS)
    weeks = place - MOST_WEEKS
    return _WEEK * (weeks if weeks < 0 else weeks + 1)


def _state(context: RewriteContext, params: dict[str, Any]) -> tuple[int, date, Counter[str]]:
    """The offset, a day the note is of, and how it writes its dates: worked out once a note."""
    if _STATE not in context.cache:
        patient = context.document.patient
        if context.key is None or patient is None or not patient.id:
            raise ValueError("dates are shifted by a key and a patient's id")
        written = [read(text) for _, text in dates_in(context)]
        habits: Counter[str] = Counter()
        for dates in written:
            habits.update(habits_of(dates))
        near = _newest_day(written, reference_of(params))
        context.cache[_STATE] = offset_days(context.key, patient.id), near, habits
    found: tuple[int, date, Counter[str]] = context.cache[_STATE]
    return found


def _newest_day(written: list[tuple[WrittenDate, ...]], year: int) -> date:
    """The newest whole date of the note, if it is of about its year; else the middle of that year."""
    middle = date(year, 7, 2)
    days = (
        last
        for dates in written
        for each, (_, last) in zip(dates, dates_of(dates, middle), strict=False)
        if each.fields.day and each.fields.year and year - _AHEAD <= each.fields.year <= year
    )
    return max(days, default=middle)
