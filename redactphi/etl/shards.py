"""Files that grow shard by shard. What a shard holds is on disk, and known by its hash, before the next begins.

So whatever ends a run, the shards before stand, and what came after them can be told apart and cut off.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from redactphi.etl.output import sha256, sync
from redactphi.etl.parquet import ParquetWriter
from redactphi.etl.writers import write_text_file

Shard = Mapping[str, Any]
"""What a file says of one of its shards: ``bytes`` and ``sha256``, and what else it needs to find it again."""

_BLOCK = 1 << 20


class ShardedFile(Protocol):
    """A file, or folder, that grows shard by shard."""

    def good(self, shards: Sequence[Shard]) -> int:
        """How many of the first shards are there, unchanged."""

    def open(self, shards: Sequence[Shard]) -> None:
        """Begin, or go on after these shards; what came after them is cut off."""

    def append(self, content: Any) -> None:
        """Add what a form rendered."""

    def end_shard(self) -> dict[str, Any]:
        """Put on disk what was added, and say what it is."""

    def finish(self, root: Path) -> dict[str, str]:
        """End the file after its last shard. SHA-256 of each file, by its name from ``root`` on."""

    def close(self) -> None:
        """Let go of the file as it is."""


class ShardedBytes:
    """One file of bytes.

    Args:
        path: Where it is.
        header: What it begins with.
        mode: The rights of a new file.
    """

    def __init__(self, path: Path, header: bytes = b"", *, mode: int = 0o666) -> None:
        self._path = path
        self._header = header
        self._mode = mode
        self._file: BinaryIO | None = None
        self._whole = hashlib.sha256()
        self._shard = hashlib.sha256()
        self._bytes = 0

    def good(self, shards: Sequence[Shard]) -> int:
        """How many of the first shards are there, unchanged."""
        if not self._path.is_file():
            return 0
        with self._path.open("rb") as file:
            for count, shard in enumerate(shards):
                if _read(file, shard["bytes"]).hexdigest() != shard["sha256"]:
                    return count
        return len(shards)

    def open(self, shards: Sequence[Shard]) -> None:
        """Begin, or go on after these shards; what came after them is cut off."""
        if not shards:
            self._path.unlink(missing_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._mode)
            self._file = os.fdopen(descriptor, "wb")
            self.append(self._header)
            return
        self._file = self._path.open("r+b")
        self._whole = _read(self._file, sum(shard["bytes"] for shard in shards))
        self._file.truncate(self._file.tell())

    def append(self, content: bytes) -> None:
        """Add bytes."""
        assert self._file is not None
        self._file.write(content)
        self._shard.update(content)
        self._whole.update(content)
        self._bytes += len(content)

    def end_shard(self) -> dict[str, Any]:
        """Put on disk what was added, and say what it is."""
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        shard = {"bytes": self._bytes, "sha256": self._shard.hexdigest()}
        self._shard, self._bytes = hashlib.sha256(), 0
        return shard

    def finish(self, root: Path) -> dict[str, str]:
        """End the file. Its SHA-256, by its name from ``root`` on."""
        assert self._file is not None
        self._file.close()
        return {self._path.relative_to(root).as_posix(): self._whole.hexdigest()}

    def close(self) -> None:
        """Let go of the file as it is."""
        if self._file is not None:
            # On a full disk closing fails as well, and the first error is the one to report.
            with suppress(OSError):
                self._file.close()


class ShardedParquet:
    """A Parquet file: a file a shard beside it, put together at the end.

    Args:
        path: Where the file is to be.
        shards: The folder of its shards.
        schema: Its Arrow schema.
    """

    def __init__(self, path: Path, shards: Path, schema: Any) -> None:
        self._path = path
        self._folder = shards
        self._schema = schema
        self._batches: list[Any] = []
        self._count = 0

    def good(self, shards: Sequence[Shard]) -> int:
        """How many of the first shards are there, unchanged."""
        for count, shard in enumerate(shards):
            path = self._shard(count)
            if not path.is_file() or sha256(path) != shard["sha256"]:
                return count
        return len(shards)

    def open(self, shards: Sequence[Shard]) -> None:
        """Begin, or go on after these shards; what came after them is removed."""
        self._folder.mkdir(exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._count = len(shards)
        known = {self._shard(number) for number in range(self._count)}
        for path in self._folder.iterdir():
            if path not in known:
                path.unlink()

    def append(self, content: Any) -> None:
        """Add a record batch."""
        self._batches.append(content)

    def end_shard(self) -> dict[str, Any]:
        """Write what was added, and say what it is."""
        path = self._shard(self._count)
        writer = ParquetWriter(path, self._schema)
        try:
            writer.write(*self._batches)
        finally:
            writer.close()
        self._batches.clear()
        sync(path)
        self._count += 1
        return {"bytes": path.stat().st_size, "sha256": sha256(path)}

    def finish(self, root: Path) -> dict[str, str]:
        """Put the shards together. The file's SHA-256, by its name from ``root`` on."""
        writer = ParquetWriter(self._path, self._schema)
        try:
            for number in range(self._count):
                writer.write_file(self._shard(number))
        finally:
            writer.close()
        shutil.rmtree(self._folder)
        sync(self._path)
        return {self._path.relative_to(root).as_posix(): sha256(self._path)}

    def close(self) -> None:
        """Nothing is open."""

    def _shard(self, number: int) -> Path:
        return self._folder / f"{number:06}.parquet"


