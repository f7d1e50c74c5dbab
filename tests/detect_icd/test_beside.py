"""Misspelt words that their neighbours explain."""

import pytest

from detect_icd.matchers.beside import SpellingBeside
from detect_icd.matchers.dictionary import DictionaryMatcher


@pytest.fixture(scope="module")
def matcher():
    return DictionaryMatcher()


def read(matcher, text):
    return [atom for token in matcher.read(text, 0, len(text)) for atom in token.atoms]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("carple tunel syndrome", "carpal"),
        ("congestve hart failure", "heart"),
        ("deep vien thrombosis", "vein"),
        ("Osgood Shlater diesease", "schlatter"),
        ("enterocutaneous fistuler", "fistula"),
    ],
)
def test_a_neighbour_vouches_for_a_word(matcher, text, word):
    assert word in read(matcher, text)


@pytest.mark.parametrize(
    "text", ["John Hart failure", "Mr Hart failure", "HART failure", "hart stable", "seen wiht failure"]
)
def test_names_abbreviations_and_words_alone_stay(matcher, text):
    assert "heart" not in read(matcher, text)


def test_of_two_readings_as_long_none_is_taken(matcher):
    speller = SpellingBeside(matcher.index, {})
    tokens = matcher.read("carple tunnel", 0, 13)
    assert speller.correct("carple tunnel", tokens, 0) is None
