"""What the procedure lexicon says of a code, put so that it can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from detect_icd.matchers.procedures_lexicon import Procedure
from detect_icd.pages.records import ModifierUse, Wording

LEXICON = "procedure lexicon of this project"

_PLACES = {
    "finger": ("each finger", ("FA", "F1–F9")),
    "toe": ("each toe", ("TA", "T1–T9")),
    "eyelid": ("each eyelid", ("E1–E4",)),
    "coronary": ("each coronary vessel", ("LC", "LD", "LM", "RC", "RI")),
}


class _Measure(NamedTuple):
    """How the bounds of a measure are said: what it is, its unit, how the lower begins, and from where on none is meant."""

    what: str
    unit: str
    begins: str
    no_end: float


_MEASURES = {
    "size_cm": _Measure("size", "cm", "over", 99),
    "area_cm2": _Measure("area", "sq cm", "over", 999),
    "weight_g": _Measure("weight", "g", "over", 9000),
    "age": _Measure("age", "years", "from", 100),
    "minutes": _Measure("time", "minutes", "from", 999),
    "number": _Measure("number", "", "from", 99),
}


def wording(entries: Sequence[Procedure]) -> Wording:
    """The words of a code's entries together."""
    if not entries:
        return Wording()
    named = [entry for entry in entries if entry.names or entry.action] or entries
    return Wording(
        names=_once(entry.name for entry in named),
        specialty=entries[0].specialty,
        approach=_once(way for entry in entries for way in entry.approach),
        laterality=_laterality(entries),
        thresholds=_once(told for entry in entries for told in _thresholds(entry)),
        phrases=_once(phrase for entry in entries for phrase in _phrases(entry)),
        also_needed=_once(_readable(need) for entry in named for need in (*entry.here, *entry.extent)),
        not_with=_once(_readable(word) for entry in named for word in (*entry.without, *entry.unless)),
        steps=_once(filter(None, map(_steps, entries))),
    )


def validity(entries: Sequence[Procedure]) -> tuple[date | None, date | None]:
    """First and last day of service: of all entries together, for a code may be worded anew from a day on."""
    first = [entry.valid_from for entry in entries]
    last = [entry.valid_to for entry in entries]
    begin = min((day for day in first if day), default=None) if all(first) else None
    end = max((day for day in last if day), default=None) if all(last) else None
    return begin, end


def side_modifiers(entries: Sequence[Procedure]) -> Iterator[ModifierUse]:
    """The modifiers that say which side or place."""
    if any(entry.sides for entry in entries):
        for modifier in ("RT", "LT"):
            yield ModifierUse(modifier, "yes", "done on one side", LEXICON)
    for place in dict.fromkeys(entry.place for entry in entries if entry.place):
        what, modifiers = _PLACES[place]
        for modifier in modifiers:
            yield ModifierUse(modifier, "yes", f"{what} is a line of its own", LEXICON)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _laterality(entries: Sequence[Procedure]) -> str:
    told = ["right and left are told apart (RT, LT or 50)"] if any(entry.sides for entry in entries) else []
    for place in dict.fromkeys(entry.place for entry in entries if entry.place):
        what, modifiers = _PLACES[place]
        told.append(f"{what} is told apart ({', '.join(modifiers)})")
    return "; ".join(told)


def _thresholds(entry: Procedure) -> Iterator[str]:
    for name, measure in _MEASURES.items():
        bounds: tuple[float, ...] = getattr(entry, name)
        if bounds:
            of = f" of {' / '.join(map(_readable, entry.number_of))}" if name == "number" else ""
            yield f"{measure.what}{of}: {_range(bounds, measure)}{_said_of(entry, name)}"
    if entry.counted or entry.units_of:
        yield _units(entry)


def _said_of(entry: Procedure, name: str) -> str:
    told = ["added up"] if name == "size_cm" and entry.size_total else []
    told += ["also where none is stated"] if entry.default and name != "number" else []
    return f" ({', '.join(told)})" if told else ""


def _range(bounds: Sequence[float], measure: _Measure) -> str:
    low, high = bounds
    unit, begins = measure.unit, measure.begins
    # Sizes hold their upper bound, ages and times stop short of it, numbers hold both.
    ends = "up to" if begins == "over" or not unit else "under"
    if high >= measure.no_end:
        return f"{begins} {low:g} {unit}".rstrip() + (" up" if begins == "from" else "")
    if low == high:
        return f"{low:g} {unit}".rstrip()
    lower = f"{begins} {low:g} " if low else ""
    return f"{lower}{ends} {high:g} {unit}".strip()


def _units(entry: Procedure) -> str:
    if not entry.units_of:
        return "units: one for each time it is stated"
    beyond = f" beyond the first {entry.beyond:g}" if entry.beyond else ""
    unit = {"area_cm2": "sq cm", "size_cm": "cm", "number": "counted"}.get(entry.units_of, entry.units_of)
    return f"units: one for each {entry.per:g} {unit}{beyond}"


def _phrases(entry: Procedure) -> Iterator[str]:
    yield from map(_readable, entry.names)
    if entry.action:
        yield f"{' / '.join(map(_readable, entry.action))} + {' / '.join(map(_readable, entry.site))}"


def _steps(entry: Procedure) -> str:
    if not entry.steps:
        return ""
    needed = min(entry.steps_needed, len(entry.steps))
    told = "; ".join(map(_readable, entry.steps))
    return f"{'all' if needed == len(entry.steps) else f'{needed} of {len(entry.steps)}'} of: {told}"


def _readable(phrase: str) -> str:
    return _TAG.sub("", phrase).replace("|", " / ").replace("_", " ").replace("@", "")


_TAG = re.compile(
    r"\b(?:ab|ax|cs|cv|cx|ec|em|en|ey|g|gl|h|hem|hs|kid|orp|ov|pl|rp|sk|tg|ts|tur|vb|vw)_(?=\w)", re.ASCII
)
"""What the lexicon's files put before kinds of words of their own, so that those of two fields stay apart."""
