"""Injuries, causes, pregnancy, neoplasms and drugs: each rule with its example and near-miss, and whole notes."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from detect_icd.codebook import open_book
from detect_icd.detector import detect
from detect_icd.matchers.special import injuries, injury_titles
from detect_icd.matchers.special.causes import TRIGGERS
from detect_icd.matchers.special.facts import CauseRule, Phase, healing, phases, seventh, table
from detect_icd.matchers.special.injuries import InjuryMatcher
from detect_icd.matchers.special.intracranial import loss
from detect_icd.matchers.special.neoplasms import neoplasm_rules
from detect_icd.matchers.special.obstetric_facts import gestation, obstetrics
from detect_icd.matchers.special.substances import SubstanceMatcher, drug_events, names, told

CAUSES = [(name, rule) for name in ("causes.tsv", "places.tsv") for rule in table(name).rules]


def codes_of(name: str, text: str) -> list[str]:
    found = (
        table(name).find(text, 0, len(text))
        if name == "causes.tsv"
        else table(name).first_of_each(text, [(0, len(text))])
    )
    return [rule.code for rule, _, _ in found]


@pytest.mark.parametrize(
    ("name", "rule"), CAUSES, ids=[f"{name}-{rule.code}-{n}" for n, (name, rule) in enumerate(CAUSES)]
)
def test_a_cause_matches_its_example_and_not_its_near_miss(name: str, rule: CauseRule) -> None:
    assert rule.code in open_book()
    assert rule.code in codes_of(name, rule.matches)
    assert rule.code not in codes_of(name, rule.ignores)


def test_the_example_of_every_cause_has_a_word_that_triggers_the_scan() -> None:
    silent = [
        rule.code
        for rule in table("causes.tsv").rules
        if TRIGGERS.isdisjoint(re.findall(r"[a-z]+", rule.matches.lower()))
    ]
    assert not silent


@pytest.mark.parametrize("phase", phases().values(), ids=lambda phase: phase.name)
def test_a_phase_matches_its_examples_and_not_its_near_misses(phase: Phase) -> None:
    assert all(phase.regex.search(text) for text in phase.matches)
    assert not [text for text in phase.ignores if phase.regex.search(text)]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("Fell off ladder. Splint applied, follow up with ortho in 1 week.", "active"),
        ("Ortho f/u. 4 wks s/p ORIF, routine healing.", "routine"),
        ("10 wk recheck. Films: delayed healing. Not yet a nonunion.", "delayed"),
        ("7 months out from treatment: established nonunion.", "nonunion"),
        ("Fracture clinic follow-up: malunited distal radius.", "malunion"),
    ],
)
def test_the_phase_of_care_is_read_from_the_whole_note(note: str, expected: str) -> None:
    assert healing(note) == expected


def test_the_seventh_character_follows_the_phase_where_the_code_has_it() -> None:
    assert seventh("B", "nonunion", "ABCDEFGHJKMNPQRS") == "M"
    assert seventh("A", "nonunion", "ADS") == "D"
    assert seventh("S", "routine", "ADS") == "S"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Closed Colles' fracture of the right wrist", ["S52.531A"]),
        ("Gustilo IIIB open displaced comminuted fracture of the left tibial shaft", ["S82.252C"]),
        ("type II open fracture of the right distal radius", ["S52.501B"]),
        ("nondisplaced right fifth metatarsal fracture", ["S92.354A"]),
        ("left calcaneus fracture, closed", ["S92.002A"]),
        ("fractures of the left 4th through 6th ribs", ["S22.42XA"]),
        ("Left 2nd and 3rd metatarsal fractures", ["S92.322A", "S92.332A"]),
        ("Right tib-fib fracture", ["S82.201A", "S82.401A"]),
        ("salter-harris II fracture of left distal radius", ["S59.222A"]),
        ("Fracture, femur, neck, R, closed", ["S72.001A"]),
        ("Grade II sprain of the anterior talofibular ligament, left ankle", ["S93.492A"]),
        ("right ACL tear", ["S83.511A"]),
        ("anterior dislocation, right glenohumeral joint", ["S43.014A"]),
        ("abrasions to left knee and right elbow", ["S80.212A", "S50.311A"]),
        ("lacerations of the right hand and forearm", ["S61.411A", "S51.811A"]),
        ("partial-thickness burn to the right palm", ["T23.251A"]),
        ("metallic FB embedded in the left cornea", ["T15.02XA"]),
        ("cat bite to right hand", ["S61.451A"]),
        ("tick bite on the left thigh", ["S70.362A"]),
        ("crush injury of the left middle finger", ["S67.193A"]),
        ("late effect of a right bimalleolar fracture", ["S82.841S"]),
        ("acute kidney injury", []),
        ("pressure injury of the sacrum", []),
        ("stress fracture of the left tibia", []),
        ("puncture wound of the right forearm", ["S51.831A"]),
        ("lumbar puncture was normal", []),
        ("accidental dural puncture during the epidural", []),
        ("puncture of the scalp abscess", []),
    ],
)
def test_injuries_are_completed_from_the_titles(words: str, expected: list[str]) -> None:
    found = InjuryMatcher(open_book()).statements(words, 0, len(words))
    assert [statement.code for statement in found] == expected


def test_what_an_injury_of_a_part_usually_is_is_never_seen_half_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads share a matcher: here it is asked again while it still reads the table."""
    matcher = InjuryMatcher(open_book())
    words = "left wrist injury"
    seen: list[list[str]] = []
    reads = itertools.count()

    def by_side(*asked: Any) -> dict[str, str]:
        if next(reads) == 1:
            seen.append([statement.code for statement in matcher.statements(words, 0, len(words))])
        return injury_titles.by_side(*asked)

    monkeypatch.setattr(injuries, "by_side", by_side)
    seen.append([statement.code for statement in matcher.statements(words, 0, len(words))])
    assert seen == [["S69.92XA"], ["S69.92XA"]]


