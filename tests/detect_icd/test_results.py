import pytest

from detect_icd.matchers.results import is_told_of


@pytest.mark.parametrize(
    ("code", "words", "rest", "expected"),
    [
        ("Z1159", "Hep B screen", " negative", True),
        ("Z131", "Diabetes screen", " was normal.", True),
        ("Z1159", "Hep B screen", " today, negative", False),
        ("Z1231", "Screening mammogram", " negative", False),
        ("Z23", "Immunizations", " up to date", True),
        ("Z23", "Immunizations", " are current.", True),
        ("Z23", "Immunizations", " given", False),
    ],
)
def test_words_of_an_encounter_that_are_only_told_of(code, words, rest, expected):
    assert is_told_of(code, words + rest, len(words)) is expected
