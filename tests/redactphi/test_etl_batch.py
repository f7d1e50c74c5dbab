"""Batches: what leaves, what does not, and that an output is there whole or not at all."""

import csv
import gzip
import io
import json
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redactphi.errors import DataError, RedactPHIError, UnknownNameError, UsageError
from redactphi.etl import parts, rows, workers
from redactphi.etl.columns import ColumnChoice
from redactphi.etl.options import BatchOptions
from redactphi.etl.runner import run_batch
from tests.redactphi.fake_redactor import FakeRedactor, word_stage

HEADER = "id,name,note,unit\n"
ROWS = HEADER + '7,Maria Lopez,"Seen PHI-Ruiz,\nand ""Maria Lopez"" again",ICU\n8,,,W3\n9,NaN,nothing here,"W 3"\n'
CHOICE = {"text": ("note",), "id": "id", "patient": (("name", "name"),), "keep": ("id", "unit")}


@pytest.fixture(autouse=True)
def _stages(monkeypatch):
    monkeypatch.setattr(workers, "load_stage", lambda name: {"words": word_stage}[name]())


def batch(path, out="out", *, choice=None, **options):
    columns = ColumnChoice(**(CHOICE if choice is None else choice))
    where = path.parent / out if out else None
    return run_batch(BatchOptions(source=path, columns=columns, out=where, **options), make_redactor=FakeRedactor)


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(ROWS)
    return path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}


def left_over(folder, *expected):
    return sorted(path.name for path in folder.iterdir()) == sorted(expected)


def test_a_csv_leaves_safe_and_otherwise_as_it_came(notes, tmp_path):
    tally = batch(notes)
    assert (tmp_path / "out/notes.csv").read_bytes().decode() == (
        'id,note,unit\n7,"Seen [NAME],\nand ""[NAME]"" again",ICU\n8,,W3\n9,nothing here,"W 3"\n'
    )
    assert (tally.rows_in, tally.rows_out, tally.notes, tally.empty) == (3, 3, 2, 1)
    assert tally.labels == {"NAME": 2}
    assert tally.is_complete
    assert left_over(tmp_path, "in.csv", "out")


def test_ids_are_random_and_their_map_is_private(notes, tmp_path):
    choice = {**CHOICE, "keep": ("unit",)}
    ids = []
    for out in ("one", "two"):
        batch(notes, out, choice=choice, id_map=tmp_path / f"{out}.map")
        rows = list(csv.DictReader((tmp_path / out / "notes.csv").open()))
        pairs = list(csv.DictReader((tmp_path / f"{out}.map").open()))
        assert [pair["original_id"] for pair in pairs] == ["7", "8", "9"]
        assert [pair["note_id"] for pair in pairs] == [row["id"] for row in rows]
        assert stat.S_IMODE((tmp_path / f"{out}.map").stat().st_mode) == 0o600
        ids += [row["id"] for row in rows]
    assert len(set(ids)) == 6
    assert not {"7", "8", "9"} & set(ids)


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_any_number_of_workers_gives_the_same_bytes(tmp_path, start_method):
    path = tmp_path / "in.csv"
    path.write_text(HEADER + "".join(f"{n},Ann Poe,Ann Poe saw PHI-{n} XPOISONX\n"[: 40 + n % 3 * 8] + ",W\n"
                                     if n % 7 == 0 else f"{n},Ann Poe,Word PHI-{n},W\n" for n in range(400)))  # fmt: skip
    stages = ("words",) if start_method == "fork" else ()
    one = batch(path, "one", stages=stages)
    two = batch(path, "two", stages=stages, workers=2, start_method=start_method)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    one.seconds = two.seconds = 0
    assert one == two


