"""Characters a CPU second of stock Presidio and of this project, interleaved in one run on the same notes.

``python -m benchmarks.speed --notes ../shared/data/phi/raw/mtsamples.jsonl --peer .bench-venv/bin/python``

Each round gives both sides the same notes: 200 operative ones as published (little PHI), the notes of ``fixtures/gold`` by
other authors (dense with PHI), and questions of a line to a model (``--short``; left out where they are not beside the
checkout). The figures are medians over the rounds and their ratio.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

import click

from benchmarks.peer import Peer
from redactphi import Document, Redactor

_DENSE_STEP = 4


def operative_notes(path: Path, count: int) -> list[str]:
    """The first ``count`` notes marked operative."""
    texts = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            if raw.get("meta", {}).get("operative"):
                texts.append(raw["text"])
            if len(texts) == count:
                break
    return texts


def own_seconds(redactor: Redactor, texts: list[str]) -> float:
    """CPU seconds of redacting ``texts`` in one process."""
    start = time.process_time()
    for _ in redactor.pipe(Document(str(i), text) for i, text in enumerate(texts)):
        pass
    return time.process_time() - start


def dense_notes(folder: Path) -> list[str]:
    """Every fourth of the notes of the gold files by other authors that hold PHI."""
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("*.phi.jsonl"))
        if not path.name.startswith("notes.")
        for line in path.read_text(encoding="utf-8").split("\n")
        if line
    ]
    return [row["text"] for row in rows if row["spans"]][::_DENSE_STEP]


def short_queries(path: Path) -> list[str]:
    """The texts of a gold file of questions, a line or two each."""
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").split("\n") if line]


def compare(redactor: Redactor, peer: Peer, texts: list[str], rounds: int) -> dict[str, float]:
    """Medians of both sides, interleaved, and their ratio."""
    size = sum(map(len, texts))
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(own_seconds(redactor, texts))
        theirs.append(peer.analyze(texts)[0])
    own_rate, peer_rate = size / statistics.median(ours), size / statistics.median(theirs)
    return {
        "notes": len(texts),
        "characters": size,
        "rounds": rounds,
        "redactphi_characters_per_cpu_second": round(own_rate),
        "redactphi_first_round": round(size / ours[0]),
        "stock_presidio_characters_per_cpu_second": round(peer_rate),
        "ratio": round(own_rate / peer_rate, 1),
    }


@click.command()
@click.option("--notes", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--dense", type=click.Path(exists=True, path_type=Path), default="fixtures/gold", show_default=True)
@click.option(
    "--short", type=click.Path(path_type=Path), default="../shared/data/phi/gold/asq_phi_dev.jsonl", show_default=True
)
@click.option("--peer", "python", type=click.Path(path_type=Path), required=True)
@click.option("--count", default=200, show_default=True, help="Operative notes a round.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/speed.json")
def main(notes: Path, dense: Path, short: Path, python: Path, *, count: int, rounds: int, out: Path) -> None:
    """Print and store medians, their ratio and the cold first round."""
    redactor = Redactor()
    kinds = {"operative notes": operative_notes(notes, count), "notes dense with PHI": dense_notes(dense)}
    if short.is_file():
        kinds["short queries"] = short_queries(short)
    with Peer(python) as peer:
        result = {kind: compare(redactor, peer, texts, rounds) for kind, texts in kinds.items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
