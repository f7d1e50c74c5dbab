"""Outlines as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template

from detect_icd.local_data import replacing
from detect_icd.pages.outline import Outline
from redactphi.errors import DataError, UsageError
from redactphi.resources import data
from redactphi.version import __version__

TEMPLATE = "code_pages.html.j2"
_MARK = re.compile(r"(\[\d+\])$")


class Piece(NamedTuple):
    """A part of a cell: its text, where it leads (``""``: nowhere), and whether it marks a source."""

    text: str
    target: str = ""
    mark: bool = False


def pieces(text: str, anchors: Mapping[str, str], anchor: str) -> Iterator[Piece]:
    """The parts of a cell: a code that has a page here leads to it, a mark at the end to its source.

    Args:
        text: The cell.
        anchors: Code to the anchor of its page.
        anchor: That of the page the cell stands on.
    """
    if anchors.get(text.strip(), anchor) != anchor:
        yield Piece(text, anchors[text.strip()])
        return
    for part in filter(None, _MARK.split(text)):
        is_mark = _MARK.fullmatch(part) is not None
        yield Piece(part, f"{anchor}-source-{part[1:-1]}" if is_mark else "", is_mark)


def html(outlines: Sequence[Outline]) -> str:
    """Outlines as one HTML page that needs nothing else; a table of contents leads several."""
    codes = {shown.code: f"code-{shown.code.replace('.', '-')}" for shown in outlines}
    return _template().render(pages=outlines, anchors=codes, version=__version__)


@functools.cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["pieces"] = pieces
    return environment.from_string((data("detect_icd") / "templates" / TEMPLATE).read_text(encoding="utf-8"))


def write_html(outlines: Sequence[Outline], path: Path) -> None:
    """Writes the HTML page, whole or not at all; a file that is there is replaced.

    Raises:
        UsageError: The path is a folder, or its folder does not exist.
        DataError: The file cannot be written.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"--html {path.name}: {'a folder is there' if path.is_dir() else 'there is no such folder'}")
    content = html(outlines)
    try:
        with replacing(path) as partial:
            partial.write_text(content, encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {path.name}: {error.strerror}") from error
