"""What is wrong with official files of CPT and HCPCS codes is said in one line, and nothing is changed."""

import hashlib
import sqlite3

import pytest

from detect_icd import service_importing
from detect_icd.service_importing import import_service_files
from redactphi.errors import DataError, UnknownNameError, UsageError
from tests.detect_icd import service_official_files as made
from tests.detect_icd.official_files import write_zip


def state(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*")}


FEE_LINES = made.fee_schedule().splitlines(keepends=True)
HCPCS_LINES = made.hcpcs().splitlines(keepends=True)
PTP = "ccipra-v320r0-f1.TXT"
MUE = "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv"
AOC = "AOC_V2026Q1-MCR.txt"
FEE = "PPRRVU2026_Jan.csv"
OPPS = "2026_january_addendum_b.csv"


def pair(**changed):
    row = dict(zip(("one", "two", "old", "first", "last", "modifier", "why"), made.PAIRS[2], strict=True)) | changed
    return made.ptp([made.PAIRS[3], tuple(row.values())])


@pytest.mark.parametrize(
    "wrong",
    [
        # Not the file at all
        ("physician-fee-schedule", "x.csv", "Seen today.\n", r"^x\.csv: no file for `import physician-fee-schedule`; expected columns HCPCS, MOD, "),
        ("ncci", "x.txt", made.fee_schedule(), r"no file for `import ncci`; expected PTP edits .* MUE tables .* add-on code edits"),
        ("hcpcs", "x.txt", made.rbcs(), r"expected lines of 293 or 320 characters .*, or columns HCPC, RECID, .*ACTION CD; found x\.txt$"),
        ("opps-addendum-b", "x.csv", made.mue(), "expected columns HCPCS CODE, SI, APC"),
        ("cpt-descriptors", "x.csv", made.table([("a", "b")]), r"expected columns CPT CODE, LONG DESCRIPTION \(name yours by --code-column and --text-column\); found x\.csv$"),
        ("ccs-services", "x.csv", made.rbcs(), "expected columns CODE RANGE, CCS, CCS LABEL"),
        ("rbcs", "x.csv", made.ccs(), "expected columns HCPCS CD, RBCS ID"),
        ("ncci", "x.xls", b"\xd0\xcf\x11\xe0", r"^x\.xls: Excel files of the old kind are not read; save it as \.xlsx"),
        ("hcpcs", "x.pdf", b"%PDF-1.7 \xff", r"^x\.pdf: no file for `import hcpcs`"),
        # A header that has changed
        ("physician-fee-schedule", FEE, made.fee_schedule().replace("GLOB,", "GLBL,"), r"^PPRRVU2026_Jan\.csv line 10: expected the column GLOB DAYS in this header; found instead: NOT USED FOR .*GLBL DAYS"),
        ("ncci", PTP, made.ptp().replace("Deletion", "Ending"), r"line 3: expected the columns .*; deletion not found \(it has: COLUMN 1, COLUMN 2"),
        ("ncci", MUE, made.mue().replace("MUE Adj", "Adj"), "line 5: expected the column MUE ADJUDICATION INDICATOR in this header; found instead: ADJUDICATION INDICATOR$"),
        ("ncci", AOC, made.add_ons().replace("AOC_Edit_Eff", "Edit_Begin"), "line 2: expected the column AOC EDIT EFFDT .*: EDIT BEGINDT$"),
        ("opps-addendum-b", OPPS, made.addendum_b().replace("Payment Rate", "Rate"), r"line 3: expected the column PAYMENT RATE .* RATE, NATIONAL"),
        ("rbcs", "RBCS_RY_2025.csv", made.rbcs().replace("RBCS_Id", "Id"), "line 1: expected the column RBCS ID .*: ID, "),
        ("ccs-services", "v2025-1.csv", made.ccs().replace("CCS Label", "Label"), "line 2: expected the column CCS LABEL in this header; found instead: LABEL$"),
        # Wrong rows, by line
        ("physician-fee-schedule", FEE, made.fee_schedule([*made.FEES, made.fee("4537")]), r"csv line 17: HCPCS: '4537' is not a CPT or HCPCS code \(has a spreadsheet"),
        ("physician-fee-schedule", FEE, made.fee_schedule([made.fee("45378", work="x")]), "line 11: WORK RVU: 'x' is not a number"),
        ("physician-fee-schedule", FEE, made.fee_schedule([made.fee("45378", work="NaN")]), "line 11: WORK RVU: 'NaN' is not a number"),
        ("physician-fee-schedule", FEE, made.fee_schedule([made.fee("45378", status="")]), "line 11: STATUS CODE: '' is not a status"),
        ("physician-fee-schedule", FEE, made.fee_schedule([made.fee("45378", "xyz")]), "line 11: MOD: 'xyz' is not a modifier"),
        ("ncci", PTP, pair(two="4538"), r"TXT line 9: '4538' is not a CPT or HCPCS code"),
        ("ncci", PTP, pair(first="19961301"), "line 9: '19961301' is not a date"),
        ("ncci", PTP, pair(first=""), "line 9: an edit without an effective date"),
        ("ncci", PTP, pair(last="never"), "line 9: 'never' is not a date"),
        ("ncci", PTP, pair(modifier="2"), r"line 9: '2' is not a modifier indicator \(0, 1 or 9\)"),
        ("ncci", MUE, made.mue([*made.MUES, ("45385", "many", "1 Line Edit", "x")]), "line 10: .*: 'many' is not a number of units"),
        ("ncci", MUE, made.mue([("45385", "1", "4 Other", "x")]), "line 7: MUE ADJUDICATION INDICATOR: '4 Other' is not"),
        ("ncci", AOC, made.add_ons([("4", *made.ADD_ONS[0][1:])]), "line 3: AOC EDIT TYPE: '4' is not a type"),
        ("ncci", AOC, made.add_ons([("1", "44139", "2025366", *made.ADD_ONS[0][3:])]), "line 3: AOC DELDT: '2025366' is not a date"),
        ("hcpcs", "HCPC2026_JAN.txt", "".join(HCPCS_LINES).replace("20241231", "20241331"), r"line 6: terminated: '20241331' is not a date"),
        ("hcpcs", "HCPC2026_JAN.txt", "".join(HCPCS_LINES[:6] + HCPCS_LINES[7:]), "line 7: goes on with J1885, which did not begin"),
        ("opps-addendum-b", OPPS, made.addendum_b([("45378", "x", "T", "5311", "1", "$x", "", "")]), r"line 4: PAYMENT RATE: '\$x' is not a number"),
        ("ccs-services", "v2025-1.csv", made.ccs([("'10022-10021'", "1", "x")]), "line 3: CODE RANGE: .* is not a range of codes"),
        ("ccs-services", "v2025-1.csv", made.ccs([("'10021-0042T'", "1", "x")]), "line 3: CODE RANGE: .* is not a range of codes"),
        ("rbcs", "RBCS_RY_2025.csv", made.rbcs([(*made.RBCS[0][:9], "31/31/1993", *made.RBCS[0][10:])]), "line 2: HCPCS CD ADD DT: '31/31/1993' is not a date"),
        ("cpt-descriptors", "2026.csv", made.descriptors([("45378", "", "", "")]), "line 2: LONG DESCRIPTOR: '' is not a descriptor"),
        # Cut off
        ("physician-fee-schedule", FEE, made.fee_schedule()[:-60], "line 16: .* columns where the header .* at least 28; the file may be cut off"),
        ("ncci", PTP, made.ptp()[:-20], "line 13: 4 columns, an edit has 7; the file may be cut off"),
        ("hcpcs", "HCPC2026_JAN.txt", "".join(HCPCS_LINES[:7])[:-100], "line 7: 222 characters, a record has 293 or 320; the file may be cut off"),
        ("hcpcs", "HCPC2026_JAN.txt", "".join(HCPCS_LINES) + "J18", "line 10: no record"),
        ("physician-fee-schedule", FEE, "".join(FEE_LINES[:10]), r"csv: no record below the header"),
        ("ncci", PTP, made.ptp([]), "TXT: no edit below the header"),
        ("ncci", "a.xlsx", made.workbook(made.add_on_rows())[:-300], r"^a\.xlsx: the workbook is damaged or cut off"),
        ("ncci", "a.xlsx", b"PK\x03\x04", r"^a\.xlsx: the workbook is damaged or cut off"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_changed(bring, home, wrong):
    command, name, content, message = wrong
    bring(command, made.ALL[command])
    before = state(home)
    with pytest.raises(DataError, match=message) as raised:
        bring(command, {name: content})
    assert "\n" not in str(raised.value)
    assert state(home) == before


def test_one_bad_file_of_several_ends_the_import(bring, home):
    files = dict(made.ALL["ncci"])
    files[MUE] = made.mue([("45385", "many", "1 Line Edit", "x")])
    with pytest.raises(DataError, match="'many' is not a number of units"):
        bring("ncci", files)
    assert state(home) == {}


def test_a_named_file_that_is_none_ends_the_import(bring, home):
    with pytest.raises(DataError, match=r"^other\.csv: no file for `import ncci`"):
        bring("ncci", {**made.ALL["ncci"], "other.csv": made.fee_schedule()})
    assert not home.exists()


def test_a_zip_that_is_cut_off_is_named(home, tmp_path):
    whole = write_zip(tmp_path / "rvu26a.zip", {FEE: made.fee_schedule()}).read_bytes()
    [cut] = made.write(tmp_path / "cut", {"rvu26a.zip": whole[:-40]})
    with pytest.raises(DataError, match=r"^rvu26a\.zip: the zip is damaged or cut off$"):
        import_service_files("physician-fee-schedule", cut)
    with pytest.raises(DataError, match=r"^nowhere\.zip: no such zip or folder$"):
        import_service_files("physician-fee-schedule", tmp_path / "nowhere.zip")


def test_two_files_of_one_release_are_refused(bring):
    files = {"PPRRVU2026_Jan.csv": made.fee_schedule(), "PPRRVU2026_Jan2.csv": made.fee_schedule([made.fee("45385")])}
    with pytest.raises(
        DataError, match=r"two files of Physician fee schedule 2026A: PPRRVU2026_Jan\.csv and PPRRVU2026_Jan2"
    ):
        bring("physician-fee-schedule", files)


def test_a_missing_part_of_the_pairs_is_told(bring, home):
    with pytest.raises(
        DataError, match=r"part f2 of the PTP edits is missing; .*ccipra-v320r0-f1\.TXT, ccipra-v320r0-f3\.TXT"
    ):
        bring("ncci", {"ccipra-v320r0-f1.TXT": made.ptp(), "ccipra-v320r0-f3.TXT": made.ptp(made.PAIRS[:1])})
    assert not home.exists()


def test_an_unknown_kind_and_no_folder(bring, monkeypatch):
    with pytest.raises(UnknownNameError, match="unknown kind of files 'fees'; valid: ccs-services, cpt-descriptors"):
        bring("fees", made.ALL["hcpcs"])
    monkeypatch.setenv("DETECT_ICD_DATA", "")
    with pytest.raises(UsageError, match="DETECT_ICD_DATA is empty"):
        bring("hcpcs", made.ALL["hcpcs"])


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt, sqlite3.OperationalError])
def test_an_import_that_breaks_off_leaves_no_part_behind(bring, home, monkeypatch, error):
    bring("ncci", made.ALL["ncci"])
    before = state(home)

    def fail(*arguments):
        raise error("broken off")

    monkeypatch.setattr(service_importing.Writer, "finish", fail)
    with pytest.raises(error, match="broken off"):
        bring("ncci", made.ALL["ncci"])
    assert state(home) == before
