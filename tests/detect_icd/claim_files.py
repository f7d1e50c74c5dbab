"""Small official files for the checks of a claim, in the layouts of CMS, and their import."""

from detect_icd import cli
from tests.detect_icd import service_official_files as made

PAIRS = [
    ("45385", "45380", "", "20020101", "*", "1", "A rationale"), ("45380", "45378", "", "20020101", "*", "0", "A rationale"),
    ("20610", "99213", "", "20100101", "*", "1", "A rationale"), ("29881", "29877", "", "20090101", "*", "1", "A rationale"),
    ("64483", "62323", "", "20170101", "20241231", "1", "A rationale"),
]  # fmt: skip
MUES = [
    ("45378", "1", "2 Date of Service Edit: Policy", "A rationale"), ("80053", "1", "1 Line Edit", "A rationale"),
    ("64636", "4", "3 Date of Service Edit: Clinical", "A rationale"),
]  # fmt: skip
ADD_ONS = [
    (kind, code, "", primary, "", "2013091", "", "")
    for kind, code, primary in (("1", "64636", "64635"), ("2", "99292", "CCCCC"), ("1", "22614", "22612"))
]
TOTAL, DAYS, MULTIPLE, TEAM = 12, 14, 18, 22
"""Columns of the fee schedule; bilateral, assistant and co-surgeon stand between the last two."""


def fee(code, total, days, indicators, base=""):
    """A row with the indicators from multiple procedure to team surgery."""
    row = made.fee(code)
    row[TOTAL], row[DAYS], row[MULTIPLE : TEAM + 1], row[TEAM + 1] = total, days, list(indicators), base
    return row


FEES = [
    fee("45378", "5.60", "000", "30100"), fee("45380", "6.00", "000", "30100", "45378"),
    fee("45385", "7.50", "000", "30100", "45378"), fee("20610", "1.30", "000", "21100"), fee("99213", "2.00", "XXX", "00000"),
]  # fmt: skip


def write_files(folder):
    """The files, by the command that imports them."""
    folder.mkdir()
    files = {
        "ncci": {
            "ccipra-v320r0-f1.TXT": made.ptp(PAIRS),
            "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv": made.mue(MUES),
            "AOC_V2026Q1-MCR.txt": made.add_ons(ADD_ONS),
        },
        "physician-fee-schedule": {"PPRRVU2026_Jan_nonQPP.csv": made.fee_schedule(FEES)},
    }
    for texts in files.values():
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    return {command: [folder / name for name in texts] for command, texts in files.items()}


def import_claim_files(folder):
    """Imports them into the folder that the environment names, as a user does it."""
    for command, files in write_files(folder).items():
        assert cli.run(["import", command, *map(str, files)]) == 0
