# ruff: noqa: PLR2004 - shares of a mixture have no names
"""Writes dates in the shapes of clinical notes."""

from __future__ import annotations

import datetime
import random
import re

from models.training.surface import weighted

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
_ABBREVIATED = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FORMS = (
    "any",
    "numeric",
    "long",
    "iso",
    "short",
    "monthyear",
    "month",
    "datetime",
    "weekday",
    "holiday",
    "md",
    "written",
    "part",
    "range",
)
_NUMERIC = (
    "{m:02}/{d:02}/{Y}", "{m:02}/{d:02}/{Y}", "{m:02}/{d:02}/{Y}", "{m}/{d}/{Y}", "{m}/{d}/{Y}", "{m}/{d}/{y:02}",
    "{m}/{d}/{y:02}", "{m:02}/{d:02}/{y:02}", "{m:02}/{d:02}/{y:02}", "{m:02}-{d:02}-{Y}", "{m}-{d}-{y:02}",
    "{m:02}-{d:02}-{y:02}", "{m:02}.{d:02}.{Y}", "{d:02}.{m:02}.{Y}", "{m}.{d}.{y:02}", "{d}/{m}/{Y}", "{d:02}-{b}-{Y}",
    "{d:02}-{b}-{y:02}", "{d:02}-{B3}-{Y}", "{m:02}{d:02}{Y}", "{Y}/{m:02}/{d:02}", "{Y}-{m:02}-{d:02}", "{d:02}{B3}{Y}",
    "{m:02}/{d:02}/'{y:02}", "{m}/ {d}/{y:02}", "{m:02} / {d:02} / {Y}",
)  # fmt: skip
_LONG = (
    "{B} {d}, {Y}", "{B} {d}, {Y}", "{B} {d}, {Y}", "{B} {d}, {Y}", "{B} {d}{th}, {Y}", "{B} {d} {Y}", "{b} {d}, {Y}",
    "{b}. {d}, {Y}", "{b} {d} {Y}", "{d} {B} {Y}", "{d} {b} {Y}", "{d}{th} {B} {Y}", "{d}{th} of {B}, {Y}", "{B} {d:02}, {Y}",
    "the {d}{th} of {B} {Y}", "{B} {d},{Y}",
)  # fmt: skip
_ISO = (
    "{Y}-{m:02}-{d:02}",
    "{Y}-{m:02}-{d:02}",
    "{Y}-{m:02}-{d:02}",
    "{Y}/{m:02}/{d:02}",
    "{Y}{m:02}{d:02}",
    "{Y}.{m:02}.{d:02}",
)
_SHORT = (
    "{m}/{d}", "{m}/{d}", "{m:02}/{d:02}", "{m}-{d}", "{B} {d}", "{B} {d}", "{B} {d}{th}", "{b} {d}", "{b} {d}{th}",
    "{d} {B}", "{d} {b}", "the {d}{th} of {B}", "{b}. {d}",
)  # fmt: skip
_MONTHYEAR = ("{B} {Y}", "{B} {Y}", "{B} {Y}", "{B} of {Y}", "{B}, {Y}", "{b} {Y}", "{m}/{Y}", "{m:02}/{Y}", "{m}/{y:02}", "{b} '{y:02}", "{B} '{y:02}")  # fmt: skip
_MONTH = ("{B}",)
_SLASHED = ("{m}/{d}", "{m}/{d}", "{m}/{d}", "{m:02}/{d:02}", "{m:02}/{d:02}", "{m}-{d}", "{m}/{d}/{y:02}")
_WRITTEN = ("{o} of {B}", "{B} {o}", "{B} the {o}", "{o} of {B}, {Y}")
_PART = (
    "early {B}", "early {B}", "early {B}", "late {B}", "late {B}", "late {B}", "mid {B}", "mid {B}", "mid-{B}", "mid-{B}", "early {b}",
    "late {b}", "mid-{b}", "mid {b}", "early to mid {B}", "mid to late {B}",
)  # fmt: skip
_RANGES = (("{m}/{d}", "{m}/{d}"), ("{m}/{d}", "{m}/{d}"), ("{m:02}/{d:02}", "{m:02}/{d:02}"), ("{m}/{d}/{y:02}", "{m}/{d}/{y:02}"), ("{m:02}/{d:02}/{Y}", "{m:02}/{d:02}/{Y}"), ("{m}/{d}", "{m}/{d}/{y:02}"), ("{b} {d}", "{b} {d}"), ("{B} {d}", "{B} {d}, {Y}"))  # fmt: skip
_TIME = (
    "{H:02}:{M:02}",
    "{H:02}:{M:02}",
    "{H:02}:{M:02}:{S:02}",
    "{h}:{M:02} {ap}",
    "{h}:{M:02}{ap}",
    "{H:02}{M:02}",
    "{h} {ap}",
)
_JOIN = (" ", " ", " ", " at ", ", ", " @ ", " @", "T")
_WEEKDAY = ("{A}, {B} {d}, {Y}", "{A}, {B} {d}, {Y}", "{A}, {B} {d}", "{A} {B} {d}{th}", "{A} {m}/{d}", "{A} {m}/{d}/{y:02}", "{a} {b} {d}, {Y}", "{a} {m}/{d}", "{A}, {b} {d}", "{a}, {d} {b} {Y}")  # fmt: skip
_SHAPES = {"numeric": _NUMERIC, "long": _LONG, "iso": _ISO, "short": _SHORT, "monthyear": _MONTHYEAR, "month": _MONTH, "weekday": _WEEKDAY, "md": _SLASHED, "written": _WRITTEN}  # fmt: skip
_RARER = {
    "numeric": ("{d}-{b}-{y:02}", "{d}-{b}-{Y}", "{d}{b}{y:02}", "{d:02}{b}{Y}", "{d:02}{B3}{y:02}", "{d:02} {B3} {Y}", "{b}-{d:02}-{Y}", "{b}/{d:02}/{Y}", "{B3}-{d:02}-{Y}", "{m}.{d}.{Y}", "{m:02}.{d:02}.{y:02}", "{m}-{d}-{Y}", "{m:02} {d:02} {Y}", "{d:02}/{m:02}/{Y}", "{d}/{b}/{y:02}", "{m}/{d:02}/{y:02}", "{m:02}/{d}/{Y}", "{m}/{d}/'{y:02}", "{m} / {d} / {y:02}"),
    "long": ("the {d}{th} of {B}, {Y}", "{B} the {d}{th}, {Y}", "{d}{th} {B}, {Y}", "{d} {B}, {Y}", "{B} {d}{th} of {Y}", "{B} {d}{th} {Y}", "{B} {d}, '{y:02}", "{b} {d} '{y:02}", "{b} {d}{th}, {Y}", "{B3} {d}, {Y}", "{B3} {d} {Y}", "{d:02} {b} {Y}", "{d} {b}, {Y}", "{d} {b} '{y:02}", "{b}.{d}, {Y}", "{b}. {d} {Y}", "{d}-{B}-{Y}", "{B}-{d}-{Y}", "{B} {d} , {Y}"),
    "short": ("{B} the {d}{th}", "{d}-{b}", "{b}-{d}", "{d}{th} {B}", "{B3} {d}", "{b}.{d}", "{m}/{d:02}", "{m:02}-{d:02}"),
    "monthyear": ("{b}. {Y}", "{b}/{Y}", "{b}-{Y}", "{b}-{y:02}", "{B} of '{y:02}", "{Y}-{m:02}", "{m:02}-{Y}", "{B3} {Y}", "{b}, {Y}", "{B}/{Y}", "{b} of {Y}", "{Y} {B}"),
    "weekday": ("{A}, {m}/{d}/{Y}", "{A} {b} {d}", "{A} {d} {B}", "{A} the {d}{th}", "{A}, the {d}{th} of {B}", "{A} {B} {d}", "{A} {m:02}/{d:02}/{Y}", "{a} {d} {b}", "{a} {m}/{d}/{y:02}", "{a}, {m}/{d}", "{a}. {b}. {d}", "{a} {m}-{d}", "{A}, {B} {d}{th}, {Y}", "{A} {d}{th} {B}", "{A}, {d} {B} {Y}"),
}  # fmt: skip


