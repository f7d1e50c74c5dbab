"""What was imported is used, where it is; what is stale or damaged is not, and says so in one line."""

import json
import pickle
import sqlite3

import pytest

from detect_icd import CodeDetector, cli, lookup, search
from detect_icd.codebook import releases
from detect_icd.detector import detector
from detect_icd.importing import refresh
from detect_icd.local_data import home as home_folder
from detect_icd.local_data import imported
from detect_icd.matchers.index import alphabetic_index_used, is_stale, phrase_index
from redactphi.errors import DataError, UnknownNameError
from tests.detect_icd import official_files as made

FERNWALD = frozenset({"fernwald", "disease"})


def execute(path, statement):
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def reported(text, **options):
    return [candidate.coding.code for candidate in CodeDetector(**options).detect(text).reported]


def phrases():
    return dict(phrase_index().phrases())


# Where it is kept


def test_the_variable_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DETECT_ICD_DATA", str(tmp_path))
    assert home_folder() == tmp_path
    monkeypatch.setenv("DETECT_ICD_DATA", "")
    assert home_folder() is None
    assert imported() == ()
    monkeypatch.delenv("DETECT_ICD_DATA")
    assert home_folder().name == "detect-icd"


def test_tests_use_nothing_that_was_imported_on_this_machine():
    assert imported() == ()
    assert [release.name for release in releases()] == ["FY2026", "FY2027"]


def test_a_folder_that_is_not_there_is_empty(home):
    assert imported() == ()
    assert len(phrase_index()) > 1000


def test_other_files_in_the_folder_are_left_alone(import_files, home):
    found = import_files(made.index_files())
    made.write_folder(
        home, {"notes.txt": "x", ".partial-abc": b"\x00", "other.sqlite": "x", "icd10cm-backup.sqlite": "x"}
    )
    assert imported() == (found,)


# With and without


def test_a_code_of_the_imported_release_is_looked_up_searched_and_detected(next_year, monkeypatch):
    note = "Assessment: Fernwald proctopathy."
    with pytest.raises(UnknownNameError):
        lookup("K62.A")
    assert "K62.A" not in reported(note)
    monkeypatch.setenv("DETECT_ICD_DATA", str(next_year))
    assert lookup("K62.A").title == "Fernwald proctopathy"
    assert search("Fernwald proctopathy")[0].entry.code == "K62.A"
    assert reported(note, release="FY2028") == ["K62.A"]
    assert reported(note, service_date="2028-01-01") == ["K62.A"]
    assert "K62.A" not in reported(note, service_date="2027-01-01")
    detection = CodeDetector().detect("Fernwald disease. Essential hypertension.")
    assert detection.reported[0].rules[0] == "dictionary/index"
    monkeypatch.setenv("DETECT_ICD_DATA", "")
    assert "K62.A" not in reported(note)


def test_with_an_import_what_was_found_without_it_is_still_found(next_year, monkeypatch):
    note = "Type 2 diabetes with diabetic CKD stage 3a. HTN. Right inguinal hernia."
    without = reported(note, release="FY2027")
    monkeypatch.setenv("DETECT_ICD_DATA", str(next_year))
    assert reported(note, release="FY2027") == without


def test_a_detector_with_an_imported_release_is_pickled(next_year, monkeypatch):
    monkeypatch.setenv("DETECT_ICD_DATA", str(next_year))
    packed = pickle.dumps(CodeDetector(release="FY2028"))
    assert reported("Fernwald proctopathy") == ["K62.A"]
    assert pickle.loads(packed).detect("Fernwald proctopathy").reported[0].coding.code == "K62.A"
    monkeypatch.setenv("DETECT_ICD_DATA", "")
    with pytest.raises(UnknownNameError, match="FY2026, FY2027"):
        pickle.loads(packed)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Abderhalden-Kaufmann-Lignac syndrome", "E72.04"),
        ("Hanot's cirrhosis", "K74.3"),
        ("crushed by crocodile", "W58.13XA"),
        ("benign neoplasm of the Bartholin's gland", "D28.0"),
    ],
)
def test_wordings_only_the_alphabetic_index_has(published_index, monkeypatch, text, code):
    def codes():
        return {candidate.coding.code[: len(code)] for candidate in CodeDetector().detect(text).candidates}

    without = codes()
    monkeypatch.setenv("DETECT_ICD_DATA", str(published_index))
    assert code in codes() - without


