"""Where the sentences of a text start and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from detect_icd.note_memory import of_note
from detect_icd.terms import TAG, word_set

_BOUNDARY = re.compile(
    r"(?P<stop>(?<=[^\s.!?])[.!?]+[)\"']*)(?!(?<=\?)\s(?:No|None|Neg|Negative|Denie[sd]|Yes)[.,;])(?=\s+(?:[A-Z\[(\d\"*#-]|[a-z][A-Z])|\s*$)|(?P<line>[ \t]{0,99}\r?\n)(?P<next>[ \t]*(?:\r?\n|[A-Z\[(\d\"*#\u2022|-]|$))?|(?P<tab>\t+|;)"
)
_BOUNDARY_SMALL = re.compile(_BOUNDARY.pattern.replace(r"\s+(?:[A-Z\[(\d\"*#-]|[a-z][A-Z])", r"\s+\S"))
_SHORTENED = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|St|vs|approx|No|Nos|Inc|Jr|Sr|Prof|Rev|Gen|Lt|Capt|etc|i\.e|e\.g|cf|Fig|b\.i\.d|t\.i\.d|"
    r"q\.d|p\.o|p\.r\.n)|\b[A-Z])$"
)
_SHORTENED_SMALL = re.compile(_SHORTENED.pattern, re.IGNORECASE)
_SIDE_LAST = re.compile(r"(?:^|[\s(])[a-z][a-z/-]+,? [RL]$")  # "inguinal hernia R. Appendectomy as a child"
_TAG = re.compile(TAG)
WRAPPED = 55
"""A line at least this long that ends without a stop may go on in the next line."""

_OPENS = re.compile(r"[ \t]*([A-Z][a-z]+)(?![\w'\u2019])")
LEFT_OPEN = re.compile(
    r"(?:[,(/&+\u2013-]|\b(?:of|the|an?|with|without|and|or|nor|for|to|no|not|by|from|in|on|at|as|due|than|but|is|was|are|were|has|had|have|be|been|her|his|their|"
    r"old|left|right|bilateral|acute|chronic|history|status|secondary|prior|possible|probable|likely|denies|dr|drs|mr|mrs|ms|st|type|stage|grade|class|known|very|"
    r"mild|moderate|severe|that|which|who|she|he|they|it|this|these|via|per|after|before|during|under|over|since|until|into|against|both))$",
    re.IGNORECASE,
)
"""The end of a line that its sentence goes on behind."""

_LONGEST = 1500
"""Characters after which a sentence is cut: no author writes one, and work on a sentence is not linear in its length."""


@of_note(16384)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where each sentence (or list item, or line of a heading) starts and ends.

    A line break ends a sentence unless the next line goes on in lower case, or the line was long enough to be wrapped.
    It remembers the sections of the note at hand: each matcher reads them.
    """
    return tuple(each_sentence(text))


def each_sentence(text: str) -> Iterator[tuple[int, int]]:
    """The same one by one, for who needs the first of them."""
    for start, end in _unbounded(text):
        low = start
        while end - low > _LONGEST:
            space = text.rfind(" ", low + _LONGEST // 2, low + _LONGEST)
            cut = space if space > 0 else low + _LONGEST
            yield low, cut
            low = cut
        if not text[low:end].isspace():
            yield low, end


def _goes_on(before: str, shortened: re.Pattern[str]) -> bool:
    """Whether a stop behind these words ends no sentence: "2." opens an item, "Dr." a name."""
    is_item = before.isdigit() and len(before) < 3  # noqa: PLR2004 - no item has a longer number
    return is_item or (shortened.search(before[-12:]) is not None and not _SIDE_LAST.search(before[-24:]))


def opens_another(text: str, start: int, end: int, following: int, line_start: int) -> bool:
    """Whether a long line that ends without a stop was ended by its author: the next opens with a word that is no name.

    What fits on the line was not wrapped.
    """
    if LEFT_OPEN.search(text[max(start, end - 20) : end].rstrip()):
        return False
    lines = text.splitlines()
    if any(_is_whole(line, after) for line, after in pairwise(lines)):
        return True
    word = _OPENS.match(text, following)
    if word is None:
        return False
    fits = end - line_start + 1 + len(word[1]) <= max(map(len, lines))
    return fits or word[1].lower() in word_set("openers.txt")


def _is_whole(line: str, after: str) -> bool:
    """Whether a line that would have gone on in a wrapped text was ended where it ends: a short one that is no heading."""
    return len(line) < WRAPPED and line[-1:].isalnum() and not line.isupper() and after[:1].isupper()


def _boundaries(boundary: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches of a boundary, tried where one may be: most characters open none."""
    position = 0
    for mark in _MARK.finditer(text):
        place = mark.start()
        if place < position:
            continue
        start = place
        if text[place] in "\t\n":
            if text[start - 1 : start] == "\r" and start > position:
                start -= 1
            while start > position and text[start - 1] == " ":
                start -= 1
        match = boundary.match(text, start)
        while match is None and start < place:
            start += 1
            match = boundary.match(text, start)
        if match is not None:
            yield match
            position = match.end()


_MARK = re.compile(r"[.!?;\t\n]")
"""Characters of which each boundary has one."""


def _is_long(text: str, start: int, end: int) -> bool:
    """Whether a line may go on in the next; what redaction put in counts as a word of middling length."""
    if end - start < WRAPPED:
        return False
    return end - start - sum(len(tag[0]) - _NAME for tag in _TAG.finditer(text, start, end)) >= WRAPPED


_NAME = 10
"""Characters of what redaction takes out, more or less."""


def _unbounded(text: str) -> Iterator[tuple[int, int]]:
    start = line_start = 0
    # Dictated without a capital letter, a stop and a blank end a sentence whatever follows.
    small = len(text) > WRAPPED and _TAG.sub("", text).islower()
    boundary, shortened = (_BOUNDARY_SMALL, _SHORTENED_SMALL) if small else (_BOUNDARY, _SHORTENED)
    for match in _boundaries(boundary, text):
        kind = match.lastgroup
        end = match.start()
        if kind == "stop":
            before = text[start:end].lstrip()
            end = match.end()
            if _goes_on(before, shortened):
                continue
        elif kind != "tab":
            following = match["next"] if kind == "next" else None
            wrapped = _is_long(text, line_start, end) and (following or "x").strip()[:1].isupper()
            if wrapped and opens_another(text, start, end, match.end("line"), line_start):
                wrapped = False
            line_start = match.end("line")
            if following is None or (wrapped and not text[start:end].rstrip().endswith((":", "."))):
                continue
        if end > start and not text[start:end].isspace():
            yield start, end
        start = end
    if start < len(text) and not text[start:].isspace():
        yield start, len(text)
