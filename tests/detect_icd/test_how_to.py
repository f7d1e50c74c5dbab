"""The pages on imports and on measuring say what the commands do."""

import json
import re
import shlex
from datetime import date

import pytest

from detect_icd import cli
from detect_icd.candidates import Status
from detect_icd.evaluation import read_cases
from detect_icd.service_files import ServiceFiles
from detect_icd.service_records import KINDS
from tests.detect_icd import official_files as made
from tests.detect_icd import service_official_files as services

SHOWN = re.compile(r"```python\n(.+?)\n```", re.DOTALL)
SHELL = re.compile(r"```sh\n(.+?)\n```", re.DOTALL)


def page(root, name):
    return (root / "docs" / "how-to" / f"{name}.md").read_text(encoding="utf-8")


def commands(text):
    lines = [line for block in SHELL.findall(text) for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("detect-icd ")]


def test_the_import_runs_as_printed(root, import_files, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    tables = {"t.xml": made.tabular(2026, made.NEW), "i.xml": made.index(made.PROLAPSE, 2026)}
    made.write_zip(tmp_path / "code-tables-2026.zip", tables)
    lists = {"icd10cm_order_2026.txt": made.order(made.NEW), "icd10cm_codes_2026.txt": made.code_list(made.NEW)}
    made.write_zip(tmp_path / "code-descriptions-2026.zip", lists)
    for command in commands(page(root, "import-icd10cm")):
        assert cli.run(command) == 0, capsys.readouterr().err
    shown = capsys.readouterr().out
    assert str(home) in shown
    assert "icd10cm-FY2026.sqlite" in page(root, "import-icd10cm")
    assert [path.name for path in home.iterdir()] == ["icd10cm-FY2026.sqlite"]
    assert cli.run(["data", "status", "--json"]) == 0
    kinds = {source["kind"] for source in json.loads(capsys.readouterr().out)["imported"][0]["sources"]}
    assert kinds == {"tabular", "codes", "index"}


def test_the_imports_of_service_files_run_as_printed(root, home, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    edits, fees = services.ALL["ncci"], services.ALL["physician-fee-schedule"]
    zips = {
        "rvu26a.zip": fees,
        "ccipra-v320r0-f1.zip": {"ccipra-v320r0-f1.TXT": edits["ccipra-v320r0-f1.TXT"]},
        "ccipra-v320r0-f2.zip": {"ccipra-v320r0-f2.TXT": edits["ccipra-v320r0-f2.TXT"]},
        "mue-practitioner.zip": {name: text for name, text in edits.items() if "Practitioner" in name},
        "add-on-codes.zip": {name: text for name, text in edits.items() if name.startswith("AOC")},
        "january-2026-alpha-numeric-hcpcs-file.zip": services.ALL["hcpcs"],
        "january-2026-opps-addendum-b.zip": services.ALL["opps-addendum-b"],
    }
    for name, files in zips.items():
        made.write_zip(tmp_path / name, files)
    alone = {"RBCS_RY_2025.csv": services.rbcs(), "my-descriptors-2026.csv": services.descriptors()}
    services.write(tmp_path, {**alone, "CCS_services_procedures_v2025-1.csv": services.ccs()})
    text = page(root, "import-service-files")
    *imports, status, check = commands(text)
    for command in (*imports, status):
        assert cli.run(command) == 0, capsys.readouterr().err
    assert cli.run(check) == 3
    assert "unknown" in capsys.readouterr().out
    files = ServiceFiles.open()
    assert files.kinds() == set(KINDS)
    names = {path.name for path in home.iterdir()}
    assert set(re.findall(r"`([\w-]+\.sqlite)`", text)) <= names
    calls = re.findall(r"files\.\w+\([^#\n]*?\)(?=[, ]|$)", SHOWN.search(text)[1], re.MULTILINE)
    assert len(calls) == 6
    assert all(eval(call, {"files": files, "date": date}) for call in calls)
    told = SHOWN.search(text)[1].split("# ")[-1]
    assert str(files.fees("45385")[0].source).rpartition(" ")[0] == told.strip().rpartition(" ")[0]


def test_the_measures_run_as_printed(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    for command in commands(page(root, "evaluate-codes")):
        assert cli.run([*command, "--limit", "5"]) == 0, capsys.readouterr().err


def test_the_cases_on_the_page_are_cases(root, tmp_path):
    text = page(root, "evaluate-codes")
    block = re.search(r"```\n(# why.+?)\n```", text, re.DOTALL)[1]
    (tmp_path / "a.txt").write_text(block, encoding="utf-8")
    assert [case.tag for case in read_cases(tmp_path / "a.txt")] == ["negation", "setting", "setting"]
    assert all(f"`{status}`" in text for status in Status)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("evaluate-codes", cli.evaluate),
        ("import-icd10cm", cli.import_.commands["icd10cm"]),
        ("look-up-codes", cli.lookup),
        *(("import-service-files", command) for name, command in cli.import_.commands.items() if name != "icd10cm"),
    ],
)
def test_every_option_is_told(root, name, command):
    for option in command.params:
        told = option.opts[0] in page(root, name)
        assert (
            told or option.param_type_name != "option" or option.opts[0] in {"--setting", "--service-date", "--release"}
        )


def test_every_command_below_data_is_told(root):
    for command in cli.data.commands:
        assert f"data {command}" in page(root, "import-icd10cm")


def test_the_look_ups_run_as_printed(root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for line in SHELL.findall(page(root, "look-up-codes"))[0].splitlines():
        assert cli.run(shlex.split(line)[1:]) == 0, capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["codes.html"]
    assert "T52.891A" in capsys.readouterr().out


def test_the_python_of_the_look_up_page_runs(root):
    code = re.search(r"```python\n(.+?)\n```", page(root, "look-up-codes"), re.DOTALL)[1]
    exec(code, {})


def test_pictures_of_pages_are_there_and_small(root):
    named = re.findall(r"!\[.+?\]\((.+?)\)", page(root, "look-up-codes"))
    assert len(named) == 2
    assert all((root / "docs" / "how-to" / name).stat().st_size < 300_000 for name in named)
