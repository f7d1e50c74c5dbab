"""Numbers of a maker stay; those of one thing or person go."""

import pytest

from redactphi.recognizers.catalogue import is_catalogue_number
from redactphi.spans import Span

TABLE = "Implant | Part no. | Lot\nCage C | 48351727 | 31TK90\nPlate | 48622038 | 29QA14\n"


def span(text, found, score=0.7, label="ID_OTHER"):
    start = text.index(found)
    return Span(start, start + len(found), label, score, "model/x")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Artoura 455 cc, Model SDC-120UH, SN 9104472", "SDC-120UH"),
        ("Part No. 5521-B-400", "5521-B-400"),
        ("closed with Vicryl (J784210)", "J784210"),
        (TABLE, "48351727"),
        (TABLE, "48622038"),
    ],
)
def test_catalogue_numbers(text, found):
    assert is_catalogue_number(text, span(text, found))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MRN 48351727", "48351727"),
        (TABLE, "31TK90"),
        (TABLE, "29QA14"),
        ("accession | 48351727 |", "48351727"),
        ("Cage | 48351727 |\nplain text, no head\n", "48351727"),
    ],
)
def test_other_numbers(text, found):
    assert not is_catalogue_number(text, span(text, found))


def test_only_what_the_model_is_not_sure_of_and_only_numbers():
    assert not is_catalogue_number(TABLE, span(TABLE, "48351727", score=0.99))
    text = "Model SDC-120UH"
    assert is_catalogue_number(text, span(text, "SDC-120UH", score=0.99))
    assert not is_catalogue_number(text, span(text, "SDC-120UH", label="NAME"))
