"""The page about scale is made from what was measured."""

import json
import subprocess
import sys

from benchmarks.scale_page import core_seconds, estimate_table, measured_table, read, section


def row(**changed):
    return {
        "notes": 1000, "characters": 2_000_000, "workers": 1, "characters_a_second": 400_000, "wall_seconds": 6.0,
        "row_seconds": 5.0, "cpu_seconds": 6.5, "parent_peak_mb": 120, "worker_peak_mb": 250, "worker_private_mb": 180,
    } | changed  # fmt: skip


def test_the_page_is_in_step_with_the_results(root):
    done = subprocess.run([sys.executable, "-m", "benchmarks.scale_page", "--check"], cwd=root, check=False)
    assert done.returncode == 0, "run python -m benchmarks.scale_page"


def test_a_note_costs_what_the_longest_run_with_most_workers_says():
    rows = [
        row(),
        row(notes=10_000, row_seconds=72.0, workers=1),
        row(notes=10_000, row_seconds=36.0, workers=2),
        row(workers=4),
    ]
    assert core_seconds(rows) == 0.0072
    (_, _, line) = estimate_table({"scale": rows})
    assert line == "| redaction | 2.0 | 2,000 | 31 | 8 | 2 |"


def test_every_run_has_its_line(tmp_path):
    (tmp_path / "scale_codes.json").write_text(json.dumps([row(), row(workers=2)]), encoding="utf-8")
    results = read(tmp_path)
    assert list(results) == ["scale_codes"]
    lines = measured_table(results)
    assert lines[2] == "| redaction and codes | 1,000 | 2,000 | 1 | 6.0 | 6.5 | 400,000 | 250 (180) | 120 |"
    assert {line.count("|") for line in lines} == {10}
    assert {line.count("|") for line in estimate_table(results)} == {7}


def test_without_results_it_says_so(tmp_path):
    assert "benchmarks.scale" in section(read(tmp_path))
