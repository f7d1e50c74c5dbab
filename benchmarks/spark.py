"""Notes a second on Spark: two tasks in one JVM, a cluster of two workers, and the same cluster losing one amid the job.

``python -m benchmarks.spark --notes 20000``

The notes are those of ``fixtures/gold`` over and over, each with an id of its own; ``examples/spark_job.py`` redacts them
from Parquet to Parquet. The outputs of all three must be the same. Seconds are wall time of the whole ``spark-submit``,
starting Spark and counting statuses among them; on a machine that others use too they say little.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import pandas as pd

from benchmarks.spark_cluster import Cluster, cluster, missing, submitted

JOB = Path("examples/spark_job.py")
PARTITIONS = 32


def notes(folder: Path, count: int) -> pd.DataFrame:
    """So many notes of the gold files, in turn."""
    texts = [
        json.loads(line)["text"]
        for path in sorted(folder.glob("*.phi.jsonl"))
        for line in path.read_text(encoding="utf-8").split("\n")
        if line
    ]
    return pd.DataFrame({"id": range(count), "note": [texts[place % len(texts)] for place in range(count)]})


def run(master: str, source: Path, out: Path, meanwhile: Callable[[], object] = lambda: None) -> dict[str, object]:
    """One job: its seconds, how many notes have which status, and the hash of what it wrote."""
    began = time.perf_counter()
    log = out.with_suffix(".log")
    with submitted(master, log, JOB, source, out, "--partitions", PARTITIONS) as job:
        meanwhile()
        shown, _ = job.communicate()
    if job.returncode:
        raise subprocess.CalledProcessError(
            job.returncode, "spark-submit", shown, log.read_text(encoding="utf-8")[-2000:]
        )
    seconds = time.perf_counter() - began
    statuses = {status: int(number) for _, status, number in (line.split("\t") for line in shown.splitlines())}
    return {"seconds": round(seconds, 1), "statuses": statuses, "sha256": digest(out)}


def digest(out: Path) -> str:
    """The hash of the safe notes, sorted by id."""
    table = pd.read_parquet(out).sort_values("id")
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()


def kill_amid(running: Cluster, out: Path) -> None:
    """Kill a worker once a quarter of the tasks is done."""
    while len(list(out.glob("_temporary/0/task_*"))) < PARTITIONS // 4:
        time.sleep(0.2)
    running.kill(1)


@click.command()
@click.option("--notes", "count", default=20_000, show_default=True)
@click.option("--gold", type=click.Path(exists=True, path_type=Path), default="fixtures/gold", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/spark.json", show_default=True)
def main(count: int, gold: Path, out: Path) -> None:
    """Measure and write the results."""
    if reason := missing():
        raise click.ClickException(reason)
    results: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source = folder / "in.parquet"
        table = notes(gold, count)
        table.to_parquet(source)
        results |= {"notes": count, "characters": int(table["note"].str.len().sum()), "cores": os.cpu_count()}
        results["local[2]"] = run("local[2]", source, folder / "local")
        for name, kill in (("two workers", False), ("two workers, one killed", True)):
            safe = folder / name.replace(" ", "-")
            with cluster(folder / f"cluster-{kill}") as running:
                meanwhile = (lambda at=running, to=safe: kill_amid(at, to)) if kill else (lambda: None)
                results[name] = run(running.url, source, safe, meanwhile)
            print(name, results[name])
    out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
