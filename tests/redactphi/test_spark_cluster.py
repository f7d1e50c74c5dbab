"""A cluster of two workers that loses a Python process and then a whole worker amid a job: nothing is lost."""

import contextlib
import json
import os
import signal
import time

import pandas as pd
import pytest

from benchmarks.spark_cluster import QUICK, cluster, missing, submitted
from redactphi import redact_frame
from redactphi.keys import VARIABLE

# One after the other: each starts a Java machine of its own.
pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=f"Spark cannot run here: {missing()}"),
    pytest.mark.xdist_group("spark"),
]

PARTITIONS = 24
CRASHED = "Python worker exited unexpectedly"
SECRET = "a key that only the workers know, of no other use"


@pytest.fixture
def table(root):
    rows = [
        json.loads(line)
        for path in sorted((root / "fixtures/gold").glob("held_out_*.phi.jsonl"))[:3]
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    notes = [row["text"] for row in rows] * 4
    return pd.DataFrame({"id": range(len(notes)), "pid": [f"p{i // 3}" for i in range(len(notes))], "note": notes})


def until(is_true, job):
    while not is_true():
        assert job.poll() is None
        time.sleep(0.02)


def lose_one_and_one(running, job, log, out):
    """Kill a Python process of one worker amid a task, then all of the other worker; what the job shows."""

    def done():
        return len(list(out.glob("_temporary/0/task_*")))

    def has_lost_a_task():
        for pid in running.python_workers(0):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # A process between two tasks takes none with it; then the next one is tried.
        time.sleep(0.3)
        return CRASHED in log.read_text(encoding="utf-8")

    until(lambda: running.python_workers(0) and done(), job)
    until(has_lost_a_task, job)
    assert done() < PARTITIONS
    running.kill(1)
    return job.communicate(timeout=900)[0]


def test_what_is_lost_is_done_again(table, root, tmp_path):
    table.to_parquet(tmp_path / "in.parquet")
    with cluster(tmp_path / "cluster", **QUICK, **{VARIABLE: SECRET}) as running:
        given = (tmp_path / "in.parquet", tmp_path / "out", "--patient", "id=pid", "--partitions", PARTITIONS)
        program = root / "examples/spark_job.py"
        with submitted(running.url, tmp_path / "log", program, *given, "--policy", "surrogate_shifted", **QUICK) as job:
            shown = lose_one_and_one(running, job, tmp_path / "log", tmp_path / "out")
        log = (tmp_path / "log").read_text(encoding="utf-8")
        assert job.returncode == 0, log
        everything = log + running.logs()
        left = {path.name for path in (tmp_path / "cluster/work").rglob("*") if path.is_file()}
    assert "Lost executor" in everything
    assert CRASHED in everything
    key = SECRET.encode()
    expected = redact_frame(table, patient={"id": "pid"}, policy="surrogate_shifted", key=key)
    made = pd.read_parquet(tmp_path / "out").sort_values("id", ignore_index=True)
    pd.testing.assert_frame_equal(made, expected, check_dtype=False)
    assert shown == f"note_status\tok\t{len(table)}\n"
    assert SECRET not in everything
    for note in table["note"]:
        assert note[:80] not in everything
    assert left <= {"stdout", "stderr"}
