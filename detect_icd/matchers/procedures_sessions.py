"""Which look a sentence of an account belongs to, where one note tells of several: into the stomach, the bowel, the airways."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from detect_icd.matchers.procedures_scan import Clause, Role

_LOOKS = {"egd": "upper", "colonoscopy": "lower", "sigmoidoscopy": "lower", "bronchoscopy": "airway"}


class Sessions:
    """The looks of an account, each from where its scope is named to where the next is."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._of: dict[int, str] = {}
        current = ""
        for clause in clauses:
            if clause.role is Role.BODY:
                named = {look for atom, look in _LOOKS.items() if atom in clause.atoms}
                current = named.pop() if len(named) == 1 else "" if named else current
                self._of[clause.start] = current
        self._several = len({*self._of.values()} - {""}) > 1

    def may_tell(self, clause: Clause, atoms: AbstractSet[str]) -> bool:
        """Whether a sentence may speak of the look that these words name: another's finds and deeds are not its own."""
        if not self._several or clause.role is not Role.BODY:
            return True
        own = {look for atom, look in _LOOKS.items() if atom in atoms}
        told = self._of.get(clause.start, "")
        return not own or not told or told in own
