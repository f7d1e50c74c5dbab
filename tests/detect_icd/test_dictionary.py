"""Phrases as sets of atoms, and the lexicon behind them."""

import pytest

from detect_icd.codebook import CodeBook, releases
from detect_icd.matchers.compiling import compile_index
from detect_icd.matchers.completion import complete, lacks_side, missing
from detect_icd.matchers.dictionary import DictionaryMatcher
from detect_icd.matchers.index import PhraseIndex
from detect_icd.matchers.phrases import atom_sets, read_synonyms, title_parts
from detect_icd.terms import rows, terms


def codes(matcher, text):
    return [mention.code for mention in matcher.mentions(text, terms().tokens(text))]


def test_every_phrase_of_the_lexicon_leads_to_a_code_and_says_something():
    books = [CodeBook.open(release.name) for release in releases()]
    entries = list(read_synonyms())
    assert [code for _, code, _ in entries if not any(code in book for book in books)] == []
    assert [phrase for phrase, _, _ in entries if not any(token.atoms for token in terms().tokens(phrase))] == []


def test_the_lexicon_is_large(root):
    folder = root / "detect_icd" / "data" / "lexicon"
    files = sorted(path.name for path in folder.glob("*.tsv"))
    lines = {name: [cells for cells in rows(f"lexicon/{name}", 2) if all(cells)] for name in files}
    assert sum(map(len, lines.values())) >= 3000
    assert all(len(found) > 100 for found in lines.values())
    assert {rank for _, _, rank in read_synonyms()} == {-2, -1}


@pytest.mark.parametrize("name", ["synonyms.tsv", "general_words.tsv"])
def test_every_row_has_phrases_and_a_code(root, name):
    names = [name] if name == "general_words.tsv" else [name, *all_lexicons(root)]
    for each in names:
        assert [cells for cells in rows(each, 2) if not all(cells)] == [], each
        assert [cells for cells in rows(each, 2) if not all(part.strip() for part in cells[0].split("|"))] == [], each


def all_lexicons(root):
    return [f"lexicon/{path.name}" for path in sorted((root / "detect_icd" / "data" / "lexicon").glob("*.tsv"))]


def test_no_phrase_of_a_table_leads_to_two_codes(root):
    for name in ("synonyms.tsv", "general_words.tsv", *all_lexicons(root)):
        seen = {}
        for phrases, code in rows(name, 2):
            for phrase in phrases.split("|"):
                assert seen.setdefault(phrase.strip(), code) == code, (name, phrase)


@pytest.mark.parametrize(
    ("title", "words", "vagueness"),
    [
        (
            "Unilateral inguinal hernia, without obstruction or gangrene, not specified as recurrent",
            {"inguinal", "hernia"},
            0,
        ),
        ("Type 2 diabetes mellitus without complications", {"type2", "diabetes"}, 0),
        ("Pain in unspecified knee", {"pain", "knee"}, 1),
        ("Other specified diseases of anus", {"disease", "anus"}, 2),
        ("Essential (primary) hypertension", {"essential", "hypertension"}, 0),
        ("Pneumonia, unspecified organism", {"pneumonia"}, 1),
    ],
)
def test_title_parts(title, words, vagueness):
    parts = title_parts(title)
    assert next(atom_sets(parts)) == words
    assert parts.vagueness == vagueness


def test_order_does_not_matter_and_the_longest_wins(matcher):
    assert codes(matcher, "hernia, inguinal, right") == codes(matcher, "right inguinal hernia")
    assert codes(matcher, "chronic systolic heart failure") == ["I50.22"]


@pytest.mark.parametrize("text", ["", "the patient is well", "lead, may, other", "Mrs. Gutierrez"])
def test_nothing_to_find(matcher, text):
    assert codes(matcher, text) == []


def test_words_far_apart_are_no_phrase(matcher):
    far = "inguinal lymph nodes were palpated on the medial surface of the proximal thigh and a femoral hernia"
    assert "K40.90" not in codes(matcher, far)
    assert "M25.561" not in codes(matcher, "left knee pain, right ankle")


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        ("E11", set(), "E11.9"),
        ("S52.50", {"right"}, "S52.501A"),
        ("S52.501", {"healing"}, "S52.501D"),
        ("S52.501", {"open"}, "S52.501B"),
        ("W19", set(), "W19.XXXA"),
        ("G56.00", {"left"}, "G56.02"),
        ("I10", {"right"}, "I10"),
        # The place that the code names is not given up for a leaf that says the eye and its side.
        ("C69.3", {"left", "eye"}, "C69.32"),
        ("C69.9", {"left", "eye"}, "C69.92"),
        ("N04", {"nephrotic"}, "N04.9"),
    ],
)
def test_completion(code, words, expected):
    assert complete(CodeBook.open(), code, words).code == expected


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("bilateral glue ear, hearing loss", False),
        ("glue ear, bilateral hearing loss", True),
        ("bilateral hearing loss", True),
    ],
)
def test_a_mention_takes_no_side_that_stands_beside_another(matcher, text, side):
    loss = [m for m in matcher.mentions(text, terms().tokens(text)) if m.code.startswith("H9")]
    assert loss
    assert any("bilateral" in mention.atoms for mention in loss) == side


def test_what_is_missing_is_named():
    book = CodeBook.open()
    assert "E11.0" in missing(book["E11"], book)
    assert "seventh" in missing(book["W19"], book)
    assert lacks_side(book["M25.569"], book)
    assert not lacks_side(book["I10"], book)


def test_a_compiled_index_reads_back(tmp_path):
    path = tmp_path / "phrases.npz"
    count = compile_index([CodeBook.open()], path)
    index = PhraseIndex(path)
    assert len(index) == count == len(set(index.phrases()))
    assert dict(index.phrases())[frozenset({"hypertension"})] == "I10"
    assert index.shelf("no-such-atom") is None


@pytest.mark.parametrize(("written", "code"), [("acanthosis nigracans", "L83"), ("hamertoe", "M20.4")])
def test_a_slip_in_a_word_of_few_phrases_is_read_through(written, code):
    matcher = DictionaryMatcher()
    found = matcher.mentions(written, matcher.read(written, 0, len(written)))
    assert [mention.code[: len(code)] for mention in found] == [code]


def test_a_place_named_after_a_saint_is_one_word():
    matcher = DictionaryMatcher()
    text = "St. Vitus' dance"
    assert [m.code for m in matcher.mentions(text, matcher.read(text, 0, len(text)))] == ["I02.9"]
