"""Draws safe notes for a person to read, and writes the file the verdicts go in."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from redactphi.errors import DataError, UsageError
from redactphi.etl.checks import check_counts, check_files
from redactphi.etl.columns import NOTE_ID
from redactphi.etl.finished import FinishedRun, SafeNote
from redactphi.etl.options import is_inside
from redactphi.etl.output import PrivateTable
from redactphi.etl.records import Rejected

VERDICT = "missed_phi"
LABELS = "missed_labels"
DRAW = "draw"
COLUMNS = (NOTE_ID, "column", "text", VERDICT, LABELS, "comment", DRAW)
"""The columns of a verdict file."""

_DRAW = re.compile(r"seed (-?\d+), (\d+) of (\d+), manifest ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Draw:
    """How a sample was drawn; every line of a verdict file says it.

    Attributes:
        seed: Of the draw.
        drawn: How many notes.
        population: Out of how many.
        manifest_sha256: Of the manifest of the run.
    """

    seed: int
    drawn: int
    population: int
    manifest_sha256: str

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.drawn} of {self.population}, manifest {self.manifest_sha256}"

    @classmethod
    def parse(cls, written: str) -> Self | None:
        """What a line says of its draw; None if it says nothing."""
        match = _DRAW.fullmatch(written.strip())
        return cls(int(match[1]), int(match[2]), int(match[3]), match[4]) if match else None


def write_sample(manifest: Path, output: Path, out: Path, *, n: int, seed: int, force: bool = False) -> Draw:
    """Draw notes uniformly without replacement, and write them with empty verdicts. The file is its owner's only.

    Args:
        manifest: The manifest's file.
        output: The folder of the output, or the file or folder of its notes.
        out: The verdict file to make; outside the output.
        n: How many notes; all where there are fewer.
        seed: Which draw. The same seed draws the same notes of the same output, in whatever order they stand.
        force: Whether an existing file is replaced.

    Raises:
        UsageError: The verdict file lies in the output, or exists.
        DataError: The output is not the one the manifest describes, or holds no note.
    """
    run = FinishedRun.open(manifest, output)
    if output.is_dir() and is_inside(out, output):
        raise UsageError(f"{out.name}: put it outside the output folder, which then would not be as listed")
    if out.suffix.lower() != ".csv":
        raise UsageError(f"{out.name}: a verdict file ends in .csv")
    with PrivateTable(out, COLUMNS, force=force) as table:
        population = _checked(run)
        notes = _drawn(run, n, seed)
        draw = Draw(seed, len(notes), population, run.sha256)
        for note in notes:
            table.write(note.id, note.column, note.text, "", "", "", draw)
        table.commit()
    return draw


def _checked(run: FinishedRun) -> int:
    """How many notes there are, in an output that is as its manifest says."""
    if not run.covers(run.notes_file):
        raise DataError(f"{run.scope} holds no notes; they are in {run.notes_file}")
    files, counts = check_files(run), check_counts(run)
    if files.missing or files.changed or counts.wrong or counts.unreadable:
        raise DataError("the output is not as its manifest says: see redactphi verify")
    if not counts.counted["notes"]:
        raise DataError("the output holds no note to draw")
    return counts.counted["notes"]


def _drawn(run: FinishedRun, n: int, seed: int) -> list[SafeNote]:
    """The notes of the lowest ranks, in that order: any first part of the file is a random sample as well."""
    heap: list[tuple[int, int, SafeNote]] = []
    seen: Counter[bytes] = Counter()
    for number, note in enumerate(_notes(run)):
        item = (-_rank(note, seed, seen), number, note)
        if len(heap) < n:
            heapq.heappush(heap, item)
        else:
            heapq.heappushpop(heap, item)
    return [note for _, _, note in sorted(heap, key=lambda item: -item[0])]


def _notes(run: FinishedRun) -> Iterator[SafeNote]:
    source = run.open_notes()
    for row in run.rows(source) if source else ():
        if not isinstance(row, Rejected):
            yield from (note for note in row if note is not None)


def _rank(note: SafeNote, seed: int, seen: Counter[bytes]) -> int:
    """A random number that depends on the seed and the note alone, not on its place; equal notes are told apart."""
    content = f"{note.id}\0{note.column}\0{note.text}".encode("utf-8", "surrogatepass")
    key = hashlib.sha256(content).digest()
    again, seen[key] = seen[key], seen[key] + 1
    return int.from_bytes(hashlib.sha256(f"{seed} {again} ".encode() + key).digest())
