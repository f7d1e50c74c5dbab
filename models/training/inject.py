# ruff: noqa: PLR2004 - shares of a mixture have no names
"""Puts surrogates into real note text: headers, signatures, sentences and mentions where a real note has them.

The text between stays real and unlabelled; ``cleaning`` has made sure that nothing in it identifies.
"""

from __future__ import annotations

import dataclasses
import functools
import random
import re
from collections.abc import Callable, Iterable

from models.training import fillers
from models.training.cleaning import Cleaner, CleanNote
from models.training.doubt import split_sentences
from models.training.fields import Fields
from models.training.people import person
from models.training.raw import RawNote, Split, bucket, raw_notes
from models.training.slots import (
    Choice,
    Example,
    Part,
    Slot,
    Template,
    Writer,
    layouts,
    parse,
    vary_blanks,
    vary_case,
    write,
)
from models.training.surface import surface

_PIECES = 3_000
"""Characters of a note that are used at most; longer ones are cut at a sentence so that none outweighs the others."""
_COMMON_LINES = 20
_INVISIBLE = "\ue100{}\ue101"
_HOLE = re.compile("\ue100([^\ue101]*)\ue101")


@functools.cache
def _notes(split: Split) -> tuple[RawNote, ...]:
    # Section snippets of one line would otherwise be a third of all.
    return tuple(
        note
        for note in raw_notes()
        if note.split == split and (note.corpus != "mts_dialog_sections" or bucket("half:" + note.id, 2))
    )


@functools.lru_cache(maxsize=8_192)
def _clean(split: Split, index: int) -> CleanNote:
    return Cleaner(_notes(split)[index]).clean()


def _draw(fields: Fields) -> CleanNote:
    while True:
        note = _clean(fields.split, fields.rng.randrange(len(_notes(fields.split))))
        if note.parts:
            return note


@functools.cache
def sentences(split: Split) -> tuple[str, ...]:
    """Clinical sentences without PHI out of the real notes of a split; none where those are absent."""
    found = []
    for index in range(0, len(_notes(split)), 24):
        plain = _plain_text(_clean(split, index).parts)
        found += [
            text for text in split_sentences(plain) if 40 < len(text) < 180 and text.endswith(".") and text[0].isupper()
        ]
    return tuple(found)


def _plain_text(parts: Iterable[Part]) -> str:
    """Note text without its slots, the sentences around them left out."""
    marked = _marked(parts)
    kept = [piece for piece in split_sentences(marked) if not _HOLE.search(piece)]
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)).strip()


def _marked(parts: Iterable[Part]) -> str:
    return "".join(
        part if isinstance(part, str) else _INVISIBLE.format(part.name)
        for part in parts
        if not isinstance(part, Choice)
    )


def _unmarked(text: str) -> list[Part]:
    parts: list[Part] = []
    for index, piece in enumerate(_HOLE.split(text)):
        if index % 2:
            parts.append(Slot(piece))
        elif piece:
            parts += parse(piece) if "{" in piece or "[[" in piece else [piece]
    return parts


@functools.cache
def _sentences(split: Split) -> tuple[str, ...]:
    """Sentences a split may use. Labels of headers are common property, whole sentences are not."""
    return tuple(line for line in surface("inline") if (bucket("inline:" + line) < 80) == (split == "train"))


def negative(fields: Fields, id: str) -> Example:
    """A real note without any PHI."""
    while True:
        note = _draw(fields)
        text = _excerpt(_escaped(_plain_text(note.parts)), fields.rng)
        if len(text) > 20:
            writer = Writer()
            write(_unmarked(_with_fillers(text, fields, 0.4)), fields, writer)
            return _finish(writer.text, writer.spans, fields, id, note.corpus)


def injected(fields: Fields, id: str) -> Example:
    """A real note with surrogates where its own identifiers were and where real notes have them."""
    note, rng = _draw(fields), fields.rng
    if note.sex:
        fields.set_patient(person(rng, fields.split, sex=note.sex))
    text = _excerpt(_escaped(_marked(note.parts)), rng)
    for mention in _MENTIONS:
        text = mention(text, rng)
    text = text.replace("},.", "}.").replace("},,", "},")
    if rng.random() < 0.75:
        text = _with_sentences(text, fields)
    text = _with_fillers(text, fields, 0.6)
    if rng.random() < 0.5:
        text = _header(fields) + text
    if rng.random() < 0.4:
        text += "\n\n" + _footer(fields)
    writer = Writer()
    write(_unmarked(text), fields, writer)
    return _finish(writer.text, writer.spans, fields, id, note.corpus)


def _with_fillers(text: str, fields: Fields, share: float) -> str:
    if fields.rng.random() >= share:
        return text
    return fillers.insert(text, fillers.draw(fields.split, fields.rng), fields.rng)


