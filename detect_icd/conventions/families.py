"""Applies the families: what a candidate's own code, other candidates and the words beside it come to in one code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from detect_icd.candidates import Candidate
from detect_icd.conventions.courses import OUTLASTED
from detect_icd.conventions.docket import Docket, starts
from detect_icd.conventions.features import Facts, Kin, Stem, by_category

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry
    from redactphi.spans import Span


@dataclass(slots=True)
class _Case:
    """Candidates that speak of one disease, and what is known of it.

    Attributes:
        members: The candidates.
        facts: What their own codes say.
        stated_by: The other candidates that add a fact.
        spans: The words that do.
    """

    stem: Stem
    members: list[Candidate]
    facts: Facts
    stated_by: dict[str, list[Candidate]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    words: set[str] = field(default_factory=set)

    @property
    def wanted(self) -> Facts:
        """All facts, from whatever source."""
        return self.facts | self.stated_by.keys() | self.words


def apply_families(docket: Docket, book: CodeBook) -> None:
    """Brings each family's candidates to the codes that say all the note does."""
    table = by_category()
    for kin in _distinct(kin for c in docket.active() for kin in table.get(c.coding.code[:3], ())):
        for case in _cases(docket, kin, book):
            _gather(docket, kin, case)
            if kin.family.severally:
                _each(docket, kin, case, book)
            else:
                _all(docket, kin, case, book)


def _cases(docket: Docket, kin: Kin, book: CodeBook) -> list[_Case]:
    cases: list[_Case] = []
    for candidate in docket.active():
        entry = book.get(candidate.coding.code) if starts(candidate, kin.family.codes) else None
        if entry is None:
            continue
        stem, facts = kin.read(entry)
        same = next((case for case in cases if case.stem == stem), None) if kin.family.merged else None
        if same is None:
            cases.append(_Case(stem, [candidate], facts))
        else:
            same.members.append(candidate)
            same.facts |= facts
    return cases


def _gather(docket: Docket, kin: Kin, case: _Case) -> None:
    """Adds what other candidates and the words of the note state."""
    for other in docket.active():
        if any(other is member for member in case.members):
            continue
        for feature in kin.features.values():
            if feature.codes and starts(other, feature.codes) and not docket.note.unlinked(case.members[0], other):
                case.stated_by.setdefault(feature.name, []).append(other)
    of_an_eye = _is_of_one_of_both(docket, case.members)
    over = [s for m in case.members if OUTLASTED in m.rules for s in m.evidence]
    for fact, span in _worded(docket, kin, case.members, beyond=not of_an_eye):
        if any(span.overlaps(past) for past in over):
            continue
        case.words.add(fact)
        case.spans.append(span)
    if docket.note.text:
        case.facts -= frozenset(kin.family.spoken)


def _is_of_one_of_both(docket: Docket, members: Sequence[Candidate]) -> bool:
    """Whether it is a disease of one eye where the note tells what the other one has: each has its own."""
    titles = [member.coding.display for member in members]
    own = {side for side in _EYES for title in titles if side in title}
    category = members[0].coding.code[:3]
    others = {
        side
        for side in _EYES
        for other in docket.active()
        if other.coding.code.startswith(category) and side in other.coding.display
    }
    return len(own) == 1 and others > own


_EYES = ("right eye", "left eye")


def _worded(docket: Docket, kin: Kin, members: Sequence[Candidate], *, beyond: bool) -> Iterator[tuple[str, Span]]:
    if kin.near is not None:
        for member in members:
            for bounds in docket.note.around(member, follow=kin.family.follows and beyond):
                if docket.note.cuts(bounds, member):
                    continue
                for group, span in docket.note.stated(kin.near, bounds):
                    yield kin.fact(group), span
    if kin.anywhere is not None and beyond:
        for group, span in docket.note.stated(kin.anywhere, docket.note.whole()):
            yield kin.fact(group), span


def _all(docket: Docket, kin: Kin, case: _Case, book: CodeBook) -> None:
    """One code for everything."""
    wanted = kin.climbed(case.wanted)
    read = [kin.read(book[member.coding.code])[1] for member in case.members]
    if len(read) == 1 and wanted == read[0]:
        return
    own = max(read, key=len)
    entry = kin.find(book, case.stem, wanted, needed=own & wanted)
    if entry is None:
        return
    _replace(docket, kin, case, [entry], book)


def _each(docket: Docket, kin: Kin, case: _Case, book: CodeBook) -> None:
    """A code for each fact, with the details that go with it."""
    wanted = kin.climbed(case.wanted)
    details = wanted & set(kin.family.details)
    entries: dict[str, CodeEntry] = {}
    for name in kin.family.features:
        if name in wanted:
            entry = kin.find(book, case.stem, frozenset({name}) | details, needed=frozenset({name}))
            if entry is not None:
                entries.setdefault(entry.code, entry)
    if entries:
        _replace(docket, kin, case, list(entries.values()), book)
    else:
        _all(docket, kin, case, book)


def _replace(docket: Docket, kin: Kin, case: _Case, entries: Sequence[CodeEntry], book: CodeBook) -> None:
    """Puts the codes in place of the members and of what they say too."""
    said = frozenset[str]().union(*(kin.read(entry)[1] for entry in entries))
    codes = ", ".join(entry.code for entry in entries)
    absorbed = _distinct(c for name, others in case.stated_by.items() if name in said for c in others)
    first = case.members[0]
    for entry in entries:
        facts = kin.read(entry)[1]
        parts = [*case.members, *_distinct(c for name in facts for c in case.stated_by.get(name, ()))]
        standing = next((c for c in docket.standing if c.coding.code == entry.code), None)
        if standing is None:
            docket.add(docket.combine(parts, entry, kin.rule), before=first)
    for member in case.members:
        if member.coding.code not in {entry.code for entry in entries} and _says_less(kin, member, said, book):
            docket.drop(member, f"{kin.rule}: reported as {codes}")
    for other in absorbed:
        if not starts(other, kin.family.keeps):
            docket.drop(other, f"{kin.rule}: part of {codes}")


def _says_less(kin: Kin, member: Candidate, said: Facts, book: CodeBook) -> bool:
    """Whether everything a member's code says is in the new codes, or in what rules it out."""
    facts = kin.read(book[member.coding.code])[1]
    lower = {name for ladder in kin.family.ladders for name in ladder} | set(kin.family.spoken)
    return facts - lower <= said


_Item = TypeVar("_Item", Candidate, Kin)


def _distinct(items: Iterator[_Item]) -> list[_Item]:
    """Each once: this very one, not one like it."""
    return list({id(item): item for item in items}.values())
