"""The page of a CPT or HCPCS code: the lexicon's words, what imported files say, and what is not imported."""

import re
from datetime import date

import pytest

from detect_icd import ServicePage, code_page
from detect_icd.codebook import open_book
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.pages.indicators import read_fields
from detect_icd.pages.services import PAIRS, service_page
from detect_icd.pages.wording import wording
from detect_icd.service_files import ServiceFiles
from detect_icd.service_importing import import_service_files
from detect_icd.service_records import KINDS
from redactphi.errors import RuleError, UsageError
from tests.detect_icd import service_official_files as official
from tests.detect_icd.service_facts import MadeUpFiles


@pytest.fixture(scope="module")
def resection():
    return code_page("45397", services=MadeUpFiles())


def codes(names):
    return [name.code for name in names]


def uses(page):
    return {use.modifier: use for use in page.modifiers}


def test_the_lexicon_alone_makes_a_page():
    page = code_page("45397", services=ServiceFiles())
    assert isinstance(page, ServicePage)
    assert (page.code, page.system, page.part) == ("45397", "CPT", "category I")
    assert page.title == "Rectum removed with the colon brought down to the anus, laparoscopic"
    assert page.title_source == "this project's own words"
    assert page.wording.names == (page.title,)
    assert page.wording.approach == ("laparoscopic",)
    assert "proctectomy coloanal" in page.wording.phrases
    assert page.wording.steps[0].startswith("all of: port entry / bare port")
    assert {"44187", "45378"} <= set(codes(page.includes))
    assert {"45395", "45110"} <= set(codes(page.superseded_by))
    assert page.indicators == page.modifiers == page.fees == page.mues == ()


def test_what_is_not_imported_names_the_command_that_brings_it():
    from click.testing import CliRunner

    from detect_icd import cli

    page = code_page("45397", services=ServiceFiles())
    assert len(page.missing) == len(KINDS) - 1  # HCPCS level II has no CPT codes
    for lack in page.missing:
        command = lack.command.split()[1:-1]
        assert CliRunner().invoke(cli.detect_icd, [*command, "--help"]).exit_code == 0, lack.command


def test_only_what_is_absent_is_missing():
    page = code_page("45397", services=MadeUpFiles(without={"ncci-mue"}))
    assert [lack.what for lack in page.missing] == ["most units that are paid"]
    drug = code_page("J1885", services=MadeUpFiles(without={"cpt-descriptors", "hcpcs"}))
    assert [lack.command for lack in drug.missing] == ["detect-icd import hcpcs FILE"]


def test_indicators_have_a_meaning_and_a_source(resection):
    found = {each.name: each for each in resection.indicators}
    assert found["bilateral"].value == "0"
    assert found["bilateral"].column == "BILAT SURG"
    assert found["global_days"].meaning.startswith("major procedure")
    assert found["status_indicator"].meaning.startswith("inpatient only")
    assert found["status"].source == "Physician fee schedule 2026A, PPRRVU26_MADE_UP.csv, line 1234"
    assert all(each.meaning != "not a value that is known here" for each in resection.indicators)


@pytest.mark.parametrize(
    ("modifier", "applies"),
    [("50", "no"), ("51", "yes"), ("80", "yes"), ("82", "yes"), ("AS", "yes"), ("62", "documented"), ("66", "no"),
     ("26", "no"), ("TC", "no"), ("24", "yes"), ("57", "yes"), ("58", "yes"), ("78", "yes"), ("79", "yes"),
     ("59", "documented"), ("XS", "documented")],
)  # fmt: skip
def test_modifiers_follow_from_the_indicators(resection, modifier, applies):
    use = uses(resection)[modifier]
    assert use.applies == applies
    assert use.why
    assert re.search(r" 2026\w+, .+, line \d+$", use.source)


def test_modifiers_of_an_imaging_code():
    page = code_page("71046", services=MadeUpFiles())
    found = uses(page)
    assert found["26"].applies == found["TC"].applies == "yes"
    assert found["57"].applies == "no"
    assert [fee.modifier for fee in page.fees] == ["", "26", "TC"]
    (own,) = [each for each in page.indicators if each.modifier == "TC"]
    assert (own.name, own.value) == ("supervision", "02")


def test_modifiers_of_a_minor_procedure():
    found = uses(code_page("45378", services=MadeUpFiles()))
    assert found["25"].applies == "yes"
    assert found["78"].applies == found["24"].applies == "no"


