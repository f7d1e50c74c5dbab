"""The checks, and detection, with files that were imported as a user does it."""

import json
import pickle
import re
import shlex

import pytest

from detect_icd import cli, detect
from detect_icd.checks.checking import check
from detect_icd.checks.findings import KINDS
from detect_icd.detector import CodeDetector
from tests.detect_icd.claim_files import import_claim_files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("claims")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DETECT_ICD_DATA", str(made / "home"))
        import_claim_files(made / "official")
    return made / "home"


@pytest.fixture
def imported(folder, monkeypatch):
    monkeypatch.setenv("DETECT_ICD_DATA", str(folder))


@pytest.fixture
def nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("DETECT_ICD_DATA", str(tmp_path / "none"))


WRONG = [
    ("45385 45380", "ptp-pair"), ("45378-59 45380", "ptp-pair"), ("20610 99213", "ptp-pair"), ("29881-RT 29877-RT", "ptp-same-place"),
    ("45378 x2", "mue"), ("64635 64636 x5", "mue"), ("80053 x2", "mue"), ("64636", "add-on"), ("22614 64635", "add-on"),
    ("45378-50", "bilateral"), ("45378-80", "assistant"), ("45378-62", "co-surgeon"), ("45378-26", "component"),
    ("20610-50 x2", "bilateral"), ("45380-25", "global"),
]  # fmt: skip


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(("codes", "kind"), WRONG)
def test_what_the_files_say_is_found_and_cited(codes, kind):
    found = {finding.kind: finding for finding in check(codes, service_date="2026-02-01")}
    assert found[kind].counts
    assert found[kind].source.release.startswith("2026")
    assert found[kind].source.line > 1


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    "codes",
    [
        "45385 45380-59",
        "20610-RT 99213-25",
        "45378",
        "64635 64636 x4",
        "80053",
        "22612 22614",
        "20610-50",
        "64483 62323",
    ],
)
def test_what_is_right_by_the_files_is_left_alone(codes):
    kinds = {kind for _, kind in WRONG}
    assert not [f for f in check(codes, service_date="2026-02-01") if f.counts and f.kind in kinds]


@pytest.mark.usefixtures("imported")
def test_the_other_setting_is_not_imported():
    hints = [f.message for f in check("45385 45380", edits="hospital") if f.kind == "not-imported"]
    assert len(hints) == 1
    assert "detect-icd import ncci" in hints[0]
    assert "hospital" in hints[0]


@pytest.mark.usefixtures("imported")
def test_a_day_before_all_releases_is_told():
    notes = [f.message for f in check("45378", service_date="2025-12-01") if f.kind == "other-release"]
    assert len(notes) == len(set(notes)) == 4


@pytest.mark.usefixtures("imported")
def test_the_command_tells_what_it_found(capsys):
    assert cli.run(["check", "45385", "45380", "K62.3"]) == 3
    header, first, *_ = capsys.readouterr().out.splitlines()
    assert header.split("\t") == ["severity", "codes", "finding", "source"]
    assert first.startswith("error\t45380 45385\t45380 is not paid beside 45385")
    assert first.endswith("NCCI PTP 2026q1, ccipra-v320r0-f1.TXT, line 8")


@pytest.mark.usefixtures("imported")
def test_the_command_gives_json(capsys):
    assert cli.run(["check", "64636-LT x2", "--json"]) == 3
    (found,) = [each for each in json.loads(capsys.readouterr().out) if each["kind"] == "add-on"]
    assert (found["severity"], found["codes"]) == ("error", ["64636"])
    assert found["source"]["release"] == "2026q1"
    assert found["source"]["text"] == "NCCI add-on codes 2026q1, AOC_V2026Q1-MCR.txt, line 3"


@pytest.mark.usefixtures("nothing")
def test_the_exit_status_without_imports(capsys):
    assert cli.run(["check", "45378", "K62.3"]) == 0
    assert "detect-icd import ncci FILE..." in capsys.readouterr().out
    assert cli.run(["check", "K62.3"]) == 0
    assert capsys.readouterr().err == "nothing to correct\n"
    assert cli.run(["check", "E11.9", "E10.9"]) == 3
    assert cli.run(["check", "K62.99"]) == 2
    assert "valid: K62.9" in capsys.readouterr().err
    assert cli.run(["check"]) == 2
    assert cli.run(["check", "45378", "--service-date", "2026-13-01"]) == 2


NOTE = """PROCEDURES BILLED:
CPT 45385
CPT 45380
CPT 64636 x5
"""


def edits_of(detection):
    return [warning for warning in detection.warnings if "NCCI" in warning]


@pytest.mark.usefixtures("imported")
def test_detection_warns_of_what_the_edits_say():
    found = edits_of(detect(NOTE, service_date="2026-02-01"))
    assert len(found) == 3
    assert "45380 is not paid beside 45385" in found[0]
    assert "[NCCI PTP 2026q1, ccipra-v320r0-f1.TXT, line 8]" in found[0]
    assert found[1].startswith("64636: 5 units on the day")
    assert found[2].startswith("64636 is an add-on code (type 1) without its primary")
    assert edits_of(detect(NOTE.replace("45380", "45380-59"), service_date="2026-02-01")) == found[1:]
    assert edits_of(detect("CPT 45378. Rectal prolapse.", service_date="2026-02-01")) == []


@pytest.mark.usefixtures("imported")
def test_a_detector_with_edits_may_be_pickled_and_says_the_same_again():
    detector = CodeDetector(service_date="2026-02-01")
    twin = pickle.loads(pickle.dumps(detector))
    assert edits_of(detector.detect(NOTE))
    assert detector.detect(NOTE) == twin.detect(NOTE) == detector.detect(NOTE)


def test_detection_without_imports_has_no_such_warning(folder, nothing, monkeypatch):
    assert edits_of(detect(NOTE)) == []
    # The shared detector is another one once something was imported.
    monkeypatch.setenv("DETECT_ICD_DATA", str(folder))
    assert edits_of(detect(NOTE))


SHELL = re.compile(r"```sh\n(.+?)\n```", re.DOTALL)


@pytest.fixture
def page(root):
    return (root / "docs/how-to/check-a-claim.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("imported")
def test_the_page_runs_as_printed(page, capsys):
    for command in SHELL.search(page)[1].splitlines():
        assert cli.run(shlex.split(command)[1:]) in {0, 3}, capsys.readouterr().err


def test_the_page_tells_every_kind_and_option(page):
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []
    options = [option.opts[0] for option in cli.check.params if option.param_type_name == "option"]
    assert [option for option in options if option not in page] == []
