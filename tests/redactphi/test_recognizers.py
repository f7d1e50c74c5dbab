"""The recognizers as Presidio uses them, and the tests their rules name."""

import pytest

from redactphi.recognizers import checksums
from redactphi.recognizers.ages import AgeRecognizer
from redactphi.recognizers.dates import PhiDateRecognizer, is_over_89
from redactphi.recognizers.identifiers import ContactRecognizer, IdentifierRecognizer, is_phone
from redactphi.recognizers.locations import LocationRecognizer, is_zip_of_state

ALL = (AgeRecognizer, ContactRecognizer, PhiDateRecognizer, IdentifierRecognizer, LocationRecognizer)


@pytest.mark.parametrize("kind", ALL)
def test_finds_nothing_in_nothing(kind):
    recognizer = kind()
    assert recognizer.analyze("", recognizer.supported_entities) == []


def test_analyze_gives_only_the_entities_asked_for():
    recognizer = ContactRecognizer()
    text = "Phone (559) 555-0142, fax (312) 555-0198"
    found = recognizer.analyze(text, ["FAX"])
    assert {(result.entity_type, text[result.start : result.end]) for result in found} == {("FAX", "(312) 555-0198")}


def test_results_carry_the_rule_and_no_text():
    result = PhiDateRecognizer().analyze("on 03/14/2024", ["DATE"])[0]
    assert result.recognition_metadata["source"] == "dates/numeric"
    assert "03/14" not in repr(result)
    assert "03/14" not in str(result.analysis_explanation)


def test_labels_are_those_of_the_rules():
    assert AgeRecognizer().supported_entities == ["AGE"]
    assert LocationRecognizer().supported_entities == ["LOCATION", "ZIP"]


@pytest.mark.parametrize("text", ["\0\0 03/14/2024 \ud800", "\u202e03/14/2024\u202c", "０３/14/2024 03/14/2024"])
def test_odd_text_is_scanned_too(text):
    found = [text[span.start : span.end] for span in PhiDateRecognizer().spans(text)]
    assert "03/14/2024" in found


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "1" * 50_000, " " * 50_000, "A1-" * 17_000, "1/1" * 17_000, "MRN:\n" * 10_000]
)
@pytest.mark.parametrize("kind", ALL)
def test_adversarial_text_does_not_time_out(kind, text):
    list(kind().spans(text))


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (checksums.is_card, "4111 1111 1111 1111", "4111 1111 1111 1112"),
        (checksums.is_npi, "1234567893", "1234567890"),
        (checksums.is_dea, "AB1234563", "AB1234560"),
        (checksums.is_iban, "GB82WEST12345698765432", "GB82WEST12345698765431"),
        (checksums.is_vin, "1HGCM82633A004352", "1HGCM82633A004351"),
        (checksums.is_imei, "490154203237518", "490154203237519"),
        (checksums.is_ip, "10.0.0.1", "10.0.0.256"),
        (checksums.is_plate, "8XYZ432", "8765432"),
        (checksums.is_identifier, "T87-429211", "03/14/2024"),
        (checksums.is_identifier, "12-34-56", "45-year-old"),
        (is_phone, "(559) 555-0142", "03/14/2024"),
        (is_zip_of_state, "CA 93726", "CT 74177"),
    ],
)
def test_checks(check, good, bad):
    assert check(good)
    assert not check(bad)


@pytest.mark.parametrize(
    "value", ["500mg", "120/80", "L4-5", "2024", "10:30", "q6h", "3.5", "12-lead", "covid-19", "2024-03-14"]
)
def test_clinical_values_are_no_identifiers(value):
    assert not checksums.is_identifier(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("born in 1921; seen 3/4/2010", False),
        ("born in 1921; seen 3/4/2011", True),
        ("born in 1936; CABG 2010", True),
        ("born in 1937", False),
        ("born in 1936", True),
    ],
)
def test_a_birth_year_is_judged_by_the_newest_year_of_the_note(text, expected):
    assert is_over_89(text, 8, 12) is expected
