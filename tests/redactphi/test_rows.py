"""Rows of a list name somebody where most of their like do."""

import pytest

from redactphi.rows import named
from redactphi.spans import Span


def added(text, *names):
    """What `named` adds when the names given were found."""
    spans = [Span(text.index(name), text.index(name) + len(name), "NAME", 0.9, "seed") for name in names]
    return [text[span.start : span.end] for span in named(text, spans)]


CENSUS = "612 Tran, V. 44F DKA\n613 {}\n614 Okafor 70F GIB\n615 Lindqvist 66M ercp\n"
CHAIRS = "ch 1 Robichaux - edw 82\nch 2 mrs. Verdin - catheter\nch 3 J. Naquin - cramping\nch 4 {}\n"


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ("little 39F pyelo", "little"),
        ("p. stone 29M cellulitis", "p. stone"),
        ("may f. 90F hip hemi", "may f."),
        ("rose-marsh 33F stroke", "rose-marsh"),
    ],
)
def test_an_age_or_initial_makes_a_name_of_a_word(row, name):
    assert added(CENSUS.format(row), "Tran, V.", "Okafor", "Lindqvist") == [name]


@pytest.mark.parametrize(
    "row",
    [
        "empty",
        "UNK 40M found down",
        "open for ED",
        "bmp, if K<4 give 40",
        "pain control, see above",
        "2200 labs",
        "hold 29M",
    ],
)
def test_what_else_a_row_may_hold(row):
    assert added(CENSUS.format(row), "Tran, V.", "Okafor", "Lindqvist") == []


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("king - foot ulcer", ["king"]),
        ("leBlanc p - phos 8.2", ["leBlanc p"]),
        ("open. hosp since Monday", []),
        ("good run, no cramps", []),
    ],
)
def test_rows_parted_alike(row, names):
    assert added(CHAIRS.format(row), "Robichaux", "Verdin", "J. Naquin") == names


def test_few_names_make_no_list():
    assert added(CENSUS.format("little 39F"), "Tran, V.", "Okafor") == []
    plan = "1. Okafor told\n2. labs\n3. diet\n4. Tran called\n5. little 39F\n6. walk\n7. Lindqvist agrees\n8. rest\n9. pain\n"
    assert added(plan, "Okafor", "Tran", "Lindqvist") == []


CHAT = "Rios: vanc on Reyes rm 512?\nAchterberg: ya hold\nRios: 1.9 from 1.1\n{}: ugh\nPlan: hold\nPlan: recheck\n"


@pytest.mark.parametrize(
    ("speaker", "found"),
    [("Achterberg", ["Achterberg", "Achterberg"]), ("Plan", []), ("Note", []), ("POST-OP", []), ("Follow-up", [])],
)
def test_who_speaks_twice_is_somebody(speaker, found):
    assert [name for name in added(CHAT.format(speaker)) if name != "Rios"] == found


def test_columns_of_names():
    table = "last|first|dob|a1c|note\nAdair|Fiona|2/2/90|7.1|\nWill|Jordan|5/30/88|7.7|will call\n|none|||\n"
    assert sorted(added(table)) == ["Adair", "Fiona", "Jordan", "Will"]
    assert added("Surgeon | Okafor | \nScope | TJF | \nSedation | GETA | \n") == []
    assert added("drug|dose|note\nLasix|40|Will hold\n") == []


def test_initials_behind_a_name_at_a_rows_start_belong_to_it():
    assert added(CENSUS.format("Silveira, JP  50M hernia"), "Tran, V.", "Okafor", "Lindqvist", "Silveira") == [
        "Silveira, JP"
    ]
    assert added(CENSUS.format("Silveira, RN  told"), "Tran, V.", "Okafor", "Lindqvist", "Silveira") == []
