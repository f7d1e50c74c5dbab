"""What is said of the diagnoses of a claim, and how codes are read."""

import pytest

from detect_icd.checks.checking import check
from detect_icd.checks.lines import read_lines
from detect_icd.codebook import open_book
from redactphi.errors import UnknownNameError, UsageError
from tests.detect_icd.fake_files import FakeFiles, hcpcs

FILES = FakeFiles()


def found(codes, **options):
    return [(f.kind, str(f.severity)) for f in check(codes, files=FILES, **options)]


WRONG = [
    ("E11.9 E10.9", "excludes1", "error"),
    ("J98.2 J43.9", "excludes1", "error"),
    ("G40.909 R56.9", "excludes1", "error"),
    ("A08.0 J10.2", "excludes1", "warning"),
    ("F02.80 G30.9", "sequence", "error"),
    ("I10 F02.80 G30.9", "sequence", "error"),
    ("D63.1 N18.30", "sequence", "error"),
    ("J32.0 J01.00", "sequence", "warning"),
    ("F02.80", "manifestation", "error"),
    ("H42", "manifestation", "error"),
    ("I10 F02.80", "manifestation", "hint"),
    ("I10 H42", "manifestation", "hint"),
    ("I10 Z3A.33", "code-first", "hint"),
    ("G26", "manifestation", "error"),
    ("D63.0 C18.9", "sequence", "error"),
    ("Z3A.33 O14.13", "sequence", "error"),
    ("I10 D63.1", "code-first", "warning"),
    ("N18.30", "code-first", "hint"),
    ("I50.9", "code-first", "hint"),
    ("J44.9 J44.0", "code-also", "hint"),
    ("E11.22", "use-additional", "hint"),
    ("S82.001", "seventh-character", "error"),
    ("W19", "seventh-character", "error"),
    ("N18.3", "not-billable", "error"),
    ("K62", "not-billable", "error"),
    ("I42.0", "not-billable", "error"),
    ("W19.XXXA S82.001A", "external-cause-first", "error"),
    ("Y92.9", "external-cause-first", "error"),
    ("V43.52XA S06.0X0A", "external-cause-first", "error"),
    ("K62.3 K62.3", "repeated-diagnosis", "error"),
    ("k623 K62.3", "repeated-diagnosis", "error"),
    ("M16.10", "side", "hint"),
    ("S82.009A", "side", "hint"),
    ("I10 Z00.00", "first-listed-only", "warning"),
]
"""Codes, and what must be found in them."""

NEAR = [
    ("E11.9 I10", "excludes1"),
    ("J44.9 J45.909", "excludes1"),
    ("G40.909 R51.9", "excludes1"),
    ("N10 N11.9", "excludes1"),
    ("J01.00 J32.9", "excludes1"),
    ("G30.9 F02.80", "sequence"),
    ("G30.9 I10 F02.80", "sequence"),
    ("N18.30 D63.1", "sequence"),
    ("J01.00 J32.0", "sequence"),
    ("G30.9 F02.80", "manifestation"),
    ("I10", "manifestation"),
    ("I10 G26", "manifestation"),
    ("C18.9 D63.0", "sequence"),
    ("O14.13 Z3A.33", "code-first"),
    ("O24.414 Z3A.28", "code-first"),
    ("C18.9 D63.0", "code-first"),
    ("J44.0 J45.909", "code-also"),
    ("E11.22 N18.30", "use-additional"),
    ("S82.001A", "seventh-character"),
    ("W19.XXXA", "seventh-character"),
    ("N18.30", "not-billable"),
    ("K62.3", "not-billable"),
    ("I42.09", "not-billable"),
    ("S82.001A W19.XXXA", "external-cause-first"),
    ("T14.90XA Y92.9", "external-cause-first"),
    ("Z00.00", "external-cause-first"),
    ("K62.3 K62.4", "repeated-diagnosis"),
    ("M16.11", "side"),
    ("M16.0", "side"),
    ("K62.9", "side"),
    ("Z00.00 I10", "first-listed-only"),
]
"""Codes, and what must not be found in them."""


@pytest.mark.parametrize(("codes", "kind", "severity"), WRONG)
def test_what_is_wrong_is_found(codes, kind, severity):
    assert (kind, severity) in found(codes)


@pytest.mark.parametrize(("codes", "kind"), NEAR)
def test_what_is_right_is_left_alone(codes, kind):
    assert kind not in dict(found(codes))


