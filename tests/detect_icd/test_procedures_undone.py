"""Operations of a list that the account left undone, and bypasses of the heart counted by their grafts."""

from __future__ import annotations

import pytest

from detect_icd.candidates import Status
from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_grafts import Grafts, grafts
from detect_icd.matchers.procedures_undone import Undone, families, is_undone
from detect_icd.sections import find_sections
from detect_icd.sentences import sentences


def codes(note: str, status: Status = Status.PRESENT) -> set[str]:
    found = ProcedureMatcher().candidates(note, find_sections(note))
    return {candidate.coding.code for candidate in found if candidate.status is status}


@pytest.mark.parametrize("family", families(), ids=lambda family: family.what)
def test_a_family_holds_of_accounts_that_left_it_undone_and_of_no_others(family: Undone) -> None:
    assert all(family.holds(account, sentences(account)) for account in family.matches)
    assert not any(family.holds(account, sentences(account)) for account in family.ignores)


def test_a_code_of_no_family_is_never_undone() -> None:
    account = "The spleen was left alone."
    assert not is_undone("38100", account, sentences(account))


LISTED = "PROCEDURE PERFORMED:\n1. Right shoulder arthroscopy with rotator cuff repair.\n2. SLAP repair.\nDESCRIPTION OF PROCEDURE: "


def test_what_the_account_left_alone_is_kept_as_denied() -> None:
    note = LISTED + "The labrum was probed, found stable and left alone. The cuff was brought down with two anchors."
    assert codes(note) == {"29827"}
    assert "29807" in codes(note, Status.NEGATED)


def test_what_the_account_does_not_speak_of_stays() -> None:
    assert "29807" in codes(LISTED + "The cuff was brought down with two anchors.")


@pytest.mark.parametrize(
    ("written", "counted"),
    [
        ("CABG x4: LIMA to LAD, SVG to diagonal, SVG to OM1, SVG to PDA", Grafts(1, 3)),
        ("CABG x4 (LIMA-LAD, SVG to OM1, D1, PDA); endoscopic vein harvest", Grafts(1, 3)),
        ("bypass x3: left internal mammary to LAD, right internal mammary to first obtuse marginal, vein to the PDA", Grafts(2, 1)),
        ("CABG x 3, LIMA to LAD, left radial artery to OM, SVG to RCA", Grafts(2, 1)),
        ("Off-pump CABG x1, LIMA to LAD", Grafts(1, 0)),
        ("bypass with reversed saphenous vein to the right coronary and the circumflex", Grafts(0, 2)),
        ("CABG x6 with LIMA to LAD and vein grafts", None),
        ("CABG x5 with LIMA to LAD, SVG to OM1", None),
        ("CABG with bilateral internal mammary arteries and one vein graft", None),
        ("Bypass of the stomach", None),
    ],
)  # fmt: skip
def test_grafts_are_counted_by_where_they_are_led(written: str, counted: Grafts | None) -> None:
    assert grafts(written) == counted


@pytest.mark.parametrize(
    ("counted", "reported"),
    [
        (Grafts(1, 0), ("33533",)),
        (Grafts(2, 1), ("33534", "33517")),
        (Grafts(6, 7), ("33536", "33523")),
        (Grafts(0, 2), ("33511",)),
        (Grafts(0, 9), ("33516",)),
        (Grafts(0, 0), ()),
    ],
)
def test_grafts_are_reported_by_arteries_and_veins(counted: Grafts, reported: tuple[str, ...]) -> None:
    assert counted.codes == reported


def test_a_list_of_grafts_corrects_the_number_of_vessels() -> None:
    assert codes("PROCEDURE: CABG x 3, LIMA to LAD, left radial artery to OM, SVG to RCA.") == {"33534", "33517"}
