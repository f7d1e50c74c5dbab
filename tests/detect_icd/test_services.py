"""Cases of operations: read line by line, scored by codes, modifiers and units."""

import json

import pytest

from detect_icd import cli
from detect_icd.detector import CodeDetector
from detect_icd.evaluation import Service, evaluate_services, read_service_cases
from redactphi.errors import DataError

CASES = (
    "= knee\n# why\n"
    "PROCEDURE: Left knee arthroscopy with partial medial meniscectomy. => 29881-LT ! 29880\n"
    "{2026-03-14} CPT: 64721-RT, J1885 x4 => 64721-RT J1885 x4\n"
    "= none\nConsent was given for a colonoscopy. => ! 45378\n"
)


def read(tmp_path, text=CASES):
    path = tmp_path / "cases.txt"
    path.write_text(text, encoding="utf-8")
    return list(read_service_cases(path))


def test_cases_are_read(tmp_path):
    knee, stated, none = read(tmp_path)
    assert knee.services == {Service("29881", frozenset({"LT"}))}
    assert (knee.tag, none.tag) == ("knee", "none")
    assert knee.forbidden == {"29880"}
    assert stated.services == {Service("64721", frozenset({"RT"})), Service("J1885", units=4)}
    assert stated.service_date.isoformat() == "2026-03-14"
    assert none.services == frozenset()
    assert str(Service("J1885", frozenset({"XS", "59"}), 4)) == "J1885-59-XS x4"


@pytest.mark.parametrize(
    "line", ["no arrow", "x => 2988", "x => 29881-9", "x => x2", "{yesterday} x => 29881", "x => I10.0"]
)
def test_a_line_that_is_no_case_is_named_without_its_text(tmp_path, line):
    with pytest.raises(DataError, match=r"^cases.txt:1: ") as error:
        read(tmp_path, line)
    assert "x =>" not in str(error.value)


def test_stated_codes_are_read_without_error(root):
    cases = read_service_cases(root / "fixtures" / "cases" / "procedures" / "dev" / "stated_forms.txt")
    report = evaluate_services(cases, CodeDetector())
    assert not [(one.case.id, sorted(map(str, one.found))) for one in report.outcomes if not one.is_right]


def test_figures(tmp_path):
    cases = read(tmp_path, CASES + "PROCEDURE: Right carpal tunnel release. => 64721-LT 99213\n")
    report = evaluate_services(cases, CodeDetector())
    figures = report.to_dict()
    assert figures["cases"] == 4
    assert figures["wholly_right"] == 0.75
    assert figures["codes"]["precision"] == 1.0
    assert figures["codes"]["recall"] == 0.8
    assert figures["modifiers"]["precision"] == pytest.approx(2 / 3, abs=0.01)
    assert (figures["forbidden"], figures["forbidden_reported"]) == (2, 0)
    assert figures["tags"]["knee"]["cases"] == 2
    (worst,) = report.worst(5)
    assert worst.errors > 0
    assert worst.case.tag == "none"


def test_the_command_prints_them(tmp_path, capsys):
    read(tmp_path)
    assert cli.run(["evaluate", str(tmp_path), "--services", "--by", "tag", "--worst", "3"]) == 0
    shown = capsys.readouterr().out
    assert "codes wholly right\t1.000" in shown
    assert "knee\t2\t1.00" in shown
    assert cli.run(["evaluate", str(tmp_path / "cases.txt"), "--services", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["codes"]["f1"] == 1.0
