"""One mention of an operation: whether everything its entry asks for is stated, and by which words."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from detect_icd.candidates import Status
from detect_icd.matchers.procedures_amounts import Amount, areas, doses, margin, sizes, units, weights
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import Atoms, Entry
from detect_icd.matchers.procedures_scan import Clause, Hit, Role
from redactphi.spans import Span

_REACH = {Role.TITLE: 260, Role.BODY: 110, Role.FINDING: 60, Role.ASIDE: 80}
"""Characters over which the words of a name may be spread."""
_CLOSE = 60
"""Characters within which a word is of the same operation."""
_SCORE = {Role.TITLE: 0.9, Role.BODY: 0.75, Role.FINDING: 0.5, Role.ASIDE: 0.4}
_BY_STEPS = 0.9
_BY_DEFAULT = 0.7
"""What is left of the score where steps speak for a name, and where a size or age is not stated."""
_PAST = frozenset(
    {"history_of_present_illness", "past_medical_history", "past_surgical_history", "gynecologic_history"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a clause states a name, or where a note tells the steps.

    Attributes:
        clause: The clause; of steps the first.
        atoms: What is stated.
        hits: Where.
        by_steps: Whether it is not the name but the steps.
    """

    clause: Clause
    atoms: Atoms
    hits: tuple[Hit, ...]
    by_steps: bool = False

    @property
    def bounds(self) -> tuple[int, int]:
        """Where the first word starts and the last ends."""
        return min(hit.start for hit in self.hits), max(hit.end for hit in self.hits)


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """An entry stated at a place, with what decided for it."""

    entry: Entry
    found: Found
    atoms: Atoms
    spans: tuple[Span, ...]
    status: Status
    score: float
    modifiers: tuple[str, ...]
    places: tuple[str, ...]
    units: int
    rules: tuple[str, ...]

    @property
    def code(self) -> str:
        """Its code."""
        return self.entry.procedure.code

    @property
    def role(self) -> Role:
        """What the clause it stands in is."""
        return self.found.clause.role


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


def occurrences(clause: Clause, name: Atoms) -> Iterator[Found]:
    """Where a clause states a name: around each occurrence of its rarest word the nearest of the others."""
    anchor = min(sorted(name), key=lambda atom: len(clause.atoms[atom]))
    for first in clause.atoms[anchor]:
        hits = tuple(min(clause.atoms[atom], key=lambda hit: abs(hit.start - first.start)) for atom in sorted(name))
        found = Found(clause, name, hits)
        if found.bounds[1] - found.bounds[0] <= _REACH[clause.role]:
            yield found


def mention_of(facts: Facts, entry: Entry, found: Found) -> Mention | None:
    """The mention of an entry, if everything it asks for is stated."""
    status, cue = _status(facts, entry, found)
    if status is None:
        return None
    answers: list[Answer] = []
    for check in _CHECKS:
        answer = check(facts, entry, found)
        if answer is None:
            return None
        answers.append(answer)
    score = _SCORE[found.clause.role] * (_BY_STEPS if found.by_steps else 1.0)
    for answer in answers:
        score *= answer.share
    first = "procedure/steps" if found.by_steps else f"procedure/{found.clause.role.name.lower()}"
    return Mention(
        entry=entry,
        found=found,
        atoms=found.atoms.union(*(answer.atoms for answer in answers)),
        spans=(*(span for answer in answers for span in answer.spans), *((cue,) if cue else ())),
        status=status,
        score=score,
        modifiers=tuple(modifier for answer in answers for modifier in answer.modifiers),
        places=tuple(place for answer in answers for place in answer.places),
        units=max(answer.units for answer in answers),
        rules=(first, *(answer.rule for answer in answers if answer.rule)),
    )


_SERVICES = frozenset({"services", "drugs", "imaging", "evaluation", "anesthesia"})
"""Fields of what needs no operation to be done."""


def _status(facts: Facts, entry: Entry, found: Found) -> tuple[Status | None, Span | None]:
    """How the note speaks of it; None where it only names it, as a diagnosis does."""
    clause = found.clause
    status, cue = facts.status(clause, *found.bounds)
    if status in {Status.NEGATED, Status.UNCERTAIN} and "53" in facts.modifiers and cue and _is_stopping(facts, cue):
        status, cue = Status.PRESENT, None
    if status is not Status.PRESENT:
        return status, cue
    if clause.role is Role.ASIDE:
        return (Status.HISTORICAL if clause.section in _PAST else Status.PLANNED), None
    if clause.role is Role.FINDING and not found.by_steps:
        return None, None
    performed = facts.operative or (found.by_steps and not facts.visit)
    if not performed and entry.procedure.specialty in _SERVICES:
        performed = facts.is_service(clause)
    return (Status.PRESENT if performed else None), None


def _is_stopping(facts: Facts, cue: Span) -> bool:
    """Whether words deny an operation only because it was stopped once begun."""
    stop = facts.modifiers["53"]
    return _ATTEMPTED.match(facts.text, cue.start) is not None or (cue.start < stop.end and stop.start < cue.end)


