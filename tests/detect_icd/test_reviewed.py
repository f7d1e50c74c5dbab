"""Cases a coder wrote: what is reported of a short text, and what every candidate owes its reader."""

import re
from pathlib import Path

import pytest

from detect_icd import detect, lookup
from detect_icd.coding import CodeSystem

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "codes"


def cases(topic):
    lines = (CASES / f"reviewed_{topic}.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if "=>" in line and not line.startswith("#"):
            text, _, wanted = line.rpartition("=>")
            yield pytest.param(text.strip().replace("\\n", "\n"), wanted.split(), id=f"{topic} line {number}")


def written(candidates):
    return sorted("-".join([candidate.coding.code, *candidate.modifiers]) for candidate in candidates)


@pytest.mark.parametrize(("text", "wanted"), list(cases("diagnoses")))
def test_all_that_is_reported(text, wanted):
    assert written(detect(text).reported) == sorted(wanted)


@pytest.mark.parametrize(("text", "wanted"), list(cases("procedures")))
def test_services_that_are_reported(text, wanted):
    services = [c for c in detect(text).reported if c.coding.system is not CodeSystem.ICD10CM]
    assert written(services) == sorted(wanted)


@pytest.mark.parametrize("day", ["2026-09-30", "2026-10-01"])
def test_what_each_candidate_owes(day):
    for case in (*cases("diagnoses"), *cases("procedures")):
        text = case.values[0]
        detection = detect(text, service_date=day)
        for candidate in detection.candidates:
            assert candidate.rules
            assert all(re.search(r"\S", text[span.start : span.end]) for span in candidate.evidence)
            for span in candidate.evidence:
                assert not re.match(r"\s", text[span.start])
                assert span.end == len(text) or not (text[span.end - 1].isalnum() and text[span.end].isalpha())
        for candidate in detection.reported:
            if candidate.coding.system is CodeSystem.ICD10CM:
                assert lookup(candidate.coding.code, service_date=day).billable
                assert candidate.coding.version == ("FY2026" if day < "2026-10-01" else "FY2027")


def test_frame_rows_and_stage_have_the_same_columns():
    from detect_icd.stage import codes_stage

    detection = detect("Rectal prolapse. CPT 45400-62.")
    assert list(detection.to_frame().columns) == list(codes_stage().columns) == list(detection.rows()[0])
