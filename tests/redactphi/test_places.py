"""Employers and towns: the written cases."""

from pathlib import Path

import pytest

from redactphi import resources
from redactphi.evaluation.cases import read_cases
from redactphi.recognizers.facilities import FacilityRecognizer
from redactphi.recognizers.locations import LocationRecognizer
from redactphi.spans import resolve_overlaps

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "phi"
RECOGNIZERS = {"employers": FacilityRecognizer(), "places": LocationRecognizer()}
LINES = [
    (name, number, text, spans) for name in RECOGNIZERS for number, text, spans in read_cases(CASES / f"{name}.txt")
]


@pytest.mark.parametrize(("name", "number", "text", "spans"), LINES, ids=[f"{line[0]}:{line[1]}" for line in LINES])
def test_case(name, number, text, spans):
    found = resolve_overlaps(RECOGNIZERS[name].spans(text))
    assert [(text[span.start : span.end], span.label) for span in found] == [
        (text[span.start : span.end], span.label) for span in spans
    ]


@pytest.mark.parametrize(
    ("name", "least", "members", "strangers"),
    [
        (
            "known_facilities",
            1500,
            ["MGH", "Kaiser Permanente", "Walgreens", "UT Southwestern"],
            ["CVS", "Atrium", "Seton"],
        ),
        ("known_employers", 600, ["Walmart", "Union Pacific", "Penn State"], ["Medtronic system"]),
        ("employer_words", 100, ["Drywall", "Credit Union"], ["Systems", "Technologies", "Medical"]),
        ("landmarks", 300, ["coney island", "bushwick"], ["austin"]),
    ],
)
def test_lists_of_organisations_and_landmarks(name, least, members, strangers):
    items = resources.terms(name)
    assert len(items) >= least
    assert set(members) <= items
    assert not set(strangers) & items


def test_known_facilities_are_no_clinical_acronyms_or_words():
    known = {item for item in resources.terms("known_facilities") if " " not in item}
    assert not {item for item in known if item.lower() in resources.terms("common_words")}
