"""The generated training documents: labels, splits, determinism, and that nothing identifying stays unlabelled."""

import json
import random
import re
from pathlib import Path

import pytest

from models.training import fillers, generate
from models.training.cleaning import Cleaner, to_parts
from models.training.doubt import drop_doubtful
from models.training.facilities import bare_acronym, coined, stem, towns
from models.training.fields import Fields
from models.training.identifiers import npi, spoken
from models.training.inject import with_fillers
from models.training.people import given_name, surname, surname_pools
from models.training.raw import RawNote, raw_notes, split_of
from models.training.slots import (
    Slot,
    Writer,
    insert_blanks,
    layouts,
    parse,
    parse_file,
    recase,
    render,
    scanned,
    wrapped,
    write,
)
from models.training.surface import surface
from redactphi.labels import PhiLabel
from redactphi.resources import terms

RAW = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "phi" / "raw"
needs_raw = pytest.mark.skipif(not RAW.is_dir(), reason="the raw notes are not beside the checkout")

LAYOUT = """=== letter-01 weight=2
Dear {title} {provider1.last},
{patient.full} (MRN {mrn}) was seen at {facility1} on {date1.numeric}. [[{He} is {age}.|]]
=== letter-02 upper
{patient.last_first} OF {city}, AGE {age90}, SSN ENDING {ssn4}
"""


@pytest.fixture
def templates(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text(LAYOUT, encoding="utf-8")
    return parse_file(path)


def rendered(template, seed, split="train"):
    return render(template, Fields(random.Random(seed), split), id=str(seed))


def values(example):
    return [(example.text[start:end], label) for start, end, label in example.spans]


def test_layout_file_is_parsed_with_its_flags(templates):
    assert [(template.id, template.family, template.case, template.weight) for template in templates] == [
        ("letter-01", "letter", "", 2),
        ("letter-02", "letter", "upper", 1),
    ]


@pytest.mark.parametrize(("body", "message"), [("=== a shout\nx", "unknown flag"), ("=== a\n[[x|y", "never closed")])
def test_malformed_layout_names_file_and_template(tmp_path, body, message):
    path = tmp_path / "bad.txt"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"bad\.txt, a: .*{message}"):
        parse_file(path)


def test_choices_nest_and_bars_outside_them_are_text():
    parts = parse("a | b [[x {city}|[[y|z]]]] ]] {not a slot}")
    assert any(isinstance(part, Slot) for part in parts) is False
    text = "".join(part for part in parts if isinstance(part, str))
    assert text == "a | b  ]] {not a slot}"


@pytest.mark.parametrize("name", sorted(fillers.FILLERS))
def test_filler_slots_are_no_phi_and_vary_within_a_document(name):
    fields = Fields(random.Random(1), "train")
    drawn = [fields.fill(name) for _ in range(40)]
    assert {label for _, label in drawn} == {None}
    assert len(set(drawn)) > 5


@pytest.mark.parametrize("split", ["train", "dev"])
def test_filler_lines_carry_no_phi(split):
    for line in fillers.filler_lines(split):
        writer = Writer()
        write(parse(line), Fields(random.Random(2), split), writer)
        assert (line, writer.spans) == (line, [])
    assert not set(fillers.filler_lines("train")) & set(fillers.filler_lines("dev"))


def test_fillers_stand_between_sentences_and_leave_slots_whole():
    text = "Seen today.\n\nShe sees Dr. \ue100provider1.last\ue101. The wound healed. Back soon"
    for seed in range(40):
        changed = fillers.insert(text, ["FILLER"], random.Random(seed))
        assert changed.replace("\nFILLER", "").replace(" FILLER", "") == text
        assert "Dr. \ue100provider1.last\ue101." in changed