def test_chunk_sizes_do_not_show(notes, monkeypatch, tmp_path):
    batch(notes, "one")
    monkeypatch.setattr(parts, "CHUNK_NOTES", 1)
    batch(notes, "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_withheld_notes_keep_their_row(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(HEADER + "1,a,XPOISONX PHI-x,W\n2,b,XCRASHX,W\n3,c,fine,W\n")
    tally = batch(path)
    assert (tmp_path / "out/notes.csv").read_text() == "id,note,unit\n1,,W\n2,XCRASHX,W\n3,fine,W\n"
    assert (tmp_path / "out/withheld.csv").read_text() == "note_id,reason\n1,recognizer-error:Poison\n"
    assert tally.withheld == {"recognizer-error:Poison": 1}
    assert not tally.is_complete


def test_a_redactor_that_raises_on_one_note_withholds_it(tmp_path, monkeypatch):
    def redact(self, document):
        raise KeyError(document.text)

    path = tmp_path / "in.csv"
    path.write_text(HEADER + "1,a,XCRASHX secret,W\n")
    monkeypatch.setattr(FakeRedactor, "redact", redact)
    assert batch(path).withheld == {"error:KeyError": 1}
    assert not any(b"secret" in content for content in contents(tmp_path / "out").values())


def test_rejected_rows_are_listed_by_line_outside(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(
        HEADER.encode()
        + b'1,a,"x\ny",W\n2,too,few\n3,a,caf\xe9,W\n4,a,x,W,more\n5,a,ok,W\n6,a,n\0ul,W\n7,a,"x"y,W\n8,a,ok,W\n9,"open'
    )
    tally = batch(path)
    rejected = tmp_path / "out.rejected.csv"
    assert (
        rejected.read_text() == 'line,reason\n4,"3 fields, expected 4"\n5,not valid utf-8\n6,"5 fields, expected 4"\n'
        "8,holds a NUL character\n9,text after a closing quote\n"
        "11,a quote is opened in this row and never closed\n"
    )
    assert stat.S_IMODE(rejected.stat().st_mode) == 0o600
    assert tally.rows_in == 9 == tally.rows_out + sum(tally.rejected.values())
    assert len((tmp_path / "out/notes.csv").read_text().splitlines()) == 5


def test_encodings_boms_and_line_ends_are_kept(tmp_path):
    latin, bom = tmp_path / "latin.csv", tmp_path / "bom.csv"
    latin.write_bytes(b"id;name;note;unit\r\n1;Zoe;caf\xe9 PHI-x;\xdc\r\n")
    bom.write_bytes("\ufeffid,name,note,unit\r\n1,Zoe,café,Ü\r\n".encode())
    batch(latin, "one", encoding="latin-1")
    batch(bom, "two")
    assert (tmp_path / "one/notes.csv").read_bytes() == b"id;note;unit\r\n1;caf\xe9 [NAME];\xdc\r\n"
    assert (tmp_path / "two/notes.csv").read_bytes() == "\ufeffid,note,unit\r\n1,café,Ü\r\n".encode()


def test_a_large_cell_passes(tmp_path):
    path = tmp_path / "in.csv"
    note = "word, " * 1_000_000
    path.write_text(f'{HEADER}1,a,"{note}",W\n')
    batch(path)
    assert (tmp_path / "out/notes.csv").read_text() == f'id,note,unit\n1,"{note}",W\n'


def test_gzip_in(tmp_path):
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(ROWS.encode()))
    assert batch(path).rows_out == 3
    assert (tmp_path / "out/notes.csv").read_text().startswith("id,note,unit\n7,")


def test_header_only_gives_a_header(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(HEADER)
    assert batch(path).rows_out == 0
    assert (tmp_path / "out/notes.csv").read_text() == "id,note,unit\n"


def test_limit_and_dry_run(notes, tmp_path):
    assert batch(notes, limit=1).rows_in == 1
    assert batch(notes, None).notes == 2
    assert left_over(tmp_path, "in.csv", "out")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (HEADER.encode() + b'1,a,"open,W\n2,b,c,W\n', r"not one row of 1 can be read \(1: a quote is opened"),
        (HEADER.encode() + b"1,a,caf\xe9,W\n2,b,caf\xe9,W\n", r"not one row of 2 can be read \(2: not valid utf-8"),
        (b'id,"na"me,note,unit\n1,a,b,W\n', "line 1: text after a closing quote"),
        (b"id,note,note,unit\n", r"used twice \(columns 3\)"),
        (b"id,name,n\xf6te,unit\n", "try --encoding latin-1"),
        (b"1,Maria Lopez,1950-02-03,ICU\n", "cell 3 is no column name"),
        (b"1,Maria Lopez," + b"a long note " * 20 + b",ICU\n", "header missing"),
        (HEADER.encode("utf-16"), "--encoding utf-16"),
    ],
)
def test_unusable_files_are_one_line_and_leave_nothing(tmp_path, content, message):
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        batch(path)
    assert "in.csv" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "Lopez" not in str(caught.value)
    assert left_over(tmp_path, "in.csv")


