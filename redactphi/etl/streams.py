"""Files of bytes, decompressed if need be, and one-line errors for what reading them can raise."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from redactphi.errors import DataError, UsageError

COMPRESSED = (".gz", ".zst")
"""The endings of compressed files."""

_BLOCK = 1 << 17


class Stream:
    """A file of bytes that knows how far it is read.

    Args:
        path: The file; decompressed if it ends in one of ``COMPRESSED``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._file: BinaryIO | None = None
        if path.suffix.lower() == ".zst":
            _zstd_decompressor()

    def open(self) -> BinaryIO:
        """The content from the start."""
        if self._file is not None:
            self._file.close()
        self._file = self._path.open("rb")
        match self._path.suffix.lower():
            case ".gz":
                return cast("BinaryIO", _Gunzipped(self._file))
            case ".zst":
                return cast("BinaryIO", io.BufferedReader(_Unzstded(self._file), _BLOCK))
        return self._file

    def has_bom(self) -> bool:
        """Whether it starts with a UTF-8 byte-order mark.

        Raises:
            DataError: It starts with a UTF-16 one.
        """
        with reading(self._path.name, "utf-8"), self.open() as binary:
            start = binary.read(3)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise DataError(f"{self._path.name}: this is UTF-16; give --encoding utf-16")
        return start == codecs.BOM_UTF8

    def progress(self) -> tuple[int, int]:
        """Bytes read of the file as it lies there, and how many it has."""
        return (self._size if self._file is None or self._file.closed else self._file.tell()), self._size


class _Gunzipped(gzip.GzipFile):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__(fileobj=file, mode="rb")
        self._below = file

    def close(self) -> None:
        super().close()
        self._below.close()


class _Unzstded(io.RawIOBase):
    """What is in one or more zstd frames. Unlike the library's own reader, it notices that the last is cut short."""

    def __init__(self, file: BinaryIO) -> None:
        self._below = file
        self._frame: Any = None
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        target = memoryview(buffer).cast("B")
        while not self._left and self._more():
            pass
        size = min(len(target), len(self._left))
        target[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def close(self) -> None:
        super().close()
        self._below.close()

    def _more(self) -> bool:
        """Read on; whether there is more to come."""
        unread = b""
        if self._frame is not None and self._frame.eof:
            unread, self._frame = self._frame.unused_data, None
        data = unread or self._below.read(_BLOCK)
        if not data:
            if self._frame is not None:
                raise EOFError
            return False
        self._frame = self._frame or _zstd_decompressor()
        try:
            self._left = self._frame.decompress(data)
        except Exception:  # noqa: BLE001 - the libraries have errors of their own
            raise EOFError from None
        return True


def _zstd_decompressor() -> Any:
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdDecompressor  # noqa: PLC0415 - not in every Python

        return ZstdDecompressor()
    try:
        import zstandard  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError("a .zst file needs zstandard: pip install 'redactphi[zstd]'") from None
    return zstandard.ZstdDecompressor().decompressobj()


def file_stamp(path: Path) -> object:
    """Size and time of a file; None once it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def checked_encoding(encoding: str) -> str:
    """The codec's own name of an encoding.

    Raises:
        UsageError: There is none of that name that reads text.
    """
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except LookupError:
        raise UsageError(f"unknown encoding {encoding!r}") from None


@contextmanager
def reading(name: str, encoding: str) -> Iterator[Any]:
    """Turns what reading can raise into one line that names the file."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataError(f"{name}: the compressed data is damaged or cut short") from None
    except UnicodeError:
        raise DataError(f"{name}: not valid {encoding}") from None
    except OSError as error:
        raise DataError(f"{name}: {error.strerror or type(error).__name__}") from None
