"""The command: exit status, one-line errors, and never a note in an error."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from redactphi import cli
from redactphi.etl import workers
from redactphi.spans import Span
from tests.redactphi.fake_redactor import FakeRedactor

ROWS = "id,name,note\n1,Maria Lopez,Seen PHI-Ruiz\n2,,fine\n"
BATCH = ["--text-column", "note", "--id-column", "id", "--patient", "name=name"]
HERE = Path(__file__).parent


@pytest.fixture
def command(monkeypatch, capfd):
    monkeypatch.setattr(workers, "default_redactor", lambda *_, **__: FakeRedactor())
    monkeypatch.setattr("redactphi.etl.runner.default_redactor", lambda *_, **__: FakeRedactor())
    monkeypatch.setattr("redactphi.etl.verify.second_redactor", lambda policy, mode: FakeRedactor())

    def command(*arguments):
        status = cli.run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return command


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(ROWS)
    return path


def test_batch(command, notes, tmp_path):
    status, out, err = command("batch", notes, "--out", tmp_path / "out", *BATCH)
    assert (status, err) == (0, "")
    assert "notes" in out
    assert "NAME" in out
    assert (tmp_path / "out/notes.csv").read_text().endswith(",fine\n")


def test_batch_with_losses_ends_in_3(command, notes, tmp_path):
    notes.write_text(ROWS + "3,x,XPOISONX\nbroken\n")
    status, _, err = command("batch", notes, "--out", tmp_path / "out", *BATCH)
    assert status == 3
    assert err == "redactphi: finished; rows rejected: 1 (out.rejected.csv), notes withheld: 1, stage failures: 0\n"


def test_a_dry_run_counts_and_writes_nothing(command, notes, tmp_path):
    status, out, _ = command("batch", notes, "--dry-run", *BATCH)
    assert status == 0
    assert "NAME" in out
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the column that holds the notes"),
        (("--text-column", "note", "--id-column", "id"), "name neither kept nor dropped"),
        ((*BATCH[:4], "--patient", "nom=name"), "unknown patient field 'nom'; valid: accounts"),
        ((*BATCH[:4], "--patient", "name"), "has no '='"),
        ((*BATCH, "--stage", "nope"), "unknown stage 'nope'"),
        ((*BATCH, "--limit", "0"), "--limit"),
        ((*BATCH, "--delimiter", "::"), "one character"),
    ],
)
def test_batch_usage(command, notes, tmp_path, arguments, message):
    status, out, err = command("batch", notes, "--out", tmp_path / "out", *arguments)
    assert status == 2
    assert message in err
    assert err.startswith("redactphi: ")
    assert err.count("\n") == 1
    assert out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_batch_needs_an_output_and_an_input(command, notes, tmp_path):
    assert command("batch", notes, *BATCH)[::2] == (2, "redactphi: give --out DIR, or --dry-run\n")
    missing = command("batch", tmp_path / "no.csv", "--out", tmp_path / "out", *BATCH)
    assert missing[::2] == (1, "redactphi: no such file: no.csv\n")
    strange = command("batch", tmp_path, "--out", tmp_path.parent / "other", *BATCH)
    assert strange[0] == 1
    assert "no .txt file" in strange[2]


@pytest.fixture
def made(command, notes, tmp_path):
    assert command("batch", notes, "--out", tmp_path / "out", *BATCH)[0] == 0
    return tmp_path / "out"


def test_verify(command, made, tmp_path):
    status, out, err = command("verify", made / "manifest.json", made, "--json", tmp_path / "report.json")
    assert (status, err) == (0, "")
    assert "\nclean. " in out
    report = tmp_path / "report.json"
    assert json.loads(report.read_text())["clean"] is True
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_verify_with_findings_ends_in_3_and_shows_places_only(command, made):
    (made / "notes.csv").write_text((made / "notes.csv").read_text().replace("[NAME]", "PHI-Ruiz " * 25))
    (made / "extra.txt").write_text("x")
    status, out, err = command("verify", made / "manifest.json", made)
    assert (status, err) == (3, "")
    assert "changed file: notes.csv" in out
    assert "file that is not listed: extra.txt" in out
    assert "fake/phi" in out
    assert "5 more findings; --json FILE has them all" in out
    assert "\nnot clean. " in out
    assert "Ruiz" not in out


def test_verify_usage(command, made, tmp_path):
    missing = command("verify", tmp_path / "manifest.json", made)
    assert missing == (1, "", "redactphi: no such file: manifest.json\n")
    inside = command("verify", made / "manifest.json", made, "--json", made / "report.json")
    assert inside[0] == 2
    assert "outside the output folder" in inside[2]
    (tmp_path / "report.json").write_text("")
    again = command("verify", made / "manifest.json", made, "--json", tmp_path / "report.json")
    assert again == (2, "", "redactphi: report.json exists; --force replaces it\n")
    assert command("verify", made / "manifest.json", made, "--json", tmp_path / "report.json", "--force")[0] == 0


def test_sample_and_review(command, made, tmp_path):
    verdicts, report = tmp_path / "review.csv", tmp_path / "review.json"
    status, out, err = command("sample", made / "manifest.json", made, "--seed", 7, "--out", verdicts)
    assert (status, out, err) == (0, "2 of 2 notes drawn with seed 7: review.csv\n", "")
    status, out, err = command("review", verdicts)
    assert (status, out) == (1, "")
    assert err == "redactphi: review.csv: 2 of 2 have no verdict: missed_phi takes yes or no (rows 2, 3)\n"
    verdicts.write_text(verdicts.read_text().replace(",note,Seen [NAME],,", ",note,Seen [NAME],yes,NAME").replace(
        ",note,fine,,", ",note,fine,no,"
    ))  # fmt: skip
    status, out, err = command("review", verdicts, "--json", report)
    assert (status, err) == (0, "")
    assert "with missed PHI       1\n  NAME                1\n" in out
    assert "These are all notes there are." in out
    assert json.loads(report.read_text())["count_bound"] == 1


def test_a_sample_without_a_seed_says_which_was_taken(command, made, tmp_path):
    _, out, _ = command("sample", made / "manifest.json", made, "--n", 1, "--out", tmp_path / "review.csv")
    seed = out.split("seed ")[1].split(":")[0]
    assert f"seed {seed}, 1 of 2, manifest " in (tmp_path / "review.csv").read_text()


def test_names_with_commas_are_quoted(command, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text('note,"a, or b",c,d\nx,1,2,3\n')
    arguments = ("--text-column", "note", "--keep", '"a, or b", c', "--drop", "d")
    assert command("batch", path, "--out", tmp_path / "out", *arguments)[0] == 0
    assert (tmp_path / "out/notes.csv").read_text() == 'note_id,note,"a, or b",c\n1,x,1,2\n'


def test_an_error_never_repeats_a_note(command):
    for arguments in (
        ["Seen by Dr. Ruiz"],
        ["txet", "Seen by Dr. Ruiz"],
        ["text", "- Ruiz was here"],
        ["text", "--Ruiz was here"],
        ["text", "--Ruiz"],
        ["text", "-Ruiz was here"],
        ["policy", "Seen by Dr. Ruiz"],
    ):
        status, out, err = command(*arguments)
        assert (status, out) == (2, "")
        assert "Ruiz" not in err
        assert "'-R" not in err
        assert err.count("\n") == 1


def test_an_unforeseen_error_shows_its_type_only(command, notes, tmp_path, monkeypatch):
    def fails(*arguments, **options):
        raise LookupError("Maria Lopez")

    monkeypatch.setattr("redactphi.etl.runner.run_batch", fails)
    found = command("batch", notes, "--out", tmp_path / "out", *BATCH)
    assert found == (1, "", "redactphi: unexpected LookupError\n")


def test_disk_full_is_one_line_and_leaves_nothing(command, notes, tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("redactphi.etl.shards.ShardedBytes.append", full)
    found = command("batch", notes, "--out", tmp_path / "out", *BATCH)
    assert found == (1, "", "redactphi: No space left on device\n")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_policies(command):
    status, out, _ = command("policy", "list")
    assert status == 0
    assert "safe_harbor" in out
    status, out, _ = command("policy", "show", "safe_harbor", "--json")
    assert json.loads(out)["name"] == "safe_harbor"
    assert command("policy", "show", "safe_harbor")[0] == 0
    status, _, err = command("policy", "show", "nope")
    assert status == 2
    assert "valid: " in err


def test_version_and_help(command):
    status, out, _ = command("--version")
    assert status == 0
    assert "redactphi" in out
    for name in ("text", "batch", "restore", "verify", "sample", "review", "evaluate", "policy", "key", "vault"):
        assert command(name, "--help")[0] == 0


def test_without_a_command_the_help_is_shown_as_written(command):
    for arguments in ((), ("policy",), ("vault",)):
        status, out, err = command(*arguments)
        assert (status, out) == (2, "")
        assert err.startswith("Usage: redactphi")
        assert "\n\nCommands:\n  " in err


def python(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent.parent}{os.pathsep}{HERE}"}
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def test_help_imports_nothing_heavy():
    heavy = ["spacy", "presidio_analyzer", "pandas", "rich", "numpy", "multiprocessing", "redactphi.etl"]
    code = (
        "import sys, redactphi.cli as cli; cli.run(['batch', '--help']);"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    _, err = python("-c", code).communicate(timeout=60)
    assert err == "[]\n"


def test_python_m():
    out, err = python("-m", "redactphi", "--version").communicate(timeout=60)
    assert "redactphi" in out
    assert err == ""


def slow_batch(tmp_path, workers):
    path = tmp_path / "in.csv"
    path.write_text("note\n" + "PHI-x XSLOWX\n" * 20_000)
    code = (
        "import fake_redactor, redactphi.etl.runner as runner, redactphi.cli as cli;"
        "runner.default_redactor = lambda *_, **__: fake_redactor.FakeRedactor();"
        f"cli.main(['batch', {str(path)!r}, '--out', {str(tmp_path / 'out')!r}, '--text-column', 'note',"
        f"'--workers', '{workers}'])"
    )
    process = python("-c", code)
    while not any(".partial" in entry.name for entry in tmp_path.iterdir()):
        assert process.poll() is None
        time.sleep(0.02)
    time.sleep(0.2)
    return process


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing(tmp_path, number, status, workers):
    process = slow_batch(tmp_path, workers)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (status, "")
    assert err.strip() == "redactphi: stopped; no output was left"
    assert [entry.name for entry in tmp_path.iterdir()] == ["in.csv"]


def test_a_reader_that_leaves_is_no_error():
    process = python("-m", "redactphi", "policy", "show", "safe_harbor", "--json")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.wait(timeout=60)
    process.stderr.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_end_with_their_parent(tmp_path):
    process = slow_batch(tmp_path, 2)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 2
    process.kill()
    process.communicate(timeout=60)
    for child in children:
        until = time.monotonic() + 30
        while is_running(child):
            assert time.monotonic() < until
            time.sleep(0.05)
    assert not (tmp_path / "out").exists()


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_evaluate_lists_the_worst_documents_by_offsets_and_trims_on_demand(command, monkeypatch, tmp_path):
    text = "Seen by Dr. Okafor in Miami, FL; Dr. Vega was away."
    found = [Span(12, 18, "PROVIDER", 1.0, "names/x"), Span(22, 27, "LOCATION", 1.0, "locations/x")]

    class Fake:
        def detect(self, document, *, using):
            return found if using == "both" else []

    monkeypatch.setattr("redactphi.redactor.Redactor", lambda policy, mode: Fake())
    spans = [(8, 18, "PROVIDER"), (22, 31, "LOCATION"), (37, 41, "PROVIDER")]
    row = {"id": "a", "text": text, "spans": [{"start": s, "end": e, "label": k} for s, e, k in spans]}
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert (
        "a  missed 8-18:PROVIDER 22-31:LOCATION 37-41:PROVIDER  false -" in command("evaluate", gold, "--worst", 1)[1]
    )
    assert "a  missed 37-41:PROVIDER  false -" in command("evaluate", gold, "--worst", 1, "--trim")[1]
    assert "missed" not in command("evaluate", gold, "--trim")[1]


def test_a_file_in_the_place_of_a_note_is_said_to_be_one(command, notes):
    status, out, err = command("text", notes)
    assert (status, out) == (2, "")
    assert err == "redactphi: TEXT names a file; for the note in it: redactphi text < FILE\n"
