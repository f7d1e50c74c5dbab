"""SecretKey: the one secret that surrogates, date shifts and the vault depend on, and the keys derived from it.

It comes from the environment variable ``REDACTPHI_KEY`` or from a file, never from a command line, a policy or any other
configuration, and it is never printed, logged or pickled.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import NoReturn

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from redactphi.errors import DataError, UsageError

VARIABLE = "REDACTPHI_KEY"
"""The environment variable that holds the key."""

MINIMUM = 32
"""The least length of a key, in bytes."""


class SecretKey:
    """A secret of at least 32 bytes. Keys for single purposes are derived from it (HKDF, RFC 5869).

    Args:
        secret: The bytes.

    Raises:
        UsageError: They are fewer than 32.
    """

    __slots__ = ("_derived", "_secret")

    def __init__(self, secret: bytes) -> None:
        if len(secret) < MINIMUM:
            raise UsageError(f"the key has {len(secret)} bytes; it needs at least {MINIMUM}")
        self._secret = bytes(secret)
        self._derived: dict[str, bytes] = {}

    @classmethod
    def load(cls, source: SecretKey | bytes | Path | None = None) -> SecretKey | None:
        """The key from bytes, a file, or without either from the environment; None where that has none.

        White space around the content of a file or variable is no part of the key.

        Raises:
            UsageError: The key is too short, or ``source`` is a string: a path is given as a ``Path``, and a key is
                no string, so that neither is taken for the other.
            DataError: The file cannot be read.
        """
        if source is None:
            found = os.environ.get(VARIABLE, "").strip()
            return cls(found.encode()) if found else None
        if isinstance(source, SecretKey):
            return source
        if isinstance(source, bytes):
            return cls(source)
        if not isinstance(source, Path):
            raise UsageError(f"a key is bytes, a Path or a SecretKey, not {type(source).__name__}")
        try:
            return cls(source.read_bytes().strip())
        except OSError as error:
            raise DataError(f"key file {source.name}: {error.strerror}") from None

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose; keys of different purposes say nothing about each other."""
        if purpose not in self._derived:
            kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"redactphi/{purpose}".encode())
            self._derived[purpose] = kdf.derive(self._secret)
        return self._derived[purpose]

    def digest(self, purpose: str, *parts: str) -> bytes:
        """HMAC-SHA256 of ``parts``, each with its length before it, under the key of ``purpose``."""
        message = b"".join(len(data).to_bytes(8, "big") + data for data in (_bytes(part) for part in parts))
        return hmac.digest(self.derive(purpose), message, "sha256")

    def __repr__(self) -> str:
        return "SecretKey(<hidden>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a SecretKey is not pickled; each process reads its own")


def write_key(path: Path) -> None:
    """Write a new random key into a new file that its owner alone can read.

    Raises:
        DataError: The file exists or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise DataError(f"key file {path.name}: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(MINIMUM) + "\n")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
