"""How many of something a note says were done, and at which places: in the clause that names it, or else anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from detect_icd.matchers import procedures_kinds as kinds
from detect_icd.matchers.procedures_amounts import PLACED, Amount, counted, places
from detect_icd.matchers.procedures_index import Atoms
from detect_icd.matchers.procedures_levels import numbered
from detect_icd.matchers.procedures_scan import Clause, Role
from detect_icd.matchers.procedures_shelves import Shelves
from redactphi.spans import Span

Number = tuple[int, tuple[Span, ...]]
"""How many, and the words that say so."""


class Counts:
    """What a note counts and places; what it says beyond the clause of an operation is worked out once for all of them."""

    def __init__(self, text: str, shelves: Shelves) -> None:
        self._text = text
        self._shelves = shelves
        self._elsewhere: dict[tuple[str, tuple[Atoms, ...]], Number | None] = {}
        self._places: dict[tuple[str, tuple[str, ...]], dict[str, Span]] = {}
        self._of_account: dict[tuple[str, tuple[str, ...]], list[tuple[str, Span]]] = {}
        self._listed: dict[str, Number | None] = {}

    def number(self, named: Sequence[str], counting: tuple[Atoms, ...], clause: Clause) -> Number | None:
        """How many of something the clause says were done, or else the note; and the words that say so.

        Args:
            named: The phrases of what is counted; of spine and teeth ``@...``, see ``Procedure.number_of``.
            counting: The atoms of the others.
            clause: Where the operation is named.
        """
        placed = next((kind for kind in named if kind.startswith("@")), "")
        if placed == "@side":
            # Sides are counted over the whole list: one item may be of each.
            listed = [other for other in self._shelves.of(Role.TITLE) if other is not clause]
            return self._number_of([clause, *listed], placed, counting)
        own = self._number_of([clause], placed, counting)
        if own is not None:
            return own
        # The clause itself says nothing: whether it is asked once more with the others makes no difference.
        key = placed, counting
        if key not in self._elsewhere:
            self._elsewhere[key] = self._number_elsewhere(placed, counting)
        return self._elsewhere[key]

    def _number_elsewhere(self, placed: str, counting: tuple[Atoms, ...]) -> Number | None:
        """What the items of the list say, one by one, or else list and account together."""
        for other in self._shelves.of(Role.TITLE):
            if (found := self._number_of([other], placed, counting)) is not None:
                return found
        return self._number_of([*self._shelves.told(Role.BODY)], placed, counting)

    def _number_of(self, group: Sequence[Clause], placed: str, counting: tuple[Atoms, ...]) -> Number | None:
        stated = [amount for other in group for amount in self._counted(other, counting)]
        if stated:
            return sum(int(amount.value) for amount in stated[:_SUMMED]), tuple(amount.span for amount in stated)
        if placed:
            number, spans = numbered(placed, self._text, [(other.start, other.end) for other in group])
            if number:
                return number, spans
        return None

    def listed(self, named: Sequence[str]) -> Number | None:
        """How many levels or teeth the list of operations names, and where; none where it names none."""
        placed = next((kind for kind in named if kind.startswith("@")), "")
        if placed not in self._listed:
            titles = [(clause.start, clause.end) for clause in self._shelves.of(Role.TITLE)]
            number, spans = numbered(placed, self._text, titles)
            self._listed[placed] = (number, spans) if number else None
        return self._listed[placed]

    def _counted(self, clause: Clause, counting: Sequence[Atoms]) -> list[Amount]:
        found: dict[int, Amount] = {}
        for atoms in counting:
            if not atoms <= clause.atoms.keys():
                continue
            rarest = min(sorted(atoms), key=lambda atom: len(clause.atoms[atom]))
            for hit in clause.atoms[rarest]:
                amount = counted(self._text, hit.start, hit.end, (clause.start, clause.end))
                if amount is not None:
                    found.setdefault(amount.span.start, amount)
        return list(found.values())

    def places(self, kind: str, clause: Clause, side: str, start: int, end: int) -> list[tuple[str, Span]]:
        """The modifiers for the places an operation at ``start``-``end`` was done at; see ``Procedure.place``."""
        sides = ("LT", "RT") if side == "50" else (side,) if side else ()
        found = places(kind, self._text, clause.start, clause.end, sides)
        if len(found) > 1 and kind != "coronary":
            near = [(code, span) for code, span in found if span.start - end < _NEAR and start - span.end < _NEAR]
            return near or found
        if clause.role is Role.TITLE and not found and kind != "coronary":
            return self._place_of_account(kind, sides)
        if not found or (kind in _DIGITS and clause.role is not Role.TITLE):
            every = dict(found)
            for code, span in self._places_elsewhere(kind, sides).items():
                every.setdefault(code, span)
            return list(every.items())
        return found

    def _places_elsewhere(self, kind: str, sides: tuple[str, ...]) -> dict[str, Span]:
        """The places that the list, the account and the findings name: of digits all, of others those of the first clause that names one."""
        key = kind, sides
        if key not in self._places:
            every: dict[str, Span] = {}
            told = self._shelves.told()
            for other in sorted(told, key=self._is_looked_at) if kind == "coronary" else told:
                if PLACED[kind].search(self._text, other.start, other.end):
                    for code, span in places(kind, self._text, other.start, other.end, sides):
                        every.setdefault(code, span)
                if every and kind not in _DIGITS:
                    break
            self._places[key] = every
        return self._places[key]

    def _place_of_account(self, kind: str, sides: tuple[str, ...]) -> list[tuple[str, Span]]:
        """The one place that the account names, or else the diagnosis, where the list names none."""
        key = kind, sides
        if key not in self._of_account:
            every: dict[str, Span] = {}
            for least in (Role.BODY, Role.FINDING):
                for clause in self._shelves.told(least):
                    if PLACED[kind].search(self._text, clause.start, clause.end):
                        every.update(places(kind, self._text, clause.start, clause.end, sides))
                if every:
                    break
            self._of_account[key] = list(every.items()) if len(every) == 1 else []
        return self._of_account[key]

    def _is_looked_at(self, clause: Clause) -> bool:
        return kinds.TREATED.search(self._text, clause.start, clause.end) is None


_DIGITS = frozenset({"finger", "toe"})
_SUMMED = 6
_NEAR = 80
