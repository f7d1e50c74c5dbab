"""The clauses of a note, filed by what they are, by what they hold and by where they stand."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence

from detect_icd.matchers.procedures_index import Atoms
from detect_icd.matchers.procedures_scan import Clause, Role

_TOLD = (Role.TITLE, Role.BODY, Role.FINDING)


class Shelves:
    """Clauses in order, filed once: what asks for them does so for every operation that a note names."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._clauses = clauses
        self._starts = [clause.start for clause in clauses]
        self._of_role: dict[Role, list[Clause]] = {role: [] for role in Role}
        self._holding: dict[tuple[Role, str], list[Clause]] = {}
        for clause in clauses:
            self._of_role[clause.role].append(clause)
            for atom in clause.atoms:
                self._holding.setdefault((clause.role, atom), []).append(clause)

    def of(self, role: Role) -> Sequence[Clause]:
        """The clauses of a role, in order."""
        return self._of_role[role]

    def at(self, place: int) -> Clause | None:
        """The clause that a place in the text stands in."""
        number = bisect.bisect_right(self._starts, place) - 1
        return self._clauses[number] if number >= 0 and place < self._clauses[number].end else None

    def tells(self, place: int) -> bool:
        """Whether the clause that a place stands in tells of this operation."""
        clause = self.at(place)
        return clause is not None and clause.role in _TOLD

    def told(self, lowest: Role = Role.FINDING) -> Iterator[Clause]:
        """The clauses that tell of this operation, titles first."""
        for role in _TOLD:
            if role >= lowest:
                yield from self._of_role[role]

    def with_all(self, role: Role, atoms: Atoms) -> Iterator[Clause]:
        """The clauses of a role that hold these atoms, in order."""
        shelves = [self._holding.get((role, atom), ()) for atom in atoms]
        for clause in min(shelves, key=len, default=()):
            if atoms <= clause.atoms.keys():
                yield clause

    def holding(self, atoms: Atoms, highest: Role = Role.TITLE) -> Iterator[Clause]:
        """The clauses that tell of this operation and hold these atoms, titles first."""
        for role in _TOLD:
            if role <= highest:
                yield from self.with_all(role, atoms)
