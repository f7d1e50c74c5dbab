"""The codes of a frame: one row a candidate, beside the note's index; what cannot be read says so and shows nothing."""

import datetime

import numpy as np
import pandas as pd
import pytest

from detect_icd import detect_frame
from detect_icd.candidates import COLUMNS
from redactphi import redact_frame
from redactphi.errors import UnknownNameError, UsageError

NOTE = "POSTOPERATIVE DIAGNOSIS: Rectal prolapse. Denies chest pain."


@pytest.fixture
def frame():
    notes = [NOTE, None, "Nothing here.", "s/p fall, right ankle sprain. CPT 29540-RT"]
    return pd.DataFrame({"note": notes, "n": ["a", "b", "c", "d"]}, index=[7, 7, 3, 1])


def test_a_row_a_candidate(frame, detector):
    before = frame.copy(deep=True)
    codes = detect_frame(frame, id="n", detector=detector)
    assert codes.columns.tolist() == ["n", *COLUMNS, "codes_status"]
    for place, label in ((0, 7), (3, 1)):
        own = codes[codes["n"] == frame["n"].iloc[place]]
        expected = detector.detect(frame["note"].iloc[place]).to_frame()
        assert own[list(COLUMNS)].to_numpy().tolist() == expected.to_numpy().tolist()
        assert set(own.index) == {label}
    assert set(codes["n"]) == {"a", "d"}
    assert set(codes["codes_status"]) == {"ok"}
    assert "K62.3" in codes.loc[codes["reported"], "code"].tolist()
    pd.testing.assert_frame_equal(frame, before)


def test_dtypes_do_not_depend_on_what_is_found(frame, detector):
    some, none = (detect_frame(part, id="n", detector=detector) for part in (frame, frame.iloc[1:2]))
    assert len(none) == 0
    assert {name: str(some[name].dtype) for name in COLUMNS} == COLUMNS
    pd.testing.assert_series_equal(some.dtypes, none.dtypes)
    assert len(detect_frame(frame.iloc[:0], detector=detector)) == 0


def test_evidence_is_in_offsets_of_the_note(frame, detector):
    codes = detect_frame(frame, detector=detector)
    row = codes[codes["code"] == "K62.3"].iloc[0]
    assert NOTE[row["start"] : row["end"]] == "Rectal prolapse"


def test_the_day_of_service_decides_the_release(detector):
    days = ["2025-11-01", "2026-11-01", None]
    for dates in (days, pd.to_datetime(days), [datetime.date.fromisoformat(day) if day else None for day in days]):
        codes = detect_frame(pd.DataFrame({"note": [NOTE] * 3, "day": dates}), service_date="day", detector=detector)
        found = codes[codes["code"] == "K62.3"]["version"].tolist()
        assert found == ["FY2026", "FY2027", detector.book.release]
    fixed = detect_frame(pd.DataFrame({"note": [NOTE]}), service_date=datetime.date(2025, 11, 1), detector=detector)
    assert "FY2026" in fixed["version"].tolist()


class Breaks:
    def __init__(self, detector):
        self._detector = detector

    def detect(self, note, *, service_date=None):
        if "Quillfeather" in note:
            raise ValueError(note)
        return self._detector.detect(note, service_date=service_date)


def test_what_cannot_be_read_says_why_and_shows_nothing(detector):
    frame = pd.DataFrame(
        {
            "note": [5550100, "Quillfeather", NOTE, NOTE, NOTE],
            "day": [None, None, "Quillfeather", 7, pd.NaT],
            "n": [1, 2, 3, 4, 5],
        }
    )
    codes = detect_frame(frame, id=["n"], service_date="day", detector=Breaks(detector))
    failed = codes[codes["n"] < 5]
    why = ["failed:not-text", "failed:ValueError", "failed:service-date", "failed:service-date"]
    assert failed["codes_status"].tolist() == why
    assert failed[list(COLUMNS)].isna().to_numpy().all()
    assert set(codes[codes["n"] == 5]["codes_status"]) == {"ok"}
    assert "Quillfeather" not in codes.to_csv()


def test_several_text_columns(detector):
    frame = pd.DataFrame({"a": [NOTE, None], "b": ["Rectal prolapse.", np.nan], "n": [1, 2]})
    codes = detect_frame(frame, ["a", "b"], id="n", detector=detector)
    assert codes[codes["code"] == "K62.3"]["text_column"].tolist() == ["a", "b"]


def test_after_redaction(redactor, detector):
    frame = pd.DataFrame({"note": ["Seen by Dr. Adaeze Nwosu on 03/14/2024. DIAGNOSIS: Rectal prolapse.", 3]})
    codes = detect_frame(redact_frame(frame, redactor=redactor), id="note_status", detector=detector)
    assert codes[codes["reported"]]["code"].tolist() == ["K62.3"]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"text": "nope"}, UnknownNameError, "valid: n, note"),
        ({"id": "nope"}, UnknownNameError, "unknown column"),
        ({"service_date": "nope"}, UnknownNameError, "unknown column"),
        ({"text": []}, UsageError, "name the column"),
        ({"id": ["n", "n"]}, UsageError, "named twice"),
        ({"service_date": "n", "release": "FY2026"}, UsageError, "not both"),
        ({"release": "FY1999"}, UnknownNameError, "FY2026"),
    ],
)
def test_wrong_names(frame, options, error, message):
    with pytest.raises(error, match=message):
        detect_frame(frame, **options)


def test_no_column_is_overwritten(frame, detector):
    with pytest.raises(UsageError, match="'status'"):
        detect_frame(frame.rename(columns={"n": "status"}), id="status", detector=detector)


def test_what_is_no_frame_is_refused(detector):
    with pytest.raises(UsageError, match=r"pandas\.DataFrame, not list"):
        detect_frame([NOTE], detector=detector)
