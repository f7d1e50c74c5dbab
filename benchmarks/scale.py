"""What a batch costs at scale: wall time, CPU time and peak memory of each process, by number of notes and workers.

The notes are those of ``fixtures/gold``, over and over, each row with an id of its own. Memory is the resident set as the
kernel counts it (``VmHWM``), so a worker's holds what it shares with its parent too; ``private`` is what it does not.
``parent_cpu_seconds`` is what the parent needs to read, hand over and write, without loading: with w cores for w workers,
more workers cannot be faster than cpu / (parent + the rest / w).

``python -m benchmarks.scale --notes 1000,10000 --workers 1,2 [--codes] [--out FILE]``; Linux only.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import RESULTS

GOLD = Path(__file__).resolve().parent.parent / "fixtures" / "gold"
PAUSE = 0.2
"""Seconds between two looks at the processes."""


def texts() -> Iterator[str]:
    """The fixtures' notes, without end."""
    found = [
        json.loads(line)["text"]
        for path in sorted(GOLD.glob("*.phi.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return itertools.cycle(found)


def write_notes(path: Path, count: int) -> int:
    """A CSV file of so many notes; its characters."""
    characters = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("note_id", "note_text", "unit"))
        for number, text in enumerate(itertools.islice(texts(), count)):
            table.writerow((f"n{number:09}", text, "W3"))
            characters += len(text)
    return characters


def memory(process: int) -> tuple[int, int]:
    """Peak of the resident set and private memory of a process, in kB; 0 once it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0, 0
    peak = re.search(r"VmHWM:\s+(\d+)", status)
    private = re.findall(r"Private_(?:Clean|Dirty):\s+(\d+)", rollup)
    return int(peak[1]) if peak else 0, sum(map(int, private))


def cpu_seconds(process: int) -> float:
    """CPU time of a process so far; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(process: int) -> list[int]:
    """The child processes of a process."""
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def measured(source: Path, out: Path, workers: int, *, codes: bool) -> dict[str, float]:
    """One batch."""
    command = [
        sys.executable, "-m", "redactphi", "batch", str(source), "--out", str(out), "--text-column", "note_text",
        "--id-column", "note_id", "--keep", "note_id,unit", "--workers", str(workers), *(["--codes"] if codes else []),
    ]  # fmt: skip
    before, began = os.times(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    parent = worker = private = 0
    loading = parent_cpu = 0.0
    while process.poll() is None:
        parent = max(parent, memory(process.pid)[0])
        parent_cpu = max(parent_cpu, cpu_seconds(process.pid))
        found = children(process.pid)
        loading = loading or (parent_cpu if found else 0.0)
        for child in found:
            peak, own = memory(child)
            worker, private = max(worker, peak), max(private, own)
        time.sleep(PAUSE)
    if process.returncode:
        sys.exit(f"the batch ended with {process.returncode}")
    wall, after = time.perf_counter() - began, os.times()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    cpu = (after.children_user + after.children_system) - (before.children_user + before.children_system)
    return {
        "wall_seconds": round(wall, 2),
        "row_seconds": manifest["times"]["seconds"],
        "cpu_seconds": round(cpu, 2),
        "parent_cpu_seconds": round(parent_cpu - loading, 2),
        "parent_peak_mb": round(parent / 1024),
        "worker_peak_mb": round(worker / 1024),
        "worker_private_mb": round(private / 1024),
    }


def main() -> None:
    """Print the figures, and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", default="1000,10000", help="Numbers of notes.")
    parser.add_argument("--workers", default="1,2", help="Numbers of workers.")
    parser.add_argument("--codes", action="store_true", help="Find codes too.")
    parser.add_argument("--out", type=Path, help="[default: scale.json or scale_codes.json among the results]")
    arguments = parser.parse_args()
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for count in map(int, arguments.notes.split(",")):
            source = Path(folder, f"{count}.csv")
            characters = write_notes(source, count)
            for workers in map(int, arguments.workers.split(",")):
                found = measured(source, Path(folder, f"{count}-{workers}"), workers, codes=arguments.codes)
                rate = round(characters / found["row_seconds"])
                figures.append({
                    "notes": count, "characters": characters, "workers": workers, "characters_a_second": rate, **found
                })  # fmt: skip
                print(json.dumps(figures[-1]), flush=True)
            source.unlink()
    path = arguments.out or RESULTS / ("scale_codes.json" if arguments.codes else "scale.json")
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
