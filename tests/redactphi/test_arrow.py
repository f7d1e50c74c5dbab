"""What an executor does with batches: whatever goes wrong with a note, the note is withheld and the batch goes on."""

import pickle

import pyarrow as pa
import pytest

from redactphi.errors import DataError, RedactPHIError, UsageError
from redactphi.etl import arrow
from redactphi.etl.arrow import Config, Plan, StageCall, redacted, staged
from redactphi.etl.notes import NoteColumns
from redactphi.keys import VARIABLE, write_key
from redactphi.policy import Policy
from tests.redactphi.fake_redactor import FakeRedactor, WordStage

CONFIG = Config(Policy.load("safe_harbor"), "balanced", None)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    monkeypatch.setattr(arrow, "_redactors", {})
    monkeypatch.setattr(arrow, "_stages", {})


@pytest.fixture
def fake(monkeypatch):
    made = FakeRedactor()
    monkeypatch.setattr(arrow, "_redactor", lambda config: made)
    return made


def plan_of(batch, text=("note",), patient=None, ids=()):
    return Plan.make(batch.schema.names, NoteColumns.make(batch.schema.names, text, patient), ids)


def redact(batch, **plan):
    [made] = redacted([batch], plan_of(batch, **plan), CONFIG)
    return made.to_pydict()


def test_each_note_has_its_status(fake, monkeypatch):
    one = fake.redact

    def breaks(document):
        if "XBREAKX" in document.text:
            raise ValueError(document.text)
        return one(document)

    monkeypatch.setattr(fake, "redact", breaks)
    notes = ["Seen PHI-x", None, "XPOISONX PHI-y", "XBREAKX PHI-z", ""]
    made = redact(pa.record_batch({"n": [1, 2, 3, 4, 5], "note": notes, "k": list("abcde")}))
    assert list(made) == ["n", "note", "note_status", "k"]
    assert made["note"] == ["Seen [NAME]", None, None, None, ""]
    assert made["note_status"] == ["ok", "null", "withheld:recognizer-error:Poison", "withheld:error:ValueError", "ok"]
    assert (made["n"], made["k"]) == ([1, 2, 3, 4, 5], list("abcde"))


def raw_strings(*values):
    """Strings as Spark may hold them: of any bytes."""
    return pa.array(values, pa.binary()).view(pa.string())


def test_what_is_not_utf8_is_withheld_and_shown_nowhere(fake):
    made = redact(pa.record_batch({"note": raw_strings(b"PHI-x", b"PHI-\xff", None)}))
    assert made == {"note": ["[NAME]", None, None], "note_status": ["ok", "withheld:not-text", "null"]}


def test_a_note_whose_patient_cannot_be_read_is_withheld(fake):
    notes = pa.array(["Maria Lopez", "Maria Lopez", None])
    batch = pa.record_batch({"note": notes, "who": raw_strings(b"Maria Lopez", b"Maria \xff", b"\xff")})
    made = redact(batch, patient={"name": "who"})
    assert made == {"note": ["[NAME]", None, None], "note_status": ["ok", "withheld:patient-facts", "null"]}


def test_facts_of_any_type(fake):
    batch = pa.record_batch(
        {
            "note": ["a", "b"],
            "dob": pa.array([0, None], pa.date32()),
            "mrn": pa.array([482913, None], pa.int64()),
            "tel": pa.array([["1", "2"], []], pa.list_(pa.string())),
        }
    )
    redact(batch, patient={"birth_date": "dob", "mrn": "mrn", "phones": "tel"})
    first, second = (document.patient for document in fake.seen)
    assert (first.birth_date, first.mrn, first.phones) == ("1970-01-01", ("482913",), ("1", "2"))
    assert (second.birth_date, second.mrn, second.phones) == ("", (), ())


def test_batches_stream_one_by_one(fake):
    taken = []

    def batches():
        for place in range(3):
            taken.append(place)
            yield pa.record_batch({"note": [f"PHI-{place}"] * (place + 1)})

    made = redacted(batches(), plan_of(pa.record_batch({"note": ["x"]})), CONFIG)
    assert next(made).num_rows == 1
    assert taken == [0]
    assert [batch.num_rows for batch in made] == [2, 3]


