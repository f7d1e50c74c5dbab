"""Delimited text: every cell means what the standard library says, and leaves as it came."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi.errors import DataError
from redactphi.etl.delimited import Dialect, sniff, split_rows

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
    try:
        rows = list(split_rows(lines(text), Dialect(), "x.csv"))
    except DataError:
        assert '"' in text
    else:
        assert all(row.cells for row in rows)


def test_spaces_around_quotes_do_not_hide_them():
    assert values('1, "a, b" ,2\n', Dialect()) == [["1", "a, b", "2"]]


def test_lines_are_numbered_by_where_a_row_starts():
    rows = split_rows(lines('a,b\n\n1,"x\ny"\n2,z\n'), Dialect(), "x.csv")
    assert [row.line for row in rows] == [1, 3, 5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a,b\n1,"open\n2,x\n', "line 2: a quote is opened in this row and never closed"),
        ('a,b\n1,"open\n2,"x"\n', "line 3: text after a closing quote (row of line 2)"),
        ('a,b\n1,"x"y\n', "line 2: text after a closing quote (row of line 2)"),
    ],
)
def test_a_broken_quote_stops_the_run(text, message):
    with pytest.raises(DataError, match=r"x\.csv") as caught:
        list(split_rows(lines(text), Dialect(), "x.csv"))
    assert message in str(caught.value)


def test_an_endless_cell_is_refused(monkeypatch):
    monkeypatch.setattr("redactphi.etl.delimited.CELL_LIMIT", 1000)
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
