"""The official files of CPT and HCPCS codes: told by their content, read by their headers, kept whole or not at all."""

import hashlib

import pytest

from detect_icd.importers.grids import day, normal
from detect_icd.importers.service_releases import Release
from detect_icd.importers.workbook import Workbook
from detect_icd.service_files import ServiceFiles
from detect_icd.service_importing import import_service_files
from redactphi.errors import DataError, UnknownNameError, UsageError
from tests.detect_icd import service_official_files as made
from tests.detect_icd.official_files import write_zip


def kept(done):
    return [(file.kind, file.setting, file.release, [source.name for source in file.files]) for file in done.files]


# What is read


@pytest.mark.parametrize("command", made.ALL)
def test_every_kind_is_read_and_counted(bring, command, home):
    done = bring(command, made.ALL[command])
    assert {source.name for file in done.files for source in file.files} == set(made.ALL[command])
    for file in done.files:
        assert file.path.parent == home
        assert all(source.rows for source in file.files)
        [folder] = {path.parent for path in home.parent.glob("given0/*")}
        assert {source.sha256 for source in file.files} <= {
            hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()
        }
    assert ServiceFiles.open().imports() == done.files


def test_the_files_of_ncci_are_told_apart_by_their_content(bring):
    names = {"ccipra-v320r0-f1.TXT": "a practitioner.txt", "ccioph-v320r0-f1.TXT": "b hospital.txt"}
    files = {
        names.get(n, f"{k}.{n[-3:]}"): text for k, (n, text) in enumerate(made.ALL["ncci"].items()) if "f2" not in n
    }
    done = bring("ncci", files, release="2026q1")
    assert {(file.kind, file.setting): file.rows for file in done.files} == {
        ("ncci-ptp", "practitioner"): 3, ("ncci-ptp", "hospital"): 1, ("ncci-mue", "practitioner"): 3,
        ("ncci-mue", "hospital"): 1, ("ncci-mue", "supplier"): 1, ("ncci-add-on", ""): 4,
    }  # fmt: skip


def test_zips_and_folders_are_looked_into_and_other_files_passed_over(home, tmp_path):
    others = {
        "readme.pdf": b"%PDF",
        "GPCI2026.csv": made.table([["State", "GPCI"], ["AL", "1"]]),
        "._PPRRVU2026.csv": "x",
    }
    made.write(tmp_path / "in", {"PPRRVU2026_Jan_nonQPP.csv": made.fee_schedule()})
    zipped = write_zip(
        tmp_path / "in" / "rvu25a.zip", {**others, "deep/PPRRVU25_JAN.csv": made.fee_schedule(year=2025)}
    )
    assert zipped.exists()
    done = import_service_files("physician-fee-schedule", tmp_path / "in")
    assert [file.release for file in done.files] == ["2025A", "2026A"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(bring, encoding):
    bring("cpt-descriptors", {"mine-2026.csv": made.descriptors()}, encoding)
    assert ServiceFiles.open().descriptor("45385").text == "My words of another; “quoted”"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("command", "ask"), [
    ("physician-fee-schedule", lambda files: files.fees("45385")[0].source.line == 12),
    ("ncci", lambda files: files.ptp("45385", "45378")[0].source.line in {9, 10}),
    ("opps-addendum-b", lambda files: files.apc("36415").source.line == 5),
])  # fmt: skip
def test_line_ends_of_any_system(bring, end, command, ask):
    name, text = next(iter(made.ALL[command].items()))
    bring(command, {name: text.replace("\r\n", end)})
    assert ask(ServiceFiles.open())


@pytest.mark.parametrize("width", [293, 320])
def test_hcpcs_lines_of_both_widths(bring, width):
    bring("hcpcs", {"HCPC2026_JAN_ANWEB.txt": made.hcpcs(width)}, "cp1252")
    record = ServiceFiles.open().hcpcs("J1885")
    assert (record.long, record.short, record.coverage, record.betos, record.type_of_service, record.action) == (
        "A drug of some milligrams each", "A drug inj", "D", "O1E", "1P", "N",
    )  # fmt: skip


