"""What the build packs for the rules is what would be worked out without it."""

from dataclasses import replace

import pytest

from redactphi import resources
from redactphi.recognizers import compiled
from redactphi.recognizers.starts import Starts

RULES = [rule for family in ("ages", "contact") for rule in resources.rules(family)]


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """A packed file of some rules in the place of the packaged one."""
    (tmp_path / "compiled").mkdir()
    compiled.pack(RULES, tmp_path / "compiled" / compiled.FILE)
    monkeypatch.setattr(resources, "data", lambda: tmp_path)
    compiled._packed.cache_clear()
    yield compiled._packed()
    compiled._packed.cache_clear()


def test_packed_rules_are_as_worked_out_anew(packed):
    assert len(packed) == len(RULES)
    for rule in RULES:
        assert compiled.starts_of(rule) == Starts.of(rule)
        text = " ".join((*rule.matches, *rule.ignores)).replace("[[", "").replace("]]", "")
        found = [match.regs for match in compiled.pattern_of(rule).finditer(text)]
        assert found
        assert found == [match.regs for match in rule.compile().finditer(text)]


def test_a_changed_rule_is_worked_out_anew(packed):
    rule = replace(RULES[0], regex="(?P<phi>x)yz")
    assert {literal.text for literal in compiled.starts_of(rule).literals} == {"xyz"}
    assert compiled.pattern_of(rule).search("wxyz")["phi"] == "x"


def test_what_other_versions_packed_is_left_alone(packed, monkeypatch):
    monkeypatch.setattr(compiled, "_made_by", lambda: "another")
    compiled._packed.cache_clear()
    assert compiled._packed() == {}
    assert compiled.pattern_of(RULES[0]).pattern


def test_no_rules_are_packed_in_a_bare_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "data", lambda: tmp_path)
    compiled._packed.cache_clear()
    assert compiled._packed() == {}
    compiled._packed.cache_clear()
