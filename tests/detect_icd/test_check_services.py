"""What is said of the services of a claim: pairs, units, add-on codes, what is imported and what is not."""

from datetime import date
from decimal import Decimal

import pytest

from detect_icd.candidates import Candidate
from detect_icd.checks.checking import check, edit_warnings
from detect_icd.checks.findings import KINDS, Severity
from detect_icd.checks.rules import check_rules
from detect_icd.coding import CodeSystem, Coding
from redactphi.errors import UnknownNameError
from redactphi.spans import Span
from tests.detect_icd.fake_files import FakeFiles, add_on, fee, hcpcs, mue, ptp

ALL = ("physician-fee-schedule", "ncci-ptp", "ncci-mue", "ncci-add-on", "hcpcs")


def kinds(codes, files, *, least=Severity.WARNING, **options):
    """The kinds of what is found, of this severity or graver."""
    ranks = list(Severity)
    found = check(codes, files=files, **options)
    assert {finding.kind for finding in found} <= set(KINDS)
    return {finding.kind for finding in found if ranks.index(finding.severity) <= ranks.index(least)}


def only(codes, files, kind, **options):
    (finding,) = [found for found in check(codes, files=files, **options) if found.kind == kind]
    return finding


PAIRS = FakeFiles(
    pairs=[
        ptp("45385", "45380"), ptp("45380", "45378", "0"), ptp("29881", "29877"), ptp("20610", "99213"), ptp("99214", "36415"),
        ptp("44140", "99223"), ptp("80053", "82947"), ptp("44970", "49320"), ptp("11042", "97597", "9"),
        ptp("43239", "43235", setting="hospital"), ptp("64483", "62323", effective=date(2024, 1, 1), deleted=date(2024, 6, 30)),
    ],
    kinds=ALL[:1],
)  # fmt: skip


@pytest.mark.parametrize(
    "codes",
    [
        "45385 45380", "45380 45385", "45385-59 45380", "45380-25 45385", "45380-LT-51 45385-LT", "29881-RT 29877-RT",
        "29881-50 29877-LT", "29881-RT 29881-LT 29877-LT", "20610 99213", "20610 99213-59", "20610-25 99213", "20610-LT 99213",
        "99214 36415", "44140 99223", "44140-57 99223", "80053 82947-25", "44970 49320-24", "44970 49320-91", "45385-RT 45380",
        "45385-22 45380-51",
    ],
)  # fmt: skip
def test_a_pair_that_nothing_parts(codes):
    """Where 59 stands on column 1 it is of a day before it counted there."""
    assert kinds(codes, PAIRS, service_date="2019-06-30" if "59 " in codes else None) & {"ptp-pair", "ptp-same-place"}


@pytest.mark.parametrize(
    "codes",
    [
        "45385 45380-59", "45385 45380-XS", "45385 45380-XE", "45385 45380-XP", "45385 45380-XU", "45385-59 45380",
        "29881-RT 29877-LT", "29881-RT 29877-59-RT", "29881 29877-LT", "20610 99213-25", "20610 99213-24", "99214-25 36415",
        "44140 99223-57", "80053 82947-91", "44970 49320-79", "44970-58 49320", "45385-51 45380-59-51", "45385 45378",
        "11042 97597", "43239 43235", "64483 62323", "45385", "45380 45380-59", "29881-F1 29877-F2",
    ],
)  # fmt: skip
def test_a_pair_that_is_parted_or_none(codes):
    assert kinds(codes, PAIRS) & {"ptp-pair", "ptp-same-place"} == set()


def test_a_pair_that_no_modifier_parts():
    finding = only("45378-59 45380", PAIRS, "ptp-pair")
    assert (finding.severity, finding.codes) == ("error", ("45378", "45380"))
    assert "indicator 0" in finding.message
    assert str(finding.source) == "NCCI PTP 2026q1, ncci-ptp.txt, line 123"


