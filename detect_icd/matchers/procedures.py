"""Procedure codes from what an operative note says was done, in this project's own words for operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from detect_icd.candidates import Candidate, Status
from detect_icd.matchers.procedures_facts import Facts, Measure
from detect_icd.matchers.procedures_index import Atoms, Entry, Index, index
from detect_icd.matchers.procedures_scan import Clause, Hit, Role, clauses
from detect_icd.matchers.procedures_select import Mention, select
from detect_icd.sections import Section
from redactphi.spans import Span

_REACH = {Role.TITLE: 260, Role.BODY: 110, Role.FINDING: 60, Role.ASIDE: 80}
"""Characters over which the words of a name may be spread."""
_SCORE = {Role.TITLE: 0.9, Role.BODY: 0.75, Role.FINDING: 0.5, Role.ASIDE: 0.4}
_PAST = frozenset({"history_of_present_illness", "past_medical_history", "past_surgical_history", "gynecologic_history"})


@dataclass(frozen=True, slots=True)
class _Found:
    clause: Clause
    atoms: Atoms
    hits: tuple[Hit, ...]


class ProcedureMatcher:
    """Finds what was done and its codes. Build once, reuse; may be shared by threads."""

    def __init__(self, compiled: Index | None = None) -> None:
        """Uses the packaged lexicon unless another is given."""
        self.index = compiled or index()

    def candidates(self, text: str, sections: Sequence[Section], service_date: date | None = None) -> list[Candidate]:
        """The operations of a note, in order.

        Those that another includes or supersedes are left out; those only planned, past, attempted or denied come with
        that status.

        Args:
            text: The note.
            sections: Its sections.
            service_date: The day of service: a code must be valid then. Without one, still in use.
        """
        hits = self.index.vocabulary.scan(text)
        if not hits:
            return []
        facts = Facts(text, clauses(text, sections, hits))
        mentions = [
            mention
            for clause in facts.clauses
            for entry, name in self._named(clause)
            if entry.procedure.valid_on(service_date)
            for found in _occurrences(clause, name)
            if (mention := _mention(facts, entry, found)) is not None
        ]
        if not any(m.status is Status.PRESENT for m in mentions) and facts.operative:
            mentions.extend(self._by_steps(facts, service_date))
        return select(facts, mentions)

    def _named(self, clause: Clause) -> Iterator[tuple[Entry, Atoms]]:
        for atom in clause.atoms:
            for entry, name in self.index.named.get(atom, ()):
                if all(other in clause.atoms for other in name):
                    yield entry, name

    def _by_steps(self, facts: Facts, day: date | None) -> Iterator[Mention]:
        told = [clause for clause in facts.clauses if clause.role >= Role.FINDING]
        asked = {id(e): e for clause in told for atom in clause.atoms for e in self.index.stepped.get(atom, ())}
        for entry in asked.values():
            if not entry.procedure.valid_on(day):
                continue
            hits: list[tuple[Hit, ...]] = []
            for step in entry.steps:
                stated = next((h for c in told for atoms in step if (h := facts.stated(c, atoms))), None)
                if stated:
                    hits.append(stated)
            if len(hits) < entry.procedure.steps_needed:
                continue
            flat = tuple(hit for group in hits for hit in group)
            clause = next(c for c in told if c.start <= flat[0].start < c.end)
            found = _Found(clause, frozenset(hit.atom for hit in flat), flat)
            if mention := _mention(facts, entry, found, by_steps=True):
                yield mention


def _occurrences(clause: Clause, name: Atoms) -> Iterator[_Found]:
    """Where a clause states a name: around each occurrence of its rarest word the nearest of the others."""
    anchor = min(sorted(name), key=lambda atom: len(clause.atoms[atom]))
    reach = _REACH[clause.role]
    for first in clause.atoms[anchor]:
        hits = tuple(min(clause.atoms[atom], key=lambda hit: abs(hit.start - first.start)) for atom in sorted(name))
        if max(hit.end for hit in hits) - min(hit.start for hit in hits) <= reach:
            yield _Found(clause, name, hits)


def _mention(facts: Facts, entry: Entry, found: _Found, *, by_steps: bool = False) -> Mention | None:
    """The mention of an entry if everything it asks for is stated."""
    procedure, clause = entry.procedure, found.clause
    start, end = min(hit.start for hit in found.hits), max(hit.end for hit in found.hits)
    if any(atoms <= clause.atoms.keys() and facts.stated(clause, atoms, (start, end)) for atoms in entry.without):
        return None
    status, cue = _status(facts, clause, start, end)
    if status is None:
        return None
    spans, rules = [], ["procedure/steps" if by_steps else f"procedure/{clause.role.name.lower()}"]
    approach, word = facts.approach(clause, start, end)
    if procedure.approach:
        if approach not in procedure.approach and not (not approach and "open" in procedure.approach):
            return None
        if word is not None:
            spans.append(Span(word.start, word.end, "approach"))
        rules.append(f"approach/{approach or 'open-by-default'}")
    extent = _extent(facts, entry, found, (start, end))
    if extent is None or _excluded(facts, entry, clause):
        return None
    spans += [Span(hit.start, hit.end, "extent") for hit in extent]
    score = _SCORE[clause.role] * (0.9 if by_steps else 1.0)
    for check in (_size, _age):
        answer = check(facts, entry, clause, (start, end))
        if answer is None:
            return None
        if isinstance(answer, Span):
            spans.append(answer)
        elif answer:
            rules.append(answer)
            score *= 0.7
    modifiers: tuple[str, ...] = ()
    if procedure.sides:
        side, where = facts.side(clause, start, end)
        if side and where is not None:
            modifiers = (side,)
            spans.append(where)
    if cue is not None:
        spans.append(cue)
    return Mention(
        entry=entry,
        clause=clause,
        atoms=found.atoms | {hit.atom for hit in extent},
        hits=found.hits,
        spans=tuple(spans),
        status=status,
        score=score,
        modifiers=modifiers,
        rules=tuple(rules),
        by_steps=by_steps,
    )


def _status(facts: Facts, clause: Clause, start: int, end: int) -> tuple[Status | None, Span | None]:
    status, cue = facts.status(clause, start, end)
    if status is not Status.PRESENT:
        return status, cue
    if clause.role is Role.ASIDE:
        return (Status.HISTORICAL if clause.section in _PAST else Status.PLANNED), None
    if clause.role is Role.FINDING:
        return None, None
    return (Status.PRESENT if facts.operative else None), None


def _extent(facts: Facts, entry: Entry, found: _Found, around: tuple[int, int]) -> tuple[Hit, ...] | None:
    """The words that state everything the entry asks for; None where one thing is not stated."""
    hits: list[Hit] = []
    for alternatives in entry.extent:
        stated = next((h for atoms in alternatives if (h := facts.stated(found.clause, atoms, around))), ())
        if not stated and found.clause.role > Role.ASIDE:
            stated = next((h for atoms in alternatives if (h := _elsewhere(facts, found.clause, atoms))), ())
        if not stated:
            return None
        hits.extend(stated)
    return tuple(hits)


def _elsewhere(facts: Facts, clause: Clause, atoms: Atoms) -> tuple[Hit, ...]:
    """Where the rest of the note states atoms: a title's words belong to that title's operation alone."""
    for other in facts.told():
        if other is clause or not (hits := facts.stated(other, atoms)):
            continue
        return () if other.role is Role.TITLE else hits
    return ()


def _excluded(facts: Facts, entry: Entry, clause: Clause) -> bool:
    return any(
        atoms <= other.atoms.keys() and facts.stated(other, atoms)
        for atoms in entry.unless
        for other in facts.told(Role.BODY)
        if other is clause or other.role is not Role.TITLE
    )


def _size(facts: Facts, entry: Entry, clause: Clause, around: tuple[int, int]) -> Span | str | None:
    """The size that decides: where it stands, what to note where none is stated, None where it is another."""
    if not entry.procedure.size_cm:
        return ""
    found = _measures(facts, entry, clause, around)
    if not found:
        return "size/not-stated" if entry.procedure.default else None
    largest = max(found, key=lambda measure: measure.cm)
    size = sum(measure.cm for measure in found) if entry.procedure.size_total else largest.cm
    low, high = entry.procedure.size_cm
    return Span(largest.start, largest.end, "size") if low < size <= high else None


def _measures(facts: Facts, entry: Entry, clause: Clause, around: tuple[int, int]) -> list[Measure]:
    if clause.role is Role.TITLE and (found := facts.sizes(clause.start, clause.end)):
        return found
    for other in (clause, *facts.told()):
        for atoms in entry.size_of:
            if atoms <= other.atoms.keys() and (found := facts.sizes(other.start, other.end)):
                return found
    return []


def _age(facts: Facts, entry: Entry, clause: Clause, around: tuple[int, int]) -> Span | str | None:
    """The age that decides: where it stands, what to note where none is stated, None where it is another."""
    if not entry.procedure.age:
        return ""
    if facts.age is None:
        return "age/not-stated" if entry.procedure.default else None
    low, high = entry.procedure.age
    return facts.age[1] if low <= facts.age[0] < high else None
