"""Ways through the Alphabetic Index: the words of all titles above a line, spellings, references, tables."""

from xml.etree.ElementTree import fromstring

import pytest

from detect_icd.importers.alphabetic import read_index
from detect_icd.matchers.navigation import index_phrases
from detect_icd.matchers.phrases import PhraseSource
from tests.detect_icd import official_files as made


def ways(terms):
    """Code by words, and which of them lead by a reference."""
    return {" ".join(sorted(way.atoms)): way for way in index_phrases(read_index(fromstring(made.index(terms))))}


def codes(terms):
    return {words: way.code for words, way in ways(terms).items()}


def term(title, code="", *below, see="", level=0):
    name = f'term level="{level}"' if level else "mainTerm"
    inner = f"<title>{title}</title>" + (f"<code>{code}</code>" if code else "") + (f"<see>{see}</see>" if see else "")
    return f"<{name}>{inner}{''.join(below)}</{name.split(maxsplit=1)[0]}>"


def test_the_words_of_all_titles_above_lead_to_a_line():
    found = codes(term("Ulcer", "L98.499", term("foot", "", term("infected", "E11.621", level=2), level=1)))
    assert found == {"ulcer": "L98.499", "foot infection ulcer": "E11.621"}


def test_any_spelling_of_a_main_term_will_do():
    found = codes(term("Ulcer, ulcerated, ulcerating", "L98.499"))
    assert set(found.values()) == {"L98.499"}
    assert "ulcer" in found
    assert "ulcer ulcerated ulcerating" not in found


def test_of_many_spellings_of_a_main_term_the_first_six_will_do():
    title = "Ulcer, ulcerating, ulcerative, ulcera, ulcerous, ulcerable, ulcerish"
    expected = {"ulcer", "ulcerating", "ulcerative", "ulcera", "ulcerous", "ulcerable"}
    assert codes(term(title, "L98.499")).keys() == expected


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("ulcer, ulcerating", {"pain ulcer", "pain ulcerating"}),
        ("ulcer, ulcerating, ulcerative", {"pain ulcer ulcerating ulcerative"}),
        ("hand, foot", {"foot hand pain"}),
    ],
)
def test_two_spellings_of_a_term_below_are_two_ways_and_more_are_one(title, words):
    assert codes(term("Pain", "", term(title, "R52", level=1))).keys() == words


def test_a_main_term_of_several_words_is_one_way():
    assert codes(term("Abduction contracture, hip or other joint", "M24.559")).keys() >= {
        "abduction contracture hip joint"
    }


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Angina<nemod>(attack) (pectoris)</nemod>", "angina"),
        ("Angina<nemod>(attack)</nemod> NEC", "angina"),
        ("Angina NOS", "angina"),
        ("Angina, specified type NEC", "angina"),
        ("Angina [heart]", "angina"),
        ("Angina - code to infarction", "angina"),
    ],
)
def test_what_changes_no_code_is_no_word_of_the_way(title, words):
    assert codes(term(title, "I20.9")) == {words: "I20.9"}


def test_what_stands_after_a_nonessential_modifier_is_part_of_the_title():
    assert codes(term("Angina<nemod>(attack)</nemod> with spasm", "I20.1")) == {"angina spasm": "I20.1"}


def test_a_see_leads_to_what_stands_at_and_below_the_line_it_names():
    found = ways(
        term("Prolapse", "", term("rectum", "K62.3", level=1), term("uterus", "N81.4", level=1))
        + term("Descensus", see="Prolapse")
    )
    assert found["descensus rectum"].code == "K62.3"
    assert found["descensus rectum"].is_referred
    assert not found["prolapse rectum"].is_referred
    assert "descensus" not in found


@pytest.mark.parametrize(
    ("words", "found"),
    [(("rectum", "total"), True), (("rectum", "total", "acute"), True), (("rectum", "total", "acute", "early"), False)],
)
def test_nobody_states_ways_by_a_reference_of_more_than_four_words(words, found):
    nested = ""
    for level in range(len(words), 0, -1):
        nested = term(words[level - 1], "K62.3" if level == len(words) else "", nested, level=level)
    leads = codes(term("Prolapse", "", nested) + term("Descensus", see="Prolapse"))
    assert " ".join(sorted(("prolapse", *words))) in leads
    assert (" ".join(sorted(("descensus", *words))) in leads) is found


