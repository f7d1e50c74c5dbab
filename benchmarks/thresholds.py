"""What the whole finds at several thresholds of the model.

``python -m benchmarks.thresholds [--set held_out_vic ...]``

Recall and precision in percent of letters and digits, notes wholly clean, and notes without PHI that are touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from models.training.measure import BY_OTHERS
from redactphi import Document, Redactor
from redactphi.evaluation import read_gold
from redactphi.evaluation.metrics import Score, score_document
from redactphi.recognizers.model import ModelRecognizer

_GOLD = Path(__file__).resolve().parents[1] / "fixtures" / "gold"
_THRESHOLDS = (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)


@click.command()
@click.option("--set", "sets", multiple=True, default=BY_OTHERS, show_default=True)
def main(sets: Sequence[str]) -> None:
    """Print a line for each threshold."""
    gold = [document for name in sets for document in read_gold(_GOLD / f"{name}.phi.jsonl", None)]
    redactor = Redactor()
    for threshold in _THRESHOLDS:
        redactor.engine.nlp_engine.threshold = threshold
        for recognizer in redactor.engine.own:
            if isinstance(recognizer, ModelRecognizer):
                recognizer.threshold = threshold
        total = Score()
        for document, done in zip(gold, redactor.pipe(Document(one.id, one.text) for one in gold), strict=True):
            total += score_document(document, done.spans)
        figures = total.to_dict()
        print(threshold, {name: figures[name] for name in _MEASURES}, flush=True)


_MEASURES = ("redact_recall", "precision", "clean_notes", "over_redaction")


if __name__ == "__main__":
    main()
