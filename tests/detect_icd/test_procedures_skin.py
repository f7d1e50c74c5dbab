"""Growths cut out, wounds sewn and flaps: by kind, place and size, where no heading says them."""

import pytest

from detect_icd import detect
from detect_icd.coding import CodeSystem
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.matchers.procedures_skin import _tables


def services(text):
    found = (c for c in detect(text).reported if c.coding.system is not CodeSystem.ICD10CM)
    return {candidate.coding.code: candidate.units for candidate in found}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Left temple squamous cell cancer, 1.4 cm, 5 mm margins marked, cut to fascia. Closed in layers, 5.2 cm.", {"11643": 1, "12053": 1}),
        ("Cyst of the right neck, 1.6 cm. Ellipse with the punctum, sac out whole. 4-0 nylon.", {"11422": 1}),
        ("Mole of the mid back, 6 mm. Elliptical excision with 3 mm margins. Two deep dermal sutures, then nylon, closure 3.1 cm.", {"11402": 1, "12032": 1}),
        ("BCC of the mid back, 1.4 cm, removed as an ellipse, the excised diameter thus being 3.4 cm. Nylon.", {"11604": 1}),
        ("Two cysts of the scalp, 1.8 cm and 1.2 cm, each excised through a small ellipse. Single nylon stitches.", {"11422": 2}),
        ("Seborrheic keratosis of the back, 1.1 cm, shave removal. Aluminum chloride.", {"11302": 1}),
        ("Superficial BCC of the left shoulder, 1.4 cm, curetted three times and electrodesiccated.", {"17262": 1}),
    ],
)  # fmt: skip
def test_a_growth_by_kind_place_and_size_with_its_margin(text, wanted):
    assert services(text) == wanted


def test_a_size_beyond_the_largest_rung_has_the_largest_code():
    text = "BCC of the mid back, 95 cm. Elliptical excision with 3 cm margins. Nylon."
    assert services(text) == {"11606": 1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Left palm laceration, 3 cm, no tendon or nerve injury, five 4-0 nylon.", {"12002": 1}),
        ("Fell on ice: chin laceration 4 cm. 4-0 vicryl buried, 6-0 nylon.", {"12052": 1}),
        ("Lacerations of the forehead, 3.1 cm, and the eyelid, 1.2 cm, single layer 6-0. Chin 2 cm same.", {"12014": 1}),
        ("Forearm laceration 4 cm and calf laceration 5 cm, both in layers with vicryl. Scalp laceration 2 cm, superficial, staples.", {"12034": 1, "12001": 1}),
        ("Cuts of the left palm, 3 cm, and of the right hand, 2 cm, closed in layers, total length 5 cm. Glass.", {"12042": 1}),
    ],
)  # fmt: skip
def test_wounds_are_added_up_by_class_and_place(text, wanted):
    assert services(text) == wanted


def test_a_flap_takes_in_what_was_cut_out_for_it():
    told = "BCC of the right cheek, 1.1 cm, removed with 4 mm margins. Rhomboid flap raised in the fat and transposed. "
    assert services(told + "Defect 2 x 2 cm, flap 2 x 2.5 cm.") == {"14040": 1}
    assert services("Scar of the thigh released by a Z-plasty, whole area 95 sq cm, nylon.") == {"14301": 1, "14302": 2}


def test_the_account_completes_a_heading_without_a_size():
    heading = "PROCEDURE: Excision of skin lesion, left cheek.\nPOSTOPERATIVE DIAGNOSIS: Basal cell carcinoma.\n"
    account = "DETAILS: The lesion was 0.8 cm. 4 mm margins. Elliptical excision. Buried 5-0 vicryl, 6-0 prolene, final length 3.0 cm."
    assert services(heading + account) == {"11642": 1, "12052": 1}


@pytest.mark.parametrize(
    "text",
    [
        "Skin check. Three moles of the back look benign, 4 mm each. SCC of the ear excised last year, scar clean.",
        "Forearm lipoma 4 cm removed through a 3 cm cut. Nylon.",
        "A 3 cm incision in the palm. The ligament over the carpal tunnel was cut along its ulnar edge. Nylon to skin.",
        "Pearly papule of the nose shaved as a biopsy, 0.4 cm, sent to rule out basal cell.",
        "Stab wound of the chest. Thoracotomy, pericardium opened, 1.5 cm hole in the ventricle sutured.",
    ],
)
def test_what_is_none_of_them(text):
    families = ("113", "114", "116", "120", "130", "131", "140", "172")
    assert not [code for code in services(text) if code.startswith(families)]


def test_the_lexicon_has_every_code_of_the_tables():
    tables = _tables()
    codes = {code for columns in tables["ladders"].values() for ladder in columns.values() for _, code in ladder}
    codes |= {str(more) for more, _, _ in tables["further"].values()}
    assert codes <= by_code().keys()
    for kind, columns in tables["columns"].items():
        assert set(columns.values()) == set(tables["ladders"][kind])
        for ladder in tables["ladders"][kind].values():
            assert [size for size, _ in ladder] == sorted(size for size, _ in ladder)


def test_the_area_of_a_wound_beyond_what_its_code_covers():
    told = "Leg wound 6 x 9 cm, dead fat cut off to bleeding with scalpel, fascia sound."
    assert services(told) == {"11042": 1, "11045": 2}


def test_a_visit_stated_by_its_code_hides_no_other_service():
    told = "Right knee: sterile prep, 25 cc yellow aspirated, then 40 mg Kenalog and lidocaine put in. CPT 99213-25."
    assert set(services(told)) == {"20610", "J3301", "99213"}
