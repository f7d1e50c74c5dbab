"""Coding, and the written forms of the three code systems.

Each system has the four functions of python-stdnum: ``compact`` (the canonical bare form), ``validate`` (that form,
or an error), ``is_valid`` and ``format`` (the form people write).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CodeSystem(StrEnum):
    """FHIR's canonical URIs of the code systems; see https://terminology.hl7.org."""

    ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
    CPT = "http://www.ama-assn.org/go/cpt"
    HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

    @property
    def short(self) -> str:
        """The short name used in tables: ICD10CM, CPT, HCPCS."""
        return self.name


@dataclass(frozen=True, slots=True, order=True)
class Coding:
    """A code of a system, in FHIR's words.

    Attributes:
        system: The code system.
        version: The release, e.g. ``FY2027`` for ICD-10-CM.
        code: The code as people write it (``K62.3``, ``45397``).
        display: The code's title; for CPT this project's own words.
    """

    system: CodeSystem
    version: str
    code: str
    display: str = ""
