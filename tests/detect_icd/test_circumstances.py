"""Z codes by patterns: every rule with its own examples; drugs and allergies by what the note says of them."""

import pytest

from detect_icd import CodeDetector
from detect_icd.assertion import WORD, Passage, context_rules
from detect_icd.codebook import CodeBook, open_book, releases
from detect_icd.matchers.circumstance_rules import CircumstanceRule, circumstance_rules
from detect_icd.matchers.circumstances import CircumstanceMatcher
from detect_icd.matchers.substances import substances
from detect_icd.terms import sentences
from redactphi.errors import RuleError, UnknownNameError


@pytest.fixture(scope="module")
def matcher():
    return CircumstanceMatcher()


@pytest.fixture(scope="module")
def detector():
    return CodeDetector()


def stated(matcher, text):
    """The names of the rules that state something present in a text."""
    names = set()
    for start, end in sentences(text):
        passage = Passage(text, (start, end), context_rules().cues(text, start, end), "")
        words = set(WORD.findall(text[start:end].lower()))
        found = matcher.find(passage, words, open_book())
        names |= {item.rule.name for item in found if item.assertion.status == "present"}
    return names


def examples(kind):
    return [
        pytest.param(r.name, text, id=f"{r.name}: {text}") for r in circumstance_rules() for text in getattr(r, kind)
    ]


@pytest.mark.parametrize(("name", "text"), examples("matches"))
def test_what_a_rule_must_match(matcher, name, text):
    assert name in stated(matcher, text)


@pytest.mark.parametrize(("name", "text"), examples("ignores"))
def test_what_a_rule_must_ignore(matcher, name, text):
    assert name not in stated(matcher, text)


def test_every_code_is_in_a_book():
    books = [CodeBook.open(release.name) for release in releases()]
    codes = {code for rule in circumstance_rules() for code in (rule.code, *rule.codes.values())}
    codes |= {code for rule in circumstance_rules() for _, code in rule.also}
    codes |= {code for item in substances().values() for code in (item.long_term, item.allergy) if code}
    assert [code for code in codes if not any(code in book for book in books)] == []


def codes(detector, text):
    return {candidate.coding.code for candidate in detector.detect(text).reported}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Atrial fibrillation, on apixaban.", "Z79.01"),
        ("MEDICATIONS: metformin 500 mg BID", "Z79.84"),
        ("Daily aspirin 81.", "Z79.82"),
        ("Long-term prednisone for polymyalgia.", "Z79.52"),
        ("ALLERGIES: penicillin, latex", "Z88.0"),
        ("Allergic to shellfish and codeine.", "Z88.5"),
        ("Sulfa allergy.", "Z88.2"),
        ("S/p right TKA 2019.", "Z96.651"),
        ("Bilateral hip replacements in 2012.", "Z96.643"),
        ("Obesity, BMI 37.4", "Z68.37"),
    ],
)
def test_read(detector, text, code):
    assert code in codes(detector, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Stopped apixaban last year.", "Z79.01"),
        ("Prednisone 40 mg x 5 days.", "Z79.52"),
        ("Mother is on warfarin.", "Z79.01"),
        ("Gestational diabetes, insulin controlled, on insulin.", "Z79.4"),
        ("Denies penicillin allergy.", "Z88.0"),
        ("Allergic rhinitis, on azithromycin.", "Z88.1"),
        ("Allergic reaction to penicillin today.", "Z88.0"),
        ("Right TKA scheduled.", "Z96.651"),
        ("BMI 37.4, hypertension.", "Z68.37"),
    ],
)
def test_not_read(detector, text, code):
    assert code not in codes(detector, text)


@pytest.mark.parametrize(
    ("text", "code"), [("Well child check. Acute otitis media.", "Z00.121"), ("Well child check, healthy.", "Z00.129")]
)
def test_examinations_with_and_without_findings(detector, text, code):
    assert code in codes(detector, text)


def test_a_screening_or_exposure_is_not_the_disease(detector):
    text = "Here to be screened for diabetes. Exposed to hepatitis A at work."
    assert codes(detector, text) == {"Z13.1", "Z20.5"}


def test_malformed_rules_tell_what_is_wrong():
    raw = {"name": "x", "kind": "status", "code": "Z66", "section": "I", "anchors": ["dnr"], "pattern": "dnr"}
    raw |= {"matches": ["DNR"], "ignores": ["none"]}
    assert CircumstanceRule.from_mapping(raw, {}, "x").name == "x"
    with pytest.raises(RuleError, match="valid: name, kind"):
        CircumstanceRule.from_mapping(raw | {"colour": 1}, {}, "x")
    with pytest.raises(RuleError, match="missing or empty"):
        CircumstanceRule.from_mapping(raw | {"ignores": []}, {}, "x")
    with pytest.raises(UnknownNameError, match="operation"):
        CircumstanceRule.from_mapping(raw | {"kind": "state"}, {}, "x")
    with pytest.raises(UnknownNameError, match="piece"):
        CircumstanceRule.from_mapping(raw | {"pattern": "{{side}}"}, {}, "x")