def test_truncated_gzip_leaves_nothing(tmp_path):
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress((HEADER + ROWS.removeprefix(HEADER) * 5000).encode())[:-400])
    with pytest.raises(DataError, match=r"in\.csv\.gz: the compressed data is damaged or cut short"):
        batch(path)
    assert left_over(tmp_path, "in.csv.gz")


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_after_many_rows_leaves_nothing(tmp_path, workers, monkeypatch):
    path = tmp_path / "in.csv"
    monkeypatch.setattr(rows, "CELL_LIMIT", 10_000)
    path.write_text(HEADER + "1,a,PHI-x,W\n" * 500 + '1,a,"open' + "x" * 20_000 + "\n1,a,b,W\n")
    with pytest.raises(DataError, match="line 502"):
        batch(path, workers=workers)
    assert left_over(tmp_path, "in.csv")


def test_a_worker_that_cannot_start_says_why(notes):
    class Refuses(FakeRedactor):
        calls = 0

        def __init__(self):
            type(self).calls += 1

        def pipe(self, documents):
            raise UnknownNameError("label", "X", ["NAME"])

    options = BatchOptions(source=notes, columns=ColumnChoice(**CHOICE), out=notes.parent / "out", workers=2)
    with pytest.raises(RedactPHIError, match="unknown label 'X'; valid: NAME") as caught:
        run_batch(options, make_redactor=Refuses)
    assert caught.value.exit_code == 2


def test_an_output_is_never_overwritten_unasked(notes, tmp_path):
    batch(notes)
    with pytest.raises(UsageError, match="--force"):
        batch(notes)
    before = contents(tmp_path / "out")
    notes.write_text(ROWS + "10,x,more,W\n")
    batch(notes, force=True)
    assert contents(tmp_path / "out") != before
    assert left_over(tmp_path, "in.csv", "out")


def test_force_replaces_outputs_only(notes, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.txt").write_text("x")
    with pytest.raises(UsageError, match=r"holds no manifest\.json"):
        batch(notes, force=True)
    assert (tmp_path / "out/thesis.txt").read_text() == "x"


def test_a_failed_run_keeps_the_earlier_output(notes, tmp_path):
    batch(notes)
    before = contents(tmp_path / "out")
    notes.write_text(HEADER + '10,"x')
    with pytest.raises(DataError):
        batch(notes, force=True)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"id_map": "out/map.csv"}, "outside the output folder"),
        ({"rejected": "out/sub/r.csv"}, "outside the output folder"),
        ({"id_map": "m", "rejected": "m"}, "same file"),
        ({"id_map": "in.csv"}, "is the input"),
        ({"vault": "out/vault"}, "outside the output folder"),
        ({"vault": "in.csv"}, "is the input"),
        ({"vault": "v", "key_file": "v"}, "same file"),
    ],
)
def test_private_tables_have_their_place(notes, tmp_path, options, message):
    paths = {name: tmp_path / value for name, value in options.items()}
    with pytest.raises(UsageError, match=message):
        batch(notes, choice={**CHOICE, "keep": ("unit",)}, **paths)


def test_an_input_inside_the_output_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    path = tmp_path / "out/in.csv"
    path.write_text(ROWS)
    options = BatchOptions(source=path, columns=ColumnChoice(**CHOICE), out=tmp_path / "out")
    with pytest.raises(UsageError, match="within each other"):
        run_batch(options, make_redactor=FakeRedactor)


