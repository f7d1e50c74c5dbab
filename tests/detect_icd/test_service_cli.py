"""The commands that import official files of CPT and HCPCS codes, and what data status tells of them."""

import json

import pytest

from detect_icd import cli
from detect_icd.importers.recognising import COMMANDS
from tests.detect_icd import service_official_files as made


def run(capsys, *arguments):
    status = cli.run([*map(str, arguments)])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def test_every_kind_has_a_command():
    assert {*COMMANDS, "icd10cm"} == set(cli.import_.commands)


def test_an_import_tells_what_it_read(home, tmp_path, capsys):
    paths = made.write(tmp_path / "in", made.ALL["ncci"])
    status, out, err = run(capsys, "import", "ncci", *paths)
    assert status == 0
    lines = [line.split("\t") for line in out.splitlines()]
    assert lines[0] == ["kind", "release", "file", "rows", "on", "kept in"]
    assert [line[:4] for line in lines[1:3]] == [
        ["ncci-ptp (hospital)", "2026q1", "ccioph-v320r0-f1.TXT", "1"],
        ["ncci-ptp (practitioner)", "2026q1", "ccipra-v320r0-f1.TXT", "3"],
    ]
    assert all(line.startswith("! ") for line in err.splitlines())


def test_status_shows_what_was_imported(home, tmp_path, capsys):
    assert "CPT and HCPCS files: none" in run(capsys, "data", "status")[1]
    run(capsys, "import", "hcpcs", *made.write(tmp_path, made.ALL["hcpcs"]))
    out = run(capsys, "data", "status")[1]
    assert f"folder: {home}" in out
    assert "hcpcs\t2026-01\tHCPC2026_JAN_ANWEB_12292025.txt\t3\t" in out
    [file] = json.loads(run(capsys, "data", "status", "--json")[1])["services"]
    assert (file["kind"], file["release"], file["setting"], file["rows"]) == ("hcpcs", "2026-01", "", 3)
    assert file["path"] == str(home / "hcpcs-2026-01.sqlite")
    assert file["files"][0].keys() == {"name", "sha256", "rows"}


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["import", "hcpcs"], 2, "Missing argument 'FILE...'"),
        (["import", "hcpcs", "nowhere.zip"], 1, "nowhere.zip: no such zip or folder"),
        (["import", "hcpcs", "nowhere.zip", "--release", "next"], 2, "a release is written as"),
        (["import", "ncci", "nowhere.zip", "--setting", "supplier"], 2, "'supplier' is not one of"),
        (["import", "fees", "nowhere.zip"], 2, "no such command; valid: ccs-services"),
    ],
)
def test_a_wrong_command_is_one_line(home, capsys, arguments, status, message):
    result, out, err = run(capsys, *arguments)
    assert (result, out) == (status, "")
    assert err.startswith("detect-icd: ")
    assert message in err
    assert err.count("\n") == 1
    assert not home.exists()


def test_options_reach_the_import(home, tmp_path, capsys):
    text = made.descriptors([("45378", "a", "b", "")], ("Item", "Description", "Words", "x"))
    [path] = made.write(tmp_path, {"mine.csv": text})
    options = ["--release", "2026", "--code-column", "Item", "--text-column", "Words"]
    assert run(capsys, "import", "cpt-descriptors", path, *options)[0] == 0
    assert (home / "cpt-descriptors-2026.sqlite").exists()
