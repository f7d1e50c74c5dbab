"""Codes found before and after redaction, under every preset: what differs, note by note.

``python -m benchmarks.coding_survives --notes ../shared/data/phi/raw/mtsamples.jsonl``

Over the synthetic notes of ``fixtures/gold`` and ``--count`` of the real ones. A difference is a code that is found in
only one of the two texts, with another status or in another section. What is found in the original by words of PHI (a code in
somebody's initials, a relative whose name goes with the word for her) does not count: it ought to go. Nothing is stored but counts.
What was imported is not looked into.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

import detect_icd
from detect_icd.candidates import Candidate
from detect_icd.local_data import VARIABLE
from redactphi import Document, Patient, RedactedDocument, Redactor, Span, Vault
from redactphi.policy import presets

KEY = bytes(range(32))
PATIENT = Patient(id="cohort-1")

Found = Counter[tuple[str, str, str, str]]


def notes(folder: Path, real: Path | None, count: int) -> dict[str, list[tuple[str, str]]]:
    """Ids and texts, by set."""
    sets = {
        path.name.removesuffix(".phi.jsonl"): [(row["id"], row["text"]) for row in _rows(path)]
        for path in sorted(folder.glob("*.phi.jsonl"))
    }
    if real is not None:
        rows = list(_rows(real))
        sets["real"] = [
            (str(number), row["text"]) for number, row in enumerate(rows[:: max(1, len(rows) // count)][:count])
        ]
    return sets


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def found(text: str | RedactedDocument) -> list[Candidate]:
    """The candidates in a text."""
    return list(detect_icd.detect(text, service_date="2026-06-01").candidates)


def counted(candidates: list[Candidate], outside: Sequence[Span] = ()) -> Found:
    """Candidates by what tells them apart, less those found by words of PHI."""
    return Counter(
        (c.coding.system.name, c.coding.code, str(c.status), str(c.section))
        for c in candidates
        if not any(span.start < said.end and said.start < span.end for span in outside for said in c.evidence)
    )


def differences(
    redactor: Redactor, texts: list[tuple[str, str]], before: dict[str, list[Candidate]]
) -> Iterator[tuple[str, Found, Found]]:
    """For each note with a difference its id, what is lost and what is new."""
    results = redactor.pipe(Document(note, text, PATIENT) for note, text in texts)
    for (note, _), result in zip(texts, results, strict=True):
        if isinstance(result, RedactedDocument):
            here, there = counted(before[note], result.spans), counted(found(result))
            if here != there:
                yield note, here - there, there - here


@click.command()
@click.option("--gold", type=click.Path(exists=True, path_type=Path), default="fixtures/gold", show_default=True)
@click.option("--notes", "real", type=click.Path(exists=True, path_type=Path), help="Real notes, JSON Lines.")
@click.option("--count", default=300, show_default=True, help="How many of them.")
@click.option("--policy", "policies", multiple=True, default=presets(), help="Presets; all by default.")
@click.option("--show", is_flag=True, help="List the differences: note, code, status, section.")
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/coding_survives.json")
def main(gold: Path, real: Path | None, *, count: int, policies: tuple[str, ...], show: bool, out: Path) -> None:
    """Print and store how many notes differ, by preset and set."""
    os.environ[VARIABLE] = ""
    sets = notes(gold, real, count)
    before = {name: {note: found(text) for note, text in texts} for name, texts in sets.items()}
    result: dict[str, dict[str, str]] = {}
    for policy in policies:
        vault = Vault(None, KEY) if policy == "tokens" else None
        redactor = Redactor(policy, key=KEY, vault=vault)
        for name, texts in sets.items():
            differing = list(differences(redactor, texts, before[name]))
            result.setdefault(policy, {})[name] = f"{len(differing)} of {len(texts)}"
            for note, lost, new in differing if show else ():
                print(policy, name, note, "lost", dict(lost), "new", dict(new))
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
