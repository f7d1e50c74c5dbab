"""A second look at an output: what differs from its manifest, and what is left in it, told without text."""

import csv
import gzip
import json
import re
import shutil
from dataclasses import replace

import pytest

from redactphi.errors import DataError, UnknownNameError, UsageError
from redactphi.etl.columns import ColumnChoice
from redactphi.etl.finished import SafeNote
from redactphi.etl.options import BatchOptions
from redactphi.etl.residue import not_checkable, residue, second_policy
from redactphi.etl.runner import run_batch
from redactphi.etl.verify import OTHER_RULES, verify
from redactphi.labels import PhiLabel
from redactphi.placeholders import outside, placeholders
from redactphi.policy import OperatorSpec, Policy
from redactphi.spans import Span
from tests.redactphi.fake_redactor import POLICY, FakeRedactor

ROWS = [("7", "Seen PHI-Ruiz,\nwell", "ICU"), ("8", "", "W3"), ("9", 'a "quiet" night', "W3"), ("10", "XPOISONX", "W3")]
CHOICE = ColumnChoice(text=("note",), id="id", keep=("id", "unit"))


def as_csv(folder, **options):
    path = folder / "in.csv"
    with path.open("w", encoding=options.pop("encoding", "utf-8"), newline="") as file:
        csv.writer(file, **options).writerows([("id", "note", "unit"), *ROWS])
    return path


def as_jsonl(folder):
    path = folder / "in.jsonl"
    rows = (json.dumps(dict(zip(("id", "note", "unit"), row, strict=True))) for row in ROWS)
    path.write_text("\n".join(rows) + "\n")
    return path


def as_parquet(folder):
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = folder / "in.parquet"
    ids, notes, units = zip(*ROWS, strict=True)
    parquet.write_table(arrow.table({"id": ids, "note": notes, "unit": units}), path)
    return path


def as_texts(folder):
    path = folder / "in"
    path.mkdir()
    for id, note, _ in ROWS:
        (path / f"{id}.txt").write_text(note)
    return path


def batch(source, out, *, policy=POLICY, choice=CHOICE, **options):
    columns = ColumnChoice(text=()) if source.is_dir() else choice
    run_batch(
        BatchOptions(source=source, columns=columns, out=out, **options), make_redactor=lambda: FakeRedactor(policy)
    )
    return out


def check(out, *, output=None, make_redactor=FakeRedactor, **options):
    return verify(out / "manifest.json", output or out, make_redactor=make_redactor, **options)


@pytest.fixture
def out(tmp_path):
    return batch(as_csv(tmp_path), tmp_path / "out")


def replace_in(path, old, new):
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))


def manifest_with(out, **changes):
    path = out / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize("make", [as_csv, as_jsonl, as_parquet, as_texts])
def test_an_output_as_it_was_made_is_clean(tmp_path, make):
    done = check(batch(make(tmp_path), tmp_path / "out"))
    assert done.is_clean
    assert (done.examined, done.findings, done.warnings) == (2, [], [])
    assert done.counts.counted == {"rows": 4, "notes": 2, "empty": 2, "withheld: recognizer-error:Poison": 1}


@pytest.mark.parametrize("make", [as_csv, as_jsonl, as_parquet, as_texts])
def test_a_leak_is_found_in_every_format(tmp_path, make):
    out = batch(make(tmp_path), tmp_path / "out")
    done = check(out, make_redactor=lambda: Finds("quiet"))
    id = done.findings[0].note_id
    assert [(f.column, f.start, f.end, f.label) for f in done.findings] == [
        ("text" if make is as_texts else "note", 3, 8, "NAME")
    ]
    assert id == "9" or (make is as_texts and re.fullmatch("[0-9a-f]{20}", id))


