"""How often the first and the first five codes found by a search hold the right one, and how long a search takes.

``python -m benchmarks.search [--er ../shared/data/icd/gold/er_dx_strings_a.jsonl]``

Queries are lines ``words => CODE`` of ``fixtures/cases/queries``; of a coded string with several codes, any will do.
What was imported is not looked into.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Iterable
from pathlib import Path

import click

from detect_icd import search
from detect_icd.evaluation import read_gold
from detect_icd.local_data import VARIABLE
from redactphi.errors import UsageError

FIRST = 5


def queries(path: Path) -> list[tuple[str, frozenset[str]]]:
    """The queries of a file, each with its code."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.rpartition("=>") for line in lines if "=>" in line)
    return [(words.strip(), frozenset(codes.split()[:1])) for words, _, codes in pairs]


def measured(asked: Iterable[tuple[str, frozenset[str]]]) -> dict[str, float]:
    """Shares of first and of first five that hold a right code, and milliseconds a search.

    Every query is asked twice: ``cold`` is the median of the first time, in which words are met and parts of the book are read.
    """
    first, among, cold, warm = [], [], [], []
    for words, codes in asked:
        found, took = _timed(words)
        cold.append(took)
        warm.append(_timed(words)[1])
        first.append(found[:1] != [] and found[0] in codes)
        among.append(bool(codes.intersection(found)))
    return {
        "queries": len(warm),
        "top_1": round(statistics.mean(first), 3),
        "top_5": round(statistics.mean(among), 3),
        "cold_ms": round(statistics.median(cold), 1),
        "median_ms": round(statistics.median(warm), 1),
        "p99_ms": round(sorted(warm)[int(0.99 * (len(warm) - 1))], 1),
    }


def _timed(words: str) -> tuple[list[str], float]:
    """What a search finds, and how many milliseconds of CPU it took."""
    begin = time.process_time()
    try:
        found = [hit.entry.code for hit in search(words, limit=FIRST)]
    except UsageError:
        found = []
    return found, 1000 * (time.process_time() - begin)


@click.command()
@click.option(
    "--folder", type=click.Path(exists=True, path_type=Path), default="fixtures/cases/queries", show_default=True
)
@click.option("--er", type=click.Path(exists=True, path_type=Path), help="Coded emergency-room strings, JSON Lines.")
def main(folder: Path, er: Path | None) -> None:
    """Print the figures of each set as JSON."""
    os.environ[VARIABLE] = ""
    search("warm the index")
    sets = {path.stem: queries(path) for path in sorted(folder.glob("*.txt"))}
    if er is not None:
        sets["er_strings"] = [(note.text, note.codes) for note in read_gold(er) if note.codes]
    print(json.dumps({name: measured(asked) for name, asked in sets.items()}, indent=1))


if __name__ == "__main__":
    main()