def with_fillers(template: Template, fields: Fields) -> Template:
    """Half of the times, a template with lines that are no PHI between its own."""
    if fields.rng.random() >= 0.5:
        return template
    parts = list(template.parts)
    for line in fillers.draw(fields.split, fields.rng):
        holes = [index for index, part in enumerate(parts) if isinstance(part, str) and fillers.has_end(part)]
        if holes and fields.rng.random() < 0.8:
            at = fields.rng.choice(holes)
            parts[at : at + 1] = _unbraced(fillers.insert(str(parts[at]), [_INVISIBLE.format(line)], fields.rng))
        else:
            parts += ["\n", *parse(line)]
    return dataclasses.replace(template, parts=tuple(parts))


def _unbraced(text: str) -> list[Part]:
    parts: list[Part] = []
    for index, piece in enumerate(_HOLE.split(text)):
        parts += parse(piece) if index % 2 else [piece]
    return parts


def _escaped(text: str) -> str:
    # Braces and double brackets of the note are text, not slots.
    return text.replace("{", "(").replace("}", ")").replace("[[", "[").replace("]]", "]")


def _finish(text: str, spans: list[tuple[int, int, str]], fields: Fields, id: str, family: str) -> Example:
    text = vary_case(text, fields.rng)
    text, moved = vary_blanks(text, spans, fields.rng)
    return Example(id, text, tuple(moved), family, fields.split)


