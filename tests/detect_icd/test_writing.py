"""How notes are typed: in small letters, in capitals, in lines of one width, a sentence a line."""

import textwrap

import pytest

from detect_icd.casing import evened
from detect_icd.detector import detect
from detect_icd.sentences import sentences
from detect_icd.wrapping import unwrapped

NOTE = (
    "Problem list reviewed with the patient today, no complaints. HTN with CKD stage 3b, stable on lisinopril. COPD without an "
    "exacerbation. Permanent AF on apixaban long term. Class 3 obesity, BMI 41.2. Nuclear sclerosis OS, vision 20/80. No DVT."
)


def codes(text):
    return {candidate.coding.code for candidate in detect(text, service_date="2026-03-01").reported}


@pytest.fixture(scope="module")
def expected():
    return codes(NOTE)


@pytest.mark.parametrize("width", [60, 72, 80, 100])
def test_the_width_of_lines_changes_nothing(expected, width):
    assert codes(textwrap.fill(NOTE, width)) == expected


@pytest.mark.parametrize("typed", [str.lower, str.upper])
def test_nor_do_letters_of_one_case(expected, typed):
    assert codes(typed(NOTE)) == expected


def test_nor_does_a_line_for_each_sentence_without_a_stop(expected):
    assert codes(NOTE.replace(". ", "\n")) == expected


def test_what_redaction_leaves_does_not_tell_how_a_note_is_typed():
    note = "seen by [PROVIDER] on [DATE 2026]. bmi 41.2 with class 3 obesity, ra on methotrexate"
    assert "BMI 41.2" in evened(note)
    assert "RA on" in evened(note)


@pytest.mark.parametrize(
    "note",
    [
        "Pain on motion of all joints. No RA.",
        "took 5 mg po bid, bp up. the cm scale; hearing aids on both sides of it as before",
        "ON EXAM ALL JOINTS MOVE. AGE-RELATED CHANGES AS BEFORE.",
        "htn\ndm2\ngerd",
        "",
    ],
)
def test_a_note_keeps_its_length_and_its_words(note):
    typed = evened(unwrapped(note))
    assert typed.lower() == note.lower()


def test_words_in_capitals_are_no_abbreviations():
    assert evened("PAIN ON MOTION OF ALL JOINTS WITH RA") == "PAIN on MOTION OF all JOINTS WITH RA"


def test_a_short_line_and_a_list_are_left_alone():
    listed = "Assessment and plan, as discussed with the patient and his wife:\n1. Hypertension\n2. Gout"
    assert unwrapped(listed) == listed
    assert unwrapped("htn\ndm2") == "htn\ndm2"


def test_a_full_line_goes_on():
    text = "The patient was seen for a pathological fracture of the right\nFemur today, and also has chronic kidney disease, stage\n3b."
    assert "\n" not in unwrapped(text)


def test_a_line_that_ends_before_it_is_full_ends_its_sentence():
    text = "Letter of the clinic: at no time has there been a thyroid storm\nShe also has an orbitopathy\nMethimazole goes on"
    assert len(sentences(text)) == 3