def test_which_modifiers_would_part_a_pair():
    finding = only("45385 45380", PAIRS, "ptp-pair")
    assert finding.codes == ("45380", "45385")
    assert "on 45380: 59, XE, XP, XS or XU" in finding.message
    assert "91" not in finding.message
    assert "91" in only("80053 82947", PAIRS, "ptp-pair").message


@pytest.mark.parametrize(
    ("days", "said"), [("000", "25 (or 24"), ("010", "25 (or 24"), ("090", "57 where"), ("XXX", "25 (24")]
)
def test_a_visit_takes_what_its_operation_asks_for(days, said):
    files = FakeFiles(pairs=[ptp("20610", "99213")], fees=[fee("20610", global_days=days), fee("99213")])
    message = only("20610 99213", files, "ptp-pair").message
    assert said in message
    assert "goes on 99213" in message
    assert "XS" not in message


def test_what_parts_a_pair_is_told():
    finding = only("29881-RT 29877-LT", PAIRS, "ptp-parted")
    assert finding.severity == "hint"
    assert "LT on 29877" in finding.message
    assert "59 on 45385" in only("45385-59 45380", PAIRS, "ptp-parted").message


def test_the_same_place_is_called_so():
    assert "RT stands on both" in only("29881-RT 29877-RT", PAIRS, "ptp-same-place").message


def test_one_line_of_two_is_parted():
    found = [f for f in check("45385 45380 45380-59", files=PAIRS) if f.kind == "ptp-pair"]
    assert [f.message.partition(" is ")[0] for f in found] == ["45380"]


def test_pairs_are_of_their_day_and_setting():
    assert "ptp-pair" in kinds("64483 62323", PAIRS, service_date="2024-06-30")
    assert "ptp-pair" not in kinds("64483 62323", PAIRS, service_date="2024-07-01")
    assert "ptp-pair" in kinds("43239 43235", PAIRS, edits="hospital")
    assert "ptp-pair" not in kinds("45385 45380", PAIRS, edits="hospital")
    with pytest.raises(UnknownNameError, match="hospital, practitioner"):
        check("45385", files=PAIRS, edits="clinic")


UNITS = FakeFiles(
    units=[
        mue("64636", 4, "3"), mue("45378", 1, "2"), mue("J1885", 8, "3"), mue("80053", 1, "1"), mue("A4550", 0, "2"),
        mue("97110", 6, "2"), mue("36415", 2, "3", setting="hospital"),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "severity"),
    [
        ("45378 x2", "error"), ("45378 45378-59", "error"), ("97110 x4 97110-59 x3", "error"), ("64636-LT x3 64636-RT x3", "warning"),
        ("J1885 x9", "warning"), ("80053 x2", "error"), ("80053 80053-91 x2", "error"), ("A4550", "error"),
    ],
)  # fmt: skip
def test_more_units_than_are_paid(codes, severity):
    assert only(codes, UNITS, "mue").severity == severity


@pytest.mark.parametrize(
    "codes",
    ["45378", "97110 x3 97110-59 x3", "64636-LT x2 64636-RT x2", "J1885 x8", "80053 80053-91", "99213 x9", "36415 x3"],
)
def test_units_that_are_paid(codes):
    assert "mue" not in kinds(codes, UNITS)


def test_units_say_whose_and_why():
    assert "MAI 2" in only("45378 x2", UNITS, "mue").message
    assert "over 2 lines" in only("45378 45378-59", UNITS, "mue").message
    assert "line of its own with 76" in only("80053 x2", UNITS, "mue").message
    assert "mue" in kinds("36415 x3", UNITS, edits="hospital")


ADD_ONS = FakeFiles(
    add_ons=[
        *add_on("64636", "64635"), *add_on("22614", "22610", "22612", "22630"), *add_on("99292", "CCCCC", kind="2"),
        *add_on("11008", "10180", "49002", "CCCCC", kind="3"), *add_on("69990", "CCCCC", kind="1"),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "severity"),
    [
        ("64636 x2", "error"), ("64636 45378", "error"), ("22614 64635", "error"), ("99292", "error"), ("11008", "error"),
        ("11008 45378", "warning"), ("99292 99291", "hint"), ("69990 45378", "hint"), ("69990", "error"),
    ],
)  # fmt: skip
def test_an_add_on_without_its_primary(codes, severity):
    assert only(codes, ADD_ONS, "add-on").severity == severity


