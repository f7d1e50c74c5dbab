"""Parts of identifiers, names, streets and facilities that the model found bring the rest."""

import pytest

from redactphi.recognizers.growth import grown
from redactphi.spans import Span


def completed(text: str, *labels: str) -> list[str]:
    """The texts of the completed spans; ``[[...]]`` marks what the model found, in order of ``labels``."""
    plain, spans = text, []
    for label in labels:
        start, end = plain.index("[["), plain.index("]]") - 2
        plain = plain.replace("[[", "", 1).replace("]]", "", 1)
        spans.append(Span(start, end, label, 0.9, "model/x"))
    return [plain[span.start : span.end] for span in grown(plain, spans)]


@pytest.mark.parametrize(
    ("text", "label", "whole"),
    [
        ("Specimen S25-[[11290]], read", "ID_OTHER", "S25-11290"),
        ("lot [[JE81P]]7 used", "ID_OTHER", "JE81P7"),
        ("UCare 5500 [[9182]] 33 on file", "ID_OTHER", "5500 9182 33"),
        ("(ID HP [[0098 4417]] 02)", "ID_OTHER", "HP 0098 4417 02"),
        ("by [[CHOWDHURY]], R\tNPI", "PROVIDER", "CHOWDHURY, R"),
        ("at [[Rose City Sport]] & Spine today", "FACILITY", "Rose City Sport & Spine"),
        ("cta by [[golden gate]] radiology on", "FACILITY", "golden gate radiology"),
        ("lives at 14 [[Covered Bridge]] Rd, town", "LOCATION", "14 Covered Bridge Rd"),
        ("at 14 [[Covered Bridge Rd]], Apt 4B", "LOCATION", "14 Covered Bridge Rd, Apt 4B"),
        ("seen Tues [[Sept 14]], 2021 by", "DATE", "Tues Sept 14, 2021"),
    ],
)
def test_a_part_brings_the_rest(text, label, whole):
    assert completed(text, label) == [whole]


@pytest.mark.parametrize(
    ("text", "label", "same"),
    [
        ("MRN [[448812]] 12 units given", "MRN", "448812"),
        ("acct [[448812]] BP 120/80", "ID_OTHER", "448812"),
        ("seen by [[Okafor]], MD today", "PROVIDER", "Okafor"),
        ("from [[Mercy]] & was told", "FACILITY", "Mercy"),
        ("at [[Lakeside Lodge]] drug treatment", "FACILITY", "Lakeside Lodge"),
        ("moved to [[Duluth]] drove home", "LOCATION", "Duluth"),
        ("on [[March 3]] 400 mg given", "DATE", "March 3"),
        ("Dr. [[Ruiz]] I think so", "PROVIDER", "Ruiz"),
    ],
)
def test_what_does_not_belong_stays(text, label, same):
    assert completed(text, label) == [same]


def test_ordinary_words_behind_an_organisation_are_let_go():
    assert completed("at [[ABC Lodge for drug]] abuse", "FACILITY") == ["ABC Lodge"]
    assert completed("at [[birth and beyond]] again", "FACILITY") == ["birth and beyond"]


def test_neighbours_of_a_kind_are_joined_over_a_linking_word():
    assert completed("at [[Spine]] of the [[Tri-Cities]] now", "FACILITY", "FACILITY") == ["Spine of the Tri-Cities"]
    assert completed("Pt [[Nguyen Thi]] Thu [[Ha]] here", "NAME", "NAME") == ["Nguyen Thi Thu Ha"]
    assert completed("saw [[Okafor]] and [[Ruiz]] here", "PROVIDER", "PROVIDER") == ["Okafor", "Ruiz"]


def test_nothing_found_stays_nothing():
    assert grown("No PHI.", []) == []
