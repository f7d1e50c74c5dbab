"""Gold of other makers, trimmed to what our policies redact."""

import pytest

from redactphi.evaluation.by_policy import by_policy
from redactphi.evaluation.gold import GoldDocument
from redactphi.spans import Span


def trimmed(text: str, label: str) -> list[str]:
    """The texts that are left of one gold span over the whole text."""
    document = GoldDocument("1", text, (Span(0, len(text), label, 1.0, "gold"),))
    return [text[span.start : span.end] for span in by_policy(document).spans]


@pytest.mark.parametrize(
    ("text", "label", "left"),
    [
        ("Dr. Emily Clark", "NAME", ["Emily Clark"]),
        ("Mr. Smith", "NAME", ["Smith"]),
        ("Ana Ruiz, MD", "PROVIDER", ["Ana Ruiz"]),
        ("Drew Mason", "NAME", ["Drew Mason"]),
        ("Miami, FL", "LOCATION", ["Miami"]),
        ("Poland", "LOCATION", []),
        ("123 Maple Street, Chicago, IL", "LOCATION", ["123 Maple Street", "Chicago"]),
        ("UCSF Hospital in San Francisco", "LOCATION", ["UCSF Hospital", "San Francisco"]),
        ("New York", "LOCATION", ["New York"]),
        ("12 Elm Way\nSuite 3\nOslo\nNorway 0150", "LOCATION", ["12 Elm Way", "Suite 3", "Oslo", "0150"]),
        ("Georgia 30301", "LOCATION", ["30301"]),
        ("Elm 12", "LOCATION", ["Elm 12"]),
        ("Patient ID: ABCD1234", "ID_OTHER", ["ABCD1234"]),
        ("case #JH-998877", "ID_OTHER", ["JH-998877"]),
        ("AB 1234", "ID_OTHER", ["AB 1234"]),
        ("1998", "DATE", []),
        ("last month", "DATE", []),
        ("March 1998", "DATE", ["March 1998"]),
    ],
)
def test_what_the_policy_leaves_is_taken_off(text, label, left):
    assert trimmed(text, label) == left


def test_a_document_without_gold_stays_as_it_is():
    document = GoldDocument("1", "No PHI.", ())
    assert by_policy(document) == document
