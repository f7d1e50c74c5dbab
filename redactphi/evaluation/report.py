"""Runs a redactor over gold and reports: totals, per label, and the worst documents by offsets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redactphi.document import Document
from redactphi.errors import NoteWithheld
from redactphi.evaluation.by_policy import by_policy
from redactphi.evaluation.gold import GoldDocument, read_gold, read_labels
from redactphi.evaluation.metrics import Score, score_document
from redactphi.spans import Span

if TYPE_CHECKING:
    from rich.table import Table

    from redactphi.redactor import Redactor

Detect = Callable[[Document], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Worst:
    """A document with misses or false hits, by offsets only.

    Attributes:
        id: The document's id.
        missed: Gold spans not wholly covered.
        false: Redacted spans that touch no gold span.
    """

    id: str
    missed: tuple[Span, ...]
    false: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one evaluation.

    Attributes:
        name: What was evaluated on.
        score: The sums.
        worst: Documents with errors, the most missed first.
    """

    name: str
    score: Score
    worst: tuple[Worst, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data; no text."""
        worst = [
            {"id": w.id, "missed": [_plain(s) for s in w.missed], "false": [_plain(s) for s in w.false]}
            for w in self.worst
        ]
        return {"name": self.name, **self.score.to_dict(), "worst": worst}

    def table(self) -> Table:
        """A rich table: all labels first, then each."""
        from rich.table import Table  # noqa: PLC0415 - only the shell needs it

        total = self.score.to_dict()
        headline = (
            f"{self.name}: {total['documents']} documents, {total['withheld']} withheld\n"
            f"redact recall {_percent(total['redact_recall'])} · precision {_percent(total['precision'])} · "
            f"clean notes {_percent(total['clean_notes'])} · PHI-free documents redacted "
            f"{_percent(total['over_redaction'])} of {total['phi_free_documents']}"
        )
        table = Table(title=headline, title_justify="left")
        table.add_column("label")
        for column in ("spans", "wholly covered", "any overlap", "same label", "false spans"):
            table.add_column(column, justify="right")
        rows = {"all": self.score.all_labels, **dict(sorted(self.score.labels.items()))}
        false = {"all": sum(self.score.false_labels.values()), **self.score.false_labels}
        for label, score in rows.items():
            rates = score.to_dict()
            table.add_row(
                label,
                str(rates["spans"]),
                *(_percent(rates[key]) for key in ("span_recall", "found_any_overlap", "same_label")),
                str(false.pop(label, 0)),
            )
        for label, count in sorted(false.items()):
            table.add_row(label, "0", "", "", "", str(count))
        return table


def evaluate(name: str, documents: Iterable[GoldDocument], detect: Detect) -> Report:
    """Score a detector on gold documents.

    Args:
        name: Shown in the report.
        documents: The gold.
        detect: Document -> the spans that would be rewritten; may raise ``NoteWithheld``.
    """
    total = Score()
    worst = []
    for gold in documents:
        try:
            found: Sequence[Span] = detect(Document(gold.id, gold.text))
        except NoteWithheld:
            found = [Span(0, len(gold.text), "ID_OTHER")] if gold.text else []
            total.withheld += 1
        total += score_document(gold, found)
        missed = tuple(span for span in gold.spans if not _whole(span, found, gold.text))
        false = tuple(span for span in found if not any(span.overlaps(other) for other in gold.spans))
        if missed or false:
            worst.append(Worst(gold.id, missed, false))
    worst.sort(key=lambda item: (-len(item.missed), -len(item.false), item.id))
    return Report(name, total, tuple(worst))


def evaluate_file(
    path: Path, labels: Path | None, redactor: Redactor, *, using: str = "both", trim: bool = False
) -> Report:
    """Score a redactor on a gold file.

    Args:
        path: Gold documents, JSON lines.
        labels: JSON mapping of its labels to ours; None where it uses ours.
        redactor: What to score.
        using: ``both``, or ``rules`` or ``model`` alone.
        trim: Whether titles, States and label words inside the gold are taken off first (`by_policy`).

    Raises:
        DataError: A file cannot be read.
        UnknownNameError: A gold label is not mapped.
    """
    mapping = read_labels(labels) if labels else None
    name = path.stem if using == "both" else f"{path.stem} ({using})"
    gold = read_gold(path, mapping)
    return evaluate(
        name, map(by_policy, gold) if trim else gold, lambda document: redactor.detect(document, using=using)
    )


def _whole(span: Span, found: Sequence[Span], text: str) -> bool:
    inside = [i for i in range(span.start, span.end) if text[i].isalnum()] or list(range(span.start, span.end))
    return all(any(hit.start <= i < hit.end for hit in found) for i in inside)


def _plain(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "label": str(span.label), "source": span.source}


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"
