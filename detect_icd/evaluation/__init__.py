"""Measures: on coded notes (``notes``), and on cases that say what of their words is reported, and how (``cases``)."""

from detect_icd.evaluation.cases import Case, CaseReport, CodedMention, evaluate_cases, read_cases
from detect_icd.evaluation.notes import LEVELS, SELECTIONS, Counts, GoldNote, Report, evaluate, read_gold

__all__ = [
    "LEVELS",
    "SELECTIONS",
    "Case",
    "CaseReport",
    "CodedMention",
    "Counts",
    "GoldNote",
    "Report",
    "evaluate",
    "evaluate_cases",
    "read_cases",
    "read_gold",
]