def test_half_of_the_layout_documents_hold_fillers(templates):
    longer = 0
    for seed in range(200):
        fields = Fields(random.Random(seed), "train")
        changed = with_fillers(templates[0], fields)
        longer += changed != templates[0]
        labels = [label for _, label in values(render(changed, fields, id="x"))]
        assert labels == ["PROVIDER", "NAME", "MRN", "FACILITY", "DATE"]
    assert 70 < longer < 130


def test_bare_acronyms_of_hospitals_are_no_clinical_ones():
    made = {bare_acronym(random.Random(seed)) for seed in range(300)}
    assert len(made) > 150
    assert not made & set(surface("acronyms"))
    assert all(text.isupper() and 3 <= len(text) <= 6 for text in made)


@pytest.mark.parametrize(("form", "shape"), [("md", r"\d\d?[/-]\d\d?(/\d\d)?"), ("written", r"[\w\- ]+(, \d{4})?")])
def test_short_and_written_dates(form, shape):
    written = {Fields(random.Random(seed), "train").fill(f"date1.{form}") for seed in range(80)}
    assert all(re.fullmatch(shape, text) and label == PhiLabel.DATE for text, label in written)


def test_unknown_slot_error_lists_the_valid_ones():
    with pytest.raises(ValueError, match=r"unknown slot 'blood'.*mrn"):
        Fields(random.Random(0), "train").fill("blood")
    with pytest.raises(ValueError, match="has the forms"):
        Fields(random.Random(0), "train").fill("patient.shoe")


@pytest.mark.parametrize("seed", range(60))
def test_spans_cover_the_slots_and_only_them(templates, seed):
    example = rendered(templates[0], seed)
    assert [label for _, label in values(example)] == ["PROVIDER", "NAME", "MRN", "FACILITY", "DATE"]
    # The title and the label word stay outside.
    assert not any(
        re.match(r"(?i)dr|doctor|mrn", text) and label in {"PROVIDER", "MRN"} and " " in text
        for text, label in values(example)
    )
    assert all(text == text.strip() for text, _ in values(example))


@pytest.mark.parametrize("seed", range(30))
def test_always_upper_templates_and_ages_over_89(templates, seed):
    example = rendered(templates[1], seed)
    assert not re.search("[a-z]", example.text)
    by_label = {label: text for text, label in values(example)}
    assert set(by_label) == {"NAME", "LOCATION", "AGE", "SSN"}
    assert by_label["AGE"].startswith(("NINETY", "ONE HUNDRED")) or int(by_label["AGE"]) > 89
    assert re.fullmatch(r"\d{4}", by_label["SSN"])


def test_same_slot_same_value_and_sub_forms_agree():
    fields = Fields(random.Random(3), "train")
    someone = fields.person("patient")
    assert fields.fill("patient.last") == fields.fill("patient.last") == (someone.last, PhiLabel.NAME)
    assert fields.fill("patient.first_last")[0] == f"{someone.first} {someone.last}"
    moments = [fields.moment(f"date{number}") for number in range(1, 6)]
    assert moments == sorted(moments)
    assert fields.moment("dob") < moments[0]


def test_plain_ages_are_never_over_89():
    ages = [int(Fields(random.Random(seed), "train").fill("age")[0]) for seed in range(500)]
    assert max(ages) <= 89
    assert Fields(random.Random(0), "train").fill("age")[1] is None


def test_every_slot_of_every_layout_is_known():
    every = [template for split in ("train", "dev", "test") for template in layouts(split)]
    for number, template in enumerate(every):
        for seed in range(3):
            rendered(template, number * 10 + seed)


def test_splits_share_no_surnames_stems_or_towns():
    rng = random.Random(0)
    for split in ("train", "dev", "test"):
        common, origins, rare = surname_pools(split)
        assert all(split_of("surname:" + name.lower()) == split for name in rare)
        assert min(len(common), len(origins), len(rare)) > 10
        assert all(split_of("stem:" + stem(rng, split).lower()) == split for _ in range(20))
        assert all(split_of("coined:" + coined(rng, split).lower()) == split for _ in range(20))
    assert not {row[0].lower() for row in towns("train")} & {row[0].lower() for row in towns("dev")}


