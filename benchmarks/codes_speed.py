"""Characters a CPU second of the code detector and of a phrase matcher, interleaved in one run on the same notes.

``python -m benchmarks.codes_speed --notes notes.jsonl``

The peer is what is mostly built for this: a blank spaCy pipeline with a ``PhraseMatcher`` over every title, inclusion term
and phrase of the lexicon, which finds words and decides nothing. Each side runs in a process of its own; the figures are
medians over the rounds, and of each side its load time and peak memory. What was imported is not looked into.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import click

from detect_icd.local_data import VARIABLE

Read = Callable[[str], object]
SIDES = ("detect_icd", "phrase_matcher")


def detector(phrases: list[str]) -> Read:  # noqa: ARG001 - both sides are made alike
    """The detector of this project."""
    from detect_icd.detector import CodeDetector  # noqa: PLC0415 - its import is part of its load time

    return CodeDetector().detect


def phrase_matcher(phrases: list[str]) -> Read:
    """The peer: where any of the phrases stands, whatever its case."""
    import spacy  # noqa: PLC0415 - as above
    from spacy.matcher import PhraseMatcher  # noqa: PLC0415

    blank = spacy.blank("en")
    matcher = PhraseMatcher(blank.vocab, attr="LOWER")
    matcher.add("phrase", list(blank.pipe(phrases)))
    return lambda text: matcher(blank(text))


def phrases() -> list[str]:
    """Every title, inclusion term and phrase of the lexicon."""
    from detect_icd.codebook import open_book  # noqa: PLC0415 - not in the processes that are measured
    from detect_icd.matchers.phrases import read_synonyms  # noqa: PLC0415

    titles = (phrase for _, _, phrase in open_book().titles())
    return sorted({*titles, *(phrase for phrase, _, _ in read_synonyms())})


def serve(side: str, said: list[str], connection: Connection) -> None:
    """One side's process: loads, then reads the texts it is sent and answers with CPU seconds; none ends it."""
    start = time.process_time()
    read = {"detect_icd": detector, "phrase_matcher": phrase_matcher}[side](said)
    connection.send(time.process_time() - start)
    while texts := connection.recv():
        start = time.process_time()
        for text in texts:
            read(text)
        connection.send(time.process_time() - start)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    connection.send(kilobytes / 1024)


class Side:
    """A side in a process of its own."""

    def __init__(self, name: str, said: list[str]) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(name, said, theirs), daemon=True)
        self._process.start()
        self.load_seconds: float = self._connection.recv()

    def seconds(self, texts: list[str]) -> float:
        """CPU seconds of reading some texts."""
        self._connection.send(texts)
        found: float = self._connection.recv()
        return found

    def peak_megabytes(self) -> float:
        """The most memory it took; ends it."""
        self._connection.send([])
        found: float = self._connection.recv()
        self._process.join()
        return found


def compare(texts: list[str], rounds: int) -> dict[str, Any]:
    """Medians of both sides, interleaved, with load time and peak memory."""
    said = phrases()
    sides = {name: Side(name, said if name == "phrase_matcher" else []) for name in SIDES}
    taken: dict[str, list[float]] = {name: [] for name in SIDES}
    for _ in range(rounds):
        for name, side in sides.items():
            taken[name].append(side.seconds(texts))
    size = sum(map(len, texts))
    result: dict[str, Any] = {"notes": len(texts), "characters": size, "rounds": rounds, "phrases": len(said)}
    for name, side in sides.items():
        result[name] = {
            "characters_per_cpu_second": round(size / statistics.median(taken[name])),
            "first_round": round(size / taken[name][0]),
            "load_seconds": round(side.load_seconds, 2),
            "peak_megabytes": round(side.peak_megabytes()),
        }
    return result


def read_notes(lines: Iterable[str], count: int) -> list[str]:
    """The texts of the first notes of a file."""
    return [json.loads(line)["text"] for line, _ in zip(lines, range(count), strict=False)]


@click.command()
@click.option("--notes", type=click.Path(exists=True, path_type=Path), required=True, help="A note a line, as JSON.")
@click.option("--count", default=200, show_default=True, help="Notes a round.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Where to store the result, if at all.")
def main(notes: Path, count: int, rounds: int, out: Path | None) -> None:
    """Print medians, load times and peak memory of both sides."""
    os.environ[VARIABLE] = ""
    with notes.open(encoding="utf-8") as lines:
        result = compare(read_notes(lines, count), rounds)
    print(json.dumps(result, indent=1))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
