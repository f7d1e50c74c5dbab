"""What the imported files say of a code, by day of service."""

import pickle
import threading
from datetime import date
from decimal import Decimal

import pytest

from detect_icd import service_records
from detect_icd.importers.recognising import COMMANDS
from detect_icd.importers.service_releases import FORMS
from detect_icd.service_files import ServiceFiles
from detect_icd.service_importing import import_service_files
from detect_icd.service_store import RECORDS
from redactphi.errors import DataError
from tests.detect_icd import service_official_files as made

EARLIER = {
    "physician-fee-schedule": {
        "PPRRVU2025_Oct.csv": made.fee_schedule([made.fee("45378", work="1.00")], 2025, "October")
    },
    "ncci": {
        "ccipra-v313r0-f1.TXT": made.ptp([("45378", "45390", "", "19960101", "*", "0", "Of 2025")]),
        "MCR_MUE_PractitionerServices_Eff_10-01-2025.csv": made.mue([("45378", "5", "1 Line Edit", "Of 2025")]),
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that a release of everything was imported into, and an earlier one of some."""
    base = tmp_path_factory.mktemp("services")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DETECT_ICD_DATA", str(base / "home"))
        for number, release in enumerate((made.ALL, EARLIER)):
            for command, given in release.items():
                import_service_files(command, *made.write(base / f"{number}" / command, given, "utf-8"))
    return base / "home"


@pytest.fixture
def files(folder, monkeypatch):
    monkeypatch.setenv("DETECT_ICD_DATA", str(folder))
    return ServiceFiles.open()


DAY = date(2026, 3, 14)


def codes(edits):
    return [(edit.column1, edit.column2, edit.indicator) for edit in edits]


def test_what_is_at_hand(files, folder):
    assert files.kinds() == set(service_records.KINDS)
    found = {(file.kind, file.setting, file.release): file.rows for file in files.imports()}
    assert found["ncci-ptp", "practitioner", "2025q4"] == 1
    assert found["ncci-ptp", "practitioner", "2026q1"] == 6
    assert found["physician-fee-schedule", "", "2026A"] == 6
    assert len(found) == len(list(folder.iterdir())) == 15


def test_nothing_imported_says_nothing(home):
    files = ServiceFiles.open()
    assert files.kinds() == frozenset()
    assert files.imports() == files.fees("45378") == files.ptp("45378", "45385") == files.ptp_of("45378") == ()
    assert files.primaries("44139") == files.add_ons("44140") == ()
    asked = (files.mue, files.hcpcs, files.apc, files.ccs, files.rbcs, files.descriptor)
    assert [ask("45378") for ask in asked] == [None] * 6
    assert files.note("ncci-ptp", DAY, "practitioner") == ""
    assert not home.exists()


def test_fees(files):
    assert [fee.modifier for fee in files.fees(" 71046")] == ["", "26", "TC"]
    [fee] = files.fees("g0105")
    assert (fee.status, fee.global_days, fee.multiple, fee.bilateral, fee.assistant, fee.co_surgeon, fee.team) == (
        "R", "090", "2", "1", "2", "1", "0",
    )  # fmt: skip
    assert (fee.work, fee.facility_pe, fee.nonfacility_pe) == (Decimal("7.94"), Decimal("8.01"), Decimal("9.10"))
    assert (fee.facility_total, fee.nonfacility_total, fee.malpractice) == (
        Decimal("17.85"), Decimal("18.94"), Decimal("1.90"),
    )  # fmt: skip
    assert (fee.preoperative, fee.intraoperative, fee.postoperative) == (
        Decimal("0.11"),
        Decimal("0.76"),
        Decimal("0.13"),
    )
    assert (fee.pc_tc, fee.endoscopic_base, fee.supervision, fee.imaging_family) == ("0", "45300", "09", "99")
    assert str(fee.source) == "Physician fee schedule 2026A, PPRRVU2026_Jan_nonQPP.csv, line 16"


def test_pairs_in_either_order_and_only_active_ones(files):
    assert (
        codes(files.ptp("45378", "45385", DAY)) == codes(files.ptp("45385", "45378", DAY)) == [("45385", "45378", "0")]
    )
    [edit] = files.ptp("45378", "45385")
    assert str(edit.source) == "NCCI PTP 2026q1, ccipra-v320r0-f1.TXT, line 10"
    assert (edit.effective, edit.deleted, edit.rationale) == (date(1996, 1, 1), None, "More extensive")
    assert files.ptp("0001A", "0591T", DAY) == ()
    assert files.ptp("45378", "71046", DAY) == ()
    assert (
        files.ptp("45378", "", DAY) == files.ptp("45-78", "45385", DAY) == files.ptp("４５３７８", "45385", DAY) == ()
    )


@pytest.mark.parametrize(("on", "active"), [("2026-03-31", True), ("2026-04-01", False), (None, True)])
def test_the_last_day_of_an_edit_is_one_of_it(files, on, active):
    assert bool(files.ptp("G0105", "45378", on and date.fromisoformat(on))) is active


def test_all_pairs_of_a_code(files):
    assert codes(files.ptp_of("45385", DAY)) == [
        ("45385", "45378", "0"),
        ("45385", "45380", "1"),
        ("45398", "45385", "1"),
    ]
    assert codes(files.ptp_of("45385", DAY, "hospital")) == [("45385", "45378", "0")]
    assert files.ptp_of("45385", DAY, "hospital")[0].setting == "hospital"


def test_units(files):
    mue = files.mue("J1885")
    assert (mue.units, mue.mai, mue.meaning, mue.setting) == (8, "1", "1 Line Edit", "practitioner")
    assert str(mue.source).endswith("line 9")
    assert files.mue("45378", setting="hospital").units == 3
    assert files.mue("A9999", setting="supplier").units == 9
    assert files.mue("A9999") is None


def test_add_on_codes(files):
    assert [edit.primary for edit in files.primaries("44139")] == ["44140"]
    assert [edit.primary for edit in files.primaries("44139", date(2020, 1, 1))] == ["44140", "44145"]
    [edit] = files.primaries("22614")
    assert (edit.primary, edit.edit_type, edit.note) == (
        service_records.CONTRACTOR,
        "2",
        "Contractor Defined Primary Codes",
    )
    assert [edit.add_on for edit in files.add_ons("64635", date(2026, 3, 31))] == ["64636"]
    assert files.add_ons("64635", date(2026, 4, 1)) == ()
    assert files.primaries("64636", date(2013, 12, 31)) == ()


def test_the_other_kinds(files):
    assert files.hcpcs("A9999").terminated == date(2024, 12, 31)
    assert files.hcpcs("lt").long == "A side, the left"
    apc = files.apc("45378")
    assert (apc.status_indicator, apc.apc, apc.relative_weight, apc.payment_rate) == (
        "T", "5311", Decimal("9.8765"), Decimal("1234.50"),
    )  # fmt: skip
    assert (files.apc("36415").payment_rate, files.apc("36415").apc) == (None, "")
    assert [files.rbcs("45378", on).number for on in (date(2019, 6, 1), DAY, None)] == ["PG001N", "PG002N", "PG002N"]
    assert files.descriptor("45378").valid_from == date(2015, 1, 1)


@pytest.mark.parametrize(
    ("code", "number"),
    [("10021", "170"), ("10022", "170"), ("10023", None), ("45380", "76"), ("45393", None), ("0042T", "227"),
     ("00420", None), ("0043T", None), ("G0105", None), ("nonsense", None), ("", None)],
)  # fmt: skip
def test_a_code_is_in_its_range(files, code, number):
    found = files.ccs(code)
    assert (found and found.number) == number


@pytest.mark.parametrize(
    ("on", "expected", "noted"),
    [
        (None, ("7.94", "45385", 1), False),
        (date(2026, 1, 1), ("7.94", "45385", 1), False),
        (date(2031, 1, 1), ("7.94", "45385", 1), False),
        (date(2025, 12, 31), ("1.00", "45390", 5), False),
        (date(2025, 10, 1), ("1.00", "45390", 5), False),
        (date(2025, 9, 30), ("1.00", "45390", 5), True),
    ],
)
def test_the_release_in_force_on_the_day_answers(files, on, expected, noted):
    work, pair, units = expected
    [fee] = files.fees("45378", on)
    assert str(fee.work) == work
    assert files.ptp("45378", pair, on)
    mue = files.mue("45378", on)
    assert mue.units == units
    for record, title, release in ((fee, "Physician fee schedule", "2025D"), (mue, "NCCI MUE", "2025q4")):
        told = f"no {title} of {on} or before is imported; {release}, the oldest at hand, answers"
        assert record.source.note == (told if noted else "")
    assert bool(files.note("ncci-mue", on, "practitioner")) is noted


def test_threads_pickles_and_a_read_only_folder(files, folder):
    again = pickle.loads(pickle.dumps(files))
    assert again.fees("71046") == files.fees("71046")
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(files.mue("45378").units)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 4
    assert not [path.name for path in folder.iterdir() if path.suffix != ".sqlite"]


def test_a_file_that_no_import_made_is_named(home):
    home.mkdir()
    (home / "hcpcs-2026.sqlite").write_text("nothing")
    (home / "notes.sqlite").write_text("nothing")
    files = ServiceFiles.open()
    assert files.kinds() == {"hcpcs"}
    with pytest.raises(
        DataError, match=r"^hcpcs-2026\.sqlite is not what an import makes; delete it and import again$"
    ):
        files.imports()
    with pytest.raises(DataError, match=r"^hcpcs-2026\.sqlite: "):
        files.hcpcs("J1885")


def test_every_kind_has_all_that_belongs_to_one():
    kinds = set(service_records.KINDS)
    assert (
        kinds == set(service_records.TITLES) == set(service_records.IMPORT_OF) == set(FORMS) == {*RECORDS, "ncci-ptp"}
    )
    assert set(service_records.IMPORT_OF.values()) == set(COMMANDS)
