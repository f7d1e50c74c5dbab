"""Status by cue, scope and section."""

import functools
import itertools
import re

import pytest

from detect_icd.assertion import ContextRules, CueRule, assess, context_rules
from detect_icd.candidates import Status
from detect_icd.cue_phrases import _ways_on
from detect_icd.openings import may_open
from detect_icd.sentences import sentences
from redactphi.errors import RuleError, UnknownNameError
from redactphi.resources import data, read_toml


def status(sentence, mention, section="", code=""):
    start = sentence.index(mention)
    bounds = (0, len(sentence))
    cues = context_rules().cues(sentence, *bounds)
    return assess(sentence, cues, start, start + len(mention), section, bounds, code).status


@pytest.mark.parametrize(
    ("sentence", "mention", "expected"),
    [
        ("No fever.", "fever", Status.NEGATED),
        ("She denies chest pain, cough or fever.", "fever", Status.NEGATED),
        ("No fever but has cough.", "cough", Status.PRESENT),
        ("Denies chest pain; reports dyspnea.", "dyspnea", Status.PRESENT),
        ("No change in her asthma.", "asthma", Status.PRESENT),
        ("Gram negative sepsis", "sepsis", Status.PRESENT),
        ("Pneumonia was ruled out.", "Pneumonia", Status.NEGATED),
        ("Pneumonia cannot be ruled out.", "Pneumonia", Status.UNCERTAIN),
        ("Rule out pneumonia", "pneumonia", Status.UNCERTAIN),
        ("r/o MI", "MI", Status.UNCERTAIN),
        ("?pneumonia", "pneumonia", Status.UNCERTAIN),
        ("consistent with gastritis", "gastritis", Status.UNCERTAIN),
        ("History of gout.", "gout", Status.HISTORICAL),
        ("3-day history of cough", "cough", Status.PRESENT),
        ("s/p stroke", "stroke", Status.HISTORICAL),
        ("Stroke ten years ago", "Stroke", Status.HISTORICAL),
        ("Family history of gout", "gout", Status.FAMILY),
        ("His father had gout.", "gout", Status.FAMILY),
        ("No family history of gout", "gout", Status.NEGATED),
        ("Mother states he has cough", "cough", Status.PRESENT),
        ("Return if fever occurs", "fever", Status.HYPOTHETICAL),
        ("DVT prophylaxis", "DVT", Status.HYPOTHETICAL),
        ("Presents with gout", "gout", Status.PRESENT),
    ],
)
def test_cues(sentence, mention, expected):
    assert status(sentence, mention) is expected


@pytest.mark.parametrize(
    ("section", "expected"),
    [("family_history", Status.FAMILY), ("past_medical_history", Status.HISTORICAL), ("assessment", Status.PRESENT)],
)
def test_sections_speak_where_no_cue_does(section, expected):
    assert status("gout", "gout", section) is expected
    assert status("No gout", "gout", section) is Status.NEGATED


@pytest.mark.parametrize(
    ("mention", "code", "expected"),
    [
        ("edema", "R609", Status.NEGATED),
        ("cirrhosis", "K7460", Status.PRESENT),
        ("cirrhosis", "", Status.PRESENT),
    ],
)
def test_some_cues_reach_some_codes_in_spite_of_a_comma(mention, code, expected):
    assert status(f"Dx: hepatitis, no ascites, {mention}, gout.", mention, code=code) is expected


def test_unknown_keys_and_names_list_the_valid_ones():
    cue = {"name": "x", "phrases": ["no"], "direction": "forward", "status": "negated"}
    assert CueRule.from_mapping(cue)
    with pytest.raises(RuleError, match="valid: name, phrases"):
        CueRule.from_mapping(cue | {"scope": 3})
    with pytest.raises(UnknownNameError, match="backward"):
        CueRule.from_mapping(cue | {"direction": "left"})
    with pytest.raises(UnknownNameError, match="uncertain"):
        CueRule.from_mapping(cue | {"status": "maybe"})
    with pytest.raises(RuleError, match="missing"):
        CueRule.from_mapping({"name": "x", "direction": "forward"})
    with pytest.raises(RuleError, match="valid: cue, section"):
        ContextRules({"cue": [cue], "sections": {}})


def test_every_rule_is_reached_by_its_own_phrases():
    rules = context_rules()
    for rule in rules.rules:
        plain = [phrase for phrase in rule.phrases if phrase.replace(" ", "").isalpha()]
        for phrase in plain:
            assert rules.cues(f"x {phrase} y", 0, len(phrase) + 4), (rule.name, phrase)


