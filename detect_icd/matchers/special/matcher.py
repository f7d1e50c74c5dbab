"""The matchers of this package as one: what they find in each sentence, and what the whole note makes of all that was found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Dropped, Status
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.matchers.special import intracranial
from detect_icd.matchers.special.bodies import TRIGGERS as OPENINGS
from detect_icd.matchers.special.bodies import BodyMatcher
from detect_icd.matchers.special.causes import TRIGGERS as CAUSES
from detect_icd.matchers.special.causes import CauseMatcher, cause_rank
from detect_icd.matchers.special.facts import healing, seventh, tells
from detect_icd.matchers.special.injuries import InjuryMatcher, naming
from detect_icd.matchers.special.intracranial import IntracranialMatcher, burned_surface
from detect_icd.matchers.special.neoplasms import TRIGGERS as GROWTHS
from detect_icd.matchers.special.neoplasms import NeoplasmMatcher
from detect_icd.matchers.special.newborn import NewbornMatcher
from detect_icd.matchers.special.obstetric_facts import obstetrics
from detect_icd.matchers.special.organs import TRIGGERS as ORGANS
from detect_icd.matchers.special.organs import OrganMatcher
from detect_icd.matchers.special.pregnancy import PregnancyMatcher
from detect_icd.matchers.special.scores import scores
from detect_icd.matchers.special.settling import gone_through, settled, thinned_blood
from detect_icd.matchers.special.statement import Statement
from detect_icd.matchers.special.substances import TRIGGERS as HARM
from detect_icd.matchers.special.substances import SubstanceMatcher
from detect_icd.matchers.special.transport import TransportMatcher
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook
    from detect_icd.matchers.dictionary import Mention
    from detect_icd.terms import Token

_INJURY = (
    "S",
    "T0",
    "T1",
    "T2",
    "T3",
    "T4",
    "T5",
    "T6",
    "T7",
    "T8",
    "M80",
    "M84",
    "M97",
    "V",
    "W",
    "X",
    "Y0",
    "Y1",
    "Y2",
    "Y3",
)


class SpecialMatcher:
    """What single phrases do not decide. One for each release; holds no state of a note."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book
        self.injuries = InjuryMatcher(book)
        self.intracranial = IntracranialMatcher(book)
        self.bodies = BodyMatcher(book)
        self.organs = OrganMatcher(book)
        self.causes = CauseMatcher(book)
        self.transport = TransportMatcher(book)
        self.substances = SubstanceMatcher(book)
        self.neoplasms = NeoplasmMatcher(book)
        self.pregnancy = PregnancyMatcher(book)
        self.newborn = NewbornMatcher(book)

    def statements(self, note: str, start: int, end: int, tokens: Sequence[Token]) -> list[Statement]:
        """What a sentence states, of those kinds its words may speak of."""
        words = {token.word for token in tokens}
        found: list[Statement] = []
        facts = obstetrics(note)
        if facts.stage == "newborn":
            found.extend(self.newborn.statements(note, start, end))
        elif facts.stage:
            found.extend(self.pregnancy.statements(note, start, end, facts))
        inside = [*self._inside(note, start, end, words)]
        found.extend(inside)
        if not words.isdisjoint(naming()):
            injuries = self.injuries.statements(note, start, end)
            found.extend(s for s in injuries if not any(s.start < one.end and one.start < s.end for one in inside))
        if not words.isdisjoint(intracranial.TRIGGERS):
            found.extend(self.intracranial.statements(note, start, end))
        if not words.isdisjoint(CAUSES):
            found.extend(self.transport.statements(note, start, end))
            found.extend(self.causes.statements(note, start, end))
        if not words.isdisjoint(GROWTHS):
            found.extend(self.neoplasms.statements(note, start, end))
        if not words.isdisjoint(HARM):
            found.extend(self.substances.statements(note, start, end))
        return found

    def _inside(self, note: str, start: int, end: int, words: AbstractSet[str]) -> Iterator[Statement]:
        """What a sentence says is in an opening of the body, or torn within."""
        if not words.isdisjoint(OPENINGS):
            yield from self.bodies.statements(note, start, end)
        if not words.isdisjoint(ORGANS):
            yield from self.organs.statements(note, start, end)

    def revise(self, found: Iterable[Candidate], note: str) -> tuple[list[Candidate], list[Dropped]]:
        """The candidates as the whole note makes them, and those that others stand for."""
        before = list(found)
        of_note = [*self._of_note(before, note)]
        candidates = [c for c in before if not (of_note and _is_read_surface(c))] + of_note
        candidates = self._explained(candidates, note)
        candidates = [*candidates, *scores(candidates, note, self.book)]
        candidates = self.substances.revise(candidates, note)
        candidates = self.neoplasms.revise(candidates, note)
        facts = obstetrics(note)
        if facts.stage == "newborn":
            candidates = self.newborn.revise(candidates, note)
        elif facts.stage:
            candidates = self.pregnancy.revise(candidates, note, facts)
        else:
            candidates = [
                c for c in candidates if not c.coding.code.startswith(_OF_BIRTH) or c.rules[0].startswith("literal")
            ]
        if any(_is_injury(candidate) for candidate in candidates):
            phase, later = healing(note), tells(note, "complication")
            candidates = [
                # I.C.19.a: the days since an operation are none since its complication was treated first.
                candidate if _is_complication(candidate) and not later else self._in_phase(candidate, phase)
                for candidate in candidates
            ]
        candidates = gone_through(thinned_blood(candidates, note, self.book), note, self.book)
        candidates = settled(candidates, note)
        return candidates, [*_superseded(before, candidates)]

    def _of_note(self, candidates: Sequence[Candidate], note: str) -> Iterator[Candidate]:
        burns = [c for c in candidates if c.status is Status.PRESENT and c.coding.code[:3] in _BURNS]
        category = "T32" if burns and all(c.coding.code[4] in _CORRODED for c in burns) else "T31"
        if burns and (surface := burned_surface(note, self.book, category)):
            yield self.candidate(surface, Status.PRESENT, burns[0].section)

    def _explained(self, candidates: list[Candidate], note: str) -> list[Candidate]:
        """I.C.20: one cause of the injuries, the most specific told; place, activity and status at the initial encounter."""
        causes = [c for c in candidates if _is_cause(c) and c.status in {Status.PRESENT, Status.HISTORICAL}]
        injuries = [c for c in candidates if c.status is Status.PRESENT and c.coding.code.startswith(_EXPLAINED)]
        told = [
            c
            for c in causes
            if c.section not in _PAST and c.rules[0].startswith(("cause/", "transport/")) and _fits(c, injuries)
        ]
        told = told or [
            c for c in causes if c.section not in _PAST and c.status is Status.PRESENT and _fits(c, injuries)
        ]
        known = {id(cause) for cause in causes}
        kept = [c for c in candidates if id(c) not in known]
        if not injuries:
            return kept
        best = min(told, key=lambda c: (cause_rank(c.rules[0]), c.start), default=None)
        if best is not None:
            kept.append(replace(self._intended(best, note), status=Status.PRESENT))
        if healing(note) == "active" and not all(c.coding.code.endswith("S") for c in injuries):
            kept.extend(
                self.candidate(found, Status.PRESENT, injuries[0].section)
                for found in self.causes.circumstances(note, _told_around(injuries, best))
                if _adds(found.code, best)
            )
        return kept

    def _intended(self, cause: Candidate, note: str) -> Candidate:
        """A cause as one of harm meant for oneself, where the note says that it was (I.C.20.g)."""
        meant = next((code for code, accident in _SELF_HARM if cause.coding.code.startswith(accident)), "")
        if not meant or _HARMED_SELF.search(note) is None:
            return cause
        code = self.causes.complete(meant)
        return replace(cause, coding=self.book[code].coding, rules=(*cause.rules, "cause/intended")) if code else cause

    def _in_phase(self, candidate: Candidate, phase: str) -> Candidate:
        code = icd10cm.compact(candidate.coding.code)
        is_complete = len(code) == 7 and code[6] in "ABC"  # noqa: PLR2004 - characters of a complete code
        if phase == "active" or not is_complete or not _is_injury(candidate) or _is_of_a_drug(code):
            return candidate
        above = self.book.get(code[:6]) or self.book.get(code[:6].rstrip("X"))
        allowed = "".join(above.seventh_characters) if above is not None else "AD"
        entry = self.book.get(code[:6] + seventh(code[6], phase, allowed))
        if entry is None or entry.code == candidate.coding.code:
            return candidate
        return replace(candidate, coding=entry.coding, rules=(*candidate.rules, f"encounter/{phase}"))

    def candidate(self, statement: Statement, status: Status, section: str) -> Candidate:
        """A candidate for a statement."""
        return Candidate(
            coding=self.book[statement.code].coding,
            evidence=(Span(statement.start, statement.end, "mention", statement.score, statement.rule),),
            status=status,
            section=section,
            score=statement.score,
            rules=(statement.rule,),
        )