@pytest.mark.parametrize("codes", ["K62.3", "I10", "S82.001A W19.XXXA", "G30.9 F02.80", "E11.22 N18.30 Z79.4"])
def test_a_right_claim_has_nothing_above_a_hint(codes):
    assert not [f for f in check(codes, files=FILES) if f.counts]


def test_a_code_is_valid_on_its_days():
    assert "not-valid-on-date" in dict(found("D69.11", service_date="2026-09-30"))
    assert "not-valid-on-date" not in dict(found("D69.11", service_date="2026-10-01"))
    assert "not-valid-on-date" not in dict(found("I42.0", service_date="2026-09-30"))
    assert "not-billable" not in dict(found("I42.0", service_date="2026-09-30"))
    assert ("not-valid-on-date", "error") in found("D69.11", release="FY2026")
    (finding,) = [f for f in check("D69.11", files=FILES, service_date="2026-09-30") if f.kind == "not-valid-on-date"]
    assert "its first day is 2026-10-01" in finding.message
    assert str(finding.source) == "ICD-10-CM FY2026"


def test_a_day_without_a_release_is_told():
    assert ("other-release", "hint") in found("K62.3", service_date="2031-01-01")


def test_the_note_and_the_section_are_cited():
    (pair,) = check("E11.9 E10.9", files=FILES)
    assert "guideline I.A.12.a; FY2027 Excludes1 note at E11" in str(pair.source)
    assert "E10.-" in str(pair.source)
    first = check("F02.80 G30.9", files=FILES)[0]
    assert first.codes == ("F02.80", "G30.9")
    assert "Code first note at F02: Alzheimer's (G30.-)" in str(first.source)


def test_the_first_code_is_called_by_its_setting():
    assert "principal diagnosis" in check("W19.XXXA", files=FILES, setting="inpatient")[0].message
    assert "first-listed diagnosis" in check("W19.XXXA", files=FILES)[0].message


def test_an_incomplete_code_comes_with_what_completes_it():
    assert "N18.30, N18.31, N18.32" in check("N18.3", files=FILES)[0].message
    assert "2026-09-30 was its last day as a code" in check("I42.0", files=FILES)[0].message


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("45378", ["45378"]), ("45385-59", ["45385-59"]), ("45400-62", ["45400-62"]), ("64636-LT x2", ["64636-LT x2"]),
        ("J1885 x2", ["J1885 x2"]), ("j1885 X 2", ["J1885 x2"]), ("J1885 (x2)", ["J1885 x2"]), ("K62.3", ["K62.3"]), ("k623", ["K62.3"]),
        ("45380, 45385-59", ["45380", "45385-59"]), ("45385 59", ["45385-59"]), ("20610-RT-59; 20610,LT", ["20610-RT-59", "20610-LT"]),
        ("0275T", ["0275T"]), ("G0105", ["G0105"]), ("m5416", ["M54.16"]), ("B20", ["B20"]), ("45378 \u00d73", ["45378 x3"]),
        ("s82.001a w19xxxa", ["S82.001A", "W19.XXXA"]), ("J1885\nK62.3", ["J1885", "K62.3"]), ("CPT: 45385\u201359", ["45385-59"]), ("dx: K62.3, I10", ["K62.3", "I10"]),
        ("ICD-10 K62.3 CPT 45378", ["K62.3", "45378"]), ("ICD-10-CM: b20", ["B20"]), ("HCPCS G0105", ["G0105"]),
    ],
)  # fmt: skip
def test_codes_are_read_as_people_write_them(written, read):
    assert list(map(str, read_lines(written, open_book()))) == read
    assert list(map(str, read_lines([written], open_book()))) == read


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ,",
        "abc",
        "45378-5",
        "45378-999",
        "K62.3-59",
        "K62.3 x2",
        "x2 45378",
        "45378 x0",
        "45378 x2 x3",
        "59 45378",
    ],
)
def test_what_is_no_code_is_an_error(written):
    with pytest.raises(UsageError):
        read_lines(written, open_book())


def test_an_unknown_diagnosis_comes_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"N18\.30, N18\.31, N18\.32"):
        check("N18.35", files=FILES)


def test_a_diagnosis_that_looks_like_a_service():
    files = FakeFiles(records=[hcpcs("M5416")])
    assert "ambiguous-code" in {f.kind for f in check("M5416", files=files)}
    assert "ambiguous-code" not in {f.kind for f in check("M5416", files=FILES)}
    assert "ambiguous-code" not in {f.kind for f in check("M5416 x1", files=files)}
