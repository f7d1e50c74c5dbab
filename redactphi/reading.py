r"""What detection reads of a note: the same words, without what the note's way through other systems left in them.

Line ends of Windows, "\n" written out, tags and entities of HTML, blanks that do not break, typographic dashes and
quotes, blanks doubled throughout, lines broken by the width of a page. What is found is told in offsets of the note.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from redactphi.document import Document
from redactphi.lines import unwrapped
from redactphi.offsets import OffsetMap, apply_replacements
from redactphi.spans import Span

_ALIKE = str.maketrans({
    **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u2028\u2029\u0085\x0b\x0c", "\n"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u00ad", "-"),
})  # fmt: skip
"""Characters that stand for one of ASCII, one for one."""

_DASH = re.compile(r"(?<=\w)[\u2012\u2013\u2212](?=\w)")
"""A dash between letters or figures is a hyphen there; between blanks it parts sentences."""

_RETURN = re.compile(r"\r\n?")
_WRITTEN = re.compile(r"(?:\\+r)?\\+n")
_FEWEST = 2
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});")
_TAG = re.compile(
    r"</?(?:(?P<block>p|div|br|hr|li|ul|ol|tr|table|tbody|thead|h[1-6]|html|head|body|section|pre|blockquote|dl|dt|dd)"
    r"|(?P<cell>t[dh])|span|b|i|u|s|a|em|strong|font|sub|sup|small|label|code|center|o:p)(?:\s+[\w:-]{1,40}\s*=[^<>]{0,400}|\s*)/?>",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\w[\u0300-\u036f]+")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]+")
_DOUBLED = re.compile(r"(?<=\S)  (?=\S)")
_SINGLE = re.compile(r"(?<=\S) (?=\S)")
_THROUGHOUT = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as detection reads it.

    Attributes:
        document: With the text that is read.
        offsets: From the note (old) to that text (new); None if they are the same.
    """

    document: Document
    offsets: OffsetMap | None = None

    def told(self, spans: Iterable[Span]) -> list[Span]:
        """Spans of the text that was read as spans of the note."""
        if self.offsets is None:
            return list(spans)
        return [span.between(*self.offsets.range_to_old(span.start, span.end)) for span in spans]


def read(document: Document) -> Reading:
    """The document as detection reads it."""
    text, offsets = plain(document.text)
    text = unwrapped(text)
    return Reading(document if text is document.text else replace(document, text=text), offsets)


def plain(text: str) -> tuple[str, OffsetMap | None]:
    """A note in plain characters and lines, and the way back; None where every character has its place still."""
    read = text if text.isascii() else _DASH.sub("-", text.translate(_ALIKE))
    changes = sorted(chain(*(found for found in _found(read))))
    if not changes:
        return (text if read == text else read), None
    return apply_replacements(read, list(_apart(changes)))


def _found(text: str) -> Iterator[Iterator[tuple[int, int, str]]]:
    """What to replace, kind by kind; each is looked for only where one character says that it may be there."""
    if "\r" in text:
        yield ((match.start(), match.end(), "\n") for match in _RETURN.finditer(text))
    if "\\n" in text and "\n" not in text and text.count("\\n") >= _FEWEST:
        yield ((match.start(), match.end(), "\n") for match in _WRITTEN.finditer(text))
    if "<" in text:
        yield ((match.start(), match.end(), _instead(match)) for match in _TAG.finditer(text))
    if "&" in text:
        yield (
            (match.start(), match.end(), char)
            for match in _ENTITY.finditer(text)
            if (char := html.unescape(match[0])) != match[0]
        )
    if not text.isascii():
        yield (
            (match.start(), match.end(), whole)
            for match in _MARKS.finditer(text)
            if (whole := unicodedata.normalize("NFC", match[0])) != match[0]
        )
        yield ((match.start(), match.end(), "") for match in _UNSEEN.finditer(text))
    # Where most gaps are doubled, four times the pairs of blanks are no fewer than the blanks.
    if (pairs := text.count("  ")) >= _THROUGHOUT and 4 * pairs >= text.count(" "):
        doubled = [(match.start() + 1, match.end(), "") for match in _DOUBLED.finditer(text)]
        if len(doubled) >= max(_THROUGHOUT, len(_SINGLE.findall(text))):
            yield iter(doubled)


def _instead(tag: re.Match[str]) -> str:
    return "\n" if tag["block"] else "\t" if tag["cell"] else ""


def _apart(changes: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Those that overlap none before them."""
    last = 0
    for start, end, value in changes:
        if start >= last:
            yield start, end, value.translate(_ALIKE)
            last = end