def test_a_workbook_gives_what_the_text_gives(bring):
    def all_of(name, content):
        bring("hcpcs", {name: content}, "cp1252")
        files = ServiceFiles.open()
        fields = ("long", "short", "coverage", "type_of_service", "added", "effective", "terminated", "action")
        records = [files.hcpcs(code) for code in ("J1885", "A9999", "LT")]
        return [[getattr(record, field) for field in fields] for record in records]

    text = all_of("HCPC2026_JAN_ANWEB.txt", made.hcpcs())
    assert all_of("HCPC2026_JAN_ANWEB.xlsx", made.workbook(made.hcpcs_rows())) == text


@pytest.mark.parametrize(
    ("command", "name", "rows", "ask"),
    [
        (
            "opps-addendum-b",
            "2026_january_addendum_b.xlsx",
            made.addendum_b_rows(),
            lambda f: f.apc("45378").payment_rate,
        ),
        ("ncci", "AOC_V2026Q1-MCR.xlsx", made.add_on_rows(), lambda f: f.primaries("22614")),
        ("cpt-descriptors", "2026.xlsx", [("CPT", "Long"), ("45378", "x")], lambda f: f.descriptor("45378")),
    ],
)
def test_workbooks_are_read_by_their_headers(bring, command, name, rows, ask):
    bring(command, {name: made.workbook([["an empty sheet"]], rows)})
    assert ask(ServiceFiles.open())


def test_pairs_in_a_workbook(bring):
    rows = [line.split("\t") for line in made.ptp().splitlines()]
    done = bring("ncci", {"ccipra-v320r0-f1.xlsx": made.workbook(rows)})
    assert done.files[0].rows == len(made.PAIRS)
    assert ServiceFiles.open().ptp("45378", "45385")[0].source.line == 10


def test_columns_are_found_by_name_in_any_order(bring):
    cells = [line.split(",") for line in made.FEE_HEAD.format(year=2026, month="Jan").splitlines()[5:]]
    rows = [[*row[:1], "new", *row[:0:-1]] for row in [*cells, *made.FEES]]
    bring("physician-fee-schedule", {"PPRRVU2026_Jan.csv": made.table(rows)})
    fee = ServiceFiles.open().fees("45378")[0]
    assert (fee.status, fee.global_days, str(fee.facility_total), str(fee.nonfacility_total), fee.imaging_family) == (
        "A", "090", "17.85", "18.94", "99",
    )  # fmt: skip


@pytest.mark.parametrize("lines", [2, 3, 5])
def test_a_header_of_fewer_lines(bring, lines):
    text = "".join(made.fee_schedule().splitlines(keepends=True)[10 - lines :])
    bring("physician-fee-schedule", {"PPRRVU2026_Jan.csv": text})
    assert ServiceFiles.open().fees("45378")[0].supervision == "09"


def test_one_of_several_forms_of_a_file_is_read_and_the_others_named(home, tmp_path):
    zipped = write_zip(tmp_path / "rvu26a.zip", {
        "PPRRVU2026_Jan_QPP.csv": made.fee_schedule([made.fee("45378", factor="33.5675")]),
        "PPRRVU2026_Jan_nonQPP.csv": made.fee_schedule(),
    })  # fmt: skip
    done = import_service_files("physician-fee-schedule", zipped)
    assert kept(done) == [("physician-fee-schedule", "", "2026A", ["PPRRVU2026_Jan_nonQPP.csv"])]
    assert str(ServiceFiles.open().fees("45378")[0].conversion_factor) == "33.4009"
    assert any(note.startswith("PPRRVU2026_Jan_QPP.csv is passed over") for note in done.notes)


def test_a_qpp_file_alone_is_read(bring):
    assert bring("physician-fee-schedule", {"PPRRVU2026_Jan_QPP.csv": made.fee_schedule()}).files[0].rows == 6


def test_a_part_of_a_release_is_told(bring):
    done = bring("ncci", {"ccipra-v320r0-f1.TXT": made.ptp()})
    [note] = done.notes
    assert "6 records, fewer than any whole release has (1,000,000)" in note


