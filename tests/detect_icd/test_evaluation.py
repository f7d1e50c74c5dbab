"""Counts add up; figures are micro-averaged; gold that is not gold is refused without quoting it."""

import pytest

from detect_icd import CodeDetector
from detect_icd.evaluation import LEVELS, Counts, GoldNote, evaluate, read_gold
from redactphi.errors import DataError


def test_counts():
    counts = Counts.of(frozenset("ab"), frozenset("bc")) + Counts(right=1)
    assert counts == Counts(2, 1, 1)
    assert counts.precision == counts.recall == counts.f1 == pytest.approx(2 / 3)
    assert Counts().f1 == Counts().precision == Counts().recall == 0.0


@pytest.mark.parametrize(
    ("code", "chapter"), [("K62.3", "11"), ("O80", "15"), ("U07.1", "22"), ("D50.9", "3"), ("H60.9", "8")]
)
def test_chapters(code, chapter):
    assert LEVELS["chapter"](code) == chapter


def test_levels_and_selections():
    notes = [
        GoldNote("1", "rectal prolapse, no fever", frozenset({"K62.3", "R50.9"})),
        GoldNote("2", "anal prolapse", frozenset({"K62.3"})),
    ]
    table = evaluate(notes, CodeDetector()).to_dict()
    assert table["notes"] == 2
    assert table["reported"]["exact"]["right"] == 1
    assert table["mentioned"]["exact"]["right"] == 2
    assert table["reported"]["category"]["right"] == 2


def test_gold_that_cannot_be_read_names_the_line_only(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": 1, "text": "x", "codes": ["i10"]}\n\n{"text": "secret words"}\n', encoding="utf-8")
    lines = read_gold(path)
    assert next(lines).codes == {"I10"}
    with pytest.raises(DataError, match="line 3") as error:
        next(lines)
    assert "secret" not in str(error.value)
    assert "secret" not in repr(GoldNote("1", "secret", frozenset()))


@pytest.mark.shared
def test_marks_on_the_dev_sets(shared):
    notes = list(read_gold(shared / "icd" / "gold" / "codiesp_en_dev.jsonl"))[:60]
    report = evaluate(notes, CodeDetector())
    assert report.counts["mentioned", "exact"].f1 > 0.4
    assert report.counts["reported", "exact"].precision > 0.5