def test_stages_see_safe_notes_only(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,a,b\n1,Saw PHI-Ruiz,Plain\n2,XFAILX PHI-x,\n")
    tally = batch(path, choice={"text": ("a", "b"), "id": "id", "keep": ("id",)}, stages=("words",))
    assert (tmp_path / "out/words.csv").read_text() == (
        "note_id,text_column,system,word,start\n1,a,W,Saw,0\n1,b,W,Plain,0\n"
    )
    assert tally.stages == {"words": {"W": 2}}
    assert tally.stage_failures == {"words: ValueError": 1}
    assert not tally.is_complete


def test_without_an_id_rows_are_numbered(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("note,unit\nPHI-a,W\nbroken\nb,W\n")
    batch(path, choice={"text": ("note",), "keep_rest": True})
    assert (tmp_path / "out/notes.csv").read_text() == "note_id,note,unit\n1,[NAME],W\n3,b,W\n"


@pytest.mark.parametrize("empty", ["NaN", "nan", "NULL", "None", "<NA>", "N/A", '""', ""])
def test_an_empty_note_stays_as_its_file_wrote_it(tmp_path, empty):
    path = tmp_path / "in.csv"
    path.write_text(f"id,note,unit\nNULL,{empty},W\n")
    tally = batch(path, choice={"text": ("note",), "id": "id", "keep": ("id", "unit")})
    assert (tmp_path / "out/notes.csv").read_text() == f"id,note,unit\nNULL,{empty},W\n"
    assert (tally.notes, tally.empty) == (0, 1)


def test_duplicate_ids_get_an_id_each(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,note\n1,a\n1,b\n")
    batch(path, choice={"text": ("note",), "id": "id"})
    assert len({row["id"] for row in csv.DictReader((tmp_path / "out/notes.csv").open())}) == 2


def test_json_lines_keep_what_they_keep(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(
        '{"id": 1, "note": "PHI-x caf\\u00e9", "meta": {"a":  1.0, "b": [1e5]}, "n": 1.50}\n'
        "\n"
        '{"id": 2, "note": null, "extra": NaN}\n'
        '{"note": "\\ud800", "id": 3}\r\n'
        '{"id": 4, "note": 5}\n[1]\n{"id": 5, "id": 6}\n{"id": oops}\n'
    )
    tally = batch(path, choice={"text": ("note",), "id": "id", "keep": ("id",), "keep_rest": True})
    assert (tmp_path / "out/notes.jsonl").read_text() == (
        '{"id": 1, "note": "[NAME] café", "meta": {"a":  1.0, "b": [1e5]}, "n": 1.50}\n'
        '{"id": 2, "note": null, "extra": NaN}\n'
        '{"id": 3, "note": "\\ud800"}\n'
    )
    reasons = [row["reason"] for row in csv.DictReader((tmp_path / "out.rejected.csv").open())]
    assert reasons == ["the text is not a string", "not a JSON object", "a field is named twice", "not valid JSON"]
    assert tally.rows_in == 7 == tally.rows_out + 4


def test_a_field_of_a_later_line_must_be_named_too(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"note": "a"}\n' * 2000 + '{"note": "b", "ssn": "x"}\n')
    with pytest.raises(UsageError, match="ssn neither kept nor dropped"):
        batch(path, choice={"text": ("note",)})


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_formats_cross(tmp_path, format):
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": 1, "note": "PHI-x, y", "m": {"a": 1.0}}\n{"id": 2, "note": "", "m": null}\n')
    batch(path, choice={"text": ("note",), "id": "id", "keep": ("id", "m")}, format=format)
    if format == "csv":
        expected = 'id,note,m\n1,"[NAME], y","{""a"": 1.0}"\n2,,\n'
    else:
        expected = '{"id": 1, "note": "[NAME], y", "m": {"a": 1.0}}\n{"id": 2, "note": "", "m": null}\n'
    assert (tmp_path / f"out/notes.{format}").read_text() == expected


def test_a_folder_of_text_files(tmp_path):
    folder = tmp_path / "in"
    (folder / "b").mkdir(parents=True)
    (folder / "b/x.txt").write_bytes("PHI-x\r\ncafé".encode())
    (folder / "Lopez.txt").write_text("plain")
    (folder / "bad.TXT").write_bytes(b"\xff\xfe\xff")
    (folder / "other.pdf").write_bytes(b"x")
    tally = batch(folder, choice={"text": ()}, id_map=tmp_path / "map.csv")
    made = {path.stem: path.read_bytes() for path in (tmp_path / "out/notes").iterdir()}
    originals = {row["original_id"]: row["note_id"] for row in csv.DictReader((tmp_path / "map.csv").open())}
    assert made == {originals["Lopez.txt"]: b"plain", originals["b/x.txt"]: "[NAME]\r\ncafé".encode()}
    assert tally.rejected == {"not valid utf-8": 1}
    batch(folder, "kept", choice={"text": (), "keep": ("file",)}, format="jsonl", limit=1)
    assert json.loads((tmp_path / "kept/notes.jsonl").read_text()) == {"file": "Lopez.txt", "text": "plain"}


def test_parquet_keeps_types(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    from decimal import Decimal

    table = arrow.table({
        "id": [1, 2, 3],
        "note": ["PHI-x", None, ""],
        "when": arrow.array([1, None, 2**60 + 1], arrow.timestamp("ns")),
        "cost": arrow.array([Decimal("1.10"), None, Decimal(2)], arrow.decimal128(9, 2)),
        "tags": [["a"], None, []],
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "in.parquet")
    choice = {"text": ("note",), "id": "id", "keep": ("id",), "keep_rest": True}
    batch(tmp_path / "in.parquet", choice=choice)
    made = parquet.read_table(tmp_path / "out/notes.parquet")
    assert made.drop(["note"]).equals(table.drop(["note"]))
    assert made["note"].to_pylist() == ["[NAME]", None, ""]
    batch(tmp_path / "in.parquet", "csv", choice={**choice, "drop": ("when",)}, format="csv")
    assert (tmp_path / "csv/notes.csv").read_text() == "id,note,cost,tags\n1,[NAME],1.10,['a']\n2,,,\n3,,2.00,[]\n"


def test_csv_to_parquet(notes, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    batch(notes, format="parquet")
    assert parquet.read_table(tmp_path / "out/notes.parquet")["unit"].to_pylist() == ["ICU", "W3", "W 3"]


def test_a_broken_parquet_file(tmp_path):
    pytest.importorskip("pyarrow")
    (tmp_path / "in.parquet").write_bytes(b"PAR1 nope")
    with pytest.raises(DataError, match=r"in\.parquet: not a readable Parquet file"):
        batch(tmp_path / "in.parquet")


@pytest.mark.parametrize(
    ("options", "message"),
    [({"format": "xml"}, "valid: csv, jsonl, parquet, txt"), ({"encoding": "nope"}, "unknown encoding"),
     ({"delimiter": ",,"}, "one character"), ({"format": "txt"}, "folder of text files")],
)  # fmt: skip
def test_options_are_checked(notes, tmp_path, options, message):
    with pytest.raises(UsageError, match=message):
        batch(notes, **options)
    assert left_over(tmp_path, "in.csv")


ugly = st.text(alphabet=st.sampled_from('a ,;"\n\r\té\u2028'), max_size=15)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(ugly, ugly, ugly), max_size=8), quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
)
def test_ugly_cells_come_through(rows, quoting, tmp_path_factory):
    written = io.StringIO(newline="")
    # lineterminator \r\n, since before 3.13 csv leaves a lone \r unquoted after \n
    table = csv.writer(written, quoting=quoting, lineterminator="\r\n")
    table.writerow(["keep", "note", "more"])
    table.writerows(rows)
    folder = tmp_path_factory.mktemp("ugly")
    (folder / "in.csv").write_bytes(written.getvalue().encode())
    batch(folder / "in.csv", choice={"text": ("note",), "keep_rest": True})
    with (folder / "out/notes.csv").open(newline="", encoding="utf-8") as file:
        made = list(csv.reader(file, strict=True))[1:]
    assert [tuple(row[1:]) for row in made] == rows