def test_a_quarter_of_surnames_is_in_no_list():
    rng = random.Random(1)
    drawn = [surname(rng, "train").lower() for _ in range(2000)]
    share = sum(name not in terms("surnames") for name in drawn) / len(drawn)
    assert 0.2 < share < 0.45
    assert len({given_name(rng, "train", "f") for _ in range(500)}) > 250


def test_npi_has_the_check_digit_of_the_standard():
    digits = [int(char) for char in "80840" + npi(random.Random(5))]
    doubled = [sum(divmod(digit * 2, 10)) if index % 2 else digit for index, digit in enumerate(reversed(digits))]
    assert sum(doubled) % 10 == 0


@pytest.mark.parametrize("text", ["Straße, İzmir", "ŉ ǰ", "plain"])
@pytest.mark.parametrize("case", ["upper", "lower"])
def test_recase_keeps_every_offset(text, case):
    assert len(recase(text, case)) == len(text)


def test_wrapping_and_doubled_blanks_keep_spans_on_their_text():
    text = "seen by Dr. Ana Lopez in the clinic on Monday afternoon"
    start = text.index("Ana")
    spans = [(start, start + 9, "PROVIDER")]
    assert wrapped(text, 12).replace("\n", " ") == text
    blanks = [index for index, char in enumerate(text) if char == " "]
    changed, moved = insert_blanks(text, spans, blanks)
    assert [changed[a:b] for a, b, _ in moved] == ["Ana  Lopez"]
    assert changed.replace("  ", " ") == text


def note(text, **meta):
    return RawNote("n1", "mtsamples", text, "train", meta)


def slots_of(text, **meta):
    return [part.name for part in Cleaner(note(text, **meta)).clean().parts if isinstance(part, Slot)]


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("She was seen by Dr. X and Dr. Y.", ["provider1.last", "provider2.last"]),
        ("Mr. ABC is a 54-year-old male. Mr. ABC denies pain.", ["patient.last", "patient.last"]),
        ("Seen on MM/DD/YYYY for a cough.", ["date1"]),
        ("It was done on 03/14/2004 and in June 2005.", ["date2.numeric", "date1.monthyear"]),
        ("Quixana Belmonte is a 54-year-old woman. Quixana is well.", ["patient.first_last", "patient.first"]),
        ("Transferred to ABCD General Hospital for care.", ["facility1"]),
        ("Sincerely,\n\nHollis Amberton, M.D.", ["provider1"]),
        ("A 94-year-old man with a hip fracture.", ["age90"]),
        ("Call the office at 327-8850.", ["phone"]),
        ("He moved from Albuquerque last year.", ["city"]),
        ("He was seen back at Bright Care on Monday.", ["facility2.short"]),
        ("She works at Puppy Palace on weekends.", ["employer"]),
        ("She had prior evaluations at QHRC and improved.", ["facility2.short"]),
    ],
)
def test_cleaning_turns_what_identifies_into_slots(text, slots):
    assert slots_of(text) == slots


@pytest.mark.parametrize(
    "text",
    [
        "Strength 5/5, BP 120/80, 3-0 Vicryl, pain 4/10, L4-5.",
        "A 54-year-old man with Parkinson disease and a positive Murphy sign.",
        "Kocher clamps and a DeBakey forceps were used with the Bovie.",
        "The pain clinic gives Palliative Care at Home, evaluated at ICU level.",
        "The pain clinic and the emergency room were full on Monday.",
    ],
)
def test_cleaning_leaves_clinical_text_alone(text):
    cleaned = Cleaner(note(text)).clean()
    assert cleaned.parts == (text,)
    assert cleaned.dropped == 0


def test_doubtful_sentences_are_dropped():
    text, dropped = drop_doubtful(
        "The wound healed. The _____ tract was closed. Then Zebulon Quackenbush came. He left."
    )
    assert text.split() == ["The", "wound", "healed.", "He", "left."]
    assert dropped == 2


