"""Patterns written for `re`, and notes looked at by the shape of their words and numbers, find what the rules say."""

import re
import signal

import pytest
import regex

from redactphi import Document, Redactor, resources
from redactphi.recognizers import ready
from redactphi.recognizers.alphabet import COMMON, is_common, of_category, shape
from redactphi.recognizers.compiled import pattern_of, twin_of
from redactphi.recognizers.needs import best_clause
from redactphi.recognizers.syntax import parse
from redactphi.recognizers.twins import twin
from tests.redactphi.test_rules import HOSTILE, OWNERS, RULES, unmark
from tests.redactphi.test_starts import texts

TWINS = {source: found for source, compiled in RULES.items() if (found := twin_of(compiled.rule))}


@pytest.mark.parametrize("kind", [r"\w", r"\d", r"\s", r"\W"])
def test_the_engines_agree_on_the_common_characters(kind):
    assert {char for char in COMMON if re.fullmatch(kind, char)} == {
        char for char in COMMON if regex.fullmatch(kind, char)
    }


@pytest.mark.parametrize("name", ["L", "Lu", "Ll", "M", "N", "Nd"])
def test_categories_are_those_of_regex(name):
    assert of_category(name) == {char for char in COMMON if regex.fullmatch(rf"\p{{{name}}}", char)}


def test_the_engines_agree_on_case():
    for char in COMMON:
        loose = re.compile(re.escape(char), re.IGNORECASE), regex.compile(regex.escape(char), regex.IGNORECASE)
        every = "".join(sorted(COMMON))
        assert loose[0].findall(every) == loose[1].findall(every)


def test_shapes():
    assert shape("Dr. José Peña-Ruiz, 555-01é") == "Aa. Aaaa Aaaa-Aaaa, 000-00a"
    assert shape("a\tb\u00a0–") == "a a \u2028"
    assert is_common("Peña – 12 °C • ok")
    assert not any(map(is_common, ("½ tab", "\u0661", "Nguyễn", "\x1c", "e\u0301")))


@pytest.mark.parametrize("source", sorted(TWINS))
def test_a_twin_matches_the_same(source):
    found, own = TWINS[source], pattern_of(RULES[source].rule)
    quick = ready.compile_pattern(found.source)
    for text in filter(is_common, texts(source)):
        for at in range(len(text)):
            match, other = own.match(text, at), quick.match(text, at)
            assert other or not match, text[at:]
            if found.is_exact:
                assert (match and match.span()) == (other and other.span()), text[at:]
            if match and found.is_exact and found.groups:
                spans = [span for name in found.groups if (span := other.span(name)) != (-1, -1)]
                assert spans == match.spans("phi")


@pytest.mark.parametrize("source", sorted(TWINS))
def test_a_twin_is_linear_on_hostile_text(source):
    quick = ready.compile_pattern(TWINS[source].source)
    example = unmark(RULES[source].rule.matches[0])[0]
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(20)
    try:
        for piece in HOSTILE:
            text = f"{piece * 400}\n{example} {piece * 400}"
            for at in range(len(text)):
                quick.match(text, at)
    finally:
        signal.alarm(0)


@pytest.mark.parametrize("pattern", [r"\p{Greek}", r"(?x) a # b", r"(a)\g<1>", r"(?<=a+)b", r"(?!(?<!a+)b)c"])
def test_what_re_cannot_say_has_no_twin(pattern):
    assert twin(pattern) is None


def test_a_twin_may_say_less_but_never_more():
    loose = twin(r"(?<!no[ ]{0,3}|x)\d+")
    assert loose is not None
    assert not loose.is_exact
    assert loose.source == r"(?<!x)\d+"


def test_shapes_are_what_a_pattern_needs():
    clause = best_clause(parse(r"(?<!\d)\d{3}-\d{2}"))
    assert {literal.text for literal in clause.literals} == {"000-00"}
    assert clause.at_word
    assert all(literal.shaped for literal in clause.literals)


@pytest.mark.parametrize("odd", ["\u00bd", "\u0661", "e\u0301", "\u1ec5"])
def test_notes_of_other_characters_go_the_long_way(odd):
    for source in ("dates/numeric", "contact/phone-us", "identifiers/ssn", "names/full-name"):
        text = f"{odd} {unmark(RULES[source].rule.matches[0])[0]}"
        found = {span for span in OWNERS[source].spans(text) if span.source == source}
        plain = {(span.start, span.end) for span in OWNERS[source].spans(text.replace(odd, "-" * len(odd)))}
        assert {(span.start, span.end) for span in found} <= plain
        assert found


def test_packed_patterns_are_as_compiled(tmp_path, monkeypatch):
    sources = [found.source for found in TWINS.values()][:20]
    (tmp_path / "compiled").mkdir()
    ready.pack(sources, tmp_path / "compiled" / ready.FILE)
    monkeypatch.setattr(resources, "data", lambda: tmp_path)
    ready._packed.cache_clear()
    assert [ready.compile_pattern(source) for source in sources] == [re.compile(source) for source in sources]
    assert len(ready._packed()) == 20
    monkeypatch.setattr(ready, "MADE_BY", "another")
    ready._packed.cache_clear()
    assert ready._packed() == {}
    ready._packed.cache_clear()


def test_notes_together_are_redacted_as_each_alone():
    redactor = Redactor()
    notes = [unmark(RULES[source].rule.matches[0])[0] for source in sorted(RULES)]
    together = [str(done) for done in redactor.pipe(Document(str(n), note) for n, note in enumerate(notes))]
    assert together == [str(redactor.redact(note)) for note in notes]


def test_a_rule_that_fails_on_one_note_withholds_that_note_alone(monkeypatch):
    redactor = Redactor()
    rule = next(rule for rule in redactor.engine.own[2].rules if rule.rule.name == "numeric")
    judged = rule._judged

    def fail(text, matches):
        if "secret" in text:
            raise ValueError(text)
        return judged(text, matches)

    monkeypatch.setattr(rule, "_judged", fail)
    done = list(redactor.pipe([Document("1", "Seen 03/04/2024."), Document("2", "secret 03/04/2024.")]))
    assert "03/04" not in done[0].text
    assert done[1].reason == "recognizer-error:PhiDateRecognizer"
