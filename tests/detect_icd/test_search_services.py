"""Search finds operations as it finds diagnoses, by the words of detection."""

import json

import pytest
from click.testing import CliRunner

from detect_icd import search
from detect_icd.catalogue import SYSTEMS, ServiceEntry
from detect_icd.cli import detect_icd
from redactphi.errors import UnknownNameError, UsageError


def codes(query, **options):
    return [hit.entry.code for hit in search(query, **options)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("laparoscopic cholecystectomy", "47562"),
        ("gallbladder removal, lap", "47562"),
        ("colonoscopy with snare polypectomy", "45385"),
        ("TKA", "27447"),
        ("trigger finger release", "26055"),
        ("cholecistectomy laparoscopic", "47562"),
        ("vasectomy", "55250"),
    ],
)
def test_an_operation_is_found_in_the_words_of_a_coder(query, code):
    assert codes(query)[0] == code


def test_the_way_in_decides():
    assert codes("open cholecystectomy", system="CPT")[0] == "47600"
    assert codes("laparoscopic cholecystectomy", system="CPT")[0] == "47562"


def test_what_asks_for_less_comes_first():
    found = codes("colonoscopy", system="CPT")
    assert found[0] == "45378"
    assert "45385" in codes("colonoscopy", system="CPT", limit=40)


@pytest.mark.parametrize(("query", "code"), [("trigger finger", "M65.3"), ("cholecystitis, acute", "K81.0")])
def test_a_disease_is_none_of_its_operations(query, code):
    assert codes(query)[0].startswith(code)


def test_a_system_alone():
    assert all(hit.system == "CPT" for hit in search("carpal tunnel", system="CPT"))
    assert all(hit.system == "ICD10CM" for hit in search("carpal tunnel release", system="ICD10CM"))
    assert {hit.system for hit in search("carpal tunnel", limit=40)} >= {"CPT", "ICD10CM"}
    with pytest.raises(UnknownNameError, match="ICD10CM"):
        search("carpal tunnel", system="LOINC")
    assert SYSTEMS == ("ICD10CM", "CPT", "HCPCS")


def test_a_code_comes_first_itself():
    first = search("47562")[0]
    assert isinstance(first.entry, ServiceEntry)
    assert (first.entry.code, first.score) == ("47562", 1.0)


def test_only_billable_codes():
    assert not all(hit.entry.billable for hit in search("E11"))
    assert "E11" in codes("E11")
    assert "E11" not in codes("E11", billable=True)
    found = search("type 2 diabetes", limit=40, billable=True)
    assert len(found) == 40
    assert all(hit.entry.billable for hit in found)


def test_codes_out_of_use_are_left_out():
    assert "49203" not in codes("intra abdominal tumor excision", system="CPT", limit=200)
    assert codes("intra abdominal tumor excision", system="CPT", service_date="2024-12-31")[0] == "49203"


def test_scores_are_shares():
    for query in ("colonoscopy", "MRI brain", "repair", "xyzzy repair of the hernia"):
        assert all(0 < hit.score <= 1 for hit in search(query, system="CPT", limit=60))
    assert search("xyzzy", system="CPT") == []
    with pytest.raises(UsageError, match="no word"):
        search("?!")


def test_the_command_names_the_system():
    ran = CliRunner().invoke(detect_icd, ["search", "--system", "cpt", "--limit", "2", "--json", "lap", "chole"])
    rows = json.loads(ran.output)
    assert [row["system"] for row in rows] == ["CPT", "CPT"]
    assert rows[0]["code"] == "47562"
