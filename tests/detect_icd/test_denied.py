"""What is denied in one word is found as evidence, and never changes what is reported."""

from __future__ import annotations

import pytest

from detect_icd.candidates import Status
from detect_icd.detector import CodeDetector


@pytest.fixture(scope="module")
def detector() -> CodeDetector:
    """A detector of office notes."""
    return CodeDetector()


@pytest.mark.parametrize(
    ("note", "word", "category"),
    [
        ("High-grade tumor of the bladder dome. No CIS.", "CIS", "D09"),
        ("Missed abortion at 9 weeks. Not a mole.", "mole", "O02"),
        ("Hypertensive urgency. No emergency.", "emergency", "I16"),
        ("Complete ACL tear of the right knee. Medial meniscus intact.", "Medial meniscus", "S83"),
        ("Basal cell carcinoma of the nose. Not squamous.", "squamous", "C44"),
        ("Erythema toxicum of the newborn. No herpes.", "herpes", "P35"),
    ],
)
def test_denied_in_one_word(detector: CodeDetector, note: str, word: str, category: str) -> None:
    found = detector.detect(note)
    start = note.index(word)
    denied = [c for c in found.candidates if c.status is Status.NEGATED and c.evidence[0].start == start]
    assert [c.coding.code[:3] for c in denied] == [category]
    assert all(c not in found.reported for c in denied)
    assert any(item.candidate is denied[0] for item in found.dropped)


@pytest.mark.parametrize(
    "note", ["No further plans.", "Gout. No changes today.", "Skin intact.", "Cyst removed. Chest clear."]
)
def test_names_no_condition(detector: CodeDetector, note: str) -> None:
    assert not [c for c in detector.detect(note).candidates if c.rules[0] == "dictionary/denied"]


def test_a_mention_stands_for_its_words(detector: CodeDetector) -> None:
    found = detector.detect("No pneumonia.")
    assert [c.rules[0] for c in found.candidates] == ["dictionary/synonym"]


def test_no_tooth_wound_is_no_lost_tooth(detector: CodeDetector) -> None:
    assert not detector.detect("Skin intact, no tooth wound.").reported
