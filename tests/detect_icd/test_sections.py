"""Headings open sections; nothing of a note is lost."""

from itertools import pairwise

import pytest

from detect_icd.sections import find_sections, headings, section_at


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("POSTOPERATIVE DIAGNOSIS:", "postoperative_diagnosis"),
        ("Post-op Dx:", "postoperative_diagnosis"),
        ("PROCEDURE(S) PERFORMED:", "procedure_performed"),
        ("## Family History", "family_history"),
        ("**Assessment & Plan:**", "assessment_and_plan"),
        ("A/P:", "assessment_and_plan"),
        ("HPI:", "history_of_present_illness"),
        ("PMHx:", "past_medical_history"),
        ("ROS:", "review_of_systems"),
        ("INDICATIONS FOR PROCEDURE:", "indication"),
        ("3. ALLERGIES:", "allergies"),
        ("Discharge Diagnoses:", "discharge_diagnosis"),
    ],
)
def test_heading(heading, name):
    text = f"{heading} something\nhere" if heading.endswith(":") else f"{heading}\nsomething here"
    section = section_at(find_sections(text), text.index("something"))
    assert section.name == name


def test_inline_headings_split_a_line():
    text = "FAMILY HISTORY: Mother had cancer. SOCIAL HISTORY: Smokes. ALLERGIES: None."
    assert [s.name for s in find_sections(text)] == ["family_history", "social_history", "allergies"]


@pytest.mark.parametrize("dated", ["IMPRESSION ON 2/6/2024: stable", "IMPRESSION ON [DATE 2024]: stable"])
def test_a_date_in_a_heading_changes_nothing_redacted_or_not(dated):
    assert [s.name for s in find_sections(dated)] == ["assessment"]


def test_sections_cover_the_note_in_order():
    text = "Seen today.\nHPI: pain\n\nWEIRD LOCAL HEADING: x\nPLAN: rest"
    sections = find_sections(text)
    assert [s.name for s in sections] == ["", "history_of_present_illness", "", "plan"]
    assert sections[0].heading == 0
    assert sections[-1].end == len(text)
    assert all(one.end == other.heading for one, other in pairwise(sections))


@pytest.mark.parametrize("text", ["", "no headings here at all", "ACUTE GASTRITIS"])
def test_a_note_without_headings_is_one_section(text):
    (section,) = find_sections(text)
    assert (section.name, section.start, section.end) == ("", 0, len(text))


def test_no_spelling_belongs_to_two_sections():
    assert len(set(headings().values())) > 25


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ("FH: mother gout. Exam normal, tension headache.", "tension", ""),
        ("FH: mother gout. Father asthma.", "asthma", "family_history"),
        ("OB hx: GDM in 2019. A1c 6.0, prediabetes.", "prediabetes", ""),
        ("PMH: C diff last year. TODAY: shingles", "shingles", "visit"),
        ("ASTHMA\n  Today: in exacerbation", "exacerbation", ""),
        ("Absent: nystagmus. Present: tremor.", "tremor", "review_of_systems"),
    ],
)
def test_a_line_goes_on_about_the_patient_of_today(text, word, name):
    assert section_at(find_sections(text), text.index(word)).name == name