@pytest.mark.shared
def test_the_published_hcpcs_file(home, shared):
    done = import_service_files("hcpcs", shared / "hcpcs" / "2019-Alpha-Numeric-HCPCS-File.zip")
    assert kept(done) == [("hcpcs", "", "2019", ["HCPC2019_CONTR_ANWEB.txt"])]
    assert done.files[0].rows == 6_800
    files = ServiceFiles.open()
    record = files.hcpcs("A0080")
    assert record.long.endswith("provided by volunteer (individual or organization), with no vested interest")
    assert (record.betos, record.type_of_service, str(record.added), record.source.line) == (
        "O1A",
        "D",
        "1982-01-01",
        536,
    )
    assert files.hcpcs("LT").short == "Left side"


# Of which release


@pytest.mark.parametrize(
    ("kind", "text", "release"),
    [
        ("physician-fee-schedule", "2025 National Physician Fee Schedule Relative Value File January Release", "2025A"),
        ("physician-fee-schedule", "2019 National Physician Fee Schedule Relative Value File October Release", "2019D"),
        ("physician-fee-schedule", "PPRRVU2026_Jan_nonQPP.csv", "2026A"),
        ("physician-fee-schedule", "PPRRVU25_JAN.csv", "2025A"),
        ("physician-fee-schedule", "PPRRVU2025_Oct.csv", "2025D"),
        ("physician-fee-schedule", "RVU26A.zip", "2026A"),
        ("physician-fee-schedule", "rvu26ar_1.zip", "2026A"),
        ("physician-fee-schedule", "rvu25d_0.zip", "2025D"),
        ("physician-fee-schedule", "fees.csv", None),
        ("ncci-ptp", "ccipra-v320r0-f1.TXT", "2026q1"),
        ("ncci-ptp", "ccioph-v321r0-f4.TXT", "2026q2"),
        ("ncci-ptp", "ccipra-v313r1-f4.TXT", "2025q4"),
        ("ncci-ptp", "medicare-ncci-2026q3-practitioner-ptp-edits.zip", "2026q3"),
        ("ncci-mue", "MCR_MUE_PractitionerServices_Eff_10-01-2025.csv", "2025q4"),
        ("ncci-mue", "practitionerservicesmuetable-effective-04-01-2026", "2026q2"),
        ("ncci-mue", "Medically Unlikely Edits, effective July 1, 2026", "2026q3"),
        ("ncci-add-on", "AOC_V2025Q4_01-MCR.txt", "2025q4"),
        ("hcpcs", "HCPC2019_CONTR_ANWEB.txt", "2019"),
        ("hcpcs", "HCPC2026_JAN_ANWEB_12292025.xlsx", "2026-01"),
        ("hcpcs", "july-2025-alpha-numeric-hcpcs-file.zip", "2025-07"),
        ("hcpcs", "2019-Alpha-Numeric-HCPCS-File.zip", "2019"),
        ("opps-addendum-b", "Section 508 version of January 2025 Web Addendum B.12.31.24.csv", "2025-01"),
        ("opps-addendum-b", "july-2026-opps-addendum-b.zip", "2026-07"),
        ("opps-addendum-b", "2026_april_addendum_b.xlsx", "2026-04"),
        ("opps-addendum-b", "Addendum B.-Final OPPS Payment by HCPCS Code for CY 2026", None),
        ("cpt-descriptors", "cpt-2026.csv", "2026"),
        ("ccs-services", "CCS_services_procedures_v2025-1_052425.csv", "2025"),
        ("rbcs", "RBCS_RY_2025.csv", "2025"),
        ("rbcs", "rbcs_ry24.csv", "2024"),
    ],
)
def test_the_release_is_read_from_names_and_titles(kind, text, release):
    found = Release.find(kind, ["", text])
    assert (found and found.written(kind)) == release


@pytest.mark.parametrize("written", ["2026A", "2026AR", "2026q1", "2026Q1", "2026-01", "2026-Q1"])
def test_a_release_may_be_written_as_any_kind_does(bring, written):
    [file] = bring("physician-fee-schedule", {"fees.csv": made.fee_schedule(year=2019)}, release=written).files
    assert (file.release, file.path.name) == ("2026A", "physician-fee-schedule-2026A.sqlite")


