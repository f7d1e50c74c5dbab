"""Calibrates and measures trained weights, and writes them as a spaCy pipeline."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import spacy

from models.training.generate import documents
from models.training.measure import RECALL_ONLY, fit_temperature, gold_sets, measure
from redactphi.nlp_model import PhiModel
from redactphi.nlp_spacy import PhiTagger
from redactphi.nlp_weights import Weights, load_gate, load_members

_DEV_SEED = 1
_DEV_DOCUMENTS = 1200
_VERSION = "0.1.0"
_FIGURES = "<!-- figures -->"
_END_OF_FIGURES = "<!-- end of figures -->"
_CARD = Path(__file__).resolve().parents[1] / "en_redactphi_sm" / "MODEL_CARD.md"


def measure_and_export(
    members: Sequence[Weights], gate: Weights, folder: Path, options: Mapping[str, Any], *, minutes: float
) -> None:
    """Fit the temperatures, measure, and write the pipeline with its ``metrics.json``.

    Args:
        members: The networks to average, as trained.
        gate: The network that says where they look, as trained.
        folder: The pipeline folder; its pipeline files are replaced.
        options: What the training was started with.
        minutes: How long it took.
    """
    dev = list(documents("dev", _DEV_SEED, _DEV_DOCUMENTS))
    # Half of the dev split sets the temperature, the other half is measured.
    temperatures = [fit_temperature(PhiModel(weights), dev[::2]) for weights in (*members, gate)]
    *members, gate = [
        replace(weights, settings=replace(weights.settings, temperature=temperature))
        for weights, temperature in zip((*members, gate), temperatures, strict=True)
    ]
    write_pipeline(members, folder, gate=gate)
    # As it is shipped: rounded.
    model = PhiModel(*load_members(folder / "phi_tagger"), gate=load_gate(folder / "phi_tagger"))
    report: dict[str, Any] = {
        "training": {key: value for key, value in options.items() if key != "output"} | {"minutes": round(minutes, 1)},
        "temperatures": temperatures,
        "dev": {name or "all": tally.as_json() for name, tally in measure(model, dev[1::2])},
        "gold": {
            name: next(measure(model, examples))[1].as_json(precision=name not in RECALL_ONLY)
            for name, examples in gold_sets().items()
        },
    }
    (folder / "metrics.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    write_figures(report, folder / "MODEL_CARD.md")
    for part, figures in [("dev", report["dev"]["all"]), *report["gold"].items()]:
        print(part, {key: value for key, value in figures.items() if key != "recall by label"})


def write_pipeline(members: Sequence[Weights], folder: Path, *, gate: Weights) -> None:
    """Write the pipeline that ``spacy.load`` and `redactphi.nlp_model.load_model` read."""
    tokenizer = {"nlp": {"tokenizer": {"@tokenizers": "redactphi.Tokenizer.v1"}}}
    nlp = spacy.blank("en", config=tokenizer)
    tagger = nlp.add_pipe("phi_tagger")
    assert isinstance(tagger, PhiTagger)
    tagger.set_weights(*members, gate=gate)
    nlp.meta.update(
        name="redactphi_sm",
        version=_VERSION,
        description="Marks PHI in clinical notes: hash embeddings, word pieces, residual convolutions, a recurrent layer, BIO tags",
        license="Apache-2.0",
        spacy_version=">=3.7,<4",
        author="redactphi contributors",
        sources=[
            {"name": "layouts, names and places of models/training", "license": "Apache-2.0; see SOURCES.toml"},
            {
                "name": "surrogates injected into anonymised sample notes; no note text is shipped",
                "license": "see MODEL_CARD.md",
            },
        ],
    )
    shutil.rmtree(folder / "phi_tagger", ignore_errors=True)
    nlp.to_disk(folder, exclude=["vocab"])


def write_figures(report: Mapping[str, Any], card: Path) -> None:
    """Put the measures into the model card, between its two marks."""
    rows = [("dev split of the generator", report["dev"]["all"]), *report["gold"].items()]
    lines = ["| set | documents | recall | precision |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {row['documents']} | {row['recall']} | {row.get('precision', 'not measurable')} |"
        for name, row in rows
    ]
    training = report["training"]
    lines += ["", f"{training['documents']} documents, {training['epochs']} epochs, {training['minutes']} minutes."]
    if not card.is_file():
        # Trained into another folder: its card is the shipped one's, with its own figures.
        shutil.copyfile(_CARD, card)
    before, rest = card.read_text(encoding="utf-8").split(_FIGURES)
    after = rest.split(_END_OF_FIGURES)[1]
    card.write_text("".join([before, _FIGURES, "\n", "\n".join(lines), "\n", _END_OF_FIGURES, after]), encoding="utf-8")
