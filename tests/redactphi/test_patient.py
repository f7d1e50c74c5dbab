"""The facts a row knows, in whatever shape a caller holds them."""

import datetime

import numpy as np
import pandas as pd
import pytest

from redactphi import Patient, UnknownNameError


@pytest.mark.parametrize("unknown", [None, "", " ", float("nan"), np.nan, pd.NA, pd.NaT, np.datetime64("NaT"), [], ()])
def test_what_is_not_known_is_empty(unknown):
    patient = Patient(name=unknown, birth_date=unknown, mrn=unknown)
    assert (patient.name, patient.birth_date, patient.mrn) == ("", "", ())


@pytest.mark.parametrize(
    ("mrn", "known"),
    [
        (482913, ("482913",)),
        (482913.0, ("482913",)),
        ([482913.0, float("nan"), None], ("482913",)),
        (np.array([1.0, 2.5]), ("1", "2.5")),
        (pd.Series(["A77B"]), ("A77B",)),
        ({"chart": "A77B", "old": ["B1", "B2"]}, ("A77B", "B1", "B2")),
        (b"A77B", ("A77B",)),
        ("00482913", ("00482913",)),
        ((number for number in ("1", "2")), ("1", "2")),
    ],
)
def test_numbers_and_collections_become_the_strings_a_note_has(mrn, known):
    assert Patient(mrn=mrn).mrn == known


@pytest.mark.parametrize(
    "birth_date",
    [
        datetime.date(1980, 5, 2),
        datetime.datetime(1980, 5, 2, tzinfo=datetime.UTC),
        pd.Timestamp("1980-05-02"),
        np.datetime64("1980-05-02"),
    ],
)
def test_a_birth_date_of_any_type_is_its_iso_form(birth_date):
    assert Patient(birth_date=birth_date).birth_date == "1980-05-02"


def test_several_values_of_a_single_field_are_one_string():
    assert Patient(name=["Maria", "Lopez"], sex=("F",)).name == "Maria Lopez"


def test_a_set_is_taken_in_one_order():
    assert Patient(mrn={"B", "C", "A"}, name={"Maria", "Ana", "Lopez"}).name == "Ana Lopez Maria"


def test_half_a_character_does_not_stop_the_search():
    assert Patient(name="Mar\ud800ia Lopez").name == "Mar\ufffdia Lopez"


def test_nothing_known_is_shown():
    assert repr(Patient(name="Maria Lopez", mrn="A77B")) == "Patient(<2 fields known>)"
    with pytest.raises(UnknownNameError, match="unknown patient field 'nom'; valid: accounts"):
        Patient.from_mapping({"nom": "Maria Lopez"})
