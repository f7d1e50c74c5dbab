"""``redactphi policy``: what the shipped policies do."""

from __future__ import annotations

import json

import click

from redactphi.cli.group import Group


@click.group(cls=Group)
def policy() -> None:
    """List and show policies."""


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
    for departure in found.departures:
        console.print(f"departs from Safe Harbor: {departure}", highlight=False)
    console.print(table)
