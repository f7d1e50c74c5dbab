"""The work of a note grows as its length: counted in calls, not in time."""

import cProfile
import csv
import re

import pytest

import detect_icd
from benchmarks.codes_growth import growth, hostile, joined
from detect_icd import gates
from detect_icd.gates import Gate
from detect_icd.matchers.procedures_sides import done_again, named_sides, side_before
from detect_icd.read_once import ReadOnce
from detect_icd.whole_note import line_break

SHORT, TIMES = 9_000, 4
MOST = 1.6
"""How far calls may grow beyond the text: what is asked once a note makes a text of more notes no longer."""
FEW = 4_000
"""Calls below which it does not matter."""


@pytest.fixture(scope="module")
def notes(root):
    with (root / "fixtures" / "notes.csv").open(encoding="utf-8", newline="") as lines:
        return [row["note_text"] for row in csv.DictReader(lines)]


def calls(text):
    """How often each function is called for a text whose words are known."""
    detect_icd.detect(text)
    profile = cProfile.Profile()
    profile.enable()
    detect_icd.detect(text)
    profile.disable()
    found = {}
    for entry in profile.getstats():
        name = entry.code if isinstance(entry.code, str) else f"{entry.code.co_filename}:{entry.code.co_qualname}"
        found[name] = found.get(name, 0) + entry.callcount
    return found


def grown(short, long):
    """The functions that are called more often than a longer text accounts for."""
    most = MOST * len(long) / len(short)
    once, again = calls(short), calls(long)
    return {name: (once.get(name, 0), count) for name, count in again.items() if count > FEW + most * once.get(name, 0)}


def test_calls_grow_as_notes_that_are_joined(notes):
    once = "\n\n".join(notes)
    assert not grown(once, "\n\n".join([once] * TIMES))


@pytest.mark.parametrize("number", range(4))
def test_calls_grow_as_texts_that_are_made(notes, number):
    whole = " ".join(notes) * 20
    texts = [[*hostile(size, whole, 7)][number][1] for size in (SHORT, SHORT * TIMES)]
    assert not grown(*texts)


def test_a_late_pattern_does_not_have_the_note_looked_over_again(monkeypatch):
    looked = []
    find = gates._Words.find
    monkeypatch.setattr(gates._Words, "find", lambda words, lowered: looked.append(1) or find(words, lowered))
    text = "The zorbal was qintic. No zorbal, zozorbal, qinticqintic. " * 3
    detect_icd.detect("fever")
    assert Gate(re.compile(r"\bfever\b")).search(text) is None
    before = len(looked)
    for written in (r"\bzorbal\b", r"(?:qintic)+", r"\w{1,90}zorbal", r"nothing here zz"):
        pattern = re.compile(written)
        gate = Gate(pattern)
        assert [m.span() for m in gate.finditer(text)] == [m.span() for m in pattern.finditer(text)]
        assert gate.has_piece(text, 0, len(text)) == (pattern.search(text) is not None)
    assert len(looked) == before


def test_a_late_pattern_of_many_alternatives_is_tried_where_one_begins():
    words = [f"{first}{second}{rest}" for first in "bdfg" for second in "aeiou" for rest in ("rrow", "lding", "nted")]
    text = " ".join([*words, "borrow,", "xx-barrow", "B\u00e4rrow", "a geld"]) + "."
    assert Gate(re.compile(r"\bxx-\w+")).search(text)
    pattern = re.compile(rf"\b(?:{'|'.join(words)})\b(?=[^.]{{0,500}}\.)", re.IGNORECASE)
    assert len(pattern.pattern) > gates._MANY
    assert [m.span() for m in Gate(pattern).finditer(text)] == [m.span() for m in pattern.finditer(text)]


def test_stretches_among_which_a_pattern_may_match():
    text = "One lump. Two things. Another lump here. None."
    sentences = [match.span() for match in re.finditer(r"[^.]+\.", text)]
    gate = Gate(re.compile(r"\blump\b"))
    assert gate.among(text, sentences) == [sentences[0], sentences[2]]
    assert gate.among(text, []) == []
    assert Gate(re.compile(r"\d")).among(text, sentences) == sentences


def test_the_side_told_last_is_the_one_that_the_note_up_to_there_tells():
    text = (
        "Right knee. " + "Nothing else was seen there. " * 40 + "Left hip, on each side. " + "Quiet. " * 90 + "R. knee"
    )
    for end in range(0, len(text) + 1, 7):
        every = named_sides(text, 0, end)
        assert side_before(text, end) == (every[-1] if every else None)


def test_what_is_done_again_is_told_by_the_sides_before():
    far = "The wound was closed. " * 60
    assert done_again(f"Right knee opened. {far}The same was done on the left side.")
    assert not done_again(f"Left knee opened. {far}The same was done on the left side.")


def test_lines_are_found_by_place():
    text = "a\nbc\n\nd"
    assert [line_break(text, place) for place in range(len(text) + 1)] == [
        text.rfind("\n", 0, place) for place in range(len(text) + 1)
    ]


def test_items_are_read_once_by_any_number_of_readers():
    asked = []
    items = ReadOnce(asked.append(number) or number for number in range(3))
    assert next(iter(items)) == 0
    assert asked == [0]
    assert [*zip(items, items, strict=True)] == [(0, 0), (1, 1), (2, 2)]
    assert asked == [0, 1, 2]


def test_growth_is_told_by_characters_a_second():
    assert growth([{"characters_per_cpu_second": 90}, {"characters_per_cpu_second": 60}]) == 1.5


def test_notes_are_joined_once_each():
    whole = joined(["Prepped and draped.", "A visit.", "Another visit."], 1)
    assert whole.startswith("Prepped")
    assert sorted(whole.split("\n\n")) == ["A visit.", "Another visit.", "Prepped and draped."]
