"""The vault: one token a value, nothing in clear, nothing altered unseen, and no half-made file."""

import multiprocessing
import os
import pickle
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi import vault_file
from redactphi.errors import UsageError, VaultError
from redactphi.keys import SecretKey
from redactphi.vault import TOKEN, Vault, open_vault

KEY = bytes(range(32))
OTHER = bytes(32)
PAIRS = [("NAME", "Quillfeather"), ("MRN", "00482913"), ("DATE", "03/14/2024")]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "vault"


@pytest.fixture
def vault(path):
    with Vault(path, KEY, create=True) as vault:
        yield vault


def split(token):
    return TOKEN.fullmatch(token).groups()


def rows(path, query):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def alter(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            assert database.execute(statement).rowcount > 0
        database.commit()


def test_a_token_is_its_label_and_130_random_bits(vault):
    tokens = vault.tokens("p1", PAIRS)
    assert list(tokens) == PAIRS
    for (label, _), token in tokens.items():
        assert re.fullmatch(rf"\[{label}~[A-Z2-7]{{26}}\]", token)
    with Vault(None, KEY) as another:
        assert not set(another.tokens("p1", PAIRS).values()) & set(tokens.values())


def test_one_value_has_one_token_by_patient_and_label(vault, path):
    first = vault.tokens("p1", PAIRS)
    assert vault.tokens("p1", PAIRS) == first
    with Vault(path, KEY) as again:
        assert again.tokens("p1", PAIRS[::-1]) == first
    scopes = [vault.tokens(*scope) for scope in (("p2", PAIRS), ("", PAIRS), ("p1", [("PROVIDER", "Quillfeather")]))]
    found = [token for tokens in (first, *scopes) for token in tokens.values()]
    assert len(set(found)) == len(found) == 10


def test_values_are_exact(vault):
    values = ["Ann", "ann", "Ann ", "", "\0", "\ud800", "\U0001f600", "\r\n", "אבג", "\ud83d\ude00"]
    tokens = vault.tokens("p", [("NAME", value) for value in values])
    assert len(set(tokens.values())) == len(values)
    back = vault.originals([split(token) for token in tokens.values()])
    assert [back[split(tokens["NAME", value])] for value in values] == values


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_patient_and_value_come_back(patient, value):
    vault = _MEMORY
    (token,) = vault.tokens(patient, [("NAME", value)]).values()
    assert vault.originals([split(token)]) == {split(token): value}


_MEMORY = Vault(None, KEY)


def test_unknown_tokens_are_left_out(vault):
    (token,) = vault.tokens("p", PAIRS[:1]).values()
    label, code = split(token)
    assert vault.originals([(label, "A" * 26), ("MRN", code)]) == {}


def test_it_is_made_by_the_first_work_for_its_owner_alone(path, tmp_path):
    before = os.umask(0)
    try:
        vault = Vault(path, KEY, create=True)
        assert not path.exists()
        vault.tokens("p", PAIRS)
        assert {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()} == dict.fromkeys(
            ("vault", "vault-shm", "vault-wal"), "0o600"
        )
    finally:
        os.umask(before)
    vault.close()
    assert [file.name for file in tmp_path.iterdir()] == ["vault"]


def test_nothing_is_in_clear(vault, tmp_path):
    vault.tokens("patient-0042", [*PAIRS, ("NAME", "Zoë"), ("NAME", "a\ud800b")])
    vault.remember("Seen by the safe text", 1)
    vault.settle()
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for value in ("patient-0042", "0042", "Seen by", "safe text", "Zoë", *(value for _, value in PAIRS)):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert value.encode(encoding) not in raw
    assert KEY not in raw
    vault.close()
    assert b"Quillfeather" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_the_length_of_a_value_is_hidden(vault, path):
    vault.tokens("p", [("NAME", "x" * n) for n in range(1, 24)])
    assert rows(path, "SELECT DISTINCT length(sealed) FROM tokens") == [(12 + 32 + 16,)]


def test_another_key_is_refused_before_anything_is_done(vault, path):
    vault.tokens("p", PAIRS)
    vault.close()
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(VaultError, match=r"^vault vault: it was made with another key$"):
            Vault(path, OTHER, create=create)
    assert path.read_bytes() == before


def test_a_vault_needs_a_key_and_a_path(path, monkeypatch):
    monkeypatch.delenv("REDACTPHI_KEY", raising=False)
    with pytest.raises(UsageError, match="REDACTPHI_KEY"):
        Vault(path, create=True)
    with pytest.raises(UsageError, match="not int"):
        open_vault(5, KEY)
    monkeypatch.setenv("REDACTPHI_KEY", "k" * 32)
    assert Vault(path, create=True).tokens("p", PAIRS) == Vault(path, b"k" * 32).tokens("p", PAIRS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no vault"),
        (b"x" * 5000, "no vault"),
        (None, "no such file"),
        ("folder", "cannot be opened"),
        ("sqlite", "no vault"),
        ("newer", "version 2, written by a newer redactphi"),
    ],
)
def test_what_is_no_vault_says_so_and_stays(path, content, message):
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "folder":
        path.mkdir()
    elif content == "sqlite":
        with closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE tokens (token)")
    elif content == "newer":
        with Vault(path, KEY, create=True) as vault:
            vault.tokens("p", PAIRS)
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA user_version = 2")
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(VaultError, match=message):
        Vault(path, KEY)
    with pytest.raises(VaultError, match=message):
        vault_file.summarize(path)
    if before is not None:
        with pytest.raises(VaultError, match=message):
            Vault(path, KEY, create=True)
        assert path.read_bytes() == before


