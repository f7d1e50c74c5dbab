"""``detect-icd import`` and ``detect-icd data``: official files, kept for look-up and detection."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detect_icd.cli.options import print_table
from detect_icd.cli.services import check, import_commands, plain_services, print_services
from redactphi.cli.group import Group

if TYPE_CHECKING:
    from detect_icd.local_data import Imported


@click.group("import", cls=Group)
def import_() -> None:
    """Import official files. They are read once and kept in the folder `detect-icd data status` names."""


@import_.command()
@click.argument("sources", metavar="ZIP_OR_FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--release", metavar="FYyyyy", help="The fiscal year. [default: what the files say]")
def icd10cm(sources: tuple[Path, ...], *, release: str | None) -> None:
    """The year's ICD-10-CM files: tabular list with order file, Alphabetic Index, external causes, drugs, neoplasms."""
    from detect_icd.importing import import_icd10cm  # noqa: PLC0415 - --help does not need it

    found = import_icd10cm(*sources, release=release)
    print_table(
        ["release", "kind", "file", "year", "rows"],
        [[found.release, source.kind, source.name, source.version, f"{source.rows:,}"] for source in found.sources],
    )


@click.group(cls=Group)
def data() -> None:
    """What is built in and what was imported."""


@data.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def status(*, as_json: bool) -> None:
    """The releases and indexes at hand, where they come from, and whether they are used."""
    from detect_icd.codebook import releases  # noqa: PLC0415
    from detect_icd.local_data import home, imported  # noqa: PLC0415
    from detect_icd.matchers.index import is_stale, phrase_index  # noqa: PLC0415
    from detect_icd.service_files import ServiceFiles  # noqa: PLC0415

    imports, services = imported(), ServiceFiles.open().imports()
    if as_json:
        facts = {
            "folder": str(home() or ""),
            "releases": [{"name": r.name, "first_day": r.first_day.isoformat(), "last_day": r.last_day.isoformat(),
                          "billable": r.billable_count} for r in releases()],
            "imported": [_facts(found) | {"path": str(found.path), "stale": is_stale(found)} for found in imports],
            "services": plain_services(services),
            "phrases": len(phrase_index()),
        }  # fmt: skip
        click.echo(json.dumps(facts, indent=2))
        return
    click.echo(f"folder: {home() or 'none (nothing imported is used)'}")
    click.echo(f"phrases: {len(phrase_index()):,}")
    rows = [[r.name, f"{r.first_day} to {r.last_day}", f"{r.billable_count:,}"] for r in releases()]
    print_table(["release", "in force", "billable codes"], rows)
    if not imports:
        click.echo("imported: nothing; `detect-icd import icd10cm ZIP_OR_FOLDER` brings the Alphabetic Index")
    else:
        print_table(["imported", "kind", "file", "rows", "on", "used"], [
            [found.release, source.kind, source.name, f"{source.rows:,}", found.made, _use(found, source.kind)]
            for found in imports for source in found.sources
        ])  # fmt: skip
    if services:
        print_services(services)
    else:
        click.echo("CPT and HCPCS files: none; see `detect-icd import --help`")


for _command in import_commands():
    import_.add_command(_command)
data.add_command(check)


def _facts(found: Imported) -> dict[str, Any]:
    return {name: value for name, value in asdict(found).items() if name != "stamp"}


def _use(found: Imported, kind: str) -> str:
    """Whether a file of an import is used: every release is, but one index only."""
    from detect_icd.importers.alphabetic import INDEXES  # noqa: PLC0415
    from detect_icd.matchers.index import alphabetic_index_used, is_stale  # noqa: PLC0415

    if is_stale(found):
        return "no: run `detect-icd data refresh`" if kind in INDEXES else "yes, words after `detect-icd data refresh`"
    used = alphabetic_index_used()
    return "yes" if kind not in INDEXES or used is None or used == found else f"no: {used.release} is newer"


@data.command()
def refresh() -> None:
    """Compile what was imported of ICD-10-CM anew, after an update of this package."""
    from detect_icd.importing import refresh as run_refresh  # noqa: PLC0415

    found = run_refresh()
    for each in found:
        click.echo(f"{each.release}: compiled")
    if not found:
        click.echo("imported: nothing")
