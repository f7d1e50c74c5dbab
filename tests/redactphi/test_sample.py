"""Notes drawn for a person to read, the verdicts, and the bounds that follow from them."""

import csv
import math
import stat
from collections import Counter
from fractions import Fraction

import pytest

from redactphi.errors import DataError, UsageError
from redactphi.etl.bounds import count_bound, share_bound
from redactphi.etl.columns import ColumnChoice
from redactphi.etl.finished import FinishedRun
from redactphi.etl.options import BatchOptions
from redactphi.etl.review import Review, read_review
from redactphi.etl.runner import run_batch
from redactphi.etl.sample import COLUMNS, Draw, write_sample
from tests.redactphi.fake_redactor import FakeRedactor

SHA = "ab" * 32


def batch(tmp_path, rows, name="out", text=("note",)):
    source = tmp_path / f"{name}.in.csv"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows([("id", *text), *rows])
    out = tmp_path / name
    options = BatchOptions(source=source, columns=ColumnChoice(text=text, id="id", keep=("id",)), out=out)
    run_batch(options, make_redactor=FakeRedactor)
    return out


def draw(out, path, n=10, seed=7, **options):
    write_sample(out / "manifest.json", options.pop("output", out), path, n=n, seed=seed, **options)
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def out(tmp_path):
    rows = [(n, "XPOISONX" if n == 3 else "" if n == 4 else f"note {n}\nof PHI-{n}") for n in range(60)]
    return batch(tmp_path, rows)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "review.csv"


def test_a_verdict_file(out, path):
    rows = draw(out, path)
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 10
    for row in rows:
        assert row["text"] == f"note {row['note_id']}\nof [NAME]"
        assert (row["column"], row["missed_phi"], row["missed_labels"], row["comment"]) == ("note", "", "", "")
        manifest = FinishedRun.open(out / "manifest.json", out).sha256
        assert row["draw"] == f"seed 7, 10 of 58, manifest {manifest}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_seed_decides_and_no_note_comes_twice(out, path):
    drawn = {seed: [row["note_id"] for row in draw(out, path, seed=seed, force=True)] for seed in (7, 8)}
    assert [row["note_id"] for row in draw(out, path, seed=7, force=True)] == drawn[7]
    assert drawn[7] != drawn[8]
    assert len(set(drawn[7])) == 10


def test_withheld_and_empty_notes_are_left_out_and_more_than_all_is_all(out, path):
    ids = {row["note_id"] for row in draw(out, path, n=1000)}
    assert ids == {str(n) for n in range(60)} - {"3", "4"}


def test_neither_the_order_of_the_rows_nor_their_number_in_a_draw_matters(tmp_path, path):
    rows = [(n, f"note {n}") for n in range(50)]
    one, two = batch(tmp_path, rows), batch(tmp_path, rows[::-1], "two")
    few = [row["note_id"] for row in draw(one, path, n=5)]
    many = [row["note_id"] for row in draw(two, path, n=20, force=True)]
    assert many[:5] == few


def test_equal_rows_are_drawn_each_on_its_own(tmp_path, path):
    out = batch(tmp_path, [(1, "same")] * 40)
    assert len(draw(out, path, n=7)) == 7


def test_every_note_is_as_likely(tmp_path, path):
    out = batch(tmp_path, [(n, f"note {n}") for n in range(20)])
    counts = Counter(row["note_id"] for seed in range(200) for row in draw(out, path, 5, seed, force=True))
    expected = 200 * 5 / 20
    # Chi-square with 19 degrees of freedom goes beyond 43.8 once in a thousand; the seeds are fixed.
    assert sum((counts[str(n)] - expected) ** 2 / expected for n in range(20)) < 43.8


def test_several_text_columns(tmp_path, path):
    out = batch(tmp_path, [(1, "one", "two"), (2, "", "three")], text=("note", "plan"))
    assert {(row["note_id"], row["column"]) for row in draw(out, path)} == {("1", "note"), ("1", "plan"), ("2", "plan")}


