"""What goes on a span: each rest by its own examples, and a redactor that completes what rules and model find."""

from __future__ import annotations

import re

import pytest

from redactphi import completion, resources
from redactphi.completion import completed, rests
from redactphi.errors import RuleError
from redactphi.spans import Span

_PIECE = re.compile(r"\[\[(.*?)\]\]|\|")
MATCHES = [(rest, example) for rest in rests() for example in rest.matches]
IGNORES = [(rest, example) for rest in rests() for example in rest.ignores]


def _read(example: str, label: str) -> tuple[str, list[Span], list[int]]:
    """The text of an example, its spans and its edges."""
    text, spans, edges, at = "", [], [], 0
    for piece in _PIECE.finditer(example):
        text += example[at : piece.start()]
        at = piece.end()
        if piece[1] is None:
            edges.append(len(text))
        else:
            spans.append(Span(len(text), len(text) + len(piece[1]), label, 0.8, "test"))
            text += piece[1]
    return text + example[at:], spans, edges


@pytest.mark.parametrize(("rest", "example"), MATCHES, ids=[f"{rest.name}: {example}" for rest, example in MATCHES])
def test_a_rest_completes_its_examples(rest, example):
    for label in rest.labels:
        text, spans, edges = _read(example, label)
        found = [rest.completed(text, span, {(s.start, s.label): s.end for s in spans}) for span in spans]
        if rest.joins:
            assert found[0] == spans[0].between(spans[0].start, spans[1].end)
        elif rest.side == "behind":
            assert [span.end for span in found] == edges
        else:
            assert [span.start for span in found] == edges


@pytest.mark.parametrize(("rest", "example"), IGNORES, ids=[f"{rest.name}: {example}" for rest, example in IGNORES])
def test_nothing_goes_on_in_its_other_examples(rest, example):
    for label in rest.labels:
        text, spans, _ = _read(example, label)
        assert spans
        assert [rest.completed(text, span, {(s.start, s.label): s.end for s in spans}) for span in spans] == [
            None
        ] * len(spans)


@pytest.mark.parametrize(("rest", "example"), MATCHES, ids=[f"{rest.name}: {example}" for rest, example in MATCHES])
def test_the_neighbour_of_each_example_is_among_those_the_rest_begins_with(rest, example):
    text, spans, _ = _read(example, rest.labels[0])
    assert len(completed(text, spans)) > len(spans)


def test_what_was_found_stays_beside_what_is_completed():
    text = "went to Del Sol ER today"
    short, other = Span(8, 15, "FACILITY", 0.6, "model/x"), Span(19, 24, "DATE", 0.9, "dates/y")
    assert completed(text, [short, other]) == [short, other, short.between(8, 18)]


def test_the_order_of_spans_does_not_matter():
    text = "Author: Pellegrino MD, Anthony Vance\n"
    spans = [
        Span(8, 18, "PROVIDER", 0.8, "model/x"), Span(23, 30, "PROVIDER", 0.7, "names/y"), Span(23, 36, "PROVIDER", 0.8, "model/x"),
        Span(23, 30, "NAME", 0.6, "names/z"),
    ]  # fmt: skip
    longest = spans[0].between(8, 36)
    assert longest in completed(text, spans)
    assert sorted(completed(text, spans)) == sorted(completed(text, spans[::-1]))


def test_a_label_the_rest_is_not_for_is_left():
    assert completed("Del Sol ER today", [Span(0, 7, "NAME", 0.6, "model/x")]) == [Span(0, 7, "NAME", 0.6, "model/x")]


@pytest.mark.parametrize("raw", [
    {"name": "x", "regex": "(", "labels": ["DATE"], "side": "behind", "begins": " ", "matches": ["a"], "ignores": ["b"]},
    {"name": "x", "regex": "a", "labels": ["DATE"], "side": "within", "begins": " ", "matches": ["a"], "ignores": ["b"]},
    {"name": "x", "regex": "a", "labels": ["DATE"], "side": "behind", "begins": " ", "matches": ["a"], "ignores": []},
    {"name": "x", "regex": "a", "labels": ["DATE"], "side": "behind", "begins": " ", "odd": 1},
    {"name": "x", "labels": ["DATE"], "side": "behind", "begins": " "},
])  # fmt: skip
def test_a_malformed_rest_is_an_error_that_names_it(raw):
    with pytest.raises(RuleError, match="completion/x"):
        completion._rest(raw)


def test_a_redactor_completes(redactor):
    text = redactor.redact("Seen by Dr. Ana Ruiz 01/14/2020 3:12 P, struck on Bladensburg Rd NE.").text
    assert " P," not in text
    assert "NE" not in text


def test_a_pattern_takes_pieces_and_lists():
    assert "Avenue" in resources.expanded("{{terms.street_suffixes}}")
