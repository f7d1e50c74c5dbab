"""The procedure lexicon is compared with the newest files: codes that are unknown, gone, not valid or valid on other days."""

import json
from datetime import date

import pytest

from detect_icd import cli, lexicon_check
from detect_icd.lexicon_check import check_lexicon
from detect_icd.matchers.procedures_lexicon import Procedure
from redactphi.errors import DataError
from tests.detect_icd import service_official_files as made


def entry(code, first=None, last=None):
    return Procedure(name=f"work {code}", code=code, matches=(), valid_from=first, valid_to=last)


@pytest.fixture
def lexicon(monkeypatch):
    """A lexicon of the entries given."""

    def call(*entries):
        monkeypatch.setattr(lexicon_check, "by_code", lambda: {each.code: (each,) for each in entries})

    return call


@pytest.fixture
def schedule(bring):
    """Imports a fee schedule of January 2026 with codes by status."""

    def call(year=2026, **status):
        rows = [made.fee("99999"), *(made.fee(code[1:], status=letter) for code, letter in status.items())]
        bring("physician-fee-schedule", {f"PPRRVU{year}_Jan.csv": made.fee_schedule(rows, year)})

    return call


def found():
    return [(each.code, each.kind, each.message) for each in check_lexicon().findings]


@pytest.mark.parametrize(
    ("status", "first", "last", "kind", "message"),
    [
        ("A", None, None, None, ""),
        ("A", date(2026, 1, 1), None, None, ""),
        ("A", None, date(2026, 3, 31), None, ""),
        ("R", None, None, None, ""),
        ("B", None, None, None, ""),
        ("", None, None, "unknown", "not in the fee schedule of 2026A"),
        ("", None, date(2025, 12, 31), None, ""),
        ("", date(2027, 1, 1), None, None, ""),
        ("D", None, None, "deleted", "status D: deleted"),
        ("D", None, date(2025, 12, 31), None, ""),
        ("G", None, None, "deleted", "status G: not valid for Medicare, which takes another code"),
        ("I", None, None, "inactive", "status I: not valid for Medicare, which takes another code"),
        ("N", None, None, "inactive", "status N: not covered by Medicare"),
        ("A", None, date(2025, 12, 31), "dates", "the lexicon has it from … to 2025-12-31; 2026A has it with status A"),
        ("A", date(2027, 1, 1), None, "dates", "the lexicon has it from 2027-01-01 to …; 2026A has it with status A"),
        ("A", date(2026, 7, 1), None, None, ""),
    ],
)
def test_against_the_fee_schedule(lexicon, schedule, status, first, last, kind, message):  # noqa: PLR0917 - a table's columns
    lexicon(entry("45378", first, last))
    schedule(**({"c45378": status} if status else {}))
    assert found() == ([("45378", kind, message)] if kind else [])


def test_a_code_that_an_earlier_release_has_began_earlier(lexicon, schedule):
    lexicon(entry("45378", date(2026, 1, 1)), entry("45385", date(2026, 1, 1)), entry("45380", date(2025, 1, 1)))
    schedule(2025, c45378="A", c45385="D", c45380="A")
    schedule(2026, c45378="A", c45385="A", c45380="A")
    assert found() == [("45378", "dates", "the lexicon has it from 2026-01-01 to …; 2025A has it with status A")]


def hcpcs_file(**dates):
    return {"HCPC2026_JAN_ANWEB.txt": made.hcpcs_line("J1885", **dates) + "\r\n" + made.hcpcs_line("J0001") + "\r\n"}


@pytest.mark.parametrize(
    ("first", "last", "dates", "kind", "message"),
    [
        (None, None, {}, None, ""),
        (date(1993, 1, 1), None, {}, None, ""),
        (date(1994, 1, 1), None, {}, "dates", "1994-01-01 to …; the file adds it on 1993-01-01"),
        (None, None, {"terminated": "20251231"}, "deleted", "ended on 2025-12-31"),
        (None, date(2025, 12, 31), {"terminated": "20251231"}, None, ""),
        (None, date(2024, 12, 31), {"terminated": "20251231"}, "dates", "the file ends it on 2025-12-31"),
        (None, None, {"terminated": "20260331"}, "dates", "the file ends it on 2026-03-31"),
        (None, date(2025, 12, 31), {}, "dates", "the file has no end of it"),
        (None, date(2026, 12, 31), {}, None, ""),
    ],
)
def test_level_two_against_the_hcpcs_file(lexicon, bring, first, last, dates, kind, message):  # noqa: PLR0917 - as above
    lexicon(entry("J1885", first, last))
    bring("hcpcs", hcpcs_file(**dates))
    findings = found()
    assert [(code, found_kind) for code, found_kind, _ in findings] == ([("J1885", kind)] if kind else [])
    assert all(message in told for *_, told in findings)


def test_level_two_codes_go_to_the_fee_schedule_without_a_hcpcs_file(lexicon, schedule, bring):
    lexicon(entry("J1885"), entry("J9999", date(2027, 1, 1)), entry("45378"))
    schedule(c45378="A")
    assert found() == [("J1885", "unknown", "not in the fee schedule of 2026A")]
    bring("hcpcs", hcpcs_file())
    assert found() == []
    report = check_lexicon()
    assert (report.codes, report.compared) == (3, ("Physician fee schedule 2026A", "HCPCS 2026-01"))


def test_a_finding_cites_its_row(lexicon, schedule):
    lexicon(entry("45378"))
    schedule(c45378="D")
    [finding] = check_lexicon().findings
    assert str(finding.source) == "Physician fee schedule 2026A, PPRRVU2026_Jan.csv, line 12"
    assert finding.name == "work 45378"


def test_with_nothing_to_compare_with_the_commands_are_named(home, capsys):
    with pytest.raises(DataError, match=r"import physician-fee-schedule FILE.*import hcpcs FILE"):
        check_lexicon()
    assert cli.run(["data", "check"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("detect-icd: nothing to compare with: ")
    assert told.count("\n") == 1


def test_the_command_is_silent_of_a_clean_lexicon_and_tells_findings(lexicon, schedule, bring, capsys):
    bring("hcpcs", hcpcs_file())
    lexicon(entry("45378"), entry("J1885"))
    assert cli.run(["data", "check"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == ["1 codes compared with HCPCS 2026-01", "no findings"]
    assert "CPT codes are not compared" in shown.err
    schedule(c45378="N")
    assert cli.run(["data", "check"]) == 3
    assert "45378\tinactive\twork 45378\tstatus N: not covered by Medicare\t" in capsys.readouterr().out
    assert cli.run(["data", "check", "--json"]) == 3
    facts = json.loads(capsys.readouterr().out)
    assert facts["compared_with"] == ["Physician fee schedule 2026A", "HCPCS 2026-01"]
    assert facts["findings"] == [
        {
            "code": "45378",
            "kind": "inactive",
            "name": "work 45378",
            "message": "status N: not covered by Medicare",
            "source": "Physician fee schedule 2026A, PPRRVU2026_Jan.csv, line 12",
        }
    ]
    lexicon(entry("J1885"))
    assert cli.run(["data", "check", "--json"]) == 0


def test_the_whole_lexicon_is_compared(schedule):
    schedule(c45378="A")
    report = check_lexicon()
    assert report.codes > 4_000
    assert {finding.kind for finding in report.findings} == {"unknown"}
    assert "45378" not in {finding.code for finding in report.findings}
