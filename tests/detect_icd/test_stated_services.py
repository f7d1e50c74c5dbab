"""Codes that a note states and that are no longer reported so, and what a note says of age, ribs and looks."""

import pytest

from detect_icd.coding import CodeSystem
from detect_icd.detector import CodeDetector
from detect_icd.matchers.procedures_age import age
from detect_icd.matchers.procedures_levels import numbered
from detect_icd.stated_services import retired

DETECTOR = CodeDetector()


def reported(text, day=None):
    found = DETECTOR.detect(text, service_date=day).reported
    return {c.coding.code: (c.modifiers, c.units) for c in found if c.coding.system is not CodeSystem.ICD10CM}


STATED = (
    "PROCEDURES:\n1. Anterior cervical discectomy at C5-C6 for neural decompression (63075).\n"
    "2. Anterior interbody fusion C5-C6 (22554) utilizing a cage (22851).\n3. Anterior instrumentation at C5-C6 (22845).\n"
)


def test_codes_of_their_time_give_way_to_what_says_both():
    assert set(reported(STATED)) == {"22551", "22853", "22845"}


def test_a_code_that_nothing_named_has_followed_stays():
    assert "22851" in reported("PROCEDURES:\n1. Work on the spine (22851).\n")


def test_a_code_in_force_on_the_day_stays():
    assert "22851" in reported(STATED, "2010-03-01")


def test_retired_codes_are_followed_by_others():
    assert all(code not in was.since and was.since for code, was in retired().items())


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("The patient is a toddler admitted with a limp.", 2.0),
        ("This infant was brought for pyloromyotomy.", 0.5),
        ("A viable infant was delivered by cesarean.", None),
        ("The patient is a 12-day-old infant.", 12 / 365),
    ],
)
def test_the_age_of_a_patient_who_is_called_by_it(text, years):
    found = age(text)
    assert (found[0] if found else None) == (pytest.approx(years) if years else None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("injected in the spaces four to eight sequentially", 5),
        ("the 5th, 6th and 7th intercostal nerves", 3),
        ("intercostal blocks at T6, T7 and T8", 3),
        ("a 25 gauge needle", 0),
    ],
)
def test_ribs_are_counted(text, number):
    assert numbered("@rib", text, [(0, len(text))])[0] == number


def test_what_one_look_found_is_not_the_others():
    text = (
        "PROCEDURE: After consent the colonoscope was inserted and advanced to the cecum. There were no polyps. It was withdrawn. "
        "Attention was then taken for performing an EGD. The gastroscope was inserted and the stomach was entered. "
        "Several biopsies were taken of the antrum. The duodenal bulb was normal. The scope was withdrawn."
    )
    assert set(reported(text)) == {"45378", "43239"}


def test_ports_that_were_given_up_speak_against_no_open_operation():
    text = (
        "PROCEDURES:\n1. Attempted laparoscopic pyeloplasty, right.\n2. Open pyeloplasty, right.\n\nDETAILS: Trocars were placed. "
        "The tissue planes were obliterated and the decision was made to abort the laparoscopic procedure and perform the pyeloplasty open."
    )
    assert set(reported(text)) == {"50400"}


def test_the_surgeon_of_the_fusion_alone():
    text = (
        "PROCEDURE: Anterior lumbar interbody fusion, L5-S1.\n\nDETAILS: Dr. Vance made the approach, and once the L5-S1 disk space "
        "was identified we removed the disk."
    )
    assert reported(text)["22558"][0] == ("62",)


def test_an_attempt_that_the_patient_ended_is_reported_as_stopped():
    text = (
        "PROCEDURE PERFORMED: Attempted incision and drainage of odontogenic abscess.\n\nDESCRIPTION: Lidocaine was injected. A needle was "
        "inserted. The patient became irate and noncompliant, refusing further examination."
    )
    assert reported(text)["41800"][0] == ("53",)
