"""The packed procedure lexicon: the same as its sources make, and not used once they have changed."""

import json

import pytest

from detect_icd.matchers import procedures_compiled
from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_index import _PHRASES, Index, pack_lexicon
from detect_icd.matchers.procedures_lexicon import Procedure, procedures, read_all
from detect_icd.sections import find_sections

TEXTS = (
    "PROCEDURE: Laparoscopic cholecystectomy with cholangiogram; left inguinal hernia repair with mesh.",
    "A Veress needle was placed. The critical view was seen, duct and artery were clipped and cut, and the gallbladder came out in a bag.",
    "Right trigger finger release, ring and small fingers. Toradol 60 mg IM. AVF in the left arm, lead aVF.",
)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    pack_lexicon(folder)
    files = (folder / name for name in (procedures_compiled.FILE, procedures_compiled.ENTRIES))
    return {key: value for file in files for key, value in json.loads(file.read_text(encoding="utf-8")).items()}


def test_entries_come_back_whole(content):
    assert tuple(Procedure.from_packed(raw) for raw in content["procedures"]) == read_all() == procedures()


def test_an_index_comes_back_whole(content):
    made = Index(read_all())
    back = Index(read_all(), content)
    assert len(back.entries) == len(made.entries)
    for one, other in zip(back.entries, made.entries, strict=True):
        assert all(getattr(one, name) == getattr(other, name) for name in _PHRASES), one.procedure.code
    for text in TEXTS:
        assert back.vocabulary.scan(text) == made.vocabulary.scan(text)
        sections = find_sections(text)
        assert ProcedureMatcher(back).read(text, sections) == ProcedureMatcher(made).read(text, sections)


def test_what_was_made_from_other_sources_is_not_used(content, tmp_path, monkeypatch):
    (tmp_path / "compiled").mkdir()
    path = tmp_path / "compiled" / procedures_compiled.FILE
    monkeypatch.setattr(procedures_compiled, "data", lambda _: tmp_path)
    monkeypatch.setattr(procedures_compiled, "fingerprint", lambda: content["fingerprint"])
    assert procedures_compiled.packed(procedures_compiled.FILE) is None
    path.write_text(json.dumps(content), encoding="utf-8")
    assert procedures_compiled.packed(procedures_compiled.FILE) == content
    monkeypatch.setattr(procedures_compiled, "fingerprint", lambda: "another")
    assert procedures_compiled.packed(procedures_compiled.FILE) is None


def test_a_changed_source_changes_what_it_is_known_by(tmp_path, monkeypatch):
    (tmp_path / "procedures").mkdir()
    (tmp_path / "accounts").mkdir()
    (tmp_path / "procedure_words.toml").write_text("[same]\n", encoding="utf-8")
    field = tmp_path / "procedures" / "field.toml"
    field.write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(procedures_compiled, "data", lambda _: tmp_path)
    before = procedures_compiled.fingerprint()
    assert procedures_compiled.fingerprint() == before
    field.write_text("x = 2\n", encoding="utf-8")
    changed = procedures_compiled.fingerprint()
    assert changed != before
    (tmp_path / "accounts" / "field.tsv").write_text("44970\tx\n", encoding="utf-8")
    assert procedures_compiled.fingerprint() != changed
