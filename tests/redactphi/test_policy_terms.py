"""Terms that are never or always redacted: how they are written, what they match, and what they may not do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi import NoteWithheld, Policy, Redactor, UnknownNameError, UsageError
from redactphi.policy_terms import SOURCE, TermFilter, Terms
from redactphi.spans import Span

LABELS = ("NAME", "FACILITY")


def denied(text, *terms, variants=False, label="NAME"):
    found = TermFilter((), [Terms(terms, "", variants, (label,))]).apply(text, [])
    assert all(span.source == SOURCE and span.score == 1.0 and span.label == label for span in found)
    return sorted(text[span.start : span.end] for span in found)


def allows(text, term, *, variants=False, labels=LABELS, label="NAME"):
    span = Span(0, len(text), label)
    return TermFilter([Terms((term,), "", variants, labels)], ()).apply(text, [span]) == []


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        ("seen by quillfeather today", "Quillfeather", ["quillfeather"]),
        ("Ward\n 7B East", "Ward 7B East", ["Ward\n 7B East"]),
        ("Quillfeathers, unquillfeather, Quillfeather-Hay", "Quillfeather", ["Quillfeather"]),
        ("STRASSE 3", "Straße", ["STRASSE"]),
        ("O’Brien", "O'Brien", []),
        ("A1 A12 1A1", "A1", ["A1"]),
        ("aa aa", "aa", ["aa", "aa"]),
    ],
)
def test_plain_terms(text, term, found):
    assert denied(text, term) == found


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        ("O’Brien and OBrien and o'brien", "O'Brien", ["O’Brien", "OBrien", "o'brien"]),
        ("NWOSU, ADAEZE", "Adaeze Nwosu", ["NWOSU, ADAEZE"]),
        ("Jean Luc and JEAN-LUC", "Jean-Luc", ["JEAN-LUC", "Jean Luc"]),
        ("Muñoz, Munoz", "Munoz", ["Munoz", "Muñoz"]),
        ("St. Ola and St Ola", "St. Ola", ["St Ola", "St. Ola"]),
        ("Nwosus", "Nwosu", []),
    ],
)
def test_variants(text, term, found):
    assert denied(text, term, variants=True) == sorted(found)


def test_a_pattern_is_matched_anywhere_and_marks_all_of_it():
    found = TermFilter((), [Terms((), r"ZX-\d{3}", False, ("ID_OTHER",))]).apply("ids ZX-123, ZX-9", [])
    assert [(span.start, span.end, span.label) for span in found] == [(4, 10, "ID_OTHER")]


@pytest.mark.parametrize(
    ("text", "term", "variants", "expected"),
    [
        ("Ola", "ola", False, True),
        ("Ola's", "Ola", False, True),
        ("Ola Brook", "Ola", False, False),
        ("O’Brien", "O'Brien", False, False),
        ("O’Brien", "O'Brien", True, True),
        ("BROOK, OLA", "Ola Brook", True, True),
    ],
)
def test_an_allowed_term_is_a_whole_span(text, term, variants, expected):
    assert allows(text, term, variants=variants) == expected


def test_a_term_is_allowed_for_its_labels_only():
    assert not allows("Ola", "Ola", labels=("FACILITY",), label="NAME")


@given(st.text(min_size=1, max_size=30), st.booleans())
def test_any_term_is_found_in_itself(term, variants):
    found = denied(term, term, variants=variants)
    assert len(found) <= 1
    if any(char.isalnum() and char.isascii() for char in term):
        assert found
        assert found[0].strip() == found[0] or not variants


@given(st.text(max_size=40), st.text(min_size=1, max_size=5), st.booleans())
def test_what_is_found_lies_in_the_text(text, term, variants):
    for span in TermFilter((), [Terms((term,), "", variants, ("NAME",))]).apply(text, []):
        assert 0 <= span.start < span.end <= len(text)


@pytest.fixture
def policy(tmp_path):
    def policy(body, name="mine.toml"):
        (tmp_path / name).write_text(f'name = "mine"\nextends = "safe_harbor"\n{body}', encoding="utf-8")
        return Policy.load(tmp_path / name)

    return policy


NOTE = "Patient: Persis Quillfeather, seen by Dr. Ola Nwosu at Halvorsen Clinic about the Zorbax study."


def test_allowed_terms_stay_and_denied_ones_go(policy):
    mine = policy(
        '[[allow]]\ntexts = ["Halvorsen Clinic"]\nlabels = ["FACILITY"]\n[[deny]]\ntexts = ["Zorbax"]\nlabel = "ID_OTHER"\n'
    )
    safe = Redactor(mine).redact(NOTE).text
    assert safe == "Patient: [NAME], seen by Dr. [PROVIDER] at Halvorsen Clinic about the [ID_OTHER] study."
    assert mine.choices == (
        "terms of the policy's own that are never redacted: 1",
        "terms of the policy's own that are always redacted: 1",
    )
    assert "Zorbax" not in str(mine.describe())
    assert "Zorbax" not in repr(mine)


def test_what_is_denied_is_not_allowed(policy):
    mine = policy('[[allow]]\ntexts = ["Zorbax"]\n[[deny]]\ntexts = ["zorbax"]\nlabel = "NAME"\n')
    assert "Zorbax" not in Redactor(mine).redact(NOTE).text


def test_an_allowed_part_of_a_redacted_span_stays_redacted(policy):
    mine = policy('[[allow]]\ntexts = ["Quillfeather"]\n')
    assert "Quillfeather" not in Redactor(mine).redact(NOTE).text


def test_terms_come_from_a_file_beside_the_policy(policy, tmp_path):
    (tmp_path / "terms.txt").write_text("# studies\nZorbax\n\nQuux\n", encoding="utf-8")
    mine = policy('[[deny]]\nfile = "terms.txt"\nlabel = "ID_OTHER"\n')
    assert "[ID_OTHER] study" in Redactor(mine).redact(NOTE).text
    other = policy('[[deny]]\nfile = "terms.txt"\nlabel = "NAME"\n', "other.toml")
    assert mine.sha256 != other.sha256


def test_a_policy_that_extends_another_has_its_terms_too(policy, tmp_path):
    policy('[[deny]]\ntexts = ["Zorbax"]\nlabel = "NAME"\n')
    (tmp_path / "more.toml").write_text(
        f'name = "more"\nextends = "{tmp_path / "mine.toml"}"\n[[deny]]\ntexts = ["study"]\nlabel = "NAME"\n'
    )
    assert Redactor(tmp_path / "more.toml").redact(NOTE).text.endswith("about the [NAME] [NAME].")


def test_an_expression_that_hangs_withholds_the_note(policy, monkeypatch):
    monkeypatch.setattr("redactphi.policy_terms.MATCH_TIMEOUT", 0.05)
    mine = policy('[[deny]]\nregex = "(a+)+b"\nlabel = "NAME"\n')
    with pytest.raises(NoteWithheld, match="policy-terms:TimeoutError"):
        Redactor(mine).redact("a" * 4000)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('[[deny]]\ntexts = ["x"]\n', "names a label"),
        ('[[deny]]\ntexts = ["x"]\nlabel = "NMAE"\n', "unknown label"),
        ('[[deny]]\ntexts = ["x"]\nregex = "y"\nlabel = "NAME"\n', "one of texts, file and regex"),
        ('[[deny]]\nlabel = "NAME"\n', "one of texts, file and regex"),
        ('[[deny]]\ntexts = []\nlabel = "NAME"\n', "has no terms"),
        ('[[deny]]\ntexts = ["  "]\nlabel = "NAME"\n', "has no terms"),
        ('[[deny]]\ntexts = "x"\nlabel = "NAME"\n', "list of strings"),
        ('[[deny]]\nregex = "("\nlabel = "NAME"\n', "does not compile"),
        ('[[deny]]\nregex = "a{99999999}"\nlabel = "NAME"\n', "9,999 times"),
        ('[[deny]]\nregex = ""\nlabel = "NAME"\n', "not empty"),
        ('[[deny]]\ntexts = ["---"]\nvariants = true\nlabel = "NAME"\n', "without a letter"),
        ('[[deny]]\nfile = "a\\u0000b"\nlabel = "NAME"\n', "term file"),
        ('[[deny]]\nfile = "nowhere.txt"\nlabel = "NAME"\n', "nowhere.txt: FileNotFoundError"),
        ('[[deny]]\ntexts = ["x"]\nlabel = "NAME"\nvariants = 1\n', "true or false"),
        ('[[deny]]\ntexts = ["x"]\nlabels = ["NAME"]\n', "unknown key"),
        ('[[allow]]\ntexts = ["x"]\nlabels = []\n', "names labels"),
        ('[allow]\ntexts = ["x"]\n', "takes a list"),
        ('providers = "maybe"\n', "valid: keep, redact"),
        ('providers = "keep"\n[operators]\nPROVIDER = "tag"\n', "twice"),
        ('[operators]\nDATE = "keep"\n[[deny]]\ntexts = ["x"]\nlabel = "DATE"\n', "keeps that label"),
    ],
)
def test_what_is_wrong_is_said(policy, body, message):
    with pytest.raises(UsageError, match=message):
        policy(body)


def test_unknown_keys_list_the_valid_ones(policy):
    with pytest.raises(UnknownNameError, match="file, label, regex, texts, variants"):
        policy('[[deny]]\nterms = ["x"]\nlabel = "NAME"\n')


@pytest.mark.parametrize(("key", "label"), [("providers", "PROVIDER"), ("facilities", "FACILITY")])
def test_choices_are_operators_and_are_named(policy, key, label):
    kept = policy(f'{key} = "keep"\n')
    assert kept.keeps(label)
    assert kept.choices == (f"names of {key} are kept",)
    assert kept.departures == ()
    assert not policy(f'{key} = "redact"\n').keeps(label)


def test_a_choice_to_redact_undoes_one_to_keep(policy, tmp_path):
    policy('providers = "keep"\n')
    (tmp_path / "back.toml").write_text(f'name = "back"\nextends = "{tmp_path / "mine.toml"}"\nproviders = "redact"\n')
    assert Policy.load(tmp_path / "back.toml").spec("PROVIDER").operator == "tag"


@pytest.mark.parametrize(
    "text", ["The blue moon's rise", "blue moon.She", "BLUE-MOON’S", "blue\u00admoon", "blue\u200b moon"]
)
def test_a_variant_ends_where_the_word_of_the_text_does(text):
    assert denied(text, "blue moon", variants=True) or denied(text, "bluemoon", variants=True)