def test_sides_and_places_come_from_the_lexicon():
    page = code_page("25447", services=ServiceFiles())
    assert page.wording.laterality == "right and left are told apart (RT, LT or 50)"
    assert [uses(page)[modifier].applies for modifier in ("RT", "LT", "50")] == ["yes"] * 3
    finger = next(entries[0] for entries in by_code().values() if entries[0].place == "finger")
    assert "each finger is told apart" in code_page(finger.code, services=ServiceFiles()).wording.laterality


def test_an_add_on_and_its_primaries_by_lexicon_and_file():
    add_on = next(entries[0] for entries in by_code().values() if entries[0].add_on_to)
    page = code_page(add_on.code, services=ServiceFiles())
    assert set(add_on.add_on_to) <= set(codes(page.primaries))
    assert uses(page)["51"].applies == "no"
    assert add_on.code in codes(code_page(add_on.add_on_to[0], services=ServiceFiles()).add_ons)


def test_the_add_on_file_is_told_apart_from_the_lexicon(resection):
    assert [(name.code, name.why) for name in resection.add_ons] == [("44139", "add-on file"), ("44213", "add-on file")]
    page = code_page("99292", services=MadeUpFiles())
    why = {name.code: name.why for name in page.primaries}
    assert why["99291"] == "lexicon and add-on file"
    assert next(name.title for name in page.primaries if name.code == "CCCCC").startswith("what the payer")


def test_units_of_every_setting(resection):
    assert [(mue.setting, mue.units, mue.mai) for mue in resection.mues] == [
        ("practitioner", 1, "2"),
        ("hospital", 1, "3"),
    ]


def test_pairs_are_counted_and_named(resection):
    assert resection.ptp.counts == {"practitioner": 3, "hospital": 1}
    assert resection.ptp.apart == {"practitioner": 2, "hospital": 1}
    assert resection.ptp.names["49000"] == by_code()["49000"][0].name


def test_many_pairs_are_cut_short_unless_all_are_asked_for():
    assert len(code_page("45378", services=MadeUpFiles()).ptp.shown) == PAIRS
    assert len(code_page("45378", services=MadeUpFiles(), everything=True).ptp.shown) == 30


def test_categories_apc_and_values(resection):
    assert (resection.ccs.number, resection.rbcs.number) == ("78", "PM001N")
    assert str(resection.fees[0].work) == "11.11"
    assert code_page("45378", services=MadeUpFiles()).apc.apc == "5311"


def test_a_licensees_descriptor_is_the_title_and_marked_as_theirs():
    page = code_page("45397", services=MadeUpFiles(descriptors={"45397": "Licensed words"}))
    assert page.title == "Licensed words"
    assert page.title_source.startswith("the licensee's descriptor: CPT descriptors 2026, licensee_made_up.txt")
    assert page.wording.names[0].startswith("Rectum removed")
    assert page.valid_from == date(2020, 1, 1)


def test_a_hcpcs_code_has_its_record():
    page = code_page("j1885", services=MadeUpFiles())
    assert (page.system, page.part) == ("HCPCS", "level II")
    found = {(each.name, each.value): each.meaning for each in page.indicators}
    assert found["type_of_service", "1"] == "medical care"
    assert found["betos", "O1E"] == "other drugs"
    assert found["coverage", "D"].startswith("special rules")


def test_a_code_that_only_a_file_has():
    page = code_page("Q9999", services=MadeUpFiles())
    assert page.title_source.startswith("official text")
    assert (page.in_force, page.valid_to) == (False, date(2021, 12, 31))
    assert code_page("Q9999", services=MadeUpFiles(), service_date="2021-06-01").in_force
    assert code_page("93799", services=MadeUpFiles()).title


def test_a_code_that_only_edits_name_has_a_page_too():
    page = code_page("36001", services=MadeUpFiles())
    assert page.ptp.counts["practitioner"] == 1
    with pytest.raises(UsageError):
        code_page("36001", services=ServiceFiles())


def test_a_resection_is_not_done_for_what_a_colonoscopy_is():
    assert "D50" in codes(code_page("45378", services=ServiceFiles()).diagnoses)
    assert "D50" not in codes(code_page("45397", services=ServiceFiles()).diagnoses)


def test_dates_of_the_lexicon():
    page = code_page("37220", services=ServiceFiles())
    assert (page.valid_to, page.in_force) == (date(2025, 12, 31), False)
    assert code_page("37220", services=ServiceFiles(), service_date="2025-06-01").in_force
    assert code_page("25447", services=ServiceFiles()).valid_to is None  # only one wording of it ended