@pytest.mark.parametrize(
    "codes", ["64635 64636", "64636 64635", "22614 22612", "11008 10180", "45378", "64635", "22614 22610 45378"]
)
def test_an_add_on_with_its_primary(codes):
    assert "add-on" not in kinds(codes, ADD_ONS, least=Severity.HINT)


def test_an_add_on_takes_no_51():
    assert only("64635 64636-51", ADD_ONS, "add-on-51").severity == "warning"
    assert "add-on-51" not in kinds("64635-51 64636", ADD_ONS)


def test_the_lexicon_knows_add_ons_while_the_file_is_missing():
    finding = only("64636", FakeFiles(), "add-on")
    assert (finding.severity, str(finding.source)) == ("warning", "procedure lexicon")
    assert "add-on" not in kinds("64635 64636", FakeFiles())
    assert "add-on" not in kinds("64636", FakeFiles(kinds=["ncci-add-on"]))


def test_a_code_nobody_knows():
    files = FakeFiles(kinds=ALL)
    finding = only("45379 45387 99213", FakeFiles(fees=[fee("45379"), fee("99213")], kinds=ALL), "unknown-code")
    assert finding.codes == ("45387",)
    assert "unknown code 45387; nearest: " in finding.message
    assert "45378" in finding.message
    assert only("J9999", files, "unknown-code").severity == "error"
    assert only("45387", FakeFiles(), "unknown-code").severity == "hint"


def test_a_code_of_the_lexicon_that_the_schedule_lacks():
    files = FakeFiles(fees=[fee("99213")], kinds=ALL)
    assert only("45378", files, "unknown-code").severity == "warning"
    assert "unknown-code" not in kinds("99213", files)
    assert "unknown-code" not in kinds("45378", FakeFiles(), least=Severity.HINT)


@pytest.mark.parametrize(
    ("day", "found"),
    [("2023-12-31", True), ("2024-01-01", False), ("2025-06-30", False), ("2025-07-01", True), (None, True)],
)
def test_a_hcpcs_code_is_used_on_its_days(day, found):
    files = FakeFiles(records=[hcpcs("G9998", date(2024, 1, 1), date(2025, 6, 30))])
    assert ("not-in-force" in kinds("G9998", files, service_date=day)) is found


def test_the_lexicon_knows_days_too():
    assert "not-in-force" in kinds("60660", FakeFiles(), service_date="2024-12-31")
    assert "not-in-force" not in kinds("60660", FakeFiles(), service_date="2025-01-01")


def test_what_is_not_imported_is_told_once_a_command():
    commands = [f.message.partition("`")[2].partition("`")[0] for f in check("45378 J1885", files=FakeFiles())]
    assert commands == [
        "detect-icd import physician-fee-schedule FILE...",
        "detect-icd import ncci FILE...",
        "detect-icd import hcpcs FILE...",
    ]
    assert all(f.severity == "hint" for f in check("45378 J1885", files=FakeFiles()))
    assert len(check("45378", files=FakeFiles(kinds=ALL[:3]))) == 2
    assert "not-imported" not in kinds("K62.3", FakeFiles(), least=Severity.HINT)
    assert "not-imported" not in kinds("45378", FakeFiles(kinds=ALL), least=Severity.HINT)


def test_a_release_of_another_day_is_told():
    files = FakeFiles(kinds=ALL, notes={"ncci-mue": "2026q1 is used, none is older"})
    assert only("45378", files, "other-release").message == "NCCI MUE: 2026q1 is used, none is older"


