"""Names too short to be looked for by themselves, and names that are words, where the row knows them."""

import pytest

from redactphi import Patient


@pytest.mark.parametrize(
    ("name", "text", "safe"),
    [
        ("An Do", "An Do was seen. Do not resuscitate. An apple.", "[NAME] was seen. Do not resuscitate. An apple."),
        ("An Do", "Ms. Do and DO, AN", "Ms. [NAME] and [NAME]"),
        ("Linh To", "Linh To was seen. Ms. To walks to bed.", "[NAME] was seen. Ms. [NAME] walks to bed."),
        (
            "Robert Wilson",
            "Wilson has fever. Wilson disease was ruled out.",
            "[NAME] has fever. Wilson disease was ruled out.",
        ),
        ("Ann Young", "Young denies pain. Young at heart.", "[NAME] denies pain. Young at heart."),
        ("Will Hill", "HILL WAS SEEN. DOWN A HILL.", "[NAME] WAS SEEN. DOWN A HILL."),
    ],
)
def test_short_and_ordinary_names(redactor, name, text, safe):
    assert redactor.redact(text, Patient(id="1", name=name)).text == safe


@pytest.mark.parametrize("missing", ["nan", "NaN", "None", "NaT", "<NA>"])
def test_what_frames_write_for_nothing_is_nothing(missing):
    assert Patient(id=missing, birth_date=missing, zip=missing) == Patient()
    assert Patient(name="Nan").name == "Nan"


@pytest.mark.parametrize(
    "text", ["R\u200bobert C\u200bhen came", "Robert C\u00adhen came", "\u202aRobert\u202c Chen came"]
)
def test_marks_nobody_sees_hide_no_known_name(redactor, text):
    safe = redactor.redact(text, Patient(id="1", name="Robert Chen")).text
    assert safe.lstrip("\u202a") == "[NAME] came"
