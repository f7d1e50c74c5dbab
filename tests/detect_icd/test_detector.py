"""Cases a certified coder would agree with, and what a detection promises."""

import datetime
import functools
import os
import pickle
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from detect_icd import CodeDetector, Detection, Status, detect
from detect_icd.codebook import for_service_date, open_book
from detect_icd.coding import CodeSystem
from detect_icd.matchers.diagnoses import special_matcher
from detect_icd.note_memory import of_note
from redactphi.errors import UnknownNameError, UsageError

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "codes"
MARK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)(?: (\w+))?\)")


def cases(*topics):
    return [
        pytest.param(line.split("  #")[0].strip(), id=f"{topic}-{line[:50]}")
        for topic in topics
        for line in (CASES / f"{topic}.txt").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]


def parse(line):
    """The text, the codes to report, and the (code, status) to find."""
    marks = [(code, status) for _, code, status in MARK.findall(line)]
    return MARK.sub(r"\1", line), {c for c, s in marks if not s}, {(c, s) for c, s in marks if s}


def is_diagnosis(candidate):
    return candidate.coding.system is CodeSystem.ICD10CM


@pytest.mark.parametrize("line", cases("diagnosis_words", "diagnosis_guidelines"))
def test_reported_codes(line):
    text, codes, _ = parse(line)
    assert {c.coding.code for c in detect(text).reported if is_diagnosis(c)} == codes


@pytest.mark.parametrize("line", cases("diagnosis_literal"))
def test_literal_codes(line):
    text, codes, _ = parse(line)
    found = detect(text).candidates
    assert {c.coding.code for c in found if c.rules[0].startswith("literal/")} == codes


@pytest.mark.parametrize("line", cases("diagnosis_status"))
def test_status(line):
    text, codes, stated = parse(line)
    detection = detect(text)
    reported = {c.coding.code for c in detection.reported}
    found = {(c.coding.code, str(c.status)) for c in detection.candidates}
    assert stated <= found
    assert codes <= reported
    assert not {code for code, _ in stated} & reported
    mapped = {code for code in reported - codes if code.startswith(("Z8", "I25.2"))}
    assert reported - codes == mapped


def test_every_drop_says_why_and_every_candidate_is_reported_or_dropped():
    detection = detect("Possible pneumonia, no fever. HTN with CHF. Mother had breast cancer.")
    assert all(item.why for item in detection.dropped)
    kept = {id(c) for c in detection.reported} | {id(item.candidate) for item in detection.dropped}
    assert {id(c) for c in detection.candidates} <= kept


@pytest.mark.parametrize("setting", ["outpatient", "inpatient"])
def test_uncertain_diagnosis_by_setting(setting):
    detection = detect("DISCHARGE DIAGNOSIS: Probable pneumonia.", setting=setting)
    assert ("J18.9" in {c.coding.code for c in detection.reported}) == (setting == "inpatient")
    if setting == "outpatient":
        assert "IV.H" in detection.dropped[0].why


def test_uncertain_covid_is_not_reported_even_inpatient():
    detection = detect("DISCHARGE DIAGNOSIS: Suspected COVID-19.", setting="inpatient")
    assert "U07.1" not in {c.coding.code for c in detection.reported}


def test_only_billable_codes_are_reported_and_the_category_says_what_is_missing():
    detection = detect("dx: K56.5, E11")
    assert not {"K56.5", "E11"} & {c.coding.code for c in detection.reported}
    assert any("E11.0" in warning for warning in detection.warnings)


def test_release_follows_the_service_date():
    assert detect("I10", service_date="2026-03-14").candidates == detect("I10", release="FY2026").candidates
    old = detect("dx: I10", service_date="2026-03-14").reported[0].coding
    assert old.version == "FY2026"
    assert detect("dx: I10").reported[0].coding.version > old.version


def test_a_tag_neither_matches_nor_breaks_a_phrase():
    plain = detect("Pain in [NAME] left knee since [DATE 2024]. Seen by [PROVIDER], [ZIP 627].")
    assert [c.coding.code for c in plain.reported] == ["M25.562"]
    assert not detect("[AGE 90+] [DATE 2024] [ID_OTHER] [NAME] [PHONE]").candidates


