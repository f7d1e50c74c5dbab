"""What cues do not reach over: the next item of a list, brackets that close."""

import pytest

from detect_icd.enumerations import is_aside, is_next_item


@pytest.mark.parametrize(
    ("between", "expected"),
    [(" DTs 3) ", True), (" fever\n2) ", True), (" edema (grade 2) or ", False), (" 1.2) ", False), (" or ", False)],
)
def test_a_numbered_item(between, expected):
    text = f"no{between}hypokalemia"
    assert is_next_item(text, 2, 2 + len(between)) is expected


@pytest.mark.parametrize(
    ("text", "cue", "mention", "expected"),
    [
        ("cancer 2012 (no evid of dz), HTN", "no", "HTN", True),
        ("no edema (grade 2) or rash", "no", "rash", False),
        ("no edema or rash", "no", "rash", False),
    ],
)
def test_an_aside(text, cue, mention, expected):
    assert is_aside(text, text.index(cue) + len(cue), text.index(mention)) is expected