def test_dialect_and_encoding_are_those_of_the_output(tmp_path):
    source = as_csv(tmp_path, delimiter=";", quotechar="'", encoding="latin-1")
    source.write_bytes(source.read_bytes().replace(b"ICU", b"\xdc"))
    out = batch(source, tmp_path / "out", encoding="latin-1", quote="'")
    assert check(out).is_clean
    form = json.loads((out / "manifest.json").read_text())["output"]
    assert form == {
        "format": "csv", "file": "notes.csv", "encoding": "iso8859-1", "delimiter": ";", "quote": "'", "escape": ""
    }  # fmt: skip


@pytest.mark.parametrize("make", [as_csv, as_jsonl])
def test_an_output_compressed_afterwards_counts_by_its_content(tmp_path, make):
    out = batch(make(tmp_path), tmp_path / "out")
    notes = next(out.glob("notes.*"))
    packed = notes.with_name(f"{notes.name}.gz")
    packed.write_bytes(gzip.compress(notes.read_bytes()))
    notes.unlink()
    assert check(out).is_clean
    assert check(out, output=packed).is_intact
    packed.write_bytes(packed.read_bytes()[:-9])
    broken = check(out)
    assert broken.files.changed == (notes.name,)
    assert "damaged or cut short" in broken.counts.unreadable


def test_other_formats_than_the_input(tmp_path):
    assert check(batch(as_jsonl(tmp_path), tmp_path / "one", format="csv")).is_clean
    assert check(batch(as_csv(tmp_path), tmp_path / "two", format="jsonl")).is_clean


def test_an_output_without_rows_is_clean(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("id,note,unit\n")
    done = check(batch(source, tmp_path / "out"))
    assert done.is_clean
    assert done.counts.counted == {"rows": 0, "notes": 0, "empty": 0}


def test_what_differs_is_named(out):
    replace_in(out / "notes.csv", b"[NAME]", b"PHI-Ruiz")
    (out / "withheld.csv").unlink()
    (out / "Lopez.csv").write_text("x")
    done = check(out)
    assert (done.files.changed, done.files.missing, done.files.extra) == (
        ("notes.csv",), ("withheld.csv",), ("Lopez.csv",)
    )  # fmt: skip
    assert done.counts.wrong == ["withheld: recognizer-error:Poison"]
    assert [(f.note_id, f.start, f.end, f.label, f.source) for f in done.findings] == [("7", 5, 13, "NAME", "fake/phi")]
    assert not done.is_intact
    assert not done.is_clean


def test_a_report_holds_no_text_and_no_name_that_nobody_vouches_for(out):
    replace_in(out / "notes.csv", b"[NAME]", b"PHI-Ruiz")
    (out / "Lopez.csv").write_text("x")
    done = check(out)
    for shown in (json.dumps(done.to_dict()), repr(done)):
        assert "Ruiz" not in shown
        assert "Lopez" not in shown
    assert "Ruiz" not in repr(SafeNote("1", "note", "PHI-Ruiz"))


def test_rows_and_notes_are_counted(out):
    with (out / "notes.csv").open("a") as file:
        file.write("11,one more,W3\n12,too,many,fields\n")
    done = check(out)
    assert done.counts.wrong == ["notes", "rows", "rows that cannot be read"]
    assert (done.counts.counted["rows"], done.counts.expected["rows"]) == (5, 4)


def test_notes_that_cannot_be_read_are_told_and_not_examined(out):
    with (out / "notes.csv").open("a") as file:
        file.write('11,"open,W3\n')
    assert check(out).counts.wrong == ["rows that cannot be read"]
    (out / "notes.csv").write_text('id,"no"te\n')
    done = check(out)
    assert "text after a closing quote" in done.counts.unreadable
    assert (done.is_clean, done.examined) == (False, 0)
    (out / "notes.csv").write_text("id,unit\n7,ICU\n")
    assert check(out).counts.unreadable == "notes.csv: no column 'note'"
    (out / "notes.csv").unlink()
    assert check(out).files.missing == ("notes.csv",)


def test_a_withheld_note_that_has_text_is_told(out):
    replace_in(out / "notes.csv", b"10,,", b"10,back,")
    assert check(out).counts.wrong == ["empty", "notes"]


def test_one_file_alone(out, tmp_path):
    done = check(out, output=out / "withheld.csv")
    assert (done.is_clean, done.files.checked, done.examined) == (True, 1, 0)
    assert done.warnings == ["only withheld.csv was looked at, not the whole output"]
    elsewhere = tmp_path / "else"
    elsewhere.mkdir()
    shutil.copy(out / "notes.csv", elsewhere)
    done = check(out, output=elsewhere / "notes.csv")
    assert (done.is_clean, done.files.checked, done.examined) == (True, 1, 2)
    shutil.move(out, tmp_path / "moved")
    assert check(tmp_path / "moved").is_clean


def test_another_manifest_in_the_output_is_told(out, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    shutil.copy(out / "manifest.json", kept)
    assert check(kept, output=out).is_clean
    manifest_with(out, statement="another")
    assert check(kept, output=out).files.extra == ("manifest.json",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file: manifest.json"),
        ("{", "not valid JSON"),
        ("[]", "not the manifest of a batch"),
        ('{"manifest_version": 1}', "a manifest of another version; this redactphi reads version 2"),
        ('{"manifest_version": 2, "policy": {}, "rows": {"out": 1}}', "lacks policy, versions, output, columns, notes"),
    ],
)
def test_what_is_no_manifest(out, content, message):
    path = out / "manifest.json"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=message):
        check(out)