_UNITS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth")  # fmt: skip


def _in_words(day: int) -> str:
    if day <= 20:
        return _UNITS[day - 1]
    return "thirtieth" if day == 30 else f"{'thirty' if day > 30 else 'twenty'}-{_UNITS[day % 10 - 1]}"


def _ordinal(day: int) -> str:
    return "th" if 10 <= day <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _fill(shape: str, moment: datetime.datetime) -> str:
    return shape.format(
        Y=moment.year, y=moment.year % 100, m=moment.month, d=moment.day, B=MONTHS[moment.month - 1],
        b=_ABBREVIATED[moment.month - 1], B3=_ABBREVIATED[moment.month - 1].upper(), th=_ordinal(moment.day), o=_in_words(moment.day),
        A=DAYS[moment.weekday()], a=DAYS[moment.weekday()][:3], H=moment.hour, M=moment.minute, S=moment.second,
        h=moment.hour % 12 or 12, ap="AM" if moment.hour < 12 else "PM",
    )  # fmt: skip


def write(moment: datetime.datetime, form: str, rng: random.Random, favourite: str = "") -> str:
    """A date in one of ``FORMS``.

    Args:
        moment: What to write.
        form: Its form; ``any`` takes whole dates of every kind.
        rng: Where chance comes from.
        favourite: A shape of this document, taken in most numeric dates so that a document stays consistent.
    """
    if form == "any":
        form = rng.choices(("numeric", "long", "iso", "weekday"), (60, 30, 5, 3))[0]
    if form == "holiday":
        return _holiday(moment.year, rng)
    if form == "part" or (form == "monthyear" and rng.random() < 0.07):
        return _part(moment, rng)
    if form == "range" or (form == "short" and rng.random() < 0.04) or (form == "md" and rng.random() < 0.012):
        return _range(moment, rng)
    if form == "datetime":
        return _datetime(moment, rng, favourite)
    if form == "numeric" and favourite and rng.random() < 0.7:
        return _fill(favourite, moment)
    text = _september(_fill(_shape(form, rng), moment), rng)
    # A bare article at the head belongs to the sentence.
    return text.removeprefix("the ")


