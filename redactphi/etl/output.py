"""An output appears whole or not at all: made beside its place, moved there at the end."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from redactphi.errors import DataError, UsageError
from redactphi.etl.manifest import MANIFEST


class OutputFolder:
    """A folder that stands at ``path`` only after ``commit``. Until then all lies in a work folder beside it.

    Args:
        path: Where it is to stand. An empty folder may be there.
        force: Whether an earlier output there is replaced; any other folder never is.

    Attributes:
        work: The work folder, its owner's alone; what a stopped run did is kept there.
        partial: The folder in it that is moved to ``path``.

    Raises:
        UsageError: Something is there already.
    """

    def __init__(self, path: Path, *, force: bool) -> None:
        self.path = path.absolute()
        self._force = force
        self._check()
        self.work = self.path.with_name(f".{self.path.name}.partial")
        self.partial = self.work / "out"
        self._lock: BinaryIO | None = None

    def open(self) -> None:
        """Make the work folder, or take that of a stopped run, for this process alone.

        Raises:
            DataError: It cannot be made, or another run is at it.
        """
        try:
            self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = (self.work / "lock").open("wb")
        except OSError as error:
            raise DataError(f"cannot make the output folder: {error.strerror}") from None
        if not _locked(self._lock):
            self._lock.close()
            self._lock = None
            raise DataError(f"another run is making {self.path.name}")
        self.partial.mkdir(exist_ok=True)

    def clear(self) -> None:
        """Remove what a stopped run left."""
        for path in self.work.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "lock":
                path.unlink()
        self.partial.mkdir()

    def close(self, *, keep: bool) -> None:
        """Let go of the work folder, and remove it unless it is to be gone on with."""
        if self._lock is None:
            return
        if not keep:
            shutil.rmtree(self.work, ignore_errors=True)
        self._lock.close()

    def commit(self) -> None:
        """Move the folder to its place."""
        self._check()
        old = None
        if self.path.exists():
            old = self.path.with_name(f".{self.path.name}.old-{secrets.token_hex(4)}")
            self.path.rename(old)
        self.partial.rename(self.path)
        sync(self.path.parent)
        if old:
            shutil.rmtree(old, ignore_errors=True)

    def _check(self) -> None:
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise UsageError(f"--out {self.path.name}: a file is there")
        if not any(self.path.iterdir()):
            return
        if not self._force:
            raise UsageError(f"--out {self.path.name}: the folder exists; --force replaces an earlier output")
        if not (self.path / MANIFEST).is_file():
            raise UsageError(f"--out {self.path.name}: the folder holds no {MANIFEST}, so it is not replaced")


def _locked(file: BinaryIO) -> bool:
    """Lock a file for this process alone; a lock of this kind is not inherited by workers."""
    try:
        import fcntl  # noqa: PLC0415 - POSIX alone has it
    except ImportError:
        return True
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class PrivateTable:
    """A CSV file only its owner may read, outside the output; it stands at ``path`` only after ``commit``.

    Args:
        path: Where it is to stand.
        header: Its columns.
        force: Whether an existing file is replaced.

    Raises:
        UsageError: A file is there already.
    """

    def __init__(self, path: Path, header: Sequence[str], *, force: bool) -> None:
        self.path = path.absolute()
        if self.path.exists() and not (force and self.path.is_file()):
            raise UsageError(f"{self.path.name} exists; --force replaces it")
        self._header = header
        self._partial = self.path.with_name(f".{self.path.name}.partial-{secrets.token_hex(4)}")
        self._file: io.TextIOWrapper | None = None

    def __enter__(self) -> Self:
        try:
            descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise DataError(f"cannot make {self.path.name}: {error.strerror}") from None
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="", errors="backslashreplace")
        self._table = csv.writer(self._file, lineterminator="\n")
        self._table.writerow(self._header)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._file:
                self._file.close()
        except OSError:
            # On a full disk closing fails as well. After commit the file is closed already, so nothing is lost here.
            pass
        finally:
            self._partial.unlink(missing_ok=True)

    def write(self, *row: object) -> None:
        """Add a row."""
        self._table.writerow(row)

    def commit(self) -> None:
        """Move the file to its place."""
        assert self._file is not None
        self._file.close()
        sync(self._partial)
        self._partial.replace(self.path)


class PrivateFile:
    """A text file only its owner may read; it stands at ``path`` only after ``write``.

    Args:
        path: Where it is to stand.
        force: Whether an existing file is replaced.

    Raises:
        UsageError: A file is there already.
    """

    def __init__(self, path: Path, *, force: bool) -> None:
        self.path = path.absolute()
        if self.path.exists() and not (force and self.path.is_file()):
            raise UsageError(f"{self.path.name} exists; --force replaces it")

    def write(self, text: str) -> None:
        """Make the file.

        Raises:
            DataError: It cannot be made.
        """
        partial = self.path.with_name(f".{self.path.name}.partial-{secrets.token_hex(4)}")
        try:
            with os.fdopen(
                os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(text)
            partial.replace(self.path)
        except OSError as error:
            raise DataError(f"cannot make {self.path.name}: {error.strerror}") from None
        finally:
            partial.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """The hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