_ATTEMPTED = re.compile(r"attempt|abort|abandon|discontinu|terminat|unable|could not|failed", re.IGNORECASE)


def _without(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    """Nothing that excludes the entry stands close by: another operation of the same line is none of its business."""
    start, end = found.bounds
    for atoms in entry.without:
        hits = facts.stated(found.clause, atoms, found.bounds)
        if any(hit.start - end < _CLOSE and start - hit.end < _CLOSE for hit in hits):
            return None
    return Answer()


def _approach(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    asked = entry.procedure.approach
    if not asked:
        return Answer()
    approach, word = facts.approach(found.clause, *found.bounds)
    if approach not in asked and (approach or "open" not in asked):
        return None
    spans = (Span(word.start, word.end, "approach"),) if word else ()
    return Answer(spans, f"approach/{approach or 'open-by-default'}")


def _extent(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    asked = [*((each, Role.TITLE) for each in entry.extent), *((each, Role.FINDING) for each in entry.here)]
    hits: list[Hit] = []
    for alternatives, highest in asked:
        stated = next((h for atoms in alternatives if (h := _own(facts, found, atoms))), ())
        if not stated and found.clause.role > Role.ASIDE:
            stated = next((h for atoms in alternatives if (h := _elsewhere(facts, found, atoms, highest))), ())
        if not stated:
            return None
        hits.extend(stated)
    spans = tuple(Span(hit.start, hit.end, "extent") for hit in hits)
    return Answer(spans, atoms=frozenset(hit.atom for hit in hits))


_SCOPES = frozenset(
    {
        "egd",
        "colonoscopy",
        "sigmoidoscopy",
        "bronchoscopy",
        "cystoscopy",
        "ureteroscopy",
        "hysteroscopy",
        "laryngoscopy",
        "enteroscopy",
        "anoscopy",
    }
)
"""Of several in one item, what is said belongs to the one named before it."""


def _own(facts: Facts, found: Found, atoms: Atoms) -> tuple[Hit, ...]:
    """Where the clause states atoms of this operation, and the account does not take them back."""
    stated = facts.stated(found.clause, atoms, found.bounds)
    if not stated or (found.clause.role is Role.TITLE and facts.denies(atoms)):
        return ()
    scopes = sorted(hit for scope in _SCOPES for hit in found.clause.atoms.get(scope, ()))
    own = found.atoms & _SCOPES
    if len({hit.atom for hit in scopes}) < len(("one", "other")) or not own or atoms <= _SCOPES:
        return stated
    return stated if any(_scope_of(hit, scopes) in own for hit in _all(found.clause, atoms)) else ()


def _scope_of(hit: Hit, scopes: list[Hit]) -> str:
    before = [scope for scope in scopes if scope.start <= hit.start]
    return (before[-1] if before else scopes[0]).atom


def _all(clause: Clause, atoms: Atoms) -> Iterator[Hit]:
    return (hit for atom in sorted(atoms - _SCOPES) for hit in clause.atoms[atom])


def _elsewhere(facts: Facts, found: Found, atoms: Atoms, highest: Role = Role.TITLE) -> tuple[Hit, ...]:
    """Where the rest of the note states atoms: an item that names an operation itself speaks of that one."""
    if atoms <= found.clause.atoms.keys():
        return ()
    for other in facts.holding(atoms, highest):
        if other is found.clause or not (hits := facts.stated(other, atoms)):
            continue
        return () if other.role is Role.TITLE and other.named else hits
    return ()


def _unless(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    for atoms in entry.unless:
        if facts.stated(found.clause, atoms) or _elsewhere(facts, found, atoms):
            return None
    return Answer()


def _size(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    return _measured(facts, entry, found, "size_cm")


def _area(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    return _measured(facts, entry, found, "area_cm2")


def _weight(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    return _measured(facts, entry, found, "weight_g")


_EXTRACT: dict[str, Callable[[str, int, int], Iterable[Amount]]] = {
    "size_cm": sizes, "area_cm2": areas, "weight_g": weights,
}  # fmt: skip


def _measured(facts: Facts, entry: Entry, found: Found, key: str) -> Answer | None:
    """Whether a measurement is within the bounds of the entry, and the units it comes to."""
    procedure = entry.procedure
    bounds: tuple[float, float] = getattr(procedure, key)
    reckoned = procedure.units_of == key
    if not bounds and not reckoned:
        return Answer()
    measures = _measures(facts, entry, found.clause, _EXTRACT[key])
    if procedure.size_total and key == "size_cm":
        measures = _of_all(facts, entry, found.clause) or measures
    if not measures:
        return Answer(rule=f"{key}/not-stated", share=_BY_DEFAULT) if procedure.default or not bounds else None
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


_EXCISED = ("114", "116")
"""Codes of lesions that are measured with the margins around them."""


def _margin(facts: Facts, code: str, measures: Sequence[Amount]) -> Amount | None:
    if not code.startswith(_EXCISED):
        return None
    place = measures[0].span.start
    clause = next((c for c in facts.clauses if c.start <= place < c.end), None)
    return margin(facts.text, clause.start, clause.end) if clause else None


def _of_all(facts: Facts, entry: Entry, clause: Clause) -> list[Amount]:
    """The sizes of every item that names the same kind of operation at the same kind of place: they are added up."""
    return [
        amount
        for other in facts.clauses
        if other.role is clause.role
        and any(name <= other.atoms.keys() for name in entry.names)
        and all(any(atoms <= other.atoms.keys() for atoms in alternatives) for alternatives in entry.here)
        for amount in _nearest(entry, other, list(sizes(facts.text, other.start, other.end)), facts.text)
    ]


def _nearest(entry: Entry, clause: Clause, stated: list[Amount], text: str) -> list[Amount]:
    """Of several measurements of a clause those that stand in one part of it with the words that say of what."""
    if len(stated) < len(("one", "other")):
        return stated
    words = [hit for atoms in entry.size_of for atom in atoms for hit in clause.atoms.get(atom, ())]
    if not words:
        return stated
    parts = [clause.start, *(match.end() for match in _PARTS.finditer(text, clause.start, clause.end)), clause.end]
    telling = {bisect.bisect_right(parts, hit.start) for hit in words}
    return [amount for amount in stated if bisect.bisect_right(parts, amount.span.start) in telling] or stated


_PARTS = re.compile(r"[,;]\s|\s(?:and|with|followed by)\s")


def _measures(
    facts: Facts, entry: Entry, clause: Clause, extract: Callable[[str, int, int], Iterable[Amount]]
) -> list[Amount]:
    if clause.role is Role.TITLE and (stated := list(extract(facts.text, clause.start, clause.end))):
        return _nearest(entry, clause, stated, facts.text)
    own = next((atoms for atoms in entry.size_of if atoms <= clause.atoms.keys()), None)
    if own is not None and (stated := list(extract(facts.text, clause.start, clause.end))):
        return _nearest(entry, clause, stated, facts.text)
    holding = (other for atoms in entry.size_of for other in facts.holding(atoms))
    # Titles come before the account, whichever of the words they say.
    for other in sorted(holding, key=lambda other: (-other.role, other.start)):
        if stated := list(extract(facts.text, other.start, other.end)):
            return stated
    return []


def _number(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    """Whether as many were done as the entry says; one where no number is stated."""
    procedure = entry.procedure
    if not procedure.number_of:
        return Answer()
    stated = facts.number(procedure.number_of, entry.number_of, found.clause)
    number = int(stated[0]) if stated else 1
    if procedure.number and not procedure.number[0] <= number <= procedure.number[1]:
        return None
    reckoned = procedure.units_of == "number"
    return Answer(
        stated[1] if stated else (),
        rule="" if stated else "number/not-stated",
        units=units(number, procedure.beyond, procedure.per) if reckoned else 0,
    )


def _minutes(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    procedure = entry.procedure
    if not procedure.minutes and procedure.units_of != "minutes":
        return Answer()
    stated = facts.time(found.clause, *found.bounds)
    if stated is None:
        return Answer(rule="minutes/not-stated", share=_BY_DEFAULT) if procedure.default else None
    if procedure.minutes and not procedure.minutes[0] <= stated.value < procedure.minutes[1]:
        return None
    reckoned = procedure.units_of == "minutes"
    return Answer((stated.span,), units=units(stated.value, procedure.beyond, procedure.per) if reckoned else 0)


def _dose(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    procedure = entry.procedure
    if procedure.units_of in {"", "number", "minutes", *_EXTRACT}:
        return Answer()
    clause = found.clause
    start, end = found.bounds
    stated = list(doses(facts.text, clause.start, clause.end, procedure.units_of))
    if not stated:
        return Answer(rule="dose/not-stated", share=_BY_DEFAULT)
    nearest = min(stated, key=lambda dose: max(dose.span.start - end, start - dose.span.end, 0))
    return Answer((nearest.span,), units=units(nearest.value, procedure.beyond, procedure.per))


def _age(facts: Facts, entry: Entry, _: Found) -> Answer | None:
    procedure = entry.procedure
    if not procedure.age:
        return Answer()
    if facts.age is None:
        return Answer(rule="age/not-stated", share=_BY_DEFAULT) if procedure.default else None
    low, high = procedure.age
    return Answer((facts.age[1],)) if low <= facts.age[0] < high else None


def _side(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    procedure = entry.procedure
    if not procedure.sides and not procedure.place:
        return Answer()
    side, word = facts.side(found.clause, *found.bounds)
    if procedure.place:
        named = facts.places(procedure.place, found.clause, side, *found.bounds)
        if named:
            return Answer(tuple(span for _, span in named), places=tuple(code for code, _ in named))
    return Answer((word,), modifiers=(side,)) if word and procedure.sides else Answer()


_CHECKS: tuple[Callable[[Facts, Entry, Found], Answer | None], ...] = (
    _without, _approach, _extent, _unless, _size, _area, _weight, _number, _minutes, _dose, _age, _side,
)  # fmt: skip
