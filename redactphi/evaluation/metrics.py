"""The measures: label-blind first, since what leaks matters more than its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from redactphi.evaluation.gold import GoldDocument
from redactphi.spans import Span


@dataclass(slots=True)
class LabelScore:
    """How the gold spans of one label fared."""

    spans: int = 0
    whole: int = 0
    touched: int = 0
    same_label: int = 0

    def __add__(self, other: LabelScore) -> LabelScore:
        return LabelScore(
            self.spans + other.spans,
            self.whole + other.whole,
            self.touched + other.touched,
            self.same_label + other.same_label,
        )

    def to_dict(self) -> dict[str, Any]:
        """Counts and rates."""
        return {
            "spans": self.spans,
            "span_recall": ratio(self.whole, self.spans),
            "found_any_overlap": ratio(self.touched, self.spans),
            "same_label": ratio(self.same_label, self.spans),
        }


@dataclass(slots=True)
class Score:
    """Sums over documents; scores add with ``+``.

    Attributes:
        documents: All of them.
        with_phi: Those with at least one gold span.
        clean: Those of ``with_phi`` with every gold span wholly covered.
        phi_free: Those without a gold span.
        touched_free: Those of ``phi_free`` with any redaction.
        withheld: Notes that could not be made safe; all their PHI counts as covered and as over-redacted.
        gold_chars: Alphanumeric characters of gold spans.
        covered_chars: Those of them that were redacted.
        redacted_chars: Alphanumeric characters redacted.
        labels: By label.
        false_labels: Redacted spans that touch no gold span, by their label.
    """

    documents: int = 0
    with_phi: int = 0
    clean: int = 0
    phi_free: int = 0
    touched_free: int = 0
    withheld: int = 0
    gold_chars: int = 0
    covered_chars: int = 0
    redacted_chars: int = 0
    labels: dict[str, LabelScore] = field(default_factory=dict)
    false_labels: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Score) -> Score:
        labels = {
            label: self.labels.get(label, LabelScore()) + other.labels.get(label, LabelScore())
            for label in self.labels.keys() | other.labels.keys()
        }
        return Score(
            self.documents + other.documents,
            self.with_phi + other.with_phi,
            self.clean + other.clean,
            self.phi_free + other.phi_free,
            self.touched_free + other.touched_free,
            self.withheld + other.withheld,
            self.gold_chars + other.gold_chars,
            self.covered_chars + other.covered_chars,
            self.redacted_chars + other.redacted_chars,
            labels,
            self.false_labels + other.false_labels,
        )

    @property
    def all_labels(self) -> LabelScore:
        """All labels in one."""
        return sum(self.labels.values(), LabelScore())

    def to_dict(self) -> dict[str, Any]:
        """Rates from 0 to 1, None where there is nothing to divide by."""
        return {
            "documents": self.documents,
            "withheld": self.withheld,
            "redact_recall": ratio(self.covered_chars, self.gold_chars),
            "precision": ratio(self.covered_chars, self.redacted_chars),
            "span_recall": ratio(self.all_labels.whole, self.all_labels.spans),
            "found_any_overlap": ratio(self.all_labels.touched, self.all_labels.spans),
            "clean_notes": ratio(self.clean, self.with_phi),
            "phi_free_documents": self.phi_free,
            "over_redaction": ratio(self.touched_free, self.phi_free),
            "labels": {label: score.to_dict() for label, score in sorted(self.labels.items())},
            "false_spans": dict(sorted(self.false_labels.items())),
        }


def ratio(part: int, whole: int) -> float | None:
    """``part / whole`` to four places, or None for an empty whole."""
    return round(part / whole, 4) if whole else None


def score_document(gold: GoldDocument, found: Sequence[Span]) -> Score:
    """The score of one document.

    Args:
        gold: The document with its gold spans.
        found: The redacted spans, in offsets of its text.
    """
    text = gold.text
    phi, redacted = _covered(gold.spans, text), _covered(found, text)
    score = Score(documents=1, gold_chars=len(phi), redacted_chars=len(redacted), covered_chars=len(phi & redacted))
    missed = phi - redacted
    for span in gold.spans:
        label = score.labels.setdefault(str(span.label), LabelScore())
        hits = [other for other in found if other.overlaps(span)]
        label.spans += 1
        label.touched += bool(hits)
        label.whole += bool(hits) and missed.isdisjoint(range(span.start, span.end))
        label.same_label += any(hit.label == span.label for hit in hits)
    if gold.spans:
        score.with_phi, score.clean = 1, int(not missed and all(_touched(span, found) for span in gold.spans))
    else:
        score.phi_free, score.touched_free = 1, int(bool(found))
    score.false_labels.update(str(hit.label) for hit in found if not _touched(hit, gold.spans))
    return score


def _touched(span: Span, others: Iterable[Span]) -> bool:
    return any(span.overlaps(other) for other in others)


def _covered(spans: Iterable[Span], text: str) -> set[int]:
    return {i for span in spans for i in range(span.start, span.end) if text[i].isalnum()}
