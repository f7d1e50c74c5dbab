"""Tokens there and back by the command: one-line errors, private files, whole or absent."""

import csv
import io
import json
import sys

import pytest

from redactphi import cli
from redactphi.keys import write_key
from redactphi.vault import TOKEN, Vault

NOTE = "Patient: Persis Quillfeather, MRN 00482913. Seen 03/14/2024 by Dr. Ola Nwosu."
ROWS = [
    ["n1", "p1", f'{NOTE}\r\nShe said "fine".\n', "op"],
    ["n2", "p1", "Persis Quillfeather, again.", '"odd, cell"'],
    ["n3", "p2", "Persis Quillfeather, her aunt.", ""],
    ["n4", "", "No PHI here.", "x"],
    ["n5", "", "", "empty"],
]


@pytest.fixture
def command(capfd, monkeypatch, tmp_path):
    monkeypatch.delenv("REDACTPHI_KEY", raising=False)
    monkeypatch.chdir(tmp_path)

    def command(*arguments, stdin=""):
        content = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        status = cli.run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return command


@pytest.fixture
def secret(tmp_path):
    write_key(tmp_path / "key")
    return ("--vault", tmp_path / "vault", "--key-file", tmp_path / "key")


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "patient", "note", "kind"], *ROWS])
    return path


BATCH = (
    "--text-column",
    "note",
    "--id-column",
    "id",
    "--patient",
    "id=patient",
    "--keep",
    "kind",
    "--policy",
    "tokens",
)


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_note_and_back(command, secret, tmp_path):
    status, safe, err = command("text", "--policy", "tokens", *secret, stdin=NOTE)
    assert (status, err) == (0, "")
    assert "Quillfeather" not in safe
    assert TOKEN.search(safe)
    assert command("restore", *secret, stdin=safe) == (0, NOTE + "\n", "")
    assert command("restore", "-", *secret, stdin=safe.removesuffix("\n")) == (0, NOTE, "")
    (tmp_path / "safe.txt").write_text(safe)
    assert command("restore", tmp_path / "safe.txt", *secret, "--out", tmp_path / "clear.txt") == (0, "", "")
    assert (tmp_path / "clear.txt").read_text() == NOTE + "\n"
    assert (tmp_path / "clear.txt").stat().st_mode & 0o777 == 0o600
    again = command("restore", tmp_path / "safe.txt", *secret, "--out", tmp_path / "clear.txt")
    assert again == (2, "", "redactphi: --out clear.txt: exists already\n")


def test_a_changed_note_is_refused_unless_partial(command, secret):
    _, safe, _ = command("text", "--policy", "tokens", *secret, stdin=NOTE)
    changed = safe + "Addendum [NAME~" + "A" * 26 + "]"
    status, out, err = command("restore", *secret, stdin=changed)
    assert (status, out) == (1, "")
    assert err == "redactphi: vault vault: this text was changed after redaction, or is of another vault\n"
    status, out, err = command("restore", *secret, "--partial", stdin=changed)
    assert (status, out) == (0, changed.replace(safe, NOTE + "\n"))
    assert err.startswith("redactphi: notes restored: 1, tokens: ")
    assert err.endswith("unknown tokens left: 1\n")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_batch_and_back(command, secret, notes, tmp_path, workers):
    done = command("batch", notes, *BATCH, *secret, "--out", tmp_path / "out", "--workers", workers)
    assert done[0] == 0, done[2]
    safe = read(tmp_path / "out/notes.csv")
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    assert "Quillfeather" not in written
    names = [dict(TOKEN.findall(row["note"]))["NAME"] for row in safe[:3]]
    assert names[0] == names[1] != names[2]
    restored = tmp_path / "clear.csv"
    status, out, err = command(
        "restore", tmp_path / "out/notes.csv", *secret, "--text-column", "note", "--out", restored
    )
    assert (status, out) == (0, "")
    assert err.startswith("redactphi: notes restored: 4, tokens: ")
    assert [(row["note"], row["kind"]) for row in read(restored)] == [(row[2], row[3]) for row in ROWS]
    assert restored.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clear.csv", "in.csv", "key", "out", "vault"]


