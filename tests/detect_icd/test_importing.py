"""The year's official files: recognised by content, read whole or not at all, kept a file a release."""

import hashlib
import sqlite3
import zipfile
from dataclasses import replace

import pytest

from detect_icd import importing
from detect_icd.codebook import CodeBook, for_service_date, lookup, open_book, releases
from detect_icd.importers.official import official_files
from detect_icd.importing import import_icd10cm, refresh
from detect_icd.local_data import imported, lines
from detect_icd.matchers.compiling import compile_index
from redactphi.errors import DataError, UsageError
from tests.detect_icd import official_files as made


def kinds(*sources):
    return sorted(official_files(sources))


def stored(found):
    return [(line.kind, " > ".join(line.path), line.code, line.see, line.column) for line in lines(found)]


def state(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


# What is recognised


def test_all_kinds_are_told_by_their_content_whatever_they_are_called(tmp_path):
    files = {**made.release_files(), **made.index_files()}
    renamed = {f"file{n}.{name[-3:]}": content for n, (name, content) in enumerate(files.items())}
    others = {"readme.txt": "Read me first.\n", "icd10cm.xsd": "<schema/>", "guide.pdf": b"%PDF", "other.xml": "<a/>"}
    folder = made.write_folder(tmp_path / "in", {**renamed, **others})
    assert kinds(folder) == ["codes", "drug", "external", "index", "neoplasm", "tabular"]


def test_zips_zips_in_folders_and_folders_in_zips(tmp_path):
    files = made.index_files()
    alone = made.write_zip(tmp_path / "alone.zip", {f"2028/deep/{name}": text for name, text in files.items()})
    assert kinds(alone) == ["drug", "external", "index", "neoplasm"]
    made.write_zip(tmp_path / "in" / "sub" / "a.ZIP", made.release_files())
    made.write_folder(tmp_path / "in", {"icd10cm_index.XML": files["icd10cm_index_2028.xml"]})
    assert kinds(tmp_path / "in") == ["codes", "index", "tabular"]
    assert kinds(tmp_path / "in", alone) == ["codes", "drug", "external", "index", "neoplasm", "tabular"]


def test_the_same_file_twice_is_one(tmp_path):
    files = made.index_files()
    zipped = made.write_zip(tmp_path / "in" / "all.zip", files)
    made.write_folder(tmp_path / "in", files)
    assert kinds(zipped.parent) == ["drug", "external", "index", "neoplasm"]


def test_the_zip_of_code_descriptions_has_order_file_code_list_and_addenda(tmp_path):
    files = {
        "icd10cm_codes_2028.txt": made.code_list(made.NEW),
        "icd10cm_codes_addenda_2028.txt": made.addenda(),
        "icd10cm_order_2028.txt": made.order(made.NEW),
        "icd10cm_order_addenda_2028.txt": made.addenda(),
    }
    found = official_files([made.write_zip(tmp_path / "2028-code-descriptions.zip", files)])
    assert set(found["codes"].codes) == {"K623", "K62A", "S820XXA", "S820XXB"}
    assert found["codes"].year == "2028"


def test_what_macos_leaves_beside_a_file_is_passed_over(tmp_path):
    files = {**made.index_files(), "__MACOSX/._icd10cm_index_2028.xml": b"\x00\x05\x16\x07"}
    assert kinds(made.write_zip(tmp_path / "mac.zip", files)) == ["drug", "external", "index", "neoplasm"]
    assert kinds(made.write_folder(tmp_path / "mac", files)) == ["drug", "external", "index", "neoplasm"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_order_file_in_any_of_its_encodings(tmp_path, encoding, end):
    text = made.order((("K62.A", "M\u00e9ni\u00e8re proctopathy"),)).replace("\n", end)
    folder = made.write_folder(tmp_path / "in", {"order.txt": text.encode(encoding)})
    assert official_files([folder])["codes"].codes == ("K623", "K62A", "S820XXA", "S820XXB")


def truncated_zip(folder):
    whole = made.write_zip(folder / "icd10cm.zip", made.index_files())
    whole.write_bytes(whole.read_bytes()[:-40])
    return whole


def damaged_zip(folder):
    whole = made.write_zip(folder / "icd10cm.zip", made.index_files())
    content = bytearray(whole.read_bytes())
    content[60:90] = bytes(30)
    whole.write_bytes(bytes(content))
    return whole


def not_a_zip(folder):
    return made.write_folder(folder, {"icd10cm.zip": "<html>Not found</html>"}) / "icd10cm.zip"


@pytest.mark.parametrize("damage", [truncated_zip, damaged_zip, not_a_zip])
def test_a_damaged_zip_is_named(tmp_path, damage):
    source = damage(tmp_path / "in")
    for given in (source, source.parent):
        with pytest.raises(DataError, match=r"^icd10cm\.zip: the zip is damaged or cut off$"):
            official_files([given])


def test_a_file_that_is_too_large_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("detect_icd.importers.given._LARGEST", 100)
    with pytest.raises(DataError, match="larger than any official file"):
        official_files([made.write_zip(tmp_path / "a.zip", made.index_files())])


INDEX = made.index(made.PROLAPSE)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no ICD-10-CM file found; expected"),
        ({"notes.txt": "Seen today.\n", "a.xml": "<a/>"}, "no ICD-10-CM file found; expected"),
        ({"cut.xml": INDEX[:200]}, r"cut\.xml: not well-formed XML .* cut off"),
        (
            {"a.xml": INDEX, "b.xml": made.index("<mainTerm><title>Pain</title><code>R52</code></mainTerm>")},
            r"two files of the kind index: a\.xml and b\.xml",
        ),
        (
            {"order.txt": made.order(), "order27.txt": made.order((("K62.4", "Stenosis of anus"),))},
            "two files of the kind codes",
        ),
        (
            {"x.xml": "<ICD10CM.index><title>INDEX of procedures</title></ICD10CM.index>"},
            r"^x\.xml: no ICD-10-CM index",
        ),
        (
            {"order.txt": "\n" + made.order() + "00006 S82   maybe Fracture\n"},
            r"^order\.txt line 7: not a line of an order",
        ),
        ({"order.txt": made.order().replace("00003 S82 ", "0003 S82 ")}, r"order\.txt line 3: "),
    ],
)
def test_what_is_wrong_with_the_files_is_said(tmp_path, files, message):
    with pytest.raises(DataError, match=message):
        official_files([made.write_folder(tmp_path / "in", files or {"nothing.pdf": b""})])


