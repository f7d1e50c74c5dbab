"""Normalisation: words that mean the same become the same atoms."""

import pytest

from detect_icd.sentences import sentences
from detect_icd.terms import _around, american, rows, singular, terms
from redactphi.errors import DataError


def atoms(text):
    return {atom for token in terms().tokens(text) for atom in token.atoms}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Haemorrhoids", "hemorrhoid"),
        ("oesophageal", "esophagus"),
        ("renal calculi", "kidney stones"),
        ("carcinoma of the rectum", "rectal cancer"),
        ("Crohn's disease", "Crohn disease"),
        ("Type II diabetes", "diabetes type 2"),
        ("type-2", "type two"),
        ("stage IIIa", "stage 3a"),
        ("gastro-oesophageal reflux", "gastroesophageal reflux"),
        ("non-healing", "nonhealing"),
        ("non-Hodgkin's lymphoma", "lymphoma"),
        ("non-Meniere\u2019s vertigo", "nonmeniere vertigo"),
        ("HTN", "hypertension"),
        ("CKD 3b", "chronic kidney disease stage 3b"),
        ("Sj\u00f6gren", "sjogren"),
        ("stenoses", "stenosis"),
        ("fractures", "fx"),
        ("secondary to pneumonia", "pneumonia"),
    ],
)
def test_same_atoms(one, other):
    assert atoms(one) == atoms(other) != set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("type 1", "type 2"),
        ("stage 3a", "stage 3b"),
        ("vitamin D", "vitamin B12"),
        ("right", "left"),
        ("non-Hodgkin's lymphoma", "Hodgkin's lymphoma"),
        ("hepatitis b", "hepatitis c"),
    ],
)
def test_different_atoms(one, other):
    assert atoms(one) != atoms(other)


@pytest.mark.parametrize(
    ("text", "expands"),
    [
        ("RA on methotrexate", True),
        ("98% on RA room air", False),
        ("SpO2 97 RA", False),
        ("MS with optic neuritis", True),
        ("MS Contin", False),
        ("the ms value", False),
    ],
)
def test_abbreviations_follow_their_context(text, expands):
    assert bool(atoms(text) & {"rheumatoid", "sclerosis"}) == expands


def last_atoms(text):
    *_, (start, end) = sentences(text)
    return {atom for token in terms().tokens(text, start, end) for atom in token.atoms}


@pytest.mark.parametrize(
    ("text", "says", "never"),
    [
        ("UC: no fever", "urgent", "colitis"),
        ("1. UC: no fever", "urgent", "colitis"),
        ("UC with bloody stools", "colitis", "urgent"),
        ("SLE: quiet", "slit", "lupus"),
        ("IOP 14. SLE: quiet", "slit", "lupus"),
        ("Hydroxychloroquine for SLE", "lupus", "slit"),
    ],
)
def test_an_abbreviation_that_heads_a_line(text, says, never):
    assert says in last_atoms(text)
    assert never not in last_atoms(text)


@pytest.mark.parametrize(
    ("text", "expands"),
    [
        ("CF stable.", False),
        ("On Trikafta. CF stable.", True),
        ("CF stable. On Trikafta. Seen today.", False),
        ("On Trikafta. " + "Seen today. " * 30 + "CF stable.", False),
        ("On Trikafta. " + "Seen today. " * 10 + "CF stable.", True),
        ("Levodopa raised. PD worse.", True),
    ],
)
def test_an_abbreviation_that_the_text_around_decides(text, expands):
    assert bool(last_atoms(text) & {"fibrosis", "parkinson"}) == expands


def test_the_text_around_takes_no_plain_word_away():
    assert "anemia" in last_atoms("Taken per label. Acute anemia.")
    assert "anemia" not in last_atoms("Anemia screening panel")


def test_the_words_around_reach_both_ways_and_no_farther():
    text = "far " + "x" * 250 + " Near, near-by. HERE " + "y" * 200 + " end"
    assert _around(text, text.index("HERE")) >= {"near", "by", "here", "end"}
    assert "far" not in _around(text, text.index("HERE"))


def test_tags_are_no_words():
    assert not atoms("[NAME] [DATE 2024] [PROVIDER] [AGE 90+] [ZIP 627]")


def test_offsets_are_those_of_the_text():
    text = "No acute CKD 3a today"
    for token in terms().tokens(text, 3):
        assert text[token.start : token.end].lower().startswith(token.word[:2])


def test_british_and_plural_rules():
    assert american("anaemia") == "anemia"
    assert singular("varicosities") == "varicosity"
    assert singular("pancreatitis") == "pancreatitis"
    assert singular("diagnoses") == "diagnosis"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Seen by Dr. Ruiz today. No fever.", 2),
        ("1. HTN\n2. DM", 2),
        ("The patient was admitted to the hospital with severe\nabdominal pain.", 1),
        ("Her son is 79. Ms. Wells is well.", 2),
        ("BP 120.5 today", 1),
        ("", 0),
    ],
)
def test_sentences(text, count):
    found = [text[a:b] for a, b in sentences(text)]
    assert len([piece for piece in found if piece.strip(" .\n")]) == count or len(found) == count


def test_sentences_lose_no_word():
    text = "A. Fever\n\nB) Chills;  none.\nwrapped line goes on\nhere. End"
    joined = "".join(text[a:b] for a, b in sentences(text))
    assert [w for w in text.replace(";", " ").split() if w.isalpha()] == [
        w for w in joined.replace(";", " ").split() if w.isalpha()
    ]


def test_tables_refuse_too_many_columns():
    with pytest.raises(DataError, match="more than 1 columns"):
        list(rows("synonyms.tsv", 1))
