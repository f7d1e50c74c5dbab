"""What may be reported: each rule with a case and a near miss."""

import pytest

from detect_icd.candidates import Candidate, Status
from detect_icd.codebook import CodeBook
from detect_icd.detector import detect
from detect_icd.guideline_rules import Combination, General, Suppression, build, rules
from detect_icd.guidelines import Guidelines
from detect_icd.matchers.completion import complete
from redactphi.errors import RuleError
from redactphi.spans import Span


def candidate(code, place, *, status=Status.PRESENT, section="", score=0.9):
    book = CodeBook.open()
    return Candidate(
        book[code].coding, (Span(place, place + 1, "mention"),), status, section, score, ("dictionary/title",)
    )


def apply(*codes, setting="outpatient", **kwargs):
    candidates = [candidate(code, place, **kwargs) for place, code in enumerate(codes)]
    return Guidelines(setting).apply(candidates, CodeBook.open())


def reported(*codes, **kwargs):
    return [c.coding.code for c in apply(*codes, **kwargs).reported]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["I10", "I50.9"], ["I11.0", "I50.9"]),
        (["I10", "N18.4"], ["I12.9", "N18.4"]),
        (["I10", "N18.6"], ["I12.0", "N18.6"]),
        (["I10", "I50.9", "N18.4"], ["I13.0", "I50.9", "N18.4"]),
        (["I10", "J44.9"], ["I10", "J44.9"]),
        (["E11.9", "N18.4"], ["E11.22", "N18.4"]),
        (["E11.9", "G62.9"], ["E11.42"]),
        (["E11.9", "M19.90"], ["E11.9", "M19.90"]),
        (["K80.20", "K81.0"], ["K80.00"]),
        (["J18.9", "R05.9", "R50.9"], ["J18.9"]),
        (["J18.9", "R51.9"], ["J18.9", "R51.9"]),
        (["M25.561", "M25.569"], ["M25.561"]),
        (["M25.561", "M25.562"], ["M25.561", "M25.562"]),
        (["W19.XXXA", "S52.501A"], ["S52.501A", "W19.XXXA"]),
        (["R07.9", "I10"], ["I10", "R07.9"]),
        (["E11"], []),
    ],
)
def test_rules(given, expected):
    assert reported(*given) == expected


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("C18.9", Status.HISTORICAL, ["Z85.038"]),
        ("I63.9", Status.HISTORICAL, ["Z86.73"]),
        ("I10", Status.HISTORICAL, ["I10"]),
        ("R05.9", Status.HISTORICAL, []),
        ("C50.919", Status.FAMILY, ["Z80.3"]),
        ("R05.9", Status.FAMILY, []),
        ("I10", Status.NEGATED, []),
        ("I10", Status.PLANNED, []),
        ("I10", Status.HYPOTHETICAL, []),
        ("I10", Status.UNCERTAIN, []),
    ],
)
def test_status(code, status, expected):
    assert reported(code, status=status) == expected


def test_uncertain_inpatient_needs_to_stand_at_discharge():
    assert reported("J18.9", setting="inpatient", status=Status.UNCERTAIN, section="discharge_diagnosis") == ["J18.9"]
    assert reported("J18.9", setting="inpatient", status=Status.UNCERTAIN, section="chief_complaint") == []


def test_every_drop_cites_its_section():
    detection = apply("I10", "I50.9", "R60.0", "E11")
    assert sorted(item.why.split(":")[0] for item in detection.dropped) == ["I.B.2", "I.B.5", "I.C.9.a.1"]
    assert any("E11" in warning for warning in detection.warnings)


def test_excludes1_reports_one_and_asks():
    detection = apply("E10.9", "E11.9")
    assert len(detection.reported) == 1
    assert any("I.A.12.a" in warning for warning in detection.warnings)


@pytest.mark.parametrize("said", ["Residuals of ischemic stroke 2023. ", ""])
def test_a_deficit_that_is_only_stated_as_a_code_stays(said):
    found = detect(f"{said}Dx: I69.359")
    assert [c.coding.code for c in found.reported] == ["I69.359"]


def test_every_code_in_the_tables_exists():
    book = CodeBook.open()
    known = rules()
    for rule in known.combinations:
        assert book[rule.result].billable or rule.suffix, rule.name
        assert all(number < len(rule.all) for number in rule.replaces)
    for code in (*known.history.values(), *known.family.values()):
        assert complete(book, code, set()).billable, code


def test_tables_reject_unknown_keys():
    with pytest.raises(RuleError, match="valid: name, section"):
        build(Combination, {"name": "x", "section": "I", "all": [], "result": "I10", "drops": []}, "combinations")
    with pytest.raises(RuleError, match="missing"):
        build(Suppression, {"section": "I"}, "integral")
    with pytest.raises(RuleError, match="x: matches missing or empty"):
        build(General, {"name": "x", "general": [], "specific": [], "matches": [], "ignores": ["y"]}, "general")
