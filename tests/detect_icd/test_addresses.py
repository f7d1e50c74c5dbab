"""The letters of a State are no abbreviation of a disease, and other letters are."""

import pytest

from detect_icd import detect
from detect_icd.addresses import without_states


@pytest.mark.parametrize(
    ("note", "read"),
    [
        ("Old Mission, MI 49673", "Old Mission, __ 49673"),
        ("in [LOCATION], MI [ZIP 496].", "in [LOCATION], __ [ZIP 496]."),
        ("from [LOCATION] MS today", "from [LOCATION] __ today"),
        ("seen in Lansing, MI.", "seen in Lansing, __."),
        ("seen by [PROVIDER], DC today", "seen by [PROVIDER], __ today"),
        ("seen by Zed Quxley, DC today", "seen by Zed Quxley, __ today"),
        ("9 Oak Hill Road, Quinby, PA", "9 Oak Hill Road, Quinby, __"),
    ],
)
def test_a_state_behind_a_town_is_not_read(note, read):
    assert without_states(note) == read
    assert detect(note).candidates == ()


@pytest.mark.parametrize(
    "note",
    ["Diabetes, MI 2019", "CAD, MI, CHF", "[DATE], MI ruled in", "Asthma, MS and HTN", "old MI", "Hysteroscopy, DC"],
)
def test_other_letters_stay(note):
    assert without_states(note) == note


def test_what_redaction_wrote_is_no_evidence_in_plain_text_either():
    codes = {
        c.coding.code
        for c in detect("Sternal fracture after a fall. Works for [EMPLOYER]; the [VEHICLE] hit a tree.").candidates
    }
    assert "S22.20XA" in codes
    assert "Y99.0" not in codes


def test_lines_of_a_note_without_capitals_stay_apart_where_a_tag_made_one_long():
    note = "name: [NAME~{0}]   mrn: [MRN~{0}]   ref: dr. [PROVIDER~{0}]\ndx: impingement syndrome of right shoulder\n".format(
        "Q" * 26
    )
    (found,) = detect(note).candidates
    assert (found.coding.code, found.section) == ("M75.41", "assessment")
