"""What the whole document says of the model's doubtful spans."""

import pytest

from redactphi.evidence import weighed
from redactphi.spans import Span

LONG = "The incision was closed in layers and a dressing was applied. " * 10
GUESS = Span(4, 12, "NAME", 0.6, "model/x")
WEAK = Span(4, 12, "NAME", 0.6, "names/full-name")


def test_a_guess_alone_in_a_long_text_goes():
    assert weighed(LONG, [GUESS]) == []


def test_a_guess_in_a_short_text_stays():
    assert weighed(LONG[:300], [GUESS]) == [GUESS]


@pytest.mark.parametrize("source", ["names/clinician-title", "patient/name"])
def test_a_guess_among_sure_signs_stays(source):
    sure = [Span(20, 28, "PROVIDER", 0.9, source), Span(40, 50, "DATE", 0.79, "model/x")]
    assert GUESS in weighed(LONG, [GUESS, *sure])


def test_one_sure_sign_is_not_enough_and_stays_itself():
    sure = Span(20, 28, "PROVIDER", 0.9, "names/clinician-title")
    assert weighed(LONG, [GUESS, sure]) == [sure]


@pytest.mark.parametrize(
    ("source", "score"),
    [
        ("names/clinician-title", 0.7),
        ("patient/name", 0.3),
        ("strict/unknown-word", 0.5),
        ("user/BadgeRecognizer", 0.3),
    ],
)
def test_sure_rules_facts_strict_mode_and_a_users_recognizers_are_never_doubted(source, score):
    found = Span(4, 12, "NAME", score, source)
    assert weighed(LONG, [found]) == [found]


def test_a_weak_rule_alone_in_a_long_text_goes():
    assert weighed(LONG, [WEAK]) == []
    assert weighed(LONG[:300], [WEAK]) == [WEAK]


def test_a_weak_rule_stays_where_the_model_sees_something_too():
    assert weighed(LONG, [WEAK, GUESS]) == [WEAK]
    assert weighed(LONG, [WEAK, Span(20, 28, "NAME", 0.5, "model/x")]) == []


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("Titer 180 by Crithidia, repeated. ", False),
        ("Seen here by Okafor, repeated. ", True),
        ("Titer 180 by Crithidia luciliae, repeated. ", True),
    ],
)
def test_one_word_that_no_list_knows_is_no_name_where_little_else_is_phi(text, stays):
    start = text.index("by ") + 3
    sure = Span(start, text.index(",", start), "PROVIDER", 0.79, "model/x")
    assert weighed(text + LONG, [sure]) == ([sure] if stays else [])


def test_such_a_word_stays_where_a_rule_sees_it_too():
    text = f"Titer 180 by Crithidia, repeated. {LONG}"
    seen = [Span(13, 22, "PROVIDER", 0.79, "model/x"), Span(13, 22, "PROVIDER", 0.75, "names/clinician-by")]
    assert weighed(text, seen) == seen


DOUBTED = Span(4, 12, "ID_OTHER", 0.85, "identifiers_other/labelled-loose")


def test_a_doubted_rule_needs_the_model_where_little_else_is_phi():
    assert weighed(LONG, [DOUBTED]) == []
    assert DOUBTED in weighed(LONG, [DOUBTED, Span(4, 12, "ID_OTHER", 0.4, "model/x")])
    assert weighed(LONG[:300], [DOUBTED]) == [DOUBTED]


def test_doubted_rules_are_no_sure_signs_for_each_other():
    others = [Span(20 * n, 20 * n + 8, "PROVIDER", 0.85, "names/credential") for n in range(1, 4)]
    assert weighed(LONG, [DOUBTED, *others]) == []


def test_a_doubted_rule_stands_among_sure_signs():
    sure = [Span(20, 28, "PROVIDER", 0.9, "names/clinician-title"), Span(40, 50, "PHONE", 0.9, "contact/phone")]
    assert DOUBTED in weighed(LONG, [DOUBTED, *sure])


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("Retractors were DeBakey 6/9/12 and Potts. ", False),
        ("Balloon sizes are 3/5/30 in the tray. ", False),
        ("She was seen on 6/9/12 and returned. ", True),
        ("Seen Tuesday, 6/9/12 in the office. ", True),
        ("Biopsy was 6/9/2012 at the office. ", True),
    ],
)
def test_three_numbers_are_a_day_where_something_says_so(text, stays):
    start = next(index for index, char in enumerate(text) if char.isdigit())
    end = next(index for index in range(start, len(text)) if text[index] == " ")
    found = Span(start, end, "DATE", 0.9, "dates/numeric")
    assert bool(weighed(text + LONG, [found])) is stays
