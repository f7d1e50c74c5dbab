"""What stays of dates, ZIP codes and ages."""

import pytest
from presidio_analyzer import RecognizerResult
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import InvalidParamError, OperatorConfig

from redactphi.document import Document
from redactphi.operation import RewriteContext
from redactphi.operators.generalize import Age90, DateYear, Zip3, allowed_prefixes, tables, year_of
from redactphi.patient import Patient
from redactphi.spans import Span


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("03/14/2024", 2024), ("3/14/24", 2024), ("3/14/71", 1971), ("2024-03-14 10:22", 2024), ("3 Mar 21", 2021),
        ("03-MAR-2021", 2021), ("March 3rd, 2021", 2021), ("March '21", 2021), ("03/2021", 2021), ("20210314", 2021),
        ("03142021", 2021), ("Christmas 2019", 2019), ("3/14", None), ("in March", None), ("March 14", None),
        ("14MAR21", 2021), ("Jan 1st '23", 2023), ("Thu Oct 16, 2025 14:15", 2025), ("March 14 at 20:15", None),
        ("03/14/24 2015h", 2024), ("the third of July", None), ("rubbish", None), ("", None), ("1921", 1921),
        ("April 7, 21", 2021), ("31/12/1999", 1999), ("2021-Mar-14", 2021), ("031421", 2021), ("14.03.2024", 2024),
    ],
)  # fmt: skip
def test_year_of(text, year):
    assert year_of(text) == year


def context(text, *dates, patient=None):
    spans = tuple(Span(text.index(date), text.index(date) + len(date), "DATE") for date in dates)
    return RewriteContext(Document("1", text, patient), spans)


def rewrite(text, date, *others, patient=None, **params):
    return DateYear().operate(date, {"context": context(text, date, *others, patient=patient), **params})


def test_the_year_stays():
    assert rewrite("seen 03/14/2024", "03/14/2024") == "[DATE 2024]"


def test_no_year_no_year():
    assert rewrite("seen 3/14", "3/14") == "[DATE]"


def test_a_range_keeps_both_years():
    assert DateYear().operate("12/28/2020 - 1/4/2021", {}) == "[DATE 2020-2021]"


@pytest.mark.parametrize(("born", "expected"), [("1930", "[DATE]"), ("1934", "[DATE]"), ("1935", "[DATE 1935]")])
def test_a_year_that_shows_an_age_over_89_goes(born, expected):
    text = f"DOB 01/02/{born}, seen 03/14/2024"
    assert rewrite(text, f"01/02/{born}", "03/14/2024") == expected


def test_birth_dates_are_no_reference():
    assert rewrite("DOB: 01/02/1931", "01/02/1931", reference_year=2026) == "[DATE]"
    patient = Patient(birth_date="1931-01-02")
    assert rewrite("(01/02/1931)", "01/02/1931", patient=patient, reference_year=2026) == "[DATE]"


def test_an_older_note_is_judged_by_its_own_year():
    assert rewrite("DOB 01/02/1925, seen 03/04/2001", "01/02/1925", "03/04/2001") == "[DATE 1925]"


def test_what_was_before_a_note_does_not_date_it():
    assert rewrite("DOB 01/02/1930, CABG 2010", "01/02/1930", reference_year=2026) == "[DATE]"


def test_somebody_over_89_takes_the_birth_year_along():
    text = "A 94-year-old, born 01/02/1930, MI 03/04/1998"
    spans = [
        Span(2, 4, "AGE"),
        Span(text.index("01/"), text.index(", MI"), "DATE"),
        Span(text.index("03/"), len(text), "DATE"),
    ]
    context = RewriteContext(Document("1", text), tuple(spans))
    assert DateYear().operate("01/02/1930", {"context": context}) == "[DATE]"


def test_only_old_years_are_no_reference():
    assert rewrite("on 03/14/1931 and 03/15/1932", "03/14/1931", "03/15/1932") == "[DATE]"


def test_an_unreadable_date_never_shows():
    assert DateYear().operate("the ides of Quintilis", {}) == "[DATE]"


def test_the_reference_is_worked_out_once():
    shared = context("seen 03/14/2024", "03/14/2024")
    DateYear().operate("03/14/2024", {"context": shared})
    assert list(shared.cache.values()) == [2024]


@pytest.mark.parametrize(
    ("code", "table", "expected"),
    [
        ("62704", "census-2020", "[ZIP 627]"), ("62704-1182", "census-2020", "[ZIP 627]"),
        ("03601", "census-2020", "[ZIP 000]"), ("75301", "census-2020", "[ZIP 000]"),
        ("75301", "census-2010", "[ZIP 753]"), ("06301", "census-2000", "[ZIP 000]"), ("06301", "census-2010", "[ZIP 063]"),
        ("05901", "census-2010", "[ZIP 000]"), ("09012", "census-2020", "[ZIP 000]"),
        ("96201", "census-2020", "[ZIP 000]"), ("00012", "census-2020", "[ZIP 000]"),
        ("SW1A 1AA", "census-2020", "[ZIP 000]"), ("627", "census-2020", "[ZIP 000]"),
    ],
)  # fmt: skip
def test_zip3(code, table, expected):
    assert Zip3().operate(code, {"table": table}) == expected


RESTRICTED = {
    "census-2000": "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893",
    "census-2010": "036 059 102 203 205 369 556 692 821 823 878 879 884 893",
    "census-2020": "036 059 102 202 203 204 205 369 556 692 753 772 821 823 878 879 884 893",
}


@pytest.mark.parametrize("table", sorted(RESTRICTED))
def test_no_restricted_or_military_prefix_is_allowed(table):
    military = {f"09{digit}" for digit in range(10)} | {"340", "962", "963", "964", "965", "966"}
    allowed = allowed_prefixes(table)
    assert allowed.isdisjoint(RESTRICTED[table].split())
    assert allowed.isdisjoint(military | {"000"})
    assert len(allowed) > 850
    assert {"100", "606", "941", "967"} <= allowed


def test_tables_are_the_three_censuses():
    assert tables() == sorted(RESTRICTED)


def test_an_unknown_table_lists_the_valid_ones():
    with pytest.raises(InvalidParamError) as error:
        Zip3().validate({"table": "census-1990"})
    assert "census-2020" in error.value.err_msg


@pytest.mark.parametrize("text", ["94", "ninety-four", "nineties", "centenarian"])
def test_age90(text):
    assert Age90().operate(text, {}) == "[AGE 90+]"


def test_operators_work_in_presidios_own_engine():
    engine = AnonymizerEngine()
    for operator in (DateYear, Zip3, Age90):
        engine.add_anonymizer(operator)
    text = "Age 94, ZIP 62704, on 03/14/2024"
    results = [
        RecognizerResult(label, text.index(value), text.index(value) + len(value), 1.0)
        for label, value in (("AGE", "94"), ("ZIP", "62704"), ("DATE", "03/14/2024"))
    ]
    names = {"AGE": "age90", "ZIP": "zip3", "DATE": "year"}
    operators = {label: OperatorConfig(name) for label, name in names.items()}
    safe = engine.anonymize(text, results, operators).text
    assert safe == "Age [AGE 90+], ZIP [ZIP 627], on [DATE 2024]"
