"""Operations told and not named: by steps that their entries ask for, or because a known account is told alike."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from detect_icd.candidates import Status
from detect_icd.matchers import procedures_sure as sure
from detect_icd.matchers.accounts import Accounts, Likeness, Said
from detect_icd.matchers.procedures_cues import cue_rules
from detect_icd.matchers.procedures_demands import may_be, meant
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import Atoms, Entry, Index
from detect_icd.matchers.procedures_kinds import tells_of_work
from detect_icd.matchers.procedures_mention import SERVICES, Found, Mention, mention_of
from detect_icd.matchers.procedures_scan import Clause, Role
from detect_icd.matchers.procedures_vocabulary import Hit
from detect_icd.note_memory import of_note

_MOSTLY = 2
"""Steps that must stand in the account itself: specimens and findings tell of what was taken elsewhere, too."""
_ENOUGH, _ENOUGH_ALONE = 95.0, 120.0
"""How much an account must have in common with a known one; more where nothing else says that anything was done."""
_LEAST_SHARE = 0.2
"""The least part of what the account's words say that must be in common: long notes have a little of everything."""
_NEARER = 1.2
"""How much nearer a known account must be than those of what the steps say, to be followed instead."""
_ASKED = 10
"""Known accounts that have a say in what is reported."""
_STEEPNESS = 10
"""How fast a say falls with nearness."""
_OF_KIND = 2
"""How much likeness to all accounts of an operation counts beside nearness to one."""
_MAJORITY = 0.45
"""The share of all says that a code needs."""
_FAR_NEARER, _SURE_OF_MORE = 1.3, 0.6
"""The same for an operation that the account only is like, to be followed instead of the heading; and how likely it must be."""
_AS_NEAR = 0.8
"""How near a known account must be to the nearest for its operation to be told."""
_SPACES = 5
"""Spaces of a sentence that says more than a name, as a diagnosis is."""
_SHOWN = 8
"""Words that are shown as evidence."""
_SUREST = 0.7


def by_steps(facts: Facts, index: Index, day: date | None) -> Iterator[Mention]:
    """The operations of which the account states enough steps."""
    if facts.of_specimens:
        return
    told = [clause for clause in facts.clauses if clause.role >= Role.FINDING]
    body = [clause for clause in told if clause.role >= Role.BODY]
    said = {atom for clause in told for atom in clause.atoms}
    phrased = index.vocabulary.phrased
    for entry in index.told(said):
        if not (
            entry.procedure.valid_on(day)
            and facts.may_say(entry)
            and may_be(entry.procedure.code, facts.text, facts.asked)
        ):
            continue
        hits = [stated for step in entry.steps if (stated := _first_stated(facts, step, phrased))]
        if len(hits) < entry.procedure.steps_needed:
            continue
        if sum(_clause_of(body, group[0]) is not None for group in hits) < min(entry.procedure.steps_needed, _MOSTLY):
            continue
        flat = tuple(hit for group in hits for hit in group)
        clause = _clause_of(told, flat[0])
        assert clause is not None
        found = Found.at(clause, frozenset(hit.atom for hit in flat), flat, by_steps=True)
        if mention := mention_of(facts, entry, found):
            yield mention


def is_given_up(facts: Facts, mention: Mention) -> bool:
    """Whether steps tell of an operation through the scope of a joint that was given up for an open one."""
    return mention.entry.procedure.specialty == _BY_SCOPE and facts.converted is not None


_BY_SCOPE = "arthroscopy"


def _clause_of(clauses: Sequence[Clause], hit: Hit) -> Clause | None:
    """The clause, of some that follow one another, in which a hit stands."""
    at = bisect_right(clauses, hit.start, key=attrgetter("start")) - 1
    return clauses[at] if at >= 0 and hit.start < clauses[at].end else None


def _first_stated(facts: Facts, step: tuple[Atoms, ...], phrased: Atoms) -> tuple[Hit, ...]:
    """Where a note first states a step, in one of its ways; a sentence and the next may state what phrases state."""
    stated = (hits for atoms in step if (hits := facts.first(atoms, over_two=atoms <= phrased)))
    return min(stated, key=lambda hits: hits[0].start, default=())


