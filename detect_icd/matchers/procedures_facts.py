"""What a note says once for its operations: the way in, the side, sizes, the patient's age, whether it was done."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence

from detect_icd.assertion import assess
from detect_icd.candidates import Status
from detect_icd.matchers import procedures_kinds as kinds
from detect_icd.matchers.procedures_age import age
from detect_icd.matchers.procedures_amounts import PLACED, Amount, counted, margin, places
from detect_icd.matchers.procedures_cues import cue_rules
from detect_icd.matchers.procedures_demands import Asked
from detect_icd.matchers.procedures_index import Entry
from detect_icd.matchers.procedures_levels import numbered
from detect_icd.matchers.procedures_modifiers import may_give, named_modifiers
from detect_icd.matchers.procedures_scan import Clause, Role
from detect_icd.matchers.procedures_sessions import Sessions
from detect_icd.matchers.procedures_sides import done_again, joined, main_side, named_sides, reported_side
from detect_icd.matchers.procedures_vocabulary import Hit
from detect_icd.matchers.procedures_ways import APPROACH_ATOMS, BY_PORTS, given_up
from detect_icd.sections import Section
from redactphi.spans import Span

_PORTS = frozenset({"port_entry", "bare_port"})
_CONVERTED = "converted"
_SHORT = "lap"  # also a kind of sponge


class Facts:
    """A note's clauses and what they say, worked out when asked for."""

    def __init__(self, text: str, sections: Sequence[Section], clauses: Sequence[Clause]) -> None:
        self.text = text
        self.clauses = clauses
        self._all_sections = sections
        self._sections = {section.name for section in sections}
        self.titled = any(clause.role is Role.TITLE for clause in clauses)
        self.reports = self.titled or bool(self._sections & kinds.OPERATIVE_SECTIONS)
        self.sessions = Sessions(clauses)
        self.asked: Asked = {}
        self._status: dict[tuple[int, int, int], tuple[Status, Span | None]] = {}
        self._first: dict[frozenset[str], tuple[Hit, ...]] = {}
        self._holding: dict[tuple[Role, str], list[Clause]] = {}
        for clause in clauses:
            for atom in clause.atoms:
                self._holding.setdefault((clause.role, atom), []).append(clause)
        self._approach: tuple[str, Hit | None] | None = None

    @functools.cached_property
    def operative(self) -> bool:
        """Whether the note tells of an operation at all, rather than of a visit or a stay."""
        return self.reports or (not self.visit and kinds.OPERATIVE.search(self.text) is not None)

    def may_say(self, entry: Entry) -> bool:
        """Whether the atoms of all that an entry asks for stand anywhere in the note; if not, it is not worth a look."""
        said = self.said
        return all(any(atoms <= said for atoms in asked) for asked in (*entry.extent, *entry.here))

    @functools.cached_property
    def margin(self) -> Amount | None:
        """The first margin that the note says was taken around a lesion."""
        return margin(self.text, 0, len(self.text))

    @functools.cached_property
    def said(self) -> frozenset[str]:
        """The atoms that any clause has."""
        return frozenset(atom for clause in self.clauses for atom in clause.atoms)

    @functools.cached_property
    def lists_one(self) -> bool:
        """Whether one item of the list at most names an operation."""
        return sum(clause.named for clause in self.clauses if clause.role is Role.TITLE) <= 1

    @functools.cached_property
    def of_specimens(self) -> bool:
        """Whether the note is the report of a laboratory on what somebody else took."""
        return kinds.SPECIMENS.search(self.text) is not None

    def is_service(self, clause: Clause) -> bool:
        """Whether a clause of a note that tells of no operation says that a service was given."""
        short = self._sections <= {""} and len(self.text) < _SHORT_NOTE and kinds.SERVICE_NOTE.search(self.text)
        return bool(short) or kinds.GIVEN.search(self.text, clause.start, clause.end) is not None

    @functools.cached_property
    def did_something(self) -> bool:
        """Whether any sentence of a visit says that something was done then and there."""
        told = (clause for clause in self.clauses if clause.role is Role.BODY)
        return any(kinds.DONE_HERE.search(self.text, clause.start, clause.end) for clause in told)

    def did_here(self, hits: Sequence[Hit]) -> bool:
        """Whether a sentence of a visit that holds some of these words says that something was done then and there."""
        held = (c for c in self.clauses if c.role is Role.BODY and any(c.start <= hit.start < c.end for hit in hits))
        return any(kinds.DONE_HERE.search(self.text, clause.start, clause.end) for clause in held)

    @functools.cached_property
    def instructs(self) -> bool:
        """Whether the note tells a patient or a therapist what to do after an operation, rather than of one."""
        return not self.titled and kinds.INSTRUCTS.search(self.text) is not None

    @functools.cached_property
    def visit(self) -> bool:
        """Whether the note has the sections of a visit or a stay, or is headed as the note of one."""
        headed = kinds.VISIT.match(self.text) or kinds.NONE_TODAY.search(self.text)
        return bool(self._sections & kinds.VISIT_SECTIONS) or headed is not None

    @functools.cached_property
    def modifiers(self) -> dict[str, Span]:
        """The modifiers that the note's words give, each with its first words."""
        return named_modifiers(self.text, self._all_sections)

    @functools.cached_property
    def may_stop(self) -> bool:
        """Whether the note may have words that say that an operation was stopped once begun; cheap to tell."""
        return may_give("53", self.text)

    def opens(self, clause: Clause) -> bool:
        """Whether a clause begins the note and does no more than name what was done, as the heading that is not there would."""
        first = clause is self.clauses[0] and not self.text[: clause.start].strip(" \n\t-*")
        return first and not self.visit and kinds.NO_OPENING.search(self.text, clause.start, clause.end) is None

    def status(self, clause: Clause, start: int, end: int) -> tuple[Status, Span | None]:
        """How the clause speaks of what stands at ``start``-``end``, and the words that say so."""
        key = (clause.start, start, end)
        found = self._status.get(key)
        if found is None:
            cues = cue_rules().cues(self.text, clause.start, clause.end)
            said = assess(self.text, cues, start, end, "", (clause.start, clause.end)) if cues else None
            found = self._status[key] = (said.status, said.cue) if said else (Status.PRESENT, None)
        return found

    def stated(self, clause: Clause, atoms: frozenset[str], near: tuple[int, int] | None = None) -> tuple[Hit, ...]:
        """Where a clause states these atoms and does not deny them, nearest to a place; empty where it does not."""
        if not atoms or not atoms <= clause.atoms.keys():
            return ()
        middle = sum(near) // 2 if near else clause.start
        hits = tuple(min(clause.atoms[atom], key=lambda hit: abs(hit.start - middle)) for atom in sorted(atoms))
        low, high = min(hit.start for hit in hits), max(hit.end for hit in hits)
        if self.status(clause, low, high)[0] is not Status.PRESENT:
            return ()
        if any(
            kinds.NONE_OF.search(self.text, max(low, hit.start - _NEAR), hit.start) for hit in hits if hit.start > low
        ):
            return ()
        return () if any(self._is_denied(clause, hit, hits) for hit in hits) else hits

    @functools.cached_property
    def lists_one_side(self) -> bool:
        """Whether the list of operations is of one side: what it has for each is not what was done again on the other."""
        titles = [clause for clause in self.clauses if clause.role is Role.TITLE]
        return len({side for c in titles for side, _ in named_sides(self.text, c.start, c.end)}) <= 1

    def denies_part(self, clause: Clause, hits: Sequence[Hit]) -> bool:
        """Whether a clause denies one of these words and not the others: "laryngectomy without neck dissection"."""
        return (
            any(self._is_denied(clause, hit, hits) for hit in hits)
            and self.status(clause, min(hit.start for hit in hits), max(hit.end for hit in hits))[0] is Status.PRESENT
        )

    def _is_denied(self, clause: Clause, hit: Hit, hits: Sequence[Hit]) -> bool:
        """Whether a denial stands right beside a word, though between it and the others: "the acromion was not burred"."""
        status, cue = self.status(clause, hit.start, hit.end)
        if status is not Status.NEGATED or cue is None or any(h.start <= cue.start < h.end for h in hits):
            return False
        return max(hit.start - cue.end, cue.start - hit.end) < _BESIDE

    def denies(self, atoms: frozenset[str]) -> bool:
        """Whether the account says that something was not done, and nowhere that it was."""
        said = [c for c in self._holding.get((Role.BODY, next(iter(sorted(atoms)), "")), ()) if atoms <= c.atoms.keys()]
        statuses = set()
        for clause in said:
            hits = [clause.atoms[atom][0] for atom in sorted(atoms)]
            statuses.add(self.status(clause, min(h.start for h in hits), max(h.end for h in hits))[0])
        return Status.NEGATED in statuses and Status.PRESENT not in statuses

    def first(self, atoms: frozenset[str], *, over_two: bool = False) -> tuple[Hit, ...]:
        """Where the note first states atoms together and does not deny them; empty where it does not.

        Args:
            atoms: The atoms.
            over_two: Whether a sentence and the next that refers to it may state them between them.
        """
        found = self._first.get(atoms)
        if found is None:
            stated = (hits for clause in self.holding(atoms) if (hits := self.stated(clause, atoms)))
            found = self._first[atoms] = next(stated, ()) or (self._over_two(atoms) if over_two else ())
        return found

    def _over_two(self, atoms: frozenset[str]) -> tuple[Hit, ...]:
        """Where one sentence names a thing and the next says of it, by "it" or "them", what was done."""
        for first, second in self._pairs:
            if not atoms <= first.atoms.keys() | second.atoms.keys():
                continue
            own = atoms & first.atoms.keys()
            rest = atoms - own
            if own and rest and (named := self.stated(first, own)) and (said := self.stated(second, rest)):
                return (*named, *said)
        return ()

    @functools.cached_property
    def _pairs(self) -> list[tuple[Clause, Clause]]:
        """Sentences of the account with the next, where that one speaks of what the first named."""
        told = [clause for clause in self.clauses if clause.role is Role.BODY]
        return [
            (first, second)
            for first, second in itertools.pairwise(told)
            if second.start - first.end < _NEXT and _REFERS.search(self.text, second.start, second.end)
        ]

    def told(self, lowest: Role = Role.FINDING) -> Iterator[Clause]:
        """The clauses that tell of this operation, titles first."""
        for role in _TOLD:
            if role >= lowest:
                yield from (clause for clause in self.clauses if clause.role is role)

    def holding(self, atoms: frozenset[str], highest: Role = Role.TITLE) -> Iterator[Clause]:
        """The clauses that tell of this operation and hold these atoms, titles first."""
        for role in _TOLD:
            if role <= highest:
                shelves = [self._holding.get((role, atom), ()) for atom in atoms]
                for clause in min(shelves, key=len, default=()):
                    if atoms <= clause.atoms.keys():
                        yield clause

    @functools.cached_property
    def converted(self) -> Hit | None:
        """The word that says a laparoscopic or similar operation became an open one."""
        for clause in self.told(Role.BODY):
            for hit in clause.atoms.get(_CONVERTED, ()):
                near = [h for h in clause.hits if h.atom in {"open", "laparotomy"} and abs(h.start - hit.start) < 60]  # noqa: PLR2004
                if near and self.status(clause, hit.start, hit.end)[0] is Status.PRESENT:
                    return hit
        gave_up = given_up(self)
        return Hit(gave_up.start(), gave_up.end(), _CONVERTED) if gave_up else None

    def approach(self, clause: Clause, start: int, end: int) -> tuple[str, Hit | None]:
        """The way in for what stands at ``start``-``end``: what its clause says, else what the note says."""
        if self.converted is not None:
            return "open", self.converted
        said = [hit for hit in clause.hits if hit.atom in APPROACH_ATOMS]
        if said and clause.role > Role.FINDING:
            nearest = min(said, key=lambda hit: max(hit.start - end, start - hit.end, 0))
            return APPROACH_ATOMS[nearest.atom], nearest
        if self._approach is None:
            self._approach = self._note_approach()
        return self._approach

    def _note_approach(self) -> tuple[str, Hit | None]:
        for clause in self.told(Role.BODY):
            for hit in clause.hits:
                approach = "laparoscopic" if hit.atom in _PORTS else APPROACH_ATOMS.get(hit.atom, "")
                if hit.atom == _SHORT and clause.role is not Role.TITLE:
                    continue
                telling = approach in BY_PORTS or (approach and clause.role is Role.TITLE)
                if telling and self.status(clause, hit.start, hit.end)[0] is Status.PRESENT:
                    return approach, hit
        return "", None

    def side(self, clause: Clause, start: int, end: int) -> tuple[str, Span | None]:
        """The side of what stands at ``start``-``end``: RT, LT, 50 or ``""``, and the word that says so."""
        if (own := reported_side(self.text)) is not None:
            return own
        found = named_sides(self.text, clause.start, clause.end)
        again = self._again_on_the_other_side
        if again is not None and (clause.role is not Role.TITLE or (found and self.lists_one_side)):
            return "50", again
        if found:
            nearest = min(found, key=lambda item: max(item[1].start - end, start - item[1].end, 0))
            both = {side for side, span in found if joined(self.text, nearest[1], span)}
            return ("50" if {"RT", "LT"} <= both else nearest[0]), nearest[1]
        found_elsewhere = next((side for other, side in self._one_sided if other is not clause), None)
        return found_elsewhere or (("50", again) if again else self._side_of_account)

    @functools.cached_property
    def _sides(self) -> list[tuple[str, Span]]:
        return named_sides(self.text, 0, len(self.text))

    @functools.cached_property
    def one_side(self) -> str:
        """The one side that the note names beside both, RT or LT; 50 where it names neither or each."""
        single = {side for side, _ in self._sides} - {"50"}
        return single.pop() if len(single) == 1 else "50"

    @functools.cached_property
    def _side_of_account(self) -> tuple[str, Span | None]:
        """The side that the account names, where it names one only, or one far more often."""
        return main_side(self.text)

    @functools.cached_property
    def _again_on_the_other_side(self) -> Span | None:
        return done_again(self.text)

    @functools.cached_property
    def _one_sided(self) -> list[tuple[Clause, tuple[str, Span]]]:
        """The items and findings that name one side only."""
        found = []
        for clause in self.told():
            sides = named_sides(self.text, clause.start, clause.end) if clause.role is not Role.BODY else []
            if sides and len({side for side, _ in sides}) == 1:
                found.append((clause, sides[0]))
        return found

    def number(
        self, named: Sequence[str], counting: Sequence[frozenset[str]], clause: Clause
    ) -> tuple[int, tuple[Span, ...]] | None:
        """How many of something the clause says were done, or else the note; and the words that say so.

        Args:
            named: The phrases of what is counted; of spine and teeth ``@...``, see ``Procedure.number_of``.
            counting: The atoms of the others.
            clause: Where the operation is named.
        """
        placed = next((kind for kind in named if kind.startswith("@")), "")
        told = [other for other in self.told(Role.BODY) if other is not clause]
        listed = [other for other in told if other.role is Role.TITLE]
        # Sides are counted over the whole list: one item may be of each.
        groups = ([clause, *listed],) if placed == "@side" else ([clause], *([other] for other in listed), told)
        for group in groups:
            stated = [amount for other in group for amount in self._counted(other, counting)]
            if stated:
                return sum(int(amount.value) for amount in stated[:_SUMMED]), tuple(amount.span for amount in stated)
            if placed:
                number, spans = numbered(placed, self.text, [(other.start, other.end) for other in group])
                if number:
                    return number, spans
        return None

    def listed(self, named: Sequence[str]) -> tuple[int, tuple[Span, ...]] | None:
        """How many levels or teeth the list of operations names, and where; none where it names none."""
        placed = next((kind for kind in named if kind.startswith("@")), "")
        titles = [(clause.start, clause.end) for clause in self.clauses if clause.role is Role.TITLE]
        number, spans = numbered(placed, self.text, titles)
        return (number, spans) if number else None

    def _counted(self, clause: Clause, counting: Sequence[frozenset[str]]) -> list[Amount]:
        found: dict[int, Amount] = {}
        for atoms in counting:
            if not atoms <= clause.atoms.keys():
                continue
            rarest = min(sorted(atoms), key=lambda atom: len(clause.atoms[atom]))
            for hit in clause.atoms[rarest]:
                amount = counted(self.text, hit.start, hit.end, (clause.start, clause.end))
                if amount is not None:
                    found.setdefault(amount.span.start, amount)
        return list(found.values())

    def places(self, kind: str, clause: Clause, side: str, start: int, end: int) -> list[tuple[str, Span]]:
        """The modifiers for the places an operation at ``start``-``end`` was done at; see ``Procedure.place``."""
        sides = ("LT", "RT") if side == "50" else (side,) if side else ()
        found = places(kind, self.text, clause.start, clause.end, sides)
        if len(found) > 1 and kind != "coronary":
            near = [(code, span) for code, span in found if span.start - end < _NEAR and start - span.end < _NEAR]
            return near or found
        if clause.role is Role.TITLE and not found and kind != "coronary":
            return self._place_of_account(kind, sides)
        if not found or (kind in {"finger", "toe"} and clause.role is not Role.TITLE):
            every = dict(found)
            for other in sorted(self.told(), key=self._is_looked_at) if kind == "coronary" else self.told():
                if PLACED[kind].search(self.text, other.start, other.end):
                    for code, span in places(kind, self.text, other.start, other.end, sides):
                        every.setdefault(code, span)
                if every and kind not in {"finger", "toe"}:
                    break
            return list(every.items())
        return found

    def _place_of_account(self, kind: str, sides: Sequence[str]) -> list[tuple[str, Span]]:
        """The one place that the account names, or else the diagnosis, where the list names none."""
        every: dict[str, Span] = {}
        for least in (Role.BODY, Role.FINDING):
            for clause in self.told(least):
                if PLACED[kind].search(self.text, clause.start, clause.end):
                    every.update(places(kind, self.text, clause.start, clause.end, sides))
            if every:
                break
        return list(every.items()) if len(every) == 1 else []

    def _is_looked_at(self, clause: Clause) -> bool:
        return kinds.TREATED.search(self.text, clause.start, clause.end) is None

    @functools.cached_property
    def age(self) -> tuple[float, Span] | None:
        """The patient's age in years."""
        return age(self.text)


_SHORT_NOTE = 1500
"""Characters of a note without headings that is about the service alone."""
_SUMMED = 6
_NEAR = 80
_REFERS = re.compile(r"\b(?:it|its|them|these|those|each|this|both of them|one of them)\b", re.IGNORECASE)
_NEXT = 5
_BESIDE = 12
"""Characters between a denial and what it can deny amid words that it does not."""
_TOLD = (Role.TITLE, Role.BODY, Role.FINDING)