@pytest.mark.shared
def test_the_published_index_widens_the_phrases(published_index, monkeypatch):
    packaged = len(phrase_index())
    monkeypatch.setenv("DETECT_ICD_DATA", str(published_index))
    assert len(phrase_index()) > packaged + 20_000
    assert {source.kind: source.rows > 1000 for source in imported()[0].sources} == {
        "index": True,
        "external": True,
        "drug": True,
        "neoplasm": True,
    }


# Which of several is looked into


def test_the_newest_index_is_the_one_that_is_used(import_files):
    older = import_files({**made.release_files(), **made.index_files()})
    other = made.index("<mainTerm><title>Fernwald sickness</title><code>K62.A</code></mainTerm>", 2029)
    newer = import_files({**made.release_files(2029), "i.xml": other})
    assert alphabetic_index_used() == newer
    assert frozenset({"fernwald", "sickness"}) in phrases()
    assert FERNWALD not in phrases()
    newer.path.unlink()
    assert alphabetic_index_used() == older
    assert phrases()[FERNWALD] == "K62.A"


def test_a_newer_release_without_an_index_does_not_hide_the_older_index(import_files):
    with_index = import_files({**made.release_files(), **made.index_files()})
    import_files(made.release_files(2029, (*made.NEW, ("K62.B", "Talberg proctopathy"))))
    assert alphabetic_index_used() == with_index
    assert phrases()[FERNWALD] == "K62.A"
    assert phrases()[frozenset({"talberg", "proctopathy"})] == "K62.B"
    refresh()
    assert phrases()[FERNWALD] == "K62.A"


def test_an_older_release_imported_later_is_detected_too(import_files):
    import_files({**made.release_files(), **made.index_files()})
    import_files(made.release_files(2024, (("K62.B", "Talberg proctopathy"),)))
    assert phrases()[frozenset({"talberg", "proctopathy"})] == "K62.B"
    assert phrases()[FERNWALD] == "K62.A"


def test_an_older_index_imported_later_is_looked_into(import_files):
    import_files(made.release_files(2028))
    with_index = import_files(made.index_files(), release="FY2027")
    assert alphabetic_index_used() == with_index
    assert phrases()[FERNWALD] == "K62.A"


def test_what_was_compiled_anew_is_read_anew(import_files):
    before = import_files({**made.release_files(), **made.index_files()})
    talberg = frozenset({"talberg", "proctopathy"})
    assert talberg not in phrases()
    shared = detector()
    import_files(made.release_files(2024, (("K62.B", "Talberg proctopathy"),)))
    after = imported()[-1]
    assert (after.release, after.sources) == (before.release, before.sources)
    assert after != before
    assert phrases()[talberg] == "K62.B"
    assert detector() is not shared


# After an update


def test_phrases_of_other_word_tables_are_not_used_until_refreshed(import_files, capsys):
    found = import_files({**made.release_files(), **made.index_files()})
    assert FERNWALD in phrases()
    execute(found.path, "UPDATE fact SET value = 'of an older version' WHERE key = 'fingerprint'")
    (stale,) = imported()
    assert is_stale(stale)
    assert alphabetic_index_used() is None
    assert FERNWALD not in phrases()
    assert lookup("K62.A", release="FY2028").billable
    assert cli.run(["data", "status"]) == 0
    assert "no: run `detect-icd data refresh`" in capsys.readouterr().out
    assert cli.run(["data", "refresh"]) == 0
    assert capsys.readouterr().out == "FY2028: compiled\n"
    assert FERNWALD in phrases()