def _is_of_a_drug(code: str) -> bool:
    """Whether a code tells what a drug does, or its lack, which a visit goes on treating (I.C.19.a)."""
    return code.startswith(("T36", "T37", "T38", "T39", "T4", "T50")) and code[5] in "56"


def _is_read_surface(candidate: Candidate) -> bool:
    """Whether it is the extent of burns by its title alone: what the whole note says of it is better."""
    return candidate.coding.code.startswith(("T31", "T32")) and not candidate.rules[0].startswith("literal")


_CORRODED = "4567"
"""Fourth characters of T20 to T25 for what chemicals did."""

_BURNS = {"T20", "T21", "T22", "T23", "T24", "T25"}


def _superseded(before: Sequence[Candidate], after: Sequence[Candidate]) -> Iterator[Dropped]:
    """What the whole note said otherwise: kept as evidence."""
    standing = {id(candidate) for candidate in after}
    said = {(candidate.coding.code[:3], candidate.start) for candidate in after}
    for candidate in before:
        if id(candidate) not in standing and (candidate.coding.code[:3], candidate.start) not in said:
            yield Dropped(candidate, "I.B.2: the whole note says it otherwise")


_OF_BIRTH = ("O80", "O82", "O34.2", "Z37", "Z38")
"""Only where the note tells of a birth or a pregnancy: a specimen is delivered too, and a scar stays."""

