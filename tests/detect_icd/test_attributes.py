"""Words around a mention go with the nearest one; what is denied, far off or another's goes with none."""

import pytest

from detect_icd.matchers.attributes import Sentence, Surroundings, with_words_after, words_after
from detect_icd.matchers.selection import SIDES


def own_words(matcher, text):
    """The words that go with each mention, by its code's category."""
    tokens = matcher.read(text, 0, len(text))
    mentions = matcher.mentions(text, tokens)
    around = Surroundings(text, tokens, mentions, matcher.index)
    return {mention.code[:3]: around.of(mention) for mention in mentions}


def reported(detector, text):
    return [candidate.coding.code for candidate in detector.detect(text).reported]


def test_a_mention_has_its_own_words_and_those_near_it(matcher):
    own = own_words(matcher, "Acute gout of the left knee")["M10"]
    assert {"gout", "acute", "left", "knee"} <= own


def test_a_side_goes_with_the_nearest_mention(matcher):
    own = own_words(matcher, "left knee osteoarthritis, right inguinal hernia")
    assert own["M17"] & SIDES == {"left"}
    assert own["K40"] & SIDES == {"right"}


def test_of_several_sides_the_nearest_stands(matcher):
    own = own_words(matcher, "osteoarthritis of left knee, worse than right")
    assert own["M17"] & SIDES == {"left"}


@pytest.mark.parametrize(
    "text", ["gout, not acute", "gout without tophi", "gout, denies acute flare", "gout, negative for tophi"]
)
def test_what_is_denied_goes_with_no_mention(matcher, text):
    assert not own_words(matcher, text)["M10"] & {"acute", "tophus", "tophi", "flare"}


def test_a_denial_ends_where_the_sentence_turns(matcher):
    assert "left" in own_words(matcher, "No fever but left gout")["M10"]


def test_words_far_off_do_not_count(matcher):
    far = "Left foot fracture pain swelling ulcer fever cough anemia nausea and then also gout"
    assert "left" not in own_words(matcher, far)["M10"]


def test_a_side_counts_from_farther_off_than_other_words(matcher):
    own = own_words(matcher, "left side has ached and bothered him much of this winter: gout")["M10"]
    assert own & SIDES == {"left"}
    own = own_words(matcher, "chronic side has ached and bothered him much of this winter: gout")["M10"]
    assert "chronic" not in own


def test_a_size_goes_with_the_bowel_only(matcher):
    assert "small" not in own_words(matcher, "small inguinal hernia")["K40"]
    assert "small" in own_words(matcher, "obstruction of the small bowel")["K56"]


def test_names_are_no_distance(matcher):
    plain = own_words(matcher, "left, Xqzv Wvxk Zzyq Qqrt Vvwx Kkjh Zzpp, gout")["M10"]
    assert "left" in plain


# Later sentences


def sentences(matcher, text, *parts):
    found, position = [], 0
    for part in parts:
        start = text.index(part, position)
        end = position = start + len(part)
        tokens = matcher.read(text, start, end)
        found.append(Sentence(start, end, tokens, matcher.mentions(text, tokens)))
    return found


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (["Location: left."], {"left"}),
        (["It is chronic."], {"chronic"}),
        (["Stage 3."], {"stage3"}),
        (["Patient lives alone."], set()),
        (["Patient lives alone.", "Left."], set()),
        (["Severity: severe.", "Acuity: acute."], {"severe", "acute"}),
        (["Type: not chronic."], set()),
        (["Left inguinal hernia too."], set()),
        (["Acute appendicitis on the left."], set()),
        (["Cultures: acute E. coli."], {"acute"}),
        (["Organism: E. coli.", "Severity: severe."], {"severe"}),
    ],
)
def test_sentences_that_go_on_about_a_mention(matcher, parts, words):
    text = " ".join(parts)
    found = words_after(text, sentences(matcher, text, *parts)) & {
        "left",
        "chronic",
        "stage3",
        "severe",
        "acute",
        "alone",
    }
    assert found == words


def test_no_sentence_after_says_nothing():
    assert words_after("", ()) == set()


def test_a_side_said_with_the_mention_stands():
    assert with_words_after({"gout", "left"}, {"right", "acute"}) == {"gout", "left", "acute"}
    assert with_words_after({"gout"}, {"right", "acute"}) == {"gout", "right", "acute"}


def test_a_course_said_with_the_mention_stands():
    assert with_words_after({"thrombosis", "acute"}, {"chronic", "left"}) == {"thrombosis", "acute", "left"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Osteoarthritis of the knee. Location: left.", ["M17.12"]),
        ("CKD. Stage is 3b.", ["N18.32"]),
        ("Bilateral primary osteoarthritis of the knees", ["M17.0"]),
        ("Right knee OA and left hip OA", ["M17.11", "M16.12"]),
        ("Conjunctivitis, no discharge, right eye", ["H10.9"]),
    ],
)
def test_the_words_around_complete_a_code(detector, text, codes):
    assert reported(detector, text) == codes