def test_nothing_is_drawn_from_an_output_that_was_changed(out, path):
    notes = out / "notes.csv"
    notes.write_bytes(notes.read_bytes().replace(b"[NAME]", b"[MRN]", 1))
    with pytest.raises(DataError, match="not as its manifest says: see redactphi verify"):
        draw(out, path)
    assert not path.exists()


def test_places_and_usage(out, path, tmp_path):
    assert len(draw(out, path, output=out / "notes.csv")) == 10
    with pytest.raises(UsageError, match=r"review\.csv exists; --force replaces it"):
        draw(out, path)
    with pytest.raises(UsageError, match="put it outside the output folder"):
        draw(out, out / "review.csv")
    with pytest.raises(UsageError, match=r"ends in \.csv"):
        draw(out, tmp_path / "review.txt")
    with pytest.raises(DataError, match="holds no notes"):
        draw(out, path, output=out / "withheld.csv", force=True)
    with pytest.raises(DataError, match="no note to draw"):
        draw(batch(tmp_path, [(1, "")], "none"), tmp_path / "none.csv")


def filled(path, verdicts, labels=None, *, said=None, encoding="utf-8", delimiter=","):
    said = f"seed 7, {len(verdicts)} of 200, manifest {SHA}" if said is None else said
    with path.open("w", newline="", encoding=encoding) as file:
        table = csv.writer(file, delimiter=delimiter)
        table.writerow(COLUMNS)
        for number, verdict in enumerate(verdicts):
            named = (labels or {}).get(number, "")
            table.writerow([number, "note", "Dr. Quillfeather\nwas here", verdict, named, "é", said])
    return path


def test_a_review(path):
    found = read_review(filled(path, ["no"] * 38 + ["yes", "Y "], {38: "NAME, facility", 39: "NAME"}))
    assert (found.read, found.missed, found.labels) == (40, 2, {"FACILITY": 1, "NAME": 2})
    assert found.draw == Draw(7, 40, 200, SHA)
    assert found.share_bound == share_bound(2, 40)
    assert found.count_bound == count_bound(2, 40, 200)


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ";"), ("utf-8", "\t"), ("cp1252", ",")])
def test_files_that_a_spreadsheet_has_saved(path, encoding, delimiter):
    file = filled(path, ["no", "NO"], encoding=encoding, delimiter=delimiter)
    assert read_review(file, encoding="cp1252" if encoding == "cp1252" else "utf-8").read == 2


@pytest.mark.parametrize(
    ("verdicts", "labels", "message"),
    [
        (["no", "", "maybe", "yes"], {}, r"2 of 4 have no verdict: missed_phi takes yes or no \(rows 3, 4\)"),
        ([""] * 30, {}, r"30 of 30 have .* 20, 21, …\)"),
        (["yes", "yes"], {1: "Quillfeather"}, r"1 name an unknown label in missed_labels; valid: .* \(rows 3\)"),
        (["no"], {0: "NAME"}, r"1 say no and name missed labels \(rows 2\)"),
        ([], {}, "no note in it"),
    ],
)
def test_incomplete_verdicts_are_named_by_row_and_never_quoted(path, verdicts, labels, message):
    with pytest.raises(DataError, match=message) as caught:
        read_review(filled(path, verdicts, labels))
    assert "Quillfeather" not in str(caught.value)


def test_a_file_that_lost_lines_or_is_another(path):
    with pytest.raises(DataError, match="9 notes were drawn, 2 are in the file"):
        read_review(filled(path, ["no", "no"], said=f"seed 7, 9 of 200, manifest {SHA}"))
    with pytest.raises(DataError, match="the column draw is not the same on all lines, or was edited"):
        read_review(filled(path, ["no"], said="Quillfeather"))
    path.write_text("id,note\n1,x\n")
    with pytest.raises(DataError, match="no column 'missed_phi'"):
        read_review(path)
    filled(path, ["no", "no"], encoding="cp1252")
    with pytest.raises(DataError, match=r"2 cannot be read; try --encoding \(rows 2, 3\)"):
        read_review(path)


def test_without_the_draw_only_the_share_is_bounded(path):
    found = read_review(filled(path, ["no"] * 100, said=""))
    assert (found.draw, found.count_bound) == (None, None)
    assert found.share_bound == pytest.approx(0.0295130, abs=1e-6)
    assert "of how many is not known" in found.statement