class _Told(NamedTuple):
    """The account of a note: its clauses, where they stand, and their atoms."""

    clauses: list[Clause]
    parts: list[tuple[int, int]]
    hits: list[Hit]

    @classmethod
    def of(cls, facts: Facts) -> _Told:
        clauses = [c for c in facts.clauses if c.role >= Role.FINDING and not _is_elsewhere(facts, c)]
        return cls(clauses, [(c.start, c.end) for c in clauses], [hit for c in clauses for hit in c.hits])


@of_note(4)
def _told(facts: Facts) -> _Told:
    """The account of a note, worked out once: several ask for it."""
    return _Told.of(facts)


@of_note(4)
def _said(facts: Facts, known: Accounts) -> Said:
    """What the account of a note says, as known accounts have it."""
    told = _told(facts)
    return known.said(facts.text, told.parts, told.hits)


@of_note(4)
def _nearest(facts: Facts, known: Accounts) -> list[Likeness]:
    """The known accounts that the account of a note is like, nearest first."""
    return known.nearest(_said(facts, known))


@of_note(4)
def _kinds(facts: Facts, known: Accounts) -> Mapping[str, float]:
    """How like the account of a note is to all known accounts of each code together."""
    return known.kinds_like(_said(facts, known))


@of_note(4)
def _is_of_work(facts: Facts) -> bool:
    """Whether the account of a note tells of something done, or stands in the report of an operation."""
    return facts.reports or tells_of_work(" ".join(facts.text[start:end] for start, end in _told(facts).parts))


def _is_elsewhere(facts: Facts, clause: Clause) -> bool:
    """Whether most of a sentence speaks of what was done before or is to be done."""
    if not any(cue.rule.status in _ELSEWHERE for cue in cue_rules().cues(facts.text, clause.start, clause.end)):
        return False
    said = [facts.status(clause, hit.start, hit.end)[0] for hit in clause.hits[:_JUDGED]]
    return sum(status in _ELSEWHERE for status in said) > len(said) / 2


_ACCOUNT = 5
"""Sentences of an account that may overrule a list."""
_JUDGED = 64
"""Words of one sentence by which it is judged: no sentence that tells of an operation has more."""
_ELSEWHERE = frozenset({Status.HISTORICAL, Status.PLANNED})


class _Say(NamedTuple):
    """A known account against whose operations nothing speaks: how near it and its kind are, and the operations."""

    nearness: float
    mentions: list[Mention]


def by_account(
    facts: Facts, index: Index, known: Accounts, day: date | None, stated: Sequence[Mention]
) -> list[Mention]:
    """What the nearest of the known accounts was, if it is near enough and much nearer than those of what is stated.

    Args:
        facts: The note.
        index: The lexicon.
        known: The known accounts.
        day: The day of service.
        stated: What the account names and what its steps say.

    Returns:
        The operations of the known account; none where what is stated stands.
    """
    told = _told(facts)
    idle = facts.visit and not facts.did_something
    if idle or facts.of_specimens or not any(clause.role is Role.BODY for clause in told.clauses):
        return []
    enough = _ENOUGH if facts.operative else _ENOUGH_ALONE
    said = _said(facts, known)
    ranked = [like for like in _nearest(facts, known) if like.score >= enough and like.share >= _LEAST_SHARE]
    if not ranked:
        return []
    steps = {mention.code for mention in stated if mention.status is Status.PRESENT}
    nearest_steps = next((like.score for like in ranked if steps & set(like.codes)), 0.0)
    places = known.places(facts.text, told.parts, told.hits)
    kinds = dict(_kinds(facts, known))
    agreed: list[_Say] = []
    for like in ranked:
        if not (agreed or steps & set(like.codes)) and like.score < _NEARER * nearest_steps:
            return []
        shared = [places[word] for word in known.words(like, said)[:_SHOWN]]
        meant_by = {code: meant(code, facts.text, facts.asked) for code in like.codes}
        # Told alike but for where or how often: what speaks for the one speaks for the other.
        kinds.update(
            {own: max(kinds[own], kinds.get(code, 0.0)) for code, own in meant_by.items() if own and own in kinds}
        )
        own_codes = list(dict.fromkeys(code for code in meant_by.values() if code))
        if found := [m for code in own_codes if (m := _like(facts, index, code, day, like, told.clauses, shared))]:
            kind = sum(kinds.get(mention.code, 0.0) for mention in found) / len(found)
            agreed.append(_Say(like.score / ranked[0].score + _OF_KIND * kind, found))
        if len(agreed) == _ASKED:
            break
    voted = _voted(agreed, kinds, sure.LEAST_LIKE if agreed and _is_of_work(facts) else sure.LEAST_IDLE)
    codes = {mention.code for mention in voted}
    if any(
        codes & {*mention.entry.procedure.supersedes, *mention.entry.procedure.includes}
        for mention in stated
        if mention.code in steps and not mention.entry.procedure.add_on_to
    ):
        return []  # what the note states is more than what it is like
    return [*voted, *(m for m in stated if m.code not in codes and _goes_along(m, codes, known))]


