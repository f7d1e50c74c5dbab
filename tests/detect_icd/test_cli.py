"""The command: output forms, exit codes, and errors that are one line and hold no note text."""

import csv
import io
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from detect_icd import cli
from tests.detect_icd import official_files as made

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


@pytest.mark.parametrize("given", [[], ["-"]])
def test_detect_reads_standard_input(given):
    result = CliRunner().invoke(cli.detect_icd, ["detect", "--json", *given], input=NOTE)
    assert json.loads(result.output)["candidates"][0]["code"] == "K62.3"


def test_a_file_in_the_place_of_a_note_is_said_to_be_one(run, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("Fever.", encoding="utf-8")
    shown = run("detect", str(path), status=2)
    assert shown.out == ""
    assert shown.err == "detect-icd: TEXT names a file; for the note in it: detect-icd detect < FILE\n"


def test_detect_all_shows_why(run):
    assert "never reported" in run("detect", NOTE, "--all").out


def test_detect_explains(run):
    shown = run("detect", NOTE, "--explain").out
    assert shown.startswith("Reported, in sequence:\n  K62.3  Rectal prolapse\n")
    assert '"Rectal prolapse" at 0-15' in shown
    assert "dropped by" in shown


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


def test_import_and_look_up(run, home, quick, tmp_path):
    source = made.write_zip(tmp_path / "2028.zip", {**made.release_files(), **made.index_files()})
    rows = [line.split("\t") for line in run("import", "icd10cm", str(source)).out.splitlines()]
    assert rows[0] == ["release", "kind", "file", "year", "rows"]
    assert [row[:3] for row in rows[1:]] == [
        ["FY2028", "codes", "icd10cm_order_2028.txt"],
        ["FY2028", "drug", "icd10cm_drug_2028.xml"],
        ["FY2028", "external", "icd10cm_eindex_2028.xml"],
        ["FY2028", "index", "icd10cm_index_2028.xml"],
        ["FY2028", "neoplasm", "icd10cm_neoplasm_2028.xml"],
        ["FY2028", "tabular", "icd10cm_tabular_2028.xml"],
    ]
    assert json.loads(run("lookup", "K62.A", "--json").out)["release"] == "FY2028"
    assert json.loads(run("lookup", "K62.3", "--service-date", "2026-09-30", "--json").out)["release"] == "FY2026"
    assert "FY2028" in run("data", "status").out


@pytest.mark.shared
def test_import_of_the_published_index(published_index, run, monkeypatch):
    monkeypatch.setenv("DETECT_ICD_DATA", str(published_index))
    imported = json.loads(run("data", "status", "--json").out)["imported"]
    assert [found["release"] for found in imported] == ["FY2026"]
    assert sorted(source["kind"] for source in imported[0]["sources"]) == ["drug", "external", "index", "neoplasm"]


def test_the_published_index_is_of_several_years(shared, run, home):
    error = run("import", "icd10cm", str(shared / "icd" / "index"), status=2).err
    assert "name it by --release" in error
    assert error.count("\n") == 1
    assert not home.exists()


@pytest.mark.parametrize(
    ("files", "arguments", "message"),
    [
        ({"a.txt": "nothing"}, (), "no ICD-10-CM file found"),
        ({"a.zip": "<html>"}, (), "a.zip: the zip is damaged or cut off"),
        ({"a.xml": "<ICD10CM.index>"}, (), "a.xml: not well-formed XML"),
        (made.index_files(), ("--release", "newest"), "a release is written as FY2026"),
        ({"icd10cm_order_2028.txt": made.order()}, (), "no tabular list (XML)"),
    ],
)
def test_an_import_that_fails_says_why_in_a_line(run, home, files, arguments, message):
    source = made.write_folder(home.parent / "in", files)
    error = run("import", "icd10cm", str(source), *arguments, status=2 if arguments else 1).err
    assert error.startswith("detect-icd: ")
    assert message in error
    assert error.count("\n") == 1
    assert not home.exists()


def test_an_import_needs_a_source_that_is_there_and_a_folder(run, home, tmp_path, monkeypatch):
    assert "ZIP_OR_FOLDER" in run("import", "icd10cm", status=2).err
    assert "nowhere: no such zip or folder" in run("import", "icd10cm", "nowhere", status=1).err
    monkeypatch.setenv("DETECT_ICD_DATA", "")
    source = made.write_folder(tmp_path / "in", made.index_files())
    assert "DETECT_ICD_DATA is empty" in run("import", "icd10cm", str(source), status=2).err
    assert "DETECT_ICD_DATA is empty" in run("data", "refresh", status=2).err
    monkeypatch.setenv("DETECT_ICD_DATA", str(source / "icd10cm_index_2028.xml"))
    error = run("import", "icd10cm", str(source), status=1).err
    assert error.count("\n") == 1


CASES = """= first
Assessment: [HTN](I10). Denies [chest pain](R07.9 negated). => I10 ! R07.9
= second
{inpatient} DISCHARGE DIAGNOSIS: probable [pneumonia](J18.9 uncertain). => J18.9
Secret words about [zyzzyva](M10.9 historical). => M10.9
"""


@pytest.fixture
def cases(tmp_path):
    (tmp_path / "cases.txt").write_text(CASES, encoding="utf-8")
    return str(tmp_path / "cases.txt")


def test_evaluate_cases(run, cases):
    figures = json.loads(run("evaluate", cases, "--json").out)
    assert (figures["cases"], figures["codes"]["precision"], figures["codes"]["missed"]) == (3, 1.0, 1)
    assert json.loads(run("evaluate", cases, "--limit", "1", "--json").out)["cases"] == 1
    assert "forbidden codes reported\t0 of 1" in run("evaluate", cases).out


@pytest.mark.parametrize(
    ("by", "row"),
    [("tag", "second\t2\t0.50\t0.67"), ("status", "negated\t1\t1.000"), ("section", "discharge_diagnosis\t1\t1.000")],
)
def test_evaluate_cases_by_group(run, cases, by, row):
    assert row in run("evaluate", cases, "--by", by).out.splitlines()


def test_the_worst_cases_are_shown_without_their_text(run, cases):
    shown = run("evaluate", cases, "--worst", "2").out
    assert "cases.txt:5\tsecond\t\tM10.9\tM10.9:historical->none" in shown.splitlines()
    assert "cases.txt:2" not in shown
    assert "ecret" not in shown


def test_evaluate_refuses_what_is_no_file_of_cases(run, tmp_path):
    assert "no file of cases" in run("evaluate", str(tmp_path), status=1).err
    (tmp_path / "a.txt").write_text("secret => words", encoding="utf-8")
    error = run("evaluate", str(tmp_path), status=1).err
    assert error == "detect-icd: a.txt:1: an option, code or status is not valid\n"
