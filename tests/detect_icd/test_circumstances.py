"""Z codes by patterns: every rule with its own examples; drugs and allergies by what the note says of them."""

import pytest

from detect_icd.assertion import WORD, Passage
from detect_icd.codebook import CodeBook, open_book, releases
from detect_icd.matchers.circumstance_rules import CircumstanceRule, circumstance_rules
from detect_icd.matchers.circumstances import CircumstanceMatcher
from detect_icd.matchers.drug_cues import cues
from detect_icd.matchers.substance_names import substances
from detect_icd.sentences import sentences
from redactphi.errors import RuleError, UnknownNameError


@pytest.fixture(scope="module")
def matcher():
    return CircumstanceMatcher()


def stated(matcher, text):
    """The names of the rules that state something present in a text."""
    names = set()
    for start, end in sentences(text):
        passage = Passage(text, (start, end), "")
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


@pytest.mark.parametrize("cue", cues().values(), ids=lambda cue: cue.name)
def test_a_cue_of_long_use_matches_its_examples_and_not_its_near_misses(cue):
    find = cue.pattern.match if cue.name.endswith("-after") else cue.pattern.search
    assert [text for text in cue.matches if not find(text)] == []
    assert [text for text in cue.ignores if find(text)] == []


def test_every_code_is_in_a_book():
    books = [CodeBook.open(release.name) for release in releases()]
    codes = {code for rule in circumstance_rules() for code in (rule.code, *rule.codes.values())}
    codes |= {code for rule in circumstance_rules() for _, code in rule.also}
    codes |= {code for item in substances().values() for code in (*item.long_term.split(), item.allergy) if code}
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
        ("T2DM. Glargine 18 u hs.", "Z79.4"),
        ("T2DM, metformin only.", "Z79.84"),
        ("Glargine + metformin for T2DM.", "Z79.4"),
        ("T2DM on an SGLT2 inhibitor.", "Z79.84"),
        ("T2DM: Ozempic weekly.", "Z79.85"),
        ("Steroid induced diabetes, taking metformin twice a day.", "Z79.84"),
        ("Hypoglycemia in type 2 diabetic caused by glipizide, took exactly as rx'd.", "Z79.84"),
        ("Kidney transplant. Tac, MMF, pred 5 unchanged.", "Z79.621"),
        ("Kidney transplant. Tac, MMF, pred 5 unchanged.", "Z79.624"),
        ("Kidney transplant. Tac, MMF, pred 5 unchanged.", "Z79.52"),
        ("Liver transplant 2019. FK506, Cellcept, prednisone 5 daily.", "Z79.52"),
        ("PMR quiet on pred 5 mg daily x 14 mo, no stop date planned.", "Z79.52"),
        ("Osteoporosis. Alendronate yr 2.", "Z79.83"),
        ("Asthma. Flovent bid every day.", "Z79.51"),
        ("Prostate cancer. Lupron 22.5 IM today, ADT ongoing.", "Z79.818"),
        ("Bleeding due to warfarin taken as directed for AF.", "Z79.01"),
        ("Coumadin clinic, INR 2.9, same dose.", "Z79.01"),
        ("AF. Start doxycycline x7d, continue warfarin.", "Z79.01"),
        ("T2DM. Metformin 1000 bid, azithro x5d for bronchitis.", "Z79.84"),
        ("CAD s/p PCI on DAPT.", "Z79.02"),
        ("CAD s/p PCI on DAPT.", "Z79.82"),
        ("MS, Ocrevus infusion #5 without reaction.", "Z79.620"),
        ("Psoriatic arthritis holding on methotrexate weekly.", "Z79.631"),
        ("Kidney transplant. Bactrim for PJP ppx.", "Z79.2"),
        ("Recurrent UTI, nitrofurantoin nightly prophylaxis.", "Z79.2"),
        ("Chronic back pain, methadone 10 mg tid long-term.", "Z79.891"),
        ("Yr 6 deceased donor kidney, no rejection.", "Z94.0"),
        ("Quit his amlodipine for HTN on purpose, the copay was more than he could pay.", "Z91.120"),
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
        ("T2DM. Start metformin 500 bid.", "Z79.84"),
        ("Metformin, albuterol.", "Z79.84"),
        ("T2DM, diet controlled, no meds; declined metformin.", "Z79.84"),
        ("T2DM. Metformin d/c'd last year.", "Z79.84"),
        ("Afib. Warfarin held, INR 9.", "Z79.01"),
        ("Father takes warfarin.", "Z79.01"),
        ("Atrial fibrillation, heparin gtt.", "Z79.01"),
        ("Prostate cancer. Lupron today.", "Z79.818"),
        ("Eczema, tacrolimus 0.1% ointment bid.", "Z79.621"),
        ("Latent TB. Rifampin x4 mo.", "Z79.2"),
        ("Knee OA. Ibuprofen prn.", "Z79.1"),
        ("Asthma. Budesonide neb given in ED.", "Z79.51"),
        ("Opioid use disorder on methadone maintenance 80 mg daily.", "Z79.891"),
        ("Opioid use disorder, on bup/nal maintenance.", "Z79.891"),
        ("Tardive dyskinesia from haloperidol, which he takes as ordered x1 yr.", "Z79.899"),
        ("Hip fracture. Lovenox for DVT ppx.", "Z79.01"),
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