def test_the_statement_measures_and_claims_nothing():
    statement = Review(100, 1, {}, Draw(7, 100, 2310, SHA)).statement
    assert statement.startswith(
        f"Of the 2,310 redacted notes of the run whose manifest has the SHA-256 {SHA}, 100 notes were drawn at random "
        "(seed 7) and read by a person. PHI had been missed in 1 of them. "
        "With 95 % confidence, at most 4.66 % of all redacted notes"
    )
    assert f"at most {count_bound(1, 100, 2310)}" in statement
    assert "must not be released" in statement
    assert "no statement of compliance" in statement
    assert "164.514(b)(2)(ii)" in statement
    assert "must not be released" not in Review(100, 0).statement
    assert "PHI had been missed in none of them." in Review(100, 0).statement


def test_a_statement_never_rounds_down_and_knows_when_all_were_read():
    assert "at most 2.96 %" in Review(100, 0).statement
    assert "These are all notes there are." in Review(40, 2, {}, Draw(7, 40, 40, SHA)).statement


@pytest.mark.parametrize(
    ("found", "drawn", "bound"),
    [(0, 100, 0.029513), (1, 100, 0.046560), (0, 1, 0.95), (0, 59, 0.049508), (10, 10, 1.0), (3, 10, 0.606624)],
)
def test_known_bounds(found, drawn, bound):
    assert share_bound(found, drawn) == pytest.approx(bound, abs=1e-6)


def test_the_rule_of_three():
    assert share_bound(0, 100) == pytest.approx(1 - 0.05 ** (1 / 100), abs=1e-14)
    assert share_bound(0, 10_000) == pytest.approx(3 / 10_000, rel=0.01)


@pytest.mark.parametrize(("found", "drawn"), [(5, 300), (1, 100), (40, 90), (2, 2500)])
def test_the_bound_by_two_other_ways(found, drawn):
    bound = share_bound(found, drawn)
    # By whole numbers: the tail probability crosses one in twenty exactly there.
    low, high = (Fraction(bound) + Fraction(shift, 10**12) for shift in (-1, 1))
    assert tail(found, drawn, high) < Fraction(1, 20) < tail(found, drawn, low)
    # By the beta distribution, integrated by Simpson's rule: its 95 % quantile at (found + 1, drawn - found).
    assert beta_below(bound, found + 1, drawn - found) == pytest.approx(0.95, abs=1e-9)


def tail(found, drawn, share):
    return sum(math.comb(drawn, i) * share**i * (1 - share) ** (drawn - i) for i in range(found + 1))


def beta_below(value, a, b, steps=20_000):
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)

    def density(x):
        return math.exp(scale + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x)) if x else (b if a == 1 else 0.0)

    width = value / steps
    inner = math.fsum((4 if i % 2 else 2) * density(i * width) for i in range(1, steps))
    return width / 3 * (density(0.0) + inner + density(value))


@pytest.mark.parametrize(
    ("found", "drawn", "population"), [(0, 10, 30), (1, 10, 30), (3, 20, 45), (0, 30, 30), (4, 30, 30)]
)
def test_the_bound_out_of_a_known_number_by_trying_all(found, drawn, population):
    all_draws = math.comb(population, drawn)
    possible = [
        having
        for having in range(found, population - (drawn - found) + 1)
        if 20 * sum(math.comb(having, i) * math.comb(population - having, drawn - i) for i in range(found + 1))
        > all_draws
    ]
    assert count_bound(found, drawn, population) == max(possible)


def test_out_of_many_both_bounds_are_the_same():
    assert count_bound(5, 300, 10_000_000) / 10_000_000 == pytest.approx(share_bound(5, 300), abs=1e-5)
    assert count_bound(5, 300, 600) / 600 < share_bound(5, 300)


@pytest.mark.parametrize(("found", "drawn"), [(2, 1), (-1, 3), (0, 0)])
def test_numbers_that_contradict_each_other(found, drawn):
    with pytest.raises(ValueError, match="contradict"):
        share_bound(found, drawn)
    with pytest.raises(ValueError, match="contradict"):
        count_bound(0, 5, 4)
