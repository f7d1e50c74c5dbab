"""``redactphi sample`` and ``redactphi review``: notes for a person to read, and what the verdicts allow to be said."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import click

_FILE = click.Path(path_type=Path)
_SEEDS = 2**31


@click.command()
@click.argument("manifest", type=_FILE)
@click.argument("output", type=_FILE)
@click.option("--n", type=click.IntRange(1), default=100, show_default=True, help="How many notes.")
@click.option("--seed", type=int, help="Which draw; the same seed draws the same notes. [default: by chance]")
@click.option("--out", type=_FILE, required=True, help="CSV file for the verdicts; outside OUTPUT.")
@click.option("--force", is_flag=True, help="Replace an earlier file.")
def sample(manifest: Path, output: Path, *, n: int, seed: int | None, out: Path, force: bool) -> None:
    """Draw notes of OUTPUT at random for a person to read; withheld and empty ones are left out.

    Whoever reads fills in missed_phi (yes or no) on every line, and on a yes the labels; then: redactphi review.
    """
    from redactphi.etl.sample import write_sample  # noqa: PLC0415 - --help needs none of it

    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    draw = write_sample(manifest, output, out, n=n, seed=seed, force=force)
    click.echo(f"{draw.drawn:,} of {draw.population:,} notes drawn with seed {draw.seed}: {out.name}")


@click.command()
@click.argument("verdicts", type=_FILE)
@click.option("--encoding", default="utf-8", show_default=True, help="Of VERDICTS, for example cp1252.")
@click.option("--json", "json_file", type=_FILE, help="File for the figures and the statement.")
@click.option("--force", is_flag=True, help="Replace an earlier file.")
def review(verdicts: Path, *, encoding: str, json_file: Path | None, force: bool) -> None:
    """From the filled-in VERDICTS of a sample: how many notes may still hold PHI, and the statement to sign."""
    from redactphi.etl.output import PrivateFile  # noqa: PLC0415 - --help needs none of these
    from redactphi.etl.review import read_review  # noqa: PLC0415

    report = PrivateFile(json_file, force=force) if json_file else None
    found = read_review(verdicts, encoding=encoding)
    if report:
        report.write(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) + "\n")
    click.echo(f"notes read            {found.read:,}")
    click.echo(f"with missed PHI       {found.missed:,}")
    for label, count in found.labels.items():
        click.echo(f"  {label:<20}{count:,}")
    click.echo(f"95 % bound, share     {found.share_bound:.5f}")
    if found.draw:
        click.echo(f"95 % bound, notes     {found.count_bound:,} of {found.draw.population:,}")
    click.echo(f"\n{found.statement}\n\nName, date, signature: ____________________")
