"""Spark on this machine: the notes of redact_frame, every other column as it was, and errors before the job begins."""

import datetime
import decimal
import json
import math
import os
import pickle

import pandas as pd
import pytest

from benchmarks.spark_cluster import HOST, QUICK, environment, missing, submitted
from detect_icd import detect_frame
from redactphi import Policy, redact_frame
from redactphi.errors import UnknownNameError, UsageError
from redactphi.etl.spark import redact, run_stage
from redactphi.keys import VARIABLE, write_key

# One after the other: each starts a Java machine of its own.
pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=f"Spark cannot run here: {missing()}"),
    pytest.mark.xdist_group("spark"),
]

ROWS = 4
"""Of an Arrow batch at most, so that small tables have several."""


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", environment(**QUICK))
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", HOST)
            .config("spark.sql.session.timeZone", "America/New_York")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", ROWS)
            .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()
        gateway = SparkContext._gateway
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(60)
        SparkContext._gateway = SparkContext._jvm = None


@pytest.fixture(scope="module")
def table(root):
    rows = pd.read_csv(root / "fixtures/notes.csv", dtype=str).head(10)
    return rows[["note_id", "patient_name", "mrn", "note_type", "note_text"]]


PATIENT = {"name": "patient_name", "mrn": "mrn"}


def by_id(rows, id="note_id"):
    return sorted((row.asDict() if hasattr(row, "asDict") else row for row in rows), key=lambda row: row[id])


def records(frame):
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def test_the_notes_are_those_of_redact_frame(spark, table):
    expected = redact_frame(table, "note_text", patient=PATIENT)
    made = redact(spark.createDataFrame(table).repartition(3), "note_text", patient=PATIENT)
    assert made.columns == list(expected.columns)
    assert by_id(made.collect()) == by_id(records(expected))


def test_by_a_policy_with_a_key_and_without_a_patient(spark, table, tmp_path):
    write_key(tmp_path / "phi.key")
    given = table.assign(pid=["p1", "p2", None, "p1", *["p3"] * 6])
    facts = {**PATIENT, "id": "pid"}
    expected = redact_frame(given, "note_text", patient=facts, policy="surrogate_shifted", key=tmp_path / "phi.key")
    assert expected["note_text_status"].str.startswith("withheld:").sum() == 1
    schema = "note_id string, patient_name string, mrn string, note_type string, note_text string, pid string"
    df = spark.createDataFrame(records(given), schema)
    made = redact(df, "note_text", patient=facts, policy="surrogate_shifted", key_file=tmp_path / "phi.key")
    assert by_id(made.collect()) == by_id(records(expected))


EVERYTHING = """id long, note string, who string, n long, x double, day date, at timestamp, local timestamp_ntz,
    money decimal(20, 3), words array<string>, nested struct<a: int not null, b: array<struct<c: string>>>,
    map map<string, long>, raw binary, flag boolean, small tinyint"""


def test_every_other_column_is_as_it_was(spark):
    from pyspark.sql.types import StructType

    far = datetime.datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - as Spark takes and gives them
    full = (
        2**53 + 1, float("nan"), datetime.date(1, 1, 1), far, far, decimal.Decimal("1.500"), ["a", None],
        (1, [("z",), None]), {"k": 2**53 + 1}, bytearray(b"\xff"), True, 7,
    )  # fmt: skip
    rows = [(1, "Seen by Dr. Ola Nwosu.", "x", *full), (2, None, None, *[None] * 12), (3, "", "y", *full)]
    df = spark.createDataFrame(rows, EVERYTHING)
    metadata = {"comment": "a key"}
    df = df.withMetadata("n", metadata)
    made = redact(df, patient={"name": "who"})
    kept = [field for field in df.schema.fields if field.name not in {"note", "who"}]
    assert StructType([field for field in made.schema.fields if not field.name.startswith("note")]) == StructType(kept)
    assert made.schema["n"].metadata == metadata
    assert made.columns[:4] == ["id", "note", "note_status", "n"]
    found = by_id(made.collect(), "id")
    assert [row["note"] for row in found] == ["Seen by Dr. [PROVIDER].", None, ""]
    assert [row["note_status"] for row in found] == ["ok", "null", "ok"]
    names = [field.name for field in kept]
    before = by_id(df.collect(), "id")
    assert math.isnan(found[0].pop("x"))
    assert math.isnan(before[0].pop("x"))
    found[2].pop("x"), before[2].pop("x")
    assert [[row.get(name) for name in names] for row in found] == [[row.get(name) for name in names] for row in before]


