"""Counts add up; figures are micro-averaged; gold that is not gold is refused without quoting it."""

import json

import pytest
from click.testing import CliRunner

from benchmarks import codes, search
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


# The figures of README are those without an import


@pytest.fixture
def damaged_import(home):
    """An import that whoever reads it stumbles over."""
    home.mkdir()
    (home / "icd10cm-FY2028.sqlite").write_text("damaged", encoding="utf-8")
    with pytest.raises(DataError):
        CodeDetector()


def test_the_figures_of_codes_are_those_without_an_import(damaged_import, tmp_path):
    for name in codes.SETS:
        row = {"text": "Rectal prolapse.", "codes": ["K62.3"]}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row), encoding="utf-8")
    out = tmp_path / "codes.json"
    run = CliRunner().invoke(codes.main, ["--gold", str(tmp_path), "--out", str(out)], catch_exceptions=False)
    assert run.exit_code == 0
    figures = json.loads(out.read_text())
    assert {name: figures[name]["reported"]["exact"]["f1"] for name in figures} == dict.fromkeys(codes.SETS, 1.0)


def test_the_figures_of_searches_are_those_without_an_import(damaged_import, tmp_path):
    (tmp_path / "few.txt").write_text("rectal prolapse => K62.3\n", encoding="utf-8")
    run = CliRunner().invoke(search.main, ["--folder", str(tmp_path)], catch_exceptions=False)
    assert json.loads(run.output)["few"]["top_1"] == 1
