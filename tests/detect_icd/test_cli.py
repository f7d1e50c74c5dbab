"""The command: output forms, exit codes, and errors that are one line and hold no note text."""

import csv
import io
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from detect_icd import cli

NOTE = "Rectal prolapse. No fever."


@pytest.fixture
def run(capsys):
    def call(*arguments, status=0):
        assert cli.run(list(arguments)) == status
        return capsys.readouterr()

    return call


def test_detect_as_table_csv_and_json(run):
    assert "K62.3" in run("detect", NOTE).out
    rows = list(csv.DictReader(io.StringIO(run("detect", NOTE, "--csv").out)))
    assert [row["code"] for row in rows] == ["K62.3", "R50.9"]
    found = json.loads(run("detect", NOTE, "--json").out)
    assert found["dropped"][0]["code"] == "R50.9"


def test_detect_reads_standard_input():
    result = CliRunner().invoke(cli.detect_icd, ["detect", "--json"], input=NOTE)
    assert json.loads(result.output)["candidates"][0]["code"] == "K62.3"


def test_detect_all_shows_why(run):
    assert "never reported" in run("detect", NOTE, "--all").out


def test_lookup_and_search(run):
    assert json.loads(run("lookup", "k623", "--json").out)["title"] == "Rectal prolapse"
    assert "Rectal prolapse" in run("lookup", "K62.3").out
    hits = json.loads(run("search", "prolapse of the rectum", "--json").out)
    assert hits[0]["code"] == "K62.3"
    assert len(run("search", "hernia", "--limit", "3").out.splitlines()) == 4


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_batch(run, tmp_path, ending):
    source = tmp_path / f"notes.{ending}"
    if ending == "csv":
        source.write_text('key,text\na,"Rectal prolapse.\nHTN"\nb,\n', encoding="utf-8")
    else:
        source.write_text('{"key": "a", "text": "Rectal prolapse. HTN"}\n{"key": "b", "text": ""}\n', encoding="utf-8")
    out = tmp_path / "out"
    assert "2 notes" in run("batch", str(source), "--out", str(out), "--id-column", "key").err
    rows = list(csv.DictReader((out / "codes.csv").open(encoding="utf-8")))
    assert {(row["id"], row["code"]) for row in rows} == {("a", "K62.3"), ("a", "I10")}
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["out", source.name])
    run("batch", str(source), "--out", str(out), status=2)


def test_a_batch_that_fails_leaves_nothing(run, tmp_path):
    source = tmp_path / "notes.jsonl"
    source.write_text('{"text": "HTN"}\nnot json\n', encoding="utf-8")
    error = run("batch", str(source), "--out", str(tmp_path / "out"), status=1).err
    assert error.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["notes.jsonl"]


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("empty.csv", "", 1),
        ("no-column.csv", "a,b\n", 2),
        ("no-header.csv", "Seen for rectal prolapse; no fever at all,x\n1,2\n", 2),
        ("short.csv", "id,text\n1,HTN\n2\n", 1),
        ("unclosed.csv", 'id,text\n1,"HTN\n2,rectal prolapse', 1),
        ("twice.csv", "text,text\na,HTN\n", 1),
        ("array.jsonl", "[1]\n", 1),
        ("number.jsonl", '{"text": 5}\n', 1),
        ("list.jsonl", '{"text": ["rectal prolapse"]}\n', 1),
        ("deep.jsonl", "[" * 100_000, 1),
    ],
)
def test_a_broken_file_is_one_line_without_its_text(run, tmp_path, name, content, status):
    source = tmp_path / name
    source.write_text(content, encoding="utf-8")
    error = run("batch", str(source), "--out", str(tmp_path / "out"), status=status).err
    assert error.startswith("detect-icd: ")
    assert error.count("\n") == 1
    assert "prolapse" not in error
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_an_empty_note_in_json_is_empty(run, tmp_path):
    source = tmp_path / "notes.jsonl"
    source.write_text('{"text": null}\n{"text": NaN}\n{"text": ""}\n', encoding="utf-8")
    assert "3 notes, 0 candidates" in run("batch", str(source), "--out", str(tmp_path / "out")).err


@pytest.mark.parametrize("codes", ['"K62.3"', "[5]", '["ZZ"]', '[""]', "null", "{}"])
def test_evaluate_refuses_gold_that_is_none(run, tmp_path, codes):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(f'{{"text": "prolapse", "codes": {codes}}}', encoding="utf-8")
    error = run("evaluate", str(gold), status=1).err
    assert "line 1" in error
    assert "prolapse" not in error


def test_lookup_of_a_service_in_our_own_words(run):
    found = json.loads(run("lookup", "45397", "--json").out)
    assert (found["system"], found["code"]) == ("CPT", "45397")
    assert "laparoscopic" in found["title"]
    assert json.loads(run("lookup", "g0105", "--json").out)["system"] == "HCPCS"
    assert "not in the procedure lexicon" in run("lookup", "99999", status=2).err
    assert "2025-12-31" in run("lookup", "37220").out


def test_lookup_says_where_no_release_is_in_force(run):
    assert "FY2026 is used" in run("lookup", "K62.3", "--service-date", "2020-01-01").err


def test_evaluate(run, tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"id": "1", "text": NOTE, "codes": ["K62.3"]}), encoding="utf-8")
    assert json.loads(run("evaluate", str(gold), "--json").out)["reported"]["exact"]["f1"] == 1.0
    assert "precision" in run("evaluate", str(gold)).out


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["lookup", "K99.99"], 2),
        (["lookup", "nonsense words"], 2),
        (["detect", "x", "--release", "FY1999"], 2),
        (["detect", "x", "--service-date", "yesterday"], 2),
        (["detect", "x", "--setting", "home"], 2),
        (["search", "..."], 2),
        (["evaluate", "no-such-file.jsonl"], 1),
        (["batch", "no-such-file.csv", "--out", "out"], 1),
        (["batch", "notes.docx", "--out", "out"], 2),
        (["Rectal prolapse."], 2),
        (["detect", "HTN", "prolapse"], 2),
        (["detect", "--nosuch"], 2),
    ],
)
def test_errors_are_one_line(run, arguments, status, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    error = run(*arguments, status=status).err
    assert error.startswith("detect-icd: ")
    assert error.count("\n") == 1
    assert "prolapse" not in error
    assert "Traceback" not in error


def test_python_m_and_help():
    result = subprocess.run([sys.executable, "-m", "detect_icd", "--help"], capture_output=True, text=True, check=True)
    assert "lookup" in result.stdout


def test_the_stage_gives_rows_of_its_columns():
    from detect_icd.stage import codes_stage
    from redactphi.document import RedactedDocument
    from redactphi.offsets import OffsetMap

    stage = codes_stage(setting="inpatient")
    rows = list(stage(RedactedDocument("1", NOTE, (), OffsetMap((), ()))))
    assert rows[0]["code"] == "K62.3"
    assert all(list(row) == list(stage.columns) for row in rows)


def test_the_command_alone_shows_its_help_in_lines(capsys):
    assert cli.run([]) == 2
    shown = capsys.readouterr().err
    assert "\n  lookup " in shown