def test_row_fields_become_the_patient():
    row = {"fname": "Quentin", "lname": "Ambrose", "postcode": "62704"}
    assert slots_of("Quentin Ambrose of 62704 is better. Quentin agrees.", row=row) == [
        "patient.first_last",
        "zip",
        "patient.first",
    ]


def test_marks_become_parts():
    assert to_parts("a \ue000city\ue001 b") == ("a ", Slot("city"), " b")


def test_documents_of_layouts_are_reproducible_and_need_no_raw_notes(monkeypatch, tmp_path, capsys):
    def made(seed, parts):
        return list(generate.documents("train", seed, 20, parts=parts))

    assert made(1, ("layouts",)) == made(1, ("layouts",))
    assert [example.text for example in made(1, ("layouts",))] != [example.text for example in made(2, ("layouts",))]
    monkeypatch.setattr(generate, "FOLDER", tmp_path / "absent")
    assert len(made(1, ("layouts", "negatives"))) == 20
    assert "layouts alone" in capsys.readouterr().err
    with pytest.raises(ValueError, match="only the part"):
        made(1, ("negatives",))
    with pytest.raises(ValueError, match="unknown parts"):
        made(1, ("poems",))


def test_gold_line_has_the_labels_of_the_library():
    example = next(iter(generate.documents("train", 5, 1, parts=("layouts",))))
    row = json.loads(generate.as_gold(example))
    assert set(row) == {"id", "text", "spans"}
    assert {span["label"] for span in row["spans"]} <= set(PhiLabel)


@needs_raw
def test_negatives_hold_no_phi_and_notes_keep_to_their_split():
    examples = list(generate.documents("dev", 7, 60, parts=("negatives",)))
    assert not any(example.spans for example in examples)
    assert not any(
        re.search(r"\bDr\. [A-Z]|\bM[rs]s?\. [A-Z]|\d{1,2}/\d{1,2}/(?:19|20)\d\d", example.text) for example in examples
    )
    by_split = {note.id: note.split for note in raw_notes()}
    share = sum(split == "train" for split in by_split.values()) / len(by_split)
    assert 0.75 < share < 0.85


@needs_raw
def test_injected_documents_label_every_doctor_and_title():
    for example in generate.documents("dev", 9, 80, parts=("injected",)):
        covered = {start for start, _, _ in example.spans}
        for match in re.finditer(r"\b(?:Dr|Mr|Mrs|Ms)\. +(?=[A-Z])", example.text):
            assert match.end() in covered, "a name after a title is not labelled"
        for start, end, label in example.spans:
            assert label in set(PhiLabel)
            assert example.text[start:end].strip() == example.text[start:end] != ""


def test_scanned_text_keeps_every_letter_and_its_spans():
    text = "Patient: Okafor, Ana M.\nDOB: 01/29/1932   MRN 118-402\nSeen 9/16 for follow up of a wound, in Albany."
    spans = [(9, 23, "NAME"), (29, 39, "DATE"), (46, 53, "MRN"), (59, 63, "DATE"), (93, 99, "LOCATION")]
    assert [text[start:end] for start, end, _ in spans][4] == "Albany"
    changed = 0
    for seed in range(40):
        made, moved = scanned(text, spans, random.Random(seed))
        changed += made != text
        assert "".join(made.split()) == "".join(text.split())
        for (start, end, label), (first, last, same) in zip(spans, moved, strict=True):
            assert "".join(made[first:last].split()) == "".join(text[start:end].split())
            assert same == label
            assert not made[first].isspace()
            assert not made[last - 1].isspace()
    assert changed > 20


@pytest.mark.parametrize(
    ("written", "said"), [("55-17", "five five dash one seven"), ("A 4/2", "A four slash two"), ("#9", "number nine")]
)
def test_identifiers_are_spoken_digit_by_digit(written, said):
    assert spoken(random.Random(1), written) == said
