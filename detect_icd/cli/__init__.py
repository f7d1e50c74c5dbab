"""The ``detect-icd`` command. Exit status: 0 done, 1 the data or something unforeseen, 2 usage, 3 findings, 130 interrupted."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from detect_icd.cli.claim import check
from detect_icd.cli.evaluate import evaluate
from detect_icd.cli.lookup import lookup
from detect_icd.cli.official import data, import_
from detect_icd.cli.options import print_table, release_options, setting_option
from redactphi import __version__
from redactphi.cli.group import Group, is_file
from redactphi.errors import RedactPHIError, UsageError

if TYPE_CHECKING:
    from detect_icd.candidates import Detection

_FILE = click.Path(path_type=Path)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="detect-icd")
def detect_icd() -> None:
    """Find ICD-10-CM and CPT/HCPCS candidates in notes, offline, with the reasons."""


@detect_icd.command()
@click.argument("text", required=False, metavar="[TEXT | -]")
@setting_option
@release_options
@click.option("--json", "form", flag_value="json", help="Everything, as JSON.")
@click.option("--csv", "form", flag_value="csv", help="One row a candidate.")
@click.option(
    "--explain", "form", flag_value="explain", help="Which words, rule and guideline, for each code and dropped code."
)
@click.option("--all", "everything", is_flag=True, help="Show the dropped ones too, each with why.")
def detect(text: str | None, *, form: str | None, everything: bool, **options: Any) -> None:
    """Codes of TEXT, or of standard input when there is none or it is "-"."""
    from detect_icd.detector import detect as run_detect  # noqa: PLC0415 - --help needs none of these

    if text == "-":
        text = None
    elif text is None and sys.stdin.isatty():
        raise UsageError("give TEXT, or a note on standard input")
    if text is not None and is_file(text):
        raise UsageError("TEXT names a file; for the note in it: detect-icd detect < FILE")
    note = text if text is not None else _standard_input()
    detection = run_detect(note, **options)
    if form == "explain":
        from detect_icd.explaining import explain  # noqa: PLC0415

        click.echo("\n".join(explain(detection, note)))
        return
    if form == "json":
        click.echo(json.dumps(_plain(detection), indent=2))
    elif form == "csv":
        _write_csv(detection)
    else:
        _print_detection(detection, note, everything=everything)


@detect_icd.command()
@click.argument("source", metavar="IN", type=_FILE)
@click.option("--out", type=_FILE, required=True, help="Folder to make. It appears whole or not at all.")
@click.option("--text-column", "text", default="text", show_default=True, help="Column of the notes.")
@click.option("--id-column", "id", help="Column of their ids. [default: row numbers]")
@setting_option
@release_options
def batch(source: Path, *, out: Path, text: str, id: str | None, **options: Any) -> None:
    """Codes of every note of IN (CSV or JSON Lines), into OUT/codes.csv."""
    from detect_icd.batch import run_batch  # noqa: PLC0415
    from detect_icd.detector import CodeDetector  # noqa: PLC0415

    result = run_batch(source, out, CodeDetector(**options), text=text, id=id)
    click.echo(f"{result.notes} notes, {result.candidates} candidates, {result.reported} reported", err=True)


@detect_icd.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.option(
    "--system", type=click.Choice(["ICD10CM", "CPT", "HCPCS"], case_sensitive=False), help="Codes of one system alone."
)
@click.option("--billable", is_flag=True, help="Leave out headings, which nobody reports.")
@release_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def search(query: tuple[str, ...], *, limit: int, as_json: bool, **options: Any) -> None:
    """Codes whose wording is nearest to QUERY."""
    from detect_icd.catalogue import search as run_search  # noqa: PLC0415

    hits = run_search(" ".join(query), limit=limit, **options)
    if as_json:
        rows = [
            {
                "code": h.entry.code,
                "system": h.system,
                "title": h.entry.title,
                "billable": h.entry.billable,
                "score": h.score,
            }
            for h in hits
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    print_table(["code", "system", "title", "billable", "score"], [
        [hit.entry.code, hit.system, hit.entry.title, "yes" if hit.entry.billable else "", f"{hit.score:.2f}"] for hit in hits
    ])  # fmt: skip


for _command in (check, evaluate, import_, data, lookup):
    detect_icd.add_command(_command)


def _standard_input() -> str:
    try:
        # The bytes, whatever the locale; line ends as they are, so that offsets are the note's own.
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("standard input is not UTF-8") from None


def _plain(detection: Detection) -> dict[str, Any]:
    dropped = [
        {"code": item.candidate.coding.code, "status": str(item.candidate.status), "why": item.why}
        for item in detection.dropped
    ]
    return {"candidates": detection.rows(), "dropped": dropped, "warnings": list(detection.warnings)}


def _write_csv(detection: Detection) -> None:
    from detect_icd.candidates import COLUMNS  # noqa: PLC0415

    writer = csv.DictWriter(sys.stdout, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(detection.rows())


def _print_detection(detection: Detection, note: str, *, everything: bool) -> None:
    rows = [
        [
            c.coding.system.short,
            c.coding.code,
            c.coding.display,
            str(c.status),
            c.section,
            " ".join(c.modifiers),
            str(c.units),
            " ".join(c.supports),
            "; ".join(dict.fromkeys(" ".join(note[span.start : span.end].split()) for span in c.evidence)),
        ]
        for c in detection.reported
    ]
    print_table(["system", "code", "display", "status", "section", "modifiers", "units", "done for", "evidence"], rows)
    if everything:
        dropped = [[item.candidate.coding.code, item.candidate.coding.display, item.why] for item in detection.dropped]
        print_table(["not reported", "display", "why"], dropped)
    for warning in detection.warnings:
        click.echo(f"! {warning}", err=True)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit with its status."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit status. Every error is one line, and none holds text of a note."""
    try:
        status = detect_icd.main(args=arguments, prog_name="detect-icd", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - whatever it is, no traceback: it could show text
        message, status = _described(error)
        click.echo(f"detect-icd: {message}", err=True)
    return status if isinstance(status, int) else 0


def _described(error: Exception) -> tuple[str, int]:
    match error:
        case RedactPHIError():
            return str(error), error.exit_code
        case click.NoSuchOption():
            return "no such option (a note that starts with '-' goes after '--')", error.exit_code
        case click.UsageError() if "unexpected extra argument" in error.format_message():
            return "too many arguments: put TEXT in quotes", error.exit_code
        case click.ClickException():
            return " ".join(error.format_message().split()), error.exit_code
        case click.Abort():
            return "stopped", 130
    return (error.strerror if isinstance(error, OSError) else None) or f"unexpected {type(error).__name__}", 1
