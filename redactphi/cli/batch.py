"""``redactphi batch``: a file of notes in, a folder of safe notes out."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from redactphi.cli.options import FILE, key_file, vault
from redactphi.errors import UsageError


@click.command()
@click.argument("source", metavar="IN", type=FILE)
@click.option("--out", type=FILE, help="Folder to make. It appears whole or not at all.")
@click.option("--text-column", "text", multiple=True, help="Column of notes; repeatable.")
@click.option("--id-column", "id", help="Column that names the row; replaced by a random id unless kept.")
@click.option("--id-map", type=FILE, help="File for the pairs of new and old ids; outside --out.")
@click.option("--patient", multiple=True, help="What the row knows of the patient: field=column,... Never leaves.")
@click.option("--service-date-column", "service_date", help="Decides the code release of its row. Never leaves.")
@click.option("--keep", multiple=True, help="Columns a,b that leave unchanged and unexamined.")
@click.option("--drop", multiple=True, help="Columns c,d that do not leave.")
@click.option("--keep-rest", is_flag=True, help="Keep every column not named otherwise, unexamined.")
@click.option("--policy", default="safe_harbor", show_default=True, help="Preset or policy file.")
@click.option("--mode", default="balanced", show_default=True, help="balanced or strict.")
@key_file
@vault
@click.option("--codes", is_flag=True, help="Find codes in the safe notes; short for --stage codes.")
@click.option("--stage", "stages", multiple=True, help="Run a registered stage on the safe notes; repeatable.")
@click.option("--format", help="csv, jsonl, parquet or txt. [default: as IN]")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option("--limit", type=click.IntRange(1), help="Read only so many rows.")
@click.option("--dry-run", is_flag=True, help="Count what would go; write nothing.")
@click.option("--rejected", type=FILE, help="File for lines of unreadable rows. [default: OUT.rejected.csv]")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped; the same options give the same bytes.")
@click.option("--force", is_flag=True, help="Replace an earlier output, and throw away a stopped run.")
@click.option(
    "--note-seconds",
    "seconds",
    type=click.FloatRange(0, min_open=True),
    default=60,
    show_default=True,
    help="A note that takes longer is withheld; as long again for each million characters.",
)
@click.option("--delimiter", help="Between cells: a character, or tab. [default: seen from line 1]")
@click.option("--quote", help='Around cells: a character, or none. [default: "]')
@click.option("--escape", help="Before a delimiter, quote or line end within a cell: a character. [default: none]")
@click.option("--encoding", default="utf-8", show_default=True, help="Of IN, for example latin-1.")
def batch(
    *,
    text: tuple[str, ...],
    id: str | None,
    patient: tuple[str, ...],
    keep: tuple[str, ...],
    drop: tuple[str, ...],
    keep_rest: bool,
    service_date: str | None,
    codes: bool,
    stages: tuple[str, ...],
    dry_run: bool,
    out: Path | None,
    delimiter: str | None,
    quote: str | None,
    **rest: Any,
) -> None:
    """Redact every note of IN: CSV, TSV, JSON Lines, Parquet, or a folder of .txt; .gz and .zst allowed.

    Every column must be named: text and patient columns never leave as they are, and of the others only those kept.
    The exit status is 3 when the output is made but rows were rejected, notes withheld, or a stage failed.
    """
    from redactphi.cli.summary import print_tally, progress  # noqa: PLC0415 - --help needs none of these
    from redactphi.etl.columns import ColumnChoice  # noqa: PLC0415
    from redactphi.etl.options import BatchOptions  # noqa: PLC0415
    from redactphi.etl.runner import run_batch  # noqa: PLC0415

    if out is None and not dry_run:
        raise UsageError("give --out DIR, or --dry-run")
    columns = ColumnChoice(
        text=text,
        id=id,
        patient=_facts(patient),
        service_date=service_date,
        keep=_names(keep),
        drop=_names(drop),
        keep_rest=keep_rest,
    )
    options = BatchOptions(
        columns=columns,
        out=None if dry_run else out,
        stages=tuple(dict.fromkeys((*stages, *(("codes",) if codes else ())))),
        delimiter="\t" if delimiter in ("tab", "\\t") else delimiter,
        quote="" if quote == "none" else quote,
        **rest,
    )
    with progress() as on_progress:
        tally = run_batch(options, on_progress=on_progress)
    print_tally(tally)
    if not tally.is_complete:
        _report(options, tally)
        click.get_current_context().exit(3)


def _report(options: Any, tally: Any) -> None:
    rejected, withheld = sum(tally.rejected.values()), sum(tally.withheld.values())
    where = f" ({options.rejected_path.name})" if rejected and options.out else ""
    failed = sum(tally.stage_failures.values())
    click.echo(
        f"redactphi: finished; rows rejected: {rejected}{where}, notes withheld: {withheld}, stage failures: {failed}",
        err=True,
    )


def _names(options: Iterable[str]) -> tuple[str, ...]:
    """Names from ``a,b`` options; a name with a comma is written in quotes."""
    found = [name.strip() for row in csv.reader(options, skipinitialspace=True) for name in row]
    return tuple(dict.fromkeys(name for name in found if name))


def _facts(options: Iterable[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for name in _names(options):
        field, equals, column = name.partition("=")
        if not equals:
            raise UsageError(f"--patient takes field=column,...; {name!r} has no '='")
        pairs.append((field.strip(), column.strip()))
    return tuple(pairs)
