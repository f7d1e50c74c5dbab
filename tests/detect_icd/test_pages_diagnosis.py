"""The page of an ICD-10-CM code: its own facts, those of its headings, the index, services, and what releases changed."""

from datetime import date

import pytest

from detect_icd import DiagnosisPage, code_page, detect, lookup
from detect_icd.codebook import open_book
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.pages.building import code_pages
from detect_icd.pages.related import procedures_for
from redactphi.errors import UnknownNameError, UsageError
from tests.detect_icd import official_files as made


def texts(notes, inherited_from=""):
    return [note.text for note in notes if note.inherited_from == inherited_from]


def codes(names):
    return [name.code for name in names]


def test_the_facts_of_a_code():
    page = code_page("k623")
    assert isinstance(page, DiagnosisPage)
    assert (page.code, page.title, page.system, page.release) == ("K62.3", "Rectal prolapse", "ICD10CM", "FY2027")
    assert (page.billable, page.in_force, page.note, page.valid_from, page.valid_to) == (True, True, "", None, None)
    assert (page.chapter.code, page.block.code, codes(page.parents)) == ("11", "K55-K64", ["K62"])
    assert page.block.title == "Other diseases of intestines"
    assert "K62.4" in codes(page.siblings)
    assert "K62.3" not in codes(page.siblings)
    assert page.inclusion_terms == ("Prolapse of rectal mucosa",)
    assert page.children == page.history == ()


def test_a_page_agrees_with_the_look_up():
    page, entry = code_page("E11.9"), lookup("E11.9")
    assert (page.title, page.billable, page.inclusion_terms) == (entry.title, entry.billable, entry.inclusion_terms)
    assert texts(page.excludes1) == list(entry.excludes1)


def test_notes_of_headings_hold_below_and_say_whose_they_are():
    page = code_page("K62.3")
    assert texts(page.includes) == []
    assert texts(page.includes, "K62") == ["anal canal"]
    assert "hemorrhoids (K64.-)" in texts(page.excludes2, "K62")
    assert "neoplasms (C00-D49)" in texts(page.excludes2, "11")


def test_own_notes_come_before_those_of_headings_nearest_first():
    page = code_page("E11.22")
    origins = [note.inherited_from for note in page.use_additional]
    assert origins == sorted(origins, key=["", "E11.2", "E11", "E08-E13", "4"].index)
    assert {"", "E11"} <= set(origins)


def test_inclusion_terms_are_not_inherited():
    assert lookup("E11").includes
    assert code_page("E11.22").inclusion_terms == lookup("E11.22").inclusion_terms


def test_parents_children_and_siblings_of_a_heading():
    page = code_page("K62")
    assert (page.billable, page.kind, page.parents) == (False, "category", ())
    assert codes(page.children)[:2] == ["K62.0", "K62.1"]
    assert "K61" in codes(page.siblings)
    assert not next(name for name in page.children if name.code == "K62.8").billable


@pytest.mark.parametrize("code", ["S82.001", "S82.001A"])
def test_seventh_characters_of_a_code_and_of_the_heading_it_completes(code):
    meanings = code_page(code).seventh_characters
    assert meanings["A"] == "initial encounter for closed fracture"
    assert meanings["S"] == "sequela"


def test_a_code_without_seventh_characters_has_none():
    assert code_page("K62.3").seventh_characters == {}


def test_without_an_index_the_page_says_what_brings_it():
    page = code_page("K62.3")
    assert page.index_entries == ()
    assert [lack.command for lack in page.missing] == ["detect-icd import icd10cm ZIP_OR_FOLDER"]


def test_lines_of_the_imported_index_lead_to_codes(import_files):
    import_files({**made.release_files(), **made.index_files()})
    page = code_page("K62.3", release="FY2028")
    assert page.missing == ()
    assert [(line.path[-1], line.code, line.complete) for line in page.index_entries] == [
        ("rectum NEC", "K62.3", True),
        ("bulging", "K62", False),
    ]
    assert code_page("K62.A").index_entries[0].path == ("Fernwald disease",)
    patella = code_page("S82.0XXA", release="FY2028")
    assert patella.index_entries == ()


