"""Measures a redactor on gold documents."""

from __future__ import annotations

from redactphi.evaluation.gold import GoldDocument, read_gold, read_labels
from redactphi.evaluation.metrics import LabelScore, Score, score_document
from redactphi.evaluation.report import Report, Worst, evaluate, evaluate_file

__all__ = [
    "GoldDocument",
    "LabelScore",
    "Report",
    "Score",
    "Worst",
    "evaluate",
    "evaluate_file",
    "read_gold",
    "read_labels",
    "score_document",
]
