"""What later sections of a note take back of earlier ones."""

import pytest

from detect_icd import CodeDetector


def reported(text, setting="outpatient"):
    return {candidate.coding.code for candidate in CodeDetector(setting=setting).detect(text).reported}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PREOPERATIVE DIAGNOSIS: Acute appendicitis.\nPOSTOPERATIVE DIAGNOSIS: Meckel diverticulum.", {"Q43.0"}),
        ("PREOPERATIVE DIAGNOSIS: Acute appendicitis.\nPOSTOPERATIVE DIAGNOSIS: Same.", {"K35.80"}),
        ("INDICATION: Hematuria.\nIMPRESSION: Kidney stone.", {"N20.0"}),
        ("INDICATION: Hematuria.\nIMPRESSION: Normal kidneys.", {"R31.9"}),
    ],
)
def test_the_last_word(text, expected):
    assert reported(text) == expected


def test_what_a_patient_came_with_is_explained_at_discharge():
    text = "Admitted with syncope.\nDISCHARGE DIAGNOSIS: Complete heart block."
    assert reported(text, "inpatient") == {"I44.2"}


def test_the_admission_diagnosis_gives_way_unless_it_is_chronic():
    text = "ADMITTING DIAGNOSIS: Sepsis. Hypertension.\nDISCHARGE DIAGNOSIS: Acute pyelonephritis."
    assert reported(text, "inpatient") == {"N10", "I10"}


def test_follow_up_after_completed_treatment():
    text = "Surveillance visit. History of bladder cancer, all treatment completed, no recurrence."
    assert reported(text) == {"Z08", "Z85.51"}
