import datetime
import multiprocessing
import pickle
import threading

import pytest

from detect_icd import codebook
from detect_icd.codebook import CodeBook, for_service_date, lookup, open_book, releases
from detect_icd.coding import CodeSystem, Coding
from detect_icd.store import Store
from redactphi.errors import DataError, UnknownNameError, UsageError


@pytest.fixture(scope="module")
def old() -> CodeBook:
    return CodeBook.open("FY2026")


@pytest.fixture(scope="module")
def new() -> CodeBook:
    return CodeBook.open("FY2027")


@pytest.mark.parametrize(("release", "count"), [("FY2026", 74_719), ("FY2027", 74_879)])
def test_every_billable_code_is_there_once(release, count):
    book = CodeBook.open(release)
    codes = [entry.code for entry in book.iter_billable()]
    assert len(codes) == len(set(codes)) == book.billable_count == count
    assert codes == sorted(codes, key=lambda code: code.replace(".", ""))


SPOT_CHECKS = {
    "A00.0": "Cholera due to Vibrio cholerae 01, biovar cholerae",
    "B20": "Human immunodeficiency virus [HIV] disease",
    "C20": "Malignant neoplasm of rectum",
    "C7A.026": "Malignant carcinoid tumor of the rectum",
    "E11.22": "Type 2 diabetes mellitus with diabetic chronic kidney disease",
    "E11.3211": "Type 2 diabetes mellitus with mild nonproliferative diabetic retinopathy with macular edema, right eye",
    "F99": "Mental disorder, not otherwise specified",
    "I10": "Essential (primary) hypertension",
    "I13.0": (
        "Hypertensive heart and chronic kidney disease with heart failure and stage 1 through stage 4 chronic kidney "
        "disease, or unspecified chronic kidney disease"
    ),
    "K62.3": "Rectal prolapse",
    "M54.16": "Radiculopathy, lumbar region",
    "O31.00X2": "Papyraceous fetus, unspecified trimester, fetus 2",
    "P84": "Other problems with newborn",
    "R99": "Ill-defined and unknown cause of mortality",
    "S82.001A": "Unspecified fracture of right patella, initial encounter for closed fracture",
    "S82.001B": "Unspecified fracture of right patella, initial encounter for open fracture type I or II",
    "T45.1X5A": "Adverse effect of antineoplastic and immunosuppressive drugs, initial encounter",
    "W19.XXXA": "Unspecified fall, initial encounter",
    "Z12.11": "Encounter for screening for malignant neoplasm of colon",
    "Z66": "Do not resuscitate",
    "Z79.4": "Long term (current) use of insulin",
}


@pytest.mark.parametrize(("code", "title"), SPOT_CHECKS.items())
def test_spot_checks(old, new, code, title):
    for book in (old, new):
        assert book[code].title == title
        assert book[code].billable


@pytest.mark.parametrize("code", ["K62.3", "K623", "k62.3", " k623 "])
def test_codes_are_found_however_written(new, code):
    assert new[code].code == "K62.3"
    assert code in new


@pytest.mark.parametrize("code", ["", "K62.33", "nothing", "19", "S80-S89", "W19", "E11", "S82.001", "W19A"])
def test_what_is_no_billable_code(new, code):
    entry = new.get(code)
    assert entry is None or not entry.billable


def test_an_unknown_code_names_its_neighbours(new):
    with pytest.raises(
        UnknownNameError, match=r"FY2027 ICD-10-CM code 'W19\.A'; valid: W19\.XXXA, W19\.XXXD, W19\.XXXS"
    ):
        new["W19.A"]
    with pytest.raises(UnknownNameError, match="K01, K02"):
        new["K07X"]


def test_a_piece_of_text_is_not_repeated_in_the_error(new):
    with pytest.raises(UsageError) as caught:
        new["John Smith"]
    assert "Smith" not in str(caught.value)


def test_the_hierarchy_holds_for_every_entry(new):
    entries = {entry.code: entry for entry in new.iter_entries()}
    for entry in entries.values():
        assert entry.billable == (not entry.children)
        assert (entry.parent is None) == (entry.kind == "category")
        if entry.parent:
            assert entry.code in entries[entry.parent].children
            assert entries[entry.parent].chapter == entry.chapter
        for child in entry.children:
            assert entries[child].parent == entry.code


