"""The patient's own facts, in every form a note may give them."""

from pathlib import Path

import pytest

from redactphi.evaluation.cases import read_cases
from redactphi.patient import Patient
from redactphi.recognizers.patient import PatientRecognizer
from redactphi.recognizers.patient_dates import parse
from redactphi.slips import is_one_edit
from redactphi.spans import resolve_overlaps

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "phi" / "patient.txt"
PATIENT = Patient(
    id="P-00417",
    name="Robert J. Kowalczyk",
    birth_date="1931-03-14",
    mrn="00482913",
    ssn="402-19-8877",
    phones="(559) 555-0142",
    emails="rk@x.example",
    address="4417 Old Kettle Rd",
    city="Fresno",
    zip="93726-1234",
    accounts="AC-88 1234",
    relatives="Anna Kowalczyk",
    providers="Dr. Adaeze Nwosu, MD",
    employers="Brandt Steel Works",
)
LINES = list(read_cases(CASES))


def found(text, **facts):
    recognizer = PatientRecognizer(Patient(**facts) if facts else PATIENT)
    return [(text[span.start : span.end], span.label) for span in resolve_overlaps(recognizer.spans(text))]


@pytest.mark.parametrize(("number", "text", "spans"), LINES, ids=[str(line[0]) for line in LINES])
def test_case(number, text, spans):
    assert found(text) == [(text[span.start : span.end], span.label) for span in spans]


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "LOPEZ, MARIA J"},
        {"name": "Maria J Lopez"},
        {"given_name": "Maria", "family_name": "Lopez"},
        {"family_name": "López", "given_name": "María"},
    ],
)
def test_a_name_is_found_in_any_order_and_case_however_the_row_has_it(facts):
    assert found("Lopez, Maria; MARIA LOPEZ; maria lopez; María López's", **facts) == [
        ("Lopez, Maria", "NAME"), ("MARIA LOPEZ", "NAME"), ("maria lopez", "NAME"), ("María López", "NAME"),
    ]  # fmt: skip


def test_an_ordinary_word_counts_only_where_it_is_a_name():
    text = "Will Young is here. He will go; a young man. I asked Mr. Young. I told Will to rest."
    assert found(text, name="Will Young") == [("Will Young", "NAME"), ("Young", "NAME"), ("Will", "NAME")]


def test_an_eponym_is_not_the_patient_who_shares_the_name():
    text = "Foley catheter placed. The Foley drains. Mr. Foley agrees."
    assert found(text, name="Ann Foley") == [("Foley", "NAME")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("born in 1931; seen in 2024", [("1931", "DATE")]),
        ("born in 1931; seen in 2005", []),
        ("born in 1931", [("1931", "DATE")]),
        ("MRN 19310 in 2024", []),
    ],
)
def test_the_bare_birth_year_goes_where_it_shows_an_age_over_89(text, expected):
    assert found(text, birth_date="03/14/1931") == expected


def test_an_id_inside_a_longer_number_is_not_the_id():
    assert found("ref 1004829137 and 4829130 and x482913", mrn="00482913") == []


def test_a_short_id_needs_a_cue():
    assert found("gave 2280 mL; MRN 2280", mrn="2280") == [("2280", "MRN")]


@pytest.mark.parametrize(
    "value",
    ["1931-03-14", "03/14/1931", "3/14/31", "14/03/1931", "19310314", "March 14, 1931", "14 Mar 1931", "14-MAR-1931"],
)
def test_birth_dates_are_read_in_many_forms(value):
    assert str(parse(value)) == "1931-03-14"


@pytest.mark.parametrize("value", ["", "unknown", "13/32/1931", "31"])
def test_what_is_no_date_is_none(value):
    assert parse(value) is None


def test_an_unreadable_birth_date_is_still_found_as_written():
    assert found("born the ides of march", birth_date="the ides of March") == [("the ides of march", "DATE")]


@pytest.mark.parametrize(
    ("other", "near"),
    [
        ("kowalcyzk", True),
        ("kowalczy", True),
        ("kowalczykk", True),
        ("kovalczyk", True),
        ("kovalcyzk", False),
        ("nowak", False),
    ],
)
def test_one_edit(other, near):
    assert is_one_edit("kowalczyk", other) is near
    assert is_one_edit(other, "kowalczyk") is near


def test_nothing_known_finds_nothing():
    assert found("Robert Kowalczyk, MRN 00482913", id="") == []


def test_no_fact_shows_in_repr():
    recognizer = PatientRecognizer(PATIENT)
    shown = repr(recognizer) + repr(recognizer.__dict__)
    assert not [fact for fact in ("Kowalczyk", "482913", "8877", "Kettle", "Nwosu") if fact in shown]
