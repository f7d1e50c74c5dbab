"""Procedures: every entry's own examples, the written cases, and what must not change a result."""

from datetime import date
from pathlib import Path

import pytest

from detect_icd.candidates import Status
from detect_icd.coding import CodeSystem
from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_index import Index
from detect_icd.matchers.procedures_lexicon import APPROACHES, Procedure, expand, procedures, read_procedures
from detect_icd.matchers.procedures_vocabulary import Vocabulary
from detect_icd.sections import find_sections
from redactphi.errors import RuleError, UnknownNameError

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "codes" / "procedures_written.txt"
MATCHER = ProcedureMatcher()
ENTRIES = procedures()


def found(text, day=None):
    return MATCHER.candidates(text, find_sections(text), day)


def done(text, day=None):
    return [candidate for candidate in found(text, day) if candidate.status is Status.PRESENT]


def codes(text, day=None):
    return sorted(candidate.coding.code for candidate in done(text, day))


def item(words):
    return f"PROCEDURE PERFORMED: {words}.\n"


def written_cases():
    for number, line in enumerate(CASES.read_text(encoding="utf-8").splitlines(), 1):
        if "=>" in line and not line.startswith("#"):
            text, _, wanted = line.rpartition("=>")
            yield pytest.param(text.strip().replace("\\n", "\n"), wanted.split(), id=f"line {number}")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.specialty}:{entry.code}")
def test_an_entry_reports_what_it_matches_and_nothing_else(entry):
    for words in entry.matches:
        assert codes(item(words), entry.valid_to) == sorted({entry.code, *entry.beside}), words
    for words in entry.told:
        assert codes(words, entry.valid_to) == sorted({entry.code, *entry.beside}), words
    for words in entry.ignores:
        assert entry.code not in codes(item(words), entry.valid_to), words


@pytest.mark.parametrize(("text", "wanted"), list(written_cases()))
def test_written_case(text, wanted):
    got = ["-".join([candidate.coding.code, *candidate.modifiers]) for candidate in done(text)]
    assert sorted(got) == sorted(wanted)


def test_the_colorectal_family_is_there():
    have = {entry.code for entry in ENTRIES}
    family = (
        "45395 45397 45400 45402 45110 45112 45119 45540 45550 44145 44146 44147 44207 44208 44204 44188 44310 44187"
    )
    scopes = "45378 45379 45380 45381 45382 45384 45385 45386 45388 45389 45390 45391 45393 45398 G0105 G0121"
    assert set(f"{family} {scopes}".split()) <= have
    assert len(have) >= 230


def test_names_that_point_to_codes_point_to_a_code_form():
    for entry in ENTRIES:
        assert all(len(code) == 5 for code in (*entry.supersedes, *entry.includes, *entry.add_on_to)), entry.code


def test_part_of_names_lexicon_files():
    files = {entry.specialty for entry in ENTRIES}
    assert {name for entry in ENTRIES for name in entry.part_of} <= files


def test_evidence_is_the_words_that_decided():
    text = item("Laparoscopic left inguinal hernia repair with mesh")
    (candidate,) = done(text)
    words = {span.label: text[span.start : span.end] for span in candidate.evidence}
    assert words["approach"] == "Laparoscopic"
    assert words["side"] == "left"
    assert words["mention"] == "inguinal hernia repair"
    assert candidate.modifiers == ("LT",)
    assert candidate.coding.system is CodeSystem.CPT


def test_planned_and_past_operations_stay_candidates():
    statuses = {candidate.status for candidate in found("INDICATIONS: Scheduled for laparoscopic cholecystectomy.")}
    assert statuses == {Status.PLANNED}
    statuses = {candidate.status for candidate in found("PAST SURGICAL HISTORY: Appendectomy.")}
    assert statuses == {Status.HISTORICAL}
    assert {c.status for c in found("PROCEDURE: Attempted colonoscopy.")} == {Status.UNCERTAIN}


def test_a_code_is_valid_on_the_day_of_service():
    text = item("Left iliac artery angioplasty")
    assert codes(text, date(2025, 12, 31)) == ["37220"]
    assert codes(text, date(2026, 1, 1)) == []
    assert codes(text) == []
    assert codes(item("Repair of umbilical hernia"), date(2022, 6, 1)) == []


def test_redaction_does_not_change_the_codes():
    before = "SEEN BY: Dr. Ilse Marwick 03/04/2026\nPROCEDURE: Right knee arthroscopy with partial medial meniscectomy.\nMRN 4410992"
    after = "SEEN BY: Dr. [PROVIDER] [DATE 2026]\nPROCEDURE: Right knee arthroscopy with partial medial meniscectomy.\nMRN [MRN]"
    assert codes(before) == codes(after) == ["29881"]
    assert done(before)[0].modifiers == done(after)[0].modifiers == ("RT",)


