"""``detect-icd lookup``: the pages of codes, in a terminal, as text, JSON or HTML."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detect_icd.cli.options import release_options
from redactphi.errors import UsageError

if TYPE_CHECKING:
    from detect_icd.pages.records import CodePage


@click.command()
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@release_options
@click.option(
    "--json", "as_json", is_flag=True, help="As JSON: an object for a code, a list for several, a range or a wildcard."
)
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Write one HTML file that holds all the pages."
)
@click.option("--all", "everything", is_flag=True, help="Long lists whole: code pairs, related codes.")
def lookup(
    codes: tuple[str, ...],
    *,
    release: str | None,
    service_date: str | None,
    as_json: bool,
    html: Path | None,
    everything: bool,
) -> None:
    """All that is known of each CODE: ICD-10-CM, CPT or HCPCS.

    CODE may be a range (45395-45402, K60-K62) or have wildcards ('K62.*', in quotes).
    """
    from detect_icd.pages.asked import names_several  # noqa: PLC0415 - --help needs none of these
    from detect_icd.pages.building import code_pages  # noqa: PLC0415

    if as_json and html is not None:
        raise UsageError("give --json or --html, not both")
    pages = code_pages(codes, release=release, service_date=service_date, everything=everything)
    for note in dict.fromkeys(note for page in pages if (note := getattr(page, "note", ""))):
        click.echo(f"! {note}", err=True)
    if as_json:
        _print_json(pages, single=len(codes) == 1 and not names_several(codes[0]))
    elif html is not None:
        _write_html(pages, html)
    else:
        _print(pages)


def _print_json(pages: list[CodePage], *, single: bool) -> None:
    from detect_icd.pages.plain import plain_page  # noqa: PLC0415

    plain = [plain_page(page) for page in pages]
    click.echo(json.dumps(plain[0] if single else plain, indent=2))


def _write_html(pages: list[CodePage], path: Path) -> None:
    from detect_icd.pages.html import write_html  # noqa: PLC0415
    from detect_icd.pages.text import outline  # noqa: PLC0415

    write_html([outline(page) for page in pages], path)
    click.echo(f"{path.name}: {len(pages)} code{'s' if len(pages) > 1 else ''}", err=True)


def _print(pages: list[CodePage]) -> None:
    from detect_icd.pages.text import outline, text_lines  # noqa: PLC0415

    outlines = [outline(page) for page in pages]
    if sys.stdout.isatty():
        from detect_icd.pages.terminal import print_outlines  # noqa: PLC0415

        print_outlines(outlines, sys.stdout)
        return
    for number, shown in enumerate(outlines):
        if number:
            click.echo()
        for line in text_lines(shown):
            click.echo(line)
