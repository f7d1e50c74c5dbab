"""Procedure codes from what an operative note says was done, in this project's own words for operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from detect_icd.candidates import Candidate, Status
from detect_icd.matchers.accounts import accounts
from detect_icd.matchers.procedures_decided import as_decided
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_fusions import by_spaces
from detect_icd.matchers.procedures_grafts import by_grafts
from detect_icd.matchers.procedures_index import Atoms, Entry, Index, index
from detect_icd.matchers.procedures_mention import Mention, mention_of, occurrences
from detect_icd.matchers.procedures_modifiers import with_modifiers
from detect_icd.matchers.procedures_others import own
from detect_icd.matchers.procedures_passing import without_passing
from detect_icd.matchers.procedures_scan import Clause, Role, clauses, lists, of_account
from detect_icd.matchers.procedures_select import Reading, select
from detect_icd.matchers.procedures_skin import beside, by_size, decided, with_further
from detect_icd.matchers.procedures_told import (
    by_account,
    by_steps,
    confirmed,
    doubtless,
    is_given_up,
    of_own_part,
    overruling,
)
from detect_icd.matchers.procedures_undone import as_done
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
        sections = of_account(text, sections)
        facts = Facts(text, sections, clauses(text, sections, hits))
        names = self._names(facts.said)
        named = [(clause, entry, name) for clause in facts.clauses for entry, name in _named(clause, names)]
        for clause, _, _ in named:
            clause.named = True
        for clause in lists(facts.clauses):
            named.extend((clause, entry, name) for entry, name in _named(clause, names) if entry.procedure.across)
        mentions = [
            mention
            for clause, entry, name in named
            if entry.procedure.valid_on(service_date) and facts.may_say(entry)
            for found in occurrences(clause, name)
            if (mention := mention_of(facts, entry, found)) is not None
        ]
        told = [m for m in by_steps(facts, self.index, service_date) if not is_given_up(facts, m)]
        mentions = own(facts, by_grafts(facts, self.index, of_own_part(facts, mentions)))
        mentions, told = as_done(facts, by_spaces(facts, self.index, mentions), told)
        mentions, told = as_decided(facts, self.index, mentions, told)
        done = [mention for mention in mentions if mention.status is Status.PRESENT]
        known = accounts(self.index.vocabulary)
        named_codes = {mention.code for mention in done if mention.role is Role.TITLE}
        if named_codes:
            titles = [mention for mention in done if mention.role is Role.TITLE]
            told = confirmed(facts, known, told, named_codes) if told else told
            told = told or overruling(facts, self.index, known, service_date, titles)
        elif like := by_account(facts, self.index, known, service_date, [*done, *told]):
            mentions = [m for m in mentions if m.status is not Status.PRESENT or _is_visit(m)]
            _, told = as_decided(facts, self.index, (), like)
        elif facts.titled and told:
            told = confirmed(facts, known, told, named_codes)
        if not named_codes and (mentions or told):
            told, mentions = doubtless(facts, known, told, mentions)
            mentions = without_passing(text, mentions, told)
        told = with_further(facts, self.index, told, service_date)
        others = any(mention.role is Role.TITLE and not decided(mention) for mention in done)
        if not others and (sized := by_size(facts, self.index, service_date)):
            told = [*beside(told, text, sized), *sized]
            mentions = beside(mentions, text, sized)
        reading = select(mentions, told, listed=facts.titled)
        if any(candidate.status is Status.PRESENT for candidate in reading.candidates):
            return reading._replace(candidates=with_modifiers(reading.candidates, facts.modifiers, text))
        return reading

    def _names(self, said: AbstractSet[str]) -> _Names:
        """The names all of whose atoms a note has, by the atom they are filed under."""
        found = {atom: [each for each in self.index.named(atom) if each[1] <= said] for atom in said}
        return {atom: names for atom, names in found.items() if names}


_Names = Mapping[str, Sequence[tuple[Entry, Atoms]]]
"""Names of entries by atoms they have."""


def _named(clause: Clause, names: _Names) -> Iterator[tuple[Entry, Atoms]]:
    """The names that a clause states."""
    said = clause.atoms.keys()
    for atom in said:
        if atom in names:
            for each in names[atom]:
                if each[1] <= said:
                    yield each


def _is_visit(mention: Mention) -> bool:
    """Whether it is a visit, which the account of what was done at it does not tell."""
    return mention.entry.procedure.specialty == "evaluation"
