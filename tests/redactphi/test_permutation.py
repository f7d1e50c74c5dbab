"""Keyed permutations: everything is reached once, and nothing stays where it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi.keys import SecretKey
from redactphi.operators.permutation import ListCycle, NumberCycle

KEY = SecretKey(b"k" * 32)


@pytest.mark.parametrize("size", [2, 3, 4, 5, 7, 10, 26, 90, 260, 1000])
def test_numbers_are_permuted_and_none_stays(size):
    cycle = NumberCycle(KEY, "t", size)
    found = [cycle(number) for number in range(size)]
    assert sorted(found) == list(range(size))
    assert all(number != changed for number, changed in enumerate(found))


@given(st.integers(2, 1 << 80), st.integers(0), st.integers(0))
def test_large_ranges_have_no_collisions_and_no_fixed_points(size, left, right):
    cycle = NumberCycle(KEY, "t", size)
    left, right = left % size, right % size
    assert 0 <= cycle(left) < size
    assert cycle(left) != left
    assert (cycle(left) == cycle(right)) == (left == right)


def test_numbers_depend_on_key_purpose_and_size():
    found = {
        tuple(NumberCycle(key, purpose, size)(number) for number in range(50))
        for key in (KEY, SecretKey(b"l" * 32))
        for purpose in ("a", "b")
        for size in (1000, 1001)
    }
    assert len(found) == 8


@pytest.mark.parametrize(("size", "number"), [(1, 0), (0, 0)])
def test_a_lone_number_has_nowhere_to_go(size, number):
    with pytest.raises(ValueError, match="two elements"):
        NumberCycle(KEY, "t", size)


@pytest.mark.parametrize("number", [-1, 10])
def test_numbers_outside_of_the_range_are_refused(number):
    with pytest.raises(ValueError, match="outside"):
        NumberCycle(KEY, "t", 10)(number)


def test_words_are_permuted_and_none_stays():
    words = [f"w{number}" for number in range(500)]
    cycle = ListCycle(KEY, "t", words)
    assert sorted(map(cycle, words)) == sorted(words)
    assert all(cycle(word) != word for word in words)
    assert "w1" in cycle
    assert "x" not in cycle
    assert [ListCycle(KEY, "t", reversed(words))(word) for word in words] == list(map(cycle, words))


def test_a_lone_word_has_nowhere_to_go():
    with pytest.raises(ValueError, match="two words"):
        ListCycle(KEY, "t", ["a", "a"])
