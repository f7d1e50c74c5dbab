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
