"""Finds ICD-10-CM and CPT/HCPCS candidates in clinical notes, and says why.

``detect`` for one-off use; build a ``CodeDetector`` once for many notes; ``code_page``, ``lookup`` and ``search`` read the
code book; ``check`` says what is wrong with the codes of a claim.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detect_icd.candidates import Candidate, Detection, Dropped, Status
    from detect_icd.catalogue import Hit, ServiceEntry, lookup, search
    from detect_icd.checks.checking import check
    from detect_icd.checks.findings import Finding, Severity
    from detect_icd.codebook import CodeBook, CodeEntry
    from detect_icd.coding import CodeSystem, Coding
    from detect_icd.detector import CodeDetector, detect
    from detect_icd.frames import detect_frame
    from detect_icd.pages.building import code_page, code_pages
    from detect_icd.pages.records import CodePage, DiagnosisPage, ServicePage
    from detect_icd.service_files import ServiceFiles

_HOME = {
    "Candidate": "candidates", "CodeBook": "codebook", "CodeDetector": "detector", "CodeEntry": "codebook",
    "CodeSystem": "coding", "Coding": "coding", "Detection": "candidates", "Dropped": "candidates",
    "Finding": "checks.findings", "Hit": "catalogue", "Severity": "checks.findings",
    "Status": "candidates", "check": "checks.checking", "detect": "detector", "ServiceEntry": "catalogue", "lookup": "catalogue",
    "search": "catalogue", "detect_frame": "frames",
    "CodePage": "pages.records", "DiagnosisPage": "pages.records", "ServicePage": "pages.records",
    "code_page": "pages.building", "code_pages": "pages.building", "ServiceFiles": "service_files",
}  # fmt: skip

__all__ = [
    "Candidate",
    "CodeBook",
    "CodeDetector",
    "CodeEntry",
    "CodePage",
    "CodeSystem",
    "Coding",
    "Detection",
    "DiagnosisPage",
    "Dropped",
    "Finding",
    "Hit",
    "ServiceEntry",
    "ServiceFiles",
    "ServicePage",
    "Severity",
    "Status",
    "check",
    "code_page",
    "code_pages",
    "detect",
    "detect_frame",
    "lookup",
    "search",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use, so that importing the package costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
