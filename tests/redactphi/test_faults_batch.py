"""What a batch survives: lost workers, a lost parent, notes without end, full disks, damaged and changed inputs."""

import csv
import gzip
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from redactphi import cli
from redactphi.errors import DataError, UsageError
from redactphi.etl import parts, pool, tables
from redactphi.etl.columns import ColumnChoice
from redactphi.etl.options import BatchOptions
from redactphi.etl.runner import run_batch
from tests.redactphi.fake_redactor import FakeRedactor

HERE = Path(__file__).parent
HEADER = "id,note,unit\n"
CHOICE = ColumnChoice(text=("note",), id="id", keep=("id", "unit"))
REPLACED = ColumnChoice(text=("note",), id="id", keep=("unit",))

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked")


@pytest.fixture
def source(tmp_path, monkeypatch):
    """300 rows in shards of about 50."""
    monkeypatch.setattr(parts, "CHUNK_NOTES", 10)
    monkeypatch.setattr(tables, "SHARD_ROWS", 50)
    path = tmp_path / "in.csv"
    path.write_text(HEADER + "".join(f'{n},"seen by PHI-{n},\nthen",W{n}\n' for n in range(300)))
    return path


def batch(source, out="out", *, columns=CHOICE, stop_after=None, error=KeyboardInterrupt, **options):
    def on_progress(done, total, notes):
        if stop_after is not None and notes >= stop_after:
            raise error

    options = BatchOptions(source=source, columns=columns, out=source.parent / out, **options)
    return run_batch(options, make_redactor=FakeRedactor, on_progress=on_progress)


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.name != "manifest.json"}


def told(folder):
    made = json.loads((folder / "manifest.json").read_text())
    return {name: value for name, value in made.items() if name != "times"}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_is_killed_costs_nothing(source, tmp_path, workers):
    killed = []

    def on_progress(done, total, notes):
        if notes >= 50 and not killed:
            children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
            killed.extend(children)
            for child in children:
                os.kill(int(child), signal.SIGKILL)

    batch(source, "whole")
    options = BatchOptions(source=source, columns=CHOICE, out=tmp_path / "out", workers=workers)
    tally = run_batch(options, make_redactor=FakeRedactor, on_progress=on_progress)
    assert killed
    assert tally.is_complete
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_note_that_kills_its_worker_is_withheld_and_the_rest_go_on(source, tmp_path, workers):
    source.write_text(HEADER + "".join(f"{n},{'XKILLX' if n == 35 else 'PHI-x'},W\n" for n in range(90)))
    tally = batch(source, workers=workers)
    assert tally.withheld == {"worker-died": 1}
    assert (tmp_path / "out/withheld.csv").read_text() == "note_id,reason\n35,worker-died\n"
    rows = list(csv.DictReader((tmp_path / "out/notes.csv").open()))
    assert [row["note"] for row in rows] == ["" if n == 35 else "[NAME]" for n in range(90)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_note_without_end_is_withheld_even_within_one_call_in_c(source, tmp_path, workers):
    source.write_text(HEADER + "".join(f"{n},{'XREGEXX' if n == 5 else 'PHI-x'},W\n" for n in range(30)))
    tally = batch(source, workers=workers, seconds=0.5)
    assert tally.withheld == {"time-limit": 1}
    assert (tmp_path / "out/withheld.csv").read_text() == "note_id,reason\n5,time-limit\n"
    assert (tmp_path / "out/notes.csv").read_text().count("[NAME]") == 29


def test_a_long_text_has_longer(source, monkeypatch):
    monkeypatch.setattr(pool, "_CHARACTERS", 10)
    source.write_text(HEADER + f"1,XSLOWX {'x' * 1000},W\n")
    assert batch(source, seconds=0.02).is_complete


def test_a_poison_note_is_withheld_and_the_rest_go_on(source, tmp_path):
    source.write_text(HEADER + "".join(f"{n},{'XPOISONX' if n == 5 else 'PHI-x'},W\n" for n in range(30)))
    assert batch(source, workers=2).withheld == {"recognizer-error:Poison": 1}


def test_workers_that_die_as_they_start_end_the_run(source, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "_end_with_parent", lambda **_: os._exit(1))
    with pytest.raises(DataError, match="worker processes die as they start"):
        batch(source)
    assert names(tmp_path) == ["in.csv"]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("columns", [CHOICE, REPLACED])
def test_a_stopped_run_goes_on_to_the_same_bytes(source, tmp_path, workers, columns, monkeypatch):
    monkeypatch.setattr(tables.secrets, "token_hex", lambda size: "ab" * size)
    source.write_text(source.read_text() + "broken,row\n301,XPOISONX,W\n" + HEADER[:-1] + ",more\n")
    id_map = {"id_map": tmp_path / "map.csv"} if columns is REPLACED else {}
    batch(source, "whole", columns=columns, **dict.fromkeys(id_map, tmp_path / "whole.map.csv"))
    with pytest.raises(KeyboardInterrupt) as caught:
        batch(source, columns=columns, stop_after=120, workers=workers, **id_map)
    assert caught.value.__notes__ == ["100 rows are kept; the same command with --resume goes on"]
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "map.csv").exists()
    with pytest.raises(KeyboardInterrupt):
        batch(source, columns=columns, stop_after=220, resume=True, **id_map)
    batch(source, columns=columns, resume=True, **id_map)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert told(tmp_path / "out") == told(tmp_path / "whole")
    assert json.loads((tmp_path / "out/manifest.json").read_text())["times"]["resumed_after"] == 200
    assert (tmp_path / "out.rejected.csv").read_bytes() == (tmp_path / "whole.rejected.csv").read_bytes()
    if id_map:
        assert (tmp_path / "map.csv").read_bytes() == (tmp_path / "whole.map.csv").read_bytes()
    assert not [name for name in names(tmp_path) if "partial" in name]


