"""Vault: random tokens and the originals they stand for, encrypted, in one SQLite file.

A token is drawn, never derived from what it stands for (45 CFR 164.514(c)). The same value of the same patient and label
has one token; it is found again by a keyed hash. Values and patient ids are stored encrypted only (AES-256-GCM), bound to
their token, label and hash, so that whoever swaps rows without the key is found out.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from redactphi import vault_file
from redactphi.errors import UsageError, VaultError
from redactphi.keys import VARIABLE, SecretKey
from redactphi.placeholders import CODE, CODE_LENGTH

TOKEN = re.compile(rf"\[([A-Z][A-Z_]*)~({CODE})\]")
"""The form of every token: its label and its random part."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 8
"""The letter of each random byte; 256 is a multiple of 32, so all are equally likely."""

_LOOKUP = 16
"""Bytes kept of a look-up's hash. Two that agree by chance would be noticed: the sealed value is compared."""

_NONCE = 12
_SIZE = 4
"""Bytes that say how long a patient id or a value is."""

_BLOCK = 32
"""What is sealed is filled up to a multiple of so many bytes, so that its length tells little."""

_LOCK = threading.RLock()
"""Held over each piece of work on a connection, and over a fork."""


class Vault:
    """Tokens for values, and values for tokens. Safe to share between threads, and across a fork.

    Args:
        path: The file. None for a vault in memory, which forgets: for dry runs.
        key: The key, as ``SecretKey.load`` takes it.
        create: Whether the first work makes the file where there is none.

    Raises:
        UsageError: There is no key.
        VaultError: There is no such file or folder, it is no vault, or it has another key.
    """

    def __init__(
        self, path: str | Path | None, key: SecretKey | bytes | Path | None = None, *, create: bool = False
    ) -> None:
        secret = SecretKey.load(key)
        if secret is None:
            raise UsageError(f"a vault needs a key: set {VARIABLE}, or give a key file")
        self._secret = secret
        self._path = None if path is None else Path(path)
        self.name = self._path.name if self._path else "in memory"
        self._create = create
        self._database: sqlite3.Connection | None = None
        self._unsettled: list[bytes] = []
        self._unsettled_tokens = 0
        _VAULTS.add(self)
        self._look(create=create)

    def _look(self, *, create: bool) -> None:
        """Fail now rather than at the first note."""
        if self._path and create and not self._path.exists():
            if not self._path.absolute().parent.is_dir():
                raise VaultError(f"vault {self.name}: its folder does not exist")
            return
        with _LOCK:
            self._connected()

    def tokens(self, patient: str, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The token of each ``(label, value)`` of a patient: the one it has, or a new one.

        Args:
            patient: The patient's id; whatever has none shares the empty one.
            wanted: Labels and values.

        Raises:
            VaultError: The vault cannot be read or written, or was altered.
        """
        with _LOCK:
            self._connected()
            pairs = {self._secret.digest(self._lookup, patient, *pair)[:_LOOKUP]: pair for pair in wanted}
            with self._transaction("DEFERRED") as database:
                found = self._find(database, patient, pairs)
            if missing := {lookup: pair for lookup, pair in pairs.items() if lookup not in found}:
                found |= self._add(patient, missing)
        return {pairs[lookup]: f"[{pairs[lookup][0]}~{token}]" for lookup, token in found.items()}

    def originals(self, tokens: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The value behind each token, given as ``TOKEN`` splits it: label and random part. Unknown ones are left out.

        Raises:
            VaultError: The vault cannot be read, or was altered.
        """
        found = {}
        with self._transaction("DEFERRED") as database:
            for label, token in tokens:
                row = database.execute(
                    "SELECT lookup, sealed FROM tokens WHERE token = ? AND label = ?", (token, label)
                ).fetchone()
                if row is not None:
                    found[label, token] = self._unseal(token, row[0], label, row[1])[1]
        return found

    def remember(self, safe: str, tokens: int) -> None:
        """Note a safe text, so that ``knows`` tells it from a changed one once it is settled.

        Args:
            safe: The text.
            tokens: How many tokens it holds.
        """
        with _LOCK:
            self._connected()
            self._unsettled.append(self._hash(safe))
            self._unsettled_tokens += tokens

    def settle(self) -> None:
        """Put on disk, to outlast a power cut, all that was done so far. To be called before safe texts are handed out.

        Raises:
            VaultError: The vault cannot be written.
        """
        with _LOCK:
            if not self._unsettled:
                return
            with self._transaction("IMMEDIATE", lasting=True) as database:
                rows = [(hash,) for hash in self._unsettled]
                database.executemany("INSERT OR IGNORE INTO notes VALUES (?)", rows)
                _add_access(database, "tokenize", self._unsettled_tokens, len(rows))
            self._forget_unsettled()

    def knows(self, safe: str) -> bool:
        """Whether this very text was made with this vault."""
        with self._transaction("DEFERRED") as database:
            row = database.execute("SELECT 1 FROM notes WHERE hash = ?", (self._hash(safe),)).fetchone()
        return row is not None

    def record(self, action: str, *, tokens: int, notes: int) -> None:
        """Add a row to the table of accesses, to outlast a power cut.

        Raises:
            VaultError: The vault cannot be written.
        """
        with self._transaction("IMMEDIATE", lasting=True) as database:
            _add_access(database, action, tokens, notes)

    def close(self) -> None:
        """Close the file. Whatever is asked next opens it again."""
        with _LOCK:
            database, self._database = self._database, None
            if database is not None:
                database.close()

    def _forget_unsettled(self) -> None:
        self._unsettled.clear()
        self._unsettled_tokens = 0

    def _find(
        self, database: sqlite3.Connection, patient: str, pairs: Mapping[bytes, tuple[str, str]]
    ) -> dict[bytes, str]:
        found = {}
        for lookup, pair in pairs.items():
            row = database.execute("SELECT token, sealed FROM tokens WHERE lookup = ?", (lookup,)).fetchone()
            if row is not None:
                if self._unseal(row[0], lookup, pair[0], row[1]) != (patient, pair[1]):
                    raise VaultError(f"vault {self.name}: a row was altered")
                found[lookup] = row[0]
        return found

    def _add(self, patient: str, pairs: Mapping[bytes, tuple[str, str]]) -> dict[bytes, str]:
        rows = [self._draw(lookup, patient, *pair) for lookup, pair in pairs.items()]
        with self._transaction("IMMEDIATE") as database:
            before = database.total_changes
            database.executemany("INSERT INTO tokens VALUES (?, ?, ?, ?) ON CONFLICT (lookup) DO NOTHING", rows)
            if database.total_changes - before == len(rows):
                return {lookup: token for token, lookup, *_ in rows}
            # Another writer was first for some: its tokens stand.
            return self._find(database, patient, pairs)

    def _draw(self, lookup: bytes, patient: str, label: str, value: str) -> tuple[str, bytes, str, bytes]:
        token = secrets.token_bytes(CODE_LENGTH).translate(_LETTERS).decode()
        plain = b"".join(len(part).to_bytes(_SIZE, "big") + part for part in map(_bytes, (patient, value)))
        plain += bytes(-len(plain) % _BLOCK)
        nonce = os.urandom(_NONCE)
        return token, lookup, label, nonce + self._cipher.encrypt(nonce, plain, _bound(token, lookup, label))

    def _unseal(self, token: str, lookup: bytes, label: str, sealed: bytes) -> tuple[str, str]:
        """The patient's id and the value of a row."""
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(token, lookup, label))
        except (InvalidTag, TypeError, ValueError):
            raise VaultError(f"vault {self.name}: a row was altered") from None
        patient, rest = _part(plain)
        return patient, _part(rest)[0]

    def _hash(self, safe: str) -> bytes:
        return self._secret.digest(self._note, safe)

    @contextmanager
    def _transaction(self, kind: str, *, lasting: bool = False) -> Iterator[sqlite3.Connection]:
        with _LOCK, vault_file.problems(self.name):
            database = self._connected()
            # A lasting one waits for the disk, for all written before it too; a wait for each note would cost more
            # than all other work on it.
            database.execute(f"PRAGMA synchronous={'FULL' if lasting else 'NORMAL'}")
            database.execute(f"BEGIN {kind}")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    database.execute("ROLLBACK")
                raise

    def _connected(self) -> sqlite3.Connection:
        if self._database is None:
            with vault_file.problems(self.name):
                self._database = self._opened()
        return self._database

    def _opened(self) -> sqlite3.Connection:
        if self._path and not self._path.exists():
            if not self._create:
                raise VaultError(f"vault {self.name}: no such file")
            vault_file.create(self._path, self._new_facts())
        database = vault_file.connect(self._path)
        try:
            if self._path is None:
                vault_file.lay_out(database, self._new_facts())
            self._take_keys(vault_file.read_facts(database, self.name))
        except BaseException:
            database.close()
            raise
        return database

    def _new_facts(self) -> dict[str, bytes]:
        salt = secrets.token_bytes(16)
        return {"salt": salt, "check": self._secret.digest("vault/check", salt.hex())}

    def _take_keys(self, facts: Mapping[str, bytes]) -> None:
        salt = facts["salt"].hex()
        if not secrets.compare_digest(facts["check"], self._secret.digest("vault/check", salt)):
            raise VaultError(f"vault {self.name}: it was made with another key")
        self._lookup, self._note = f"vault/lookup/{salt}", f"vault/note/{salt}"
        self._cipher = AESGCM(self._secret.derive(f"vault/value/{salt}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_database", None) is not None:
            self.close()

    def __repr__(self) -> str:
        return "Vault(<hidden>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Vault is not pickled; each process opens its own")


