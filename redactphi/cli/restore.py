"""``redactphi restore``: the originals behind the tokens of a vault."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from redactphi.cli.options import FILE, key_file
from redactphi.errors import DataError, UsageError

if TYPE_CHECKING:
    from redactphi.restoring import Restorer


@click.command()
@click.argument("source", metavar="[IN | -]", type=FILE, default="-")
@click.option("--vault", "path", type=FILE, required=True, help="The vault IN was made with.")
@key_file
@click.option("--out", type=FILE, help="File (or folder, as IN) to make, its owner's alone. [default: standard output]")
@click.option("--text-column", "text", multiple=True, help="Column of notes, if IN is a table; repeatable.")
@click.option("--partial", is_flag=True, help="Restore changed notes too, as far as their tokens are known.")
@click.option("--delimiter", help="Between cells: a character, or tab. [default: seen from line 1]")
@click.option("--quote", help='Around cells: a character, or none. [default: "]')
@click.option("--encoding", default="utf-8", show_default=True, help="Of a table or folder.")
def restore(
    source: Path,
    path: Path,
    key_file: Path | None,
    out: Path | None,
    *,
    text: tuple[str, ...],
    partial: bool,
    **how: Any,
) -> None:
    """Put the originals back into IN: a note, or with --text-column CSV, TSV, JSON Lines or Parquet, or a folder of .txt.

    A note that was changed after redaction is refused, and then nothing is written. What is written is PHI again.
    """
    from redactphi.etl.readers import FORMATS  # noqa: PLC0415 - --help needs none of these
    from redactphi.restoring import Restorer  # noqa: PLC0415
    from redactphi.vault import Vault  # noqa: PLC0415

    is_table = bool(text) or source.is_dir()
    if not is_table and FORMATS.keys() & set(source.suffixes):
        raise UsageError("name the column that holds the notes (--text-column)")
    with Vault(path, key_file) as vault:
        restorer = Restorer(vault, partial=partial)
        if is_table:
            _restore_table(source, out, text, restorer, **how)
        else:
            _restore_note(_read(source), out, restorer)
    if is_table or restorer.unknown:
        unknown = f", unknown tokens left: {restorer.unknown:,}" if restorer.unknown else ""
        click.echo(f"redactphi: notes restored: {restorer.notes:,}, tokens: {restorer.tokens:,}{unknown}", err=True)


def _restore_table(
    source: Path, out: Path | None, text: tuple[str, ...], restorer: Restorer, *, delimiter: str | None,
    quote: str | None, encoding: str,
) -> None:  # fmt: skip
    from redactphi.etl.readers import open_source  # noqa: PLC0415 - a note needs none of these
    from redactphi.etl.restore import restore_table  # noqa: PLC0415

    if out is None:
        raise UsageError("a table is restored into a file: give --out")
    opened = open_source(
        source,
        encoding=encoding,
        delimiter="\t" if delimiter in ("tab", "\\t") else delimiter,
        quote="" if quote == "none" else quote,
    )
    restore_table(opened, out, text, restorer)


def _restore_note(note: str, out: Path | None, restorer: Restorer) -> None:
    from redactphi.etl.restore import write_private  # noqa: PLC0415 - --help needs none of these

    # ``redactphi text`` ends its output with a line end, and so do editors: that is no change of the note.
    ending = "\n" if note.endswith("\n") and restorer.refuses(note) and not restorer.refuses(note[:-1]) else ""
    restored = restorer(note.removesuffix(ending)) + ending
    restorer.record()
    try:
        written = restored.encode()
    except UnicodeEncodeError:
        raise DataError("the original holds a lone surrogate, which UTF-8 cannot hold") from None
    if out is None:
        click.echo(written, nl=False)
    else:
        write_private(out, written)


def _read(source: Path) -> str:
    is_stream = str(source) == "-"
    try:
        content = sys.stdin.buffer.read() if is_stream else source.read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{'standard input' if is_stream else source.name} is not UTF-8 (byte {error.start})") from None
    except OSError as error:
        raise DataError(f"{source.name}: {error.strerror}") from None
