"""The readers, on files of a few lines; and on the official ones where the build's source is installed."""

import importlib.metadata
from pathlib import Path

import pytest

from detect_icd.importers import build
from detect_icd.importers.changes import Change, apply_changes, read_changes
from detect_icd.importers.records import base
from detect_icd.importers.tabular import read_codes, read_release
from redactphi.errors import DataError

TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
  <version>2026</version>
  <chapter>
    <name>19</name><desc>Injuries (S00-T88)</desc>
    <excludes2><note>birth trauma (P10-P15)</note></excludes2>
    <section id="S80-S89">
      <desc>Injuries to the knee (S80-S89)</desc>
      <diag>
        <name>S82</name><desc>Fracture of lower leg</desc>
        <includes><note>fracture of  malleolus</note></includes>
        <useAdditionalCode><note>code one</note></useAdditionalCode>
        <useAdditionalCode><note>code two</note></useAdditionalCode>
        <sevenChrNote><note>add a 7th character</note></sevenChrNote>
        <sevenChrDef>
          <extension char="A">initial, closed</extension>
          <extension char="B">initial, open</extension>
          <note>initial, open NOS</note>
        </sevenChrDef>
        <diag><name>S82.0</name><desc>Fracture of patella</desc></diag>
        <diag>
          <name>S82.1</name><desc>Fracture of tibia</desc>
          <sevenChrDef><extension char="D">later</extension></sevenChrDef>
        </diag>
      </diag>
    </section>
    <section id="T07">
      <desc>Injuries of many regions (T07)</desc>
      <diag><name>T07</name><desc>Unspecified multiple injuries</desc></diag>
    </section>
  </chapter>
