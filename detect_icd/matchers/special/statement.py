"""What a matcher of this package finds in a sentence: a complete code and the words that state it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeEntry


@dataclass(frozen=True, slots=True)
class Statement:
    """Words of a sentence and the code they state.

    Attributes:
        code: A code of the book, with its seventh character where it takes one.
        start: Where the words start.
        end: One past where they end.
        rule: The rule's name for a candidate's chain.
        score: Confidence from 0 to 1.
        owns: Categories and letters (prefixes without dots) of codes that these words do not mean as well.
        despite: What the sentence may seem to say of it without meaning it: a treatment that is past, a husband's pill.
    """

    code: str
    start: int
    end: int
    rule: str
    score: float = 0.9
    owns: tuple[str, ...] = ()
    despite: tuple[Status, ...] = ()


def of_note(entry: CodeEntry, note: str, rule: str, told: re.Match[str] | None = None) -> Candidate:
    """A candidate for what a note says as a whole: its evidence is what tells it, else only where the note starts."""
    span = Span(*told.span(), "mention", 0.9, rule) if told else Span(0, min(1, len(note)), "note", 0.9, rule)
    return Candidate(entry.coding, (span,), score=0.9, rules=(rule,))


PAST = (Status.HISTORICAL, Status.PLANNED, Status.HYPOTHETICAL)
"""What words of a treatment seem to say of the condition treated."""

OTHERS = (Status.FAMILY, Status.PLANNED, Status.HYPOTHETICAL)
"""What words of somebody else's medicine, or of a protocol, seem to say of a poisoning."""
