"""What is reported of operations, injuries, births and their aftermath where words of several sentences come together."""

import pytest

from detect_icd import detect
from detect_icd.coding import CodeSystem


def reported(text, **options):
    found = detect(text, service_date="2026-03-01", **options).reported
    return {c.coding.code for c in found if c.coding.system is CodeSystem.ICD10CM}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("G1P0 @ 28+3, GDM, sugars logged.", {"O24.419", "Z3A.28"}),
        ("GBS pos, 38w, G2P1, oligohydramnios.", {"O41.03X0", "O99.820", "Z3A.38"}),
        ("Twins, di-di, 34w. Twin A cephalic; twin B breech.", {"O30.043", "O32.1XX2", "Z3A.34"}),
        ("POD1 s/p 1LTCS for arrest of dilation at 40w1d, liveborn girl.", {"O62.0", "Z37.0", "Z3A.40"}),
        ("POD 6 c/s, incision infected, superficial.", {"O86.01"}),
        ("39w IOL for gHTN, delivered vaginally, liveborn boy.", {"O13.4", "Z37.0", "Z3A.39"}),
    ],
)
def test_terse_obstetric_headers(text, codes):
    assert reported(text) == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Readmitted POD 8: wound dehiscence, skin and subcutaneous.", "T81.31XA"),
        ("SSI, superficial, POD 8 from lap appy.", "T81.41XA"),
        ("Follow-up of aseptic loosening of the right hip prosthesis.", "T84.030D"),
    ],
)
def test_a_complication_counts_its_own_visits(text, code):
    assert code in reported(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("FINDINGS: polyp in the sigmoid, polyp in the cecum.\nPATHOLOGY: Tubular adenomas, both.", {"D12.0", "D12.5"}),
        ("FINDINGS: polyp in the sigmoid.\nPATHOLOGY: Tubular adenoma.", {"D12.5"}),
        ("FINDINGS: polyp in the sigmoid, polyp in the cecum.\nPATHOLOGY: one tubular adenoma.", {"D12.6"}),
    ],
)
def test_histology_told_of_all_polyps_or_of_one(text, codes):
    assert reported(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Spinal stenosis L4-5.", {"M48.061"}),
        ("DDD C5-6.", {"M50.322"}),
        ("Spondylosis C5-C6.", {"M47.812"}),
        ("T7-8 disc herniation.", {"M51.24"}),
        ("L rib fx 4-6.", {"S22.42XA"}),
        ("R pulmonary contusion.", {"S27.321A"}),
        ("R index metacarpal fx, open.", {"S62.300B"}),
        ("Complete ACL tear R knee, lateral meniscus tear, MCL intact.", {"S83.281A", "S83.511A"}),
        ("Hardware removal L ankle, healed fracture.", {"Z47.2", "Z87.81"}),
        ("Pelvic ring fx, stable.", {"S32.9XXA"}),
        ("Unstageable heel ulcer R.", {"L89.610"}),
        ("Epidermal inclusion cyst scalp.", {"L72.0"}),
        ("Conductive hearing loss R, L ear normal.", {"H90.11"}),
        ("SNHL b/l, hearing aids.", {"H90.3", "Z97.4"}),
    ],
)
def test_place_and_side(text, codes):
    assert reported(text) == codes


def test_what_a_final_diagnosis_calls_resolved_was_treated():
    assert reported("DISCHARGE DIAGNOSES:\n1. Sigmoid diverticulitis with abscess\n2. AKI, resolved") == {
        "K57.20",
        "N17.9",
    }
    assert "N17.9" not in reported("PMH: AKI, resolved.")


def test_a_plan_to_follow_up_is_no_later_visit():
    assert reported("L wrist sprain. Splinted, ortho f/u 5 d.") == {"S63.502A"}
    assert reported("Ortho f/u 6 wks: L wrist sprain.") == {"S63.502D"}
