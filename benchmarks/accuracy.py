"""PHI measures of stock Presidio and of this project on the same gold, in one table.

``python -m benchmarks.accuracy --gold ../shared/data/phi/gold --by-others --peer .bench-venv/bin/python``
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from benchmarks.peer import Peer
from models.training.measure import BY_OTHERS, OWN_GOLD
from redactphi import Redactor, Span
from redactphi.document import Document
from redactphi.evaluation import evaluate, read_gold, read_labels
from redactphi.evaluation.report import Report

_COLUMNS = ("redact_recall", "precision", "span_recall", "found_any_overlap", "clean_notes", "over_redaction")


def gold_sets(gold: Path) -> list[tuple[Path, Path | None]]:
    """The PHI gold files of a folder, or a single one, each with its label mapping."""
    pairs = []
    for path in sorted(gold.glob("*.jsonl")) if gold.is_dir() else [gold]:
        if path.name.endswith(".codes.jsonl"):
            continue
        stem = path.stem.removesuffix("_dev")
        labels = path.with_name(f"{stem}.labels.json")
        pairs.append((path, labels if labels.is_file() else None))
    return pairs


def peer_report(peer: Peer, path: Path, labels: Path | None) -> Report:
    """The peer's score on a gold file; every span it returns counts as redacted."""
    documents = list(read_gold(path, read_labels(labels) if labels else None))
    _, found = peer.analyze([document.text for document in documents])
    spans = {
        document.id: [Span(start, end, label) for start, end, label in answer if start < end]
        for document, answer in zip(documents, found, strict=True)
    }

    def detect(document: Document) -> list[Span]:
        return spans[document.id]

    return evaluate(path.stem, documents, detect)


def own_report(redactor: Redactor, path: Path, labels: Path | None) -> Report:
    """This project's score on a gold file."""
    documents = read_gold(path, read_labels(labels) if labels else None)
    return evaluate(path.stem, documents, redactor.detect)


def row(table: Table, name: str, who: str, score: dict[str, Any]) -> None:
    """One line of the table, rates in percent."""
    cells = ("-" if score[key] is None else f"{100 * score[key]:.1f}" for key in _COLUMNS)
    table.add_row(name, str(score["documents"]), who, *cells)


@click.command()
@click.option(
    "--gold",
    "folders",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    multiple=True,
    help="Folder of gold files, or one of them.",
)
@click.option("--by-others", is_flag=True, help="Also our own notes, and those by others that no training saw.")
@click.option("--peer", "python", type=click.Path(path_type=Path), help="Interpreter of the peer's environment.")
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/accuracy.json")
def main(folders: tuple[Path, ...], python: Path | None, out: Path, *, by_others: bool) -> None:
    """Print the table and write the figures as JSON."""
    if by_others:
        folders += tuple(OWN_GOLD / f"{name}.phi.jsonl" for name in (*BY_OTHERS, "notes"))
    table = Table(title="PHI, label-blind, percent")
    for column in ("set", "notes", "tool", *_COLUMNS):
        table.add_column(column.replace("_", " "))
    results: dict[str, Any] = {}
    redactor = Redactor()
    peer = Peer(python) if python else None
    for path, labels in [pair for folder in folders for pair in gold_sets(folder)]:
        reports = {"redactphi": own_report(redactor, path, labels)}
        if peer:
            reports = {"stock Presidio": peer_report(peer, path, labels), **reports}
        for who, report in reports.items():
            score = report.score.to_dict()
            row(table, path.stem, who, score)
            results.setdefault(path.stem, {})[who] = score
        table.add_section()
    if peer:
        peer.__exit__(None, None, None)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
