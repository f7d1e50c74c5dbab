"""The side of a part of the body, named once and meant throughout; none where the note is of two minds."""

import pytest

from detect_icd.matchers.sides import SidesOfParts
from detect_icd.terms import terms


def sides(*sentences):
    return SidesOfParts(terms().tokens(sentence) for sentence in sentences)


@pytest.mark.parametrize(
    ("sentences", "side"),
    [
        (["MRI R knee:"], "right"),
        (["left knee pain"], "left"),
        (["left swollen red knee"], "left"),
        (["bilateral knees ache"], "bilateral"),
        (["left knee", "the knee is stable", "L knee again"], "left"),
        (["left knee", "right knee"], None),
        (["left knee", "bilateral knees"], None),
        (["left hip"], None),
        (["left foot and knee"], "left"),
        (["left one two three knee"], None),
        (["left hip, right knee"], "right"),
        (["knee, left"], "left"),
        (["knee, left: no fluid"], "left"),
        (["knee, left hip"], None),
        ([], None),
        ([""], None),
    ],
)
def test_the_side_of_the_knee(sentences, side):
    assert sides(*sentences).of(["knee"]) == side


@pytest.mark.parametrize(
    ("sentence", "side"),
    [("left calf pain", "left"), ("R forearm", "right"), ("left arm, right leg", None), ("left knee pain", None)],
)
def test_the_side_of_a_part_is_that_of_its_limb(sentence, side):
    assert sides(sentence).of(["extremity"]) == side


def test_of_several_parts_with_one_side_that_side():
    found = sides("left knee and left hip", "right elbow")
    assert found.of(["knee", "hip"]) == "left"
    assert found.of(["knee", "elbow"]) is None
    assert found.of([]) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MRI R knee: Baker's cyst.", "M71.21"),
        ("Right knee exam. Primary osteoarthritis of the knee.", "M17.11"),
        ("Right knee exam. Left knee exam. Primary osteoarthritis of the knee.", "M17.10"),
        ("Right knee exam. Primary osteoarthritis of the left knee.", "M17.12"),
        ("Right hip exam. Primary osteoarthritis of the knee.", "M17.10"),
    ],
)
def test_a_part_named_with_its_side_elsewhere(detector, text, code):
    assert [c.coding.code for c in detector.detect(text).candidates if c.coding.code[0] == "M"] == [code]


def test_the_rule_chain_says_so(detector):
    [candidate] = detector.detect("MRI R knee: effusion. Baker's cyst of knee.").reported[-1:]
    assert candidate.coding.code == "M71.21"
    assert candidate.rules[0].startswith("dictionary/")
    assert "completion/side-of-part" in candidate.rules


@pytest.mark.parametrize("text", ["MRI knee: effusion. Baker's cyst of knee.", "Baker's cyst of the right knee."])
def test_the_rule_chain_says_nothing_of_a_side_that_was_not_looked_for(detector, text):
    [candidate] = detector.detect(text).reported[-1:]
    assert candidate.coding.code in {"M71.20", "M71.21"}
    assert "completion/side-of-part" not in candidate.rules


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Bilateral foot drop.", ["M21.371", "M21.372"]),
        ("Foot drop.", ["M21.379"]),
        ("Right foot drop.", ["M21.371"]),
        ("Bilateral carotid stenosis.", ["I65.23"]),
    ],
)
def test_both_sides_where_no_code_says_both(detector, text, codes):
    assert [candidate.coding.code for candidate in detector.detect(text).reported] == codes