def test_a_source_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"^nowhere: no such zip or folder$"):
        official_files([tmp_path / "nowhere"])


# What is read


def test_the_lines_of_the_indexes(import_files):
    rows = stored(import_files(made.index_files()))
    assert ("index", "Prolapse, prolapsed > anus, anal", "K62.2", "", "") in rows
    assert ("index", "Prolapse, prolapsed > rectum NEC", "K62.3", "", "") in rows
    assert ("index", "Prolapse, prolapsed > rectum NEC > bulging", "K62", "", "") in rows
    assert ("index", "Falling, falls", "", "Prolapse", "") in rows
    assert not [row for row in rows if row[1].startswith("Displacement")]
    assert ("external", "Fall, falling > from, off > ladder", "W11", "", "") in rows
    assert [row[2:] for row in rows if row[0] == "drug"] == [
        ("T51.3X1", "", "accidental"),
        ("T51.3X2", "", "self-harm"),
        ("T51.3X3", "", "assault"),
        ("T51.3X4", "", "undetermined"),
    ]
    assert ("neoplasm", "Neoplasm, neoplastic > abdomen, abdominal", "C79.8", "", "secondary") in rows
    assert [row[4] for row in rows if row[1].endswith("abdominal")] == [
        "malignant",
        "secondary",
        "in situ",
        "benign",
        "uncertain",
    ]