def test_a_visit_beside_an_operation():
    operations = [fee("44140", global_days="090"), fee("20610", global_days="000"), fee("99213"), fee("71046")]
    files = FakeFiles(fees=operations)
    assert "takes 25" in only("20610 99213", files, "global").message
    assert "takes 57" in only("44140 99213", files, "global").message
    for codes in ("20610 99213-25", "44140 99213-57", "71046 99213", "20610 71046"):
        assert "global" not in kinds(codes, files, least=Severity.HINT)
    # Where the pairs are imported they say it, or say that there is none.
    assert "global" not in kinds("20610 99213", FakeFiles(fees=operations, kinds=ALL), least=Severity.HINT)


def test_which_of_several_is_paid_in_full():
    values = {
        "44140": ("2", 40, ""),
        "44950": ("2", 18, ""),
        "62270": ("0", 3, ""),
        "45380": ("3", 6, "45378"),
        "45385": ("3", 8, "45378"),
    }
    fees = [
        fee(code, multiple=multiple, facility_total=Decimal(total), endoscopic_base=base)
        for code, (multiple, total, base) in values.items()
    ]
    files = FakeFiles(fees=fees)
    assert only("44950 44140 62270", files, "multiple").codes == ("44140", "44950")
    finding = only("45380-59 45385", files, "multiple")
    assert finding.codes == ("45385", "45380")
    assert "value of 45378" in finding.message
    assert finding.severity == "hint"
    for codes in ("44140", "44140 62270", "44140 45385", "45385 x2"):
        assert "multiple" not in kinds(codes, files, least=Severity.HINT)


def test_the_row_of_the_whole_service_counts():
    files = FakeFiles(fees=[fee("71046", pc_tc="1"), fee("71046", pc_tc="1", modifier="26", status="I")])
    assert "status" not in kinds("71046-26", files)


def test_findings_come_gravest_first_and_once():
    found = check("45385 45380 45378 x3 45378", files=PAIRS)
    ranks = [list(Severity).index(finding.severity) for finding in found]
    assert ranks == sorted(ranks)
    assert len(set(found)) == len(found)


def test_a_line_that_is_given_twice():
    assert only("45380 45380", FakeFiles(), "repeated-service").severity == "warning"
    assert "45380-59" in only("45380-59 45380-59 45380", FakeFiles(), "repeated-service").message
    for codes in ("45380 45380-59", "20610-RT 20610-LT", "45380 45385", "45380 x2"):
        assert "repeated-service" not in kinds(codes, FakeFiles(), least=Severity.HINT)


def test_the_fee_schedule_does_not_pay_hospitals():
    fees = [fee("71046", pc_tc="0", status="N"), fee("20610", bilateral="1", global_days="000"), fee("99213")]
    files = FakeFiles(fees=fees)
    claim = "71046-TC 20610-50-RT 99213"
    assert kinds(claim, files, least=Severity.HINT) >= {"component", "status", "bilateral", "global"}
    of_hospital = kinds(claim, files, least=Severity.HINT, edits="hospital")
    assert of_hospital & {"component", "status", "bilateral", "global"} == {"bilateral"}


@pytest.mark.parametrize(
    ("code", "visit"), [("99213", True), ("92014", True), ("99500", False), ("G0438", True), ("0275T", False)]
)
def test_what_is_a_visit(code, visit):
    assert check_rules().is_visit(code) is visit


def test_a_laboratory_test_is_of_its_own_kind():
    repeated = check_rules().parting("91")
    assert check_rules().takes("0001U", repeated)
    assert check_rules().takes("80053", repeated)
    assert not check_rules().takes("0275T", repeated)
    assert not check_rules().takes("45378", repeated)


def test_detection_takes_no_add_on_from_the_lexicon():
    """Its own rules have the lexicon's word; the edits are those of the files."""
    evidence = (Span(0, 5, "mention"),)
    reported = [Candidate(Coding(CodeSystem.CPT, "", code), evidence) for code in ("64636", "45385", "45380")]
    (warning,) = edit_warnings(reported, PAIRS, None)
    assert warning.startswith("45380 is not paid beside 45385")
