import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi.labels import PhiLabel
from redactphi.spans import Span, resolve_overlaps

spans = st.builds(
    lambda start, length, label, score, source: Span(start, start + length, label, score, source),
    st.integers(0, 60),
    st.integers(1, 15),
    st.sampled_from([str(label) for label in PhiLabel]),
    st.sampled_from([0.4, 0.6, 0.85, 1.0]),
    st.sampled_from(["a/x", "b/y"]),
)


def covered(found):
    return {i for span in found for i in range(span.start, span.end)}


@given(st.lists(spans, max_size=25))
def test_a_union_covers_exactly_what_its_members_covered(found):
    resolved = resolve_overlaps(found)
    assert covered(resolved) == covered(found)
    assert all(a.end <= b.start for a, b in pairwise(resolved))


@given(st.lists(spans, max_size=25), st.randoms(use_true_random=False))
def test_the_order_of_recognizers_never_matters(found, rng: random.Random):
    shuffled = list(found)
    rng.shuffle(shuffled)
    assert resolve_overlaps(shuffled) == resolve_overlaps(found)


@given(st.lists(spans, max_size=25))
def test_resolving_twice_changes_nothing(found):
    once = resolve_overlaps(found)
    assert resolve_overlaps(once) == once


def test_the_best_scored_member_names_the_union():
    united = resolve_overlaps([Span(0, 6, "DATE", 0.9, "d"), Span(4, 20, "NAME", 0.5, "n")])
    assert united == [Span(0, 20, "DATE", 0.9, "d")]


def test_ties_go_to_the_longer_then_to_the_label_defined_first():
    assert resolve_overlaps([Span(0, 3, "NAME", 0.5), Span(2, 9, "DATE", 0.5)])[0].label == "DATE"
    assert resolve_overlaps([Span(0, 3, "DATE", 0.5), Span(2, 5, "NAME", 0.5)])[0].label == "NAME"


def test_three_in_a_chain_are_judged_as_one():
    chain = [Span(0, 4, "ZIP", 0.5), Span(3, 8, "NAME", 0.6), Span(7, 12, "DATE", 0.7)]
    assert resolve_overlaps(chain) == [Span(0, 12, "DATE", 0.7)]


def test_spans_that_only_touch_stay_apart():
    assert len(resolve_overlaps([Span(0, 3, "NAME"), Span(3, 5, "NAME")])) == 2


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (4, 2)])
def test_a_span_is_never_empty_or_backwards(start, end):
    with pytest.raises(ValueError, match="start < end"):
        Span(start, end, "NAME")


def test_every_label_is_a_listed_identifier_or_known_not_to_be_one():
    letters = {label.identifier for label in PhiLabel if label.identifier}
    assert letters == set("ABCDEFGHIJKLMNOPQR")
    assert {label for label in PhiLabel if label.identifier is None} == {PhiLabel.PROVIDER, PhiLabel.FACILITY}