@pytest.mark.parametrize("text", ["", "\n", "\x00", "PROCEDURE:", "İ" * 50 + " colonoscopy", "colonoscopy\r\n" * 3])
def test_odd_texts_do_no_harm(text):
    for candidate in found(text):
        assert all(0 <= span.start < span.end <= len(text) for span in candidate.evidence)


def test_the_order_of_entries_does_not_matter():
    other = ProcedureMatcher(Index(tuple(reversed(ENTRIES))))
    for entry in ENTRIES[::7]:
        text = item(entry.matches[0])
        assert other.candidates(text, find_sections(text), entry.valid_to) == found(text, entry.valid_to)


RAW = {"name": "Thing done", "code": "45378", "names": ["thing"], "matches": ["Thing"]}


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"nmaes": ["x"]}, RuleError, "valid: variant, across, action"),
        ({"matches": []}, RuleError, "matches missing"),
        ({"code": "4537"}, RuleError, "CPT code"),
        ({"system": "CTP"}, UnknownNameError, "CPT, HCPCS"),
        ({"approach": ["keyhole"]}, UnknownNameError, ", ".join(sorted(APPROACHES)[:2])),
        ({"action": ["cut"]}, RuleError, "go together"),
        ({"names": []}, RuleError, "needs names"),
    ],
)
def test_a_wrong_entry_is_an_error_that_says_what_is_valid(change, error, words):
    with pytest.raises(error, match=words):
        Procedure.from_mapping({**RAW, **change}, "test")


def test_an_unknown_table_is_an_error():
    with pytest.raises(RuleError, match="valid: procedure"):
        read_procedures({"procedures": []}, "test")
    with pytest.raises(RuleError, match="valid: same, means, kind, also, phrase"):
        Vocabulary({"same": {}, "means": {}, "smae": {}})
    with pytest.raises(RuleError, match="also/plain: a name with _"):
        Vocabulary({"same": {}, "means": {}, "also": {"plain": ["word"]}})


def said(vocabulary, text):
    return [(hit.atom, text[hit.start : hit.end]) for hit in vocabulary.scan(text)]


def test_what_is_said_also_leaves_its_words_to_all_other_forms():
    raw = {"same": {"tube": ["plastic tube"]}, "means": {"nothing": ""}, "also": {"x_in": ["tube in", "=IN"]}}
    vocabulary = Vocabulary(raw)
    vocabulary.learn(["plastic"])
    assert said(vocabulary, "plastic tube in") == [("tube", "plastic tube"), ("x_in", "tube in")]
    assert said(vocabulary, "IN, in") == [("x_in", "IN")]
    assert vocabulary.atoms("plastic tube in") == {"tube"}
    packed = Vocabulary.from_packed(vocabulary.to_packed())
    assert said(packed, "plastic tube in") == said(vocabulary, "plastic tube in")


def test_words_of_a_form_that_says_nothing_say_nothing_else():
    vocabulary = Vocabulary({"same": {}, "means": {"nothing sampled": ""}, "also": {"x_bite": ["sampled"]}})
    assert said(vocabulary, "nothing sampled") == []
    assert said(vocabulary, "sampled") == [("x_bite", "sampled")]


def test_a_verb_that_denies_what_follows():
    lobe = "By VATS the vein, the arteries and the bronchus of the right upper lobe were stapled. "
    assert codes(lobe + "I took all the nodes below the carina.") == ["32663", "32674"]
    assert codes(lobe + "I took no nodes.") == ["32663"]


def test_steps_are_told_by_the_whole_note():
    heading = "PROCEDURE: Bronchoscopy with EBUS.\n"
    account = "DESCRIPTION: Needle aspirates came from 11L, 4L and 4R, five passes each."
    assert codes(heading + account) == ["31653"]


def test_the_account_tells_the_operations_of_a_heading_that_names_an_add_on_alone():
    account = "DESCRIPTION: Catheter steered to the left upper lobe. Under fluoroscopy six forceps biopsies."
    assert codes("PROCEDURE: Navigational bronchoscopy.\n" + account) == ["31627", "31628"]


def test_add_ons_come_with_the_operation_that_corrects_the_heading():
    account = "DESCRIPTION: Catheter of the planning CT navigation. Radial probe concentric in the left upper lobe nodule. Under fluoroscopy six forceps biopsies."
    assert codes("PROCEDURE: Flexible bronchoscopy.\n" + account) == ["31627", "31628", "31654"]


