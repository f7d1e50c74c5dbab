"""What the build packs for the rules is what would be worked out without it."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from redactphi import resources
from redactphi.recognizers import compiled
from redactphi.recognizers.anchors import known_of
from redactphi.recognizers.starts import Starts

RULES = [rule for family in ("ages", "contact") for rule in resources.rules(family)]


def forget():
    for remembered in (compiled._file, compiled.anchor_of):
        remembered.cache_clear()


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """A packed file of some rules in the place of the packaged one."""
    (tmp_path / "compiled").mkdir()
    compiled.pack(RULES, tmp_path / "compiled" / compiled.FILE)
    monkeypatch.setattr(resources, "data", lambda: tmp_path)
    forget()
    yield compiled._packed()
    forget()


def test_packed_rules_are_as_worked_out_anew(packed):
    assert len(packed) == len(RULES)
    for rule in RULES:
        assert compiled.starts_of(rule) == Starts.of(rule)
        text = " ".join((*rule.matches, *rule.ignores)).replace("[[", "").replace("]]", "")
        found = [match.regs for match in compiled.pattern_of(rule).finditer(text)]
        assert found
        assert found == [match.regs for match in rule.compile().finditer(text)]


def test_packed_anchors_are_as_worked_out_anew(packed):
    anchors = {rule.anchor for rule in RULES if rule.anchor}
    assert compiled._packed_anchors().keys() == anchors
    found_by_clause = 0
    for source in anchors:
        clause, around_digits = known_of(source)
        anchor = compiled.anchor_of(source)
        assert anchor.around_digits == around_digits
        assert (anchor.clause is None) == (clause is None)
        if clause is not None:
            found_by_clause += 1
            for name in ("literals", "low", "high", "at_word"):
                assert getattr(anchor.clause, name) == getattr(clause, name)
    assert found_by_clause


def test_what_is_packed_does_not_depend_on_the_order_of_sets(tmp_path):
    script = (
        "import sys; from pathlib import Path; from redactphi import resources; from redactphi.recognizers import compiled; "
        "compiled.pack(resources.rules('dates_words'), Path(sys.argv[1]) / compiled.FILE)"
    )
    made = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        command = [sys.executable, "-c", script, str(folder)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        made.append((folder / compiled.FILE).read_bytes())
    assert made[0] == made[1]


def test_a_changed_rule_is_worked_out_anew(packed):
    rule = replace(RULES[0], regex="(?P<phi>x)yz")
    assert {literal.text for literal in compiled.starts_of(rule).literals} == {"xyz"}
    assert compiled.pattern_of(rule).search("wxyz")["phi"] == "x"


def test_what_other_versions_packed_is_left_alone(packed, monkeypatch):
    monkeypatch.setattr(compiled, "_made_by", lambda: "another")
    forget()
    assert compiled._packed() == {}
    assert compiled.pattern_of(RULES[0]).pattern


def test_no_rules_are_packed_in_a_bare_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "data", lambda: tmp_path)
    forget()
    assert compiled._packed() == {}
    forget()
