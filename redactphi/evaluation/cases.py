r"""Case files: one case a line, PHI marked inline as ``[text](LABEL)``.

A line without markup must give nothing. Blank lines and lines that start with ``#`` are no cases; two spaces and a
``#`` start a comment; ``\n`` stands for a line break.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import regex

from redactphi.errors import DataError
from redactphi.labels import PhiLabel
from redactphi.spans import Span

_MARK = regex.compile(r"\[([^\[\]]+)\]\(([A-Z_]+)\)")
_COMMENT = regex.compile(r"\s{2,}#(?:\s.*)?$")


def parse_case(line: str) -> tuple[str, list[Span]]:
    """The text of a case and the spans it must give.

    Raises:
        DataError: A label is not a ``PhiLabel``.
    """
    marked = _COMMENT.sub("", line.rstrip("\n")).replace("\\n", "\n")
    text, spans, position = "", [], 0
    for match in _MARK.finditer(marked):
        if match[2] not in PhiLabel.__members__:
            raise DataError(f"unknown label {match[2]} in a case")
        text += marked[position : match.start()]
        spans.append(Span(len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        position = match.end()
    return text + marked[position:], spans


def read_cases(path: Path) -> Iterator[tuple[int, str, list[Span]]]:
    """The cases of a file: line number, text, spans.

    Raises:
        DataError: A line is malformed; the message names file and line number.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            yield number, *parse_case(line)
        except DataError as error:
            raise DataError(f"{path.name}:{number}: {error}") from error
