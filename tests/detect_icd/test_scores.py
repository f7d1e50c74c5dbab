"""Scores and levels that are codes by themselves, the other side of a condition, and what only the whole note tells."""

import pytest

from detect_icd.detector import detect


def reported(text, **options):
    return {candidate.coding.code for candidate in detect(text, **options).reported}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Acute L MCA infarct. NIHSS 14 on arrival.", "R29.714"),
        ("Acute ischemic stroke, NIH stroke scale of 3.", "R29.703"),
        ("Alcohol intoxication with alcohol abuse. EtOH 212 mg/dL.", "Y90.7"),
        ("Alcohol dependence, intoxicated, BAC 0.05.", "Y90.2"),
        ("Alcohol abuse, intoxicated. Blood alcohol level 310.", "Y90.8"),
    ],
)
def test_a_stated_score_is_a_code(text, code):
    assert code in reported(text)


@pytest.mark.parametrize(
    "text",
    [
        "Migraine. NIHSS 0.",
        "Acute L MCA infarct. NIHSS 77.",
        "Hypertension. EtOH 2 drinks a day.",
        "Alcohol dependence. Alcohol 12 beers a day.",
        "Stroke clinic. NIHSS not done.",
    ],
)
def test_a_score_of_nothing_is_none(text):
    assert not {code for code in reported(text) if code.startswith(("R29.7", "Y90"))}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("POAG OD severe stage, OS moderate.", {"H40.1113", "H40.1122"}),
        ("Wet AMD OD with active CNV, OS with inactive CNV.", {"H35.3211", "H35.3222"}),
    ],
)
def test_what_a_sentence_goes_on_to_say_of_the_other_side(text, codes):
    assert reported(text) == codes


def test_another_part_is_not_the_other_side():
    assert reported("Primary osteoarthritis of the right knee, left shoulder pain.") == {"M17.11", "M25.512"}


def test_what_a_stay_cured_is_of_the_stay():
    text = "DISCHARGE DIAGNOSIS: Acute hypoxic respiratory failure, resolved."
    assert "J96.01" in reported(text, setting="inpatient")
    assert "J96.01" not in reported("Acute hypoxic respiratory failure, resolved, last month.")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("NICU admit: male born here vaginally at 29 2/7 wk, 1180 g AGA.", {"P07.14", "P07.32", "Z38.00"}),
        ("SVD at 39w4d, live male, Apgars 8/9. 2nd degree perineal lac repaired.", {"O70.1", "Z37.0", "Z3A.39"}),
    ],
)
def test_whose_note_it_is(text, codes):
    assert reported(text, setting="inpatient") == codes