def test_names_do_not_change_what_stands_around_them():
    before = detect("Knee pain, per Marguerite Oyelaran-Whitcombe, on the left since 03/14/2024. HTN.")
    after = detect("Knee pain, per [NAME], on the left since [DATE 2024]. HTN.")
    assert [c.coding.code for c in before.reported] == [c.coding.code for c in after.reported]


def test_evidence_stands_where_the_words_are():
    text = "Assessment: rectal prolapse, no fever."
    detection = detect(text)
    (mention,) = [c for c in detection.reported if c.coding.code == "K62.3"]
    assert text[mention.start : mention.evidence[0].end] == "rectal prolapse"
    assert mention.section == "assessment"
    (negated,) = [c for c in detection.candidates if c.status is Status.NEGATED]
    assert {span.label for span in negated.evidence} == {"mention", "status"}


def test_same_text_same_answer_and_pipe_keeps_order():
    texts = ["HTN", "", "rectal prolapse", "HTN"]
    detector = CodeDetector()
    found = list(detector.pipe(texts))
    assert found[0] == found[3]
    assert found[1] == Detection()
    assert [c.coding.code for c in found[2].reported] == ["K62.3"]


def test_the_order_of_sets_decides_neither_codes_nor_reasons(root):
    code = (
        "import sys; from pathlib import Path; from detect_icd import CodeDetector; detector = CodeDetector(); "
        "texts = [line.partition('=>')[0].replace('\\\\n', chr(10)) for line in Path(sys.argv[1]).read_text().splitlines()[::6]]; "
        "print([(d.rows(), [(x.candidate.coding.code, x.why) for x in d.dropped]) for d in detector.pipe(texts)])"
    )
    command = [sys.executable, "-c", code, str(root / "fixtures/cases/procedures/dev/bodies_f.txt")]
    said = {
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert b"less than" in said.pop()


def test_a_detector_can_be_pickled():
    detector = CodeDetector(setting="inpatient", release="FY2026")
    again = pickle.loads(pickle.dumps(detector))
    assert again.setting == "inpatient"
    assert again.detect("HTN") == detector.detect("HTN")


def test_wrong_options_name_the_valid_ones():
    with pytest.raises(UnknownNameError, match="outpatient"):
        CodeDetector(setting="hospital")
    with pytest.raises(UnknownNameError, match="FY2026"):
        detect("HTN", release="FY1999")
    with pytest.raises(UsageError):
        detect("HTN", release="FY2026", service_date="2026-01-01")


def test_rows_and_frame_put_the_reported_first():
    detection = detect("Possible pneumonia. Rectal prolapse.")
    frame = detection.to_frame()
    assert list(frame["reported"]) == sorted(frame["reported"], reverse=True)
    assert frame.loc[0, "code"] == "K62.3"


def test_a_literal_code_takes_its_status_from_its_own_statement():
    detection = detect("No fever. dx: K62.3. Denies pain; ICD-10: I10. No hernia (K40.90) seen.")
    assert {c.coding.code for c in detection.reported} == {"K62.3", "I10"}


@pytest.mark.parametrize("note", [None, 5, b"HTN", ["HTN"]])
def test_what_is_no_note_is_an_error(note):
    with pytest.raises(UsageError, match=type(note).__name__):
        detect(note)


def test_a_code_out_of_use_is_asked_about_and_one_we_know_has_our_words():
    detection = detect("CPT 37220", service_date="2026-03-01")
    assert "37220" in "".join(detection.warnings)
    assert detection.reported[0].coding.display
    assert not detect("CPT 37220", service_date="2025-12-01").reported[0].coding.version


@pytest.mark.parametrize("piece", ["left knee pain, ", "CPT 45397, ", "laparoscopic cholecystectomy ", "no ", "K62.3 "])
def test_a_sentence_without_an_end_is_read_to_its_end(piece):
    detection = detect(piece * (40_000 // len(piece)) + "and hypertension")
    assert "I10" in {c.coding.code for c in detection.candidates}


def test_public_names_stay_functions_whatever_was_used_before():
    program = "import detect_icd; detect_icd.lookup('K62.3'); print(detect_icd.search('rectal prolapse')[0].entry.code)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "K62.3"


def codes(detection):
    return [candidate.coding.code for candidate in detection.candidates]


@pytest.mark.parametrize("letters", ["7W3", "6W2D", "12WGA", "G2P2", "HTN"])
def test_the_random_letters_of_a_token_say_nothing(letters):
    token = f"[NAME~{letters:Q>26}]"
    assert codes(detect(f"{token} has low back pain. {token}: doing well.")) == ["M54.50"]


def test_what_stands_in_the_place_of_a_month_changes_nothing():
    note = "Dialysis since {} secondary to hypertension-induced renal failure."
    found = [codes(detect(note.format(date))) for date in DATES]
    assert {"N18.6", "Z99.2"} <= set(found[0])
    assert found == found[:1] * len(DATES)


DATES = ("[DATE]", "January", "May", "March", "June 2", "03/14/2026")


def test_a_detector_imports_nothing_of_redaction(root):
    code = "import sys; import detect_icd.detector; print(*{'spacy', 'presidio_analyzer', 'pandas'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_days_without_a_release_share_what_was_worked_out():
    one, other = open_book(service_date="2015-03-01"), open_book(service_date="2015-03-02")
    assert one.note != other.note
    assert one == other == open_book(release=one.release)
    assert special_matcher(one) is special_matcher(other)
    for day, book in (("2015-03-01", one), ("2015-03-02", other)):
        assert book.note in detect("HTN", service_date=day).warnings


@pytest.mark.parametrize(
    "day", [datetime.datetime(2026, 1, 5, 8, tzinfo=datetime.UTC), datetime.date(2026, 1, 5), "2026-01-05"]
)
def test_a_service_date_may_be_a_date_a_time_or_a_text(day):
    assert codes(detect("CPT: 37220", service_date=day)) == ["37220"]


def test_a_service_date_that_is_neither_is_a_usage_error():
    with pytest.raises(UsageError, match="ISO form"):
        detect("HTN", service_date=5)


def test_nothing_of_a_note_is_remembered_behind_it():
    asked = []

    @of_note(4)
    def read(text):
        asked.append(text)
        return len(text)

    assert [read("a note"), read("a note")] == [6, 6]
    assert asked == ["a note"]
    detect("Asthma.")
    assert read("a note") == 6
    assert asked == ["a note", "a note"]


def test_what_the_book_still_remembers_changes_nothing(detector, monkeypatch):
    text = "Cesarean at 37 weeks for severe preeclampsia; liveborn twins, dichorionic diamniotic."
    before = detector.detect(text, service_date="2026-03-01")
    book = for_service_date("2026-03-01")
    monkeypatch.setattr(book, "_entry", functools.lru_cache(maxsize=1)(book._read))
    assert detector.detect(text, service_date="2026-03-01") == before


@pytest.mark.parametrize("width", [60, 72, 84])
def test_the_width_a_note_is_printed_to_changes_no_code(width):
    note = (
        "Admitted with pneumonia of the left lower lobe and acute hypoxic respiratory failure. She has chronic obstructive "
        "pulmonary disease with acute exacerbation, type 2 diabetes mellitus with diabetic chronic kidney disease, stage 3b "
        "chronic kidney disease, and no evidence of pulmonary embolism on computed tomography of the chest."
    )
    printed = textwrap.fill(note, width)
    assert printed.count("\n") > 2
    whole, broken = (detect(text, setting="inpatient", service_date="2026-03-01") for text in (note, printed))
    assert {candidate.coding.code for candidate in whole.reported} == {
        candidate.coding.code for candidate in broken.reported
    }
    assert {"J18.9", "J96.01", "J44.1", "E11.22", "N18.32"} <= {candidate.coding.code for candidate in broken.reported}
