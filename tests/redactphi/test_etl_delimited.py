"""Delimited text: every cell means what the standard library says, and leaves as it came."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redactphi.errors import DataError
from redactphi.etl.delimited import Dialect, RawRow, sniff
from redactphi.etl.rows import Malformed, split_rows

ugly = st.text(alphabet=st.sampled_from("a,;\"\n\r\t |é\0\u2028 '"), max_size=12)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(ugly, min_size=width, max_size=width), min_size=1, max_size=6)
)


def lines(text):
    return io.StringIO(text, newline="")


def values(text, dialect):
    return [[dialect.value(raw) for raw in row.cells] for row in split_rows(lines(text), dialect, "x.csv")]


@given(tables, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n"]))
def test_reads_what_csv_writes(table, delimiter, terminator):
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=terminator, quoting=csv.QUOTE_ALL).writerows(table)
    assert values(written.getvalue(), Dialect(delimiter, '"', terminator)) == table


@given(tables, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_reads_what_it_writes_and_so_does_csv(table, delimiter, terminator, quote_all):
    dialect = Dialect(delimiter, '"', terminator, quote_all=quote_all)
    text = "".join((delimiter.join(map(dialect.write, row)) or '""') + terminator for row in table)
    assert values(text, dialect) == table
    assert list(csv.reader(lines(text), delimiter=delimiter, strict=True)) == table


@given(tables)
def test_a_row_joined_again_is_the_row(table):
    dialect = Dialect()
    text = "".join((",".join(map(dialect.write, row)) or '""') + "\n" for row in table)
    rows = split_rows(lines(text), dialect, "x.csv")
    assert "".join(",".join(row.cells) + "\n" for row in rows) == text


@given(st.text(alphabet='a,"\n ', max_size=40))
def test_any_text_is_read_or_refused(text):
    found = list(split_rows(lines(text), Dialect(), "x.csv"))
    assert all(row.cells for row in found if isinstance(row, RawRow))
    assert '"' in text or not any(isinstance(row, Malformed) for row in found)
    assert [row.line for row in found] == sorted({row.line for row in found})


def test_spaces_around_quotes_do_not_hide_them():
    assert values('1, "a, b" ,2\n', Dialect()) == [["1", "a, b", "2"]]


def test_lines_are_numbered_by_where_a_row_starts():
    rows = split_rows(lines('a,b\n\n1,"x\ny"\n2,z\n'), Dialect(), "x.csv")
    assert [row.line for row in rows] == [1, 3, 5]


OPEN = "a quote is opened in this row and never closed"
AFTER = "text after a closing quote"
GOOD = "".join(f"{n},x\n" for n in range(100, 110))


@pytest.mark.parametrize(
    ("text", "rows", "malformed"),
    [
        ('1,"open\n2,x\n', "", [(2, OPEN, 3)]),
        ('1,"open\n' + GOOD, GOOD, [(2, OPEN, 2)]),
        ('1,"open\n2,"x"\n3,y\n', '2,"x"\n3,y\n', [(2, AFTER, 2)]),
        ('1,"x"y\n2,z\n', "2,z\n", [(2, AFTER, 2)]),
        ('1,"x"y\n2,z\n3,"a"b\n4,z\n', "4,z\n", [(2, AFTER, 4)]),
        ('1,"x"y\n2,"a\nb"\n' + GOOD, '2,"a\nb"\n' + GOOD, [(2, AFTER, 2)]),
        ('1,"he said "hi", and\nwent, home\nslowly"\n2,z\n', "2,z\n", [(2, AFTER, 4)]),
        ('1,"one\nsaid "hi" to, all\nwent, home"\n2,"z"\n', '2,"z"\n', [(2, AFTER, 4)]),
        ('1,"x"y\n2,z\n3\n4,z\n', "", [(2, AFTER, 5)]),
    ],
)
def test_rows_go_on_where_one_surely_begins(text, rows, malformed):
    found = list(split_rows(lines("a,b\n" + text), Dialect(), "x.csv"))
    assert [tuple(row) for row in found if isinstance(row, Malformed)] == malformed
    kept = [",".join(row.cells) + "\n" for row in found if isinstance(row, RawRow)][1:]
    assert "".join(kept) == rows


NOTES = st.lists(st.text(alphabet="a, \n\"'", max_size=25), min_size=1, max_size=8)


@settings(max_examples=400)
@given(NOTES, st.integers(0, 7), st.sampled_from(["open", "after"]))
def test_no_line_of_a_note_becomes_a_row_after_a_broken_quote(notes, place, fault):
    """Ids are digits and notes hold none, so a row that begins elsewhere is seen."""
    rows = [f'{n},"{note.replace(chr(34), chr(34) * 2)}",W\n' for n, note in enumerate(notes)]
    place %= len(rows)
    rows[place] = f'{place},"open,W\n' if fault == "open" else f'{place},"x"y,W\n'
    for row in split_rows(lines("id,note,unit\n" + "".join(rows)), Dialect(), "x.csv"):
        if isinstance(row, RawRow) and len(row.cells) == 3 and row.line > 1:
            assert row.cells[0].isdigit()


without_returns = tables.map(lambda table: [[cell.replace("\r", "") for cell in row] for row in table])


@pytest.mark.parametrize("quote", ['"', ""])
@given(without_returns, st.sampled_from([",", "\t"]))
def test_reads_what_it_writes_with_an_escape(quote, table, delimiter):
    dialect = Dialect(delimiter, quote, escape="\\")
    text = "".join((delimiter.join(map(dialect.write, row)) or '""') + "\n" for row in table)
    if quote or all(any(row) for row in table):
        assert values(text, dialect) == table


@given(tables)
def test_reads_what_csv_writes_with_an_escape(table):
    written = io.StringIO()
    csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL, doublequote=False, escapechar="\\").writerows(table)
    assert values(written.getvalue(), Dialect(escape="\\")) == table


def test_an_escape_before_anything_else_is_an_ordinary_character():
    dialect = Dialect("\t", "", escape="\\")
    text = "C:\\new\t\\N\tone\\\ntwo\ta\\\tb\n"
    assert values(text, dialect) == [["C:\\new", "\\N", "one\ntwo", "a\tb"]]


def test_an_endless_cell_is_refused(monkeypatch):
    monkeypatch.setattr("redactphi.etl.rows.CELL_LIMIT", 1000)
    with pytest.raises(DataError, match="quote not closed"):
        list(split_rows(lines('a\n"' + ("x" * 600 + "\n") * 2), Dialect(), "x.csv"))


@pytest.mark.parametrize(
    ("header", "dialect"),
    [
        ("a,b\n", Dialect()),
        ("a;b;c\r\n", Dialect(";", '"', "\r\n")),
        ("a\tb", Dialect("\t")),
        ('"a, or b"|c\n', Dialect("|")),
        ('"a";"b"\n', Dialect(";", quote_all=True)),
        ("'a','b'\n", Dialect(",", "'", quote_all=True)),
        ("note\n", Dialect()),
    ],
)
def test_the_dialect_is_seen_from_the_header(header, dialect):
    assert sniff(header) == dialect


def test_without_quotes_a_value_cannot_break_the_row():
    dialect = Dialect("\t", "")
    assert values('1\t"a\n2\tb"\n', dialect) == [["1", '"a'], ["2", 'b"']]
    assert dialect.write("a\tb\nc") == "a b c"