def test_an_index_line_leads_to_the_codes_that_complete_it(import_files):
    import_files({**made.release_files(), **made.index_files()})
    fall = code_page("W19.XXXA", release="FY2026")
    assert [(line.kind, line.code) for line in fall.index_entries] == [("external", "W19")]
    poisoned = code_page("T51.3X2D", release="FY2026")
    assert [(line.code, line.column) for line in poisoned.index_entries] == [("T51.3X2", "self-harm")]


def test_services_done_for_a_diagnosis_share_words_with_it_first():
    page = code_page("K62.3")
    first = page.procedures[0]
    assert first.why == "words in common: prolapse, rectum"
    assert {"45400", "45402", "45540"} <= set(codes(page.procedures))
    assert page.procedure_count > len(page.procedures)
    whole = code_page("K62.3", everything=True)
    assert len(whole.procedures) == whole.procedure_count
    assert whole.procedures[: len(page.procedures)] == page.procedures


def test_services_of_other_kinds_and_those_that_ended_are_left_out():
    found = set(codes(procedures_for(lookup("I70.213"))))
    ended = {code for code in found if not by_code()[code][0].valid_on(None)}
    assert ended == set()
    assert "37220" not in found
    assert "45400" not in found


def test_what_a_page_ties_together_detection_does_too():
    note = "PROCEDURE: Laparoscopic rectopexy.\nPOSTOPERATIVE DIAGNOSIS: Rectal prolapse."
    reported = {c.coding.code: c for c in detect(note).reported}
    assert reported["45400"].supports == ("K62.3",)
    assert "45400" in codes(code_page("K62.3").procedures)


def test_a_deleted_code_that_goes_on_as_a_heading_says_what_is_below_it():
    page = code_page("I42.0")
    (change,) = page.history
    assert (change.what, change.on, change.release) == ("deleted", date(2026, 10, 1), "FY2027")
    assert codes(change.see) == ["I42.00", "I42.01", "I42.09"]
    assert (page.billable, page.in_force, page.valid_to) == (False, True, date(2026, 9, 30))


def test_a_deleted_code_is_shown_from_the_release_that_had_it():
    page = code_page("T52.8X1A")
    assert (page.release, page.in_force, page.billable) == ("FY2026", False, False)
    assert page.valid_to == date(2026, 9, 30)
    assert page.note == "FY2027 does not have it: deleted 2026-10-01; this page is of FY2026"
    see = codes(page.history[0].see)
    assert "T52.891A" in see
    assert all(code.endswith("A") for code in see)


def test_a_deleted_code_keeps_its_siblings_place_in_the_new_release():
    assert "M86.8X11" in codes(code_page("M86.8X1").history[0].see)


def test_where_the_releases_do_not_tell_nothing_is_made_up():
    assert code_page("S23.420A").history[0].see == ()


def test_a_code_to_come_is_shown_with_its_day():
    page = code_page("I42.00", service_date="2026-03-01")
    assert (page.release, page.in_force) == ("FY2027", False)
    assert page.note.startswith("FY2026 does not have it yet: added 2026-10-01")
    assert code_page("I42.00").history[0].what == "added"


def test_a_revised_title_tells_the_one_before():
    (change,) = code_page("Z29.14").history
    assert change.what == "title revised"
    assert change.before == lookup("Z29.14", release="FY2026").title


def test_a_day_without_a_release_is_noted():
    assert "FY2026 is used" in code_page("K62.3", service_date="2020-01-01").note


def test_the_release_is_the_one_asked_for():
    assert code_page("M72.2", release="FY2026").billable
    assert not code_page("M72.2", release="FY2027").billable


@pytest.mark.parametrize(("code", "near"), [("K62.35", "K62.3"), ("K99.9", "K95"), ("U99", "U07"), ("E11.7", "E11.9")])
def test_an_unknown_code_names_the_nearest(code, near):
    with pytest.raises(UnknownNameError, match=near.replace(".", r"\.")):
        code_page(code)


def test_what_is_no_code_is_refused():
    with pytest.raises(UsageError, match="not the form"):
        code_page("rectum")
    with pytest.raises(UsageError, match="not both"):
        code_page("K62.3", release="FY2026", service_date="2026-01-01")


def test_every_kind_of_page_can_be_built_of_every_chapter():
    book = open_book()
    first = [book.group(book.group(str(number)).children[0]).children[0] for number in range(1, 23)]
    assert codes(code_pages(first)) == first