@pytest.mark.parametrize(
    ("note", "character"),
    [
        ("concussion, no LOC", "0"),
        ("did not lose consciousness", "0"),
        ("brief loss of consciousness", "1"),
        ("5 minutes of witnessed loss of consciousness", "1"),
        ("unconscious for 45 min", "2"),
        ("loss of consciousness for 3 hours", "3"),
        ("positive LOC", "9"),
        ("unknown LOC", "A"),
        ("concussion", ""),
    ],
)
def test_loss_of_consciousness_is_read(note: str, character: str) -> None:
    assert loss(note) == character


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("Fell off a ladder at work. XR: left calcaneus fracture.", {"S92.002A", "W11.XXXA", "Y99.0"}),
        (
            "Recheck, 5 weeks after being thrown from a horse: right clavicle shaft fracture, healing.",
            {"S42.021D", "V80.010D"},
        ),
        ("Driver of a car that hit a tree. Left wrist sprain.", {"S63.502A", "V47.5XXA"}),
        ("Woke with low back pain. Denies fall.", {"M54.50"}),
    ],
)
def test_a_cause_stands_beside_its_injury_with_its_seventh_character(note: str, expected: set[str]) -> None:
    assert {candidate.coding.code for candidate in detect(note).reported} == expected


@pytest.mark.parametrize("name", ["obstetric.tsv", "newborn.tsv", "venoms.tsv"])
def test_every_rule_of_a_table_has_a_code_an_example_and_a_near_miss(name: str) -> None:
    for rule in table(name).rules:
        assert rule.code in open_book(), rule
        assert rule.code in [r.code for r, _, _ in table(name).find(rule.matches, 0, len(rule.matches))], rule
        assert rule.code not in [r.code for r, _, _ in table(name).find(rule.ignores, 0, len(rule.ignores))], rule


def test_every_substance_has_a_category_with_an_accidental_poisoning() -> None:
    matcher = SubstanceMatcher(open_book())
    assert not [name for name, category in names().items() if matcher.complete(category, "accident") is None]


@pytest.mark.parametrize(("event", "matches", "ignores"), drug_events().raw)
def test_an_event_of_a_drug_matches_its_examples(
    event: str, matches: tuple[str, ...], ignores: tuple[str, ...]
) -> None:
    assert all(told(text, event) for text in matches)
    assert not [text for text in ignores if told(text, event)]


