"""A page as headings, tables and sources: what the terminal, plain text and HTML all show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["good", "plain", "bad"]
Form = Literal["names", "facts", "list"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A word or two beside the code.

    Attributes:
        text: The words.
        tone: Whether they are good news.
    """

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it.

    Attributes:
        title: The heading.
        rows: Lines of cells. ``[2]`` at the end of a cell points to a source.
        header: What the cells are; ``()`` where that is plain.
        note: A sentence below the heading.
        form: How rows without a header are read: as codes and titles, names and values, or one by one.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]
    header: tuple[str, ...] = ()
    note: str = ""
    form: Form = "names"


def table(title: str, rows: Iterable[tuple[str, ...]], header: tuple[str, ...], note: str = "") -> Section:
    """A section with a header, without the columns that no row has anything in."""
    whole = tuple(rows)
    kept = [number for number in range(len(header)) if any(row[number] for row in whole)]
    return Section(
        title, tuple(tuple(row[number] for number in kept) for row in whole), tuple(header[n] for n in kept), note
    )


@dataclass(frozen=True, slots=True)
class Outline:
    """A page to be shown.

    Attributes:
        code: The code.
        title: Its title.
        subtitle: What kind of code it is.
        badges: What matters first.
        warnings: Why to be careful with the page.
        sections: In order; none is empty.
        sources: What ``[1]``, ``[2]`` … point to.
    """

    code: str
    title: str
    subtitle: str
    badges: tuple[Badge, ...]
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    sources: tuple[str, ...] = ()


def printable(text: str) -> str:
    """A text without what moves a cursor, breaks a line or steers a terminal: imported files may hold anything."""
    return _CONTROLS.sub(" ", text)


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(slots=True)
class Sources:
    """Numbers sources in the order they are cited."""

    cited: dict[str, int] = field(default_factory=dict)

    def cite(self, source: object) -> str:
        """The mark of a source: ``[1]``."""
        return f"[{self.cited.setdefault(str(source), len(self.cited) + 1)}]"