def test_ancestors_go_up_to_the_chapter(new):
    above = new.ancestors("S82.001A")
    assert [entry.code for entry in above] == ["S82.001", "S82.00", "S82.0", "S82", "S80-S89", "19"]
    assert [entry.kind for entry in above[-2:]] == ["block", "chapter"]
    assert above[-1].title == "Injury, poisoning and certain other consequences of external causes"


def test_a_category_and_its_block_of_one_name_are_two_things(new):
    assert new["B20"].billable
    assert new["B20"].block == "B20-B20"
    assert new.group("B20-B20").children == ("B20",)
    with pytest.raises(UnknownNameError, match="B20-B20"):
        new.group("B20")


def test_notes(new):
    assert new["K62.3"].inclusion_terms == ("Prolapse of rectal mucosa",)
    assert "gestational diabetes (O24.4-)" in new["E11"].excludes1
    assert "insulin (Z79.4)" in new["E11"].use_additional
    assert "diabetes NOS" in new["E11"].includes
    assert any("O98.7-" in line for line in new["B20"].code_first)
    assert any("displaced" in line for line in new["S82"].notes)
    assert new["S82"].excludes2
    assert new.group("1").excludes2
    assert new["I63"].code_also == ()
    assert any("(Z92.82)" in line for line in new["I63"].use_additional)


def test_seventh_characters_are_inherited_and_name_what_is_missing(new):
    patella = new["S82.001"]
    assert not patella.billable
    assert patella.needs_seventh
    assert patella.seventh_characters["A"] == "initial encounter for closed fracture"
    assert "open fracture NOS" in patella.seventh_characters["B"]
    assert patella.with_seventh("a") == "S82.001A"
    assert new["S82"].seventh_characters
    assert not new["S82"].needs_seventh
    assert new["S82.001A"].seventh_characters == {}


def test_the_placeholder_fills_up_to_the_seventh_character(new):
    fall = new["W19"]
    assert fall.children == ("W19.XXXA", "W19.XXXD", "W19.XXXS")
    assert fall.with_seventh("D") == "W19.XXXD"
    with pytest.raises(UnknownNameError, match="A, D, S"):
        fall.with_seventh("Q")


def test_every_missing_seventh_character_completes_a_billable_code(new):
    bases = [entry for entry in new.iter_entries() if entry.needs_seventh]
    assert len(bases) > 10_000
    for entry in bases:
        assert {entry.with_seventh(char) for char in entry.seventh_characters} == set(entry.children)


def test_added_in_fy2027(old, new):
    assert "K6A.01" not in old
    added = new["K6A.01"]
    assert (added.title, added.billable, added.parent) == ("Prevesical abscess", True, "K6A.0")
    assert (added.valid_from, added.valid_to) == (datetime.date(2026, 10, 1), None)
    assert [entry.code for entry in new.ancestors("K6A.01")] == ["K6A.0", "K6A", "K65-K68", "11"]
    assert new["T52.811A"].parent == "T52.811"
    assert new["T52.811"].seventh_characters.keys() == {"A", "D", "S"}
    assert [entry.code for entry in new.ancestors("QA1.71")] == ["QA1.7", "QA1", "17"]


def test_deleted_in_fy2027(old, new):
    for code in ("S23.420A", "T52.8X1A"):
        assert old[code].billable
        assert old[code].valid_to == datetime.date(2026, 9, 30)
        assert code not in new
    assert "S23.420" in old
    assert "S23.420" not in new
    assert "T52.8X" not in new["T52.8"].children


def test_deleted_with_codes_under_it_stays_as_a_heading(old, new):
    assert old["D69.1"].billable
    heading = new["D69.1"]
    assert not heading.billable
    assert heading.children == ("D69.11", "D69.19")
    assert heading.valid_to == datetime.date(2026, 9, 30)


def test_revised_in_fy2027(old, new):
    assert old["L02.232"].title == "Carbuncle of back [any part, except buttock]"
    assert new["L02.232"].title == "Carbuncle of back [any part, except buttock and flank]"


def test_titles_are_everything_a_code_is_called(new):
    titles = set(new.titles())
    assert ("K62.3", "title", "Rectal prolapse") in titles
    assert ("K62.3", "inclusion_terms", "Prolapse of rectal mucosa") in titles
    assert ("E11", "includes", "diabetes NOS") in titles
    assert {kind for _, kind, _ in titles} == {"title", "inclusion_terms", "includes"}
    short = {code for code, _, _ in new.titles(extended=False)}
    assert "S82.001" in short
    assert "S82.001A" not in short
    assert {"M86.8X11", "H54.0X33"} <= short


