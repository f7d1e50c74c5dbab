"""What an operation that nobody names cannot be without, and what rules it out."""

from __future__ import annotations

import pytest

from detect_icd.candidates import Status
from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_demands import Demand, demands, may_be, meant
from detect_icd.matchers.procedures_kinds import tells_of_work
from detect_icd.sections import find_sections


def codes(note: str) -> set[str]:
    found = ProcedureMatcher().candidates(note, find_sections(note))
    return {candidate.coding.code for candidate in found if candidate.status is Status.PRESENT}


@pytest.mark.parametrize("demand", demands(), ids=lambda demand: demand.what)
def test_a_demand_holds_of_its_own_notes_and_of_no_others(demand: Demand) -> None:
    assert all(demand.holds(note) for note in demand.matches)
    assert not any(demand.holds(note) for note in demand.ignores)


@pytest.mark.parametrize("demand", [d for d in demands() if d.instead], ids=lambda demand: demand.what)
def test_what_is_told_alike_is_of_the_family_and_another_code(demand: Demand) -> None:
    assert all(own != other for own, other in (pair.split() for pair in demand.instead))
    assert any(
        meant(own, note) == other for own, other in (pair.split() for pair in demand.instead) for note in demand.ignores
    )


def test_a_code_of_no_family_may_always_be() -> None:
    assert may_be("99213", "")
    assert meant("99213", "") == "99213"


BREAST = (
    "Nursing mother, left breast red and tight at 4 o'clock. Asleep, a curved cut at the areolar edge, and the tissue was spread down to near the "
    "muscle until 60 ml of thick pus poured out. Finger broke the walls between pockets, Penrose sewn in."
)
GROIN = (
    "Right groin, {before}. Bulge hard, would not reduce asleep. External oblique split; sac held a tight knuckle of small bowel at the deep ring. "
    "Ring nicked, bowel pinked and went home. No resection. New flat mesh sewn tubercle to ligament."
)


def test_an_abscess_elsewhere_is_none_beside_the_rectum() -> None:
    assert codes(BREAST) & {"46040", "46050", "46060", "45020"} == set()


def test_a_hernia_that_came_back_is_told_from_a_first_one() -> None:
    assert codes(GROIN.format(before="mesh from 2009 at the pubic end torn away, through the old scar")) == {"49521"}
    assert codes(GROIN.format(before="never repaired before")) == {"49507"}


@pytest.mark.parametrize(
    ("level", "code"),
    [("L3 and the edge of L2", "63267"), ("C5 and the edge of C4", "63265"), ("T8 and the edge of T7", "63266")],
)
def test_the_level_decides_where_the_account_is_the_same(level: str, code: str) -> None:
    note = (
        f"Fever, legs weak. Midline cut, muscles stripped. The whole lamina of {level} were bitten away, and thick yellow pus welled up outside the "
        "dura. It was sucked off, catheters passed up and down rinsed clear, cultures sent. The dura was not opened, no disc was removed."
    )
    assert codes(note) <= {code}


def test_a_word_of_the_list_names_no_operation_elsewhere() -> None:
    thumb = "PROCEDURE PERFORMED: Left thumb basal joint suspension arthroplasty. Trapezium excised, half of the tendon passed as a sling."
    assert "57287" not in codes(thumb)
    assert "57287" in codes("PROCEDURE PERFORMED: Excision of midurethral sling")


def test_a_step_ruled_out_is_not_done() -> None:
    told = "Right shoulder scope: rotator cuff repair double row, 4 anchors. Bursa removed, acromion {acromion}."
    assert codes(told.format(acromion="not burred")) == {"29827"}
    assert "29826" in codes(told.format(acromion="burred to a flat undersurface, CA ligament released"))


@pytest.mark.parametrize(
    "note",
    [
        "Perianal abscess. Painful red swelling at the left buttock beside the anus for three days, fluctuant. Antibiotics started.",
        "Anal fissure. Tearing pain with each stool. Posterior midline split, sentinel tag, sphincter tight. Diltiazem cream and fibre.",
        "Numbness of the thumb and index of the right hand for six months. Tinel and Phalen positive. Carpal tunnel syndrome, splint at night.",
        "L4-5 disc herniation with left L5 root compression, foraminal stenosis, ligamentum flavum thick, facets arthritic, leg weakness.",
        "Pilonidal sinus with two pits in the cleft and hair in one, no fluctuance. Keep it shaved.",
    ],
)
def test_a_disease_is_no_operation(note: str) -> None:
    assert not tells_of_work(note)
    assert codes(note) == set()


@pytest.mark.parametrize(
    "note", ["Red lump by the anus. Stab, pus out.", "EGD, rings, bx x 4.", "AKs, nine. LN2, one thaw."]
)
def test_a_terse_account_tells_of_work(note: str) -> None:
    assert tells_of_work(note)


def test_a_note_that_begins_with_the_name_needs_no_heading() -> None:
    named = "Bilateral reduction mammaplasty, Wise pattern, inferior pedicle, for symptomatic macromastia: right 640 g, left 705 g."
    assert codes(named) == {"19318"}
    assert codes("Booking sheet: 7:30 TURP, 9:00 bilateral reduction mammaplasty.") == set()
    assert codes("Scheduled for bilateral reduction mammaplasty next month.") == set()
