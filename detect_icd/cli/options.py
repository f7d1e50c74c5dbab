"""Options and tables that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click


def release_options(command: Any) -> Any:
    """Which release: by name or by the day of service."""
    for option in (
        click.option("--release", metavar="FYyyyy", help="ICD-10-CM release. [default: the newest]"),
        click.option("--service-date", metavar="YYYY-MM-DD", help="Day of service; decides the release."),
    ):
        command = option(command)
    return command


def setting_option(command: Any) -> Any:
    """Outpatient or inpatient."""
    return click.option(
        "--setting", type=click.Choice(["outpatient", "inpatient"]), default="outpatient", show_default=True
    )(command)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table for a terminal, tab-separated lines for anything else."""
    if not sys.stdout.isatty():
        for row in (header, *rows):
            click.echo("\t".join(row))
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Column, Table  # noqa: PLC0415

    # Folded: a cut file name or code would be none.
    table = Table(*(Column(name, overflow="fold") for name in header))
    for row in rows:
        table.add_row(*row)
    Console().print(table)