def test_a_missing_folder_is_told_at_once(tmp_path):
    with pytest.raises(VaultError, match="folder does not exist"):
        Vault(tmp_path / "no" / "vault", KEY, create=True)
    with pytest.raises(VaultError, match="no such file"):
        Vault(tmp_path / "no" / "vault", KEY)


def test_a_damaged_file_is_told(vault, path):
    vault.tokens("p", [("NAME", str(n)) for n in range(500)])
    vault.close()
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = b"\x7f" * len(content[4096 * 2 :])
    path.write_bytes(content)
    with pytest.raises(VaultError), Vault(path, KEY) as damaged:
        damaged.tokens("p", PAIRS)


SWAPS = {
    "sealed": "UPDATE tokens SET sealed = (SELECT t.sealed FROM tokens t WHERE t.token <> tokens.token)",
    "label": "UPDATE tokens SET label = 'PROVIDER'",
    "cut": "UPDATE tokens SET sealed = substr(sealed, 1, 20)",
    "short": "UPDATE tokens SET sealed = x'00'",
    "null": "UPDATE tokens SET sealed = 'text'",
    "lookup": "UPDATE tokens SET lookup = randomblob(16)",
}


@pytest.mark.parametrize("statement", SWAPS.values(), ids=SWAPS)
def test_altered_rows_are_found_out(vault, path, statement):
    tokens = [split(token) for token in vault.tokens("p", [("NAME", "Ann"), ("NAME", "Eve")]).values()]
    alter(path, statement)
    relabelled = [("PROVIDER", code) for _, code in tokens] if "PROVIDER" in statement else tokens
    with pytest.raises(VaultError, match="a row was altered"):
        vault.originals(relabelled)


def test_swapped_look_ups_are_found_out(vault, path):
    vault.tokens("p", [("NAME", "Ann"), ("NAME", "Eve")])
    (ann, first), (eve, second) = rows(path, "SELECT token, lookup FROM tokens")
    with closing(sqlite3.connect(path)) as database:
        for token, lookup in ((ann, b"x"), (eve, first), (ann, second)):
            database.execute("UPDATE tokens SET lookup = ? WHERE token = ?", (lookup, token))
        database.commit()
    with pytest.raises(VaultError, match="a row was altered"):
        vault.tokens("p", [("NAME", "Ann")])


def test_safe_texts_are_known_once_settled(vault, path):
    vault.remember("safe", 2)
    assert not vault.knows("safe")
    vault.settle()
    vault.settle()
    assert vault.knows("safe")
    assert not vault.knows("safe ")
    with Vault(path, KEY) as again:
        assert again.knows("safe")
    assert [row[1:] for row in rows(path, "SELECT * FROM access")] == [("tokenize", 2, 1)]


def test_the_summary_counts(vault, path):
    vault.tokens("p", [*PAIRS, ("NAME", "Ann")])
    vault.remember("one", 3)
    vault.remember("two", 1)
    vault.settle()
    vault.record("restore", tokens=3, notes=1)
    found = vault_file.summarize(path)
    assert found.labels == {"DATE": 1, "MRN": 1, "NAME": 2}
    assert found.notes == 2
    assert found.accesses == {"restore": vault_file.Access(1, 3, 1), "tokenize": vault_file.Access(1, 4, 2)}
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", found.last)


