"""The manifest says what was done, and nothing of whom it was done to."""

import hashlib
import json
from dataclasses import replace

import pytest

from redactphi.document import RedactedDocument
from redactphi.etl.columns import ColumnChoice
from redactphi.etl.manifest import Tally, by_operator
from redactphi.etl.options import BatchOptions
from redactphi.etl.runner import run_batch
from redactphi.etl.workers import Outcome
from redactphi.offsets import OffsetMap
from redactphi.policy import OperatorSpec
from tests.redactphi.fake_redactor import POLICY, FakeRedactor

ROWS = "id,name,dob,note,unit\n1,Maria Lopez,1950-02-03,Seen PHI-Ruiz,ICU\n2,,,XPOISONX,W3\nbroken\n3,,,,W3\n"


@pytest.fixture
def run(tmp_path):
    def run(out="out", policy=POLICY):
        source = tmp_path / "Lopez_Maria.csv"
        source.write_text(ROWS)
        patient = (("name", "name"), ("birth_date", "dob"))
        columns = ColumnChoice(text=("note",), id="id", patient=patient, keep=("id", "unit"))
        options = BatchOptions(source=source, columns=columns, out=tmp_path / out)
        run_batch(options, make_redactor=lambda: FakeRedactor(policy))
        return tmp_path / out

    return run


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def test_it_counts(run):
    made = manifest(run())
    assert made["rows"] == {"in": 4, "out": 3, "rejected": 1}
    assert made["notes"] == {"redacted": 1, "empty": 1, "withheld": 1}
    assert made["phi_by_label"] == {"NAME": 1}
    assert made["phi_by_operator"] == {"tag": {"NAME": 1}}
    assert made["withheld_by_reason"] == {"recognizer-error:Poison": 1}
    assert made["rejected_by_reason"] == {"1 fields, expected 5": 1}


def test_it_names_every_column(run):
    assert manifest(run())["columns"] == {
        "redacted": ["note"],
        "kept_not_examined": ["id", "unit"],
        "patient_facts_removed": ["name", "dob"],
        "service_date_removed": None,
        "dropped": [],
        "id": {"column": "id", "replaced": False},
    }


def test_it_names_policy_versions_and_file_hashes(run):
    folder = run()
    made = manifest(folder)
    assert made["policy"] == {**POLICY.describe(), "has_terms": False, "sha256": POLICY.sha256}
    assert made["versions"] == {"rules": "0"}
    assert {"python", "redactphi", "spacy"} <= made["packages"].keys()
    assert set(made["files_sha256"]) == {"notes.csv", "withheld.csv"}
    for name, digest in made["files_sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_only_times_differ_between_runs(run):
    one, two = manifest(run("one")), manifest(run("two"))
    assert set(one.pop("times")) == {"started", "finished", "seconds", "resumed_after"}
    two.pop("times")
    assert one == two


def test_it_holds_nothing_of_the_patient_or_the_place(run, tmp_path):
    text = (run() / "manifest.json").read_text()
    for word in ("Lopez", "Maria", "1950", "Ruiz", str(tmp_path)):
        assert word not in text


def test_safe_harbor_is_implemented_never_attested(run):
    statement = manifest(run())["statement"]
    assert "implements the Safe Harbor transformations" in statement
    assert "the covered entity keeps the actual-knowledge duty" in statement
    assert "164.514(b)(2)(ii)" in statement


def test_a_policy_that_departs_does_not_say_safe_harbor(run):
    made = manifest(run(policy=replace(POLICY, departures=("keeps full dates",))))
    assert "implements" not in made["statement"]
    assert "departs from Safe Harbor" in made["statement"]
    assert made["policy"]["departures_from_safe_harbor"] == ["keeps full dates"]


def test_counts_per_operator_are_those_per_label():
    operators = {"NAME": OperatorSpec("tag"), "DATE": OperatorSpec("year"), "MRN": OperatorSpec("tag")}
    policy = replace(POLICY, operators=operators)
    assert by_operator({"NAME": 3, "DATE": 1, "MRN": 2}, policy) == {"tag": {"MRN": 2, "NAME": 3}, "year": {"DATE": 1}}


def test_it_says_how_input_and_output_are_written(run):
    made = manifest(run())
    assert made["input"] == {"format": "csv", "size": len(ROWS), "limit": None}
    assert made["output"] == {
        "format": "csv", "file": "notes.csv", "encoding": "utf-8", "delimiter": ",", "quote": '"', "escape": "",
    }  # fmt: skip


def test_events_are_summed():
    tally = Tally()
    for count in (1, 2):
        document = RedactedDocument("1", "", (), OffsetMap(), {"date-shifted": count})
        tally.add(Outcome(document, {}, {}), {})
    assert tally.to_dict()["events"] == {"date-shifted": 3}
