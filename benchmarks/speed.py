"""Characters a CPU second of stock Presidio and of this project, interleaved in one run on the same notes.

``python -m benchmarks.speed --notes ../shared/data/phi/raw/mtsamples.jsonl --peer .bench-venv/bin/python``

Each round gives both sides the same 200 operative notes; the figures are medians over the rounds and their ratio.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

import click

from benchmarks.peer import Peer
from redactphi import Document, Redactor


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


@click.command()
@click.option("--notes", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--peer", "python", type=click.Path(path_type=Path), required=True)
@click.option("--count", default=200, show_default=True, help="Operative notes a round.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/speed.json")
def main(notes: Path, python: Path, count: int, rounds: int, out: Path) -> None:
    """Print and store medians, their ratio and the cold first round."""
    texts = operative_notes(notes, count)
    size = sum(map(len, texts))
    redactor = Redactor()
    ours, theirs = [], []
    with Peer(python) as peer:
        for _ in range(rounds):
            ours.append(own_seconds(redactor, texts))
            theirs.append(peer.analyze(texts)[0])
    own_rate, peer_rate = size / statistics.median(ours), size / statistics.median(theirs)
    result = {
        "notes": len(texts),
        "characters": size,
        "rounds": rounds,
        "redactphi_characters_per_cpu_second": round(own_rate),
        "redactphi_first_round": round(size / ours[0]),
        "stock_presidio_characters_per_cpu_second": round(peer_rate),
        "ratio": round(own_rate / peer_rate, 1),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
