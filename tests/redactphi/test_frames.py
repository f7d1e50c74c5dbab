"""Frames: rows, index, dtypes and nulls as they were; text safe or null."""

import numpy as np
import pandas as pd
import pytest

from redactphi.errors import UnknownNameError, UsageError
from redactphi.etl.frames import redact_frame, redact_series
from tests.redactphi.fake_redactor import FakeRedactor


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "note": ["Seen PHI-x", None, "XPOISONX PHI-y", np.nan, "Maria Lopez", ""],
            "name": [None, None, None, None, "Maria Lopez", "nan"],
            "score": [1, 2, 3, 4, 5, 6],
            "when": pd.to_datetime(["2024-01-01"] * 6),
        },
        index=[3, 1, 1, "x", 0, 9],
    )


def redacted(frame, text="note", **options):
    return redact_frame(frame, text, redactor=FakeRedactor(), **options)


def test_a_frame(frame):
    before = frame.copy(deep=True)
    made = redacted(frame, patient={"name": "name"})
    assert list(made.columns) == ["note", "note_status", "score", "when"]
    assert made["note_status"].tolist() == ["ok", "null", "withheld:recognizer-error:Poison", "null", "ok", "ok"]
    assert made["note"].isna().tolist() == [False, True, True, True, False, False]
    assert made["note"].dropna().tolist() == ["Seen [NAME]", "[NAME]", ""]
    pd.testing.assert_frame_equal(made[["score", "when"]], frame[["score", "when"]])
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("dtype", [object, "string", "str"])
def test_dtypes_are_kept(dtype):
    made = redacted(pd.DataFrame({"note": pd.Series(["PHI-x", None, "XPOISONX"], dtype=dtype)}))
    assert made["note"].dtype == dtype
    assert made["note"].isna().tolist() == [False, True, True]


def test_categories_become_plain_text():
    made = redacted(pd.DataFrame({"note": pd.Series(["PHI-x", "PHI-x"], dtype="category")}))
    assert made["note"].tolist() == ["[NAME]", "[NAME]"]


def test_what_is_not_text_is_withheld():
    made = redacted(pd.DataFrame({"note": [5550100, "x"]}))
    assert made["note_status"].tolist() == ["withheld:not-text", "ok"]
    assert made["note"].isna().tolist() == [True, False]


def test_a_redactor_that_breaks_withholds_that_note_only(monkeypatch):
    redact = FakeRedactor.redact

    def breaks(self, document):
        if "XCRASHX" in document.text:
            raise ValueError(document.text)
        return redact(self, document)

    monkeypatch.setattr(FakeRedactor, "redact", breaks)
    made = redacted(pd.DataFrame({"note": ["PHI-a", "XCRASHX", "PHI-b"]}))
    assert made["note_status"].tolist() == ["ok", "withheld:error:ValueError", "ok"]
    assert made["note"].dropna().tolist() == ["[NAME]", "[NAME]"]


def test_several_text_columns():
    made = redacted(pd.DataFrame({"a": ["PHI-x"], "k": [1], "b": ["y"]}), ["a", "b"])
    assert list(made.columns) == ["a", "a_status", "k", "b", "b_status"]


def test_facts_as_frames_hold_them():
    redactor = FakeRedactor()
    frame = pd.DataFrame(
        {
            "note": ["a", "b"],
            "mrn": [482913, None],
            "dob": [pd.Timestamp(1950, 2, 3), pd.NaT],
            "seen": pd.to_datetime(["2024-01-02 03:04", None]),
            "tel": pd.Series(["1", pd.NA], dtype="string"),
            "tel2": ["2", ""],
        }
    )
    patient = {"mrn": "mrn", "birth_date": "dob", "phones": ["tel", "tel2"], "other_ids": "seen"}
    made = redact_frame(frame, patient=patient, redactor=redactor)
    first, second = (document.patient for document in redactor.seen)
    assert (first.mrn, first.birth_date, first.phones) == (("482913",), "1950-02-03", ("1", "2"))
    assert first.other_ids == ("2024-01-02 03:04:00",)
    assert (second.mrn, second.birth_date, second.phones, second.other_ids) == ((), "", (), ())
    assert list(made.columns) == ["note", "note_status"]


def test_an_empty_frame():
    assert redacted(pd.DataFrame({"note": pd.Series([], dtype=object)})).shape == (0, 2)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"text": "nope"}, UnknownNameError, "valid: name, note, score, when"),
        ({"patient": {"nom": "name"}}, UnknownNameError, "unknown patient field"),
        ({"patient": {"name": "nope"}}, UnknownNameError, "unknown column"),
        ({"patient": {"name": "note"}}, UsageError, "both text and patient"),
        ({"patient": {"name": ["name", "score"]}}, UsageError, "one column"),
        ({"text": ["note", "note"]}, UsageError, "twice"),
    ],
)
def test_wrong_names(frame, options, error, message):
    with pytest.raises(error, match=message):
        redacted(frame, **options)


def test_no_column_is_overwritten(frame):
    with pytest.raises(UsageError, match="note_status"):
        redacted(frame.assign(note_status=1))


def test_duplicate_columns_are_refused(frame):
    with pytest.raises(UsageError, match="more than one column 'note'"):
        redacted(pd.concat([frame, frame[["note"]]], axis=1))


def test_a_series():
    series = pd.Series(["PHI-x", None, "XPOISONX"], index=[2, 2, 1], name="note", dtype="string")
    made = redact_series(series, redactor=FakeRedactor())
    pd.testing.assert_series_equal(made, pd.Series(["[NAME]", None, None], [2, 2, 1], "string", "note"))


def test_columns_may_have_names_that_are_no_strings():
    assert redacted(pd.DataFrame({0: ["PHI-x"], 1: ["a"]}), text=0).to_numpy().tolist() == [["[NAME]", "ok", "a"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["PHI-x"], "note"), "a frame is a pandas.DataFrame, not list"),
        ((pd.Series(["PHI-x"], name="note"), "note"), "a frame is a pandas.DataFrame, not Series"),
    ],
)
def test_what_is_no_frame_is_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        redacted(*arguments)


def test_patient_facts_are_named_by_column(frame):
    with pytest.raises(UsageError, match="patient maps a patient field to its column, not list"):
        redacted(frame, patient=["name"])
