"""A name of a person or a place is no disease, however it is spelt; an eponym that nothing speaks against is one."""

import pytest

from redactphi.resources import data, read_toml

NAMES = read_toml(data("detect_icd") / "names.toml")


def is_mentioned(matcher, marked):
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    mentions = matcher.mentions(text, matcher.read(text, 0, len(text)))
    return any(mention.start < end and start < mention.end for mention in mentions)


@pytest.mark.parametrize("marked", NAMES["names"])
def test_a_name_is_no_disease(matcher, marked):
    assert not is_mentioned(matcher, marked)


@pytest.mark.parametrize("marked", NAMES["diseases"])
def test_an_eponym_by_itself_is_a_disease(matcher, marked):
    assert is_mentioned(matcher, marked)


def test_a_holiday_is_no_disease_without_its_noun(detector):
    assert not detector.detect("She had a visiting nurse for Christmas.").reported
    assert [c.coding.code for c in detector.detect("Christmas disease, on factor IX.").reported] == ["D67"]


@pytest.mark.parametrize(
    "text", ["Records came from Boston Epilepsy Hospital.", "He was in the Stroke Unit last year."]
)
def test_what_is_named_after_a_disease_is_none(detector, text):
    assert not detector.detect(text).reported


def test_a_place_counts_only_beside_what_happened(detector):
    story = "Fell off the slide at the playground, closed fracture of left distal radius."
    far = "He will be attending high school. " + "Lungs are clear and the heart is regular. " * 20
    assert "Y92.838" in {c.coding.code for c in detector.detect(story).reported}
    assert not any(c.coding.code.startswith("Y92.2") for c in detector.detect(far + story).reported)
