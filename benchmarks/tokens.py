"""What tokens cost beside tags: the same notes by both, in turns, in one process, with a vault on disk.

``python -m benchmarks.tokens --notes ../shared/data/phi/raw/mtsamples.jsonl``

``new`` draws a token for every value, as for patients never seen before; ``known`` finds all of them in the vault. Both
give every note a patient of its own. CPU seconds of the process; the best of the rounds counts, since what else the machine
does only adds to it. The vault's waits for the disk, one for 64 notes, come on top and depend on the disk.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
from pathlib import Path

import click

from benchmarks.speed import dense_notes, operative_notes
from redactphi import Document, Patient, Policy, RedactedDocument, Redactor, Vault, restore
from redactphi.policy import OperatorSpec


def timed(redactor: Redactor, texts: list[str], patients: str) -> tuple[float, list[str]]:
    """CPU seconds of redacting ``texts``, each of a patient of its own, and what came out."""
    documents = [Document(str(i), text, Patient(id=f"{patients}{i}")) for i, text in enumerate(texts)]
    start = time.process_time()
    results = list(redactor.pipe(documents))
    seconds = time.process_time() - start
    return seconds, [result.text for result in results if isinstance(result, RedactedDocument)]


def restored(vault: Vault, safe: list[str]) -> float:
    """CPU seconds of restoring safe texts one by one."""
    start = time.process_time()
    for text in safe:
        restore(text, vault)
    return time.process_time() - start


def compare(texts: list[str], folder: Path, rounds: int) -> dict[str, float]:
    """The best rates of both, and what a token costs."""
    policy = Policy.load("tokens")
    tags = dataclasses.replace(policy, operators={label: OperatorSpec("tag") for label in policy.operators})
    path = folder / "vault"
    with Vault(path, bytes(32), create=True) as vault:
        plain, coded = Redactor(tags), Redactor(policy, key=bytes(32), vault=vault)
        timed(plain, texts, "warm")
        safe = timed(coded, texts, "known")[1]
        times: dict[str, list[float]] = {"tag": [], "new": [], "known": [], "restore": []}
        for number in range(rounds):
            times["tag"].append(timed(plain, texts, "known")[0])
            times["new"].append(timed(coded, texts, f"{number}-")[0])
            times["known"].append(timed(coded, texts, "known")[0])
            times["restore"].append(restored(vault, safe))
    best = {name: min(found) for name, found in times.items()}
    size, tokens = sum(map(len, texts)), sum(text.count("~") for text in safe)
    return {
        "notes": len(texts),
        "characters": size,
        "tokens": tokens,
        "rounds": rounds,
        **{f"{name}_characters_per_cpu_second": round(size / seconds) for name, seconds in best.items()},
        "new_times_tag": round(best["new"] / best["tag"], 3),
        "known_times_tag": round(best["known"] / best["tag"], 3),
        "restore_milliseconds_a_note": round(best["restore"] / len(texts) * 1000, 3),
        "vault_bytes_a_token": round(path.stat().st_size / (tokens * (rounds + 1))),
    }


@click.command()
@click.option("--notes", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--dense", type=click.Path(exists=True, path_type=Path), default="fixtures/gold", show_default=True)
@click.option("--count", default=200, show_default=True, help="Operative notes a round.")
@click.option("--rounds", default=9, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/tokens.json")
def main(notes: Path, dense: Path, *, count: int, rounds: int, out: Path) -> None:
    """Print and store the rates."""
    kinds = {"operative notes": operative_notes(notes, count), "notes dense with PHI": dense_notes(dense)}
    result = {}
    for kind, texts in kinds.items():
        with tempfile.TemporaryDirectory() as folder:
            result[kind] = compare(texts, Path(folder), rounds)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
