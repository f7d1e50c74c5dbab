"""Generates labelled documents: ``python -m models.training.generate --split dev --n 300 --out FILE.jsonl``.

Six parts: ``layouts`` (short templates written here), ``notes`` (whole documents), ``lines`` (queries and single
sentences), ``marked`` (synthetic notes by other hands, their PHI replaced), ``injected`` (surrogates put into real note text) and
``negatives`` (real note text without PHI). The last two read the raw notes beside the checkout; without them only the first four are made.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.training.fields import Fields
from models.training.inject import injected, negative, sentences, with_fillers
from models.training.marked import marked
from models.training.raw import FOLDER, Split
from models.training.slots import LINES, NOTES, Example, layouts, render, single

SHARES = {"layouts": 4, "notes": 29, "lines": 10, "injected": 9, "negatives": 9, "marked": 39}
"""Documents of each part in a hundred, where all are asked for."""

_FOLDERS = {"notes": NOTES, "lines": LINES}
_FROM_RAW = frozenset({"injected", "negatives"})


def documents(split: Split, seed: int, n: int, *, parts: Sequence[str] = tuple(SHARES)) -> Iterator[Example]:
    """Labelled documents, the same for the same arguments and raw notes.

    Args:
        split: Which names, layouts and notes may be used.
        seed: Where chance starts.
        n: How many documents.
        parts: Keys of ``SHARES``.

    Raises:
        ValueError: A part is unknown, or none of those asked for can be made.
    """
    if unknown := sorted(set(parts) - set(SHARES)):
        raise ValueError(f"unknown parts {unknown}; valid: {', '.join(SHARES)}")
    usable = [part for part in parts if part not in _FROM_RAW or FOLDER.is_dir()]
    if len(usable) < len(parts):
        print(f"no raw notes at {FOLDER}: documents are made from layouts alone", file=sys.stderr)
    if not usable:
        raise ValueError("without the raw notes only the parts 'layouts', 'notes', 'lines' and 'marked' can be made")
    chooser = random.Random(f"{split}:{seed}")
    weights = [SHARES[part] for part in usable]
    for number in range(n):
        # Each document has its own stream of chance: a change in one leaves the others as they are.
        rng = random.Random(f"{split}:{seed}:{number}")
        yield _document(chooser.choices(usable, weights)[0], split, rng, f"{split}-{seed}-{number}")


def _document(part: str, split: Split, rng: random.Random, id: str) -> Example:
    fields = Fields(rng, split, sentences(split))
    if part == "marked":
        return marked(rng, split, id)
    if part == "injected":
        return injected(fields, id)
    if part == "negatives":
        return negative(fields, id)
    templates = single(split, _FOLDERS[part]) if part in _FOLDERS else layouts(split)
    if not templates:
        raise ValueError(f"no template falls in the split {split!r}")
    template = rng.choices(templates, [template.weight for template in templates])[0]
    return render(with_fillers(template, fields), fields, id=id)


def as_gold(example: Example) -> str:
    """A document as a line of the gold format."""
    spans = [{"start": start, "end": end, "label": label} for start, end, label in example.spans]
    return json.dumps({"id": example.id, "text": example.text, "spans": spans}, ensure_ascii=False)


def main() -> None:
    """Writes documents to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("train", "dev", "test"), required=True)
    parser.add_argument("--n", type=int, default=300, help="how many documents")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--parts", nargs="+", default=list(SHARES), choices=list(SHARES))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    made = documents(arguments.split, arguments.seed, arguments.n, parts=arguments.parts)
    with arguments.out.open("w", encoding="utf-8") as file:
        file.writelines(as_gold(example) + "\n" for example in made)


if __name__ == "__main__":
    main()