def test_a_missing_output(out, tmp_path):
    with pytest.raises(DataError, match="no such file: gone"):
        check(out, output=tmp_path / "gone")


def test_a_policy_that_is_none(out):
    manifest_with(out, policy={"sha256": "x", "has_terms": False})
    with pytest.raises(DataError, match="its policy cannot be read"):
        check(out)


def test_a_manifest_that_contradicts_itself(out):
    made = json.loads((out / "manifest.json").read_text())
    policy = {**made["policy"], "departures_from_safe_harbor": ["none that I know"]}
    manifest_with(out, policy=policy, phi_by_label={"NAME": 9})
    assert check(out).manifest_errors == [
        "the policy it describes is not the one whose hash it names",
        "its counts per label and per operator differ",
    ]


def test_other_rules_and_another_policy_are_a_note_and_no_error(out):
    policy = replace(POLICY, name="safe_harbor")
    manifest_with(
        out, versions={"rules": "1"}, policy={**policy.describe(), "has_terms": False, "sha256": policy.sha256}
    )
    done = check(out)
    assert done.is_clean
    assert done.warnings == [
        f"{OTHER_RULES}: rules 1 then, 0 now",
        "the installed policy safe_harbor is not the one that made the output; the manifest's was used",
    ]


def test_limit_is_of_the_second_pass_alone(out):
    done = check(out, limit=1)
    assert (done.is_clean, done.examined) == (True, 1)
    assert done.counts.counted["rows"] == 4
    assert done.warnings == ["the second pass looked at the first 1 rows only"]
    assert check(out, limit=4).warnings == []


def test_a_note_that_cannot_be_examined_is_not_clean(out):
    replace_in(out / "notes.csv", b"quiet", b"XPOISONX")
    assert check(out).unexamined == {"recognizer-error:Poison": 1}
    assert not check(out).is_clean


