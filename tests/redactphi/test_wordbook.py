"""Surrogates of words: never two alike, never one's own, never a word that is unfit."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redactphi.keys import SecretKey
from redactphi.operators.surrogate_lists import names, towns, unfit, words
from redactphi.operators.wordbook import WordBook, WordList, fold

KEY = SecretKey(b"k" * 32)
LISTS = {
    "one": WordList(
        frozenset(["anna", "berta", "clara", "dora"]), frozenset(["foley", "leg"]), frozenset(["zelda", "xenia"])
    ),
    "two": WordList(frozenset(["moreno", "nolan", "olsen"])),
}
UNFIT = {"legman", "pus", "arm", "pusmanman"}
BOOK = WordBook(KEY, "t", LISTS, UNFIT)
TAKEN = {*UNFIT}.union(*(each.words | each.others | each.reserve for each in LISTS.values()))
FOLDED = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=14)
WORDS = FOLDED | st.sampled_from(sorted(TAKEN)).flatmap(
    lambda word: st.integers(0, 4).map(lambda turns: word + "man" * turns)
)


@settings(max_examples=500)
@given(WORDS, WORDS)
def test_no_two_words_have_the_same_surrogate(left, right):
    assert (BOOK(left) == BOOK(right)) == (left == right)


@settings(max_examples=500)
@given(WORDS)
def test_no_word_is_its_own_surrogate_or_gets_an_unfit_one(word):
    found = BOOK(word)
    assert found != word
    listed = set().union(*(each.words | each.reserve for each in LISTS.values()))
    assert found in listed or found not in TAKEN
    assert found not in UNFIT


def test_all_short_words_together_have_no_collision():
    every = ["".join(letters) for letters in itertools.product("abdegilmnpsu", repeat=3)]
    every = sorted({*every, *TAKEN, *(word + "man" * turns for word in TAKEN for turns in range(1, 5))})
    assert len({BOOK(word) for word in every}) == len(every)


def test_listed_words_stay_in_their_list():
    for found in LISTS.values():
        assert {BOOK(word) for word in found.words} == found.words
        assert {BOOK(word) for word in found.others} == found.reserve


def test_made_up_words_keep_their_shape():
    vowels = [[char in "aeiou" for char in word] for word in ("nwosu", BOOK("nwosu"))]
    assert vowels[0] == vowels[1]


def test_a_reserve_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="reserve"):
        WordBook(KEY, "t", {"one": WordList(frozenset("ab"), frozenset(["x"]))})


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("O'Brien", "obrien"),
        ("Nuñez", "nunez"),
        ("Łukasz", "lukasz"),
        ("Strauß", "strauss"),
        ("St. Mary’s", "stmarys"),
        ("1", ""),
    ],
)
def test_folding(written, folded):
    assert fold(written) == folded


def test_other_scripts_are_told_apart():
    assert fold("Иванов") != fold("Петров")
    assert set(fold("Иванов")) <= set("abcdefghijklmnopqrstuvwxyz")


def test_the_shipped_lists_are_disjoint_and_fit():
    lists = [each for found in names().values() for each in (found.words, found.others, found.reserve)]
    assert sum(map(len, lists)) == len(frozenset().union(*lists))
    for found in (*names().values(), *towns().values()):
        assert len(found.reserve) >= len(found.others)
        assert not (found.words | found.reserve) & unfit()
    assert not words("streets") & unfit() & words("surnames")
