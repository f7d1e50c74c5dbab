"""One mention of an operation: whether everything its entry asks for is stated, and by which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from detect_icd.candidates import Status
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import Atoms, Entry
from detect_icd.matchers.procedures_measures import BY_DEFAULT, Answer, area, dose, minutes, number, size, weight
from detect_icd.matchers.procedures_scan import Clause, Role
from detect_icd.matchers.procedures_vocabulary import Hit
from detect_icd.matchers.procedures_ways import BY_PORTS
from redactphi.spans import Span

_REACH = {Role.TITLE: 260, Role.BODY: 110, Role.FINDING: 60, Role.ASIDE: 80}
"""Characters over which the words of a name may be spread."""
_CLOSE = 60
"""Characters within which a word is of the same operation."""
_SCORE = {Role.TITLE: 0.9, Role.BODY: 0.75, Role.FINDING: 0.5, Role.ASIDE: 0.4}
_BY_STEPS = 0.9
"""What is left of the score where steps speak for a name."""
_PAST = frozenset(
    {"history_of_present_illness", "past_medical_history", "past_surgical_history", "gynecologic_history"}
)


class Found(NamedTuple):
    """Where a clause states a name, or where a note tells the steps.

    Attributes:
        clause: The clause; of steps the first.
        atoms: What is stated.
        hits: Where.
        bounds: Where the first word starts and the last ends.
        by_steps: Whether it is not the name but the account.
        likeness: How far the account is like a known one, from 0 to 1; 0 where it states steps of the entry.
    """

    clause: Clause
    atoms: Atoms
    hits: tuple[Hit, ...]
    bounds: tuple[int, int]
    by_steps: bool = False
    likeness: float = 0.0

    @classmethod
    def at(
        cls, clause: Clause, atoms: Atoms, hits: tuple[Hit, ...], *, by_steps: bool = False, likeness: float = 0.0
    ) -> Self:
        """What is stated by these words."""
        bounds = (min(hit.start for hit in hits), max(hit.end for hit in hits))
        return cls(clause, atoms, hits, bounds, by_steps, likeness)


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


def occurrences(clause: Clause, name: Atoms) -> Iterator[Found]:
    """Where a clause states a name: around each occurrence of its rarest word the nearest of the others."""
    anchor = min(sorted(name), key=lambda atom: len(clause.atoms[atom]))
    for first in clause.atoms[anchor]:
        hits = tuple(min(clause.atoms[atom], key=lambda hit: abs(hit.start - first.start)) for atom in sorted(name))
        found = Found.at(clause, name, hits)
        if found.bounds[1] - found.bounds[0] <= _REACH[clause.role]:
            yield found


def mention_of(facts: Facts, entry: Entry, found: Found) -> Mention | None:
    """The mention of an entry, if everything it asks for is stated."""
    # Most are refused, and how the note speaks of one is dearer to tell than whether it has what the entry asks for.
    answers: list[Answer] = []
    for check in _checks(entry, found):
        answer = check(facts, entry, found)
        if answer is None:
            return None
        answers.append(answer)
    status, cue = _status(facts, entry, found)
    if status is None or (not found.by_steps and facts.denies_part(found.clause, found.hits)):
        return None
    score = found.likeness or _SCORE[found.clause.role] * (_BY_STEPS if found.by_steps else 1.0)
    for answer in answers:
        score *= answer.share
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
        rules=(_rule(found), *(answer.rule for answer in answers if answer.rule)),
    )


def _checks(entry: Entry, found: Found) -> Sequence[Callable[[Facts, Entry, Found], Answer | None]]:
    if not found.likeness:
        return _CHECKS
    return (*_OF_ACCOUNTS, _extent) if entry.procedure.specialty in _BY_SITE else _OF_ACCOUNTS


def _rule(found: Found) -> str:
    if found.likeness:
        return ACCOUNT
    return STEPS if found.by_steps else f"procedure/{found.clause.role.name.lower()}"


_BY_SITE = frozenset({"skin", "endoscopy"})
"""Fields whose codes differ by the site and the kind of lesion alone: accounts of neighbours are told in the same words."""
STEPS, ACCOUNT, SIZED = "procedure/steps", "procedure/account", "procedure/skin-by-size"
"""Rules of what nobody names: the account states steps of the entry, is like a known account, or tells kind, place and size on skin."""
SPACES = "procedure/spaces"
"""Rule of what the spaces of the low back decide that the items of a list name."""
RECKONED = frozenset({SIZED, SPACES})
"""Rules of what was reckoned over the whole note: each line stands for something of its own."""


SERVICES = frozenset({"services", "drugs", "imaging", "evaluation", "anesthesia"})
"""Fields of what needs no operation to be done."""


OFFICE = ("1006", "1012", "1014", "110", "111", "112", "113", "117", "1190", "170", "171", "172", "2052", "2055", "2060", "2061", "206",
    "290", "291", "295", "309", "312", "315", "466", "517", "520", "1104", "9759", "5745", "5810", "5830", "644", "652", "692")  # fmt: skip
"""Beginnings of the codes of what may be done at a visit."""


def _status(facts: Facts, entry: Entry, found: Found) -> tuple[Status | None, Span | None]:
    """How the note speaks of it; None where it only names it, as a diagnosis does."""
    clause = found.clause
    start, end = found.bounds
    # A form that begins with it ("previous cesarean") holds the word that makes it past.
    before = None if found.by_steps else _PAST_WORD.match(facts.text, start, end)
    status, cue = facts.status(clause, before.end() if before else start, end)
    if found.likeness:
        # Its words are spread over the account: what is denied or past amid them is something else.
        status, cue = Status.PRESENT, None
    if status in {Status.NEGATED, Status.UNCERTAIN} and cue and facts.may_stop and _is_stopping(facts, cue):
        status, cue = Status.PRESENT, None
    if status is not Status.PRESENT:
        return status, cue
    if clause.role is Role.ASIDE:
        is_past = clause.section in _PAST and not (clause.section in _TOLD and _is_of_now(facts.text, start, end))
        return (Status.HISTORICAL if is_past else Status.PLANNED), None
    if clause.role is Role.FINDING and not found.by_steps:
        return None, None
    performed = facts.operative or (found.by_steps and not facts.visit)
    if found.by_steps and facts.instructs:
        performed = False
    if not performed and entry.procedure.specialty not in SERVICES:
        performed = facts.opens(clause)
    if not performed and entry.procedure.specialty in SERVICES:
        performed = facts.is_service(clause)
    if not performed and (entry.procedure.specialty in SERVICES or entry.procedure.code.startswith(OFFICE)):
        performed = facts.did_here(found.hits)
    return (Status.PRESENT if performed else None), None


_TOLD = frozenset({"history_of_present_illness"})
_OF_NOW = re.compile(
    r"\b(?:today|tonight|this (?:morning|admission|stay)|here|in (?:our|this) hospital|booked|scheduled|plan(?:ned|s|ning)?|upcoming|before|prior to|pre-?op\w*|"
    r"wants?|requests?|desires?|needs?|await\w*|talk|discuss\w*|consider\w*|consent\w*|candidate|next (?:week|month)|tomorrow|interval|newborn|apgars?)\b",
    re.IGNORECASE,
)
_NEAR_IT = 40


def _is_of_now(text: str, start: int, end: int) -> bool:
    """Whether an operation told in the history of today's illness is done at this encounter, or is yet to be."""
    low = max(text.rfind(mark, 0, start) for mark in (". ", "\n", ";"))
    high = min((place for mark in (". ", "\n", ";") if (place := text.find(mark, end)) >= 0), default=len(text))
    return _OF_NOW.search(text, max(low + 1, start - _NEAR_IT), min(high, end + _NEAR_IT)) is not None


