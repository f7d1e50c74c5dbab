"""What each preset costs: characters a CPU second relative to the tags of ``safe_harbor``, interleaved in one run.

``python -m benchmarks.policies``

The notes of ``fixtures/gold`` by other authors that hold PHI, where rewriting weighs most. ``tokens`` uses a vault in memory that
is new in each round; what disks add is in ``benchmarks/tokens.py``.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

import click

from benchmarks.speed import dense_notes
from redactphi import Document, Patient, Redactor, Vault
from redactphi.policy import presets

KEY = bytes(range(32))


def seconds(policy: str, redactors: dict[str, Redactor], texts: list[str]) -> float:
    """CPU seconds of redacting ``texts`` once."""
    redactor = Redactor(policy, key=KEY, vault=Vault(None, KEY)) if policy == "tokens" else redactors[policy]
    start = time.process_time()
    for _ in redactor.pipe(
        Document(str(number), text, Patient(id=str(number % 50))) for number, text in enumerate(texts)
    ):
        pass
    return time.process_time() - start


@click.command()
@click.option("--dense", type=click.Path(exists=True, path_type=Path), default="fixtures/gold", show_default=True)
@click.option("--rounds", default=7, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/policies.json")
def main(dense: Path, *, rounds: int, out: Path) -> None:
    """Print and store medians, and their ratio to tags."""
    texts = dense_notes(dense)
    size = sum(map(len, texts))
    redactors = {policy: Redactor(policy, key=KEY) for policy in presets() if policy != "tokens"}
    spent: dict[str, list[float]] = {policy: [] for policy in presets()}
    for _ in range(rounds):
        for policy, found in spent.items():
            found.append(seconds(policy, redactors, texts))
    tags = statistics.median(spent["safe_harbor"])
    result = {
        policy: {
            "characters_per_cpu_second": round(size / statistics.median(found)),
            "first_round": round(size / found[0]),
            "of_the_speed_of_tags": round(tags / statistics.median(found), 2),
        }
        for policy, found in spent.items()
    }
    out.write_text(json.dumps({"notes": len(texts), "characters": size, **result}, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