def _shape(form: str, rng: random.Random) -> str:
    shapes = _RARER.get(form, ())
    return rng.choice(shapes if shapes and rng.random() < 0.3 else _SHAPES[form])


def _september(text: str, rng: random.Random) -> str:
    """The text, its "Sep" written "Sept" half of the time."""
    return re.sub(r"\bSep\b", "Sept", text) if rng.random() < 0.5 else text


def _holiday(year: int, rng: random.Random) -> str:
    """A holiday, more often than not with its year; an article at its head belongs to the sentence."""
    name = rng.choice(weighted("holidays")).removeprefix("the ")
    form = rng.choices((" {year}", " of {year}", ", {year}", " '{short:02}", ""), (50, 6, 4, 8, 32))[0]
    return name + form.format(year=year, short=year % 100)


def _part(moment: datetime.datetime, rng: random.Random) -> str:
    """The beginning, middle or end of a month, with the year or without."""
    year = rng.choice(("", f" {moment.year}", f" {moment.year}", f" of {moment.year}", f" '{moment.year % 100:02}"))
    return _september(_fill(rng.choice(_PART), moment), rng) + year


def _range(moment: datetime.datetime, rng: random.Random) -> str:
    """Two days a week or less apart as one date."""
    first, second = rng.choice(_RANGES)
    later = moment + datetime.timedelta(days=rng.randint(1, 7))
    return _fill(first, moment) + rng.choice(("-", "-", " - ", "–", " to ")) + _fill(second, later)


def _datetime(moment: datetime.datetime, rng: random.Random, favourite: str) -> str:
    day = write(moment, "iso" if rng.random() < 0.25 else "numeric", rng, favourite)
    time = _fill(rng.choice(_TIME), moment)
    if rng.random() < 0.3:
        time = time.lower()
    joint = rng.choice(_JOIN)
    if joint == "T" and not ("-" in day and ":" in time):
        joint = " "
    zone = rng.choice((" EST", " CDT", " hrs", "Z")) if rng.random() < 0.06 and ":" in time else ""
    return f"{day}{joint}{time}{zone}"


def favourite(rng: random.Random) -> str:
    """The numeric shape a document keeps to."""
    return rng.choice(_NUMERIC[:-2] if rng.random() < 0.75 else _RARER["numeric"])


def timeline(rng: random.Random, count: int) -> list[datetime.datetime]:
    """Moments of one document in chronological order."""
    now = datetime.datetime(rng.randint(1992, 2029), 1, 1) + datetime.timedelta(minutes=rng.randrange(525_600))  # noqa: DTZ001
    moments = [now]
    for _ in range(count - 1):
        moments.append(moments[-1] + datetime.timedelta(days=rng.choice((0, 1, 1, 2, 3, 7, 14, 30, 91, 200)), minutes=rng.randrange(1440)))  # fmt: skip
    return moments
