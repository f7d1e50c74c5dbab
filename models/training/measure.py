"""How much of the PHI the model alone finds: share of characters, whatever the label."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from models.training.features import tag_tokens
from models.training.generate import Example
from redactphi.labels import PhiLabel
from redactphi.nlp_model import PhiModel
from redactphi.nlp_tokens import bare, token_keys
from redactphi.spans import Span

GOLD = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "phi" / "gold"
OWN_GOLD = Path(__file__).resolve().parents[2] / "fixtures" / "gold"
BY_OTHERS = (
    "held_out_tom",
    "held_out_kay",
    "held_out_max",
    "held_out_pax",
    "held_out_yan",
    "held_out_nia",
    "held_out_ola",
    "held_out_cox",
    "held_out_hob",
)
"""Synthetic notes by authors who knew neither layouts nor rules, labelled by our policy; no training saw them."""

RECALL_ONLY = ("procsuite_synthetic_phi",)
"""Sets in which clinicians' names are not marked, so that precision says nothing."""

_ORGANIZATION = "ORGANIZATION"


@dataclass
class Tally:
    """Letters and digits: of PHI, found, and of both. Tallies add.

    Attributes:
        phi: Characters of PHI.
        found: Characters the model marks.
        both: Characters of PHI the model marks.
        documents: Documents measured.
        touched: Documents without PHI in which something is marked.
        empty: Documents without PHI.
        missed: Characters of PHI not found, by label.
        labels: Characters of PHI, by label.
    """

    phi: int = 0
    found: int = 0
    both: int = 0
    documents: int = 0
    touched: int = 0
    empty: int = 0
    missed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    labels: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, text: str, gold: Iterable[tuple[int, int, str]], spans: Iterable[Span]) -> None:
        """Count one document."""
        letters = np.array([letter.isalnum() for letter in text], np.bool_)
        is_phi, is_found = np.zeros(len(text), np.bool_), np.zeros(len(text), np.bool_)
        for span in spans:
            is_found[span.start : span.end] = True
        for start, end, label in gold:
            is_phi[start:end] = True
            self.labels[label] += int(letters[start:end].sum())
            self.missed[label] += int((letters & ~is_found)[start:end].sum())
        self.phi += int((is_phi & letters).sum())
        self.found += int((is_found & letters).sum())
        self.both += int((is_phi & is_found & letters).sum())
        self.documents += 1
        self.empty += not is_phi.any()
        self.touched += bool(not is_phi.any() and is_found.any())

    def as_json(self, *, precision: bool = True) -> dict[str, Any]:
        """Percentages, rounded to two places."""
        result: dict[str, Any] = {"documents": self.documents, "recall": _percent(self.both, self.phi)}
        if precision:
            result |= {"precision": _percent(self.both, self.found)}
            result |= {"documents without PHI": self.empty, "of these touched": self.touched}
        by_label = {label: _percent(n - self.missed[label], n) for label, n in sorted(self.labels.items()) if n}
        return result | {"recall by label": by_label}


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def gold_sets(folder: Path = GOLD) -> dict[str, list[Example]]:
    """The hand-made sets beside the checkout and in it, by name; ages are left out because rules find them."""
    sets: dict[str, list[Example]] = {}
    for path in sorted(folder.glob("*.labels.json")):
        name = path.name.removesuffix(".labels.json")
        labels = json.loads(path.read_text(encoding="utf-8"))
        lines = [
            line
            for file in sorted(folder.glob(f"{name}*.jsonl"))
            for line in file.read_text(encoding="utf-8").splitlines()
        ]
        sets[name] = [_example(json.loads(line), labels, name) for line in lines]
    ours = {str(label): str(label) for label in PhiLabel}
    for name in BY_OTHERS:
        path = OWN_GOLD / f"{name}.phi.jsonl"
        if path.is_file():
            # Not splitlines(): a JSON string may hold U+2028 and its like as they are.
            lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line]
            sets[name] = [_example(json.loads(line), ours, name) for line in lines]
    return sets


def _example(row: dict[str, Any], labels: dict[str, str], name: str) -> Example:
    kept = {*PhiLabel, _ORGANIZATION} - {PhiLabel.AGE}
    spans = tuple((s["start"], s["end"], labels[s["label"]]) for s in row["spans"] if labels[s["label"]] in kept)
    return Example(row["id"], row["text"], spans, name, "dev")


def measure(model: PhiModel, examples: Iterable[Example], threshold: float = 0.5) -> Iterator[tuple[str, Tally]]:
    """One tally for all examples, then one for each family."""
    examples = list(examples)
    total, families = Tally(), defaultdict[str, Tally](Tally)
    for example, spans in zip(examples, model.spans_many([e.text for e in examples], threshold), strict=True):
        gold = [span for span in example.spans if span[2] != PhiLabel.AGE]
        total.add(example.text, gold, spans)
        families[example.family].add(example.text, gold, spans)
    yield "", total
    yield from sorted(families.items())


def operating_points(model: PhiModel, examples: Iterable[Example]) -> dict[str, float]:
    """What the model reaches on letters and digits at the best threshold, in percent.

    Returns:
        ``best F1``, and ``recall at N`` for precisions of N percent (0 where no threshold reaches it).
    """
    scores, truth = [], []
    for example in examples:
        keys = token_keys(example.text)
        if not keys:
            continue
        lengths = [len(bare(key)) for key in keys]
        letters = np.array([letter.isalnum() for letter in example.text], np.bool_)
        is_phi = np.zeros(len(example.text), np.bool_)
        for start, end, label in example.spans:
            is_phi[start:end] |= label != _ORGANIZATION
        scores.append(np.repeat(1 - np.exp(model.log_probabilities(keys)[:, 0]), lengths)[letters])
        truth.append(is_phi[letters])
    probability, phi = np.concatenate(scores), np.concatenate(truth)
    found = np.cumsum(phi[np.argsort(-probability, kind="stable")])
    precision, recall = found / np.arange(1, len(found) + 1), found / max(1, found[-1])
    points = {"best F1": float((2 * precision * recall / np.maximum(precision + recall, 1e-9)).max())}
    for share in (90, 95, 97):
        points[f"recall at {share}"] = float(recall[precision >= share / 100].max(initial=0))
    return {name: round(100 * value, 2) for name, value in points.items()}


def fit_temperature(model: PhiModel, examples: Iterable[Example]) -> float:
    """The temperature at which the probability of being PHI is most true on the examples."""
    scores, truth = [], []
    for example in examples:
        keys = token_keys(example.text)
        if keys:
            scores.append(model.log_probabilities(keys))
            truth.append(tag_tokens(keys, example.spans) > 0)
    logits, is_phi = np.concatenate(scores), np.concatenate(truth)
    return min(np.arange(0.8, 3.01, 0.1).round(2).tolist(), key=lambda t: _surprise(logits / t, is_phi))


def _surprise(logits: Any, is_phi: Any) -> float:
    scaled = np.exp(logits - logits.max(axis=1, keepdims=True))
    outside = np.clip(scaled[:, 0] / scaled.sum(axis=1), 1e-7, 1 - 1e-7)
    return float(-np.where(is_phi, np.log(1 - outside), np.log(outside)).mean())