def test_every_neoplasm_rule_matches_its_examples() -> None:
    raw = neoplasm_rules().raw
    for rule in (*raw["skin"], *raw["phrase"], raw["adenoma"]):
        regex = re.compile(rule["pattern"], re.IGNORECASE)
        assert all(regex.search(text) for text in rule["matches"]), rule
        assert not [text for text in rule["ignores"] if regex.search(text)], rule


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("28 3/7 weeks", 28),
        ("30w2d by LMP", 30),
        ("seen at 39 weeks", 39),
        ("22 weeks 6 days", 22),
        ("EGA 34", 34),
        ("9 wks by dates", 9),
        ("back pain for 6 weeks", None),
        ("follow up at 6 weeks post op", None),
        ("BP 120/80", None),
    ],
)
def test_weeks_of_gestation_are_read(note: str, expected: int | None) -> None:
    assert gestation(note) == expected


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("29 weeks 1 day. Iron deficiency anemia.", {"O99.013", "D50.9", "Z3A.29"}),
        ("NSVD at 39w1d, single liveborn male, no complications.", {"O80", "Z37.0", "Z3A.39"}),
        ("Routine prenatal visit, G2P1, 20w0d, no complaints.", {"Z34.82", "Z3A.20"}),
        ("Iron deficiency anemia. Not pregnant.", {"D50.9"}),
        ("Accidentally took her husband's metoprolol: beta-blocker poisoning.", {"T44.7X1A"}),
        ("Rash due to amoxicillin, taken as prescribed.", {"T36.0X5A", "L27.0"}),
        ("Anemia due to chemo.", {"D64.81", "T45.1X5A"}),
        ("Day 8 of amoxicillin as directed: drug eruption from it.", {"L27.0", "T36.0X5A"}),
        ("Acute duodenal ulcer caused by 2 wks of OTC ibuprofen taken per label.", {"K26.3", "T39.315A"}),
        ("Took wife's metoprolol by mistake. Bradycardia from it.", {"T44.7X1A", "R00.1"}),
        ("Epilepsy: cutting levetiracetam in half because he can't pay for it.", {"G40.909", "T42.6X6A", "Z91.120"}),
        ("Epilepsy. Mother stopped giving the keppra, felt he did not need it.", {"G40.909", "T42.6X6A", "Z91.A28"}),
        ("Hypothyroidism. Skips levothyroxine, it makes her feel jittery.", {"E03.9", "T38.1X6A", "Z91.128"}),
        ("Hypothyroidism. Missed levothyroxine for weeks, age-related debility.", {"E03.9", "T38.1X6A", "Z91.130"}),
        ("Hypothyroidism. Ran out of levothyroxine, left it at home on a trip.", {"E03.9", "T38.1X6A", "Z91.138"}),
        ("Malignant melanoma left upper arm, excision scheduled.", {"C43.62"}),
        ("Sigmoid polyp: tubular adenoma.", {"D12.5"}),
    ],
)
def test_whole_notes(note: str, expected: set[str]) -> None:
    assert {candidate.coding.code for candidate in detect(note).reported} == expected


@pytest.mark.parametrize(
    ("note", "stage"),
    [
        ("A 50-year-old nurse in a newborn nursery has vomiting.", ""),
        ("A 68-year-old woman, gravida 4, para 5, with hypertension.", ""),
        ("Holter: isolated ventricular ectopic beats.", ""),
        ("11-year-old, product of a normal pregnancy, with asthma.", ""),
        ("A 36-year-old man worked on labor and delivery.", ""),
        ("PMH significant for postpartum depression. Now asthma.", ""),
        ("Born to a G1P0 mother. Pregnancy complicated by bleeding.", ""),
        ("24-year-old pregnant patient with reflux.", "pregnancy"),
        ("Delivery note: 22F delivered a viable male infant.", "childbirth"),
        ("4-day-old newborn with jaundice.", "newborn"),
    ],
)
def test_a_stage_is_that_of_the_patient_and_of_today(note, stage):
    assert obstetrics(note).stage == stage


def test_a_drug_written_with_a_long_s_is_the_drug() -> None:
    text = "ASSESSMENT: Hives, an adverse effect of aspirin taken as prescribed."
    found = [candidate.coding.code for candidate in detect(text.replace("asp", "a\u017fp")).candidates]
    assert found == [candidate.coding.code for candidate in detect(text).candidates] != []
