"""Measures on the test split of the generator: templates, names, towns and real notes no training saw.

``python -m benchmarks.held_out --n 1000`` generates the documents and evaluates rules alone, the model alone, both, and
strict mode; figures by label go to ``benchmarks/results/held_out.json``. Needs the ``train`` group and the raw notes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from models.training.generate import as_gold, documents
from models.training.raw import FOLDER
from redactphi import Redactor
from redactphi.evaluation import evaluate_file

WAYS = (("both", "balanced"), ("rules", "balanced"), ("model", "balanced"), ("both", "strict"))


def measure(path: Path) -> Iterator[tuple[str, Any]]:
    """The report of each way of running, by name."""
    redactors = {mode: Redactor(mode=mode) for _, mode in WAYS}
    for using, mode in WAYS:
        yield f"{using}, {mode}", evaluate_file(path, None, redactors[mode], using=using)


@click.command()
@click.option("--n", default=1000, show_default=True, help="Documents.")
@click.option("--seed", default=11, show_default=True)
@click.option("--work", type=click.Path(path_type=Path), default="build/held_out.jsonl", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/held_out.json")
def main(n: int, seed: int, work: Path, out: Path) -> None:
    """Generate, evaluate, print and store."""
    if not FOLDER.is_dir():
        raise click.ClickException("the raw notes are needed; without them the split would be another")
    work.parent.mkdir(parents=True, exist_ok=True)
    work.write_text("".join(as_gold(example) + "\n" for example in documents("test", seed, n)), encoding="utf-8")
    results = {}
    for name, report in measure(work):
        Console(width=120).print(name, report.table())
        results[name] = report.score.to_dict()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
