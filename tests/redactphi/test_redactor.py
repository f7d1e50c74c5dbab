"""The way of a note, and what must always hold on it."""

import logging
import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

import redactphi
from redactphi import Document, NoteWithheld, Patient, Redactor, UnknownNameError, UsageError, WithheldDocument
from redactphi.operators import OPERATORS

NOTE = "Seen by Dr. Adaeze Nwosu on 03/14/2024, MRN 00482913."
slow = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_the_example_of_the_readme():
    assert str(redactphi.redact(NOTE)) == "Seen by Dr. [PROVIDER] on [DATE 2024], MRN [MRN]."


def test_the_default_forms(redactor):
    note = "Lives in Springfield, IL 62704; 94-year-old, DOB 02/03/1930, seen 03/14/2024. Call (217) 555-0142. Age 89 once."
    assert str(redactor.redact(note)) == (
        "Lives in [LOCATION], IL [ZIP 627]; [AGE 90+]-year-old, DOB [DATE], seen [DATE 2024]. Call [PHONE]. Age 89 once."
    )


def test_a_stream_may_hold_plain_texts(redactor):
    first, second = redactor.pipe([NOTE, Document("2", NOTE)])
    assert str(first) == str(second) == str(redactor.redact(NOTE))
    with pytest.raises(UsageError, match="not int"):
        list(redactor.pipe([3]))


def test_clinical_words_and_numbers_survive(redactor):
    note = (
        "Foley catheter to gravity, BP 120/80, strength 5/5, L4-5 disc, T2N1M0, Whipple in 2019, Bell's palsy, POD 3."
    )
    assert str(redactor.redact(note)) == note


def test_nothing_outside_a_span_changes(redactor):
    text = f"\ufeffA\r\n\tx  {NOTE}\x00\r\n"
    safe = redactor.redact(text)
    position = 0
    for span, (start, end) in zip(safe.spans, safe.offsets.new, strict=True):
        kept = text[position : span.start]
        assert safe.text[start - len(kept) : start] == kept
        position, last = span.end, end
    assert safe.text[last:] == text[position:]


ugly = st.text(st.characters(exclude_categories=()), max_size=120)


@slow
@given(ugly, ugly)
def test_any_text_is_handled_and_the_phi_in_it_still_goes(redactor, before, after):
    safe = redactor.redact(f"{before}\nMRN: 00482913\n{after}")
    assert "00482913" not in safe.text.replace(before, "").replace(after, "") or "00482913" in before + after
    assert all(0 <= span.start < span.end for span in safe.spans)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\x00", "\ud800", "שלום 03/14/2024", "🙂" * 50, "a" * 5000])
def test_odd_texts(redactor, text):
    safe = redactor.redact(text)
    assert "03/14" not in safe.text


def test_a_megabyte(redactor):
    text = (NOTE + " The abdomen was soft and non-tender.\n") * 12_000
    assert len(text) > 1_000_000
    safe = redactor.redact(text)
    assert "Nwosu" not in safe.text
    assert safe.counts["MRN"] == 12_000


def test_offsets_map_both_ways(redactor):
    safe = redactor.redact(NOTE)
    for i, char in enumerate(NOTE):
        if not any(span.start <= i < span.end for span in safe.spans):
            assert safe.text[safe.offsets.to_new(i)] == char
            assert safe.offsets.to_old(safe.offsets.to_new(i)) == i


class Failing(EntityRecognizer):
    def __init__(self, error):
        self.error = error
        super().__init__(supported_entities=["NAME"], name="Failing", supported_language="en")

    def load(self):
        pass

    def analyze(self, text, entities, nlp_artifacts=None):
        if "poison" in text:
            raise self.error(text)
        return []


@pytest.mark.parametrize("error", [ValueError, TimeoutError, KeyError, MemoryError])
def test_a_recognizer_that_raises_withholds_the_note_and_only_that(error):
    redactor = Redactor(recognizers=[Failing(error)])
    with pytest.raises(NoteWithheld) as caught:
        redactor.redact(Document("n7", "poison for Anna Lee"))
    assert (caught.value.id, caught.value.reason) == ("n7", "recognizer-error:Failing")
    assert "Anna" not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"
    notes = [Document("1", NOTE), Document("2", "poison"), Document("3", NOTE)]
    out = list(redactor.pipe(notes))
    assert out[1] == WithheldDocument("2", "recognizer-error:Failing")
    assert str(out[0]) == str(out[2]) == str(redactphi.redact(NOTE))


def test_a_users_pattern_that_times_out_withholds_the_note(monkeypatch):
    monkeypatch.setattr("redactphi.resources.MATCH_TIMEOUT", 0.05)
    slow_pattern = PatternRecognizer("ID_OTHER", name="Slow", patterns=[Pattern("slow", r"(a|aa|a.)+$x", 0.9)])
    redactor = Redactor(recognizers=[slow_pattern])
    with pytest.raises(NoteWithheld, match="recognizer-error:Slow"):
        redactor.redact("a" * 4000)


def test_a_users_presidio_recognizer_is_mapped_or_refused():
    badge = PatternRecognizer("BADGE", patterns=[Pattern("badge", r"\bzq\d{3}\b", 0.9)])
    with pytest.raises(UnknownNameError, match=r"BADGE.*valid: .*ID_OTHER"):
        Redactor(recognizers=[badge])
    redactor = Redactor(recognizers=[badge], label_map={"BADGE": "ID_OTHER"})
    assert str(redactor.redact("The wristband zq123 was scanned.")) == "The wristband [ID_OTHER] was scanned."