@pytest.mark.parametrize(
    ("text", "modifiers"),
    [
        ("VATS R. Apical bullae stapled off, lung up.", ("RT",)),
        ("VATS. Bullae of the LUL stapled off.", ("LT",)),
        ("VATS, left. Bullae stapled off between both ends of the scar.", ("LT",)),
        ("VATS. Bullae of the lung stapled off on each side.", ("50",)),
        ("PROCEDURE: Thoracentesis.\nDESCRIPTION: The left chest was tapped.", ("LT",)),
        ("PROCEDURE: Thoracentesis.\nDESCRIPTION: The left chest was tapped, the right arm up.", ()),
    ],
)
def test_the_side(text, modifiers):
    assert [candidate.modifiers for candidate in done(text)] == [modifiers]


def test_a_variant_adds_to_its_table():
    table = {**RAW, "without": ["a"], "variant": [{"code": "45380", "without": ["b"], "matches": ["Other"]}, {}]}
    first, second = expand(table)
    assert first == {**RAW, "code": "45380", "without": ["a", "b"], "matches": ["Other"]}
    assert second == {**RAW, "without": ["a"]}


@pytest.mark.parametrize(
    "heading",
    ["DISCHARGE SUMMARY", "CARDIOLOGY CONSULTATION", "PROGRESS NOTE, hospital day 3", "H&P", "TELEPHONE ENCOUNTER", "LETTER", "PHYSICAL THERAPY EVALUATION"],
)  # fmt: skip
def test_a_note_headed_as_that_of_a_visit_or_a_stay_reports_no_operation(heading):
    told = (
        "\nThe gallbladder was removed laparoscopically with clips on duct and artery. Incisions closed with sutures."
    )
    assert codes(heading + told) == []
    assert codes("OPERATIVE NOTE" + told) == ["47562"]


def test_what_was_done_at_a_visit_stands_in_its_examination_or_plan():
    visit = "HPI: left shoulder pain.\nEXAM: painful arc. {}\nPLAN: PT."
    done_here = "Area prepped and 40 mg triamcinolone with lidocaine was injected into the left subacromial space."
    assert codes(visit.format(done_here)) == ["20610", "J3301"]
    assert codes(visit.format("We will inject the subacromial space with triamcinolone next week.")) == []


def test_a_visit_that_says_nothing_was_done_reports_nothing():
    assert codes("Seen after ERCP with stent placement. The stent is patent. No procedure today.") == []


def test_an_account_under_findings_alone_is_read():
    told = "FINDINGS: Gastroscope to the duodenum. A wire was left in the antrum and Savary dilators to 45 French were passed over it."
    assert codes(told) == ["43248"]


def test_add_ons_that_the_account_tells_join_the_heading():
    heading = "PROCEDURE PERFORMED: L4-L5 posterolateral fusion.\n"
    account = "DESCRIPTION: Transverse processes were decorticated and packed with local bone and allograft chips."
    assert codes(heading + account) == ["20930", "20936", "22612"]


def test_one_part_of_a_joint_changed_is_told_by_what_stayed():
    heading = "PROCEDURE: Revision left hip.\nDESCRIPTION: Cup removed with osteotomes. "
    assert codes(heading + "Femoral stem solid and retained. New shell and liner.") == ["27137"]
    assert codes(heading + "The stem was loose and was changed too.") == ["27134"]


def test_a_heading_that_is_no_known_one_opens_the_list_of_operations():
    note = "PREOPERATIVE DIAGNOSIS: Appendicitis.\n\nSORT OF OPERATION: {}.\n\nANESTHESIA: General.\n"
    assert codes(note.format("Laparoscopic appendectomy")) == ["44970"]
    assert codes(note.replace("SORT OF", "REASON FOR").format("Laparoscopic appendectomy")) == []


def test_of_two_operations_that_include_one_another_one_stays():
    assert codes("PROCEDURE: Right burr hole craniotomy for evacuation of subdural hematoma.") == ["61154"]


def test_another_operation_of_the_item_does_not_lend_its_side():
    note = "PROCEDURE: Left inguinal hernia repair, bilateral hydrocele repair.\nThe patient is a 14-year-old boy."
    assert ("49505", ("LT",)) in {(one.coding.code, one.modifiers) for one in done(note)}


def test_an_account_headed_as_a_summary_is_read():
    note = (
        "PREOPERATIVE DIAGNOSIS: Right AC separation.\n\nPOSTOPERATIVE DIAGNOSIS: Right AC separation.\n\n"
        "PROCEDURES: Revision of right AC separation.\n\nSUMMARY: The joint was reduced and an allograft was passed."
    )
    assert "23552" in codes(note)


def test_what_an_item_says_in_passing_leaves_it_an_item():
    assert "58662" in codes(
        "PROCEDURES: 1. Laparoscopy.\n2. Ablation of a lesion which is suspicious for endometriosis."
    )