def _goes_along(mention: Mention, codes: AbstractSet[str], known: Accounts) -> bool:
    """Whether what is stated may be reported beside these codes: an add-on, or what some known account has beside one."""
    return bool(codes & {*mention.entry.procedure.add_on_to, *known.beside(mention.code)})


def confirmed(facts: Facts, known: Accounts, stated: Sequence[Mention], named: AbstractSet[str]) -> list[Mention]:
    """What the steps say, as far as a known account of the same operation is about as near as any.

    A heading is not corrected on less, nor where an account of the operation it names is nearer; and steps alone do not say
    what a heading means that names nothing we know, unless they stand in it.

    Args:
        facts: The note.
        known: The known accounts.
        stated: What the steps say.
        named: The codes that the list of operations names.
    """
    told = _told(facts)
    nearness: dict[str, float] = {}
    for like in _nearest(facts, known):
        for code in like.codes:
            nearness[code] = max(like.score, nearness.get(code, 0.0))
    enough = _AS_NEAR * max(nearness.values(), default=0.0)

    def holds(mention: Mention) -> bool:
        procedure, near = mention.entry.procedure, nearness.get(mention.code, 0.0)
        lesser = named & {*procedure.supersedes, *procedure.includes}
        nearer = any(nearness.get(code, 0.0) > _NEARER * near for code in lesser)
        if not named and _is_listed(told.clauses, mention):
            return True
        return bool(procedure.add_on_to) or (0 < enough <= near and not nearer)

    return [mention for mention in stated if holds(mention)]


def overruling(
    facts: Facts, index: Index, known: Accounts, day: date | None, titles: Sequence[Mention]
) -> list[Mention]:
    """The greater operations that the account tells where the list names a lesser of the family: "knee scope".

    Only where accounts of what the list names are known to be told in this way, and those of the greater one are far nearer.
    """
    lesser = {mention.code for mention in titles if not mention.entry.procedure.add_on_to}
    if not lesser:
        return []
    if len(_told(facts).parts) < _ACCOUNT:
        return []
    nearness: dict[str, float] = {}
    for like in _nearest(facts, known):
        for code in like.codes:
            nearness.setdefault(code, like.score)
    if not lesser & nearness.keys() or next(iter(nearness)) in lesser:
        return []

    def overrules(mention: Mention) -> bool:
        own = lesser & {*mention.entry.procedure.supersedes, *mention.entry.procedure.includes}
        near = max((nearness.get(code, 0.0) for code in own), default=0.0)
        return mention.score >= _SURE_OF_MORE and 0 < _FAR_NEARER * near <= nearness.get(mention.code, 0.0)

    return [mention for mention in by_account(facts, index, known, day, ()) if overrules(mention)]


def _is_listed(clauses: Sequence[Clause], mention: Mention) -> bool:
    """Whether the list of operations itself states all the steps."""
    titles = [clause for clause in clauses if clause.role is Role.TITLE]
    return all(any(title.start <= hit.start < title.end for title in titles) for hit in mention.found.hits)


def _voted(agreed: Sequence[_Say], kinds: sure.Kinds, least: float) -> list[Mention]:
    """The operations that the nearest accounts agree on, each with a say by its nearness; none where they do not agree."""
    first: dict[str, Mention] = {}
    votes: dict[str, float] = {}
    nearest = max((say.nearness for say in agreed), default=0.0)
    total = 0.0
    for nearness, mentions in agreed:
        say = math.exp(_STEEPNESS * (nearness - nearest))
        total += say
        for mention in mentions:
            first.setdefault(mention.code, mention)
            votes[mention.code] = votes.get(mention.code, 0.0) + say
    likely = {code: sure.by_account(code, say / total, kinds) for code, say in votes.items()}
    return [
        replace(first[code], score=min(likely[code], _SUREST))
        for code, say in votes.items()
        if say >= _MAJORITY * total and (likely[code] >= least or not _is_operation(first[code]))
    ]


