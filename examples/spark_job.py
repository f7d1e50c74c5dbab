"""Redacts a table of notes on Spark: CSV or Parquet in, Parquet out. Prints how many notes have which status, no more.

    spark-submit examples/spark_job.py fixtures/notes.csv safe/ --text note_text \
        --patient name=patient_name,birth_date=birth_date,mrn=mrn,phones=phone,address=address --drop service_date

With --codes OUT and --id COLUMN it also writes the candidate codes of the safe notes, a row a candidate.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from redactphi.errors import RedactPHIError
from redactphi.etl.spark import redact, run_stage


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="CSV with a header, or Parquet; a path that all executors see")
    parser.add_argument("out", help="where the safe notes go, as Parquet; must not exist")
    parser.add_argument("--text", default="note", help="columns of notes: a,b")
    parser.add_argument("--patient", default="", help="patient facts: field=column,field=column")
    parser.add_argument("--drop", default="", help="columns that do not leave: a,b")
    parser.add_argument("--policy", default="safe_harbor")
    parser.add_argument("--key-file", type=Path, help="on each executor; without it REDACTPHI_KEY is read there")
    parser.add_argument("--partitions", type=int, help="tasks to make of the table; without it Spark decides")
    parser.add_argument("--codes", help="where the codes go, as Parquet; must not exist")
    parser.add_argument("--id", help="the column that says which note a row of codes is of")
    options = parser.parse_args(given)
    if options.codes and not options.id:
        parser.error("--codes needs --id")
    return options


def read(spark: SparkSession, options: argparse.Namespace) -> DataFrame:
    """The table, without the columns that do not leave."""
    if options.source.rstrip("/").endswith(".parquet"):
        table = spark.read.parquet(options.source)
    else:
        # A note has line breaks and quotes; one in quotes is written twice.
        table = spark.read.csv(options.source, header=True, multiLine=True, quote='"', escape='"')
    table = table.drop(*names(options.drop))
    return table.repartition(options.partitions) if options.partitions else table


def names(listed: str) -> list[str]:
    """The names in ``a,b``."""
    return [name for name in listed.split(",") if name]


def facts(listed: str) -> dict[str, list[str]]:
    """The columns of each patient field in ``field=column,field=column``."""
    found: dict[str, list[str]] = {}
    for pair in names(listed):
        field, _, column = pair.partition("=")
        found.setdefault(field, []).append(column)
    return found


def show(table: DataFrame, column: str) -> None:
    """Print how many rows have which status."""
    for status, count in sorted(table.groupBy(column).count().collect()):
        print(f"{column}\t{status}\t{count}")


def main() -> int:
    """Redact, write, count."""
    options = arguments()
    spark = SparkSession.builder.appName("redactphi").getOrCreate()
    how = {"text": names(options.text), "patient": facts(options.patient), "policy": options.policy}
    try:
        table = read(spark, options)
        redact(table, **how, key_file=options.key_file).write.parquet(options.out)
        if options.codes:
            found = run_stage(table, "codes", id=options.id, **how, key_file=options.key_file)
            found.write.parquet(options.codes)
    except RedactPHIError as error:
        print(f"spark_job: {error}", file=sys.stderr)
        return error.exit_code
    for text in how["text"]:
        show(spark.read.parquet(options.out), f"{text}_status")
    if options.codes:
        show(spark.read.parquet(options.codes), "codes_status")
    return 0


if __name__ == "__main__":
    sys.exit(main())
