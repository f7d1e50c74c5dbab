"""Shorthand of headings: the words it stands for, beside what it means else, and the side it begins with."""

from __future__ import annotations

import pytest

from detect_icd.matchers.procedures_sides import named_sides
from detect_icd.matchers.procedures_vocabulary import Vocabulary
from redactphi.errors import RuleError

RAW = {"same": {"rotator": ["rotator cuff"], "repair": ["repaired"], "cuff_step": ["=RCR"]}, "means": {}}


def test_a_short_form_states_its_words_beside_what_it_means_else():
    vocabulary = Vocabulary(RAW)
    vocabulary.shorten({"=RCR": "rotator cuff repair"})
    assert {hit.atom for hit in vocabulary.scan("Left RCR")} == {"rotator", "repair", "cuff_step"}
    assert not vocabulary.scan("left rcr")
    again = Vocabulary.from_packed(vocabulary.to_packed())
    assert again.scan("Left RCR") == vocabulary.scan("Left RCR")


def test_a_short_form_for_words_that_nobody_knows_is_an_error():
    with pytest.raises(RuleError, match="XYZ"):
        Vocabulary(RAW).shorten({"=XYZ": "nothing known"})


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("BTKA today", ["50"]),
        ("RIH repair", ["RT"]),
        ("fracture, LLE", ["LT"]),
        ("dorsal ganglion, L", ["LT"]),
        ("Both were removed.", []),
        ("both knees", ["50"]),
        ("The drain was left.", []),
        ("a wire left sticking out", []),
        ("The hernia was left sided.", ["LT"]),
        ("right and left groin", ["RT", "LT"]),
    ],
)
def test_a_side_is_a_side_and_not_a_verb(text, sides):
    assert [side for side, _ in named_sides(text, 0, len(text))] == sides