class ShardedFolder:
    """A folder of text files; a list beside it says which belong to its shards.

    Args:
        folder: Where it is to be.
        listing: The list of its files and their hashes.
    """

    def __init__(self, folder: Path, listing: Path) -> None:
        self._folder = folder
        self._path = listing
        self._listing = ShardedBytes(listing)
        self._new: list[Path] = []

    def good(self, shards: Sequence[Shard]) -> int:
        """How many of the first shards are there, unchanged."""
        whole = self._listing.good(shards)
        listed = iter(self._listed())
        for count, shard in enumerate(shards[:whole]):
            files = [next(listed) for _ in range(shard["files"])]
            if not all((self._folder / name).is_file() and sha256(self._folder / name) == hash for name, hash in files):
                return count
        return whole

    def open(self, shards: Sequence[Shard]) -> None:
        """Begin, or go on after these shards; what came after them is removed."""
        self._folder.mkdir(exist_ok=True)
        self._listing.open(shards)
        known = {self._folder / name for name, _ in self._listed()}
        for path in self._folder.rglob("*"):
            if path.is_file() and path not in known:
                path.unlink()

    def append(self, content: Sequence[tuple[str, bytes]]) -> None:
        """Add files by name."""
        rows = io.StringIO()
        table = csv.writer(rows, lineterminator="\n")
        for name, file in content:
            write_text_file(self._folder, name, file)
            table.writerow((name, hashlib.sha256(file).hexdigest()))
            self._new.append(self._folder / name)
        self._listing.append(rows.getvalue().encode("utf-8", "surrogateescape"))

    def end_shard(self) -> dict[str, Any]:
        """Put on disk what was added, and say what it is."""
        for path in self._new:
            sync(path)
        shard = {**self._listing.end_shard(), "files": len(self._new)}
        self._new.clear()
        return shard

    def finish(self, root: Path) -> dict[str, str]:
        """SHA-256 of each file, by its name from ``root`` on."""
        self._listing.close()
        found = {(self._folder / name).relative_to(root).as_posix(): hash for name, hash in self._listed()}
        return dict(sorted(found.items()))

    def close(self) -> None:
        """Let go of the list."""
        self._listing.close()

    def _listed(self) -> list[tuple[str, str]]:
        with self._path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            return [(name, hash) for name, hash in csv.reader(file)]


def _read(file: BinaryIO, size: int) -> Any:
    """The hash of the next bytes of a file."""
    digest = hashlib.sha256()
    while size > 0 and (block := file.read(min(size, _BLOCK))):
        digest.update(block)
        size -= len(block)
    return digest
