"""Frames by several processes: the same result, and a note that takes its process down takes no other with it."""

import pandas as pd
import pytest

from redactphi.errors import RedactPHIError, UsageError
from redactphi.etl.frames import redact_frame, redact_series
from tests.redactphi.fake_redactor import FakeRedactor


def frame_of(notes):
    return pd.DataFrame({"note": notes, "k": range(len(notes))}, index=[place // 2 for place in range(len(notes))])


@pytest.fixture
def many():
    notes = [f"note {place} PHI-{place}" for place in range(400)]
    notes[7] = None
    notes[90] = "XPOISONX"
    notes[130] = 5
    return frame_of(notes)


@pytest.mark.parametrize("workers", [2, 3])
def test_the_result_is_that_of_one_process(many, workers):
    one = redact_frame(many, redactor=FakeRedactor())
    assert set(one["note_status"]) == {"ok", "null", "withheld:not-text", "withheld:recognizer-error:Poison"}
    pd.testing.assert_frame_equal(redact_frame(many, redactor=FakeRedactor(), workers=workers), one)


def test_notes_that_kill_their_process_are_withheld_and_the_others_go_on(many):
    expected = redact_frame(many, redactor=FakeRedactor())
    killers = [0, 100, 101, 399]
    column = many.columns.get_loc("note")
    for place in killers:
        many.iloc[place, column] = "PHI-a XKILLX"
        expected.iloc[place, [0, 1]] = [None, "withheld:worker-died"]
    pd.testing.assert_frame_equal(redact_frame(many, redactor=FakeRedactor(), workers=2), expected)


class Breaks(FakeRedactor):
    def pipe(self, documents):
        raise UsageError("the call is wrong")


def test_an_error_of_the_call_ends_it():
    with pytest.raises(RedactPHIError, match="the call is wrong"):
        redact_frame(frame_of(["a", "b"]), redactor=Breaks(), workers=2)


def test_a_series():
    series = pd.Series(["PHI-x", None, "XKILLX", "b"], index=[2, 2, 1, 0], name="note", dtype="string")
    made = redact_series(series, redactor=FakeRedactor(), workers=2)
    pd.testing.assert_series_equal(made, pd.Series(["[NAME]", None, None, "b"], [2, 2, 1, 0], "string", "note"))


def test_the_real_redactor(redactor):
    frame = frame_of(["Seen by Dr. Adaeze Nwosu on 03/14/2024."] * 70)
    made = redact_frame(frame, workers=2)
    pd.testing.assert_frame_equal(made, redact_frame(frame, redactor=redactor))
    assert set(made["note"]) == {"Seen by Dr. [PROVIDER] on [DATE 2024]."}


def test_where_processes_are_spawned_a_redactor_cannot_travel(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(UsageError, match="give policy, mode and key"):
        redact_frame(frame_of(["a"]), redactor=FakeRedactor(), workers=2)
