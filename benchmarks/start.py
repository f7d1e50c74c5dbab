"""What starting costs, beside stock Presidio, and what one very long note costs; each in fresh processes.

``python -m benchmarks.start --notes ../shared/data/phi/raw/mtsamples.jsonl --peer .bench-venv/bin/python``

``start``: wall seconds of imports, the first note and the first detection, medians. ``cold``: characters a CPU second of the
first 200 operative notes of a process, ours and the peer's in turns, once counted from where the engine stands ready and once
with all that comes before (interpreter, imports, building). ``long``: CPU seconds and peak memory of one note of real notes
joined, at three lengths.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from benchmarks.peer import Peer
from benchmarks.speed import operative_notes

PROGRAMS = {
    "import redactphi": ("", "import redactphi"),
    "import detect_icd": ("", "import detect_icd"),
    "import spacy, presidio_analyzer": ("", "import spacy, presidio_analyzer"),
    "first note, over importing spacy and presidio_analyzer": (
        "import spacy, presidio_analyzer",
        "import redactphi; redactphi.redact('Seen by Dr. Adaeze Nwosu on 03/14/2024.')",
    ),
    "first detection": ("", "import detect_icd; detect_icd.detect('Rectal prolapse.')"),
}

_COLD = """
import json, sys, time
texts = json.load(sys.stdin)
from redactphi import Document, Redactor
redactor = Redactor()
ready = time.process_time()
for _ in redactor.pipe(Document(str(i), text) for i, text in enumerate(texts)):
    pass
print(json.dumps([ready, time.process_time() - ready]))
"""

_LONG = """
import json, resource, sys, time
text = json.load(sys.stdin)
from redactphi import Redactor
redactor = Redactor()
redactor.redact("Seen by Dr. Adaeze Nwosu on 03/14/2024.")
start = time.process_time()
redactor.redact(text)
print(json.dumps([time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def seconds(before: str, program: str) -> float:
    """Wall seconds of ``program`` in a fresh interpreter, after ``before``."""
    code = f"import time\n{before}\nstart = time.perf_counter()\n{program}\nprint(time.perf_counter() - start)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def in_a_fresh_process(program: str, given: object) -> list[float]:
    """What a program prints, given something as JSON."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True)
    numbers: list[float] = json.loads(done.stdout)
    return numbers


def cold(texts: list[str], python: Path, rounds: int) -> dict[str, Any]:
    """Both sides' first notes, in turns."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(in_a_fresh_process(_COLD, texts))
        with Peer(python) as peer:
            theirs.append([peer.start_seconds, peer.analyze(texts)[0]])
    size = sum(map(len, texts))
    result: dict[str, Any] = {"notes": len(texts), "characters": size, "rounds": rounds}
    for name, runs in (("redactphi", ours), ("stock_presidio", theirs)):
        ready, notes = (statistics.median(column) for column in zip(*runs, strict=True))
        result[name] = {
            "start_cpu_seconds": round(ready, 2),
            "notes_cpu_seconds": round(notes, 2),
            "characters_per_cpu_second": round(size / notes),
            "with_start": round(size / (ready + notes)),
        }
    for rate in ("characters_per_cpu_second", "with_start"):
        result[f"ratio_{rate}"] = round(result["redactphi"][rate] / result["stock_presidio"][rate], 1)
    return result


def long_notes(texts: list[str], sizes: tuple[int, ...]) -> list[dict[str, float]]:
    """One note of each size, made of the texts in turn."""
    joined = "\n\n".join(texts)
    joined *= max(sizes) // len(joined) + 1
    found = []
    for size in sizes:
        taken, memory = in_a_fresh_process(_LONG, joined[:size])
        found.append({
            "characters": size, "cpu_seconds": round(taken, 2), "characters_per_cpu_second": round(size / taken),
            "peak_megabytes": round(memory),
        })  # fmt: skip
    return found


@click.command()
@click.option("--notes", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--peer", "python", type=click.Path(path_type=Path), required=True)
@click.option("--count", default=200, show_default=True, help="Notes of a cold start.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/start.json")
def main(notes: Path, python: Path, *, count: int, rounds: int, out: Path) -> None:
    """Print and store all three."""
    texts = operative_notes(notes, count)
    starts = {
        name: round(statistics.median(seconds(*parts) for _ in range(rounds)), 3) for name, parts in PROGRAMS.items()
    }
    result = {
        "start": starts,
        "cold": cold(texts, python, rounds),
        "long": long_notes(texts, (1_250_000, 2_500_000, 5_000_000)),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
