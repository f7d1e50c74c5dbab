"""ICD-10-CM measures on coded gold sets, stored for README: those without the Alphabetic Index, whatever was imported.

``python -m benchmarks.codes --gold ../shared/data/icd/gold``
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click

from detect_icd.local_data import VARIABLE

SETS = ("codiesp_en_dev", "er_dx_strings_a")


@click.command()
@click.option("--gold", type=click.Path(exists=True, path_type=Path), required=True, help="Folder of coded gold files.")
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/codes.json")
def main(gold: Path, out: Path) -> None:
    """Run ``detect-icd evaluate`` on each set."""
    results = {}
    environment = os.environ | {VARIABLE: ""}
    for name in SETS:
        command = [sys.executable, "-m", "detect_icd", "evaluate", str(gold / f"{name}.jsonl"), "--json"]
        results[name] = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
