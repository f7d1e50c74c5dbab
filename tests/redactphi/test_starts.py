"""Looking only where a pattern can begin finds what trying it everywhere finds."""

import random
import re

import pytest
import regex

from redactphi import resources
from redactphi.recognizers.behind import behind
from redactphi.recognizers.identifiers import IdentifierRecognizer
from redactphi.recognizers.literals import END
from redactphi.recognizers.needs import best_clause, head
from redactphi.recognizers.starts import Starts
from redactphi.recognizers.syntax import Unsupported, parse
from redactphi.recognizers.zones import titled
from tests.redactphi.test_rules import OWNERS, RULES, unmark

FILLER = (
    "The incision was closed in layers with 3-0 Vicryl, and the patient was taken to recovery in stable condition. ",
    "ABDOMEN: SOFT, NONTENDER; NO MASSES.\nEXTREMITIES: No edema. Pulses 2+ at the ankles. \n\n",
    "Follow-up as needed; return if fever > 101 F, redness (or drainage) occurs - call sooner. ",
    "Labs:\t140 / 4.1\r\n  WBC 7.2 K/uL\u00a0\u2013 normal. Mother and his father had \u201csugar\u201d. ",
)
JOINTS = (" ", "\n", ". ", ", ", "\r\n", " (", "\n\n", "\t", "; ")


def texts(source):
    """Texts with the examples of one rule in long surroundings, and close together."""
    rule = RULES[source].rule
    examples = [unmark(example)[0] for example in (*rule.matches, *rule.ignores)]
    rng = random.Random(source)
    for example in examples:
        yield example
        filler = "".join(rng.choices(FILLER, k=8))
        yield f"{filler}{example}{rng.choice(JOINTS)}{filler}{rng.choice(JOINTS)}{example}"
    for change in (str, str.upper, str.lower, lambda text: text.replace(" ", "\u00a0")):
        pieces = rng.choices(examples, k=12) + rng.choices(FILLER, k=6)
        rng.shuffle(pieces)
        yield change("".join(piece + rng.choice(JOINTS) for piece in pieces))


def found(source, text):
    """What a rule finds in a text, looking wherever its pattern can begin."""
    recognizer, compiled = OWNERS[source], RULES[source]
    number = next(number for number, rule in recognizer.numbered() if rule is compiled)
    return compiled.spans(recognizer.look(text), number, [(0, len(text))])


@pytest.mark.parametrize("source", sorted(RULES))
def test_starts_lose_nothing(source):
    for text in texts(source):
        assert found(source, text) == RULES[source].spans_alone(text), text


@pytest.mark.parametrize("source", sorted(RULES))
def test_tries_match_the_same(source):
    rule = RULES[source].rule
    flags = regex.IGNORECASE if rule.ignore_case else 0
    plain, tried = regex.compile(rule.regex, flags), RULES[source].pattern
    for text in texts(source):
        spans = [[match.regs for match in pattern.finditer(text)] for pattern in (plain, tried)]
        assert spans[0] == spans[1], text


def test_most_rules_are_known_by_their_literals():
    known = [compiled for compiled in RULES.values() if compiled.starts and compiled.starts.literals]
    assert len(known) > len(RULES) / 2


def rule(pattern, **more):
    """A rule of a pattern."""
    return resources.Rule("x", "DATE", pattern, ("x",), ("y",), **more)


@pytest.mark.parametrize("pattern", [r"\p{Greek}", r"(?(1)a|b)", r"[[:alpha:]]x", r"\X", r"(?~x)", r"a*"])
def test_a_pattern_that_is_not_understood_is_tried_everywhere(pattern):
    assert Starts.of(rule(pattern)) is None


