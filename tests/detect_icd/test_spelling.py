"""Misspelt words are read as what they stand for; words that are somebody's, or some other word, never."""

import pytest

from detect_icd import CodeDetector
from detect_icd.matchers import spelling
from detect_icd.matchers.spelling import Spelling, sounds_alike

VOCABULARY = {
    "hemorrhoid": 9, "pneumonia": 9, "diabetes": 9, "appendicitis": 9, "asthma": 9, "anemia": 9, "thrombosis": 9,
    "pseudomonas": 9, "ileum": 9, "ilium": 9, "rectum": 50, "femur": 9, "lemur": 1, "gout": 9, "covid19": 9,
}  # fmt: skip


@pytest.fixture(scope="module")
def speller():
    return Spelling(VOCABULARY, known=lambda word: word in {"asthenia", "femurs"})


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("hemorroids", "hemorrhoid"),
        ("haemorrhoids", "hemorrhoid"),
        ("hemmorhoid", "hemorrhoid"),
        ("penumonia", "pneumonia"),
        ("diabtes", "diabetes"),
        ("apendicitis", "appendicitis"),
        ("asthmaa", "asthma"),
        ("pseudomonal", "pseudomonas"),
    ],
)
def test_what_a_word_is_read_as(speller, written, word):
    assert speller.correct(written) == word


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("asthenia", "a known word"),
        ("gouty", "nothing so near and long enough"),
        ("goat", "too short"),
        ("ilaum", "two words are as near"),
        ("thrxmbxsxs", "too many errors"),
        ("xppendicitis", "another first letter"),
        ("covid18", "not of letters alone"),
        ("an\u00e9mai", "not of ASCII letters"),
        ("there", "an everyday word"),
        ("", "nothing"),
        ("diabetesdiabetes", "a word twice"),
    ],
)
def test_what_is_left_alone(speller, written, why):
    assert speller.correct(written) is None, why


def test_the_word_that_is_clearly_the_more_usual_wins():
    assert Spelling({"rectum": 8, "rectal": 2}, known=lambda _: False).correct("recttm") == "rectum"
    assert Spelling({"femoral": 9, "femoris": 3}, known=lambda _: False).correct("femorl") == "femoral"
    even = Spelling({"ileitis": 9, "ilealis": 9}, known=lambda _: False)
    assert even.correct("ileatis") is None


BEGUN = {"onychomycosis": 9, "subconjunctival": 9, "hemorrhage": 9}


@pytest.mark.parametrize(
    ("written", "word"),
    [("onikomycosis", "onychomycosis"), ("onicomikosis", "onychomycosis"), ("hemoragge", "hemorrhage")],
)
def test_a_word_is_read_as_the_one_that_sounds_the_same(written, word):
    assert Spelling(BEGUN, known=lambda _: False).correct(written) == word


@pytest.mark.parametrize(
    ("vocabulary", "written", "word"),
    [
        (BEGUN, "subconj", "subconjunctival"),
        (BEGUN, "hemorrh", "hemorrhage"),
        (BEGUN, "subconju", None),
        (BEGUN, "subx", None),
        ({"hemorrhage": 9, "hemorrhoid": 9}, "hemorrh", None),
        ({"hemorrhage": 9, "hemorrhoid": 3}, "hemorrh", None),
        ({"hemorrhage": 12, "hemorrhoid": 3}, "hemorrh", "hemorrhage"),
        ({"hemorrhage": 9, "hemorrhagic": 9}, "hemorrh", "hemorrhagic"),
    ],
)
def test_a_word_cut_short_is_read_as_the_one_it_begins(vocabulary, written, word):
    assert Spelling(vocabulary, known=lambda _: False).correct(written) == word


def test_a_word_is_known_as_it_is_written_or_in_its_plain_form():
    as_written = Spelling({"hemorrhoid": 9}, known=lambda word: word == "haemorroids")
    assert as_written.correct("haemorroids") is None
    assert as_written.correct("haemorroid") == "hemorrhoid"
    in_plain_form = Spelling({"hemorrhoid": 9}, known=lambda word: word == "hemorroid")
    assert in_plain_form.correct("hemorroids") is None


def test_short_words_forgive_one_error_long_ones_two():
    words = Spelling({"asthma": 1, "appendicitis": 1}, known=lambda _: False)
    assert words.correct("athmaa") is None
    assert words.correct("apendicitus") == "appendicitis"
    assert words.correct("apendcitus") is None


@pytest.mark.parametrize("name", ["Smith", "Nwosu", "Garcia", "Jennifer", "Barbara"])
def test_names_are_never_read_as_diseases(name):
    assert CodeDetector().detect(f"{name} came in today.").candidates == ()


def test_what_was_seen_is_forgotten_before_it_grows_without_end(monkeypatch):
    monkeypatch.setattr(spelling, "_CACHE_LIMIT", 10)
    words = Spelling(VOCABULARY, known=lambda _: True)
    for first in "abcdefgh":
        for second in "abcdefgh":
            words.correct(f"zz{first}{second}zz")
    assert len(words._seen) <= 11
    assert words.correct("zzaazz") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Pneumnia.", "J18.9"),
        ("Hypertensoin, controlled", "I10"),
        ("Right ingiunal hernia", "K40.90"),
        ("acute apendicitis", "K35.80"),
        ("iron deficiency anaemia", "D50.9"),
        ("Type 2 diabtes", "E11.9"),
    ],
)
def test_a_misspelt_diagnosis_is_found(text, code):
    assert code in [candidate.coding.code for candidate in CodeDetector().detect(text).reported]


def test_evidence_of_a_misspelt_word_is_where_it_is_written():
    text = "Today: acute apendicitis."
    found = CodeDetector().detect(text).reported[0].evidence[0]
    assert text[found.start : found.end] == "acute apendicitis"


def test_spellings_that_sound_alike():
    assert sounds_alike("odynophagia", "odynofagia")
    assert not sounds_alike("ileum", "ilium")


def test_a_trusted_name_of_a_disease_is_read_though_few_phrases_have_it():
    known = {"dysuria": 1, "sneeze": 1}
    assert Spelling(known).correct("dysurea") is None
    assert Spelling(known, trusted=frozenset(known)).correct("dysurea") == "dysuria"
    assert Spelling(known, trusted=frozenset(known)).correct("sneezed") is None