def test_a_users_recognizer_with_context_is_raised_by_it():
    weak = PatternRecognizer("ID_OTHER", name="Weak", patterns=[Pattern("w", r"\bk\d\b", 0.2)], context=["printed"])
    redactor = Redactor(recognizers=[weak])
    assert str(redactor.redact("The check-in kiosk printed k7.")) == "The check-in kiosk printed [ID_OTHER]."
    assert str(redactor.redact("The level was k7.")) == "The level was k7."


def test_a_long_note_without_other_phi_keeps_neither_a_users_finds_nor_strict_modes():
    long = "The incision was closed in layers and a dressing was applied. " * 10
    badge = PatternRecognizer("ID_OTHER", name="Badge", patterns=[Pattern("badge", r"\bzq\d{3}\b", 0.4)])
    assert "[ID_OTHER]" in str(Redactor(recognizers=[badge]).redact(f"{long}The wristband zq123 was scanned."))
    assert "[NAME]" in str(Redactor(mode="strict").redact(f"{long}Stable on Zzyvaraq, reviewed."))


def test_what_a_policy_keeps_stays_and_overlaps_with_the_rest_do_not(tmp_path):
    path = tmp_path / "p.toml"
    path.write_text('name = "p"\nextends = "safe_harbor"\n[operators]\nDATE = "keep"\n', encoding="utf-8")
    redactor = Redactor(path)
    assert str(redactor.redact("MRN 00482913 on 03/14/2024")) == "MRN [MRN] on 03/14/2024"
    assert {span.label for span in redactor.redact(NOTE).spans} == {"PROVIDER", "MRN"}


def test_strict_mode_redacts_what_nothing_vouches_for(redactor):
    note = "Assessment: stable on Zqwertium, reviewed."
    assert str(Redactor(mode="strict").redact(note)) == "Assessment: stable on [NAME], reviewed."
    with pytest.raises(UnknownNameError, match="balanced, strict"):
        Redactor(mode="lenient")


def test_patient_facts_are_used(redactor):
    patient = Patient(name="Wren Oakes", birth_date="1980-05-02", mrn="A-77-B")
    safe = redactor.redact("wren came alone; chart a77b; born 2 May 80.", patient)
    assert str(safe) == "[NAME] came alone; chart [MRN]; born [DATE 1980]."


def test_same_input_same_output_alone_or_in_any_company(redactor):
    notes = [Document(str(i), f"{NOTE} visit {i} with Ms. Quill{i}") for i in range(7)]
    piped = [str(safe) for safe in redactor.pipe(notes)]
    assert piped == [str(redactor.redact(note)) for note in notes]
    assert piped[::-1] == [str(safe) for safe in Redactor().pipe(notes[::-1])]


def test_nothing_shows_the_note(redactor, caplog):
    secret = Document("d", "Patient: Wren Oakes, SSN 219-09-9999", Patient(name="Wren Oakes"), {"k": "Wren"})
    with caplog.at_level(logging.DEBUG):
        safe = redactor.redact(secret)
    shown = repr(secret) + repr(secret.patient) + repr(safe) + repr(redactor.engine) + caplog.text
    assert "Wren" not in shown
    assert "219-09" not in shown


def test_errors_survive_a_process_boundary():
    error = pickle.loads(pickle.dumps(NoteWithheld("n", "why")))
    assert (error.id, error.reason) == ("n", "why")


@pytest.mark.parametrize("bad", [None, 3, b"bytes"])
def test_a_note_must_be_text(redactor, bad):
    with pytest.raises(UsageError, match="a note is a str"):
        redactor.redact(bad)


@pytest.mark.parametrize(
    ("operator", "entity", "text", "expected"),
    [("tag", "NAME", "Anna", "[NAME]"), ("year", "DATE", "03/14/2024", "[DATE 2024]"), ("zip3", "ZIP", "62704", "[ZIP 627]"),
     ("age90", "AGE", "94", "[AGE 90+]")],
)  # fmt: skip
def test_our_operators_work_in_presidios_own_engine(operator, entity, text, expected):
    engine = AnonymizerEngine()
    engine.add_anonymizer(OPERATORS[operator])
    config = OperatorConfig(OPERATORS[operator]().operator_name(), {"label": entity})
    result = engine.anonymize(f"x {text} y", [RecognizerResult(entity, 2, 2 + len(text), 0.9)], {entity: config})
    assert result.text == f"x {expected} y"


def test_html_marks_the_tags_and_escapes_the_rest(redactor):
    html = redactor.redact("a < b, MRN 00482913")._repr_html_()
    assert "a &lt; b" in html
    assert "<mark>[MRN]</mark>" in html


def test_our_class_names_leave_presidios_own_registry_intact():
    import presidio_analyzer.predefined_recognizers as stock
    from presidio_analyzer import RecognizerRegistry

    from redactphi.recognizers import default_recognizers

    assert not {type(recognizer).__name__ for recognizer in default_recognizers("strict")} & set(dir(stock))
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers()
    assert "PHONE_NUMBER" in registry.get_supported_entities()


def test_half_a_surrogate_pair_costs_no_note(redactor):
    patient = Patient(name="Maria Lopez")
    safe = redactor.redact("Maria Lopez \ud83d seen by Dr. Ruiz \udc00 on 3/4/2021. Ruiz left.", patient)
    assert safe.text.startswith("[NAME] \ud83d seen by Dr. [PROVIDER] \udc00 on [DATE 2021]. [")
    assert safe.text.endswith("] left.")


def test_a_patient_is_a_patient(redactor):
    with pytest.raises(UsageError, match=r"not dict; see Patient.from_mapping$"):
        redactor.redact("Maria came", {"name": "Maria"})


def test_a_patient_that_cannot_be_read_withholds_the_note(redactor):
    (result,) = redactor.pipe([Document("1", "Maria came", {"name": "Maria"})])
    assert result == WithheldDocument("1", "detection-error:TypeError")
