"""The written cases: what each line marks is found, and a line without marks gives nothing."""

from pathlib import Path

import pytest

from redactphi.errors import DataError
from redactphi.evaluation.cases import parse_case, read_cases
from redactphi.recognizers.ages import AgeRecognizer
from redactphi.recognizers.dates import PhiDateRecognizer
from redactphi.recognizers.identifiers import ContactRecognizer, IdentifierRecognizer
from redactphi.recognizers.locations import LocationRecognizer
from redactphi.spans import Span, resolve_overlaps

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "phi"
RULED = ("ages", "codes_are_not_phi", "contact", "dates", "identifiers", "locations", "signers")
RECOGNIZERS = [
    kind() for kind in (AgeRecognizer, ContactRecognizer, PhiDateRecognizer, IdentifierRecognizer, LocationRecognizer)
]
LINES = [(name, number, text, spans) for name in RULED for number, text, spans in read_cases(CASES / f"{name}.txt")]


@pytest.mark.parametrize(("name", "number", "text", "spans"), LINES, ids=[f"{line[0]}:{line[1]}" for line in LINES])
def test_case(name, number, text, spans):
    found = resolve_overlaps(span for recognizer in RECOGNIZERS for span in recognizer.spans(text))
    assert [(text[span.start : span.end], span.label) for span in found] == [
        (text[span.start : span.end], span.label) for span in spans
    ]


def test_every_file_marks_something_or_says_why_not():
    marked = {name for name, _, _, spans in LINES if spans}
    assert marked == set(RULED) - {"codes_are_not_phi"}


def test_parse_case_gives_text_and_spans():
    text, spans = parse_case("Dr. [Ruiz](PROVIDER) on [3/14](DATE)\\nnext  # why")
    assert text == "Dr. Ruiz on 3/14\nnext"
    assert spans == [Span(4, 8, "PROVIDER"), Span(12, 16, "DATE")]


def test_parse_case_without_marks_gives_nothing():
    assert parse_case("Foley catheter (16 Fr) [sic]") == ("Foley catheter (16 Fr) [sic]", [])


def test_an_unknown_label_is_an_error():
    with pytest.raises(DataError, match="NAEM"):
        parse_case("[Ruiz](NAEM)")


def test_read_cases_names_file_and_line(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("# comment\n\nfine\n[a](B)\n")
    with pytest.raises(DataError, match=r"x\.txt:4"):
        list(read_cases(path))
