"""``detect-icd check``: what is wrong with the codes of one claim."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from detect_icd.cli.options import print_table, release_options, setting_option

if TYPE_CHECKING:
    from detect_icd.checks.findings import Finding

_FOUND = 3


@click.command()
@click.argument("codes", nargs=-1, required=True)
@setting_option
@click.option(
    "--edits",
    type=click.Choice(["practitioner", "hospital"]),
    default="practitioner",
    show_default=True,
    help="Whose NCCI edits hold; hospital: outpatient departments.",
)
@release_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def check(codes: tuple[str, ...], *, as_json: bool, **options: Any) -> None:
    """What is wrong with CODES of one claim: one patient, one biller, one day.

    Codes as people write them, in the order of the claim: 45385-59, "64636-LT x2", K62.3. Exit status 3 where an error or a
    warning was found; hints alone leave it 0.
    """
    from detect_icd.checks.checking import check as run_check  # noqa: PLC0415 - --help does not need it

    findings = run_check(codes, **options)
    if as_json:
        click.echo(json.dumps([_plain(finding) for finding in findings], indent=2))
    elif findings:
        rows = [[str(f.severity), " ".join(f.codes), f.message, str(f.source or "")] for f in findings]
        print_table(["severity", "codes", "finding", "source"], rows)
    else:
        click.echo("nothing to correct", err=True)
    if any(finding.counts for finding in findings):
        click.get_current_context().exit(_FOUND)


def _plain(finding: Finding) -> dict[str, Any]:
    source = finding.source
    return {
        "kind": finding.kind,
        "severity": str(finding.severity),
        "codes": list(finding.codes),
        "message": finding.message,
        "source": None if source is None else asdict(source) | {"text": str(source)},
    }