@pytest.mark.parametrize(
    ("day", "release"),
    [
        ("2025-10-01", "FY2026"),
        ("2026-09-30", "FY2026"),
        ("2026-10-01", "FY2027"),
        (datetime.date(2027, 9, 30), "FY2027"),
        (datetime.datetime(2026, 9, 30, 23, 59, tzinfo=datetime.UTC), "FY2026"),
    ],
)
def test_the_release_follows_the_service_date(day, release):
    book = for_service_date(day)
    assert (book.release, book.note) == (release, "")


@pytest.mark.parametrize(("day", "release"), [("2019-05-01", "FY2026"), ("2027-10-01", "FY2027")])
def test_a_date_outside_says_so(day, release):
    book = for_service_date(day)
    assert book.release == release
    assert day in book.note
    assert "FY2026, FY2027" in book.note


@pytest.mark.parametrize("text", ["03/14/2026", "yesterday", ""])
def test_a_service_date_is_iso(text):
    with pytest.raises(UsageError, match="ISO"):
        for_service_date(text)


def test_lookup():
    assert lookup("k623").release == "FY2027"
    assert lookup("D69.1", release="FY2026").billable
    assert lookup("D69.1", service_date="2026-09-30").billable
    assert not lookup("D69.1", service_date="2026-10-01").billable
    with pytest.raises(UsageError, match="not both"):
        lookup("D69.1", release="FY2026", service_date="2026-09-30")


def test_open_book_is_opened_once():
    assert open_book() is open_book(release="FY2027") is open_book(service_date="2026-10-01")


def test_unknown_releases_list_the_embedded_ones():
    with pytest.raises(UnknownNameError, match="FY2026, FY2027"):
        CodeBook.open("FY2019")
    assert [release.name for release in releases()] == ["FY2026", "FY2027"]


def test_an_entry_is_a_coding(new):
    assert new["K62.3"].coding == Coding(CodeSystem.ICD10CM, "FY2027", "K62.3", "Rectal prolapse")


def test_books_and_entries_can_be_pickled_and_hashed(new):
    book = pickle.loads(pickle.dumps(for_service_date("2019-05-01")))
    assert (book.release, bool(book.note)) == ("FY2026", True)
    entry = new["S82.001"]
    assert pickle.loads(pickle.dumps(entry)) == entry
    assert len({entry, new["S82.001"]}) == 1


def _titles(codes):
    return [codebook.open_book()[code].title for code in codes]


CODES = [f"K{number}.{digit}" for number in (40, 50, 57, 62) for digit in range(10)]


def test_threads_share_a_book(new):
    codes = [code for code in CODES if code in new]
    expected = _titles(codes)
    book = CodeBook.open()
    results = []
    threads = [threading.Thread(target=lambda: results.append([book[code].title for code in codes])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 8


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_reads_with_a_connection_of_its_own(new):
    codes = [code for code in CODES if code in new]
    expected = _titles(codes)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(_titles, [codes] * 4) == [expected] * 4


def test_the_store_needs_no_writable_folder_and_leaves_nothing(tmp_path, new):
    copy = tmp_path / "a folder #1"
    copy.mkdir()
    (copy / "book.sqlite").write_bytes(new._store.path.read_bytes())
    (copy / "book.sqlite").chmod(0o400)
    copy.chmod(0o500)
    try:
        store = Store(copy / "book.sqlite")
        assert list(store.rows("SELECT title FROM entry WHERE key = ?", ("K623",))) == [("Rectal prolapse",)]
        assert [path.name for path in copy.iterdir()] == ["book.sqlite"]
        with pytest.raises(DataError):
            list(store.rows("DELETE FROM entry"))
    finally:
        copy.chmod(0o700)


def test_a_missing_or_foreign_file_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match=r"gone\.sqlite"):
        list(Store(tmp_path / "gone.sqlite").rows("SELECT 1"))
    (tmp_path / "text.sqlite").write_text("no database at all" * 100)
    with pytest.raises(DataError, match=r"text\.sqlite"):
        list(Store(tmp_path / "text.sqlite").rows("SELECT * FROM entry"))
