"""Codes of a whole file of notes: CSV or JSON Lines in, one table of candidates out."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from detect_icd.candidates import COLUMNS
from detect_icd.detector import CodeDetector
from redactphi.errors import DataError, UsageError

_LARGEST_FIELD = 1 << 27
_NAME = re.compile(r"[A-Za-z_][\w.\-]{0,39}(?: [\w.\-]{1,20}){0,2}")

_Reader = Callable[[Path, str, str | None], Iterator[tuple[int, dict[str, object]]]]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did: notes read, candidates and reported codes written."""

    notes: int
    candidates: int
    reported: int


def run_batch(source: Path, out: Path, detector: CodeDetector, *, text: str, id: str | None = None) -> BatchResult:
    """Writes ``codes.csv`` into a new folder: a row a candidate, with the note's id. It appears whole or not at all.

    Args:
        source: CSV or JSON Lines; its notes are taken to be safe, since evidence is given in offsets only.
        out: The folder to make.
        detector: Finds the codes.
        text: Column of the notes.
        id: Column of their ids; line numbers if not given.

    Raises:
        UsageError: The folder exists, or a column is not in the file.
        DataError: The file cannot be read.
    """
    if out.exists():
        raise UsageError(f"{out.name} already exists")
    if not out.parent.is_dir():
        raise UsageError(f"no folder {out.parent.name} to make {out.name} in")
    counts = [0, 0, 0]
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        with (partial / "codes.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["id", *COLUMNS], lineterminator="\n")
            writer.writeheader()
            for note_id, note in read_notes(source, text, id):
                detection = detector.detect(note)
                writer.writerows({"id": note_id, **row} for row in detection.rows())
                found = (1, len(detection.candidates), len(detection.reported))
                counts = [total + more for total, more in zip(counts, found, strict=True)]
        partial.replace(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return BatchResult(*counts)


def read_notes(source: Path, text: str, id: str | None) -> Iterator[tuple[str, str]]:
    """Id and text of each note of a CSV or JSON Lines file.

    Raises:
        UsageError: The ending or a column is not known.
        DataError: The file cannot be read.
    """
    readers: dict[str, _Reader] = {".csv": _read_csv, ".jsonl": _read_jsonl, ".ndjson": _read_jsonl}
    if source.suffix.lower() not in readers:
        raise UsageError(f"{source.name}: the ending must be one of {', '.join(readers)}")
    if not source.is_file():
        raise DataError(f"no such file: {source.name}")
    try:
        for number, row in readers[source.suffix.lower()](source, text, id):
            _check_columns(source.name, row, text, id)
            note = row[text]
            if note is not None and not isinstance(note, str) and note == note:  # noqa: PLR0124 - NaN is an empty cell
                raise DataError(f"{source.name} row {number}: the note is not text")
            yield str(row[id] if id else number), note if isinstance(note, str) else ""
    except (UnicodeDecodeError, csv.Error, json.JSONDecodeError, RecursionError):
        raise DataError(f"{source.name} is not valid UTF-8 {source.suffix[1:].upper()}") from None


def _check_columns(name: str, row: Iterable[object], text: str, id: str | None) -> None:
    missing = [column for column in (text, id) if column is not None and column not in row]
    if missing:
        # What is no name may be the first note of a file without a header.
        known = [str(column) if _NAME.fullmatch(str(column)) else "(no name)" for column in row]
        raise UsageError(f"{name}: no column {missing[0]!r}; it has {', '.join(known)}")


def _read_csv(source: Path, text: str, id: str | None) -> Iterator[tuple[int, dict[str, object]]]:
    csv.field_size_limit(_LARGEST_FIELD)
    with source.open(encoding="utf-8-sig", newline="") as file:
        cells = csv.reader(file, strict=True)
        header = next(cells, [])
        if not header:
            raise DataError(f"{source.name}: the file is empty")
        if len(set(header)) < len(header):
            raise DataError(f"{source.name}: column names used twice")
        _check_columns(source.name, header, text, id)
        for number, row in enumerate(filter(None, cells), 1):
            if len(row) != len(header):
                raise DataError(f"{source.name} row {number}: not as many fields as the header")
            yield number, dict(zip(header, row, strict=True))


def _read_jsonl(source: Path, *_columns: str | None) -> Iterator[tuple[int, dict[str, object]]]:
    with source.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            row = json.loads(line)
            if not isinstance(row, dict):
                raise DataError(f"{source.name} line {number}: not a JSON object")
            yield number, row
