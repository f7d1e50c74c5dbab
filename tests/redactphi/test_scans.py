"""Poor scans are read as what they say, and told in offsets of what they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi import Redactor, scans

ALIKE = str.maketrans("o1i", "0ll")
TORN = """\
REFE RRAL   p g 1 / 3      to: Card iology clin ic   fax 5 55-01 84
fr om: [[Bra cken  Med ical  Gro up]]    [[0 9/1 7/20 25]]
RE : [[Wo jcik ,  Hal ina]]    D OB [[0 4/ 1 9/19 61]]    MR N [[0 0 71 84 52]]
Re ason : chest pa in on exer tion , stress te st pos itive . Me ds : lisin opril 1O , meto prolol 25 .
ec ho nor mal , no mur mur . Ni ece [[Ma rta]] dri ves her , ce ll [[5 5 5-0 1 9O]].
Sig ned [[J . Kow alski]] , M D . ple ase ret urn repo rt by fa x [[55 5-0 1 8 4]]
"""
LOOSE = """\
O P E R A T I V E   R E P O R T
Patient :  [[Marisol  Okonkwo]]     DOB : [[O2/l4/l961]]
Surgeon :  [[Ezra  Lindqvist]] , M.D.   Date : [[1O/28/2O24]]
lNDICATION :  Right  inguinal  hernia , reducible ,  worse  with  work .
PROCEDURE :  Supine . Incision over the canal , cord freed , mesh placed , closed in layers .
The family ( husband [[Emeka]] ) was told .  Home  today , clinic  on [[ll/O7]] .  No  complications .
"""
CLEAN = """\
OPERATIVE REPORT
The patient was taken to the operating room, and under general anesthesia the abdomen was prepped and draped. Wound
closed with 3-0 Vicryl. Vitals: BP 132/78, HR 68. Dressings applied. He tolerated it well, no complications seen.
"""
TABLE = """\
Time      BP        HR    SpO2    Temp
0800      132/78    68    97      36.8
0900      128/76    70    98      36.9
1000      130/80    72    98      37.0
"""


def marked(text):
    """The text without its marks, and what stood in them."""
    parts = text.replace("]]", "[[").split("[[")
    return "".join(parts), parts[1::2]


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (TORN, "Bracken Medical Group"),
        (TORN, "Wojcik, Halina"),
        (TORN, "DOB 04/19/1961"),
        (TORN, "0071845"),
        (TORN, "chest pain on exertion, stress test positive"),
        (TORN, "lisinopril 10, metoprolol 25"),
        (TORN, "cell 555-0190."),
        (LOOSE, "OPERATIVE   REPORT"),
        (LOOSE, "DOB: 02/14/1961"),
        (LOOSE, "INDICATION: Right inguinal hernia, reducible, worse with work."),
        (LOOSE, "clinic on 11/07."),
    ],
)
def test_what_a_scan_says(note, said):
    assert said in scans.reading(marked(note)[0]).text


@pytest.mark.parametrize("note", ["", " ", "\n", CLEAN, TABLE, CLEAN * 40, TABLE * 40])
def test_what_reads_well_is_left(note):
    assert scans.reading(note) is None


def test_words_that_only_could_be_one_stay_apart():
    read = scans.reading(marked(LOOSE)[0]).text
    assert "Incision over the canal, cord freed, mesh placed, closed in layers." in read
    assert "was told. Home today" in read


@pytest.mark.parametrize("note", [TORN, LOOSE])
@pytest.mark.parametrize("mode", ["balanced", "strict"])
def test_phi_of_scans_is_found(note, mode):
    text, phi = marked(note)
    spans = Redactor(mode=mode).detect(text)
    covered = {place for span in spans for place in range(span.start, span.end)}
    at = 0
    for words in phi:
        at = text.index(words, at)
        left = [text[place] for place in range(at, at + len(words)) if place not in covered]
        assert not "".join(left).strip(" ,."), words
        at += len(words)


def test_a_scan_in_a_batch_is_redacted_as_alone():
    notes = [CLEAN, marked(TORN)[0], TABLE, marked(LOOSE)[0]]
    redactor = Redactor()
    assert [done.text for done in redactor.pipe(notes)] == [redactor.redact(note).text for note in notes]


@given(st.text(alphabet=" \n\t.,:/-()@aeIlO01MSz²é", max_size=300))
def test_offsets_lead_back(text):
    read = scans.reading(text)
    if read is None:
        return
    assert len(read.text) <= len(text)
    assert "".join(read.text.split()).lower().translate(ALIKE) == "".join(text.split()).lower().translate(ALIKE)
    for place, char in enumerate(read.text):
        start, end = read.offsets.range_to_old(place, place + 1)
        assert char.isspace() or char.lower().translate(ALIKE) in text[start:end].lower().translate(ALIKE)
