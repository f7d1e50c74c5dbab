"""Candidate, its status, and what a detection gives back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from detect_icd.coding import Coding
from redactphi.document import RedactedDocument
from redactphi.spans import Span

if TYPE_CHECKING:
    import pandas


class Status(StrEnum):
    """How the note speaks of a mention (ConText's dimensions, one value)."""

    PRESENT = "present"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"
    HISTORICAL = "historical"
    FAMILY = "family"
    HYPOTHETICAL = "hypothetical"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code the text speaks for, and why.

    Attributes:
        coding: The code.
        evidence: The spans that decided it, in offsets of the text detection ran on; ``label`` is the role
            (``mention``, ``status``, ``side``, ``approach`` ...).
        status: How the text speaks of it.
        section: Canonical name of the section the mention stands in, or ``""``.
        score: Confidence from 0 to 1.
        rules: The chain of rules that led here, first to last, e.g. ``dictionary/title``, ``guideline/IV.H``.
        modifiers: CPT/HCPCS modifiers named by the text.
        units: Units of service.
        supports: Codes of the diagnoses that support a procedure.
    """

    coding: Coding
    evidence: tuple[Span, ...]
    status: Status = Status.PRESENT
    section: str = ""
    score: float = 1.0
    rules: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    units: int = 1
    supports: tuple[str, ...] = ()

    @property
    def start(self) -> int:
        """Where its first evidence starts."""
        return min(span.start for span in self.evidence)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A candidate that is not reported, and the rule that decided so (with its guideline section)."""

    candidate: Candidate
    why: str


@dataclass(frozen=True, slots=True)
class Detection:
    """Everything found in one text.

    Attributes:
        candidates: All candidates, ranked.
        reported: Those that may be reported, in sequence.
        dropped: The others, each with why.
        warnings: Questions and hints for the coder. Name codes and rules, never note text.
    """

    candidates: tuple[Candidate, ...] = ()
    reported: tuple[Candidate, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    def to_frame(self) -> pandas.DataFrame:
        """One row a candidate: system, version, code, display, status, section, start, end, score, reported, ..."""
        import pandas  # noqa: PLC0415 - pandas is slow to import and most callers do not need it

        return pandas.DataFrame(self.rows(), columns=list(COLUMNS))

    def rows(self) -> list[dict[str, Any]]:
        """One mapping a candidate with the keys of ``COLUMNS``, reported ones first in their sequence."""
        reported = {id(candidate) for candidate in self.reported}
        ordered = [*self.reported, *(c for c in self.candidates if id(c) not in reported)]
        return [_row(candidate, reported=id(candidate) in reported) for candidate in ordered]

    def in_original(self, redacted: RedactedDocument) -> Self:
        """The same detection with evidence in offsets of the note before redaction."""

        def back(candidate: Candidate) -> Candidate:
            evidence = []
            for span in candidate.evidence:
                start, end = redacted.offsets.range_to_old(span.start, span.end)
                evidence.append(replace(span, start=start, end=end))
            return replace(candidate, evidence=tuple(evidence))

        moved = {id(candidate): back(candidate) for candidate in (*self.candidates, *self.reported)}
        return type(self)(
            candidates=tuple(moved[id(c)] for c in self.candidates),
            reported=tuple(moved[id(c)] for c in self.reported),
            dropped=tuple(Dropped(back(item.candidate), item.why) for item in self.dropped),
            warnings=self.warnings,
        )


COLUMNS = {
    "system": "string", "version": "string", "code": "string", "display": "string", "status": "string",
    "section": "string", "start": "Int64", "end": "Int64", "evidence": "string", "modifiers": "string",
    "units": "Int64", "supports": "string", "score": "float64", "reported": "boolean", "rule": "string",
}  # fmt: skip


def _row(candidate: Candidate, *, reported: bool) -> dict[str, Any]:
    return {
        "system": candidate.coding.system.short,
        "version": candidate.coding.version,
        "code": candidate.coding.code,
        "display": candidate.coding.display,
        "status": str(candidate.status),
        "section": candidate.section,
        "start": candidate.start,
        "end": max(span.end for span in candidate.evidence),
        "evidence": ";".join(f"{span.label}:{span.start}-{span.end}" for span in candidate.evidence),
        "modifiers": " ".join(candidate.modifiers),
        "units": candidate.units,
        "supports": " ".join(candidate.supports),
        "score": round(candidate.score, 3),
        "reported": reported,
        "rule": " > ".join(candidate.rules),
    }


def ranked(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Candidates in the order a detection gives them: the surest first, then as the text has them."""
    return tuple(sorted(candidates, key=lambda one: (-one.score, one.start, one.coding.code)))