_EXPLAINED = (
    "S",
    "T0",
    "T1",
    "T2",
    "T30",
    "T31",
    "T33",
    "T34",
    "T67",
    "T68",
    "T69",
    "T70",
    "T71",
    "T75",
    "T59.81",
    "H21.0",
)
_PAST = {
    "past_medical_history",
    "past_surgical_history",
    "family_history",
    "social_history",
    "instructions",
    "gynecologic_history",
}
_OF_HEAT = ("X0", "X10", "X11", "X12", "X13", "X15", "X16", "X17", "X18")
_HEAT = ("T2", "T30", "T31", "T59.81")
_OF_WEATHER = (("X30", ("T67",)), ("X31", ("T33", "T34", "T68", "T69")))
"""Causes by weather, and what only they bring about."""


def _fits(cause: Candidate, injuries: Sequence[Candidate]) -> bool:
    """Whether a cause can bring about one of the injuries: a hot pan burns, it does not break."""
    for weather, harms in _OF_WEATHER:
        if cause.coding.code.startswith(weather):
            return any(c.coding.code.startswith(harms) for c in injuries)
    return not cause.coding.code.startswith(_OF_HEAT) or any(c.coding.code.startswith(_HEAT) for c in injuries)


_STORY = 300
"""Characters around an injury or its cause within which a place or an activity belongs to what happened."""


def _told_around(injuries: Sequence[Candidate], cause: Candidate | None) -> list[tuple[int, int]]:
    """The stretches of a note that tell of the injuries and their cause, in order, none over another."""
    told = sorted(span for one in (*injuries, *([cause] if cause else [])) for span in one.evidence)
    stretches: list[tuple[int, int]] = []
    for span in told:
        low, high = max(0, span.start - _STORY), span.end + _STORY
        if stretches and low <= stretches[-1][1]:
            low, high = stretches[-1][0], max(high, stretches.pop()[1])
        stretches.append((low, high))
    return stretches


def _adds(circumstance: str, cause: Candidate | None) -> bool:
    """Whether a place or activity says something beside the cause: without one only what somebody did, in a car the road."""
    if cause is None:
        return circumstance.startswith("Y93")
    return not (circumstance.startswith("Y92.81") and cause.coding.code.startswith("V"))


_SELF_HARM = (
    ("X78.0", ("W25",)),
    ("X78.1", ("W26.0",)),
    ("X78.8", ("W26.8", "W26.9", "W27")),
    ("X74.9", ("W34",)),
    ("X80", ("W13", "W14", "W15", "W17")),
    ("X76", ("X00", "X03", "X04", "X08")),
)
"""What somebody does to himself, and the accident of the same kind."""

_HARMED_SELF = re.compile(
    r"(?<!no )(?<!denies )(?<!not a )(?<!prior )(?<!previous )(?<!history of )(?<!past )\b(?:suicide attempt|attempted suicide|suicidal (?:gesture|attempt)|self-inflicted|(?:intentional(?:ly)?|deliberate(?:ly)?) (?:cut|stabbed|slashed|jumped|shot|self)\w*|to (?:kill|harm|hurt) (?:him|her|them)sel\w+|in (?:a |an )?(?:suicide )?attempt to (?:kill|end))",
    re.IGNORECASE,
)


def _is_cause(candidate: Candidate) -> bool:
    return candidate.coding.system is CodeSystem.ICD10CM and candidate.coding.code[0] in "VWXY"


def _is_injury(candidate: Candidate) -> bool:
    return candidate.coding.system is CodeSystem.ICD10CM and candidate.coding.code.startswith(_INJURY)


def _is_complication(candidate: Candidate) -> bool:
    return _is_injury(candidate) and candidate.coding.code.startswith(_COMPLICATIONS)


_COMPLICATIONS = tuple(f"T8{number}" for number in range(9))


def covered(mention: Mention, statements: Sequence[Statement]) -> bool:
    """Whether statements say what a mention of the dictionary says less well."""
    code = icd10cm.compact(mention.code)
    return any(
        code.startswith(statement.owns) and statement.start < mention.end and mention.start < statement.end
        for statement in statements
        if statement.owns
    )