def bracketed(rule, marked, rules=None):
    """How the mention in brackets is read, and by which rule."""
    rules = rules or context_rules()
    match = re.search(r"\[([^\]]+)\]", marked)
    text = marked[: match.start()] + match[1] + marked[match.end() :]
    start, end = match.start(), match.start() + len(match[1])
    bounds = next(found for found in sentences(text) if found[0] <= start < found[1])
    code = rule.only[0] if rule.only else "I10"
    return assess(text, rules.cues(text, *bounds), start, end, "", bounds, code)


def examples(kind, *, silent=False):
    """Rules with their examples: those that say something, or the silent ones that keep others from saying it."""
    return [
        pytest.param(rule, text, id=f"{rule.name}: {text}")
        for rule in context_rules().rules
        if (rule.direction in {"pseudo", "terminate"}) is silent
        for text in getattr(rule, kind)
    ]


@functools.cache
def rules_without(name):
    """The packaged cues but one."""
    raw = read_toml(data("detect_icd") / "context.toml")
    return ContextRules(raw | {"cue": [cue for cue in raw["cue"] if cue["name"] != name]})


@pytest.mark.parametrize("rule", context_rules().rules, ids=lambda rule: rule.name)
def test_every_rule_has_examples(rule):
    assert rule.matches
    assert rule.ignores


@pytest.mark.parametrize(("rule", "marked"), examples("matches"))
def test_what_a_rule_must_match(rule, marked):
    found = bracketed(rule, marked)
    assert (found.status, found.rule) == (rule.status, rule.name)
    assert found.cue is not None


@pytest.mark.parametrize(("rule", "marked"), examples("ignores"))
def test_what_a_rule_must_ignore(rule, marked):
    assert bracketed(rule, marked).rule != rule.name


@pytest.mark.parametrize(("rule", "marked"), examples("matches", silent=True))
def test_what_a_silent_rule_must_keep_others_from_saying(rule, marked):
    unhindered = bracketed(rule, marked, rules_without(rule.name))
    assert unhindered.cue is not None
    assert bracketed(rule, marked).rule != unhindered.rule


@pytest.mark.parametrize(("rule", "marked"), examples("ignores", silent=True))
def test_what_a_silent_rule_must_not_hinder(rule, marked):
    unhindered = bracketed(rule, marked, rules_without(rule.name))
    assert unhindered.cue is not None
    assert bracketed(rule, marked) == unhindered


def test_no_phrase_belongs_to_two_rules():
    seen = {}
    for rule in context_rules().rules:
        for phrase in rule.phrases:
            assert seen.setdefault(phrase, rule.name) == rule.name, phrase


def test_what_follows_a_word_hides_no_cue(monkeypatch):
    told = (
        "No evidence of it.",
        "denies any of it",
        "not consistent with it",
        "hx of it; r/o it",
        "rule out it, it? -ve",
    )
    spread = [wide for text in told for wide in (text, text.replace(" ", "  "), text.replace(" ", "\n"), text.upper())]
    stretches = [(text, end) for text in spread for end in range(1, len(text) + 1)]
    found = [context_rules()._cues(text, 0, end) for text, end in stretches]
    monkeypatch.setattr("detect_icd.cue_phrases._behind", lambda *_: {""})
    patient = ContextRules(read_toml(data("detect_icd") / "context.toml"))
    assert found == [patient._cues(text, 0, end) for text, end in stretches]
    assert sum(map(len, found)) > 100


def test_a_stretch_has_the_cues_of_the_note_it_is_cut_from():
    text = (
        "Fever - no cough; hx of asthma (no meds), ? -ve for flu +/- chills. S/P appendectomy in 1999 for pain, [ ] MI"
    )
    phrases = context_rules()._phrases
    for start, end in itertools.combinations(range(len(text) + 1), 2):
        expected = list(phrases._most.walk(text, start, end))
        found = phrases.within(text, start, end)
        tried = {(low, phrase.pattern) for low, group in found for phrase in group}
        for low, group in expected:
            for phrase in group:
                if phrase.pattern.match(text, low, end):
                    assert (low, phrase.pattern) in tried, text[start:end]


def test_the_ways_on_are_those_an_opening_may_take():
    letters = "ab 1-_."
    for ahead in map("".join, itertools.product(letters, repeat=3)):
        ways = set(_ways_on(ahead))
        for size in range(4):
            for opening in map("".join, itertools.product(letters, repeat=size)):
                assert may_open(opening, ahead) is (opening in ways)
