"""Reported ICD-10-CM codes of every note of a corpus, before and after redaction: which codes differ, and in how many notes.

``python -m benchmarks.coding_differs ../shared/data/phi/raw/mtsamples.jsonl``

Unlike ``coding_survives`` it counts what was found by words of PHI: a code that comes from the name of a person or a place
is a false one, and it goes when the name does. Prints counts by code, and with ``--show`` the numbers of the notes; never
their text. What was imported is not looked into.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

import detect_icd
from detect_icd.coding import CodeSystem
from detect_icd.local_data import VARIABLE
from redactphi import Document, RedactedDocument, Redactor

Differing = dict[str, list[int]]


def reported(text: str | RedactedDocument) -> frozenset[str]:
    """The ICD-10-CM codes reported for a text."""
    found = detect_icd.detect(text, service_date="2026-06-01").reported
    return frozenset(one.coding.code for one in found if one.coding.system is CodeSystem.ICD10CM)


def texts(corpus: Path) -> list[str]:
    """The notes of a JSON Lines file, in order."""
    with corpus.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def pairs(redactor: Redactor, notes: Iterable[str]) -> Iterator[tuple[int, frozenset[str], frozenset[str]]]:
    """The number of each note that is not withheld, with its codes before and after."""
    documents = [Document(str(number), note) for number, note in enumerate(notes)]
    for number, (document, result) in enumerate(zip(documents, redactor.pipe(documents), strict=True)):
        if isinstance(result, RedactedDocument):
            yield number, reported(document.text), reported(result)


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--policy", default="safe_harbor", show_default=True)
@click.option("--show", is_flag=True, help="The numbers of the notes too, counted from 0.")
def main(corpus: Path, *, policy: str, show: bool) -> None:
    """Print which codes of CORPUS, JSON Lines with a "text" each, differ before and after redaction."""
    os.environ[VARIABLE] = ""
    lost: Differing = defaultdict(list)
    new: Differing = defaultdict(list)
    differing = count = 0
    for number, before, after in pairs(Redactor(policy), texts(corpus)):
        count += 1
        differing += before != after
        for code in before - after:
            lost[code].append(number)
        for code in after - before:
            new[code].append(number)
    print(f"{differing} of {count} notes differ ({differing / max(1, count):.2%})")
    for name, codes in (("only before", lost), ("only after", new)):
        for code, where in sorted(codes.items(), key=lambda item: (-len(item[1]), item[0])):
            print(f"{name}\t{code}\t{len(where)}" + (f"\t{' '.join(map(str, where))}" if show else ""))


if __name__ == "__main__":
    main()