def doubtless(facts: Facts, known: Accounts, *groups: Sequence[Mention]) -> list[list[Mention]]:
    """Of each group what an account without a heading states and nothing rules out, as far as it is somewhat like the known ones of the operation.

    Where that leaves no operation, the one stays with whose name the note begins, where it says more than a name.
    """

    def holds(mention: Mention) -> bool:
        procedure, found = mention.entry.procedure, mention.found
        if mention.status is not Status.PRESENT:
            return True
        if not may_be(mention.code, facts.text, facts.asked):
            return False
        if found.likeness or procedure.add_on_to or not _is_operation(mention):
            return True
        kinds = _kinds(facts, known)
        if mention.code not in kinds:
            return True
        if found.by_steps and not _is_of_work(facts):
            return False
        return sure.by_words(mention.code, kinds, by_steps=found.by_steps) >= sure.LEAST

    def heads(mention: Mention) -> bool:
        clause = mention.found.clause
        begins = not mention.found.by_steps and facts.opens(clause)
        goes_on = facts.text[clause.end :].strip() or facts.text.count(" ", clause.start, clause.end) >= _SPACES
        return bool(begins and goes_on) and may_be(mention.code, facts.text, facts.asked)

    sure_ones = [[mention for mention in mentions if holds(mention)] for mentions in groups]
    if any(m.status is Status.PRESENT and _is_operation(m) for mentions in sure_ones for m in mentions):
        return sure_ones
    return [[mention for mention in mentions if holds(mention) or heads(mention)] for mentions in groups]


def _is_operation(mention: Mention) -> bool:
    """Whether it is surgery: few accounts are known of each service, and those are told in few words."""
    surgical = mention.code.isdigit() and "10000" <= mention.code < "70000"
    return surgical and mention.entry.procedure.specialty not in SERVICES


def of_own_part(facts: Facts, mentions: Sequence[Mention]) -> list[Mention]:
    """Without what the list of operations names and the note else does not speak of, where it does of something else that is listed.

    A word of the list may name an operation elsewhere: the sling of a thumb, the leads of a cord's stimulator.
    """
    listed = [
        m for m in mentions if m.role is Role.TITLE and m.status is Status.PRESENT and not m.entry.procedure.add_on_to
    ]
    strange = {m.code for m in listed if not may_be(m.code, facts.text, facts.asked)}
    if not strange or all(m.code in strange for m in listed):
        return list(mentions)
    return [m for m in mentions if m.role is not Role.TITLE or m.code not in strange]


def _like(  # noqa: PLR0917 - a code of a known account, beside the account of the note
    facts: Facts,
    index: Index,
    code: str,
    day: date | None,
    like: Likeness,
    clauses: Sequence[Clause],
    shared: Sequence[Hit],
) -> Mention | None:
    """The operation of a code, told as the known account; None where the note says something that speaks against it."""
    hits = tuple(sorted(shared))
    clause = next((c for c in clauses if c.start <= hits[0].start < c.end), clauses[0])
    atoms = frozenset(hit.atom for hit in hits)
    found = Found.at(clause, atoms, hits, by_steps=True, likeness=min(like.share, _SUREST))
    entries = [entry for entry in index.of_code(code) if entry.procedure.valid_on(day) and _is_given(facts, entry)]
    # An entry of names alone may ask for less: its name says the rest.
    entries = [entry for entry in entries if entry.steps] or entries
    phrased = index.vocabulary.phrased
    if len(like.codes) > 1 and any(_is_denied(facts, step, phrased) for entry in entries for step in entry.steps):
        return None
    mentions = [mention for entry in entries if (mention := mention_of(facts, entry, found))]
    return max(mentions, key=lambda mention: mention.score, default=None)


def _is_given(facts: Facts, entry: Entry) -> bool:
    """Whether it is no drug, or one that the note names: none is like another."""
    if entry.procedure.specialty != "drugs":
        return True
    return any(next(facts.shelves.holding(name), None) for name in entry.names)


def _is_denied(facts: Facts, step: tuple[Atoms, ...], phrased: Atoms) -> bool:
    """Whether a note speaks of a step only to say that it was not done: "the acromion was not burred"."""
    spoken = [atoms for atoms in step if len(atoms) > 1 and next(facts.shelves.holding(atoms), None)]
    return bool(spoken) and not any(facts.first(atoms, over_two=atoms <= phrased) for atoms in spoken)