@pytest.mark.parametrize(
    "reference", ["Pain, abdominal", "pain, abdominal", "Pain, abdominal, by site", "Pain, abdomen"]
)
def test_a_reference_names_a_term_below_a_main_term(reference):
    found = codes(term("Pain", "R52", term("abdominal", "R10.9", level=1)) + term("Bellyache", see=reference))
    assert found["bellyache"] == "R10.9"


@pytest.mark.parametrize("reference", ["condition", "Pain, of the moon", "", "by site"])
def test_a_reference_to_nowhere_leads_nowhere(reference):
    found = codes(term("Pain", "R52") + term("Bellyache", see=reference))
    assert found == {"pain": "R52"}


def test_references_in_a_circle_come_to_an_end():
    found = codes(
        term("Falling", see="Descensus")
        + term("Descensus", see="Falling")
        + term("Prolapse", "N81.4", see="Prolapse")
        + term("Ptosis", "", term("eyelid", see="Ptosis", level=1), term("kidney", "N28.83", level=1))
    )
    assert found["prolapse"] == "N81.4"
    assert found["kidney ptosis"] == "N28.83"


def test_a_see_also_is_no_way():
    assert codes(
        "<mainTerm><title>Displacement</title><seeAlso>Prolapse</seeAlso></mainTerm>" + term("Pain", "R52")
    ) == {"pain": "R52"}


def test_nobody_states_very_long_ways():
    words = ["one-eyed", "purple", "flying", "people", "eater", "singing", "rock"]
    nested = ""
    for level in range(len(words), 0, -1):
        nested = term(words[level - 1], "R52" if level == len(words) else "", nested, level=level)
    assert codes(term("Zebra", "R53.1", nested)) == {"zebra": "R53.1"}


def test_the_table_of_neoplasms_by_behaviour():
    found = {frozenset(way.atoms): way for way in index_phrases(read_index(fromstring(made.NEOPLASM)))}
    assert {way.source for way in found.values()} == {PhraseSource.TABLE}
    abdomen = next(way for way in found.values() if way.code == "C76.2")
    assert abdomen.atoms >= {"malignant", "neoplasm"}
    assert len(abdomen.atoms) == 3
    by_code = {way.code: way.atoms for way in found.values()}
    assert by_code["C79.8"] - abdomen.atoms == {"secondary"}
    assert by_code["C80.1"] == {"malignant", "neoplasm"}
    assert "situ" in by_code["D09.8"]
    assert {"uncertain", "behavior"} <= by_code["D48.7"]


def test_the_table_of_drugs_by_intent():
    drug = made.DRUG.replace("1-propanol", "Abacavir").replace('col="6">--', 'col="6">T37.5X5')
    found = {way.code: set(way.atoms) for way in index_phrases(read_index(fromstring(drug)))}
    assert found == {
        "T51.3X1": {"abacavir", "poisoning", "accidental"},
        "T51.3X2": {"abacavir", "poisoning", "selfharm"},
        "T51.3X3": {"abacavir", "poisoning", "assault"},
        "T51.3X4": {"abacavir", "poisoning", "undetermined"},
        "T37.5X5": {"abacavir", "adverse", "effect"},
    }


def test_a_poisoning_is_accidental_unless_said():
    codes_of = [
        way.code for way in index_phrases(read_index(fromstring(made.DRUG))) if way.atoms == {"propanol", "poisoning"}
    ]
    assert codes_of == ["T51.3X1"]


def test_external_causes_are_told_apart_from_diseases():
    ways_of = list(index_phrases(read_index(fromstring(made.EXTERNAL))))
    assert {way.source for way in ways_of} == {PhraseSource.EXTERNAL}
    assert any(way.code == "W11" and {"fall", "ladder"} <= way.atoms for way in ways_of)
