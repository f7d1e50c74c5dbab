"""Whether the time of ``detect_icd.detect`` grows as the note: notes joined to one, and texts made to be unlike any.

``python -m benchmarks.codes_growth --notes notes.jsonl``

Reports of operations and of stays are joined, as they come, to texts of 50,000 characters up to ``--longest``. Beside them
stand texts that repeat one sentence, have no full stop or line, are one list of short lines, or hold a fact that somebody has
to look for anywhere in the note. Each text is read twice in a process of its own for all sizes, after one that warms up: the
second time its words are known. The figures are CPU seconds, characters a CPU second and the number of candidates; exits with
1 where the seconds of a longest text are more than ``--most`` times what those of its shortest come to. What was imported is
not looked into.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import detect_icd
from detect_icd.local_data import VARIABLE

_SIZES = (50_000, 100_000, 200_000, 400_000, 1_000_000, 2_000_000, 5_000_000)
_SENTENCE = "The patient has a right ankle sprain and was given ibuprofen 600 mg for pain. "
_PROBLEMS = (
    "Type 2 diabetes", "Hypertension", "COPD", "CKD stage 3", "Hyperlipidemia", "GERD", "Osteoarthritis of the right knee",
    "Atrial fibrillation", "Asthma", "Depression", "Left hip fracture", "Anemia", "No chest pain", "History of breast cancer",
    "Hypothyroidism", "Right shoulder pain", "Migraine", "Obesity BMI 34", "Sleep apnea", "BPH",
)  # fmt: skip
_FACTS = (
    "2nd degree burn of the left forearm from hot coffee, superficial burn of the chest.", "Brain metastases from lung cancer.",
    "Took too many pills on purpose.", "Excision of a 2 cm lipoma of the back, 3 lesions frozen.", "G2P1 at 32 weeks, placenta previa.",
    "Tubular adenoma, polyp of the cecum.", "POAG. OD mild, OS moderate.", "Neuropathy due to diabetes, not related to alcohol.",
    "L4-5 fusion, same done on the left side.", "On warfarin, INR 5.2.", "CPT 29540 dx S93.401A, I10.", "Fell off a horse.",
)  # fmt: skip
"""What is told of a note as a whole, or leads to such a look."""


def joined(texts: list[str], seed: int) -> str:
    """Reports of operations and stays first, all others behind them, each once in an order of its own."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    first = [text for text in texts if any(word in text.lower() for word in ("prepped", "discharge"))]
    known = set(first)
    rest = [text for text in texts if text not in known]
    rng.shuffle(first)
    rng.shuffle(rest)
    return "\n\n".join((*first, *rest))


def hostile(length: int, whole: str, seed: int) -> Iterator[tuple[str, str]]:
    """The texts that are made, of about a length, by what they are."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    lines = (f"{number}. {rng.choice(_PROBLEMS)}\n" for number in itertools.count(1))
    words = " ".join(whole.replace(".", " ").replace(";", " ").split())
    yield "one sentence", (_SENTENCE * (length // len(_SENTENCE) + 1))[:length]
    yield "one line without a stop", words[:length]
    yield "a list of problems", "PROBLEM LIST:\n" + "".join(itertools.islice(lines, length // 18))[:length]
    yield "facts of the whole note", "\n".join(itertools.repeat(" ".join(_FACTS), length // 600 + 1))[:length]


def read(text: str) -> dict[str, Any]:
    """CPU seconds of a text, the first time and again."""
    taken = []
    for _ in range(2):
        start = time.process_time()
        found = detect_icd.detect(text)
        taken.append(time.process_time() - start)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return {
        "characters": len(text),
        "first_seconds": round(taken[0], 2),
        "seconds": round(taken[1], 2),
        "characters_per_cpu_second": round(len(text) / taken[1]),
        "candidates": len(found.candidates),
        "peak_megabytes": round(kilobytes / 1024),
    }


def growth(rows: list[dict[str, Any]]) -> float:
    """How often the seconds of the longest text hold what those of the shortest come to at its length."""
    short, long = rows[0], rows[-1]
    return float(short["characters_per_cpu_second"] / long["characters_per_cpu_second"])


def measure(whole: str, sizes: list[int], seed: int) -> dict[str, list[dict[str, Any]]]:
    """Every text at every size, by what it is."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for size in sizes:
        for name, text in (("notes joined", whole[:size]), *hostile(size, whole, seed)):
            if name != "notes joined" and size not in {sizes[0], 1_000_000, sizes[-1]}:
                continue
            if name != "notes joined" and size > max(sizes[0], 1_000_000):
                continue
            rows.setdefault(name, []).append(read(text))
            print(f"{name:26} {json.dumps(rows[name][-1])}", flush=True)
    return rows


@click.command()
@click.option("--notes", type=click.Path(exists=True, path_type=Path), required=True, help="A note a line, as JSON.")
@click.option("--longest", default=5_000_000, show_default=True, help="Characters of the longest text.")
@click.option("--seed", default=7, show_default=True)
@click.option("--most", default=1.7, show_default=True, help="Growth from which on it is too fast.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to store the result, if at all.")
def main(notes: Path, *, longest: int, seed: int, most: float, out: Path | None) -> None:
    """Print seconds by length, and how they grow."""
    os.environ[VARIABLE] = ""
    with notes.open(encoding="utf-8") as lines:
        texts = list(dict.fromkeys(json.loads(line)["text"] for line in lines))
    whole = joined(texts, seed)
    detect_icd.detect(whole[-25_000:])
    rows = measure(whole, [size for size in _SIZES if size <= min(longest, len(whole))], seed)
    grown = {name: round(growth(own), 2) for name, own in rows.items()}
    print(json.dumps(grown))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({"growth": grown, "texts": rows}, indent=1) + "\n", encoding="utf-8")
    sys.exit(any(each > most for each in grown.values()))


if __name__ == "__main__":
    main()
