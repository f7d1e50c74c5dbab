"""Procedure codes from what an operative note says was done, in this project's own words for operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from detect_icd.candidates import Candidate, Status
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import Atoms, Entry, Index, index
from detect_icd.matchers.procedures_mention import Found, Mention, mention_of, occurrences
from detect_icd.matchers.procedures_modifiers import with_modifiers
from detect_icd.matchers.procedures_scan import Clause, Hit, Role, clauses, lists
from detect_icd.matchers.procedures_select import Reading, select
from detect_icd.sections import Section


class ProcedureMatcher:
    """Finds what was done and its codes. Build once, reuse; may be shared by threads."""

    def __init__(self, compiled: Index | None = None) -> None:
        """Uses the packaged lexicon unless another is given."""
        self.index = compiled or index()

    def candidates(self, text: str, sections: Sequence[Section], service_date: date | None = None) -> list[Candidate]:
        """The operations of a note, in order; see ``read``."""
        return self.read(text, sections, service_date).candidates

    def read(self, text: str, sections: Sequence[Section], service_date: date | None = None) -> Reading:
        """The operations of a note, and what lost to them.

        Those that another includes or supersedes are left out; those only planned, past, attempted or denied come with
        that status.

        Args:
            text: The note.
            sections: Its sections.
            service_date: The day of service: a code must be valid then. Without one, still in use.
        """
        hits = self.index.vocabulary.scan(text)
        if not hits:
            return Reading([], [], [])
        facts = Facts(text, sections, clauses(text, sections, hits))
        named = [(clause, entry, name) for clause in facts.clauses for entry, name in self._named(clause)]
        for clause, _, _ in named:
            clause.named = True
        for clause in lists(facts.clauses):
            named.extend((clause, entry, name) for entry, name in self._named(clause) if entry.procedure.across)
        mentions = [
            mention
            for clause, entry, name in named
            if entry.procedure.valid_on(service_date)
            for found in occurrences(clause, name)
            if (mention := mention_of(facts, entry, found)) is not None
        ]
        reading = select(mentions, list(self._by_steps(facts, service_date)), listed=facts.titled)
        if any(candidate.status is Status.PRESENT for candidate in reading.candidates):
            return reading._replace(candidates=with_modifiers(reading.candidates, facts.modifiers, text))
        return reading

    def _named(self, clause: Clause) -> Iterator[tuple[Entry, Atoms]]:
        for atom in clause.atoms:
            for entry, name in self.index.named.get(atom, ()):
                if all(other in clause.atoms for other in name):
                    yield entry, name

    def _by_steps(self, facts: Facts, day: date | None) -> Iterator[Mention]:
        if facts.of_specimens:
            return
        told = [clause for clause in facts.clauses if clause.role >= Role.FINDING]
        said = {atom for clause in told for atom in clause.atoms}
        asked = {id(e): e for atom in said for e in self.index.stepped.get(atom, ())}
        for entry in asked.values():
            if not entry.procedure.valid_on(day):
                continue
            if sum(any(atoms <= said for atoms in step) for step in entry.steps) < entry.procedure.steps_needed:
                continue
            hits = [stated for step in entry.steps if (stated := self._first_stated(facts, step))]
            if len(hits) < entry.procedure.steps_needed:
                continue
            if sum(_is_told(told, group[0]) for group in hits) < min(entry.procedure.steps_needed, _MOSTLY):
                continue
            flat = tuple(hit for group in hits for hit in group)
            clause = next(c for c in told if c.start <= flat[0].start < c.end)
            found = Found(clause, frozenset(hit.atom for hit in flat), flat, by_steps=True)
            if mention := mention_of(facts, entry, found):
                yield mention

    def _first_stated(self, facts: Facts, step: tuple[Atoms, ...]) -> tuple[Hit, ...]:
        """Where a note first states a step, in one of its ways."""
        phrased = self.index.vocabulary.phrased
        stated = (hits for atoms in step if (hits := facts.first(atoms, over_two=atoms <= phrased)))
        return min(stated, key=lambda hits: hits[0].start, default=())


_MOSTLY = 2
"""Steps that must stand in the account itself: specimens and findings tell of what was taken elsewhere, too."""


def _is_told(clauses: Sequence[Clause], hit: Hit) -> bool:
    return any(c.start <= hit.start < c.end and c.role >= Role.BODY for c in clauses)
