"""Gates find what their patterns find."""

import re

import pytest

from detect_icd.gates import Gate
from detect_icd.matchers.special import facts, neoplasms
from detect_icd.openings import Openings, may_open, openings
from detect_icd.pieces import begins_words

TEXTS = (
    "Fell down the stairs at home; fractured wrist. Cast check today, 4 wks s/p ORIF.",
    "Melanoma of the back with mets to the right lung and liver, s/p left mastectomy in 2019.",
    "\u017funburn and a \u212anife cut: \u0130nsect bite. fell from the BALCONY, FELL FROM a balcony",
    "delayed union. callus. nonunion no nonunion f/u visit return-to-work 12 fallfalls fall",
    "",
)


def patterns():
    yield from (phase.regex for phase in facts.phases().values())
    for name in ("causes.tsv", "places.tsv", "venoms.tsv"):
        yield from (gate.pattern for _, gate in facts.table(name)._each())
        yield from (gate.pattern for gate in facts.table(name)._patterns)
    known = neoplasms.neoplasm_rules()
    yield from (place.regex.pattern for place in known.metastases)
    yield from (gate.pattern for gate in known.gates.values())


def spans(matches):
    return [match.span() for match in matches]


def test_gates_find_what_their_patterns_find():
    for pattern in patterns():
        gate = Gate(pattern)
        for text in TEXTS:
            for start, end in ((0, len(text)), (5, len(text) - 9)):
                assert spans(gate.finditer(text, start, end)) == spans(pattern.finditer(text, start, end))
                assert gate.possible(text) or pattern.search(text) is None


def test_a_gate_made_after_a_note_was_looked_over_finds_its_own_pieces():
    text = "Quixotic zymurgy was denied."
    assert Gate(re.compile(r"denied")).search(text)
    assert Gate(re.compile(r"(?:quixotic|zz)\s+zymurgy", re.IGNORECASE)).search(text).span() == (0, 16)


ALTERNATIVES = (
    *(r"a[- ]fib", r"no\s+pulse", r"\d+ mg(?:/dl)?", r"up(?:\s*-\s*|set)", r"kink", r"x-y"),
    *(f"word{number} of (?:many|more)" for number in range(100)),
)
WIDE = re.compile(rf"(?<!\w)(?:{'|'.join(ALTERNATIVES)})(?!\w)", re.IGNORECASE)


@pytest.mark.parametrize("text", ["A-fib, a fib a  fib", "no\n\n pulse no pulse", "5 mg/dl, 12 mg", "up - upset up  -",
    "\u212aink kink \u212a-ink", "x-y x y x--y", "word12 of many word7  of more word99 OF MORE", "a", "up", "aword1 of many"])  # fmt: skip
def test_a_pattern_of_many_alternatives_is_tried_where_one_may_begin(text):
    gate = Gate(WIDE)
    assert gate.opener is not None
    for place in range(len(text)):
        assert spans(gate.finditer(text, place)) == spans(WIDE.finditer(text, place))


def test_what_opens_with_a_mask_is_tried_everywhere():
    masked = re.compile(rf"(?<!\w)(?:\ue000 harm|{'|'.join(ALTERNATIVES)})(?!\w)", re.IGNORECASE)
    assert begins_words(masked)
    assert Gate(masked).opener is None


def told():
    """Each pattern with a text that it is found in."""
    for name in ("causes.tsv", "places.tsv", "venoms.tsv"):
        for number, (rule, gate) in enumerate(facts.table(name)._each()):
            yield pytest.param(gate.pattern, rule.matches, id=f"{name}-{rule.code}-{number}")
    for phase in facts.phases().values():
        for number, text in enumerate(phase.matches):
            yield pytest.param(phase.regex, text, id=f"{phase.name}-{number}")


@pytest.mark.parametrize(("pattern", "text"), list(told()))
def test_gates_find_what_a_pattern_finds_in_its_own_example(pattern, text):
    expected = spans(pattern.finditer(text))
    assert expected
    gate = Gate(pattern)
    assert spans(gate.finditer(text)) == expected
    assert gate.search(text).span() == expected[0]
    assert gate.possible(text)


def test_a_piece_may_stand_any_way_behind_the_start_of_a_match():
    gate = Gate(re.compile(r"(?:\w+ )*nail"))
    assert [match.group() for match in gate.finditer("big nail")] == ["big nail"]
    assert gate.possible("big nail")
    assert not gate.possible("big toe")


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        (r"\bfell (?:off|from) (?:a |the )?roof", {("fell ", 0, 0)}),
        (r"(?:\w+ )*nail", {("nail", 0, None)}),
        (r"\d+ ?w", set()),
        (r"d(?:iagnos[ie]s|x)\b", {("dx", 0, 0), ("diagnose", 0, 0), ("diagnosi", 0, 0)}),
        (r"a?", set()),
    ],
)
def test_pieces(pattern, pieces):
    assert {tuple(piece) for piece in Gate(re.compile(pattern, re.IGNORECASE)).pieces} == pieces


@pytest.mark.parametrize(
    ("pattern", "word", "opens"),
    [
        (r"no(?!\w)", "no", True),
        (r"no(?!\w)", "normal", False),
        (r"no\s+evidence", "normal", False),
        (r"\d+\s+years", "5", True),
        (r"(?:un)?likely", "unlikely", True),
        (r"follow-up", "follow", True),
        (r"followup", "follow", False),
        (r"[a-z]+ing", "x", True),
    ],
)
def test_openings(pattern, word, opens):
    assert (1 in Openings({1: openings(re.compile(pattern))}).of(word)) is opens


@pytest.mark.parametrize(
    ("pattern", "text", "opens"),
    [
        (r"no\s+evidence", "no ev", True),
        (r"no\s+evidence", "no ac", False),
        (r"no(?!\w)", "no, n", True),
        (r"no(?!\w)", "nor t", False),
        (r"h/o", "h/o c", True),
        (r"status\s*post", "status-p", True),
    ],
)
def test_what_follows_a_word_says_whether_a_match_may_begin_there(pattern, text, opens):
    assert any(may_open(opening, text) for opening in openings(re.compile(pattern))) is opens
