"""Moves the dates of a span by a number of days and writes them in the form they had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from redactphi.months import MONTHS, STEM, month_number, ordinal_suffix, ordinal_words
from redactphi.operators.written_forms import MIDDLE, WrittenDate, read

Days = tuple[date, date]
"""The first and the last day of a written date, mostly the same."""

_FIRST_YEAR, _LAST_YEAR = 1583, 9999
_TEN = 10
_MONTHS = 12
_SHORT_YEAR = 2
_MAY = 5
_SEPTEMBER = 9
_LEAP_GAP = 8
"""Years from one leap day to the next at most."""

_SHORT_NAMES = "short-names"
_READ_AS_DAYS = range(1, 32)
_PADDED = frozenset({"compact", "year-first", "year-month"})
"""Forms that mostly have leading zeros, where their other figures do not say."""


def shifted(text: str, days: int, *, near: date, habits: Mapping[str, int] | None = None) -> str | None:
    """The text with every date in it moved, or None where one of them cannot be read, or cannot be moved.

    Args:
        text: A span.
        days: How far.
        near: A day of the note: dates without a year are of the year that brings them nearest to it.
        habits: How the note writes its dates, where the span itself does not show it; see ``habits_of``.
    """
    written = read(text)
    old = dates_of(written, near)
    new = [_moved(each, days) for each in old]
    if not old or None in new:
        return None
    own = habits_of(written)
    manner = {form: own.get(form) or (habits or {}).get(form, 0) for form in {*own, *(habits or {})}}
    pieces, place = [], 0
    for each, moved in zip(written, new, strict=True):
        assert moved is not None
        again = _render(each, moved, manner)
        if again == each.match[0]:
            return None
        pieces += [text[place : each.match.start()], again]
        place = each.match.end()
    return "".join((*pieces, text[place:]))


def dates_of(written: Sequence[WrittenDate], near: date) -> list[Days]:
    """The days that the dates of a span stand for; none where one of them is not in the calendar.

    Without a year, a date is the last before the next one that has a year, or else the first after the one before.
    """
    found = [None if each.fields.year is None else _days(each, each.fields.year) for each in written]
    if any(days is None and each.fields.year is not None for days, each in zip(found, written, strict=True)):
        return []
    for place in reversed(range(len(written) - 1)):
        if found[place] is None and (later := found[place + 1]):
            found[place] = max((days for days in _choices(written[place], later[0]) if days <= later), default=None)
    for place in range(1, len(written)):
        if found[place] is None and (earlier := found[place - 1]):
            found[place] = min((days for days in _choices(written[place], earlier[0]) if days >= earlier), default=None)
    certain = [days or _nearest(each, near) for days, each in zip(found, written, strict=True)]
    return [days for days in certain if days is not None] if None not in certain else []


def habits_of(written: Iterable[WrittenDate]) -> Counter[str]:
    """How dates are written, by form: above 0 with leading zeros, below without. One entry tells of short month names."""
    found: Counter[str] = Counter()
    for each in written:
        figures = [each.text(part) for part in ("month", "day", "last")]
        found[each.form] += sum(figure.startswith("0") for figure in figures)
        found[each.form] -= sum(len(figure) == 1 for figure in figures)
        if (name := each.text("name")) and month_number(name) != _MAY:
            found[_SHORT_NAMES] += -1 if name.lower() in MONTHS else 1
    return found


def _days(written: WrittenDate, year: int) -> Days | None:
    fields = written.fields
    first = fields.day or MIDDLE
    try:
        return date(year, fields.month, first), date(year, fields.month, fields.last or first)
    except ValueError:
        return None


def _choices(written: WrittenDate, near: date) -> list[Days]:
    years = range(near.year - _LEAP_GAP, near.year + _LEAP_GAP + 1)
    return [days for year in years if (days := _days(written, year)) is not None]


def _nearest(written: WrittenDate, near: date) -> Days | None:
    return min(_choices(written, near), key=lambda days: abs(days[0] - near), default=None)


def _moved(days: Days, by: int) -> Days | None:
    try:
        first, last = (day + timedelta(by) for day in days)
    except OverflowError:
        return None
    years = {day.year for day in (*days, first, last)}
    return (first, last) if min(years) >= _FIRST_YEAR and max(years) <= _LAST_YEAR else None


def _render(written: WrittenDate, days: Days, habits: Mapping[str, int]) -> str:
    first, last = days
    if (first.year, first.month) != (last.year, last.month):
        return _apart(written, days, habits)
    new = _parts(written, first, habits) | _last_parts(written, last, habits)
    if _is_day_first(written) and first.day <= _MONTHS:
        # 22/05 tells by its 22 which is the day; what may be a month is read as one, so the month has to stand there.
        new |= {"day": new["month"], "month": new["day"]}
    match, pieces, place = written.match, [], written.match.start()
    for part in sorted((part for part in new if written.text(part)), key=match.start):
        pieces += [match.string[place : match.start(part)], new[part]]
        place = match.end(part)
    return "".join((*pieces, match.string[place : match.end()]))


def _is_day_first(written: WrittenDate) -> bool:
    """Whether it is figures of which the first can be no month."""
    day = written.match.start("day") if written.text("day") else -1
    return -1 < day < (written.match.start("month") if written.text("month") else -1)


def _apart(written: WrittenDate, days: Days, habits: Mapping[str, int]) -> str:
    """Several days of one month that have come to lie in two: each with its month, and its year if that differs."""
    first, last = (_parts(written, day, habits) for day in days)
    last |= {"day": (end := _last_parts(written, days[1], habits))["last"], "th": end["last_th"]}
    is_name_first = written.form == "name-day"
    month = "name" if written.text("name") else "month"
    order = ("day", "th", "gap", month) if written.form == "day-name" else (month, "gap", "day", "th")
    assert is_name_first or written.form in {"day-name", "days"}
    kept = {"gap": written.text("gap")}
    one, other = ("".join((kept | parts)[part] for part in order) for parts in (first, last))
    if not written.text("year"):
        return one + written.text("to") + other
    between = written.text("ygap")
    own_year = between + first["year"] if days[0].year != days[1].year else ""
    return one + own_year + written.text("to") + other + between + last["year"]


def _parts(written: WrittenDate, day: date, habits: Mapping[str, int]) -> dict[str, str]:
    """What each part of a written date becomes."""
    th = written.text("th")
    return {
        "year": _year(written, day),
        "month": _figure(written, "month", day.month, habits),
        "name": _name(written, day.month, habits),
        "day": _figure(written, "day", day.day, habits),
        "word": _word(written.text("word"), day.day),
        "th": _like(ordinal_suffix(day.day), th) if th else "",
    }


def _last_parts(written: WrittenDate, day: date, habits: Mapping[str, int]) -> dict[str, str]:
    th = written.text("last_th")
    return {
        "last": _figure(written, "last", day.day, habits),
        "last_th": _like(ordinal_suffix(day.day), th) if th else "",
    }


def _year(written: WrittenDate, day: date) -> str:
    short = day.year % 100
    is_bare = written.form == "month-year" and written.match.string[written.match.start("year") - 1] not in "'’"
    # 9/98 is of 1998 because no month has 98 days; 9/01 would be a day.
    if len(written.text("year")) > _SHORT_YEAR or (is_bare and short in _READ_AS_DAYS):
        return f"{day.year}"
    return f"{short:02}"


def _figure(written: WrittenDate, part: str, number: int, habits: Mapping[str, int]) -> str:
    old = written.text(part)
    if old.startswith("0") or (len(old) > 1 and number < _TEN and _is_padded(written, habits)):
        return f"{number:02}"
    return f"{number}"


def _is_padded(written: WrittenDate, habits: Mapping[str, int]) -> bool:
    votes = habits_of([written])[written.form] or habits.get(written.form, 0)
    if votes:
        return votes > 0
    if written.form == "figures":
        return len(written.text("year")) > _SHORT_YEAR
    return written.form in _PADDED or _is_tight(written)


def _is_tight(written: WrittenDate) -> bool:
    """Whether the day stands against a short name of the month, as in 14-MAR-2024 and 14MAR24."""
    return written.form == "day-name" and not written.text("gap").strip("-/")


def _name(written: WrittenDate, month: int, habits: Mapping[str, int]) -> str:
    old = written.text("name")
    if not old:
        return ""
    full = MONTHS[month - 1]
    if not _is_short(written, habits):
        return _like(full, old)
    return _like("sept" if month == _SEPTEMBER and old.lower() == "sept" else full[:STEM], old)


def _is_short(written: WrittenDate, habits: Mapping[str, int]) -> bool:
    """Whether the month is shortened; what is told of May by the point, the other months, or how tight it stands."""
    match, name = written.match, written.text("name").lower()
    if month_number(name) != _MAY:
        return name not in MONTHS
    if match.string[match.end("name") :].startswith("."):
        return True
    return votes > 0 if (votes := habits.get(_SHORT_NAMES, 0)) else _is_tight(written)


def _word(old: str, day: int) -> str:
    if not old:
        return ""
    new = ordinal_words()[day - 1]
    parts = old.replace("-", " ").split()
    if len(parts) > 1 and "-" not in old:
        new = new.replace("-", old[len(parts[0]) : -len(parts[1])])
    return _like(new.title() if len(parts) > 1 and old.istitle() else new, old)


def _like(new: str, old: str) -> str:
    """In the case of the old word."""
    if old.isupper():
        return new.upper()
    return new if old.islower() else new[0].upper() + new[1:]
