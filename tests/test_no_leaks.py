"""No note text, PHI value or patient field in anything but the safe text: logs, errors, manifests, output, repr."""

import csv
import os
import subprocess
import sys

import pytest

SECRETS = ("Quillfeather", "219-09-9999", "00482913", "Larkspur", "1931-02-03")
NOTE = "Patient: Persis Quillfeather, MRN 00482913, SSN 219-09-9999, 12 Larkspur Ct. Seen 03/14/2024 by Dr. Ola Nwosu."


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["nid", "pname", "dob", "text", "kind"])
        writer.writerows([[f"n{i}", "Persis Quillfeather", "1931-02-03", NOTE, "op"] for i in range(5)])
        out.write("n9,too,many,fields Quillfeather,op,extra,00482913\n")
    return path


def run(*args, cwd):
    env = {**os.environ, "PYTHONWARNINGS": "default", "COLUMNS": "200"}
    command = [sys.executable, "-m", "redactphi", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, check=False)


def test_a_batch_run_shows_nothing(table, tmp_path):
    out = tmp_path / "out"
    done = run(
        "batch", table, "--text-column", "text", "--id-column", "nid", "--patient", "name=pname,birth_date=dob",
        "--keep", "kind", "--out", out, "--codes", cwd=tmp_path,
    )  # fmt: skip
    assert (out / "manifest.json").is_file(), done.stderr
    shown = done.stdout + done.stderr
    written = "".join(path.read_text(encoding="utf-8") for path in out.rglob("*") if path.is_file())
    for secret in SECRETS:
        assert secret not in shown
        assert secret not in written
    assert "[MRN]" in written
    notes = out / "notes.csv"
    notes.write_text(notes.read_text(encoding="utf-8").replace("[NAME]", "Persis Quillfeather"), encoding="utf-8")
    checked = run("verify", out / "manifest.json", out, "--json", "report.json", cwd=tmp_path)
    assert checked.returncode == 3
    assert "changed file: notes.csv" in checked.stdout
    assert "  NAME" in checked.stdout
    for secret in SECRETS:
        assert secret not in checked.stdout + checked.stderr + (tmp_path / "report.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "args",
    [
        ("batch", "{table}", "--text-column", "nope", "--out", "o"),
        ("batch", "{table}", "--text-column", "text", "--out", "o"),
        ("batch", "missing.csv", "--text-column", "text", "--out", "o"),
        ("evaluate", "{table}"),
        ("verify", "{table}", "."),
        ("sample", "{table}", ".", "--out", "o"),
        ("review", "{table}"),
        ("text", NOTE, "--policy", "nope"),
    ],
)
def test_errors_are_one_line_without_text_or_traceback(table, tmp_path, args):
    done = run(*(str(table) if arg == "{table}" else arg for arg in args), cwd=tmp_path)
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    for secret in SECRETS:
        assert secret not in done.stdout + done.stderr
    assert not (tmp_path / "o").exists()
