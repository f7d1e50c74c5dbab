"""Every rule of claim_checks.toml speaks of its own examples and not of its near-misses."""

import re

import pytest

from detect_icd.checks.checking import check
from detect_icd.checks.rules import FeeRule, check_rules
from detect_icd.coding import icd10cm
from detect_icd.pages.indicators import fields
from redactphi.errors import RuleError, UnknownNameError
from redactphi.resources import data, read_toml
from tests.detect_icd.fake_files import FakeFiles, fee

RULES = check_rules().fee_rules
INDICATOR = re.compile(r"(\w+)=(\S+)")


def findings_of(example):
    """What is found in lines of one code with the indicator of its row behind them."""
    words = [word for word in example.split() if not INDICATOR.fullmatch(word)]
    columns = dict(INDICATOR.findall(example))
    text = " ".join(words)
    return check(text, files=FakeFiles(fees=[fee(words[0][:5], **columns)]))


def says(rule, findings):
    return any(finding.kind == rule.kind and rule.says in finding.message for finding in findings)


@pytest.mark.parametrize(("rule", "example"), [(rule, example) for rule in RULES for example in rule.matches], ids=str)
def test_a_rule_speaks_of_its_examples(rule, example):
    found = findings_of(example)
    assert says(rule, found)
    assert {f.severity for f in found if rule.says in f.message} == {rule.severity}


@pytest.mark.parametrize(("rule", "example"), [(rule, example) for rule in RULES for example in rule.ignores], ids=str)
def test_a_rule_leaves_its_near_misses_alone(rule, example):
    assert not says(rule, findings_of(example))


def test_there_are_enough_of_both():
    assert sum(len(rule.matches) for rule in RULES) >= 40
    assert sum(len(rule.ignores) for rule in RULES) >= 40


FIRST_LISTED = read_toml(data("detect_icd") / "claim_checks.toml")["first_listed_only"]


@pytest.mark.parametrize("example", FIRST_LISTED["matches"])
def test_what_is_only_first_listed_stands_second(example):
    assert "first-listed-only" in {finding.kind for finding in check(example)}


@pytest.mark.parametrize("example", FIRST_LISTED["ignores"])
def test_what_may_stand_there(example):
    assert "first-listed-only" not in {finding.kind for finding in check(example)}


def test_every_code_that_is_only_first_listed_is_one():
    from detect_icd.codebook import open_book

    book = open_book()
    assert all(icd10cm.format(icd10cm.compact(code)) in book for code in FIRST_LISTED["codes"])


def test_the_ncci_modifiers_are_all_there():
    named = {code for parting in check_rules().partings for code in parting.codes}
    digits = {f"{limb}{digit}" for limb in "FT" for digit in (*range(1, 10), "A")}
    others = {"24", "25", "27", "57", "58", "59", "78", "79", "91", "XE", "XP", "XS", "XU"}
    assert named == digits | others | {"E1", "E2", "E3", "E4", "LT", "RT", "LC", "LD", "RC", "LM", "RI"}


VALID = {
    "name": "some", "kind": "team", "field": "team", "values": ["0"], "severity": "error", "says": "is wrong",
    "matches": ["45378-66 team=0"], "ignores": ["45378 team=0"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "weather"}, UnknownNameError), ({"severity": "grave"}, UnknownNameError),
        ({"field": "price"}, UnknownNameError), ({"any": ["999"]}, RuleError), ({"unknown": 1}, RuleError),
        ({"ignores": []}, RuleError),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_one_does_not_load(change, error):
    assert FeeRule.from_mapping(VALID).name == "some"
    with pytest.raises(error):
        FeeRule.from_mapping(VALID | change)


def test_what_a_rule_speaks_against_no_code_page_lets_apply():
    # Rules of combinations (two modifiers, units, several lines) speak against no modifier by itself.
    alone = [r for r in RULES if r.field in fields() and not (r.all or r.across or r.units) and r.severity != "hint"]
    judged = [
        (rule.name, value, modifier, meaning.modifiers[modifier])
        for rule in alone
        for value in rule.values
        if rule.visit is None and (meaning := fields()[rule.field].meaning(value))
        for modifier in rule.any
        if modifier in meaning.modifiers
    ]
    assert len(judged) > 10
    assert [found for found in judged if found[3] == "yes"] == []