def test_workers_draw_one_token_a_value(command, secret, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,note\n" + "".join(f"{n},Patient: Persis Quillfeather. Took {n} tablets.\n" for n in range(400)))
    arguments = ("--text-column", "note", "--id-column", "id", "--policy", "tokens", "--workers", "2")
    assert command("batch", path, *arguments, *secret, "--out", tmp_path / "out")[0] == 0
    tokens = {token for row in read(tmp_path / "out/notes.csv") for token in TOKEN.findall(row["note"])}
    assert len(tokens) == 1
    done = command(
        "restore", tmp_path / "out/notes.csv", *secret, "--text-column", "note", "--out", tmp_path / "clear.csv"
    )
    assert done[0] == 0
    assert [row["note"] for row in read(tmp_path / "clear.csv")] == [row["note"] for row in read(path)]


@pytest.mark.parametrize("format", ["jsonl", "parquet", "csv"])
def test_other_formats_come_back(command, secret, tmp_path, format):
    texts = [NOTE, "fine\u2028 \U0001f600\r\n", None, f"{NOTE} \0"]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"note": text, "n": 1.50}) + "\n" for text in texts))
    arguments = ("--text-column", "note", "--keep", "n", "--policy", "tokens", "--format", format)
    done = command("batch", source, *arguments, *secret, "--out", tmp_path / "out")
    assert done[0] == 0, done[2]
    safe, restored = tmp_path / f"out/notes.{format}", tmp_path / f"clear.{format}"
    done = command("restore", safe, *secret, "--text-column", "note", "--out", restored)
    assert done[0] == 0, done[2]
    if format == "jsonl":
        found = [json.loads(line)["note"] for line in restored.read_text().split("\n") if line]
    elif format == "parquet":
        pandas = pytest.importorskip("pandas")
        found = [text if isinstance(text, str) else None for text in pandas.read_parquet(restored)["note"]]
    else:
        found = [row["note"] or None for row in read(restored)]
    assert found == texts


def test_lone_surrogates_come_back_where_the_format_has_them(command, secret, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"note": "Patient: Persis Quill\\ud800feather, MRN 00482913"}\n')
    for format, status in (("jsonl", 0), ("csv", 1)):
        out, restored = tmp_path / f"out-{format}", tmp_path / f"clear.{format}"
        arguments = ("--text-column", "note", "--policy", "tokens", "--format", format)
        assert command("batch", source, *arguments, *secret, "--out", out)[0] == 0
        done = command("restore", out / f"notes.{format}", *secret, "--text-column", "note", "--out", restored)
        assert done[0] == status
        assert restored.exists() == (status == 0)
        assert "Quill" not in done[2]
    assert json.loads((tmp_path / "clear.jsonl").read_text())["note"] == json.loads(source.read_text())["note"]


def test_a_folder_of_notes_and_back(command, secret, tmp_path):
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "in/sub/a.txt").write_bytes(NOTE.encode() + b"\r\n")
    (tmp_path / "in/b.txt").write_bytes(b"nothing")
    assert (
        command("batch", tmp_path / "in", "--keep", "file", "--policy", "tokens", *secret, "--out", tmp_path / "o")[0]
        == 0
    )
    done = command("restore", tmp_path / "o/notes", *secret, "--out", tmp_path / "clear")
    assert done[0] == 0, done[2]
    assert (tmp_path / "clear/sub/a.txt").read_bytes() == NOTE.encode() + b"\r\n"
    assert (tmp_path / "clear/b.txt").read_bytes() == b"nothing"
    assert (tmp_path / "clear").stat().st_mode & 0o777 == 0o700


def test_a_table_with_one_changed_note_is_refused_whole(command, secret, notes, tmp_path):
    assert command("batch", notes, *BATCH, *secret, "--out", tmp_path / "out")[0] == 0
    safe = tmp_path / "out/notes.csv"
    safe.write_text(safe.read_text().replace("her aunt", "her uncle"))
    arguments = ("restore", safe, *secret, "--text-column", "note", "--out", tmp_path / "clear.csv")
    status, out, err = command(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith("redactphi: notes.csv: line ")
    assert "changed after redaction" in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "key", "out", "vault"]
    assert command(*arguments, "--partial")[0] == 0
    assert "Persis Quillfeather, her uncle." in (tmp_path / "clear.csv").read_text()