def _excerpt(text: str, rng: random.Random) -> str:
    if len(text) <= _PIECES:
        return text
    pieces = split_sentences(text)
    start, length = rng.randrange(max(1, len(pieces) // 2)), 0
    chosen = []
    for piece in pieces[start:]:
        chosen.append(piece)
        length += len(piece)
        if length > _PIECES:
            break
    return "".join(chosen).strip()


# Mentions: each turns words of the note into a slot, in some notes.

_Mention = Callable[[str, random.Random], str]


def _sometimes(pattern: str, replacements: tuple[str, ...], in_notes: float, at_places: float) -> _Mention:
    compiled = re.compile(pattern)

    def replace(text: str, rng: random.Random) -> str:
        if rng.random() >= in_notes:
            return text
        return compiled.sub(
            lambda match: match.expand(rng.choice(replacements)) if rng.random() < at_places else match[0], text
        )

    return replace


_PATIENT = (
    "{mr} {patient.last}",
    "{mr} {patient.last}",
    "{patient.first}",
    "{patient.first_last}",
    "{patient}",
    "{mr} {patient}",
    "{patient.last}",
    "{mr} {patient.last}",
)
_MENTIONS: tuple[_Mention, ...] = (
    _sometimes(r"\bThe patient\b(?! (?:population|care))", _PATIENT, 0.45, 0.4),
    _sometimes(r"\b[Tt]he patient's\b", ("{patient.first}'s", "{mr} {patient.last}'s", "{patient.last}'s"), 0.25, 0.4),
    _sometimes(r"(?<=[a-z] )the patient\b(?!['’])", ("{mr} {patient.last}", "{patient.first}", "{patient.last}"), 0.25, 0.35),
    _sometimes(r"\b(is an? (?:\w+ )?)(\d{2})([ -]year[ -]old)", (r"\g<1>{age90}\3",), 0.06, 1.0),
    _sometimes(r"^(?=(?:An? |This is an? |This )(?:\w+ )?\d+[ -](?:year|yo))", ("{patient.first_last}. ", "{patient}: "), 0.2, 1.0),
    _sometimes(r"\bThis is an? (?=(?:\w+ )?\d+[ -]year)", ("{patient.first_last} is a ", "{mr} {patient.last} is a ", "{patient.first} is a "), 0.5, 1.0),
    _sometimes(r"\b([Hh](?:is|er) (?:wife|husband|son|daughter|mother|father|brother|sister|partner|girlfriend|boyfriend|fiance|grandmother|aunt|uncle|friend))\b(?!['’]s)(?! (?:had|has a history|also has))", (r"\1 {relative1.first}", r"\1, {relative1.first},", r"\1 {relative1}", r"\1, {relative1},", r"\1 ({relative2.first})"), 0.5, 0.6),
    _sometimes(r"\b(at|to|from|in) the (?:hospital|emergency room|clinic|nursing home|outside hospital|facility|rehab facility)\b", (r"\1 {facility1}", r"\1 {facility1.short}", r"\1 {facility2}", r"\1 {facility2.short}"), 0.6, 0.6),
    _sometimes(r"\b(?:an|the) outside (?:hospital|facility)\b", ("{facility2}", "{facility2.short}"), 0.7, 0.8),
    _sometimes(r"\b(our|my|the) (clinic|office)\b", (r"{facility1}", r"the {facility1} \2", r"\1 {city} \2"), 0.25, 0.5),
    _sometimes(r"\b(?:yesterday|two days ago|last week|a week ago|earlier today|several days ago|approximately \w+ (?:days|weeks) ago|last month|(?:two|three|four|six) (?:weeks|months) ago)\b", ("on {date1}", "on {date1.short}", "on {date1.weekday}", "in {date1.monthyear}", "in {date1.month}", "on {date2.long}"), 0.4, 0.6),
    _sometimes(r"\b([Ww]orks|[Ww]orked|[Ee]mployed) as an? ((?:\w+ )?\w+)\b(?= ?[.,;])", (r"\1 as a \2 at {employer}", r"\1 as a \2 for {employer}", r"\1 at {employer}"), 0.7, 0.9),
    _sometimes(r"\b([Ll]ives|[Ll]iving|[Rr]esides) (alone|with|at home)\b", (r"\1 in {city} \2", r"\1 \2", r"\1 in {city}, {state}, \2"), 0.6, 0.8),
    _sometimes(r"\b(?:[Tt]he|her|his|my) (?:primary care (?:physician|doctor|provider)|PCP|cardiologist|oncologist|surgeon|neurologist|pediatrician|orthopedist|psychiatrist|family doctor)\b", (r"{title} {provider2.last}", r"\g<0>, {title} {provider2.last}", r"\g<0> {provider3}", r"\g<0> ({provider3.last})", r"{title} {provider4}"), 0.5, 0.5),
    _sometimes(r"(?m)^((?:SURGEON|Surgeon|ASSISTANT|ANESTHESIOLOGIST|ATTENDING|DATE|DATE OF PROCEDURE)S?:)[ \t]*(?:None\.?|N/A)?$", (r"\1  {provider1}, {cred}", r"\1  {provider1.last}", r"\1 {title} {provider2}"), 1.0, 0.8),
    _sometimes(r"\b(?:assistant|nurse|scrub tech|circulating nurse|anesthesiologist)\b(?=[.,;])", (r"\g<0> {provider3}", r"\g<0>, {provider2},", r"\g<0> {provider3.last}"), 0.15, 0.6),
    _sometimes(r"\b([Pp])atient (?=(?:is|was|has|had|presented|presents|states|denies|reports|returns|tolerated)\b)", ("{patient.first} ", "{patient.last} ", r"\g<0>", r"\1atient {patient.last} "), 0.15, 0.5),
)  # fmt: skip


def _with_sentences(text: str, fields: Fields) -> str:
    """The note with a few sentences that carry PHI set between its own, or lines of a layout."""
    rng = fields.rng
    pieces = split_sentences(text)
    ends = [index for index, piece in enumerate(pieces) if piece.rstrip().endswith(".") and len(piece) > 15]
    for line in rng.sample(_sentences(fields.split), rng.choice((1, 1, 2, 2, 3, 4, 6))):
        if ends and rng.random() < 0.12 and (block := _layout_line(fields)):
            at = rng.choice(ends)
            pieces[at] = f"{pieces[at]}\n{block}\n"
        elif ends:
            at = rng.choice(ends)
            pieces[at] = f"{pieces[at]} {line}" if rng.random() < 0.85 else f"{pieces[at]}\n{line}"
        else:
            pieces.append((" " if rng.random() < 0.7 else "\n") + line)
    return "".join(pieces)


def _layout_line(fields: Fields) -> str:
    templates = layouts(fields.split)
    if not templates:
        return ""
    template = fields.rng.choice(templates)
    if any(isinstance(part, Choice) for part in template.parts):
        return ""
    lines = [line for line in _marked(template.parts).split("\n") if line.strip()]
    return fields.rng.choice(lines)


def _header(fields: Fields) -> str:
    rng = fields.rng
    pool = surface("header_lines")
    # The first lines of the file are those most headers have.
    pool = pool[:_COMMON_LINES] * 3 + pool[_COMMON_LINES:]
    lines = list(dict.fromkeys(rng.sample(pool, rng.choice((1, 2, 2, 3, 4, 5, 7, 9)))))
    separator = rng.choice(("\n", "\n", "\n", "\n", "   ", "\n\n", " | ", "\t", ", ", "; "))
    if rng.random() < 0.2:
        lines = [line.replace(": ", rng.choice((":", ":  ", " - ", "=", ":\t", " : ", "\n")), 1) for line in lines]
    if rng.random() < 0.1:
        lines = [
            re.sub(r"^[^{]*(?=\{)", "", line) if not re.search(r"\{.*\[\[|\]\].*\]\]", line) else line for line in lines
        ]
    return separator.join(lines) + rng.choice(("\n\n", "\n\n", "\n", "\n---\n", "\n\n\n"))


def _footer(fields: Fields) -> str:
    lines = fields.rng.sample(surface("footer_lines"), fields.rng.choice((1, 1, 2, 3, 4)))
    return "\n".join(lines)
