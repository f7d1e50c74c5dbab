"""What a note's way through other systems left in it does not change what is found, nor what is written instead."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi import Document, Patient, Redactor
from redactphi.reading import plain, read

NOTE = (
    "Patient: Inés O'Malley-Brandt\nMRN: 44-81-207  DOB: 03-05-1961\nSurgeon: Dr. Aurelio Van der Berg\n\n"
    'She was seen on October 12, 2022 at the Copper Beech Surgical Center; her husband Declan said "call (513) 555-0160".\n'
    "The O'Malley-Brandt family lives at 4218 Old Sears Street, Tarrow Falls, OH 45011.\nThe wound is clean and dry.\n"
)


def _doubled(text):
    return text.replace("  ", " ").replace(" ", "  ")


WRITINGS = {
    "as it was": lambda text: text,
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "line ends written out": lambda text: text.replace("\n", "\\n"),
    "line ends written out twice": lambda text: text.replace("\n", "\\\\r\\\\n"),
    "blanks that do not break": lambda text: text.replace(" ", "\u00a0"),
    "typographic": lambda text: text.replace("'", "\u2019").replace("-", "\u2013").replace('"', "\u201d"),
    "hyphens of a kind": lambda text: text.replace("-", "\u2011"),
    "marks apart": lambda text: unicodedata.normalize("NFD", text),
    "entities": lambda text: html.escape(text).replace("-", "&#45;").replace("é", "&eacute;"),
    "lines of HTML": lambda text: text.replace("\n", "<br/>\n"),
    "paragraphs of HTML": lambda text: "".join(f"<p class='n'>{line}</p>" for line in text.split("\n")),
    "words in bold": lambda text: text.replace("Patient:", "<b>Patient:</b>").replace("MRN:", "<span>MRN:</span>"),
    "blanks doubled": _doubled,
    "unseen characters": lambda text: "\ufeff" + text.replace("O'M", "O\u200b'M").replace("Sears", "Se\u200bars"),
}


@pytest.fixture(scope="module")
def redactor():
    return Redactor()


@pytest.fixture(scope="module")
def expected(redactor):
    return [(span.label, _simple(NOTE[span.start : span.end])) for span in redactor.detect(NOTE)]


def _simple(text):
    text = html.unescape(text).replace("\u200b", "")
    read_as, _ = plain(text)
    return " ".join(read_as.split())


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)
def test_the_same_is_found_however_it_is_written(redactor, expected, writing):
    text = writing(NOTE)
    assert len(expected) >= 10
    assert [(span.label, _simple(text[span.start : span.end])) for span in redactor.detect(text)] == expected


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)
def test_nothing_of_a_name_is_left_beside_what_was_found(redactor, writing):
    safe = redactor.redact(writing(NOTE)).text
    for part in ("Malley", "Brandt", "Inés", "Declan", "Van der", "555", "4218", "Tarrow", "45011", "&#", "12, 2022"):
        assert part not in safe.replace("&#x27;", "").replace("&#45;", ""), part


@pytest.mark.parametrize("policy", ["surrogate", "surrogate_shifted", "limited_data_set", "safe_harbor"])
@pytest.mark.parametrize("name", ["typographic", "entities", "marks apart", "unseen characters", "hyphens of a kind"])
def test_the_same_is_written_instead_however_it_is_written(policy, name):
    redactor = Redactor(policy, key=bytes(range(32)))
    patient = Patient(id="7")
    safe = redactor.redact(Document("1", NOTE, patient=patient)).text
    other = redactor.redact(Document("1", WRITINGS[name](NOTE), patient=patient)).text
    assert _simple(other) == _simple(safe)


def test_what_is_restored_is_the_note_to_the_letter():
    from redactphi import Vault

    key = bytes(range(32))
    vault = Vault(None, key)
    redactor = Redactor("tokens", key=key, vault=vault)
    text = WRITINGS["entities"](WRITINGS["typographic"](NOTE))
    safe = redactor.redact(Document("1", text, patient=Patient(id="7")))
    assert "Declan" not in safe.text
    from redactphi import restore

    assert restore(safe.text, vault) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain text, nothing else",
        "WBC < 4 & Hgb > 9; a<b and c>d",
        "R&D at AT&T; 5&6",
        "one \\n alone",
        "C:\\new\\notes\nand a line",
        "a wide  gap here",
        "BP 120/80 – 130/90",
    ],
)
def test_what_is_no_trace_of_another_system_stays(text):
    assert plain(text) == (text, None)


@given(
    st.text(
        st.sampled_from("ab \n\r\\&;<>/#4brpn\u00a0\u0301\u200b\u2013") | st.characters(exclude_categories=["Cs"]),
        max_size=80,
    )
)
def test_offsets_lead_back(text):
    document = Document("x", text)
    reading = read(document)
    if reading.offsets is None:
        assert len(reading.document.text) == len(text)
        return
    length = len(reading.document.text)
    last = 0
    for place in range(length):
        start, end = reading.offsets.range_to_old(place, place + 1)
        assert last <= start < end <= len(text) or text[start:end] == ""
        last = min(start, end)
    assert reading.offsets.range_to_old(0, length)[1] <= len(text)
