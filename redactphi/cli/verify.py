"""``redactphi verify``: is an output what its manifest says, and what does a second pass find in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redactphi.errors import UsageError

if TYPE_CHECKING:
    from redactphi.etl.verify import Verification

_FILE = click.Path(path_type=Path)
_SHOWN = 20


@click.command()
@click.argument("manifest", type=_FILE)
@click.argument("output", type=_FILE)
@click.option("--mode", help="Of the second pass: balanced or strict. [default: as the run]")
@click.option("--limit", type=click.IntRange(1), help="The second pass looks at only so many rows.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes of the second pass.")
@click.option("--policy-file", type=_FILE, help="The policy file of the run, if it has terms of its own.")
@click.option("--json", "json_file", type=_FILE, help="File for the whole report; outside OUTPUT.")
@click.option("--force", is_flag=True, help="Replace an earlier report.")
def verify(
    manifest: Path,
    output: Path,
    *,
    mode: str | None,
    limit: int | None,
    workers: int,
    policy_file: Path | None,
    json_file: Path | None,
    force: bool,
) -> None:
    """Check OUTPUT (a batch's folder, or a file in it) against MANIFEST, and look for PHI in it once more.

    Findings are given by note, place and rule, without text. The exit status is 3 when anything differs or is found.
    """
    from redactphi.cli.summary import progress  # noqa: PLC0415 - --help needs none of these
    from redactphi.etl.options import is_inside  # noqa: PLC0415
    from redactphi.etl.output import PrivateFile  # noqa: PLC0415
    from redactphi.etl.verify import verify as check  # noqa: PLC0415

    if json_file and output.is_dir() and is_inside(json_file, output):
        raise UsageError(f"{json_file.name}: put it outside the output folder, which then would not be as listed")
    report = PrivateFile(json_file, force=force) if json_file else None
    with progress() as on_progress:
        done = check(
            manifest, output, mode=mode, limit=limit, workers=workers, policy_file=policy_file, on_progress=on_progress
        )
    if report:
        report.write(json.dumps(done.to_dict(), indent=2, ensure_ascii=False) + "\n")
    _print(done)
    if not done.is_clean:
        click.get_current_context().exit(3)


def _print(done: Verification) -> None:
    from redactphi.etl.verify import CAVEAT  # noqa: PLC0415 - --help needs none of it

    lines = [
        *_aligned(_summary(done)),
        *(f"wrong: {line}" for line in _wrong(done)),
        *(f"note: {line}" for line in done.warnings),
        *(f"{label}: not checkable: {why}" for label, why in done.not_checkable.items()),
        *(_aligned(_findings(done)) if done.findings else ()),
    ]
    if len(done.findings) > _SHOWN:
        lines.append(f"{len(done.findings) - _SHOWN:,} more findings; --json FILE has them all")
    verdict = "clean" if done.is_clean else "not clean"
    click.echo("\n".join([*lines, "", f"{verdict}. {CAVEAT}"]))


def _summary(done: Verification) -> list[tuple[str, ...]]:
    files = done.files
    as_listed = files.checked - len(files.missing) - len(files.changed)
    return [
        ("manifest", done.manifest_sha256),
        ("policy", done.policy),
        *(("departs", departure) for departure in done.departures),
        *(("choice", choice) for choice in done.choices),
        ("files as listed", f"{as_listed:,} of {files.checked:,}"),
        *((name, f"{count:,}") for name, count in done.counts.counted.items()),
        ("second pass", f"{done.examined:,} notes, {done.mode}"),
        ("findings", f"{len(done.findings):,}"),
        *((f"  {label}", f"{count:,}") for label, count in done.by_label.items()),
    ]


def _wrong(done: Verification) -> list[str]:
    files, counts = done.files, done.counts
    return [
        *(f"the manifest: {error}" for error in done.manifest_errors),
        *(f"missing file: {name}" for name in files.missing),
        *(f"changed file: {name}" for name in files.changed),
        *(f"file that is not listed: {name}" for name in files.extra),
        *(f"{name}: {counts.counted.get(name, 0):,}, not {counts.expected.get(name, 0):,}" for name in counts.wrong),
        *([f"not readable: {counts.unreadable}"] if counts.unreadable else []),
        *(f"not examined: {count:,} notes ({reason})" for reason, count in sorted(done.unexamined.items())),
    ]


def _findings(done: Verification) -> list[tuple[str, ...]]:
    return [
        ("note", "column", "start", "end", "label", "score", "rule"),
        *(
            (one.note_id, one.column, str(one.start), str(one.end), one.label, f"{one.score:.2f}", one.source)
            for one in done.findings[:_SHOWN]
        ),
    ]


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows in columns. Nothing is cut to the terminal's width: a hash or an id cut short is of no use."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
