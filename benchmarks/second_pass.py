"""How much of what a redaction left in clear the second pass of ``redactphi verify`` finds, and what it finds for nothing.

``python -m benchmarks.second_pass`` redacts notes of gold by the gold itself, but for one span each time, and asks whether
the second pass finds that one. Then it redacts the notes as a batch would, and counts those in which something is
still found: false alarms, and what the first pass missed. Figures go to ``benchmarks/results/second_pass.json``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from redactphi import Document, Redactor
from redactphi.etl.finished import SafeNote
from redactphi.etl.residue import residue, second_policy
from redactphi.evaluation.gold import GoldDocument, read_gold

LEAKS = 4
"""Spans left in clear by turns, of each note."""


def leaks(redactor: Redactor, gold: GoldDocument) -> Iterator[tuple[str, str, int, int]]:
    """The note with one span left in clear: its text, and the label and place of that span."""
    document = Document(gold.id, gold.text)
    for index in range(0, len(gold.spans), max(1, len(gold.spans) // LEAKS)):
        left = gold.spans[index]
        rest = [span for span in gold.spans if not span.overlaps(left)]
        safe = redactor._rewrite(document, rest)  # noqa: SLF001 - by the gold, not by detection
        yield safe.text, left.label, *safe.offsets.range_to_new(left.start, left.end)


def measure(path: Path) -> dict[str, object]:
    """The figures of one gold file."""
    redactor = Redactor()
    second = Redactor(second_policy(redactor.policy))
    documents = list(read_gold(path))
    left, missed = Counter[str](), Counter[str]()
    for text, label, start, end in (leak for gold in documents for leak in leaks(redactor, gold)):
        found = residue(SafeNote("", "", text), second.detect(text))
        left[label] += 1
        missed[label] += not any(one.start < end and start < one.end for one in found)
    safe = [result.text for gold in documents if (result := redactor.redact(gold.text))]
    alarms = [len(list(residue(SafeNote("", "", text), second.detect(text)))) for text in safe]
    return {
        "left_in_clear": left.total(),
        "found": left.total() - missed.total(),
        "missed_by_label": dict(sorted((+missed).items())),
        "notes": len(safe),
        "notes_with_findings": sum(map(bool, alarms)),
        "findings": sum(alarms),
    }


@click.command()
@click.option("--gold", type=click.Path(path_type=Path), default="fixtures/gold", show_default=True, help="Folder.")
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/second_pass.json")
def main(gold: Path, out: Path) -> None:
    """Measure, print and store."""
    results = {}
    for path in sorted(gold.glob("*.phi.jsonl")):
        results[path.name.removesuffix(".jsonl")] = measure(path)
        click.echo(f"{path.name}: {results[path.name.removesuffix('.jsonl')]}")
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