def test_the_sources_are_described(import_files):
    files = made.index_files()
    found = import_files(files)
    assert found.kinds == {"index", "external", "drug", "neoplasm"}
    assert found.release == "FY2028"
    by_kind = {source.kind: source for source in found.sources}
    assert by_kind["index"].rows == 5
    assert by_kind["index"].name == "icd10cm_index_2028.xml"
    assert by_kind["index"].version == "2028"
    assert by_kind["index"].sha256 == hashlib.sha256(files["icd10cm_index_2028.xml"].encode()).hexdigest()


def test_the_lines_of_each_file_are_counted(import_files):
    found = import_files({**made.release_files(), **made.index_files()})
    assert {source.kind: source.rows for source in found.sources} == {
        "tabular": 9,
        "codes": 6,
        "index": 5,
        "external": 2,
        "drug": 4,
        "neoplasm": 11,
    }
    by_list = import_files({"t.xml": made.tabular(2028, made.NEW), "codes_2028.txt": made.code_list(made.NEW)})
    assert {source.kind: source.rows for source in by_list.sources} == {"tabular": 9, "codes": 4}


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("", r"a\.xml: the index has no main terms"),
        ("<mainTerm><code>I10</code></mainTerm>", r"a\.xml: a main term: a term without a title"),
        (
            '<mainTerm><title>Pain</title><term level="1"><title>chest</title><code>see below</code></term></mainTerm>',
            r"a\.xml: Pain > chest: 'see below' does not have the form of a code",
        ),
        ("<mainTerm><title>Pain</title><code>#</code></mainTerm>", r"a\.xml: Pain: '#' does not have the form"),
    ],
)
def test_a_bad_line_of_an_index_is_named_by_its_place(import_files, terms, message):
    with pytest.raises(DataError, match=message):
        import_files({"a.xml": made.index(terms)})


def test_a_cell_of_no_column_is_passed_over(import_files):
    odd = made.DRUG.replace('<cell col="2">', '<cell col="x">').replace('<cell col="3">', "<cell>")
    assert [row[4] for row in stored(import_files({"a.xml": odd}))] == ["assault", "undetermined"]


def test_a_release_of_tabular_list_and_order_file(import_files):
    import_files(made.release_files())
    book = CodeBook.open("FY2028")
    assert [entry.code for entry in book.iter_billable()] == ["K62.3", "K62.A", "S82.0XXA", "S82.0XXB"]
    assert book["K62.A"].title == "Fernwald proctopathy"
    assert book["K62.3"].inclusion_terms == ("Prolapse of mucosa of rectum",)
    assert book["S82.0"].seventh_characters["B"].endswith("; initial encounter for open fracture NOS")
    assert (book.first_day.isoformat(), book.last_day.isoformat()) == ("2027-10-01", "2028-09-30")


def test_a_code_list_does_instead_of_an_order_file(import_files):
    import_files({"t.xml": made.tabular(2028, made.NEW), "icd10cm_codes_2028.txt": made.code_list(made.NEW)})
    assert CodeBook.open("FY2028").billable_count == 4


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"icd10cm_order_2028.txt": made.order()}, r"the order file is there, but no tabular list \(XML\)"),
        ({"t.xml": made.tabular()}, "the tabular list is there, but no order file or code list"),
        (
            {"t.xml": made.tabular(), "icd10cm_order_2028.txt": made.order(made.NEW)},
            r"t\.xml, icd10cm_order_2028\.txt: the code list names K62\.A, which the tabular list does not explain",
        ),
        (
            {"t.xml": made.tabular(2028, (("K62-A", "x"),)), "icd10cm_order_2028.txt": made.order()},
            r"t\.xml.*: not the form of an? ICD-10-CM code",
        ),
        (
            {"t.xml": made.tabular().replace(' id="K55-K64"', ""), "icd10cm_order_2028.txt": made.order()},
            r"t\.xml: an element lacks its attribute 'id'",
        ),
        (
            {
                "t.xml": "<ICD10CM.tabular><version>2028</version></ICD10CM.tabular>",
                "icd10cm_order_2028.txt": made.order(),
            },
            r"t\.xml.*the tabular list has no chapters",
        ),
    ],
)
def test_a_release_that_is_not_whole_is_refused(import_files, home, files, message):
    with pytest.raises(DataError, match=message):
        import_files(files)
    assert not home.exists()


