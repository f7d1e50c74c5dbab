"""Parts of identifiers, names, streets and facilities that the model found bring the rest."""

import pytest
import regex

from redactphi.recognizers import growth
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
        ("starting in early [[December]], then", "DATE", "early December"),
        ("in mid-[[August 2024]] for", "DATE", "mid-August 2024"),
        ("deposition of R. [[Bell]], taken", "NAME", "R. Bell"),
        ("6 weeks.\n\nI [[Malkova]], 12/02", "PROVIDER", "I Malkova"),
        ("tolerated well. By H [[Strandberg]].", "PROVIDER", "H Strandberg"),
        ("portions. R-E [[Castellanos]], MD", "PROVIDER", "R-E Castellanos"),
        ('labeled "[[Concetta]] D", one node', "NAME", "Concetta D"),
        ("Te'[[Quan Diaz]], 6 y.o.", "NAME", "Te'Quan Diaz"),
        ("a veteran (82nd [[Airborne]], 1985)", "EMPLOYER", "82nd Airborne"),
        ("with [[Marlboro Fire Company]] No. 3 who", "EMPLOYER", "Marlboro Fire Company No. 3"),
        ("breech, [[Potomac Heights]] Hosp, LTCS", "FACILITY", "Potomac Heights Hosp"),
        ("club with [[Lake Superior]] Surge. Twisted", "EMPLOYER", "Lake Superior Surge"),
        ("on [[1450 Alder Street]], 2nd floor, Eugene", "LOCATION", "1450 Alder Street, 2nd floor"),
        ("Rehab | 1420 [[Camino Alto]] NE | Taos", "LOCATION", "1420 Camino Alto"),
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
        ("has hepatitis B [[Smith]] was told", "NAME", "Smith"),
        ("stays at [[Mercy]] Monday and", "FACILITY", "Mercy"),
        ("moved to [[Duluth]] Sunday and", "LOCATION", "Duluth"),
        ("saw [[Ro Kim]] today", "NAME", "Ro Kim"),
        ("saw [[Ida Hart 101]] today", "NAME", "Ida Hart 101"),
    ],
)
def test_what_does_not_belong_stays(text, label, same):
    assert completed(text, label) == [same]


@pytest.mark.parametrize(
    ("text", "label", "bare"),
    [
        ("[[MRN\n31-55-0917]]\n", "MRN", "31-55-0917"),
        ("Visit: [[HAR 610044827]] today", "ID_OTHER", "610044827"),
        ("DOB/Age: [[02/28/1985 / 38]] Sex", "DATE", "02/28/1985"),
        ("signed, [[M.D.\nRuth Gale]]", "PROVIDER", "Ruth Gale"),
        ("her [[aunt Lupe]] came", "NAME", "Lupe"),
        ("his [[Abuela Lupe]] came", "NAME", "Lupe"),
        ("bed 4 [[Tran, Minh 46F]] stable", "NAME", "Tran, Minh"),
        ("seen, [[ANES Sung Ho]] at", "PROVIDER", "Sung Ho"),
        ("TO [[BETHEL HOME FOR]] REST", "FACILITY", "BETHEL HOME"),
    ],
)
def test_label_words_titles_and_links_are_let_go(text, label, bare):
    assert completed(text, label) == [bare]


def test_ordinary_words_behind_an_organisation_are_let_go():
    assert completed("at [[ABC Lodge for drug]] abuse", "FACILITY") == ["ABC Lodge"]
    assert completed("at [[birth and beyond]] again", "FACILITY") == ["birth and beyond"]


def test_neighbours_of_a_kind_are_joined_over_a_linking_word():
    assert completed("at [[Spine]] of the [[Tri-Cities]] now", "FACILITY", "FACILITY") == ["Spine of the Tri-Cities"]
    assert completed("Pt [[Nguyen Thi]] Thu [[Ha]] here", "NAME", "NAME") == ["Nguyen Thi Thu Ha"]
    assert completed("saw [[Okafor]] and [[Ruiz]] here", "PROVIDER", "PROVIDER") == ["Okafor", "Ruiz"]


def test_nothing_found_stays_nothing():
    assert grown("No PHI.", []) == []


_PATTERNS = {name: value for name, value in vars(growth).items() if isinstance(value, regex.Pattern)}


@pytest.mark.parametrize("name", sorted(_PATTERNS))
@pytest.mark.parametrize("unit", ["a", "A", "A.", "a ", "A-", "1", "1 ", "1-", "a.", " ", "\n", "'", "Ab "])
def test_no_pattern_runs_away(name, unit):
    # The limit is a hundred times what a linear pattern takes; a cubic one takes a hundred times the limit.
    for text in (unit * 4000, unit * 4000 + "\x00"):
        _PATTERNS[name].match(text, timeout=5)
        _PATTERNS[name].search(text, len(text) - 48, timeout=5)