</ICD10CM.tabular>
"""
LIST = "19\nS80-S89\nS82\nS82.0\nS82.0XXA\nS82.0XXB some title\nS82.1\nS82.1XXD\nT07\nT07\n"


@pytest.fixture
def records(tmp_path):
    return read(tmp_path, TABULAR, LIST)


def read(folder: Path, tabular: str, codes: str):
    (folder / "tabular.xml").write_text(tabular, encoding="utf-8")
    (folder / "list.txt").write_text(codes, encoding="utf-8")
    return read_release(folder / "tabular.xml", folder / "list.txt")


def billable(records):
    return sorted(key for key, record in records.items() if record.billable)


@pytest.mark.parametrize(
    ("key", "above"),
    [("S82001A", "S82001"), ("W19XXXA", "W19"), ("H540X33", "H540X3"), ("H540X", "H540"), ("M868X1", "M868X")],
)
def test_base(key, above):
    assert base(key) == above


def test_the_list_completes_the_tabular_list(records):
    assert billable(records) == ["S820XXA", "S820XXB", "S821XXD", "T07"]
    assert records["S820XXB"].title == "Fracture of patella, initial, open"
    assert records["S820XXB"].parent == "S820"


def test_seventh_characters_come_from_the_nearest_line_above(records):
    assert records["S820"].seventh == {"A": "initial, closed", "B": "initial, open; initial, open NOS"}
    assert records["S821"].seventh == {"D": "later"}
    assert records["S820XXA"].seventh == {}


def test_a_base_keeps_the_seventh_characters_the_list_has(tmp_path):
    records = read(tmp_path, TABULAR, LIST.replace("S82.0XXA\n", ""))
    assert records["S820"].seventh.keys() == {"B"}


def test_notes_titles_and_places(records):
    assert records["S82"].notes == {
        "includes": ("fracture of malleolus",),
        "use_additional": ("code one", "code two"),
        "notes": ("add a 7th character",),
    }
    assert (records["19"].title, records["19"].notes) == ("Injuries", {"excludes2": ("birth trauma (P10-P15)",)})
    assert records["S80-S89"].title == "Injuries to the knee"
    assert (records["S820"].chapter, records["S820"].block) == ("19", "S80-S89")
    assert (records["T07-T07"].kind, records["T07"].kind, records["T07"].parent) == ("block", "category", "T07-T07")


def test_a_listed_code_must_be_explained(tmp_path):
    for line in ("S82.0XXC", "S82.9", "T07.XXXA"):
        with pytest.raises(DataError, match=line.replace(".", r"\.")):
            read(tmp_path, TABULAR, LIST + line)


def test_what_is_no_tabular_list_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"tabular\.xml"):
        read(tmp_path, "code;title", LIST)


def test_codes_are_the_lines_that_are_codes(tmp_path):
    (tmp_path / "list.txt").write_text("19\nA00-A09\n\nA00.1 Cholera\nb20\n")
    assert read_codes(tmp_path / "list.txt") == ["A001", "B20"]


def test_a_deleted_code_leaves_and_takes_empty_headings_along(records):
    after = apply_changes(records, [Change("delete", "S821XXD", "")])
    assert billable(after) == ["S820XXA", "S820XXB", "T07"]
    assert "S821" not in after
    assert "S82" in after


def test_a_code_that_new_codes_stand_under_stays_as_their_heading(records):
    changes = [Change("delete", "T07", ""), Change("add", "T071", "One"), Change("add", "T072", "Two")]
    after = apply_changes(records, changes)
    assert not after["T07"].billable
    assert after["T07"].title == "Unspecified multiple injuries"
    assert (after["T071"].parent, after["T071"].block, after["T071"].billable) == ("T07", "T07-T07", True)


def test_new_codes_need_something_above_them(records):
    added = Change("add", "S8281XA", "New, initial, closed")
    with pytest.raises(DataError, match=r"S82\.81XA is new"):
        apply_changes(records, [added])
    headings = [Change("heading", "S8281", "New"), Change("heading", "S828", "Others")]
    after = apply_changes(records, [added, *headings])
    assert after["S8281XA"].billable
    assert not after["S8281"].billable
    assert after["S8281"].seventh.keys() == {"A"}


def test_a_new_category_joins_the_block_before_it(records):
    after = apply_changes(records, [Change("add", "S8A", "One"), Change("add", "T08", "Two")])
    assert (after["S8A"].parent, after["S8A"].block, after["S8A"].kind) == ("S80-S89", "S80-S89", "category")
    assert (after["T08"].parent, after["T08"].block) == ("19", "")


@pytest.mark.parametrize(
    ("change", "key", "state"),
    [("add", "S820", "already there"), ("delete", "S829", "not there"), ("revise", "S829", "not there")],
)
def test_a_change_that_does_not_fit_is_an_error(records, change, key, state):
    with pytest.raises(DataError, match=state):
        apply_changes(records, [Change(change, key, "x")])


def test_a_table_of_changes_names_its_columns_and_changes(tmp_path):
    path = tmp_path / "changes.tsv"
    path.write_text("# why\nchange\tcode\ttitle\nadd\tK6A.01\tPrevesical abscess\ndelete\tI42.0\t\n")
    assert read_changes(path) == [Change("add", "K6A01", "Prevesical abscess"), Change("delete", "I420", "")]
    path.write_text("change\tcode\ttitle\nmove\tK62.3\t\n")
    with pytest.raises(DataError, match="add, delete, revise, heading"):
        read_changes(path)
    path.write_text("code\ttitle\nK62.3\tx\n")
    with pytest.raises(DataError, match="change, code, title"):
        read_changes(path)


def test_the_changes_of_fy2027():
    changes = read_changes(build.DATA / "icd10cm" / "fy2027_changes.tsv")
    counts = {kind: sum(change.change == kind for change in changes) for kind in ("add", "delete", "revise")}
    assert counts == {"add": 190, "delete": 30, "revise": 4}
    assert len({change.key for change in changes}) == len(changes)


def test_the_changes_are_those_of_the_published_addenda(shared):
    published = (shared / "icd" / "fy2027_addenda.tsv").read_text(encoding="utf-8").splitlines()
    ours = read_changes(build.DATA / "icd10cm" / "fy2027_changes.tsv")
    rows = [tuple(line.split("\t")) for line in published]
    assert [(change.change, change.key, change.title) for change in ours if change.change != "heading"] == rows


@pytest.fixture(scope="module")
def embedded():
    try:
        importlib.metadata.distribution(build.SOURCE)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{build.SOURCE}, a requirement of the build only, is not installed")
    return build.releases()


def test_the_embedded_releases(embedded):
    assert [(r.name, sum(x.billable for x in r.records.values())) for r in embedded] == [
        ("FY2026", 74_719),
        ("FY2027", 74_879),
    ]


def test_every_code_stands_under_each_of_its_prefixes(embedded):
    for release in embedded:
        for key, record in release.records.items():
            if record.kind == "code":
                assert record.parent == base(key)
                assert record.parent in release.records


def test_the_compiled_file_is_the_one_the_sources_give(embedded, tmp_path):
    build.write(embedded, tmp_path / "book.sqlite")
    assert (tmp_path / "book.sqlite").read_bytes() == build.TARGET.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["book.sqlite"]


def test_a_missing_source_is_named(monkeypatch):
    monkeypatch.setattr(build, "SOURCE", "no-such-distribution")
    with pytest.raises(DataError, match="no-such-distribution is not installed"):
        build.source_files()
