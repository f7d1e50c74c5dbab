"""The synthetic notes: in step with their sources, varied, and read right from end to end."""

import csv
import json
import subprocess
import sys

import pytest

from redactphi.evaluation import evaluate, read_gold
from redactphi.policy import presets


@pytest.fixture(scope="module")
def gold(root):
    return list(read_gold(root / "fixtures" / "gold" / "notes.phi.jsonl"))


@pytest.fixture(scope="module")
def rows(root):
    with (root / "fixtures" / "notes.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_files_are_in_step_with_their_sources(root):
    assert subprocess.run([sys.executable, "-m", "fixtures.build", "--check"], cwd=root, check=False).returncode == 0


def test_there_are_enough_and_varied_notes(rows):
    assert len(rows) >= 30
    assert len({row["note_type"] for row in rows}) >= 12


def test_gold_spans_carry_no_loose_ends(gold):
    for document in gold:
        for span in document.spans:
            text = document.text[span.start : span.end]
            assert text == text.strip(), (document.id, span)
            assert "](" not in document.text, document.id


def test_most_phi_is_found_and_little_else(gold, redactor):
    score = evaluate("fixtures", gold, redactor.detect).score.to_dict()
    assert score["redact_recall"] >= 0.95
    assert score["precision"] >= 0.95
    for label in ("DATE", "MRN", "PHONE", "FAX", "EMAIL", "SSN", "ZIP", "AGE", "DEVICE", "LICENSE"):
        assert score["labels"][label]["found_any_overlap"] >= 0.9, label


def test_the_note_without_phi_is_left_alone(gold, redactor):
    free = [document for document in gold if not document.spans]
    assert free
    for document in free:
        assert redactor.detect(document.text) == []


def found(detection):
    return sorted((c.coding.system.name, c.coding.code, str(c.status), c.section) for c in detection.candidates)


def reported(detection):
    return [(c.coding.system.name, c.coding.code, c.modifiers, c.units) for c in detection.reported]


def redactor_of(policy):
    import redactphi

    key = bytes(range(32))
    return redactphi.Redactor(policy, key=key, vault=redactphi.Vault(None, key) if policy == "tokens" else None)


@pytest.mark.parametrize("policy", presets())
def test_codes_are_the_same_before_and_after_redaction(gold, policy):
    import detect_icd
    import redactphi

    redactor = redactor_of(policy)
    for document in gold:
        before = detect_icd.detect(document.text, service_date="2026-06-01")
        safe = redactor.redact(document.text, redactphi.Patient(id="1"))
        after = detect_icd.detect(safe, service_date="2026-06-01")
        assert found(after) == found(before), document.id
        assert reported(after) == reported(before), document.id


def test_evidence_maps_back_to_the_words_of_the_original(gold):
    import detect_icd
    import redactphi

    for document in gold[:12]:
        safe = redactphi.redact(document.text)
        after = detect_icd.detect(safe, service_date="2026-06-01")
        back = after.in_original(safe)
        for new, old in zip(after.candidates, back.candidates, strict=True):
            for here, there in zip(new.evidence, old.evidence, strict=True):
                words = safe.text[here.start : here.end]
                if "[" not in words:
                    assert document.text[there.start : there.end] == words


@pytest.mark.shared
def test_codes_survive_redaction_on_real_notes(shared):
    import detect_icd
    import redactphi

    lines = (shared / "phi" / "raw" / "mtsamples.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines[:: len(lines) // 300][:300]]
    before = [found(detect_icd.detect(text)) for text in texts]
    differing = dict.fromkeys(presets(), 0)
    for policy in differing:
        documents = (redactphi.Document("1", text, redactphi.Patient(id="1")) for text in texts)
        for safe, expected in zip(redactor_of(policy).pipe(documents), before, strict=True):
            differing[policy] += found(detect_icd.detect(safe)) != expected
    assert differing == dict.fromkeys(presets(), 0)


def test_expected_codes_are_mostly_reported(root):
    import detect_icd

    hits = expected = 0
    for line in (root / "fixtures" / "gold" / "notes.codes.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        codes = {c.coding.code for c in detect_icd.detect(row["text"], service_date=row["service_date"]).reported}
        hits += len(codes & set(row["codes"]))
        expected += len(row["codes"])
    assert hits / expected >= 0.8
