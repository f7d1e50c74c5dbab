"""Measures: on coded notes (``notes``), on cases of diagnoses (``cases``) and on those of operations (``services``)."""

from detect_icd.evaluation.cases import Case, CaseReport, CodedMention, evaluate_cases, read_cases
from detect_icd.evaluation.notes import LEVELS, SELECTIONS, Counts, GoldNote, Report, evaluate, read_gold
from detect_icd.evaluation.services import Service, ServiceCase, ServiceReport, evaluate_services, read_service_cases

__all__ = [
    "LEVELS",
    "SELECTIONS",
    "Case",
    "CaseReport",
    "CodedMention",
    "Counts",
    "GoldNote",
    "Report",
    "Service",
    "ServiceCase",
    "ServiceReport",
    "evaluate",
    "evaluate_cases",
    "evaluate_services",
    "read_cases",
    "read_gold",
    "read_service_cases",
]