@pytest.mark.parametrize("format", ["jsonl", "parquet", "csv"])
def test_other_formats_go_on_too(source, tmp_path, format):
    if format == "parquet":
        pytest.importorskip("pyarrow")
    batch(source, "whole", format=format)
    with pytest.raises(KeyboardInterrupt):
        batch(source, format=format, stop_after=120)
    batch(source, format=format, resume=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert told(tmp_path / "out") == told(tmp_path / "whole")


def test_a_folder_of_texts_goes_on_too(source, tmp_path):
    folder = tmp_path / "in"
    for n in range(200):
        (folder / f"{n % 3}").mkdir(parents=True, exist_ok=True)
        (folder / f"{n % 3}/{n}.txt").write_text(f"seen by PHI-{n}")
    columns = ColumnChoice(text=("text",), id="file", keep=("file",))
    batch(folder, "whole", columns=columns)
    with pytest.raises(KeyboardInterrupt):
        batch(folder, columns=columns, stop_after=120)
    batch(folder, columns=columns, resume=True)
    assert contents_of_files(tmp_path / "out") == contents_of_files(tmp_path / "whole")


def contents_of_files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.txt")}


def test_what_is_kept_is_its_owners_and_holds_no_original(source, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        batch(source, columns=REPLACED, stop_after=120, id_map=tmp_path / "map.csv")
    work = tmp_path / ".out.partial"
    assert stat.S_IMODE(work.stat().st_mode) == 0o700
    for name in (".out.rejected.csv.partial", ".map.csv.partial"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    kept = b"".join(path.read_bytes() for path in work.rglob("*") if path.is_file())
    assert b"[NAME]" in kept
    assert b"PHI-" not in kept


def stopped(source, **options):
    with pytest.raises(KeyboardInterrupt):
        batch(source, stop_after=120, **options)


def test_a_run_that_is_not_the_stopped_one_is_refused(source, tmp_path):
    stopped(source)
    with pytest.raises(UsageError, match="a run was stopped after 100 rows; --resume goes on with it, --force"):
        batch(source)
    with pytest.raises(UsageError, match="--resume: the choice of columns changed"):
        batch(source, columns=REPLACED, resume=True)
    before = source.read_text()
    source.write_text(before.replace("PHI-299", "PHI-298"))
    with pytest.raises(UsageError, match="--resume: the input changed since the run was stopped"):
        batch(source, resume=True)
    source.write_text(before)
    batch(source, resume=True)
    assert names(tmp_path) == ["in.csv", "out"]


def test_force_throws_a_stopped_run_away(source, tmp_path):
    stopped(source)
    batch(source, force=True)
    assert json.loads((tmp_path / "out/manifest.json").read_text())["times"]["resumed_after"] == 0
    assert names(tmp_path) == ["in.csv", "out"]


def test_resume_without_a_stopped_run_begins_one(source, tmp_path):
    batch(source, resume=True)
    assert names(tmp_path) == ["in.csv", "out"]


def test_a_damaged_shard_is_made_again(source, tmp_path):
    batch(source, "whole")
    stopped(source)
    path = tmp_path / ".out.partial/out/notes.csv"
    path.write_bytes(path.read_bytes()[:-400] + b"x" * 400)
    batch(source, resume=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_an_input_that_changes_while_it_is_read_is_refused(source, tmp_path):
    def on_progress(done, total, notes):
        if notes == 100:
            with source.open("a") as file:
                file.write("300,PHI-x,W\n")

    options = BatchOptions(source=source, columns=CHOICE, out=tmp_path / "out")
    with pytest.raises(DataError, match=r"in\.csv: the file changed while it was read"):
        run_batch(options, make_redactor=FakeRedactor, on_progress=on_progress)
    assert names(tmp_path) == ["in.csv"]


def test_two_runs_do_not_make_one_output(source, tmp_path):
    found = []

    def on_progress(done, total, notes):
        if not found:
            program = (
                "import fcntl, sys\nfile = open(sys.argv[1], 'wb')\n"
                "try: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\nexcept OSError: print('locked')"
            )
            lock = str(tmp_path / ".out.partial/lock")
            found.append(subprocess.check_output([sys.executable, "-c", program, lock], text=True))

    run_batch(
        BatchOptions(source=source, columns=CHOICE, out=tmp_path / "out"),
        make_redactor=FakeRedactor, on_progress=on_progress,
    )  # fmt: skip
    assert found == ["locked\n"]


def process_of(source, *arguments, limit=None):
    """A batch in a process of its own, in shards of about 50 rows."""
    program = (
        "import resource, fake_redactor, redactphi.etl.runner as runner, redactphi.cli as cli;"
        "from redactphi.etl import parts, tables; parts.CHUNK_NOTES = 10; tables.SHARD_ROWS = 50;"
        "runner.default_redactor = lambda *_, **__: fake_redactor.FakeRedactor();"
        f"limit = {limit}; limit and resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit));"
        f"cli.main(['batch', {str(source)!r}, '--out', {str(source.parent / 'out')!r}, '--text-column', 'note',"
        f"'--keep', 'id,unit', *{list(arguments)!r}])"
    )
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent.parent}{os.pathsep}{HERE}"}
    return subprocess.Popen(
        [sys.executable, "-c", program], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for_shards(process, folder, count):
    journal = folder / ".out.partial/journal.jsonl"
    while process.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") <= count):
        time.sleep(0.01)


@pytest.fixture
def slow(source):
    source.write_text(HEADER + "".join(f"{n},{'XSLOWX ' * (n % 3 == 0)}PHI-{n},W\n" for n in range(300)))
    return source


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_parent_that_is_killed_is_gone_on_with(slow, tmp_path, workers):
    batch(slow, "whole", columns=ColumnChoice(text=("note",), keep=("id", "unit")))
    chance = random.Random(7)
    for shards in (1, 3):
        process = process_of(slow, "--workers", workers, "--resume")
        wait_for_shards(process, tmp_path, shards)
        time.sleep(chance.random() / 5)
        process.kill()
        process.communicate(timeout=60)
        assert not (tmp_path / "out").exists()
    process = process_of(slow, "--resume")
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert names(tmp_path) == ["in.csv", "out", "whole"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_says_what_is_kept(slow, tmp_path, number, status):
    process = process_of(slow, "--workers", "2")
    wait_for_shards(process, tmp_path, 1)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == status
    # On a terminal the first line end sets the message apart from the "^C".
    message = err.lstrip("\n")
    assert message.startswith("redactphi: stopped; ")
    assert message.endswith(" rows are kept; the same command with --resume goes on\n")
    assert message.count("\n") == 1


def test_a_full_disk_is_one_line_and_resumable(source, tmp_path):
    process = process_of(source, limit=6_000)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith("redactphi: File too large; ")
    assert err.endswith(" rows are kept; the same command with --resume goes on\n")
    assert not (tmp_path / "out").exists()
    process = process_of(source, "--resume")
    assert process.communicate(timeout=60)[1] == ""
    batch(source, "whole", columns=ColumnChoice(text=("note",), keep=("id", "unit")))
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
def test_a_full_tmpfs_leaves_no_half_output(source, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        source.write_text(HEADER + "".join(f"{n},{'word ' * 300}PHI-{n},W\n" for n in range(300)))
        options = BatchOptions(source=source, columns=CHOICE, out=disk / "out")
        with pytest.raises(OSError, match="No space left"):
            run_batch(options, make_redactor=FakeRedactor)
        assert not (disk / "out").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_compressed_input_that_is_cut_short_leaves_nothing(source, tmp_path, ending):
    compress = gzip.compress if ending == "gz" else pytest.importorskip("zstandard").compress
    path = tmp_path / f"in.csv.{ending}"
    whole = compress((source.read_text() + "".join(f"x{n},{n * n},W\n" for n in range(4_000))).encode())
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=rf"in\.csv\.{ending}: the compressed data is damaged or cut short"):
        batch(path)
    assert names(tmp_path) == ["in.csv", path.name]
    path.write_bytes(whole)
    assert batch(path).rows_out == 4_300


def test_a_cell_of_five_megabytes(source, tmp_path):
    note = "seen by PHI-x,\n" * 350_000
    source.write_text(f'{HEADER}1,"{note}",W\n2,fine,W\n')
    assert source.stat().st_size > 5_000_000
    assert batch(source, workers=2).labels == {"NAME": 350_000}


def test_a_hundred_thousand_rows_of_one_word(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text(HEADER + "".join(f"{n},word{n},W\n" for n in range(100_000)))
    tally = batch(source, workers=2)
    assert (tally.rows_out, tally.is_complete) == (100_000, True)
    assert (tmp_path / "out/notes.csv").read_bytes() == source.read_bytes()


def test_rows_of_one_id_are_all_kept_and_told_apart(source, tmp_path):
    source.write_text(HEADER + "7,PHI-a,W\n7,PHI-b XPOISONX,W\n7,PHI-c,W\n")
    batch(source, columns=REPLACED, id_map=tmp_path / "map.csv")
    pairs = list(csv.DictReader((tmp_path / "map.csv").open()))
    assert [pair["original_id"] for pair in pairs] == ["7", "7", "7"]
    assert len({pair["note_id"] for pair in pairs}) == 3
    (withheld,) = csv.DictReader((tmp_path / "out/withheld.csv").open())
    assert withheld["note_id"] == pairs[1]["note_id"]


def test_a_file_nobody_may_read_is_one_line(source, tmp_path, monkeypatch, capfd):
    def refused(self, *arguments, **options):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr("redactphi.etl.streams.Path.open", refused)
    arguments = ["batch", str(source), "--out", str(tmp_path / "out"), "--text-column", "note", "--keep-rest"]
    assert cli.run(arguments) == 1
    assert capfd.readouterr().err == "redactphi: in.csv: Permission denied\n"
    assert names(tmp_path) == ["in.csv"]


def test_one_damaged_file_of_a_folder_is_rejected(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("PHI-x")
    (folder / "b.txt.gz").write_bytes(gzip.compress(b"PHI-x")[:-6])
    (folder / "c.txt").write_bytes(b"caf\xe9")
    (folder / "d.txt.gz").write_bytes(gzip.compress(b"PHI-y"))
    tally = batch(folder, columns=ColumnChoice(text=("text",), id="file", keep=("file",)))
    assert tally.rejected == {"the compressed data is damaged or cut short": 1, "not valid utf-8": 1}
    assert (tmp_path / "out.rejected.csv").read_text().startswith("line,reason\n2,the compressed")
    assert names(tmp_path / "out/notes") == ["a.txt", "d.txt"]
