"""Modifiers from words: each rule with its sentences, and what they do to the codes of a note."""

import pytest

from detect_icd.code_ranges import code_ranges
from detect_icd.coding import CodeSystem
from detect_icd.detector import detect
from detect_icd.linkage import done_for
from detect_icd.matchers.procedures_modifiers import ModifierRule, modifier_rules
from detect_icd.matchers.procedures_sides import done_again, main_side
from redactphi.errors import RuleError, UnknownNameError

RULES = modifier_rules().rules
BEGUN = " The incision was closed."


def lines(text, **options):
    found = detect(text, **options)
    return sorted(
        "-".join((c.coding.code, *c.modifiers)) + (f" x{c.units}" if c.units > 1 else "")
        for c in found.reported
        if c.coding.system is not CodeSystem.ICD10CM
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_matches_its_sentences_and_not_its_near_misses(rule):
    for sentence in rule.matches:
        assert rule.find(sentence + BEGUN, 0, len(sentence)), sentence
    for sentence in rule.ignores:
        assert not rule.find(sentence + BEGUN, 0, len(sentence)), sentence


def test_what_was_never_begun_was_not_stopped():
    stopped = next(rule for rule in RULES if rule.code == "53")
    assert not stopped.find("The procedure was aborted because of a fever.", 0, 45)


def test_every_pair_of_one_family_names_codes():
    for lesser, beside, _ in modifier_rules().distinct:
        assert len(code_ranges((lesser, beside), "distinct")) == 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("PROCEDURE: Left knee arthroscopy with partial medial meniscectomy.", ["29881-LT"]),
        ("PROCEDURE: Bilateral carpal tunnel release.", ["64721-50"]),
        ("PROCEDURE: Right trigger finger release, ring and small fingers.", ["26055-F8", "26055-F9"]),
        (
            "PROCEDURE: Total abdominal colectomy.\nDESCRIPTION: A midline incision was made. Dense adhesions required an additional 2 hours.",
            ["44150-22"],
        ),
        (
            "PROCEDURE: Exploratory laparotomy.\nDESCRIPTION: She was taken back to the operating room for bleeding. Midline incision reopened.",
            ["49000-78"],
        ),
        ("I assisted Dr. Vance.\nPROCEDURE: Open right hemicolectomy with ileocolic anastomosis.", ["44160-80"]),
        ("CPT: 64721-RT, 64721-LT; J1885 x4", ["64721-LT", "64721-RT", "J1885 x4"]),
        ("Charges: 11043-LT and 11046 x2. 11042 was not billed.", ["11043-LT", "11046 x2"]),
        ("ZIP 44160. MRN 45385. Call 55250.", []),
    ],
)
def test_lines_of_a_claim(text, wanted):
    assert lines(text) == wanted


def test_fifty_nine_goes_to_the_lesser_where_the_lesions_are_told_apart():
    scope = "PROCEDURE: Colonoscopy with biopsy and snare polypectomy."
    assert lines(scope) == ["45380", "45385"]
    apart = f"{scope}\nDESCRIPTION: The colonoscope reached the cecum. A sigmoid polyp was snared. A separate rectal polyp was biopsied."
    assert lines(apart) == ["45380-59", "45385"]


def test_an_operation_given_up_for_an_open_one_is_open():
    told = (
        "PROCEDURE PERFORMED: Laparoscopic cholecystectomy.\nDESCRIPTION: Ports were placed. The anatomy was not clear, and I gave up "
        "the attempt. A right subcostal incision was made and the gallbladder was removed."
    )
    assert lines(told) == ["47600"]


def test_what_was_done_again_on_the_other_side_is_on_both():
    told = "PROCEDURE: Right carpal tunnel release.\nDESCRIPTION: The ligament was divided. The same procedure was done on the left."
    assert lines(told) == ["64721-50"]


def test_what_lost_says_to_which_code_and_by_which_word():
    found = detect("PROCEDURE: Laparoscopic cholecystectomy with intraoperative cholangiogram.")
    why = {item.candidate.coding.code: item.why for item in found.dropped}
    assert "47563 by" in why["47562"]
    assert "cholangiogram" in why["47562"]


def test_a_procedure_names_the_diagnoses_it_was_done_for():
    found = detect(
        "POSTOPERATIVE DIAGNOSIS: Acute cholecystitis with gallstones; umbilical hernia.\nPROCEDURE: 1. Laparoscopic cholecystectomy.\n"
        "2. Open repair of umbilical hernia, 2 cm.\nPMH: type 2 diabetes."
    )
    supports = {c.coding.code: c.supports for c in found.reported if c.coding.system is not CodeSystem.ICD10CM}
    assert supports == {"47562": ("K80.00",), "49591": ("K42.9",)}
    assert "K80" in done_for("47562")
    assert done_for("99999") == ()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"worsd": ["x"]}, RuleError),
        ({"matches": []}, RuleError),
        ({"code": "9"}, RuleError),
        ({"to": "everything"}, UnknownNameError),
    ],
)
def test_a_wrong_rule_is_an_error(change, error):
    raw = {"code": "22", "what": "more", "to": "first", "words": ["x"], "matches": ["x"], "ignores": ["y"]}
    with pytest.raises(error):
        ModifierRule.from_mapping({**raw, **change})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Scrotal hydrocelectomy, right. The left side was not touched.", ("RT",)),
        ("Needle into the pocket on the right, 1.3 L amber fluid off.", ("RT",)),
        ("R side down. Left kidney taken.", ("LT",)),
        ("The left middle and left ring fingers had both been locking.", ("LT",)),
        ("Left tunneled pleural catheter.", ("LT",)),
        ("Right groin opened. Left groin opened.", ()),
    ],
)
def test_the_side_of_an_account(text, wanted):
    side, _ = main_side(text)
    assert side == "".join(wanted)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("Scope AD: grommet in. AS same.", True),
        ("R occipital nerve blocked. Repeated L.", True),
        ("Right root blocked. Then the same on the right below.", False),
        ("Right drum slit, grommet in.", False),
    ],
)
def test_what_was_done_again_in_shorthand(text, again):
    assert (done_again(text) is not None) is again


def test_a_visit_beside_an_operation_stands_apart():
    told = (
        "New patient, moderate medical decision making: full evaluation of knee osteoarthritis. Decision then to inject the left knee, "
        "1 ml lidocaine and steroid, same visit."
    )
    assert lines(told) == ["20610-LT", "99204-25"]


def test_only_an_operation_of_its_own_takes_the_second_surgeon():
    told = "PROCEDURE: L5-S1 anterior lumbar interbody fusion with morselized allograft. \nDESCRIPTION: The vascular surgeon exposed; I did the fusion as co-surgeon."
    assert lines(told) == ["20930", "22558-62"]


def test_one_side_of_what_is_done_on_both_is_reduced():
    told = "PROCEDURE: Tonsillectomy, age 30. Only the right tonsil was taken."
    assert lines(told) == ["42826-52"]


def test_a_scope_that_does_not_reach_the_cecum_is_reduced_where_something_was_done():
    told = "PROCEDURE: Colonoscopy with biopsy.\nDESCRIPTION: The scope could not be advanced beyond the hepatic flexure. A mass was biopsied."
    assert lines(told) == ["45380-52"]


def test_a_note_that_begins_with_a_name_reports_it():
    assert lines("Laparoscopic cholecystectomy. First assist: T. Moss, PA-C.") == ["47562"]
    assert lines("Renal transplant.") == []
