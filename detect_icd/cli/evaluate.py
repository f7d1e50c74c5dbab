"""``detect-icd evaluate``: what is found beside what should be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detect_icd.cli.options import print_table, release_options, setting_option

if TYPE_CHECKING:
    from detect_icd.evaluation import CaseReport, Report, ServiceReport

_GROUPS = ("tag", "status", "section")


@click.command()
@click.argument("gold", metavar="GOLD", type=click.Path(path_type=Path))
@setting_option
@release_options
@click.option("--by", type=click.Choice(_GROUPS), help="Figures of each tag, status or section, for cases.")
@click.option(
    "--worst",
    type=click.IntRange(1),
    help="Show so many of the cases or notes with the most errors, without their text.",
)
@click.option("--limit", type=click.IntRange(1), help="Read only so many notes or cases.")
@click.option("--services", is_flag=True, help="The cases are of operations: CPT and HCPCS codes, modifiers and units.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def evaluate(
    gold: Path,
    *,
    setting: Any,
    by: str | None,
    worst: int | None,
    limit: int | None,
    services: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Precision, recall and F1 on GOLD.

    GOLD is a file of coded notes, {"id", "text", "codes": [...]} a line, or a file or folder of cases (*.txt), which also
    say which codes are forbidden and how each mention is spoken of; a case names its own setting.
    """
    from itertools import islice  # noqa: PLC0415 - --help needs none of these

    from detect_icd.detector import CodeDetector  # noqa: PLC0415
    from detect_icd.evaluation import evaluate as run_evaluate  # noqa: PLC0415
    from detect_icd.evaluation import (  # noqa: PLC0415
        evaluate_cases,
        evaluate_services,
        read_cases,
        read_gold,
        read_service_cases,
    )

    if services:
        operations = islice(read_service_cases(gold), limit)
        report_of = evaluate_services(operations, CodeDetector(setting=setting, **options))
        _show_services(report_of, by=by, worst=worst, as_json=as_json)
        return

    if gold.suffix == ".jsonl":
        report = run_evaluate(islice(read_gold(gold), limit), CodeDetector(setting=setting, **options))
        _show_notes(report, worst=worst, as_json=as_json)
        return
    outpatient, inpatient = CodeDetector(setting="outpatient", **options), CodeDetector(setting="inpatient", **options)
    cases = evaluate_cases(islice(read_cases(gold), limit), {"outpatient": outpatient, "inpatient": inpatient})
    _show_cases(cases, by=by, worst=worst, as_json=as_json)


def _show_notes(report: Report, *, worst: int | None, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.to_dict(), indent=2))
        return
    rows = []
    for (what, level), counts in report.counts.items():
        figures = (counts.precision, counts.recall, counts.f1)
        rows.append([what, level, *(f"{figure:.3f}" for figure in figures), str(counts.right)])
    print_table(["counted", "level", "precision", "recall", "F1", "right"], rows)
    if worst:
        print_table(
            ["note", "wrong", "missed"],
            [[id, " ".join(sorted(wrong)), " ".join(sorted(missed))] for id, wrong, missed in report.worst(worst)],
        )


def _show_services(report: ServiceReport, *, by: str | None, worst: int | None, as_json: bool) -> None:
    figures = report.to_dict()
    if as_json:
        click.echo(json.dumps(figures, indent=2))
        return
    print_table(["figure", "value"], [
        ["cases", str(figures["cases"])],
        ["wholly right, with modifiers and units", f"{figures['wholly_right']:.3f}"],
        ["codes wholly right", f"{figures['codes_right']:.3f}"],
        *([name, f"{figures['codes'][name]:.3f}"] for name in ("precision", "recall", "f1")),
        *([f"modifiers, {name}", f"{figures['modifiers'][name]:.3f}"] for name in ("precision", "recall")),
        ["forbidden codes reported", f"{figures['forbidden_reported']} of {figures['forbidden']}"],
    ])  # fmt: skip
    if by is not None:
        rows = [
            [tag, str(f["cases"]), f"{f['wholly_right']:.2f}", f"{f['codes']['f1']:.2f}"]
            for tag, f in figures["tags"].items()
        ]
        print_table(["tag", "cases", "wholly right", "F1"], rows)
    if worst:
        print_table(["case", "tag", "wrong", "missed"], [
            [o.case.id, o.case.tag, ", ".join(map(str, sorted(o.found - o.case.services))),
             ", ".join(map(str, sorted(o.case.services - o.found)))]
            for o in report.worst(worst)
        ])  # fmt: skip


def _show_cases(report: CaseReport, *, by: str | None, worst: int | None, as_json: bool) -> None:
    figures = report.to_dict()
    if as_json:
        click.echo(json.dumps(figures, indent=2))
        return
    codes, status = figures["codes"], figures["status"]
    print_table(["figure", "value"], [
        ["cases", str(figures["cases"])],
        ["wholly right", f"{figures['wholly_right']:.3f}"],
        *([name, f"{codes[name]:.3f}"] for name in ("precision", "recall", "f1")),
        ["forbidden codes reported", f"{figures['forbidden_reported']} of {figures['forbidden']}"],
        ["status accuracy", f"{status['accuracy']:.3f} of {status['mentions']}"],
        ["status macro", f"{status['macro']:.3f}"],
    ])  # fmt: skip
    if by == "tag":
        rows = [
            [tag, str(f["cases"]), f"{f['wholly_right']:.2f}", f"{f['f1']:.2f}"] for tag, f in figures["tags"].items()
        ]
        print_table(["tag", "cases", "wholly right", "F1"], rows)
    elif by is not None:
        table = status["each"] if by == "status" else figures["sections"]
        rows = [[name or "(none)", str(f["mentions"]), f"{f['accuracy']:.3f}"] for name, f in table.items()]
        print_table([by, "mentions", "accuracy"], rows)
    if worst:
        print_table(["case", "tag", "wrong", "missed", "statuses astray"], [
            [o.case.id, o.case.tag, " ".join(sorted(o.found - o.case.reported)), " ".join(sorted(o.case.reported - o.found)),
             " ".join(f"{m.code}:{m.status}->{got or 'none'}" for m, got in o.astray)]
            for o in report.worst(worst)
        ])  # fmt: skip
