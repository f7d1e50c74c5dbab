"""What is taken from a place: each tail by its own examples, and who works there."""

import re

import pytest

from redactphi import narrowing, resources
from redactphi.errors import RuleError
from redactphi.narrowing import narrowed, tails
from redactphi.spans import Span

_FOUND = re.compile(r"\[\[([^|\]]*)(?:\|([^\]]*))?\]\]")
MATCHES = [(tail, example) for tail in tails() for example in tail.matches]
IGNORES = [(tail, example) for tail in tails() for example in tail.ignores]


def read(example, label):
    """The text of an example, what was found in it and where what is kept ends."""
    found = _FOUND.search(example)
    kept, cut = found[1], found[2] or ""
    text = example[: found.start()] + kept + cut + example[found.end() :]
    span = Span(found.start(), found.start() + len(kept + cut), label, 0.8, "test")
    return text, span, found.start() + len(kept)


@pytest.mark.parametrize(("tail", "example"), MATCHES, ids=[f"{tail.name}: {text}" for tail, text in MATCHES])
def test_a_tail_is_cut_in_its_examples(tail, example):
    for label in tail.labels:
        text, span, end = read(example, label)
        assert narrowed(text, [span]) == [span.between(span.start, end)]


@pytest.mark.parametrize(("tail", "example"), IGNORES, ids=[f"{tail.name}: {text}" for tail, text in IGNORES])
def test_nothing_is_cut_in_its_other_examples(tail, example):
    for label in tail.labels:
        text, span, _ = read(example, label)
        assert narrowed(text, [span]) == [span]


def test_who_works_at_a_place_is_no_part_of_it():
    text = "discussed with Dr. Emma Thornton of the St. Zachary-Bethany Medical Center today"
    person = Span(text.index("Emma"), text.index(" of the"), "PROVIDER", 0.9, "test")
    place = Span(text.index("Emma"), text.index(" today"), "FACILITY", 0.8, "test")
    titled = place.between(text.index("Dr."), place.end)
    alone = place.between(text.index("St. Z"), place.end)
    assert narrowed(text, [person, place, titled, alone]) == [person, alone, alone, alone]
    assert narrowed(text, [place]) == [place]


def test_a_specialty_is_no_place():
    text = "Dr. Kesaki of Urology was consulted"
    person, place = Span(4, 10, "PROVIDER", 0.9, "test"), Span(4, 21, "FACILITY", 0.8, "test")
    assert narrowed(text, [person, place]) == [person]


def test_a_malformed_tail_is_named():
    raw = dict(resources.read_toml(resources.data() / "narrowing.toml")["tail"][0], name="x", ignores=[])
    with pytest.raises(RuleError, match="narrowing/x"):
        narrowing._tail(raw)