@pytest.mark.parametrize("written", ["", "26A", "2026E", "2026q5", "newest", "2026-13", "2026/01", "FY2026"])
def test_a_release_that_is_none_is_refused(bring, home, written):
    with pytest.raises(UsageError, match="a release is written as"):
        bring("hcpcs", made.ALL["hcpcs"], release=written)
    assert not home.exists()


def test_a_file_of_no_stated_release_needs_one(bring, home):
    with pytest.raises(
        UsageError, match=r"^apc\.csv: neither the file nor its name says of which release; .*--release"
    ):
        bring("opps-addendum-b", {"apc.csv": made.addendum_b()})
    assert not home.exists()


def test_pairs_whose_setting_no_name_tells_need_one(bring, home):
    with pytest.raises(UsageError, match=r"^pairs\.txt: its name does not say whose edits; .*--setting"):
        bring("ncci", {"pairs.txt": made.ptp()}, release="2026q1")
    assert bring("ncci", {"pairs.txt": made.ptp()}, release="2026q1", setting="hospital").files[0].setting == "hospital"
    with pytest.raises(UnknownNameError, match="unknown setting 'supplier'; valid: hospital, practitioner"):
        bring("ncci", {"pairs.txt": made.ptp()}, release="2026q1", setting="supplier")


# What is kept


def test_a_second_import_of_a_release_takes_the_place_of_the_first_and_of_no_other(bring, home):
    bring("physician-fee-schedule", {"PPRRVU2025_Oct.csv": made.fee_schedule([made.fee("45385")], 2025, "October")})
    bring("physician-fee-schedule", made.ALL["physician-fee-schedule"])
    assert len(ServiceFiles.open().fees("71046")) == 3
    bring("physician-fee-schedule", {"PPRRVU2026_Jan.csv": made.fee_schedule([made.fee("45385", status="D")])})
    files = ServiceFiles.open()
    assert files.fees("71046") == ()
    assert files.fees("45385")[0].status == "D"
    assert sorted(path.name for path in home.iterdir()) == [
        "physician-fee-schedule-2025D.sqlite",
        "physician-fee-schedule-2026A.sqlite",
    ]


def test_descriptors_by_columns_of_ones_own(bring):
    text = made.descriptors([("45378", "not this", "this", "")], ("Item", "Description", "My Words", "x"), "\t")
    with pytest.raises(
        DataError, match=r"2026\.tsv line 1: expected the column CPT CODE in this header; found instead: ITEM, "
    ):
        bring("cpt-descriptors", {"2026.tsv": text})
    bring("cpt-descriptors", {"2026.tsv": text}, code_column="item", text_column="My words")
    assert ServiceFiles.open().descriptor("45378").text == "this"
    with pytest.raises(DataError, match=r"^2026\.tsv line 1: expected the column WORDS in this header; found"):
        bring("cpt-descriptors", {"2026.tsv": text}, code_column="item", text_column="words")


# Cells


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260131", "2026-01-31"), ("2026031", "2026-01-31"), ("2024366", "2024-12-31"), ("2026-01-31", "2026-01-31"),
        ("2026-01-31T00:00:00", "2026-01-31"), ("01/31/2026", "2026-01-31"), ("1/31/2026 0:00", "2026-01-31"),
        ("", None), ("*", None), ("00000000", None), ("12/31/9999", None), ("99991231", None),
    ],
)  # fmt: skip
def test_days_as_files_write_them(text, expected):
    found = day(text)
    assert (found and found.isoformat()) == expected


@pytest.mark.parametrize(
    "text", ["2026", "20260230", "2026000", "2025366", "31.01.26", "January 2026", "45378", "2026-1"]
)
def test_what_is_no_day(text):
    with pytest.raises(ValueError, match=r"\w"):
        day(text)


def test_names_of_columns():
    assert normal("HCPCS/\nCPT Code") == "HCPCS CPT CODE"
    assert normal(" Add-On_Code ") == "ADD ON CODE"


def test_cells_of_a_workbook():
    content = made.workbook([["a & b", "", 0.1, 45378, 46053]], [["x"]], dates={46053})
    first, second = Workbook("a.xlsx", content).sheets()
    assert list(first.rows()) == [(1, ["a & b", "", "0.1", "45378", "2026-01-31"])]
    assert [cells for _, cells in second.rows()] == [["x"]]
