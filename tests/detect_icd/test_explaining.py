"""Every code with its words, rule and status; every dropped one with why; every question."""

from detect_icd.candidates import Detection
from detect_icd.explaining import _RULES, explain
from detect_icd.matchers.phrases import PhraseSource


def explained(detector, text):
    return "\n".join(explain(detector.detect(text), text))


def test_a_reported_code_with_its_words_place_and_rule(detector):
    text = "Assessment: rectal    prolapse."
    lines = list(explain(detector.detect(text), text))
    assert lines[:2] == ["Reported, in sequence:", "  K62.3  Rectal prolapse"]
    assert "      status      present, section assessment, score 0.95" in lines
    assert '      mention     "rectal prolapse" at 12-30' in lines
    assert any(line.startswith("      rule        dictionary/") for line in lines)
    assert "Not reported:" not in lines


def test_a_dropped_code_with_why(detector):
    shown = explained(detector, "Rectal prolapse. No fever.")
    reported, dropped = shown.split("Not reported:")
    assert "K62.3" in reported
    assert "R50.9" in dropped
    assert "status      negated" in dropped
    assert '"No"' in dropped
    assert "dropped by  " in dropped


def test_questions_stand_last(detector):
    detection = detector.detect("Assessment: fracture of femur. Knee pain.")
    assert detection.warnings
    shown = list(explain(detection, "Assessment: fracture of femur. Knee pain."))
    at = shown.index("To ask or check:")
    assert shown[at + 1 :] == [f"  {warning}" for warning in detection.warnings]


def test_a_service_shows_its_modifiers_and_units(detector):
    shown = explained(detector, "s/p fall, right ankle sprain. CPT 29540-RT, 97110 x3 units")
    assert "  29540-RT" in shown
    assert "  97110 x3" in shown


def test_nothing_found_is_said():
    assert list(explain(Detection(), "")) == ["Reported, in sequence:", "  nothing"]


def test_every_candidate_is_explained(detector):
    text = "PMH: gout. FH: breast cancer. Assessment: probable pneumonia, HTN, CKD stage 3. No fever. dx: E11.9"
    detection = detector.detect(text)
    shown = "\n".join(explain(detection, text))
    for candidate in (*detection.reported, *(item.candidate for item in detection.dropped)):
        assert f"  {candidate.coding.code}  {candidate.coding.display}" in shown
        for span in candidate.evidence:
            assert f"at {span.start}-{span.end}" in shown


def test_the_rules_of_the_dictionary_are_told_in_words():
    assert {source.rule for source in PhraseSource} <= set(_RULES)