# Of which year


def test_the_year_is_what_the_files_say_or_what_is_named(import_files):
    assert import_files(made.index_files()).release == "FY2028"
    for name in ("FY2031", "fy2031", "2031"):
        assert import_files(made.index_files(), release=name).release == "FY2031"


def test_files_of_several_years_need_a_name(import_files):
    files = {**made.index_files(), "icd10cm_index_2028.xml": made.index(made.PROLAPSE, 2027)}
    with pytest.raises(UsageError, match=r"several years: .*icd10cm_index_2028\.xml \(2027\).*--release FYyyyy"):
        import_files(files)
    assert import_files(files, release="FY2028").release == "FY2028"


def test_files_of_no_year_need_a_name(import_files):
    with pytest.raises(UsageError, match="no stated year"):
        import_files({"a.xml": made.index(made.PROLAPSE, "")})


@pytest.mark.parametrize("name", ["", "FY28", "newest", "FY2028b", "2028-10-01"])
def test_a_release_that_is_no_year_is_refused(import_files, name):
    with pytest.raises(UsageError, match="written as FY2026"):
        import_files(made.index_files(), release=name)


# What is kept


def test_an_import_leaves_one_file_and_no_other(import_files, home):
    found = import_files({**made.release_files(), **made.index_files()})
    assert [path.name for path in home.iterdir()] == ["icd10cm-FY2028.sqlite"]
    assert found.path == home / "icd10cm-FY2028.sqlite"
    assert found.path.stat().st_mode & 0o777 == 0o644
    assert imported() == (found,)


def test_a_second_import_of_a_release_takes_the_place_of_the_first(import_files, home):
    import_files({**made.release_files(), **made.index_files()})
    assert lookup("K62.A", release="FY2028").title == "Fernwald proctopathy"
    again = import_files(made.release_files(codes=(("K62.A", "Fernwald proctopathy, renamed"),)))
    assert imported() == (again,)
    assert again.kinds == {"tabular", "codes"}
    assert stored(again) == []
    assert lookup("K62.A", release="FY2028").title == "Fernwald proctopathy, renamed"


def test_the_same_import_twice_is_the_same(import_files):
    first, second = (import_files({**made.release_files(), **made.index_files()}) for _ in range(2))
    assert first == replace(second, stamp=first.stamp)
    assert lookup("K62.A", release="FY2028").billable


@pytest.mark.parametrize(
    "files",
    [
        {"cut.xml": INDEX[:200]},
        {"icd10cm_order_2028.txt": made.order()},
        {"icd10cm_index_2028.xml": made.index("<mainTerm><title>x</title><code>?</code></mainTerm>")},
        {"nothing.txt": "nothing"},
    ],
)
def test_a_failed_import_leaves_what_was_there(import_files, home, files):
    import_files(made.release_files())
    before = state(home)
    with pytest.raises(DataError):
        import_files(files)
    assert state(home) == before
    assert lookup("K62.A", release="FY2028").billable


@pytest.mark.parametrize("where", ["insert", "compile_index"])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt, MemoryError])
def test_an_import_that_breaks_off_leaves_no_part_behind(import_files, home, monkeypatch, where, error):
    import_files(made.release_files())
    before = state(home)

    def fail(*arguments):
        raise error("broken off")

    monkeypatch.setattr(importing, where, fail)
    with pytest.raises(error, match="broken off"):
        import_files({**made.release_files(), **made.index_files()})
    assert state(home) == before


