"""``detect-icd import`` of CPT and HCPCS files, what ``data status`` tells of them, and ``detect-icd data check``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detect_icd.cli.options import print_table

if TYPE_CHECKING:
    from detect_icd.service_files import ImportedFile

_HELP = {
    "physician-fee-schedule": "The physician fee schedule of CMS (PPRRVU…): values, indicators and status of each code.",
    "ncci": "The edits of NCCI: pairs (PTP), units (MUE) and add-on codes, in any mixture; all files of a release at once.",
    "hcpcs": "The HCPCS level II file of CMS (HCPC…ANWEB): codes and modifiers with their dates.",
    "opps-addendum-b": "Addendum B of the outpatient prospective payment system: status indicator, APC and payment.",
    "cpt-descriptors": "Your own licensed descriptors (CSV, TSV or xlsx). They stay in your folder.",
    "ccs-services": "The CCS for services and procedures of HCUP: categories of ranges of codes.",
    "rbcs": "The Restructured BETOS of CMS: category, subcategory and family of each code.",
}

_FINDINGS = 3
"""Exit status of a check that found something."""


def import_commands() -> list[click.Command]:
    """The commands of ``detect-icd import`` for CPT and HCPCS files."""
    return [_import_command(name, text) for name, text in _HELP.items()]


def _import_command(name: str, text: str) -> click.Command:
    parameters: list[click.Parameter] = [
        click.Argument(["sources"], metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)),
        click.Option(
            ["--release"], metavar="RELEASE", help="2026, 2026A, 2026q1 or 2026-01. [default: what file or name says]"
        ),
    ]
    if name == "ncci":
        settings = click.Choice(["practitioner", "hospital"])
        parameters.append(
            click.Option(["--setting"], type=settings, help="Whose PTP edits, where the names do not tell it.")
        )
    if name == "cpt-descriptors":
        parameters += [
            click.Option(["--code-column"], metavar="NAME", help="What the column of codes is called."),
            click.Option(["--text-column"], metavar="NAME", help="What the column of descriptors is called."),
        ]

    def run(sources: tuple[Path, ...], **options: Any) -> None:
        _import(name, sources, options)

    return click.Command(name, params=parameters, help=text, callback=run)


def _import(command: str, sources: tuple[Path, ...], options: dict[str, Any]) -> None:
    from detect_icd.service_importing import import_service_files  # noqa: PLC0415 - --help does not need it

    done = import_service_files(command, *sources, **options)
    print_services(done.files)
    for note in done.notes:
        click.echo(f"! {note}", err=True)


def print_services(files: tuple[ImportedFile, ...]) -> None:
    """A table of what is imported, a line a file."""
    print_table(
        ["kind", "release", "file", "rows", "on", "kept in"],
        [
            [_title(each), each.release, source.name, f"{source.rows:,}", str(each.made), each.path.name]
            for each in files
            for source in each.files
        ],
    )


def plain_services(files: tuple[ImportedFile, ...]) -> list[dict[str, Any]]:
    """What is imported, for JSON."""
    return [asdict(each) | {"rows": each.rows, "made": str(each.made), "path": str(each.path)} for each in files]


def _title(file: ImportedFile) -> str:
    return f"{file.kind} ({file.setting})" if file.setting else file.kind


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def check(ctx: click.Context, *, as_json: bool) -> None:
    """Compare the procedure lexicon with the newest fee schedule, and with the HCPCS file. Exit status 3: findings."""
    from detect_icd.lexicon_check import check_lexicon  # noqa: PLC0415 - --help does not need it

    report = check_lexicon()
    if as_json:
        findings = [{**asdict(each), "source": str(each.source) if each.source else None} for each in report.findings]
        facts = {"compared_with": list(report.compared), "codes": report.codes, "findings": findings}
        click.echo(json.dumps(facts, indent=2))
    else:
        click.echo(f"{report.codes:,} codes compared with {' and '.join(report.compared)}")
        for note in report.notes:
            click.echo(f"! {note}", err=True)
        if report.findings:
            print_table(
                ["code", "finding", "lexicon", "what", "source"],
                [[f.code, f.kind, f.name, f.message, str(f.source or "")] for f in report.findings],
            )
        else:
            click.echo("no findings")
    if report.findings:
        ctx.exit(_FINDINGS)
