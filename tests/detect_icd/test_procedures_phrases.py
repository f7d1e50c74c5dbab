"""Phrases beside the words, denials amid the words of a step, steps over two sentences, and sides in shorthand."""

import pytest

from detect_icd.candidates import Status
from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_index import Index
from detect_icd.matchers.procedures_lexicon import Procedure
from detect_icd.matchers.procedures_sides import named_sides
from detect_icd.matchers.procedures_vocabulary import Vocabulary
from detect_icd.sections import find_sections
from redactphi.errors import RuleError

MATCHER = ProcedureMatcher()


def vocabulary(**phrase):
    return Vocabulary({"same": {}, "means": {}, "phrase": phrase})


def atoms(words, text):
    return [hit.atom for hit in words.scan(text)]


def found(text):
    candidates = MATCHER.candidates(text, find_sections(text))
    return {c.coding.code: c.modifiers for c in candidates if c.status is Status.PRESENT}


def test_a_phrase_stands_beside_what_its_words_mean():
    words = Vocabulary(
        {"same": {"flap": ["flaps"]}, "means": {"canal flap": "flap"}, "phrase": {"x_up": ["canal flap raised"]}}
    )
    assert atoms(words, "The canal flap was raised.") == ["flap", "x_up"]


@pytest.mark.parametrize(
    ("way", "text", "said"),
    [
        ("tonsil/tonsils out", "both tonsils are out", True),
        ("tonsil out", "tonsil bleeding, out", False),
        ("peeled ~ bed", "peeled it slowly off the bed", True),
        ("peeled ~ bed", "peeled one two three four five bed", False),
        ("peeled ~ bed", "It was peeled. The bed was dry.", False),
        ("sphenoid ~ opened", "the sphenoid was widely opened", True),
        ("sphenoid ~ opened", "the sphenoid was not opened", False),
        ("=MM tear", "MM tear", True),
        ("=MM tear", "a 4 mm tear", False),
    ],
)
def test_ways_of_saying(way, text, said):
    assert ("x_said" in atoms(vocabulary(x_said=[way]), text)) is said


@pytest.mark.parametrize("phrase", [{"said": ["a word"]}, {"x_said": ["of the"]}, {"x_said": ["well-known"]}])
def test_a_wrong_phrase_is_an_error(phrase):
    with pytest.raises(RuleError, match="phrase/"):
        vocabulary(**phrase)


def test_packed_phrases_read_alike():
    words = vocabulary(x_said=["peeled ~ bed", "=MM tear"])
    again = Vocabulary.from_packed(words.to_packed())
    text = "MM tear seen, peeled off its bed"
    assert again.scan(text) == words.scan(text) != []


def test_what_denies_one_word_of_a_step_denies_the_step():
    told = "Shoulder scope, right. The supraspinatus was fixed to the tuberosity with two anchors. "
    assert "29826" in found(f"{told}The acromion was burred flat.")
    assert "29826" not in found(f"{told}The acromion was not burred.")


def test_a_sentence_and_the_next_that_refers_to_it_tell_one_step():
    assert found("Left knee scope. Both menisci were torn. I trimmed each of them with the punch.") == {
        "29880": ("LT",)
    }


def test_only_phrases_reach_over_two_sentences():
    raw = {"name": "X", "code": "45380", "matches": ["X"], "steps": ["sphincter cut", "anus"], "steps_needed": 2}
    matcher = ProcedureMatcher(Index((Procedure.from_mapping(raw, "colorectal"),)))
    text = "The anus was dilated. The sphincter was seen. The skin beside it was cut."
    assert matcher.candidates(text, find_sections(text)) == []


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("AU tubes placed", ["50"]),
        ("bilat scopes", ["50"]),
        ("on each side", ["50"]),
        ("R: meniscus trimmed", ["RT"]),
        ("Done as planned", []),
        ("both ends of the graft", []),
        ("John R. Smith", []),
    ],
)
def test_sides_in_shorthand(text, sides):
    assert [side for side, _ in named_sides(text, 0, len(text))] == sides


def test_what_a_patient_is_told_to_do_after_an_operation_is_none():
    told = "the scope was put in the knee and the frayed cartilage was trimmed."
    assert found(f"Left knee: {told}") == {"29877": ("LT",)}
    assert found(f"Instructions after your left knee operation: {told}") == {}