@pytest.mark.parametrize(
    "case",
    [
        (("{out}", "--out", "c.csv"), 2, "name the column"),
        (("{out}", "--text-column", "note"), 2, "give --out"),
        (("{out}", "--text-column", "nope", "--out", "c.csv"), 2, "unknown column 'nope'; valid: id, kind, note"),
        (("{out}", "--text-column", "note", "--out", "c.jsonl"), 2, "ending is not that of csv"),
        (("{out}", "--text-column", "kind", "--out", "c.csv"), 1, "changed after redaction"),
        (("{out}", "--text-column", "note", "--out", "no/c.csv"), 1, "No such file or directory"),
        (("missing.txt",), 1, "missing.txt: No such file"),
        (("missing.csv", "--text-column", "note", "--out", "c.csv"), 1, "no such file: missing.csv"),
    ],
)
def test_errors_are_one_line_and_leave_nothing(command, secret, notes, tmp_path, case):
    arguments, status, message = case
    assert command("batch", notes, *BATCH, *secret, "--out", tmp_path / "out")[0] == 0
    before = sorted(path.name for path in tmp_path.iterdir())
    filled = [str(tmp_path / "out/notes.csv") if argument == "{out}" else argument for argument in arguments]
    found = command("restore", *filled, *secret)
    assert found[:2] == (status, "")
    assert message in found[2]
    assert found[2].startswith("redactphi: ")
    assert found[2].count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_key_and_vault_that_do_not_fit(command, secret, tmp_path):
    assert command("text", "--policy", "tokens", *secret[:2], stdin=NOTE)[::2] == (
        2, "redactphi: a vault needs a key: set REDACTPHI_KEY, or give a key file\n",
    )  # fmt: skip
    assert command("text", *secret, stdin=NOTE)[::2] == (
        2, "redactphi: policy 'safe_harbor' puts nothing into a vault: the policy 'tokens' does\n",
    )  # fmt: skip
    assert command("restore", *secret, stdin=NOTE)[::2] == (1, "redactphi: vault vault: no such file\n")
    assert not (tmp_path / "vault").exists()
    assert command("text", "--policy", "tokens", *secret, stdin=NOTE)[0] == 0
    assert command("key", tmp_path / "other") == (0, "", "")
    other = (*secret[:3], tmp_path / "other")
    for arguments in (("text", "--policy", "tokens"), ("restore",)):
        assert command(*arguments, *other, stdin=NOTE)[::2] == (
            1, "redactphi: vault vault: it was made with another key\n",
        )  # fmt: skip
    assert command("key", tmp_path / "other")[::2] == (1, "redactphi: key file other: File exists\n")


def test_the_key_may_come_from_the_environment(command, secret, tmp_path, monkeypatch):
    monkeypatch.setenv("REDACTPHI_KEY", (tmp_path / "key").read_text())
    _, safe, _ = command("text", "--policy", "tokens", *secret[:2], stdin=NOTE)
    monkeypatch.delenv("REDACTPHI_KEY")
    assert command("restore", *secret, stdin=safe)[1] == NOTE + "\n"


def test_a_dry_run_leaves_the_vault_alone(command, secret, notes, tmp_path):
    status, out, err = command("batch", notes, *BATCH, *secret, "--dry-run")
    assert status == 0, err
    assert "NAME" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "key"]


def test_the_vault_in_numbers(command, secret, tmp_path):
    _, safe, _ = command("text", "--policy", "tokens", *secret, stdin=NOTE)
    command("restore", *secret, stdin=safe)
    status, out, _ = command("vault", "info", tmp_path / "vault")
    assert status == 0
    for words in ("NAME", "MRN", "notes", "tokenize", "restore", "last access"):
        assert words in out
    found = json.loads(command("vault", "info", tmp_path / "vault", "--json")[1])
    assert found["notes"] == 1
    assert found["labels"]["MRN"] == 1
    assert found["accesses"]["restore"]["notes"] == 1
    assert command("vault", "info", tmp_path / "no")[::2] == (1, "redactphi: vault no: no such file\n")


def test_an_original_that_the_output_cannot_hold_is_told(command, secret, tmp_path):
    with Vault(tmp_path / "vault", tmp_path / "key", create=True) as vault:
        (token,) = vault.tokens("", [("NAME", "a\ud800")]).values()
        vault.remember(token, 1)
        vault.settle()
    assert command("restore", *secret, stdin=token) == (
        1, "", "redactphi: the original holds a lone surrogate, which UTF-8 cannot hold\n",
    )  # fmt: skip
    (tmp_path / "safe.csv").write_text(f"note\n{token}\n")
    found = command("restore", tmp_path / "safe.csv", *secret, "--text-column", "note", "--out", tmp_path / "c.csv")
    assert found == (1, "", "redactphi: safe.csv: line 2: this format cannot hold its original exactly\n")
    assert not (tmp_path / "c.csv").exists()