def test_several_text_columns_and_bytes_that_are_no_text(spark):
    df = spark.sql("SELECT 'Seen by Dr. Ola Nwosu' AS a, 1 AS k, cast(unhex('446FFF') AS string) AS b")
    [row] = redact(df, ["a", "b"]).collect()
    assert row.asDict() == {
        "a": "Seen by Dr. [PROVIDER]", "a_status": "ok", "k": 1, "b": None, "b_status": "withheld:not-text",
    }  # fmt: skip


def test_with_large_arrow_types(spark, table):
    spark.conf.set("spark.sql.execution.arrow.useLargeVarTypes", "true")
    try:
        made = redact(spark.createDataFrame(table.head(2)), "note_text", patient=PATIENT).collect()
        codes = run_stage(spark.createDataFrame(table.head(2)), "codes", id="note_id", text="note_text").count()
    finally:
        spark.conf.unset("spark.sql.execution.arrow.useLargeVarTypes")
    assert [row["note_text_status"] for row in made] == ["ok", "ok"]
    assert codes > 0


def test_codes_are_those_of_the_safe_notes(spark, table):
    safe = redact_frame(table, "note_text", patient=PATIENT)
    expected = detect_frame(safe, "note_text", id="note_id", setting="inpatient")
    df = spark.createDataFrame(table).repartition(2)
    options = {"id": "note_id", "text": "note_text", "options": {"setting": "inpatient"}}
    on_the_way = run_stage(df, "codes", patient=PATIENT, **options)
    assert on_the_way.columns == list(expected.columns)
    assert [kind for _, kind in on_the_way.dtypes[7:9]] == ["bigint", "bigint"]
    afterwards = run_stage(redact(df, "note_text", patient=PATIENT), "codes", is_safe=True, **options)
    for made in (on_the_way, afterwards):
        assert by_id(made.collect()) == by_id(records(expected))


def test_without_a_key_the_job_ends_and_shows_no_note(spark, capfd):
    df = spark.createDataFrame([(1, "Persis Quillfeather")], "id long, note string")
    with pytest.raises(Exception, match="needs a key") as caught:
        redact(df, policy="surrogate").collect()
    assert "Quillfeather" not in str(caught.value) + "".join(capfd.readouterr())


def test_no_key_travels(spark, tmp_path, monkeypatch):
    from pyspark import cloudpickle

    secret = "k3y" * 20
    monkeypatch.setenv(VARIABLE, secret)
    path = tmp_path / "phi.key"
    path.write_text(secret, encoding="ascii")
    sent = []
    monkeypatch.setattr(
        type(spark.createDataFrame([], "note string")), "mapInArrow", lambda df, task, schema: sent.append(task)
    )
    redact(spark.createDataFrame([("a",)], "note string"), policy="surrogate", key_file=path)
    assert secret.encode() not in cloudpickle.dumps(sent[0])


def test_the_plan_names_columns_only(spark):
    df = spark.createDataFrame([("Persis Quillfeather", "Persis")], "note string, who string")
    made = redact(df, patient={"name": "who"})
    plan = made._jdf.queryExecution().toString()
    assert "redact_notes(note" in plan
    assert "Persis" not in plan


