"""``redactphi policy``: what the shipped policies do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redactphi.cli.group import Group

if TYPE_CHECKING:
    from rich.console import Console

    from redactphi.policy import Policy


@click.group(cls=Group)
def policy() -> None:
    """List, show and check policies."""


@policy.command("list")
def list_policies() -> None:
    """Name and purpose of each shipped policy."""
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import
    from rich.table import Table  # noqa: PLC0415

    from redactphi.policy import Policy, presets  # noqa: PLC0415 - reads packaged data

    table = Table("policy", "what it does", box=None)
    for name in presets():
        table.add_row(name, Policy.load(name).description)
    Console().print(table)


@policy.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show_policy(name: str, *, as_json: bool) -> None:
    """What policy NAME (or a policy file) does to each label."""
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import
    from rich.table import Table  # noqa: PLC0415

    from redactphi.policy import Policy  # noqa: PLC0415 - reads packaged data

    found = Policy.load(name)
    if as_json:
        click.echo(json.dumps({**found.describe(), "sha256": found.sha256}, indent=2))
        return
    table = Table("label", "operator", "threshold")
    for label, spec in sorted(found.operators.items()):
        params = " ".join(f"{key}={value}" for key, value in spec.params.items())
        table.add_row(label, f"{spec.operator} {params}".strip(), f"{found.thresholds[label]:g}")
    console = Console()
    console.print(f"{found.name} (version {found.version}): {found.description}", highlight=False)
    _say_departures(found, console)
    console.print(table)


@policy.command("check")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def check_policy(path: Path) -> None:
    """Whether policy file PATH can be used, and what it departs in from Safe Harbor.

    What is wrong with it is said in one line, with the exit status 2.
    """
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import

    from redactphi.operators import OPERATORS  # noqa: PLC0415 - Presidio costs seconds
    from redactphi.policy import Policy  # noqa: PLC0415
    from redactphi.rewrite import check_operators  # noqa: PLC0415

    found = Policy.load(path)
    needs = check_operators(found, OPERATORS)
    console = Console()
    console.print(f"{found.name} (version {found.version}): no errors", highlight=False)
    for need in sorted(needs):
        console.print(f"needs: {need}", highlight=False)
    _say_departures(found, console)


def _say_departures(found: Policy, console: Console) -> None:
    for departure in found.departures:
        console.print(f"departs from Safe Harbor: {departure}", highlight=False)
    for choice in found.choices:
        console.print(f"choice: {choice}", highlight=False)
    if not found.departures:
        console.print("departs from Safe Harbor in nothing this file says", highlight=False)
