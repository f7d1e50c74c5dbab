"""How many real operative notes have a procedure found, how fast, and the sample that is judged by eye.

``python -m benchmarks.operations --notes ../shared/data/phi/raw/mtsamples.jsonl [--sample 50 --seed 41]``

Only notes marked as operative count. The sample is printed with the codes found and the offsets of their evidence, for a reader
who has the notes at hand; verdicts are kept in ``benchmarks/judged/operations.tsv``, never text: by seed, the codes, offsets and
verdict of the code that had seen none of these notes, what it should have been, and the verdict after what was then corrected.
A seed leaves out the notes that were judged before it (the first three were drawn from all). What was imported is not looked into.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from detect_icd.candidates import Candidate
from detect_icd.coding import CodeSystem
from detect_icd.detector import CodeDetector
from detect_icd.local_data import VARIABLE
from detect_icd.matchers.procedures_lexicon import procedures
from redactphi.errors import DataError

JUDGED = Path("benchmarks/judged/operations.tsv")


def operative(path: Path) -> list[tuple[str, str]]:
    """Id and text of the notes marked as operative.

    Raises:
        DataError: There is none.
    """
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = [(str(row["id"]), row["text"]) for row in rows if row.get("meta", {}).get("operative")]
    if not found:
        raise DataError(f"{path.name}: no note is marked as operative")
    return found


def services(detector: CodeDetector, text: str) -> list[Candidate]:
    """The CPT and HCPCS codes reported of a note."""
    return [c for c in detector.detect(text).reported if c.coding.system is not CodeSystem.ICD10CM]


def sampled(notes: Sequence[tuple[str, str]], count: int, seed: int) -> list[tuple[str, str]]:
    """Notes drawn by seed, in order of id."""
    return sorted(random.Random(seed).sample(list(notes), count))  # noqa: S311 - a sample, no secret


def judged() -> list[dict[str, str]]:
    """The notes judged by eye, in order of their seeds."""
    if not JUDGED.is_file():
        return []
    with JUDGED.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def judged_before(seed: int) -> set[str]:
    """Ids of the notes that were judged before a seed was."""
    return {row["note_id"] for row in itertools.takewhile(lambda row: row["seed"] != str(seed), judged())}


def verdicts() -> dict[str, dict[str, int]]:
    """How many verdicts of each kind each seed has, at first sight and, as ``seed after``, once the causes were corrected."""
    found: dict[str, Counter[str]] = {}
    for row in judged():
        found.setdefault(row["seed"], Counter())[row["verdict"]] += 1
        if row["after"]:
            found.setdefault(f"{row['seed']} after", Counter())[row["after"]] += 1
    return {seed: dict(counts) for seed, counts in found.items()}


def lexicon() -> dict[str, int]:
    """How many codes each field of the procedure lexicon has, and all together."""
    fields: dict[str, set[str]] = {}
    for entry in procedures():
        fields.setdefault(entry.specialty, set()).add(entry.code)
    return {name: len(codes) for name, codes in fields.items()} | {"all": len(set().union(*fields.values()))}


def _rows(detector: CodeDetector, notes: Sequence[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for id, text in notes:
        found = services(detector, text)
        yield {
            "id": id,
            "codes": " ".join("-".join((c.coding.code, *c.modifiers)) for c in found),
            "evidence": " ".join(f"{span.start}-{span.end}" for c in found for span in c.evidence),
        }


@click.command()
@click.option("--notes", type=click.Path(exists=True, path_type=Path), required=True, help="JSON Lines of notes.")
@click.option("--sample", default=0, help="Print so many notes drawn by seed, for judging.")
@click.option("--seed", default=41, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/operations.json")
def main(notes: Path, sample: int, seed: int, out: Path) -> None:
    """Print and store the share of notes with a procedure, the speed, the verdicts and the size of the lexicon."""
    os.environ[VARIABLE] = ""
    found = operative(notes)
    detector = CodeDetector()
    if sample:
        before = judged_before(seed)
        fresh = [note for note in found if note[0] not in before]
        for row in _rows(detector, sampled(fresh, sample, seed)):
            print("\t".join(row.values()))
        return
    characters = sum(len(text) for _, text in found)
    for _, text in found[:20]:
        services(detector, text)
    start = time.process_time()
    with_one = sum(bool(services(detector, text)) for _, text in found)
    seconds = time.process_time() - start
    result = {
        "notes": len(found),
        "with_a_procedure": round(with_one / len(found), 3),
        "characters_per_second": round(characters / seconds),
        "judged": verdicts(),
        "lexicon": lexicon(),
    }
    print(json.dumps(result, indent=1))
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