def test_an_import_is_not_there_if_a_newer_one_cannot_be_compiled_with_it(import_files, home, monkeypatch):
    import_files({**made.release_files(2028), **made.index_files()})
    before, calls = state(home), []

    def second_fails(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("disk full")
        compile_index(*arguments)

    monkeypatch.setattr(importing, "compile_index", second_fails)
    with pytest.raises(OSError, match="disk full"):
        import_files(made.release_files(2024))
    assert len(calls) == 2
    assert state(home) == before


def test_with_no_folder_there_is_nowhere_to_import_into(import_files, monkeypatch):
    monkeypatch.setenv("DETECT_ICD_DATA", "")
    with pytest.raises(UsageError, match="DETECT_ICD_DATA is empty"):
        import_files(made.index_files())
    with pytest.raises(UsageError, match="DETECT_ICD_DATA is empty"):
        refresh()


# Several releases


def test_releases_stand_side_by_side(import_files):
    import_files(made.release_files(2028))
    import_files(made.release_files(2024, (("K62.A", "Fernwald proctopathy, as it was"),)))
    assert [found.release for found in imported()] == ["FY2024", "FY2028"]
    assert [release.name for release in releases()] == ["FY2024", "FY2026", "FY2027", "FY2028"]
    assert lookup("K62.A", release="FY2024").title == "Fernwald proctopathy, as it was"
    assert lookup("K62.A").release == "FY2028"


def test_an_imported_release_takes_the_place_of_an_embedded_one(import_files):
    assert open_book(release="FY2026").billable_count == 74_719
    import_files(made.release_files(2026))
    assert open_book(release="FY2026").billable_count == 4
    assert lookup("K62.A", service_date="2026-09-30").release == "FY2026"
    assert open_book(release="FY2027").billable_count == 74_879


@pytest.mark.parametrize(
    ("day", "release", "is_in_force"),
    [
        ("2023-10-01", "FY2024", True),
        ("2024-09-30", "FY2024", True),
        ("2025-10-01", "FY2026", True),
        ("2027-10-01", "FY2028", True),
        ("2024-10-01", "FY2024", False),
        ("2025-09-30", "FY2026", False),
        ("2001-01-01", "FY2024", False),
        ("2040-01-01", "FY2028", False),
    ],
)
def test_the_day_of_service_decides_the_release(import_files, day, release, is_in_force):
    import_files(made.release_files(2024))
    import_files(made.release_files(2028))
    book = for_service_date(day)
    assert book.release == release
    assert bool(book.note) is not is_in_force
    assert is_in_force or f"{release} is used (at hand: FY2024, FY2026, FY2027, FY2028)" in book.note


def test_an_index_alone_brings_no_release(import_files):
    import_files(made.index_files())
    assert [release.name for release in releases()] == ["FY2026", "FY2027"]


def test_refresh_keeps_what_was_imported(import_files, home):
    found = import_files({**made.release_files(), **made.index_files()})
    before = stored(found)
    with sqlite3.connect(found.path) as connection:
        connection.execute("UPDATE fact SET value = 'another' WHERE key = 'fingerprint'")
    connection.close()
    (after,) = refresh()
    assert after == replace(found, stamp=after.stamp)
    assert stored(after) == before
    assert lookup("K62.A", release="FY2028").billable
    assert [path.name for path in home.iterdir()] == ["icd10cm-FY2028.sqlite"]


# Of the published files


@pytest.mark.shared
def test_the_published_index_is_recognised(shared):
    found = official_files([shared / "icd" / "index"])
    assert {kind: file.year for kind, file in found.items()} == {
        "index": "2025",
        "external": "2026",
        "drug": "2026",
        "neoplasm": "2026",
    }


def test_a_whole_import_through_the_door_of_the_library(home, tmp_path, quick, monkeypatch):
    archive = made.write_zip(tmp_path / "a.zip", made.index_files())
    assert zipfile.is_zipfile(archive)
    with monkeypatch.context() as patch:
        patch.setenv("DETECT_ICD_DATA", str(tmp_path / "elsewhere"))
        found = import_icd10cm(archive)
        assert found.path.parent == tmp_path / "elsewhere"
        assert imported() == (found,)
    assert imported() == ()
