"""Small official files for the checks of a claim, in the layouts of CMS, and their import."""

from detect_icd import cli

PTP = (
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
)
PAIRS = [
    ("45385", "45380", "20020101", "*", "1"), ("45380", "45378", "20020101", "*", "0"), ("20610", "99213", "20100101", "*", "1"),
    ("29881", "29877", "20090101", "*", "1"), ("64483", "62323", "20170101", "20241231", "1"),
]  # fmt: skip
MUES = [("45378", 1, "2 Date of Service Edit: Policy"), ("64636", 4, "3 Date of Service Edit: Clinical"),
        ("80053", 1, "1 Line Edit")]  # fmt: skip
ADD_ONS = [("1", "64636", "64635"), ("2", "99292", "CCCCC"), ("1", "22614", "22612")]
FEE_HEADER = (
    "HCPCS,MOD,DESCRIPTION,STATUS CODE,WORK RVU,NON-FAC PE RVU,FACILITY PE RVU,MP RVU,NON-FACILITY TOTAL,FACILITY TOTAL,"
    "PCTC IND,GLOB DAYS,PRE OP,INTRA OP,POST OP,MULT PROC,BILAT SURG,ASST SURG,CO-SURG,TEAM SURG,ENDO BASE,CONV FACTOR"
)
FEES = [
    "45378,,LOOK AT COLON,A,3.26,6.2,1.9,0.4,9.9,5.6,0,000,0,0,0,3,0,1,0,0,     ,33.4",
    "45380,,TISSUE OF COLON,A,3.56,8.4,2,0.4,12.4,6,0,000,0,0,0,3,0,1,0,0,45378,33.4",
    "45385,,POLYP OF COLON,A,4.57,8.8,2.4,0.5,13.9,7.5,0,000,0,0,0,3,0,1,0,0,45378,33.4",
    "20610,,NEEDLE IN JOINT,A,0.79,1,0.4,0.1,1.9,1.3,0,000,0,0,0,2,1,1,0,0,     ,33.4",
    "99213,,VISIT,A,1.3,1.4,0.6,0.1,2.8,2,0,XXX,0,0,0,0,0,0,0,0,     ,33.4",
]


def write_files(folder):
    """The files, by the command that imports them."""
    folder.mkdir()
    pairs = folder / "ccipra-v320r0-f1.TXT"
    lines = [f"{one}\t{two}\t\t{first}\t{last}\t{kind}\tMisuse\n" for one, two, first, last, kind in PAIRS]
    pairs.write_text(PTP + "".join(lines), encoding="utf-8")
    units = folder / "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv"
    head = '"HCPCS/\nCPT Code","Practitioner Services MUE Values","MUE Adjudication Indicator","MUE Rationale"\n'
    rows = [f'{code},{value},"{mai}","Clinical: Data"\n' for code, value, mai in MUES]
    units.write_text(head + "".join(rows), encoding="utf-8")
    add_ons = folder / "AOC_V2026Q1.txt"
    head = "AOC Edit Type\tAdd-On Code\tPrimary Code\tEffective Date\tDeletion Date\tSpecial Instruction Notes\n"
    rows = [f"{kind}\t{code}\t{primary}\t2013091\t\t\n" for kind, code, primary in ADD_ONS]
    add_ons.write_text(head + "".join(rows), encoding="utf-8")
    fees = folder / "PPRRVU2026_Jan_nonQPP.csv"
    fees.write_text("\n".join((FEE_HEADER, *FEES)) + "\n", encoding="utf-8")
    return {"ncci": [pairs, units, add_ons], "physician-fee-schedule": [fees]}


def import_claim_files(folder):
    """Imports them into the folder that the environment names, as a user does it."""
    for command, files in write_files(folder).items():
        assert cli.run(["import", command, *map(str, files)]) == 0
