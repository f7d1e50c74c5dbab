"""Writes the tables of ``docs/scale.md`` from ``benchmarks/results/scale.json`` and ``scale_codes.json``.

``python -m benchmarks.scale_page`` rewrites what stands between the two markers; ``--check`` only says by its exit code whether
it is in step. The results are those of ``python -m benchmarks.scale``, without and with ``--codes``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import RESULTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
START, END = "<!-- figures: python -m benchmarks.scale_page -->", "<!-- end of figures -->"
KINDS = {"scale": "redaction", "scale_codes": "redaction and codes"}
"""Name of a result -> what was run."""

CORES = (64, 256, 1024)
MILLION, BILLION = 10**6, 10**9
_HOUR = 3600

Row = dict[str, Any]


def measured_table(results: dict[str, list[Row]]) -> list[str]:
    """One line a run."""
    lines = [
        "| what | notes | characters a note | workers | wall seconds | CPU seconds | characters a second | peak MB a worker (of its own) | peak MB of the parent |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, rows in results.items():
        lines += (
            f"| {KINDS[name]} | {row['notes']:,} | {row['characters'] / row['notes']:,.0f} | {row['workers']} | "
            f"{row['wall_seconds']:,} | {row['cpu_seconds']:,} | {row['characters_a_second']:,} | "
            f"{row['worker_peak_mb']} ({row['worker_private_mb']}) | {row['parent_peak_mb']} |"
            for row in rows
        )
    return lines


def core_seconds(rows: Sequence[Row]) -> float:
    """Seconds of a core a note, in the longest run with the most workers: what workers lose to each other is in it."""
    row = max(rows, key=lambda row: (row["notes"], row["workers"]))
    return float(row["row_seconds"] * row["workers"] / row["notes"])


def estimate_table(results: dict[str, list[Row]]) -> list[str]:
    """One line a kind of run: a million notes, and a billion."""
    hours = "".join(f" hours of a billion on {cores:,} cores |" for cores in CORES)
    lines = [
        f"| what | core hours a million notes | core hours a billion |{hours}",
        "|---|---|---|" + "---|" * len(CORES),
    ]
    for name, rows in results.items():
        core_hours = core_seconds(rows) / _HOUR
        billion = core_hours * BILLION
        cells = " | ".join(f"{billion / cores:,.0f}" for cores in CORES)
        lines.append(f"| {KINDS[name]} | {core_hours * MILLION:,.1f} | {billion:,.0f} | {cells} |")
    return lines


def section(results: dict[str, list[Row]]) -> str:
    """What stands between the markers."""
    if not results:
        return "Nothing has been measured in this checkout: run `python -m benchmarks.scale`, then `python -m benchmarks.scale_page`."
    return "\n".join([
        "Measured:", "", *measured_table(results), "",
        "Estimated from the longest run with the most workers, cores kept busy, notes of the same length:", "",
        *estimate_table(results),
    ])  # fmt: skip


def read(folder: Path) -> dict[str, list[Row]]:
    """The results that are there."""
    paths = {name: folder / f"{name}.json" for name in KINDS}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.is_file()}


def main() -> int:
    """Write or check."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(START, 1)
    _, after = rest.split(END, 1)
    fresh = f"{before}{START}\n\n{section(read(RESULTS))}\n\n{END}{after}"
    if "--check" in sys.argv:
        return int(fresh != text)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
