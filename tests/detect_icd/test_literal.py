"""Modifiers, units and systems of literal codes; what is no code."""

import pytest

from detect_icd.candidates import Status
from detect_icd.codebook import CodeBook
from detect_icd.coding import CodeSystem
from detect_icd.matchers.literal import LiteralMatcher
from detect_icd.sections import find_sections


def read(text):
    return LiteralMatcher().candidates(text, find_sections(text), CodeBook.open())


@pytest.mark.parametrize(
    ("text", "code", "modifiers", "units"),
    [
        ("CPT 45397-51", "45397", ("51",), 1),
        ("CPT: 45400-62", "45400", ("62",), 1),
        ("CPT 27447-RT-22", "27447", ("RT", "22"), 1),
        ("CPT 45380-59,33", "45380", ("59", "33"), 1),
        ("J1885 x2", "J1885", (), 2),
        ("99213-25", "99213", ("25",), 1),
        ("0275T", "0275T", (), 1),
        ("36415 x1", "36415", (), 1),
        ("procedure code 45378", "45378", (), 1),
        ("BILLING:\n45378", "45378", (), 1),
    ],
)
def test_services(text, code, modifiers, units):
    (candidate,) = read(text)
    assert (candidate.coding.code, candidate.modifiers, candidate.units) == (code, modifiers, units)
    assert candidate.coding.system is (CodeSystem.HCPCS if code[0].isalpha() else CodeSystem.CPT)


@pytest.mark.parametrize(
    "text",
    [
        "MRN 45378", "ZIP 62704", "Peoria, IL 62704-1234", "call 555-45378", "platelets 45378", "45378 units",
        "room 45378", "$45378", "03/14/45378", "12345", "T12", "L4-5", "vitamin B12", "hemoglobin A1C", "C5-C6", "S1",
        "accession S1234", "J 12", "1.45378", "dx: Q99.99", "[ID_OTHER 45378]",
    ],
)  # fmt: skip
def test_no_codes(text):
    assert read(text) == []


def test_a_dotless_code_goes_by_its_cue():
    (diagnosis,) = read("ICD-10: M5416")
    assert diagnosis.coding.system is CodeSystem.ICD10CM
    assert diagnosis.coding.code == "M54.16"
    (service,) = read("HCPCS: G0105")
    assert service.coding.system is CodeSystem.HCPCS


def test_lists_after_one_cue():
    found = read("ICD-10: E11.9, I10; K62.3 and Z79.4")
    assert [c.coding.code for c in found] == ["E11.9", "I10", "K62.3", "Z79.4"]


def test_a_literal_code_has_a_status_too():
    (candidate,) = read("No evidence of I26.99")
    assert candidate.status is Status.NEGATED
