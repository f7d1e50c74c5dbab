"""The slot language of the layouts: parses templates and renders them to labelled text.

``{slot}`` is filled by ``Fields``; ``[[a|b]]`` takes one alternative and nests. A layout file holds several templates,
each started by ``=== <id>`` with optional flags ``upper``, ``lower`` and ``weight=N``.
"""

from __future__ import annotations

import functools
import random
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.training.fields import Fields
from models.training.raw import Split, split_of

LAYOUTS = Path(__file__).resolve().parent / "layouts"
_TOKEN = re.compile(r"\[\[|\]\]|\||\{([A-Za-z]\w*(?:\.\w+)?)\}|[^\[\]|{]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled document.

    Attributes:
        id: Unique in its run.
        text: The document. Synthetic, yet out of ``repr``: it may be long.
        spans: (start, end, label) in code points, in order, never overlapping.
        family: The layout family or corpus it was made from.
        split: Which split it may be used in.
    """

    id: str
    text: str = field(repr=False)
    spans: tuple[tuple[int, int, str], ...]
    family: str
    split: Split


@dataclass(frozen=True, slots=True)
class Slot:
    """A hole of a template.

    Attributes:
        name: A name of the slot language, with its form.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives of which one is taken."""

    options: tuple[tuple[Part, ...], ...]


Part = str | Slot | Choice


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template.

    Attributes:
        id: Its name.
        family: The file it stands in.
        parts: What it is made of.
        case: ``upper`` or ``lower`` where it is always rendered so, else empty.
        weight: How often it is drawn beside others.
    """

    id: str
    family: str
    parts: tuple[Part, ...]
    case: str = ""
    weight: int = 1


def parse(text: str) -> tuple[Part, ...]:
    """The parts of a template.

    Raises:
        ValueError: Brackets do not match.
    """
    stack: list[list[list[Part]]] = [[[]]]
    for match in _TOKEN.finditer(text):
        sign = match[0]
        if sign == "[[":
            stack.append([[]])
        elif sign == "]]" and len(stack) > 1:
            options = stack.pop()
            stack[-1][-1].append(Choice(tuple(map(tuple, options))))
        elif sign == "|" and len(stack) > 1:
            stack[-1].append([])
        else:
            stack[-1][-1].append(Slot(match[1]) if match[1] else sign)
    if len(stack) > 1:
        raise ValueError("a [[ is never closed")
    return tuple(stack[0][0])


def parse_file(path: Path) -> tuple[Template, ...]:
    """The templates of a layout file.

    Raises:
        ValueError: A header or a bracket is malformed; the message names file and template.
    """
    templates = []
    for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        header, _, body = block.partition("\n")
        name, *flags = header.split()
        weight, case = 1, ""
        for flag in flags:
            if flag in {"upper", "lower"}:
                case = flag
            elif match := re.fullmatch(r"weight=(\d+)", flag):
                weight = int(match[1])
            else:
                raise ValueError(f"{path.name}, {name}: unknown flag {flag!r}; valid: upper, lower, weight=N")
        try:
            templates.append(Template(name, path.stem, parse(body.strip("\n")), case, weight))
        except ValueError as error:
            raise ValueError(f"{path.name}, {name}: {error}") from error
    return tuple(templates)


NOTES = LAYOUTS / "notes"
"""Whole documents, each author's files with a prefix of their own."""

LINES = LAYOUTS / "lines"
"""Queries, sentences of general text, and single lines."""


@functools.cache
def single(split: Split, folder: Path) -> tuple[Template, ...]:
    """The templates of a split in ``NOTES`` or ``LINES``. They differ enough for each to be split by its own id."""
    found = [template for path in sorted(folder.glob("*.txt")) for template in parse_file(path)]
    return tuple(template for template in found if split_of("note:" + template.id) == split)


@functools.cache
def layouts(split: Split, folder: Path = LAYOUTS) -> tuple[Template, ...]:
    """The templates of the layout families of a split; a family is wholly in one."""
    files = sorted(folder.glob("*.txt"))
    return tuple(
        template for path in files if split_of("family:" + path.stem) == split for template in parse_file(path)
    )


class Writer:
    """Puts text together and keeps its spans."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.spans: list[tuple[int, int, str]] = []
        self.length = 0

    def add(self, text: str, label: str | None = None) -> None:
        """Appends text, as a span where it has a label."""
        if label and text:
            self.spans.append((self.length, self.length + len(text), str(label)))
        self.pieces.append(text)
        self.length += len(text)

    @property
    def text(self) -> str:
        """What was written."""
        return "".join(self.pieces)


def write(parts: Sequence[Part], fields: Fields, writer: Writer) -> None:
    """Writes the parts of a template with the values of a document."""
    for part in parts:
        if isinstance(part, str):
            writer.add(part)
        elif isinstance(part, Slot):
            writer.add(*fields.fill(part.name))
        else:
            write(fields.rng.choice(part.options), fields, writer)


def render(template: Template, fields: Fields, *, id: str, casing: bool = True) -> Example:
    """A template as a labelled document, its case and blanks varied as in real notes."""
    writer = Writer()
    write(template.parts, fields, writer)
    text, spans = writer.text, writer.spans
    if template.case:
        text = recase(text, template.case)
    elif casing:
        text = vary_case(text, fields.rng)
    text, spans = vary_blanks(text, spans, fields.rng)
    return Example(id, text, tuple(spans), template.family, fields.split)


def recase(text: str, case: str) -> str:
    """Text in one case, every character kept one character long ("ß" stays)."""
    changed = text.upper() if case == "upper" else text.lower()
    if len(changed) == len(text):
        return changed
    return "".join(
        new if len(new := (char.upper() if case == "upper" else char.lower())) == 1 else char for char in text
    )


def vary_case(text: str, rng: random.Random) -> str:
    """A tenth of documents in capitals, one in 25 in lower case, single lines of some others in capitals."""
    draw = rng.random()
    if draw < 0.10:  # noqa: PLR2004
        return recase(text, "upper")
    if draw < 0.14:  # noqa: PLR2004
        return recase(text, "lower")
    if draw < 0.26:  # noqa: PLR2004
        lines = text.split("\n")
        return "\n".join(recase(line, "upper") if rng.random() < 0.25 else line for line in lines)  # noqa: PLR2004
    return text


def vary_blanks(
    text: str, spans: list[tuple[int, int, str]], rng: random.Random
) -> tuple[str, list[tuple[int, int, str]]]:
    """Some documents hard-wrapped, some with doubled blanks as scanning leaves them."""
    draw = rng.random()
    if draw < 0.10:  # noqa: PLR2004
        return wrapped(text, rng.randint(55, 95)), spans
    if draw < 0.13:  # noqa: PLR2004
        doubled = [match.start() for match in re.finditer(r"(?<=\S) (?=\S)", text) if rng.random() < 0.08]  # noqa: PLR2004
        return insert_blanks(text, spans, doubled)
    if draw < 0.155:  # noqa: PLR2004
        return scanned(text, spans, rng)
    return text, spans


def scanned(text: str, spans: list[tuple[int, int, str]], rng: random.Random) -> tuple[str, list[tuple[int, int, str]]]:
    """Text as a poor scan reads it: blanks before marks, between and now and then inside words, lines spaced out."""
    within, between = rng.choice(((0.004, 0.3), (0.01, 0.8), (0.0, 0.5), (0.02, 0.1)))
    positions = []
    for line in re.finditer(r"[^\n]+", text):
        if len(line[0]) < 48 and rng.random() < 0.06:  # noqa: PLR2004
            positions += range(line.start() + 1, line.end())
            continue
        for match in re.finditer(r"(?<=\S)(?=[,.:;)/])|(?<=\S) (?=\S)|(?<=\w)(?=\w)", line[0]):
            share = between if match[0] or line[0][match.start()] in ",.:;)/" else within
            if rng.random() < share:
                positions.append(line.start() + match.start())
    return insert_blanks(text, spans, positions)


def wrapped(text: str, width: int) -> str:
    """Text with blanks turned to line ends so that lines keep to a width; offsets stay as they are."""
    chars, last_blank, line_start = list(text), -1, 0
    for index, char in enumerate(chars):
        if char == "\n":
            last_blank, line_start = -1, index + 1
        elif char == " ":
            last_blank = index
        if index - line_start >= width and last_blank > line_start:
            chars[last_blank], line_start, last_blank = "\n", last_blank + 1, -1
    return "".join(chars)


def insert_blanks(
    text: str, spans: Sequence[tuple[int, int, str]], positions: Sequence[int]
) -> tuple[str, list[tuple[int, int, str]]]:
    """Text with one more blank at each position, spans moved along. Positions are sorted."""
    if not positions:
        return text, list(spans)
    pieces, last = [], 0
    for position in positions:
        pieces += [text[last:position], " "]
        last = position
    pieces.append(text[last:])
    return "".join(pieces), [
        (start + bisect_right(positions, start), end + bisect_right(positions, end - 1), label)
        for start, end, label in spans
    ]
