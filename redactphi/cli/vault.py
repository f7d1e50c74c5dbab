"""``redactphi vault`` and ``redactphi key``: what a vault holds, in numbers, and a new key."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from redactphi.cli.group import Group
from redactphi.cli.options import FILE


@click.command()
@click.argument("file", type=FILE)
def key(file: Path) -> None:
    """Write a new random key into FILE, which must not exist. Keep it apart from vault and notes."""
    from redactphi.keys import write_key  # noqa: PLC0415 - --help needs no cryptography

    write_key(file)


@click.group(cls=Group)
def vault() -> None:
    """Look at a vault."""


@vault.command("info")
@click.argument("file", metavar="PATH", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def vault_info(file: Path, *, as_json: bool) -> None:
    """Tokens by label, notes and accesses of the vault at PATH. Needs no key."""
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import
    from rich.table import Table  # noqa: PLC0415

    from redactphi.vault_file import summarize  # noqa: PLC0415 - --help needs no database

    found = summarize(file)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
        return
    table = Table(box=None, show_header=False)
    table.add_row("tokens", f"{sum(found.labels.values()):,}")
    for label, count in found.labels.items():
        table.add_row(f"  {label}", f"{count:,}")
    table.add_row("notes", f"{found.notes:,}")
    for action, access in found.accesses.items():
        table.add_row(action, f"{access.times:,} times, {access.tokens:,} tokens, {access.notes:,} notes")
    table.add_row("last access", found.last or "never")
    Console().print(table)