def test_large_strings_stay_large(fake):
    batch = pa.record_batch({"note": pa.array(["PHI-x"], pa.large_string())})
    [made] = redacted([batch], plan_of(batch), CONFIG)
    assert made.schema.types == [pa.large_string(), pa.large_string()]


def test_a_redactor_is_built_once_and_anew_with_another_key(tmp_path, monkeypatch):
    built = []

    class Counted(FakeRedactor):
        def __init__(self, policy, *, mode, key):
            super().__init__()
            built.append(key)

    monkeypatch.setattr("redactphi.redactor.Redactor", Counted)
    write_key(tmp_path / "a")
    write_key(tmp_path / "b")
    configs = [
        Config(CONFIG.policy, "balanced", path) for path in (None, tmp_path / "a", tmp_path / "a", tmp_path / "b")
    ]
    batch = pa.record_batch({"note": ["PHI-x"]})
    for config in [*configs, configs[0]]:
        # A task brings a copy of its own.
        list(redacted([batch], plan_of(batch), pickle.loads(pickle.dumps(config))))
    assert len(built) == 4
    (tmp_path / "b").write_text("k" * 32, encoding="ascii")
    list(redacted([batch], plan_of(batch), configs[3]))
    assert len(built) == 5
    assert len(arrow._redactors) <= 2


def test_a_key_comes_from_the_environment_of_the_process(monkeypatch):
    config = Config(Policy.load("surrogate"), "balanced", None)
    batch = pa.record_batch({"note": ["Seen by Dr. Adaeze Nwosu."]})
    plan = plan_of(batch)
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(UsageError, match="needs a key"):
        list(redacted([batch], plan, config))
    monkeypatch.setenv(VARIABLE, "k" * 32)
    [made] = redacted([batch], plan, config)
    assert made.to_pydict()["note_status"] == ["ok"]
    assert b"k" * 32 not in pickle.dumps(config)


def test_a_key_file_that_is_not_there(tmp_path):
    config = Config(Policy.load("surrogate"), "balanced", tmp_path / "none")
    with pytest.raises(DataError, match="key file none: No such file"):
        list(redacted([], plan_of(pa.record_batch({"note": ["x"]})), config))


CALL = StageCall("words", (), tuple(WordStage.columns), is_safe=False)


@pytest.fixture
def words(fake, monkeypatch):
    stage = WordStage()
    monkeypatch.setattr(arrow, "_stage", lambda call: stage)
    return stage


def test_a_stage(words):
    notes = ["Seen PHI-x", None, "XPOISONX", "XFAILX PHI-a", "nothing", "Left Knee"]
    batch = pa.record_batch({"id": list("abcdef"), "note": notes, "k": [0] * 6})
    [made] = staged([batch], plan_of(batch, ids=["id"]), CONFIG, CALL)
    assert made.to_pydict() == {
        "id": ["a", "c", "d", "f", "f"],
        "system": ["W", None, None, "W", "W"],
        "word": ["Seen", None, None, "Left", "Knee"],
        "start": [0, None, None, 0, 5],
        "words_status": ["ok", "withheld:recognizer-error:Poison", "failed:ValueError", "ok", "ok"],
    }


def test_a_stage_on_several_columns_of_safe_notes(words):
    batch = pa.record_batch({"a": ["Seen PHI-x", "b"], "b": ["c", "Knee"], "id": [7, 8]})
    call = StageCall("words", (), tuple(WordStage.columns), is_safe=True)
    [made] = staged([batch], plan_of(batch, text=("a", "b"), ids=["id"]), CONFIG, call)
    assert made.to_pydict()["text_column"] == ["a", "b"]
    assert made.to_pydict()["word"] == ["Seen", "Knee"]
    assert made.to_pydict()["id"] == [7, 8]


def test_a_stage_that_breaks_its_word_shows_nothing(words, monkeypatch):
    monkeypatch.setattr(WordStage, "columns", {"system": "string", "word": "Int64", "start": "Int64"})
    batch = pa.record_batch({"id": [1], "note": ["Quillfeather"]})
    with pytest.raises(RedactPHIError, match="'word' does not hold Int64") as caught:
        list(staged([batch], plan_of(batch, ids=["id"]), CONFIG, CALL))
    assert caught.value.__suppress_context__
    assert "Quillfeather" not in str(caught.value)
