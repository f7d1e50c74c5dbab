"""How much of an operation was done, as its entry asks: sizes, areas, weights, numbers, times and doses, and units from them."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from detect_icd.matchers.procedures_amounts import Amount, areas, doses, margin, sizes, time_spent, units, weights
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import Atoms, Entry
from detect_icd.matchers.procedures_scan import Clause, Role
from redactphi.spans import Span

BY_DEFAULT = 0.7
"""What is left of the score where a size, an age or a dose is not stated."""


class Place(Protocol):
    """Where an operation is stated: the clause, and where its first word starts and its last ends."""

    @property
    def clause(self) -> Clause:
        """The clause."""

    @property
    def bounds(self) -> tuple[int, int]:
        """Start and end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check found: the words that say so, a rule for the chain, what is left of the score."""

    spans: tuple[Span, ...] = ()
    rule: str = ""
    share: float = 1.0
    atoms: Atoms = frozenset()
    modifiers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    units: int = 0


def size(facts: Facts, entry: Entry, place: Place) -> Answer | None:
    """Whether the size is within the bounds."""
    return _measured(facts, entry, place, "size_cm")


def area(facts: Facts, entry: Entry, place: Place) -> Answer | None:
    """Whether the area is within the bounds."""
    return _measured(facts, entry, place, "area_cm2")


def weight(facts: Facts, entry: Entry, place: Place) -> Answer | None:
    """Whether the weight is within the bounds."""
    return _measured(facts, entry, place, "weight_g")


_EXTRACT: dict[str, Callable[[str, int, int], Iterable[Amount]]] = {
    "size_cm": sizes, "area_cm2": areas, "weight_g": weights,
}  # fmt: skip


def _measured(facts: Facts, entry: Entry, place: Place, key: str) -> Answer | None:
    """Whether a measurement is within the bounds of the entry, and the units it comes to."""
    procedure = entry.procedure
    bounds: tuple[float, float] = getattr(procedure, key)
    reckoned = procedure.units_of == key
    if not bounds and not reckoned:
        return Answer()
    measures = _measures(facts, entry, place.clause, _sizes_of_growths if _is_of_growth(entry, key) else _EXTRACT[key])
    if procedure.size_total and key == "size_cm":
        measures = _of_all(facts, entry, place.clause) or measures
    if not measures:
        return Answer(rule=f"{key}/not-stated", share=BY_DEFAULT) if procedure.default or not bounds else None
    around = _margin(facts, procedure.code, measures) if key == "size_cm" else None
    if around is not None:
        measures = [m for m in measures if not m.span.overlaps(around.span)] or measures
    largest = max(measures, key=lambda measure: measure.value)
    total = sum(measure.value for measure in measures)
    value = total if key == "area_cm2" or (procedure.size_total and key == "size_cm") else largest.value
    value += 2 * around.value if around is not None else 0
    if bounds and not bounds[0] < value <= bounds[1]:
        return None
    spans = tuple(measure.span for measure in measures) if value == total else (largest.span,)
    return Answer(spans, units=units(value, procedure.beyond, procedure.per) if reckoned else 0)


_GROWTHS = frozenset({"mass", "tumor", "lesion", "sk_lump", "sk_fatty_lump", "sk_benign", "sk_cancer"})
_CUT_BEFORE = re.compile(
    r"\b(?:incisions?|cut)\b(?:(?!\b(?:mass|lesion|lipoma|tumou?r|cyst|nodule|growth|specimen|which|and)\b)[^.;\n]){0,60}$",
    re.IGNORECASE,
)
_CUT_AFTER = re.compile(
    r"(?: in length| long)?,? (?:(?:transverse|longitudinal|linear|oblique|vertical|horizontal|curvilinear|skin|midline|small) ){0,3}(?:incision|cut\b)",
    re.IGNORECASE,
)


def _is_of_growth(entry: Entry, key: str) -> bool:
    """Whether it is the size of a growth that the entry asks for."""
    return key == "size_cm" and bool(_GROWTHS & {atom for atoms in entry.size_of for atom in atoms})


def _sizes_of_growths(text: str, start: int, end: int) -> Iterator[Amount]:
    """The measurements in a stretch of text, but those of incisions."""
    return (amount for amount in sizes(text, start, end) if not _is_of_cut(text, amount))


def _is_of_cut(text: str, amount: Amount) -> bool:
    """Whether a measurement is that of the incision and not of the growth taken through it."""
    before = _CUT_BEFORE.search(text, max(0, amount.span.start - 90), amount.span.start)
    return before is not None or _CUT_AFTER.match(text, amount.span.end) is not None


_EXCISED = ("114", "116")
"""Codes of lesions that are measured with the margins around them."""


def _margin(facts: Facts, code: str, measures: Sequence[Amount]) -> Amount | None:
    if not code.startswith(_EXCISED):
        return None
    start = measures[0].span.start
    clause = facts.shelves.at(start)
    own = margin(facts.text, clause.start, clause.end) if clause else None
    return own or facts.margin


def _of_all(facts: Facts, entry: Entry, clause: Clause) -> list[Amount]:
    """The sizes of every item that names the same kind of operation at the same kind of place: they are added up."""
    key = id(entry), clause.role
    if key not in facts.measured:
        facts.measured[key] = [
            amount
            for other in facts.shelves.of(clause.role)
            if any(name <= other.atoms.keys() for name in entry.names)
            and all(any(atoms <= other.atoms.keys() for atoms in alternatives) for alternatives in entry.here)
            for amount in _nearest(entry, other, list(sizes(facts.text, other.start, other.end)), facts.text)
        ]
    return facts.measured[key]


def _nearest(entry: Entry, clause: Clause, stated: list[Amount], text: str) -> list[Amount]:
    """Of several measurements of a clause those that stand in one part of it with the words that say of what."""
    if len(stated) < _SEVERAL:
        return stated
    words = [hit for atoms in entry.size_of for atom in atoms for hit in clause.atoms.get(atom, ())]
    if not words:
        return stated
    parts = [clause.start, *(match.end() for match in _PARTS.finditer(text, clause.start, clause.end)), clause.end]
    telling = {bisect.bisect_right(parts, hit.start) for hit in words}
    return [amount for amount in stated if bisect.bisect_right(parts, amount.span.start) in telling] or stated


_SEVERAL = 2
_PARTS = re.compile(r"[,;]\s|\s(?:and|with|followed by)\s")


def _measures(
    facts: Facts, entry: Entry, clause: Clause, extract: Callable[[str, int, int], Iterable[Amount]]
) -> list[Amount]:
    if clause.role is Role.TITLE and (stated := list(extract(facts.text, clause.start, clause.end))):
        return _nearest(entry, clause, stated, facts.text)
    own = next((atoms for atoms in entry.size_of if atoms <= clause.atoms.keys()), None)
    if own is not None and (stated := list(extract(facts.text, clause.start, clause.end))):
        return _nearest(entry, clause, stated, facts.text)
    key = entry.size_of, extract
    if key not in facts.measured:
        facts.measured[key] = _measures_elsewhere(facts, entry.size_of, extract)
    return facts.measured[key]


def _measures_elsewhere(
    facts: Facts, size_of: tuple[Atoms, ...], extract: Callable[[str, int, int], Iterable[Amount]]
) -> list[Amount]:
    """What the first clause measures that tells of this operation and says of what."""
    holding = (other for atoms in size_of for other in facts.shelves.holding(atoms))
    # Titles come before the account, whichever of the words they say; how large a growth is, findings say before the account does.
    order = _OF_GROWTHS if extract is _sizes_of_growths else _OF_ALL
    for other in sorted(holding, key=lambda other: (order.index(other.role), other.start)):
        if stated := list(extract(facts.text, other.start, other.end)):
            return stated
    if extract is _sizes_of_growths:
        return list(_measured_so(facts))
    return list(_weighed(facts)) if extract is weights else []


_OF_ALL = (Role.TITLE, Role.BODY, Role.FINDING)
_OF_GROWTHS = (Role.TITLE, Role.FINDING, Role.BODY)


def _measured_so(facts: Facts) -> Iterator[Amount]:
    """What the account says that something measured, whatever it calls it: "it measured 6 x 5 cm"."""
    for match in _MEASURED.finditer(facts.text):
        if facts.shelves.tells(match.start()):
            yield from _sizes_of_growths(facts.text, match.start(), match.end())


_MEASURED = re.compile(
    r"\bmeasur(?:ed|es|ing)\b[^.;\n\d]{0,30}\d[\d.]*(?: ?(?:cm|mm))?(?: ?(?:x|by) ?\d[\d.]*(?: ?(?:cm|mm))?){0,2}",
    re.IGNORECASE,
)


def _weighed(facts: Facts) -> Iterator[Amount]:
    """What a sentence of the account says that something weighed, whatever it calls it: "weight in the room 410 g"."""
    for match in _WEIGHED.finditer(facts.text):
        if facts.shelves.tells(match.start()):
            yield from weights(facts.text, match.start(), match.end())


_WEIGHED = re.compile(r"\bweigh(?:t|s|ed|ing)\b[^.;\n\d]{0,40}\d{2,4} ?(?:g|gm|gms|grams?)\b", re.IGNORECASE)


def number(facts: Facts, entry: Entry, place: Place) -> Answer | None:
    """Whether as many were done as the entry says; one where no number is stated."""
    procedure = entry.procedure
    if not procedure.number_of:
        return Answer()
    if procedure.default and any(kind.startswith("@") for kind in procedure.number_of):
        return _by_list(facts, entry)
    stated = facts.counts.number(procedure.number_of, entry.number_of, place.clause)
    number = int(stated[0]) if stated else 1
    if procedure.number and not procedure.number[0] <= number <= procedure.number[1]:
        return None
    reckoned = procedure.units_of == "number"
    return Answer(
        stated[1] if stated else (),
        rule="" if stated else "number/not-stated",
        units=units(number, procedure.beyond, procedure.per) if reckoned else 0,
    )


def _by_list(facts: Facts, entry: Entry) -> Answer | None:
    """Whether the list of operations does not speak against as many; where it states no number the account may."""
    low, high = entry.procedure.number
    stated = facts.counts.listed(entry.procedure.number_of)
    if stated is None:
        return Answer(rule="number/not-stated", share=BY_DEFAULT)
    return Answer(stated[1]) if low <= stated[0] <= high else None


def minutes(facts: Facts, entry: Entry, place: Place) -> Answer | None:
    """Whether the time spent is within the bounds."""
    procedure = entry.procedure
    if not procedure.minutes and procedure.units_of != "minutes":
        return Answer()
    stated = time_spent(facts.text, (place.clause.start, place.clause.end), *place.bounds)
    if stated is None:
        return Answer(rule="minutes/not-stated", share=BY_DEFAULT) if procedure.default else None
    if procedure.minutes and not procedure.minutes[0] <= stated.value < procedure.minutes[1]:
        return None
    reckoned = procedure.units_of == "minutes"
    return Answer((stated.span,), units=units(stated.value, procedure.beyond, procedure.per) if reckoned else 0)


def dose(facts: Facts, entry: Entry, place: Place) -> Answer | None:
    """The units of a drug."""
    procedure = entry.procedure
    if procedure.units_of in {"", "number", "minutes", *_EXTRACT}:
        return Answer()
    clause = place.clause
    start, end = place.bounds
    stated = list(doses(facts.text, clause.start, clause.end, procedure.units_of))
    if not stated:
        return Answer(rule="dose/not-stated", share=BY_DEFAULT)
    nearest = min(stated, key=lambda one: max(one.span.start - end, start - one.span.end, 0))
    return Answer((nearest.span,), units=units(nearest.value, procedure.beyond, procedure.per))
