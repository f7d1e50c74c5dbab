"""The candidates of one note on their way through the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Dropped, Status
from detect_icd.coding import CodeSystem, icd10cm

if TYPE_CHECKING:
    from detect_icd.codebook import CodeEntry
    from detect_icd.conventions.surroundings import Surroundings
    from redactphi.spans import Span

Prefixes = tuple[str, ...]
"""Codes without their dot, or what they begin with."""


@lru_cache(maxsize=16384)
def compact(code: str) -> str:
    """A code without its dot."""
    return icd10cm.compact(code)


def starts(candidate: Candidate, prefixes: Prefixes) -> bool:
    """Whether a candidate's code is among those that begin so."""
    return compact(candidate.coding.code).startswith(prefixes)


class Docket:
    """Candidates on their way: those still reported, those dropped, and what to ask.

    Attributes:
        all: Every candidate, those added by a rule too.
        standing: Those still reported.
        dropped: Those that are not, with why.
        warnings: Questions for the coder.
        note: What the text says around the candidates, where a rule needs it.
    """

    def __init__(self, candidates: Sequence[Candidate], note: Surroundings) -> None:
        self.all = list(candidates)
        self.standing = list(candidates)
        self.dropped: list[Dropped] = []
        self.warnings: list[str] = []
        self.note = note
        self._read: tuple[list[Candidate], int, list[Candidate], list[Candidate]] | None = None

    def drop(self, candidate: Candidate, why: str) -> None:
        """Takes a candidate out."""
        self.standing = [other for other in self.standing if other is not candidate]
        self.dropped.append(Dropped(candidate, why))

    def swap(self, old: Candidate, new: Candidate) -> None:
        """Puts a candidate in another's place, as the same finding read further."""
        self.standing = [new if other is old else other for other in self.standing]
        self.all = [new if other is old else other for other in self.all]

    def add(self, candidate: Candidate, *, before: Candidate | None = None) -> bool:
        """Adds a candidate unless its code is reported already; says whether it was added."""
        if any(candidate.coding == other.coding and other.status == candidate.status for other in self.standing):
            return False
        position = next((n for n, other in enumerate(self.standing) if other is before), len(self.standing))
        self.standing.insert(position, candidate)
        self.all.append(candidate)
        return True

    def stands(self, candidate: Candidate) -> bool:
        """Whether a candidate is still reported: this very one, not one like it."""
        return any(candidate is other for other in self.standing)

    def diagnoses(self) -> list[Candidate]:
        """Those standing of ICD-10-CM."""
        return self._sorted_out()[2].copy()

    def active(self) -> list[Candidate]:
        """The diagnoses of this encounter: no history, no relative's."""
        return self._sorted_out()[3].copy()

    def _sorted_out(self) -> tuple[list[Candidate], int, list[Candidate], list[Candidate]]:
        """What stands, how many, the diagnoses among them, and those of this encounter."""
        read = self._read
        # Whatever changes what stands makes another list of it, or a longer one.
        if read is None or read[0] is not self.standing or read[1] != len(self.standing):
            found = [candidate for candidate in self.standing if candidate.coding.system is CodeSystem.ICD10CM]
            active = [c for c in found if c.status is not Status.FAMILY and not is_history(c)]
            read = self._read = self.standing, len(self.standing), found, active
        return read

    def combine(self, parts: Sequence[Candidate], entry: CodeEntry, rule: str) -> Candidate:
        """A candidate for the code that several others come to."""
        first = min(parts, key=lambda part: part.start)
        return replace(
            first,
            coding=entry.coding,
            evidence=tuple(sorted({span for part in parts for span in part.evidence})),
            score=min(part.score for part in parts),
            status=first.status if len(parts) == 1 else Status.PRESENT,
            rules=(*first.rules, f"guideline/{rule}"),
        )

    def stated(
        self, entry: CodeEntry, evidence: tuple[Span, ...], rule: str, *, section: str = "", score: float = 0.85
    ) -> Candidate:
        """A candidate for the code that words of the note come to by a rule, whatever the matchers made of them."""
        rules = ("guideline/words", f"guideline/{rule}")
        return Candidate(entry.coding, evidence, Status.PRESENT, section, score, rules)


def is_history(candidate: Candidate) -> bool:
    """Whether a code speaks of what is over."""
    return candidate.coding.code.startswith(("Z85", "Z86", "Z87"))
