"""Invariant 6: every column is named, and what is text or patient fact never leaves as it is."""

import pytest

from redactphi.errors import UnknownNameError, UsageError
from redactphi.etl.columns import ColumnChoice, ColumnPlan
from redactphi.etl.records import Cell, Record, kept, patient

COLUMNS = ("id", "name", "dob", "note", "unit", "ward")


def plan(**choice):
    return ColumnPlan.make(COLUMNS, ColumnChoice(**{"text": ("note",), **choice}))


def output(made):
    return [column.name for column in made.output]


def test_an_unnamed_column_is_an_error_that_lists_it():
    with pytest.raises(UsageError, match="unit, ward neither kept nor dropped"):
        plan(id="id", patient=(("name", "name"), ("birth_date", "dob")))


def test_what_leaves():
    made = plan(id="id", patient=(("name", "name"),), keep=("ward",), drop=("dob", "unit"))
    assert output(made) == ["id", "note", "ward"]
    assert made.names(made.kept) == ["ward"]
    assert made.dropped() == ["dob", "unit"]
    assert not made.keeps_id


def test_keep_rest_keeps_neither_facts_nor_dropped():
    made = plan(id="id", patient=(("name", "name"),), drop=("dob",), keep_rest=True)
    assert output(made) == ["id", "note", "unit", "ward"]
    assert made.names(made.kept) == ["unit", "ward"]


def test_without_an_id_a_column_of_numbers_is_added():
    assert output(plan(keep_rest=True)) == ["note_id", *COLUMNS]


def test_a_kept_id_is_kept():
    assert plan(id="id", keep=("id",), keep_rest=True).keeps_id


def test_an_id_that_is_a_patient_fact_is_still_replaced():
    made = plan(id="id", patient=(("mrn", "id"),), keep_rest=True)
    assert (made.output[0].name, made.output[0].is_id) == ("id", True)
    assert not made.keeps_id


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        ({"text": ()}, UsageError, "id, name, dob, note, unit, ward"),
        ({"text": ("nope",)}, UnknownNameError, "valid: dob, id, name, note, unit, ward"),
        ({"keep": ("nope",)}, UnknownNameError, "unknown column"),
        ({"patient": (("nom", "name"),)}, UnknownNameError, "valid: .*birth_date"),
        ({"patient": (("name", "nope"),)}, UnknownNameError, "unknown column"),
        ({"patient": (("name", "name"), ("name", "unit"))}, UsageError, "takes one column"),
        ({"keep": ("note",)}, UsageError, "cannot be kept: note"),
        ({"drop": ("note",)}, UsageError, "note"),
        ({"patient": (("name", "name"),), "keep": ("name",)}, UsageError, "never leave"),
        ({"patient": (("name", "note"),)}, UsageError, "text and patient"),
        ({"keep": ("unit",), "drop": ("unit",)}, UsageError, "kept and dropped"),
        ({"id": "id", "drop": ("id",)}, UsageError, "id and dropped"),
        ({"text": ("note", "note")}, UsageError, "twice"),
        ({"id": "note"}, UsageError, "text and id"),
    ],
)
def test_contradictions_and_unknown_names(choice, error, message):
    with pytest.raises(error, match=message):
        plan(**{"keep_rest": True, **choice})


def test_an_input_column_note_id_is_not_overwritten():
    with pytest.raises(UsageError, match="--id-column"):
        ColumnPlan.make(("note_id", "note"), ColumnChoice(text=("note",), keep_rest=True))


def test_facts_of_several_columns_and_shapes():
    columns = ("note", "a", "b", "c", "d")
    choice = ColumnChoice(text=("note",), patient=(("phones", "a"), ("phones", "b"), ("name", "c"), ("mrn", "d")))
    made = ColumnPlan.make(columns, choice)
    cells = ("x", ["555-0100", "555-0101"], "nan", " Maria Lopez ", 482913.0)
    found = patient(Record(1, tuple(map(Cell, cells))), made)
    assert found.phones == ("555-0100", "555-0101")
    assert found.name == "Maria Lopez"
    assert found.mrn == ("482913",)


def test_only_what_may_leave_is_left_of_a_row():
    made = plan(id="id", patient=(("name", "name"),), keep=("ward",), drop=("dob", "unit"))
    row = kept(Record(1, tuple(Cell(name) for name in COLUMNS)), made)
    assert [cell and cell.value for cell in row.cells] == [None, None, None, None, None, "ward"]


def test_rows_do_not_show_what_they_hold():
    record = Record(1, (Cell("PHI-Lopez", '"PHI-Lopez"'),))
    assert "Lopez" not in repr(record)
    assert "Lopez" not in repr(record.cells)