def test_there_may_be_nothing_to_refresh(home, capsys):
    assert cli.run(["data", "refresh"]) == 0
    assert capsys.readouterr().out == "imported: nothing\n"


# Damaged


def empty(path):
    path.write_bytes(b"")


def no_database(path):
    path.write_text("<html>Not found</html>" * 100, encoding="utf-8")


def another_database(path):
    path.unlink()
    execute(path, "CREATE TABLE fact (key TEXT, value TEXT)")


def other_columns(path):
    path.unlink()
    execute(path, "CREATE TABLE fact (key TEXT)")


def a_folder(path):
    path.unlink()
    path.mkdir()


def cut_off(path):
    path.write_bytes(path.read_bytes()[:3000])


DAMAGE = [empty, no_database, another_database, other_columns, a_folder, cut_off]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("command", [["detect", "HTN"], ["lookup", "I10"], ["data", "status"], ["data", "refresh"]])
def test_a_damaged_import_is_one_line_that_says_what_to_do(import_files, capsys, damage, command):
    found = import_files(made.index_files())
    damage(found.path)
    assert cli.run(command) == 1
    error = capsys.readouterr().err
    assert error == "detect-icd: icd10cm-FY2028.sqlite is not what an import makes; delete it and import again\n"


@pytest.mark.parametrize("content", ["x''", "x'504b0304'", "x'00'", "CAST('no zip' AS BLOB)"])
def test_damaged_phrases_are_one_line(import_files, capsys, content):
    found = import_files(made.index_files())
    execute(found.path, f"UPDATE compiled SET data = {content}")
    assert cli.run(["detect", "HTN"]) == 1
    error = capsys.readouterr().err
    assert error == "detect-icd: icd10cm-FY2028.sqlite is damaged; delete it and import again\n"


def test_the_error_is_a_data_error_and_deleting_mends_it(import_files):
    found = import_files(made.index_files())
    no_database(found.path)
    with pytest.raises(DataError, match="delete it and import again"):
        lookup("I10")
    found.path.unlink()
    assert lookup("I10").billable


# What `data status` says


def test_the_status_of_nothing(home, capsys):
    assert cli.run(["data", "status", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["imported"] == []
    assert facts["folder"] == str(home)
    assert facts["phrases"] == len(phrase_index())
    assert [release["billable"] for release in facts["releases"]] == [74_719, 74_879]
    assert cli.run(["data", "status"]) == 0
    assert "detect-icd import icd10cm ZIP_OR_FOLDER" in capsys.readouterr().out


def test_the_status_says_which_index_is_used(import_files, capsys):
    import_files({**made.release_files(), **made.index_files()})
    import_files({**made.release_files(2029), **made.index_files()}, release="FY2029")
    assert cli.run(["data", "status"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    used = {(row[0], row[1]): row[5] for row in rows if len(row) == 6}
    assert used["FY2028", "tabular"] == used["FY2029", "tabular"] == "yes"
    assert used["FY2028", "index"] == "no: FY2029 is newer"
    assert used["FY2029", "index"] == used["FY2029", "drug"] == "yes"
    assert ["FY2029", "2028-10-01 to 2029-09-30", "4"] in rows
    assert cli.run(["data", "status", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [(found["release"], found["stale"]) for found in facts["imported"]] == [("FY2028", False), ("FY2029", False)]
    assert {*facts["imported"][0]} == {"release", "path", "made", "fingerprint", "sources", "stale"}


def test_with_the_variable_empty_the_status_says_so(import_files, capsys, monkeypatch):
    import_files(made.index_files())
    monkeypatch.setenv("DETECT_ICD_DATA", "")
    assert cli.run(["data", "status"]) == 0
    assert "none (nothing imported is used)" in capsys.readouterr().out


def test_what_is_imported_later_is_looked_into_by_the_next_call(import_files):
    before = detector()
    import_files(made.index_files())
    assert detector() is not before
    assert detector() is detector()
