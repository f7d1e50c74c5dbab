"""How long the page of a code takes: milliseconds of CPU, median and 99th percentile, over codes drawn by a seed.

``python -m benchmarks.lookup [--codes 500] [--seed 8]``

Half the codes are of ICD-10-CM, half of the procedure lexicon. ``page`` builds the page, ``html`` lays it out and writes
it as HTML in memory, ``lookup`` is the bare look-up. ``first`` is the first page of a fresh process, its imports included.
What was imported is not looked into.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from detect_icd import code_page, lookup
from detect_icd.codebook import open_book
from detect_icd.local_data import VARIABLE
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.pages.html import html
from detect_icd.pages.text import outline

RESULTS = Path(__file__).parent / "results" / "lookup.json"
FIRST = "import time; b = time.process_time(); import detect_icd; detect_icd.code_page({!r}); print(time.process_time() - b)"


def drawn(count: int, seed: int) -> tuple[list[str], list[str]]:
    """Codes of ICD-10-CM and of the lexicon, half each."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    diagnoses = chance.sample([entry.code for entry in open_book().iter_billable()], count - count // 2)
    return diagnoses, chance.sample(sorted(by_code()), count // 2)


def measured(do: Callable[[str], object], codes: Iterable[str]) -> dict[str, float]:
    """Milliseconds of CPU a code: median and 99th percentile."""
    times = []
    for code in codes:
        begin = time.process_time()
        do(code)
        times.append(1000 * (time.process_time() - begin))
    return {"median_ms": round(statistics.median(times), 2), "p99_ms": round(statistics.quantiles(times, n=100)[98], 2)}


def first_page(code: str) -> float:
    """Milliseconds of CPU of a fresh process up to its first page."""
    done = subprocess.run([sys.executable, "-c", FIRST.format(code)], capture_output=True, text=True, check=True)
    return round(1000 * float(done.stdout))


@click.command()
@click.option("--codes", "count", default=500, show_default=True, help="How many codes.")
@click.option("--seed", default=8, show_default=True, help="Of the draw.")
def main(count: int, seed: int) -> None:
    """Measure, print and keep the figures."""
    os.environ[VARIABLE] = ""
    diagnoses, services = drawn(count, seed)
    code_page(diagnoses[0])
    code_page(services[0])
    found: dict[str, object] = {"codes": count, "seed": seed}
    for name, codes in (("icd10cm", diagnoses), ("cpt_hcpcs", services)):
        found[name] = {
            "first_ms": first_page(codes[0]),
            "lookup": measured(lookup, codes),
            "page": measured(code_page, codes),
            "html": measured(lambda code: html([outline(code_page(code))]), codes),
        }
    text = json.dumps(found, indent=2) + "\n"
    print(text, end="")
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
