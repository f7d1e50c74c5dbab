"""Official files of CPT and HCPCS codes of a few lines, in the layouts they are published in; descriptors are made up."""

import csv
import io
import zipfile
from xml.sax.saxutils import escape


def table(rows, delimiter=",", end="\r\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


# The physician fee schedule

FEE_HEAD = """\
,,{year} National Physician Fee Schedule Relative Value File {month} Release,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,A notice of the publisher.  All rights reserved.  ,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,Another notice.,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,, ,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,RELEASED 12/23/2024,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,, , ,,,,,,,,,,,,,,,,,,,,,,,,,NON-FACILITY,FACILITY,
,,,,NOT USED,,,,,,,,,,,,,,,,,,,,,PHYSICIAN,,DIAGNOSTIC,PE USED,PE USED,MP USED
,,,,FOR,,,NON-FAC,,FACILITY ,,,,,,,,,,,,,,,,SUPERVISION OF,,IMAGING,FOR OPPS,FOR OPPS,FOR OPPS
,,,STATUS,MEDICARE ,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,TEAM,ENDO,CONV,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT
HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT
"""


def fee(code, modifier="", *, status="A", work="7.94", factor="33.4009", description="words, made up"):
    """A row of 31 cells."""
    values = [work, "9.10", "NA", "8.01", "", "1.90", "18.94", "17.85", "0", "090", "0.11", "0.76", "0.13"]
    return [code, modifier, description, status, "", *values, "2", "1", "2", "1", "0", "45300", factor, "09", "0", "99",
            "0.00", "0.00", "0.00"]  # fmt: skip


FEES = (fee("45378"), fee("45385"), fee("71046"), fee("71046", "26"), fee("71046", "TC"), fee("G0105", status="R"))


def fee_schedule(rows=FEES, year=2026, month="January"):
    """``PPRRVU``: 31 columns, its header split over lines 6 to 10, data from line 11."""
    return FEE_HEAD.format(year=year, month=month).replace("\n", "\r\n") + table(rows)


# NCCI

PTP_HEAD = (
    "A notice, made up.  All rights reserved.\t\t\t\t\t\t\r\n"
    "Column1/Column 2 Edits\t\t\t\t\t\t\r\n"
    "Column 1\tColumn 2\t*=in \tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\texistence\tDate\tDate\t0=not allowed\t\r\n"
    "\t\tprior to 1996\t\t*=no data\t1=allowed\t\r\n"
    "\t\t\t\t\t9=not applicable\t\r\n"
    "\r\n"
)

PAIRS = (
    ("0001A", "0591T", "", "20220101", "20231231", "1", "A rationale"),
    ("45385", "45378", "*", "19960101", "19960101", "9", "A rationale"),
    ("45385", "45378", "", "19960101", "*", "0", "More extensive"),
    ("45385", "45380", "", "20000101", "*", "1", "A rationale"),
    ("45378", "G0105", "", "20200101", "20260331", "0", "A rationale"),
    ("45398", "45385", "", "20150101", "*", "1", "A rationale"),
)


def ptp(rows=PAIRS):
    """``ccipra-*``: a notice, a header split over four lines, tab-separated."""
    return PTP_HEAD + "".join("\t".join(row) + "\r\n" for row in rows)


MUE_COLUMNS = {
    "practitioner": "Practitioner Services MUE Values",
    "hospital": "Outpatient Hospital Services MUE Values",
    "supplier": "DME Supplier Services MUE Values",
}

MUES = (
    ("45378", "1", "2 Date of Service Edit: Policy", "Code Descriptor"),
    ("36415", "2", "3 Date of Service Edit: Clinical", "Clinical: Data"),
    ("J1885", "8", "1 Line Edit", "Prescribing Information"),
)


def mue(rows=MUES, setting="practitioner"):
    """A quoted notice of several lines, a header whose first cell has a line break."""
    notice = ["A notice,\nmade up.\n\nAll rights reserved.", "", "", ""]
    head = ["HCPCS/\nCPT Code", MUE_COLUMNS[setting], "MUE Adjudication Indicator", "MUE Rationale"]
    return table([notice, head, *rows])


ADD_ON_HEAD = ("AOC_Edit_Type", "Add-On_Code", "AOC_DelDT", "Primary_Code", "Primary_Code_DelDT", "AOC_Edit_EffDT",
               "AOC_Edit_DelDT", "Special_Instruction_Notes")  # fmt: skip

ADD_ONS = (
    ("1", "44139", "", "44140", "", "2013001", "", ""),
    ("1", "44139", "", "44145", "2025365", "2013001", "", ""),
    ("2", "22614", "", "CCCCC", "", "2013001", "", "Contractor Defined Primary Codes"),
    ("3", "64636", "", "64635", "", "2014001", "2026090", ""),
)


def add_on_rows(rows=ADD_ONS):
    return [["A notice, made up."], list(ADD_ON_HEAD), *map(list, rows)]


def add_ons(rows=ADD_ONS):
    """``AOC_V2026Q1-MCR.txt``: tab-separated."""
    return table(add_on_rows(rows), "\t")


# HCPCS level II


def hcpcs_line(code, record="3", long="", short="", *, coverage="C", betos="O1E", types="1P", added="19930101",
               effective="19970101", terminated="", action="N", sequence="00100", width=320):  # fmt: skip
    """A line of ``HCPC*_ANWEB.txt``."""
    cells = [(0, f"{code:>5}"), (5, sequence), (10, record), (11, long), (91, short)]
    if record in "37":
        cells += [(229, coverage), (256, betos), (260, types), (268, added), (276, effective), (284, terminated),
                  (292, action)]  # fmt: skip
    line = " " * width
    for start, text in cells:
        line = line[:start] + text + line[start + len(text) :]
    return line[:width]


def hcpcs(width=320):
    """The publisher's remarks, modifiers with record ids 7 and 8, codes with 3 and 4."""
    lines = [
        "***Disclaimers\t\t\t\t",
        "*A remark.\xa0 Another.\xa0 \t\t",
        "",
        hcpcs_line("LT", "7", "A side,", "A side", betos="", types="", width=width),
        hcpcs_line("LT", "8", "the left", sequence="00200", width=width),
        hcpcs_line("A9999", "3", "A supply, ended", "A supply", terminated="20241231", action="D", width=width),
        hcpcs_line("J1885", "3", "A drug of", "A drug inj", coverage="D", width=width),
        hcpcs_line("J1885", "4", "some milligrams", sequence="00200", width=width),
        hcpcs_line("J1885", "4", "each", sequence="00300", width=width),
    ]
    return "".join(line + "\r\n" for line in lines)


HCPCS_HEAD = ("HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", "COV", "BETOS", "TOS1", "TOS2", "TOS3",
              "TOS4", "TOS5", "ADD DT", "ACT EFF DT", "TERM DT", "ACTION CD")  # fmt: skip


def hcpcs_rows():
    """The same as a workbook, a code a row."""
    return [
        ["***Disclaimers"],
        list(HCPCS_HEAD),
        ["   LT", "0010", "7", "A side, the left", "A side", "C", *[""] * 6, "19930101", "19970101", "", "N"],
        ["A9999", "0010", "3", "A supply, ended", "A supply", "C", "O1E", "1", "P", "", "", "",
         "19930101", "19970101", "20241231", "D"],
        ["J1885", "0010", "3", "A drug of some milligrams each", "A drug inj", "D", "O1E", "1", "P", "", "", "",
         19930101, 19970101, "", "N"],
    ]  # fmt: skip


# The others

APCS = (
    ("45378", "words", "T", "5311", "9.8765", "$1,234.50 ", ".", "$246.90"),
    ("36415", "words", "Q4", "", "", "", "", ""),
    ("A9999", "words", "N", "", "", "", "", ""),
)


def addendum_b_rows(rows=APCS, title="Addendum B.-Final OPPS Payment by HCPCS Code for CY 2026"):
    head = ["HCPCS Code", "Short Descriptor", "SI", "APC ", "Relative Weight", "Payment Rate",
            "National Unadjusted Copayment", "Minimum Unadjusted Copayment "]  # fmt: skip
    return [[title, *[""] * 7], ["A notice, made up.", *[""] * 7], head, *map(list, rows)]


def addendum_b(rows=APCS):
    return table(addendum_b_rows(rows))


CCS = (("'0042T-0042T'", "227", "Other diagnostic"), ("'10021-10022'", "170", "Needle sampling"),
       ("'45378-45392'", "76", "Looks into the bowel"))  # fmt: skip


def ccs(rows=CCS):
    """A title, then ranges in apostrophes."""
    return '"CLINICAL CLASSIFICATIONS FOR SERVICES AND PROCEDURES, v2025.1",,\r\n' + table(
        [("Code Range", "CCS", "CCS Label"), *rows]
    )


RBCS_HEAD = ("HCPCS_Cd", "RBCS_Id", "RBCS_Cat", "RBCS_Cat_Desc", "RBCS_Cat_Subcat", "RBCS_Subcat_Desc", "RBCS_FamNumb",
             "RBCS_Family_Desc", "RBCS_Major_Ind", "HCPCS_Cd_Add_Dt", "HCPCS_Cd_End_Dt", "RBCS_Assignment_Eff_Dt",
             "RBCS_Assignment_End_Dt")  # fmt: skip

RBCS = (
    ("45378", "PG001N", "P", "Procedure", "PG", "Digestive", "001", "Scopes", "N", "01/01/1993", "12/31/9999",
     "01/01/2014", "12/31/2019"),
    ("45378", "PG002N", "P", "Procedure", "PG", "Digestive", "002", "Scopes, anew", "N", "01/01/1993", "12/31/9999",
     "01/01/2020", "12/31/9999"),
)  # fmt: skip


def rbcs(rows=RBCS):
    return table([RBCS_HEAD, *rows])


DESCRIPTORS = (
    ("45378", "My words of one thing", "2015-01-01", ""),
    ("45385", "My words of another; “quoted”", "", "12/31/2026"),
)


def descriptors(rows=DESCRIPTORS, head=("CPT Code", "Long Descriptor", "Effective Date", "Deleted"), delimiter=","):
    return table([head, *rows], delimiter)


# Workbooks and zips

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def column_name(number):
    name = ""
    while number >= 0:
        name = chr(ord("A") + number % 26) + name
        number = number // 26 - 1
    return name


def workbook(*sheets, dates=frozenset()):
    """An xlsx of sheets of rows: strings are shared, numbers are numbers, those in ``dates`` are shown as days."""
    strings, parts = [], {}
    for number, rows in enumerate(sheets, 1):
        lines = []
        for line, row in enumerate(rows, 1):
            cells = ""
            for column, value in enumerate(row):
                place = f'r="{column_name(column)}{line}"'
                if value in ("", None):
                    continue
                if isinstance(value, str):
                    strings.append(value)
                    cells += f'<c {place} t="s"><v>{len(strings) - 1}</v></c>'
                else:
                    cells += f'<c {place} s="{int(value in dates)}"><v>{value}</v></c>'
            lines.append(f'<row r="{line}">{cells}</row>')
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_SHEET}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
        )
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1))
    targets = "".join(
        f'<Relationship Id="rId{n}" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)
    )
    shared = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    parts |= {
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{targets}</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def write(folder, files, encoding="utf-8"):
    """Writes files by name; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in files.items():
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        paths.append(path)
    return paths


ALL = {
    "physician-fee-schedule": {"PPRRVU2026_Jan_nonQPP.csv": fee_schedule()},
    "ncci": {
        "ccipra-v320r0-f1.TXT": ptp(PAIRS[:3]),
        "ccipra-v320r0-f2.TXT": ptp(PAIRS[3:]),
        "ccioph-v320r0-f1.TXT": ptp(PAIRS[2:3]),
        "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv": mue(),
        "MCR_MUE_OutpatientHospitalServices_Eff_01-01-2026.csv": mue((("45378", "3", "1 Line Edit", "x"),), "hospital"),
        "MCR_MUE_DMESupplierServices_Eff_01-01-2026.csv": mue((("A9999", "9", "1 Line Edit", "x"),), "supplier"),
        "AOC_V2026Q1-MCR.txt": add_ons(),
    },
    "hcpcs": {"HCPC2026_JAN_ANWEB_12292025.txt": hcpcs()},
    "opps-addendum-b": {"January 2026 Web Addendum B.12.31.25.csv": addendum_b()},
    "cpt-descriptors": {"mine-2026.csv": descriptors()},
    "ccs-services": {"CCS_services_procedures_v2025-1_052425.csv": ccs()},
    "rbcs": {"RBCS_RY_2025.csv": rbcs()},
}
"""A release of everything, by command."""
