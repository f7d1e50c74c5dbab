"""What the gate before the networks saves, and what it loses.

``python -m benchmarks.gate [--notes ../shared/data/phi/raw/mtsamples.jsonl] [--set held_out_vic ...]``

For several thresholds and distances: the share of tokens that the full networks read, in operative notes and in notes by
other hands, and the model's recall and precision there, in percent of letters and digits, beside reading everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np

from models.training.measure import BY_OTHERS, OWN_GOLD, Tally
from redactphi import nlp_islands, resources
from redactphi.evaluation import read_gold
from redactphi.labels import PhiLabel
from redactphi.nlp_forward import Network
from redactphi.nlp_model import THRESHOLD, PhiModel
from redactphi.nlp_tokens import token_keys
from redactphi.nlp_weights import Weights, load_gate, load_members

_OPEN = (0.05, 0.02, 0.005)
_AROUND = (16, 32, 48, 64)
_NOTES = 200


@contextmanager
def _set(opened: float, around: int) -> Iterator[None]:
    before = nlp_islands.OPEN, nlp_islands.AROUND
    nlp_islands.OPEN, nlp_islands.AROUND = opened, around
    try:
        yield
    finally:
        nlp_islands.OPEN, nlp_islands.AROUND = before


def share_read(gate: Weights, texts: Sequence[str]) -> float:
    """The share of tokens that stand in islands."""
    network = Network(gate)
    read = tokens = 0
    for keys in map(token_keys, texts):
        table, numbers = network.numbers(keys)
        said = network.probabilities(table.vectors, numbers)
        read += int(nlp_islands.islands(1 - said[:, 0], np.ones(len(keys), np.bool_)).sum())
        tokens += len(keys)
    return read / max(1, tokens)


def found(model: PhiModel, documents: Sequence[tuple[str, list[tuple[int, int, str]]]]) -> str:
    """Recall and precision of a model at its threshold."""
    tally = Tally()
    for (text, gold), spans in zip(
        documents, model.spans_many([text for text, _ in documents], THRESHOLD), strict=True
    ):
        tally.add(text, gold, spans)
    said = tally.as_json()
    return f"{said['recall']:6.2f} {said['precision']:6.2f}"


@click.command()
@click.option(
    "--notes",
    type=click.Path(exists=True, path_type=Path),
    default="../shared/data/phi/raw/mtsamples.jsonl",
    show_default=True,
)
@click.option("--set", "sets", multiple=True, default=BY_OTHERS, show_default=True)
def main(notes: Path, sets: Sequence[str]) -> None:
    """Print a line for each threshold and distance."""
    folder = resources.model_path() / "phi_tagger"
    members, gate = load_members(folder), load_gate(folder)
    if gate is None:
        raise click.UsageError("the shipped model has no gate")
    rows = map(json.loads, notes.read_text(encoding="utf-8").split("\n")[:-1])
    operative = [row["text"] for row in rows if row["meta"].get("operative")][:_NOTES]
    documents = [
        (document.text, [(s.start, s.end, str(s.label)) for s in document.spans if s.label != PhiLabel.AGE])
        for name in sets
        for document in read_gold(OWN_GOLD / f"{name}.phi.jsonl", None)
    ]
    print(f"everything read: {found(PhiModel(*members), documents)}")
    for opened in _OPEN:
        for around in _AROUND:
            with _set(opened, around):
                shares = share_read(gate, operative), share_read(gate, [text for text, _ in documents])
                print(
                    f"open {opened:<6} around {around:<3} read {shares[0]:.1%} operative, {shares[1]:.1%} by others:"
                    f" {found(PhiModel(*members, gate=gate), documents)}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
