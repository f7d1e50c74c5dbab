"""Frames: rows, index, dtypes and nulls as they were; text safe or null."""

import numpy as np
import pandas as pd
import pyarrow
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


DTYPES = [object, "string[python]", "string[pyarrow]", pd.ArrowDtype(pyarrow.string()), "category"]


@pytest.mark.parametrize("dtype", [*DTYPES, *(["str"] if pd.__version__ >= "3" else [])])
def test_dtypes_are_kept(dtype):
    made = redacted(pd.DataFrame({"note": pd.Series(["PHI-x", None, "XPOISONX"], dtype=dtype)}))
    assert made["note"].dtype == dtype
    assert made["note"].isna().tolist() == [False, True, True]


def test_categories_are_those_of_the_safe_text():
    series = pd.Series(["PHI-x", "PHI-x", "XPOISONX", None], dtype="category").cat.add_categories("PHI-unused")
    made = redacted(pd.DataFrame({"note": series}))
    assert made["note"].cat.categories.tolist() == ["[NAME]"]
    assert made["note"].isna().tolist() == [False, False, True, True]


@pytest.mark.parametrize("dtype", [object, "string", "category", "float64", "datetime64[ns]"])
@pytest.mark.parametrize("rows", [0, 2])
def test_a_column_of_nothing_stays_as_it_is(dtype, rows):
    frame = pd.DataFrame({"note": pd.Series([None] * rows, dtype=dtype), "k": pd.Series([1] * rows, dtype="int64")})
    made = redacted(frame)
    pd.testing.assert_frame_equal(made[["note", "k"]], frame)
    assert made["note_status"].tolist() == ["null"] * rows


def test_each_kind_of_null_is_kept():
    made = redacted(pd.DataFrame({"note": pd.Series([None, np.nan, pd.NA, "x"], dtype=object)}))["note"].tolist()
    assert made[0] is None
    assert made[1] != made[1]
    assert made[2] is pd.NA


def test_columns_of_several_levels():
    frame = pd.DataFrame(
        [["PHI-x", 1, "Maria"]], columns=pd.MultiIndex.from_tuples([("a", "n"), ("a", "k"), ("p", "n")])
    )
    made = redacted(frame, text=("a", "n"), patient={"name": ("p", "n")})
    assert made.columns.tolist() == [("a", "n"), ("a", "n_status"), ("a", "k")]
    assert made.to_numpy().tolist() == [["[NAME]", "ok", 1]]


def test_an_index_of_several_levels():
    index = pd.MultiIndex.from_tuples([("x", 1), ("x", 1), ("y", 2)], names=["p", "n"])
    made = redacted(pd.DataFrame({"note": ["PHI-x", "b", "c"]}, index=index))
    pd.testing.assert_index_equal(made.index, index)


def test_other_columns_may_share_a_name():
    frame = pd.DataFrame([["PHI-x", 1, 2]], columns=["note", "k", "k"])
    made = redacted(frame)
    assert made.columns.tolist() == ["note", "note_status", "k", "k"]
    assert made.to_numpy().tolist() == [["[NAME]", "ok", 1, 2]]


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
        ({"text": []}, UsageError, "name the column of notes"),
        ({"workers": 0}, UsageError, "whole number from 1"),
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


def test_what_is_no_series_is_refused(frame):
    for value in (frame, ["PHI-x"]):
        with pytest.raises(UsageError, match=r"a series is a pandas\.Series"):
            redact_series(value, redactor=FakeRedactor())


def test_the_how_to_runs_as_printed(root):
    page = (root / "docs/how-to/pandas.md").read_text(encoding="utf-8")
    names = {}
    exec(page.split("```python\n")[1].split("```")[0], names)
    assert names["safe"]["note_status"].tolist() == ["ok", "null", "ok"]
    assert names["safe"]["note"].iloc[0] == "[NAME] seen [DATE 2024]. DIAGNOSIS: Rectal prolapse."
    assert {"K62.3"} < set(names["codes"]["code"])
    assert len(names["safe"].join(names["codes"].drop(columns="note_id"), how="left")) == len(names["codes"]) + 1
