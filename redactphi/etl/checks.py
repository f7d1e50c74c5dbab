"""Whether an output is still the one its manifest describes: its files by hash, its rows and notes by number."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from redactphi.errors import DataError
from redactphi.etl.finished import FinishedRun
from redactphi.etl.manifest import MANIFEST
from redactphi.etl.output import sha256
from redactphi.etl.readers import open_source
from redactphi.etl.records import Record, Rejected

_WITHHELD = "withheld.csv"


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The files of an output beside those its manifest lists.

    Attributes:
        checked: How many the manifest lists of what was looked at.
        missing: Listed files that are not there.
        changed: Listed files whose content is another.
        extra: Files that are not listed. Nobody vouches for their names, so a report only counts them.
    """

    checked: int
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    extra: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CountCheck:
    """Numbers of an output beside those of its manifest.

    Attributes:
        counted: What is there, by what it is.
        expected: What the manifest says, by the same names.
        unreadable: Why the notes could not be read to their end; empty when they could.
    """

    counted: dict[str, int] = field(default_factory=dict)
    expected: dict[str, int] = field(default_factory=dict)
    unreadable: str = ""

    @property
    def wrong(self) -> list[str]:
        """What differs."""
        names = sorted({*self.counted, *self.expected})
        return [name for name in names if self.counted.get(name, 0) != self.expected.get(name, 0)]


def check_files(run: FinishedRun) -> FileCheck:
    """The files of an output, by hash. A file that was compressed afterwards counts by its content."""
    listed = {name: digest for name, digest in run.manifest["files_sha256"].items() if run.covers(name)}
    found = {name: run.find(name) for name in listed}
    there = {name: path for name, path in found.items() if path is not None}
    return FileCheck(
        checked=len(listed),
        missing=tuple(name for name in sorted(listed) if name not in there),
        changed=tuple(name for name in sorted(there) if _digest(there[name], name) != listed[name]),
        extra=tuple(_extra(run, set(there.values()))),
    )


def check_counts(run: FinishedRun) -> CountCheck:
    """Rows, notes and withheld notes of an output, by number; nothing where the notes are not looked at."""
    if not run.covers(run.notes_file):
        return CountCheck()
    rows, notes = run.manifest["rows"], run.manifest["notes"]
    expected = {"rows": rows["out"], "notes": notes["redacted"], "empty": notes["empty"] + notes["withheld"]}
    counted: Counter[str] = Counter(dict.fromkeys(expected, 0))
    try:
        _count_notes(run, counted)
        if run.covers(_WITHHELD):
            _count_withheld(run, counted)
            reasons = run.manifest["withheld_by_reason"]
            expected |= {f"withheld: {reason}": count for reason, count in reasons.items()}
    except DataError as error:
        return CountCheck(dict(counted), expected, str(error))
    return CountCheck(dict(counted), expected)


def _count_notes(run: FinishedRun, counted: Counter[str]) -> None:
    source = run.open_notes()
    for row in run.rows(source) if source else ():
        if isinstance(row, Rejected):
            counted["rows that cannot be read"] += 1
            continue
        counted["rows"] += 1
        counted["empty"] += row.count(None)
        counted["notes"] += len(row) - row.count(None)


def _count_withheld(run: FinishedRun, counted: Counter[str]) -> None:
    path = run.find(_WITHHELD)
    if path is None:
        return
    source = open_source(path, delimiter=",")
    if "reason" not in source.columns:
        raise DataError(f"{source.name}: no column 'reason'")
    known = run.manifest["withheld_by_reason"]
    for record in source.records():
        reason = "" if isinstance(record, Rejected) else _value(record, source.columns.index("reason"))
        counted[f"withheld: {reason}" if reason in known else "withheld for another reason"] += 1


def _value(record: Record, place: int) -> str:
    cell = record.cells[place]
    return "" if cell is None else str(cell.value)


def _digest(path: Path, name: str) -> str:
    if path.name == Path(name).name:
        return sha256(path)
    try:
        with gzip.open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, EOFError, zlib.error):
        return ""


def _extra(run: FinishedRun, known: set[Path]) -> list[str]:
    files = (
        path for path in run.root.rglob("*") if path.is_file() and path not in known and not _is_manifest(run, path)
    )
    names = (path.relative_to(run.root).as_posix() for path in files)
    return sorted(name for name in names if run.covers(name.removesuffix(".gz")))


def _is_manifest(run: FinishedRun, path: Path) -> bool:
    """Whether a file is the manifest itself, or a copy of it in its usual place."""
    if path == run.manifest_path.resolve():
        return True
    return path == run.root / MANIFEST and sha256(path) == run.sha256