@pytest.mark.parametrize(
    ("pattern", "literals", "distances"),
    [
        (r"\b(?:mrn|chart)\s\d", {"MRN ", "CHART "}, (0, 0)),
        (r"\d{1,3}[ ]mg", {" mg"}, (1, 3)),
        (r"(?<=Dr\.[ ])\p{Lu}", {"Dr. "}, (-4, -4)),
        (r"(?:a|b)+x?Hello", {"Hello"}, (1, None)),
        (r"(?=ab)\w+", {"ab"}, (0, 0)),
        (r"\bmrn\b", {"MRN" + END}, (0, 0)),
        (r"ward[ ]?:", {"ward:", "ward :"}, (0, 0)),
        (r"ward[^a-z]*x(?!\p{L})", {"ward"}, (0, 0)),
        (r"ward[\d.;]*[:#=*+<>/]", {"ward" + END}, (0, 0)),
        (r"[Tt]o[ \t]+9", {"TO 9", "TO  "}, (0, 0)),
    ],
)
def test_what_a_pattern_needs(pattern, literals, distances):
    clause = best_clause(parse(pattern, ignore_case=pattern.startswith(r"\b")))
    assert {literal.exact or literal.text.upper() for literal in clause.literals} == literals
    assert (clause.low, clause.high) == distances


@pytest.mark.parametrize(
    ("pattern", "led_up_to", "others"),
    [
        (r"(?<=\b(?:seen|sent)[ ](?:back[ ])?)at\b", ["seen at", "sent back at"], ["absent at", "seen soon at", "at"]),
        (r"(?=[:#])(?<=(?i:name|pt)[ ]?):", ["NAME :", "Pt:"], ["none:", ":"]),
        (r"(?:(?<=by )x|/s/)y", ["by x", "in /"], ["in x"]),
        (r"(?<=(?:no|low)[ ]{1,3}(?:un)?known )z", ["no  unknown z", "low known z"], ["known z", "now known z"]),
    ],
)
def test_what_must_stand_before_a_match_is_told_backwards(pattern, led_up_to, others):
    test = re.compile(behind(parse(pattern))).match
    assert all(test(text[::-1], 1 + (text[-2:] == "at")) for text in led_up_to)
    assert not any(test(text[::-1], 1 + (text[-2:] == "at")) for text in others)


def test_words_are_looked_for_where_a_text_has_capitals():
    assert titled("it's o'neil, 2nd \u00e9tat") == "It'S O'Neil, 2Nd \u00e9Tat"


def test_the_head_is_what_a_match_begins_with():
    assert head(parse(r"(?=[a-f])\w|x?y")).ascii == frozenset("abcdefxy")
    assert head(parse(r"x*")) is None


@pytest.mark.parametrize("pattern", [r"(?P>x)", r"[b-\d]", r"(?#x)a"])
def test_the_reader_says_what_it_does_not_know(pattern):
    with pytest.raises(Unsupported):
        parse(pattern)


def test_odd_letters_count_as_the_plain_ones_a_pattern_takes_them_for():
    recognizer = IdentifierRecognizer()
    for text in ("\u017fSN: 402-19-8877", "SSN:\u2003402-19-8877", "MEDICAL RECORD NO\u2028 4471902"):
        assert {*recognizer.spans(text)} == {span for one in recognizer.rules for span in one.spans_alone(text)}


@pytest.mark.parametrize("pattern", [r"(?:(?<=\.)[ ]|(?<=\bmin[ ]))\(x\)", r"(?:(?<=min[ ])|a)\(x\)"])
def test_an_option_that_only_looks_back_begins_with_what_follows_it(pattern):
    first = head(parse(pattern))
    assert first is not None
    assert "(" in first.ascii
    assert "m" not in first.ascii


def test_what_is_looked_ahead_for_says_nothing_of_what_stands_before():
    chars = head(parse(r"[ \t]*(?=[A-Z][a-z]*[ ][A-Z])[A-Za-z]+"))
    assert chars is not None
    assert {" ", "\t", "A"} <= set(chars.ascii)
    assert "a" not in chars.ascii
