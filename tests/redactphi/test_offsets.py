import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redactphi.offsets import OffsetMap, apply_replacements


@st.composite
def rewrites(draw):
    text = draw(st.text(max_size=40))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < b]
    return text, [(a, b, draw(st.text(max_size=5))) for a, b in pairs]


@given(rewrites())
def test_what_was_not_replaced_maps_to_the_same_character_and_back(case):
    text, replacements = case
    new, offsets = apply_replacements(text, replacements)
    inside = {i for start, end, _ in replacements for i in range(start, end)}
    for i, char in enumerate(text):
        if i not in inside:
            assert new[offsets.to_new(i)] == char
            assert offsets.to_old(offsets.to_new(i)) == i
    assert offsets.to_new(len(text)) == len(new)


@given(rewrites())
@example(("00", [(0, 1, "00"), (1, 2, "")]))
def test_a_range_that_cuts_a_replacement_covers_all_of_what_it_replaced(case):
    text, replacements = case
    _, offsets = apply_replacements(text, replacements)
    for (start, end, _), (new_start, new_end) in zip(replacements, offsets.new, strict=True):
        if new_end - new_start > 1:
            assert offsets.range_to_old(new_start + 1, new_end) == (start, end)
            assert offsets.range_to_old(new_start, new_end - 1) == (start, end)
        if end - start > 1:
            assert offsets.range_to_new(start + 1, end) == (new_start, new_end)


def test_an_example():
    new, offsets = apply_replacements("MRN 123456 seen", [(4, 10, "[MRN]")])
    assert new == "MRN [MRN] seen"
    assert offsets == OffsetMap(((4, 10),), ((4, 9),))
    assert (offsets.to_new(11), offsets.to_old(10)) == (10, 11)


@pytest.mark.parametrize("bad", [[(3, 2, "")], [(0, 5, ""), (4, 6, "")], [(0, 99, "")], [(4, 5, ""), (0, 1, "")]])
def test_ranges_that_overlap_or_leave_the_text_are_refused(bad):
    with pytest.raises(ValueError, match="sorted, disjoint"):
        apply_replacements("abcdefgh", bad)
