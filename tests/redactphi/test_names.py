"""Names, facilities and eponyms: the written cases, and what the recognizers leave alone."""

from pathlib import Path

import pytest

from redactphi.evaluation.cases import read_cases
from redactphi.recognizers.facilities import FacilityRecognizer
from redactphi.recognizers.names import NameRecognizer
from redactphi.spans import resolve_overlaps

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "phi"
RECOGNIZERS = {"names": [NameRecognizer()], "facilities": [FacilityRecognizer()]}
RECOGNIZERS["eponyms"] = [*RECOGNIZERS["names"], *RECOGNIZERS["facilities"]]
LINES = [
    (name, number, text, spans) for name in RECOGNIZERS for number, text, spans in read_cases(CASES / f"{name}.txt")
]


@pytest.mark.parametrize(("name", "number", "text", "spans"), LINES, ids=[f"{line[0]}:{line[1]}" for line in LINES])
def test_case(name, number, text, spans):
    found = resolve_overlaps(span for recognizer in RECOGNIZERS[name] for span in recognizer.spans(text))
    assert [(text[span.start : span.end], span.label) for span in found] == [
        (text[span.start : span.end], span.label) for span in spans
    ]


@pytest.mark.parametrize("recognizer", [NameRecognizer(), FacilityRecognizer()], ids=lambda found: found.name)
def test_presidio_results_carry_source_and_only_the_labels_asked_for(recognizer):
    text = "Dr. Adaeze Nwosu of Clearbrook General Hospital; he works at Brandt Steel Works. His wife Anna."
    label = recognizer.supported_entities[0]
    results = recognizer.analyze(text, [label])
    assert results
    assert {result.entity_type for result in results} == {label}
    assert all("/" in result.recognition_metadata["source"] for result in results)
    assert recognizer.analyze(text, []) == []


def test_a_cue_far_before_or_on_the_line_above_is_seen():
    text = "x " * 400 + "\nPatient Name:\n   Ines Ferreira\n" + "y " * 400
    assert [text[span.start : span.end] for span in NameRecognizer().spans(text)].count("Ines Ferreira") >= 1


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "İ" * 50, "Dr. \ud800", "\u202eDr. Nwosu", "a" * 50_000])
def test_odd_texts_are_read(text):
    for recognizer in RECOGNIZERS["eponyms"]:
        assert all(0 <= span.start < span.end <= len(text) for span in recognizer.spans(text))
