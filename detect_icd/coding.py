"""Coding, and the written forms of the code systems.

Each form (``icd10cm``, ``cpt``, ``hcpcs``, ``modifier``) has the four functions of python-stdnum: ``compact`` (the
canonical bare form), ``validate`` (that form, or an error), ``is_valid`` and ``format`` (the form people write).
A form tells what may be a code; whether the code exists is the code book's to say.

>>> icd10cm.format("k623"), cpt.is_valid("0275T"), hcpcs.compact(" g0105 ")
('K62.3', True, 'G0105')
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from redactphi.errors import UsageError


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
        version: The release of ICD-10-CM, e.g. ``FY2027``; ``""`` for CPT and HCPCS, of which no release is carried.
        code: The code as people write it (``K62.3``, ``45397``).
        display: The code's title; for CPT this project's own words.
    """

    system: CodeSystem
    version: str
    code: str
    display: str = ""


@functools.lru_cache(maxsize=65536)
def _bare(code: str, dot: int) -> str:
    bare = code.strip().upper()
    return bare[:dot] + bare[dot + 1 :] if dot and len(bare) > dot + 1 and bare[dot] == "." else bare


@dataclass(frozen=True, slots=True)
class Form:
    """The written form of one kind of code.

    Attributes:
        name: What such a code is called in an error.
        example: One that is valid.
        pattern: What the compact form looks like.
        dot: How many characters stand before the dot people write; 0 where none is written.
    """

    name: str
    example: str
    pattern: re.Pattern[str]
    dot: int = 0

    def compact(self, code: str) -> str:
        """The bare form: upper case, no dot, no space around it. What is no code comes back the same way.

        >>> icd10cm.compact(" s82.001a ")
        'S82001A'
        """
        return _bare(code, self.dot)

    def validate(self, code: str) -> str:
        """The bare form of a code.

        Raises:
            UsageError: It does not have the form. The message shows the form, not what was given: that may be a
                piece of a note.

        >>> icd10cm.validate("K62.3")
        'K623'
        >>> cpt.validate("4539")
        Traceback (most recent call last):
        ...
        redactphi.errors.UsageError: not the form of a CPT code, such as 45397
        """
        bare = self.compact(code)
        if not self.pattern.fullmatch(bare):
            raise UsageError(f"not the form of {self.name}, such as {self.example}")
        return bare

    def is_valid(self, code: str) -> bool:
        """Whether it has the form.

        >>> icd10cm.is_valid("Z66"), icd10cm.is_valid("Z6"), icd10cm.is_valid("K6.23")
        (True, False, False)
        """
        return self.pattern.fullmatch(self.compact(code)) is not None

    def format(self, code: str) -> str:
        """The code as people write it.

        >>> icd10cm.format("w19xxxa"), icd10cm.format("B20"), modifier.format("lt")
        ('W19.XXXA', 'B20', 'LT')
        """
        bare = self.compact(code)
        if not self.dot or len(bare) <= self.dot:
            return bare
        return f"{bare[: self.dot]}.{bare[self.dot :]}"


icd10cm = Form(
    name="an ICD-10-CM code",
    example="K62.3 or S82.001A",
    # Letter, digit, digit or letter since 1999; QA0 (FY2026) brought the first letter in second place.
    pattern=re.compile(r"[A-Z][0-9A][0-9A-Z][0-9A-Z]{0,4}", re.ASCII),
    dot=3,
)
"""ICD-10-CM, with or without its dot: three to seven characters."""

cpt = Form(
    name="a CPT code",
    example="45397",
    # Category I from 00100 up, then II (F), III (T), proprietary tests (U), multianalyte tests (M), vaccine giving (A).
    pattern=re.compile(r"00[1-9]\d\d|0[1-9]\d{3}|[1-9]\d{4}|\d{4}[FTUMA]", re.ASCII),
)
"""CPT: category I (``45397``), II (``1234F``), III (``0275T``), laboratory analyses (``0001U``, ``0002M``)."""

hcpcs = Form(
    name="a HCPCS level II code",
    example="G0105",
    pattern=re.compile(r"[ABCDEGHJKLMPQRSTUV]\d{4}", re.ASCII),
)
"""HCPCS level II: a letter in use and four digits. Dotless ICD-10-CM codes can look the same (``M5416``)."""

modifier = Form(
    name="a CPT or HCPCS modifier",
    example="59 or LT",
    pattern=re.compile(
        r"2[2-7]|3[23]|47|5[0-9]|6[236]|7[346-9]|8[0-2]|9[0-35-79]|[A-Z][A-Z0-9]|[1238]P",
        re.ASCII,
    ),
)
"""Two characters: the numbers in use, a letter and a letter or digit, or a performance measure's (``1P``)."""


def cpt_category(code: str) -> Literal["I", "II", "III", "PLA", "MAAA", "A"]:
    """Which part of CPT a code stands in.

    Raises:
        UsageError: It does not have the form of a CPT code.

    >>> [cpt_category(code) for code in ("45397", "1234F", "0275T", "0001U")]
    ['I', 'II', 'III', 'PLA']
    """
    last = cpt.validate(code)[-1]
    return _CPT_CATEGORIES.get(last, "I")


_CPT_CATEGORIES: dict[str, Literal["I", "II", "III", "PLA", "MAAA", "A"]] = {
    "F": "II",
    "T": "III",
    "U": "PLA",
    "M": "MAAA",
    "A": "A",
}