def test_one_in_memory_forgets(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    vault = Vault(None, KEY)
    first = vault.tokens("p", PAIRS)
    assert vault.tokens("p", PAIRS) == first
    vault.close()
    assert vault.tokens("p", PAIRS) != first
    assert list(tmp_path.iterdir()) == []


def test_it_is_neither_shown_nor_pickled(vault):
    assert repr(vault) == "Vault(<hidden>)"
    with pytest.raises(TypeError):
        pickle.dumps(vault)


def test_threads_get_one_token(vault):
    found, start = [], threading.Barrier(8)

    def work():
        start.wait()
        found.extend(vault.tokens("p", [("NAME", str(n))]) for n in range(40))
        vault.remember("x", 1)
        vault.settle()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({token for tokens in found for token in tokens.values()}) == 40


def _process(path, start, answers):
    vault = Vault(path, KEY, create=True)
    start.wait()
    answers.put([vault.tokens("p", [("NAME", str(n)), ("MRN", str(n))]) for n in range(60)])


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_get_one_token(path, method):
    context = multiprocessing.get_context(method)
    start, answers = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_process, args=(path, start, answers)) for _ in range(4)]
    for worker in workers:
        worker.start()
    found = [answers.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join()
    assert found[0] == found[1] == found[2] == found[3]
    assert rows(path, "SELECT count(*) FROM tokens") == [(120,)]
    assert [file.name for file in path.parent.iterdir()] == ["vault"]


def test_a_fork_carries_no_connection(vault, path):
    first = vault.tokens("p", PAIRS)
    vault.remember("the parent's", 1)
    child = os.fork()
    if child == 0:
        try:
            same = vault.tokens("p", PAIRS) == first
            vault.remember("the child's", 1)
            vault.settle()
            os._exit(0 if same and not vault.knows("the parent's") else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    vault.settle()
    assert vault.knows("the child's")
    assert vault.knows("the parent's")
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_fork_from_a_thread_beside_others_at_work(vault):
    done = threading.Event()

    def work():
        while not done.is_set():
            vault.tokens("p", [("NAME", os.urandom(4).hex())])

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                os._exit(0 if vault.tokens("p", PAIRS) else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        done.set()
        for thread in threads:
            thread.join()


INTERRUPTED = """
import os, signal, sys
from redactphi.vault import Vault
vault = Vault(sys.argv[1], bytes(range(32)), create=True)
kept = vault.tokens("p", [("NAME", "kept")])
vault.remember("kept", 1)
vault.settle()
with vault._transaction("IMMEDIATE") as database:
    database.executemany("INSERT INTO tokens VALUES (?, ?, ?, ?)",
        [vault._draw(bytes([n]) * 16, "p", "NAME", "lost") for n in range(200)])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_an_interrupted_write_leaves_a_usable_vault(path):
    done = subprocess.run([sys.executable, "-c", INTERRUPTED, path], check=False)
    assert done.returncode == -signal.SIGKILL
    with Vault(path, KEY) as vault:
        assert vault.knows("kept")
        assert vault.tokens("p", [("NAME", "new"), ("NAME", "kept")])
    assert rows(path, "SELECT count(*) FROM tokens") == [(2,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_an_interruption_within_a_process_rolls_back(vault, path):
    vault.tokens("p", PAIRS)

    def interrupted():
        with vault._transaction("IMMEDIATE") as database:
            database.execute("DELETE FROM tokens")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert rows(path, "SELECT count(*) FROM tokens") == [(3,)]
    assert vault.tokens("p", PAIRS)


def test_a_writer_that_never_ends_is_told(vault, path, monkeypatch):
    vault.tokens("p", PAIRS)
    vault.close()
    monkeypatch.setattr(vault_file, "WAIT", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        vault.remember("safe", 1)
        with pytest.raises(VaultError, match="another process has it locked"):
            vault.settle()
        other.execute("ROLLBACK")
    vault.settle()
    assert vault.knows("safe")


def test_one_that_cannot_be_made_leaves_nothing(path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(VaultError, match="No space left"):
        Vault(path, KEY, create=True).tokens("p", PAIRS)
    assert list(path.parent.iterdir()) == []


def test_one_made_meanwhile_by_another_is_used(path):
    late = Vault(path, KEY, create=True)
    stranger = Vault(path, OTHER, create=True)
    tokens = Vault(path, KEY, create=True).tokens("p", PAIRS)
    vault_file.create(path, {})
    assert late.tokens("p", PAIRS) == tokens
    with pytest.raises(VaultError, match="another key"):
        stranger.tokens("p", PAIRS)


def test_a_secret_key_serves_as_it_is(path):
    assert Vault(path, SecretKey(KEY), create=True).tokens("p", PAIRS) == Vault(path, KEY).tokens("p", PAIRS)