_PAST_WORD = re.compile(r"(?:previous|prior|old|earlier|former)\s+(?=\w)", re.IGNORECASE)


def _is_stopping(facts: Facts, cue: Span) -> bool:
    """Whether words deny an operation only because it was stopped once begun."""
    stop = facts.modifiers.get("53")
    if stop is None:
        return False
    return _ATTEMPTED.match(facts.text, cue.start) is not None or (cue.start < stop.end and stop.start < cue.end)


_ATTEMPTED = re.compile(r"attempt|abort|abandon|discontinu|terminat|unable|could not|failed", re.IGNORECASE)


def _without(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    """Nothing that excludes the entry stands close by: another operation of the same line is none of its business."""
    start, end = found.bounds
    for atoms in entry.without:
        if _is_given_up(facts, atoms):
            continue
        hits = facts.stated(found.clause, atoms, found.bounds)
        if any(hit.start - end < _CLOSE and start - hit.end < _CLOSE for hit in hits):
            return None
    return Answer()


_OF_PORTS = BY_PORTS | {"port_entry", "bare_port"}


def _is_given_up(facts: Facts, atoms: Atoms) -> bool:
    """Whether words say no more than a way in that was given up, which list and account still name."""
    return atoms <= _OF_PORTS and facts.converted is not None


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
    if len({hit.atom for hit in scopes}) <= 1 or not own or atoms <= _SCOPES:
        return stated
    return stated if any(_scope_of(hit, scopes) in own for hit in _all(found.clause, atoms)) else ()


def _scope_of(hit: Hit, scopes: list[Hit]) -> str:
    before = [scope for scope in scopes if scope.start <= hit.start]
    return (before[-1] if before else scopes[0]).atom


def _all(clause: Clause, atoms: Atoms) -> Iterator[Hit]:
    return (hit for atom in sorted(atoms - _SCOPES) for hit in clause.atoms[atom])


def _elsewhere(facts: Facts, found: Found, atoms: Atoms, highest: Role = Role.TITLE) -> tuple[Hit, ...]:
    """Where the rest of the note states atoms: an item that names an operation itself speaks of that one.

    What the clause of a name denies stays denied. Steps are told by the whole note: the clause of the first is not theirs
    alone, and an item is another operation's only where the list has several.
    """
    if not found.by_steps and atoms <= found.clause.atoms.keys():
        return ()
    for other, hits in facts.stating(atoms, highest):
        if other is found.clause or not facts.sessions.may_tell(other, found.atoms):
            continue
        own = found.by_steps and facts.lists_one
        return () if other.role is Role.TITLE and other.named and not own else hits
    return ()


def _anywhere(facts: Facts, entry: Entry, _: Found) -> Answer | None:
    """What the note says of the patient and the reason counts wherever it stands, indications included."""
    hits: list[Hit] = []
    for alternatives in entry.anywhere:
        stated = facts.anywhere(alternatives)
        if not stated:
            return None
        hits.extend(stated)
    return Answer(tuple(Span(hit.start, hit.end, "extent") for hit in hits), atoms=frozenset(hit.atom for hit in hits))


def _unless(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    for atoms in entry.unless:
        if not _is_given_up(facts, atoms) and (facts.stated(found.clause, atoms) or _elsewhere(facts, found, atoms)):
            return None
    return Answer()


def _age(facts: Facts, entry: Entry, _: Found) -> Answer | None:
    procedure = entry.procedure
    if not procedure.age:
        return Answer()
    if facts.age is None:
        return Answer(rule="age/not-stated", share=BY_DEFAULT) if procedure.default else None
    low, high = procedure.age
    return Answer((facts.age[1],)) if low <= facts.age[0] < high else None


def _side(facts: Facts, entry: Entry, found: Found) -> Answer | None:
    procedure = entry.procedure
    if not procedure.sides and not procedure.place:
        return Answer()
    side, word = facts.side(found.clause, *found.bounds)
    if procedure.place:
        # Both edges of one nail are not both hands or feet.
        named = facts.counts.places(
            procedure.place, found.clause, facts.one_side if side == "50" else side, *found.bounds
        )
        levels = {code for code, _ in named}
        if procedure.code.startswith(_LIDS) and word and levels in ({"E1", "E3"}, {"E2", "E4"}):
            return Answer((word,), modifiers=("50",))
        if named:
            return Answer(tuple(span for _, span in named), places=tuple(code for code, _ in named))
    return Answer((word,), modifiers=(side,)) if word and procedure.sides else Answer()


_LIDS = "1582"
"""Beginning of the codes of lids reduced: both uppers, or both lowers, are one operation on both sides."""

_CHECKS: tuple[Callable[[Facts, Entry, Found], Answer | None], ...] = (
    _without, _approach, _extent, _anywhere, _unless, size, area, weight, number, minutes, dose, _age, _side,
)  # fmt: skip

_OF_ACCOUNTS = (_approach, size, area, weight, number, minutes, dose, _age, _side)
"""What speaks against an operation whose account is like this one: words of its neighbours are no matter of these."""
