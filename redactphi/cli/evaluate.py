"""``redactphi evaluate``: the measures on a gold file."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("gold", type=click.Path(path_type=Path))
@click.option(
    "--labels", type=click.Path(path_type=Path), help="JSON file: its labels to ours. [default: they are ours]"
)
@click.option("--policy", default="safe_harbor", show_default=True, help="Preset or policy file.")
@click.option("--mode", default="balanced", show_default=True, help="balanced or strict.")
@click.option("--by", type=click.Choice(["source"]), help="source: rules alone, model alone, and both.")
@click.option("--trim", is_flag=True, help="Take titles, States and label words off the gold first.")
@click.option(
    "--worst", type=click.IntRange(min=0), default=0, help="How many of the worst documents to list, by offsets."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def evaluate(
    gold: Path,
    labels: Path | None,
    policy: str,
    mode: str,
    by: str | None,
    *,
    trim: bool,
    worst: int,
    as_json: bool,
) -> None:
    """Score detection on GOLD (JSON Lines: id, text, spans): label-blind first, then per label."""
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import

    from redactphi.evaluation import evaluate_file  # noqa: PLC0415 - spaCy and Presidio cost seconds
    from redactphi.redactor import Redactor  # noqa: PLC0415

    redactor = Redactor(policy, mode=mode)
    ways = ("both", "rules", "model") if by else ("both",)
    reports = {way: evaluate_file(gold, labels, redactor, using=way, trim=trim) for way in ways}
    if as_json:
        found = {way: report.to_dict() for way, report in reports.items()}
        click.echo(json.dumps(found if by else found["both"], indent=2))
        return
    for report in reports.values():
        Console().print(report.table())
        for document in report.worst[:worst]:
            missed = " ".join(f"{span.start}-{span.end}:{span.label}" for span in document.missed) or "-"
            false = " ".join(f"{span.start}-{span.end}:{span.label}({span.source})" for span in document.false) or "-"
            click.echo(f"{document.id}  missed {missed}  false {false}")