def test_policies_may_travel():
    for name in ("safe_harbor", "limited_data_set", "surrogate"):
        policy = Policy.load(name)
        assert pickle.loads(pickle.dumps(policy)) == policy


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"policy": "tokens"}, UsageError, "needs a vault: one file that a single process writes"),
        ({"policy": "surrogate_shifted"}, UsageError, "needs the patient's id"),
        ({"policy": "nope"}, UnknownNameError, "safe_harbor"),
        ({"mode": "nope"}, UnknownNameError, "balanced"),
        ({"text": "nope"}, UnknownNameError, "valid: k, note, who"),
        ({"text": "k"}, UsageError, "text column 'k' holds long, not string"),
        ({"text": []}, UsageError, "name the column"),
        ({"patient": {"name": "note"}}, UsageError, "both text and patient fact"),
        ({"patient": {"nom": "who"}}, UnknownNameError, "unknown patient field"),
        ({"key_file": b"k" * 32}, UsageError, "a key itself does not travel"),
    ],
)
def test_what_is_wrong_is_said_before_the_job(spark, options, error, message):
    df = spark.createDataFrame([("a", "b", 1)], "note string, who string, k long")
    with pytest.raises(error, match=message):
        redact(df, **options)
    with pytest.raises(error, match=message):
        run_stage(df, "codes", id="who" if "patient" not in options else "k", **options)


@pytest.mark.parametrize(
    ("stage", "id", "error", "message"),
    [
        ("nope", "k", UnknownNameError, "codes"),
        ("codes", "nope", UnknownNameError, "unknown column"),
        ("codes", [], UsageError, "name the column that says which note"),
        ("codes", "note", UsageError, "both id and text"),
        ("codes", "status", UsageError, "two columns 'status'"),
    ],
)
def test_wrong_stages(spark, stage, id, error, message):
    df = spark.createDataFrame([("a", "b", 1)], "note string, status string, k long")
    with pytest.raises(error, match=message):
        run_stage(df, stage, id=id)


def test_frames_that_cannot_be_taken(spark):
    df = spark.createDataFrame([("a", 1, 2)], "note string, k long, note_status long")
    with pytest.raises(UsageError, match="'note_status' already"):
        redact(df)
    twice = df.drop("note_status").select("note", "k", "k")
    with pytest.raises(UsageError, match="more than one column 'k'"):
        redact(twice)
    with pytest.raises(UsageError, match=r"a pyspark\.sql\.DataFrame"):
        redact(df.schema)


def test_the_example_runs_with_spark_submit(root, tmp_path):
    facts = "name=patient_name,birth_date=birth_date,mrn=mrn,phones=phone,address=address"
    source = root / "fixtures/notes.csv"
    given = (source, tmp_path / "safe", "--text", "note_text", "--patient", facts, "--drop", "service_date")
    codes = ("--codes", tmp_path / "codes", "--id", "note_id")
    with submitted("local[2]", tmp_path / "log", root / "examples/spark_job.py", *given, *codes, **QUICK) as job:
        shown, _ = job.communicate(timeout=900)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert job.returncode == 0, log
    frame = pd.read_csv(source, dtype=str)
    patient = {
        "name": "patient_name",
        "birth_date": "birth_date",
        "mrn": "mrn",
        "phones": "phone",
        "address": "address",
    }
    expected = redact_frame(frame.drop(columns="service_date"), "note_text", patient=patient)
    made = pd.read_parquet(tmp_path / "safe")
    assert by_id(records(made)) == by_id(records(expected))
    found = pd.read_parquet(tmp_path / "codes")
    assert found["codes_status"].eq("ok").all()
    assert shown == f"note_text_status\tok\t{len(frame)}\ncodes_status\tok\t{len(found)}\n"
    for name in frame["patient_name"]:
        assert name not in log
    for line in (root / "fixtures/gold/notes.phi.jsonl").read_text(encoding="utf-8").splitlines()[:5]:
        assert json.loads(line)["text"][:60] not in log


def test_the_figures_of_the_how_to_come_from_the_results(root):
    results = json.loads((root / "benchmarks/results/spark.json").read_text(encoding="utf-8"))
    page = (root / "docs/how-to/spark.md").read_text(encoding="utf-8")
    runs = {name: run for name, run in results.items() if isinstance(run, dict)}
    assert len({run["sha256"] for run in runs.values()}) == 1
    assert f"{results['notes']:,} notes ({results['characters']:,} characters)" in page
    for name, run in runs.items():
        assert f"| {name} | {run['seconds']:,.0f} |" in page
