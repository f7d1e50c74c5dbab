"""Every packaged rule proves itself on its own examples."""

import importlib
import pkgutil
import re

import pytest

import redactphi.recognizers
from redactphi import resources
from redactphi.errors import RuleError, UnknownNameError
from redactphi.labels import PhiLabel
from redactphi.recognizers.rules import RuleRecognizer

MARK = re.compile(r"\[\[(.+?)\]\]", re.DOTALL)


def recognizers():
    """One of each packaged recognizer made of rules."""
    for module in pkgutil.iter_modules(redactphi.recognizers.__path__):
        importlib.import_module(f"redactphi.recognizers.{module.name}")
    found = sorted((kind for kind in _subclasses(RuleRecognizer)), key=lambda kind: kind.__name__)
    return [kind() for kind in found if kind.__module__.startswith("redactphi.")]


def _subclasses(kind):
    for sub in kind.__subclasses__():
        yield sub
        yield from _subclasses(sub)


RECOGNIZERS = recognizers()
RECOGNIZERS += [recognizer.company for recognizer in RECOGNIZERS if hasattr(recognizer, "company")]
RULES = {compiled.source: compiled for recognizer in RECOGNIZERS for compiled in recognizer.rules}
OWNERS = {compiled.source: recognizer for recognizer in RECOGNIZERS for compiled in recognizer.rules}


def found_by(source, text):
    """The ranges one rule finds in a text, as its recognizer lets them through."""
    return sorted((span.start, span.end) for span in OWNERS[source].spans(text) if span.source == source)


def unmark(example):
    """The example without its markers, and the ranges they asserted."""
    text, ranges, position = "", [], 0
    for match in MARK.finditer(example):
        text += example[position : match.start()]
        ranges.append((len(text), len(text) + len(match[1])))
        text += match[1]
        position = match.end()
    return text + example[position:], ranges


def test_every_rule_file_has_a_recognizer():
    assert set(resources.rule_families()) == {source.split("/")[0] for source in RULES}


@pytest.mark.parametrize("source", sorted(RULES))
def test_rule_matches_its_examples(source):
    for example in RULES[source].rule.matches:
        text, expected = unmark(example)
        found = found_by(source, text)
        assert found, example
        assert set(expected) <= set(found), (example, [text[start:end] for start, end in found])


@pytest.mark.parametrize("source", sorted(RULES))
def test_rule_ignores_its_counterexamples(source):
    for example in RULES[source].rule.ignores:
        assert [example[start:end] for start, end in found_by(source, example)] == [], example


@pytest.mark.parametrize("source", sorted(RULES))
def test_rule_is_well_formed(source):
    rule = RULES[source].rule
    assert rule.label in PhiLabel.__members__
    assert rule.matches
    assert rule.ignores
    assert 0 < rule.score <= 1
    assert all(trigger == trigger.lower() for trigger in rule.triggers)


PLAIN = [recognizer for recognizer in RECOGNIZERS if type(recognizer).spans is RuleRecognizer.spans]


@pytest.mark.parametrize("recognizer", PLAIN, ids=lambda recognizer: recognizer.name)
def test_triggers_lose_nothing(recognizer):
    """What a recognizer finds is what each of its rules finds alone, on every example of every rule."""
    for compiled in RULES.values():
        for example in (*compiled.rule.matches, *compiled.rule.ignores):
            text, _ = unmark(example)
            alone = {span for rule in recognizer.rules for span in rule.spans_alone(text)}
            assert set(recognizer.spans(text)) == alone, example


HOSTILE = (
    "9",
    "1 ",
    "12/",
    "1-",
    "a",
    "A",
    "Ab ",
    "AB ",
    " ",
    "\n",
    "-",
    ".",
    "a.",
    "Dr. ",
    "John ",
    "Smith, ",
    "by: ",
)


@pytest.mark.parametrize("source", sorted(RULES))
def test_a_rule_is_linear_on_hostile_text(source):
    """No rule runs under a time limit, so none may need one."""
    compiled = RULES[source]
    texts = [f"{piece * 400}\n{unmark(compiled.rule.matches[0])[0]} {piece * 400}" for piece in HOSTILE]
    for text in (*texts, " ".join(unmark(example)[0] for example in compiled.rule.matches) * 10):
        for _ in compiled.pattern.finditer(text, timeout=1):
            pass


def test_a_rule_without_examples_does_not_load():
    raw = {"name": "x", "label": "DATE", "regex": "x", "matches": ["x"], "ignores": []}
    with pytest.raises(RuleError, match="ignores"):
        resources.Rule.from_mapping(raw, "family")


def test_an_unknown_key_is_named_with_the_valid_ones():
    raw = {"name": "x", "label": "DATE", "regex": "x", "matches": ["x"], "ignores": ["y"], "scor": 1}
    with pytest.raises(RuleError, match=r"scor.*valid:.*score"):
        resources.Rule.from_mapping(raw, "family")


def test_an_unknown_family_lists_the_valid_ones():
    with pytest.raises(UnknownNameError, match="dates"):
        RuleRecognizer("datse")
