"""Outlines for a terminal of any width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from detect_icd.pages.outline import Outline, Section, printable

_TONES = {"good": "bold green", "plain": "bold cyan", "bad": "bold red"}
_WHOLE = 12
"""So many characters of a word stay in one line: codes, values and marks are read at a glance."""


def print_outlines(outlines: Iterable[Outline], file: IO[str], *, width: int | None = None) -> None:
    """Outlines for a terminal, as wide as it is or as given."""
    console = Console(file=file, width=width, force_terminal=width is not None or None, highlight=False)
    for number, shown in enumerate(outlines):
        if number:
            console.print(Rule(style="dim"))
        for part in _renderables(shown, console.width):
            console.print(part)


def _renderables(shown: Outline, width: int) -> Iterator[RenderableType]:
    yield Text.assemble((shown.code, "bold"), "  ", (printable(shown.title), "bold"))
    words = [Text(shown.subtitle, style="dim"), *(Text(badge.text, style=_TONES[badge.tone]) for badge in shown.badges)]
    yield Text(" · ", style="dim").join(words)
    yield from (Text(f"! {warning}", style="yellow") for warning in shown.warnings)
    for section in shown.sections:
        yield Text(f"\n{section.title}", style="bold underline")
        if section.note:
            yield Text(section.note, style="dim")
        yield _table(section, width)
    if shown.sources:
        yield Text("\nSources", style="bold underline")
        yield _table(Section("", tuple((f"[{n}]", source) for n, source in enumerate(shown.sources, 1))), width)


def _table(section: Section, width: int) -> Table:
    table = Table(box=SIMPLE_HEAD if section.header else None, show_header=bool(section.header), pad_edge=False)
    columns = max(map(len, section.rows))
    least = [min(_WHOLE, _longest_word(section, number)) for number in range(columns)]
    if sum(least) + _BETWEEN * columns > width:
        least = [1] * columns
    for number in range(columns):
        table.add_column(
            section.header[number] if section.header else "",
            overflow="fold",
            min_width=least[number],
            style="bold" if number == 0 and columns > 1 and section.form == "names" else "",
        )
    for row in section.rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table


_BETWEEN = 3
"""Characters that part two columns."""


def _longest_word(section: Section, number: int) -> int:
    cells = [row[number] for row in (section.header, *section.rows) if number < len(row)]
    return max((len(word) for cell in cells for word in cell.split()), default=1)