def test_any_number_of_workers_finds_the_same(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("id,note,unit\n" + "".join(f"{n},word PHI-{n},W\n" for n in range(300)))
    out = batch(source, tmp_path / "out")
    replace_in(out / "notes.csv", b"77,word [NAME]", b"77,word PHI-77")
    seen = []
    one, two = check(out), check(out, workers=2, on_progress=lambda *told: seen.append(told))
    assert one.findings == two.findings
    assert [finding.note_id for finding in one.findings] == ["77", "177", "277"]
    assert seen[-1][2] == 300


def test_the_mode_is_that_of_the_run_unless_given(out, monkeypatch):
    modes = []
    monkeypatch.setattr(
        "redactphi.etl.verify.second_redactor", lambda policy, mode: modes.append(mode) or FakeRedactor()
    )
    manifest_with(out, versions={"rules": "0", "mode": "strict"})
    for mode in (None, "balanced"):
        assert verify(out / "manifest.json", out, mode=mode).mode == modes[-1]
    assert modes == ["strict", "balanced"]
    monkeypatch.undo()
    with pytest.raises(UnknownNameError, match="mode"):
        verify(out / "manifest.json", out, mode="hard")


class Finds(FakeRedactor):
    """Finds one word, besides what its parent does."""

    def __init__(self, word):
        super().__init__()
        self.word = word

    def redact(self, document):
        done = super().redact(document)
        if self.word not in document.text:
            return done
        start = document.text.index(self.word)
        return replace(done, spans=(Span(start, start + len(self.word), "NAME", 1.0, "fake/word"),))


def left(text, *spans):
    note = SafeNote("1", "note", text)
    found = residue(note, [Span(*span, "NAME", 0.5, "x/y") for span in spans])
    return [text[finding.start : finding.end] for finding in found]


def test_placeholders_are_what_policies_write():
    written = "[NAME] [DATE 2024] [DATE 2020-2021] [ZIP 627] [AGE 90+] [NAME~Q7K2MQ7K2MQ7K2MQ7K2MQ7K2M2] [ID_OTHER]"
    assert [written[slice(*span)] for span in placeholders(written)] == re.findall(r"\[.*?\]", written)
    assert (
        placeholders("[NAME Ruiz] [ZIP 62704] [AGE 91] [DATE 03/14] [name] [SURGEON] [NAME~] [NAME~RUIZ] [DATE 2024")
        == []
    )
    assert outside(0, 10, [(2, 4), (6, 12)]) == [(0, 2), (4, 6)]
    assert outside(3, 9, [(2, 4), (8, 12), (20, 22)]) == [(4, 8)]
    assert outside(3, 4, [(2, 5)]) == []


def test_placeholders_are_no_findings_and_what_stands_beside_them_is():
    text = "Seen by [PROVIDER] Ruiz, [ZIP 627]04."
    assert left(text, (8, 18)) == []
    assert left(text, (8, 23), (25, 36)) == ["Ruiz", "04"]
    assert left(text, (9, 17)) == []
    assert left(text, (17, 19)) == []


def test_titles_states_and_credentials_beside_a_placeholder_may_stay():
    text = "Dr. [PROVIDER], MD saw Mr [NAME] of [LOCATION], Georgia"
    spans = [(0, 2), (16, 18), (23, 25), (48, 55)]
    assert left(text, *spans) == []
    assert left("Dr. Georgia MD", (4, 11)) == ["Georgia"]
    assert left("[NAME] Georgia", (7, 14)) == ["Georgia"]
    assert left("[LOCATION], Savannah", (12, 20)) == ["Savannah"]


def policy_with(**operators):
    table = {str(label): OperatorSpec(operators.get(label, "tag")) for label in PhiLabel}
    return Policy("mine", 1, "", (), table, dict.fromkeys(table, 0.3))


def test_labels_a_second_pass_can_say_nothing_of():
    assert not_checkable(policy_with(DATE="year", ZIP="zip3", AGE="age90")) == {}
    assert not_checkable(policy_with(DATE="shift", AGE="keep", NAME="surrogate")) == {
        "AGE": "kept by the policy",
        "DATE": "shifted dates",
        "NAME": "surrogates",
        "PROVIDER": "surrogates of NAME look alike",
    }
    assert not_checkable(policy_with(LOCATION="surrogate"))["ZIP"] == "surrogates of LOCATION look alike"


def test_the_second_policy_needs_no_key_and_leaves_out_what_cannot_be_checked(redactor):
    from redactphi import Redactor

    made = policy_with(DATE="shift", NAME="surrogate", AGE="age90", EMAIL="keep")
    policy = second_policy(made)
    assert {label for label in policy.operators if policy.keeps(label)} == {"EMAIL"}
    text = "Patient: Maria Lopez, seen 03/14/2024, MRN 00482913."
    spans = Redactor(policy).detect(text)
    assert [span.label for span in spans] == ["NAME", "DATE", "MRN"]
    found = residue(SafeNote("1", "note", text), spans, not_checkable(made))
    assert [finding.label for finding in found] == ["MRN"]


def test_terms_of_a_policy_come_from_its_file_alone(redactor, tmp_path):
    path, other = tmp_path / "mine.toml", tmp_path / "other.toml"
    for file, term in ((path, "Quillfeather"), (other, "Larkspur")):
        head = f'name = "mine"\nextends = "safe_harbor"\n[[allow]]\ntexts = ["{term}"]\n'
        file.write_text(head)
    source = tmp_path / "in.csv"
    source.write_text("note\nSeen by Dr. Quillfeather and by Dr. Ola Nwosu.\n")
    out = tmp_path / "out"
    run_batch(BatchOptions(source=source, columns=ColumnChoice(text=("note",)), out=out, policy=str(path)))
    assert "Quillfeather" not in (out / "manifest.json").read_text()
    done = verify(out / "manifest.json", out)
    assert done.is_intact
    assert done.by_label == {"PROVIDER": 1}
    assert done.warnings == ["the policy has terms of its own that the manifest does not hold: give its file"]
    assert done.choices == ("terms of the policy's own that are never redacted: 1",)
    done = verify(out / "manifest.json", out, policy_file=path)
    assert (done.is_clean, done.warnings) == (True, [])
    with pytest.raises(UsageError, match=r"other\.toml is not the policy that made the output"):
        verify(out / "manifest.json", out, policy_file=other)


@pytest.mark.parametrize("policy", ["surrogate_shifted", "limited_data_set"])
def test_what_a_policy_writes_or_keeps_is_no_finding(redactor, root, tmp_path, monkeypatch, policy):
    monkeypatch.setenv("REDACTPHI_KEY", "0123456789abcdef" * 4)
    columns = ColumnChoice(text=("note_text",), id="note_id", patient=(("id", "mrn"),), keep_rest=True)
    out = tmp_path / "out"
    run_batch(BatchOptions(source=root / "fixtures/notes.csv", columns=columns, out=out, policy=policy))
    done = verify(out / "manifest.json", out)
    assert done.is_clean
    assert done.not_checkable["DATE"] in {"shifted dates", "kept by the policy"}


def test_placeholders_keep_the_eyes_of_a_second_pass_open(redactor):
    from redactphi.evidence import weighed

    guess = [Span(3, 8, "NAME", 0.45, "model/x")]
    filler = " word" * 100
    assert weighed(filler, guess) == []
    assert weighed(f"[NAME] seen [DATE 2024] {filler}", guess) == guess


def test_a_redacted_note_is_clean_and_a_leak_in_it_is_not(redactor, root, tmp_path):
    facts = {"name": "patient_name", "birth_date": "birth_date", "mrn": "mrn", "phones": "phone", "address": "address"}
    columns = ColumnChoice(
        text=("note_text",), id="note_id", patient=tuple(facts.items()), keep=("note_type",), drop=("service_date",)
    )
    out = tmp_path / "out"
    run_batch(BatchOptions(source=root / "fixtures/notes.csv", columns=columns, out=out))
    assert verify(out / "manifest.json", out).is_clean
    replace_in(out / "notes.csv", b"Dr. [PROVIDER].", b"Dr. Ola Quillfeather.")
    done = verify(out / "manifest.json", out)
    assert done.files.changed == ("notes.csv",)
    assert done.by_label["PROVIDER"] >= 1