def test_a_day_before_the_files_is_noted():
    page = code_page("45397", services=MadeUpFiles(), service_date="2025-03-01")
    assert page.on == date(2025, 3, 1)
    assert "not in force" in page.fees[0].source.note


def test_a_release_asks_the_files_for_its_last_day():
    assert code_page("45397", services=MadeUpFiles(), release="FY2026").on == date(2026, 9, 30)


def test_diagnoses_of_its_kind_those_that_share_words_first():
    found = code_page("45400", services=ServiceFiles()).diagnoses
    assert codes(found)[:2] == ["K62", "K62.3"]
    assert found[1].why == "words in common: prolapse, rectum"
    kinds = codes(code_page("49000", services=ServiceFiles()).diagnoses)
    assert "K…" in kinds


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("11406", "size: over 4 cm"),
        ("99213", "time: from 20 under 30 minutes"),
        ("58570", "weight: up to 250 g"),
        ("22842", "from 3"),
    ],
)
def test_thresholds_are_put_in_words(code, told):
    assert any(told in text for text in code_page(code, services=ServiceFiles()).wording.thresholds)


def test_no_word_of_the_lexicons_workings_is_shown():
    said = [wording(entries) for entries in by_code().values()]
    told = [text for words in said for text in (*words.phrases, *words.steps)]
    assert not [text for text in told if "_" in text or "@" in text or "|" in text]
    assert not [text for text in told if re.search(r"\b(?:sk|ey|vw) ", text)]


@pytest.mark.parametrize(
    ("code", "near"), [("45937", "45397"), ("99999", "99498"), ("45401", "45400"), ("J1886", "J1885")]
)
def test_an_unknown_service_names_the_nearest(code, near):
    with pytest.raises(UsageError, match=f"not in the procedure lexicon.* nearest: .*{near}"):
        code_page(code, services=ServiceFiles())


def test_the_nearest_are_of_the_same_system():
    with pytest.raises(UsageError) as error:
        code_page("99999", services=MadeUpFiles())
    assert re.findall(r"\b[A-Z]\d{4}\b", str(error.value)) == []
    assert "in what was imported" in str(error.value)


def test_really_imported_files_make_a_page(home, tmp_path):
    fees = tmp_path / "PPRRVU26_JAN.csv"
    fees.write_text(official.fee_schedule(), encoding="latin-1")
    pairs = tmp_path / "ccipra-v321r0-f1.TXT"
    pairs.write_text(official.ptp(), encoding="latin-1")
    units = tmp_path / "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv"
    units.write_text(official.mue(), encoding="latin-1")
    import_service_files("physician-fee-schedule", fees)
    import_service_files("ncci", pairs, units, release="2026q1")
    page = code_page("45378", service_date="2026-02-01")
    assert uses(page)["50"].applies == "yes"
    assert "PPRRVU26_JAN.csv" in uses(page)["50"].source
    assert page.ptp.counts["practitioner"] == 2
    assert page.mues[0].units == 1
    assert page.missing[0].what == "official pairs of add-on and primary codes"


def test_indicators_that_are_malformed_are_refused():
    good = {"label": "L", "column": "C", "values": {"0": {"means": "m", "modifiers": {"50": "no"}}}}
    assert read_fields({"bilateral": good})["bilateral"].meaning("0").modifiers == {"50": "no"}
    wrong = [
        {"label": "L", "values": {}},
        {**good, "values": {"0": {"means": "m", "modifiers": {"50": "perhaps"}}}},
        {**good, "values": {"0": {"means": "m", "why": {"50": "x"}}}},
        {**good, "values": {"0": {"means": "m", "shade": "x"}}},
    ]
    for table in wrong:
        with pytest.raises(RuleError, match=r"indicators\.toml/bilateral"):
            read_fields({"bilateral": table})


def test_values_are_read_with_and_without_leading_zeros():
    from detect_icd.pages.indicators import fields

    assert fields()["supervision"].meaning("9") is fields()["supervision"].meaning("09")
    assert fields()["global_days"].meaning("0") is fields()["global_days"].meaning("000")
    assert fields()["status"].meaning("?") is None


def test_every_code_of_the_lexicon_has_a_page():
    book, files = open_book(), ServiceFiles()
    from detect_icd.coding import CodeSystem

    for code, entries in list(by_code().items())[::25]:
        page = service_page(code, CodeSystem[entries[0].system], files, None, book)
        assert page.title
