"""Restores the notes of a table: the same rows, with the originals where tokens stand. What is made is PHI again."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from redactphi.errors import DataError, UnknownNameError, UsageError, VaultError
from redactphi.etl.columns import ColumnPlan, OutputColumn
from redactphi.etl.readers import FORMATS, CsvSource, Source
from redactphi.etl.records import Cell, NotTextError, Record, Rejected, texts
from redactphi.etl.writers import TableWriter
from redactphi.restoring import Restorer

_SURROGATE = re.compile("[\ud800-\udfff]")


def restore_table(source: Source, out: Path, text: Sequence[str], restorer: Restorer) -> None:
    """Restore the text columns of a table into a new file, or of a folder into a new folder. It appears whole or not at all.

    Args:
        source: The table; its format is that of the output.
        out: The file or folder to make, its owner's alone.
        text: Names of the text columns; of a folder it is known.
        restorer: Restores a text.

    Raises:
        UsageError: There is something at ``out``, or a column is not there.
        VaultError: A note was changed after redaction, or the vault does not know it.
        DataError: A row cannot be read, or its original not be written in this format.
    """
    _check_ending(source, out)
    plan = _plan(source, text)
    with _private_folder(out) as folder:
        writer = TableWriter(folder, source, plan)
        try:
            for item in source.records():
                writer.write(_restored(item, source, plan, restorer))
        finally:
            writer.close()
        restorer.record()
        (made,) = folder.iterdir()
        _put(made, out)


def write_private(out: Path, content: bytes) -> None:
    """Write a new file that its owner alone can read. It appears whole or not at all.

    Raises:
        UsageError: There is something at ``out``.
        DataError: It cannot be written.
    """
    with _private_folder(out) as folder:
        (folder / "note").write_bytes(content)
        _put(folder / "note", out)


def _restored(item: Record | Rejected, source: Source, plan: ColumnPlan, restorer: Restorer) -> list[Cell | None]:
    where = f"{source.name}: line {item.line}"
    if isinstance(item, Rejected):
        raise DataError(f"{where}: {item.reason}")
    cells = list(item.cells)
    try:
        for index, safe in zip(plan.text, texts(item, plan), strict=True):
            if safe is not None:
                cells[index] = Cell(_fitting(restorer(safe), source, where))
    except NotTextError:
        raise DataError(f"{where}: the text is not a string") from None
    except VaultError as error:
        raise VaultError(f"{where}: {error}") from None
    return cells


def _fitting(text: str, source: Source, where: str) -> str:
    """A restored text, if the format can hold it exactly."""
    fits = source.format == "jsonl" or text.isascii() or not _SURROGATE.search(text)
    if isinstance(source, CsvSource):
        fits = fits and source.dialect.value(source.dialect.write(text)) == text
    if not fits:
        raise DataError(f"{where}: this format cannot hold its original exactly")
    return text


def _plan(source: Source, text: Sequence[str]) -> ColumnPlan:
    """Every column leaves, in its place."""
    columns = source.columns
    names = text or (("text",) if source.format == "txt" else ())
    for name in names:
        if name not in columns:
            raise UnknownNameError("column", name, columns)
    found = tuple(columns.index(name) for name in dict.fromkeys(names))
    return ColumnPlan(
        columns=columns,
        text=found,
        id=None,
        patient=(),
        kept=frozenset(range(len(columns))) - set(found),
        output=tuple(OutputColumn(name, index) for index, name in enumerate(columns)),
    )


def _check_ending(source: Source, out: Path) -> None:
    format = FORMATS.get(out.suffix.lower(), "txt")
    if format != source.format:
        raise UsageError(f"--out {out.name}: its ending is not that of {source.format}, the format of the input")


@contextmanager
def _private_folder(out: Path) -> Iterator[Path]:
    """A folder beside the place of an output, for its owner alone; it goes in any case."""
    if out.exists():
        raise UsageError(f"--out {out.name}: exists already")
    folder = out.absolute().with_name(f".{out.name}.partial-{secrets.token_hex(4)}")
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise DataError(f"cannot make {out.name}: {error.strerror}") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(made: Path, out: Path) -> None:
    if made.is_dir():
        made.chmod(0o700)
    else:
        made.chmod(0o600)
        with made.open("rb") as file:
            os.fsync(file.fileno())
    made.rename(out.absolute())
