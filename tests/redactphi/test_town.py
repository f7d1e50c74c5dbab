"""Towns stay in a limited data set; streets and counties do not."""

import pytest

from redactphi.document import Document
from redactphi.evaluation.cases import parse_case
from redactphi.operators import OPERATORS
from redactphi.policy import Policy
from redactphi.rewrite import Rewriter

REWRITER = Rewriter(Policy.load("limited_data_set"), OPERATORS)


def rewritten(marked):
    text, spans = parse_case(marked)
    return REWRITER.rewrite(Document("1", text), [span for span in spans if not REWRITER.policy.keeps(span.label)])


@pytest.mark.parametrize("town", ["Omaha", "OMAHA", "omaha", "Salt Lake City", "Salt\nLake City"])
def test_a_town_stays_and_counts_as_no_span(town):
    found = rewritten(f"Lives in [{town}](LOCATION), NE.")
    assert found.text == f"Lives in {town}, NE."
    assert found.spans == ()
    assert found.offsets.to_old(12) == 12


@pytest.mark.parametrize(
    "place", ["14 Elm St", "Elm Street", "Douglas County", "Nowheresville Heights", "14 Elm St, Omaha"]
)
def test_anything_else_of_an_address_goes(place):
    found = rewritten(f"Lives at [{place}](LOCATION) today, [Omaha](LOCATION).")
    assert found.text == "Lives at [LOCATION] today, Omaha."
    assert len(found.spans) == 1
    assert found.offsets.to_new(found.text.index("[")) == found.text.index("[")