def open_vault(vault: Vault | str | Path, key: SecretKey | bytes | Path | None, *, create: bool = False) -> Vault:
    """A vault as it is, or the one at a path.

    Raises:
        UsageError: It is neither, or there is no key.
        VaultError: It cannot be opened.
    """
    if isinstance(vault, Vault):
        return vault
    if not isinstance(vault, str | Path):
        raise UsageError(f"a vault is a path or a Vault, not {type(vault).__name__}")
    return Vault(vault, key, create=create)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _part(plain: bytes) -> tuple[str, bytes]:
    """The first text of what was sealed, and what stands behind it."""
    end = _SIZE + int.from_bytes(plain[:_SIZE], "big")
    return plain[_SIZE:end].decode("utf-8", "surrogatepass"), plain[end:]


def _bound(token: str, lookup: bytes, label: str) -> bytes:
    """What a sealed value is bound to; the first two have one length always."""
    return token.encode() + lookup + label.encode()


def _add_access(database: sqlite3.Connection, action: str, tokens: int, notes: int) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    database.execute("INSERT INTO access VALUES (?, ?, ?, ?)", (at, action, tokens, notes))


_VAULTS: weakref.WeakSet[Vault] = weakref.WeakSet()


def _before_fork() -> None:
    # SQLite's locks belong to a process, but what it notes of them is inherited: a connection carried into a child
    # would take itself for locked and is not. So none is carried.
    _LOCK.acquire()
    for vault in list(_VAULTS):
        vault.close()


def _after_fork_in_child() -> None:
    for vault in list(_VAULTS):
        vault._forget_unsettled()  # noqa: SLF001 - the parent settles its own
    _LOCK.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_LOCK.release, after_in_child=_after_fork_in_child)
