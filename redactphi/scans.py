"""Poorly scanned notes: blanks amid words and before marks, letters for digits; read as they were before the scan.

Detection also runs over what was meant ("D OB 0 4/1 9/l9 61" is "DOB 04/19/1961"); what it finds there is told in
offsets of the note as it is. A note that reads well is not touched, and costs one count of its blanks.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from redactphi import resources
from redactphi.offsets import OffsetMap, apply_replacements
from redactphi.spans import Span

_BLANKS = 0.19
"""Share of blanks above which a note is looked at: clean prose has 0.15 to 0.18, scans 0.22 to 0.4, but so have tables."""
_TORN, _LOOSE = 0.04, 0.06
"""Words torn apart, and marks with a blank before them, beside the pieces of a note that is a poor scan. Others have 0.02."""
_FEWEST = 5
_MOST_PIECES, _LONGEST = 14, 40

_LISTS = ("common_words", "clinical_words", "surnames", "first_names", "places", "street_suffixes", "relations")
_LINE = re.compile(r"\S[^\n]*")
_PIECE = re.compile(r"\S+")
_CORE = re.compile(r"[(\[\"'#*_]*(.*?)[)\]\"',.;:!?_]*", re.DOTALL)
_ENDS = re.compile(r".*[,;:!?)\]]|.*[^\W\d_]{2,}\.")
_MARKS = re.compile(r"[,.;:)/!?-]{1,2}")
_NUMERIC = re.compile(r"[(#]?[\dOlI]?[\dOlI()/.:-]*\d[\dOlI()/.:-]*[,;)]?|[OlI]{1,4}|[/.:-]")
_CODE = re.compile(r"#?[A-Z]{1,3}-?[\dOlI][\dOlIA-Z-]*[,;.)]?|[\dOlI]{1,3}[A-Z]{1,2}-?[\dOlIA-Z-]*[,;.)]?")
_MADE_OF = re.compile(r"#?[A-Z]{1,3}-?|[\dOlIA-Z-]*[,;.)]?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DIGITS = "0123456789"
_NEVER = float("inf")
_DIGIT_FOR = str.maketrans("OlI", "011")
_LETTERS_FOR = (str.maketrans("01", "oi"), str.maketrans("01", "ol"), str.maketrans("01", "OI"))


@dataclass(frozen=True, slots=True)
class Scan:
    """What a poorly scanned note says.

    Attributes:
        text: The note without the blanks of the scan, digits for the letters that stand for them.
        offsets: Between the note (old) and ``text`` (new).
        is_torn: Whether words of it are torn apart, and not only marks loose.
    """

    text: str
    offsets: OffsetMap
    is_torn: bool

    def span(self, span: Span) -> Span:
        """A span of ``text`` as a span of the note."""
        start, end = self.offsets.range_to_old(span.start, span.end)
        return span.between(start, end)


def reading(text: str) -> Scan | None:
    """What a note says if it is a poor scan; None if it reads well as it is."""
    if text.count(" ") < _BLANKS * len(text):
        return None
    lines = [
        [(match.start() + line.start(), match[0]) for match in _PIECE.finditer(line[0])]
        for line in _LINE.finditer(text)
    ]
    runs = [run for line in lines for run in _runs(line)]
    pieces = sum(map(len, lines))
    torn, loose = _marred(runs)
    if torn < max(_FEWEST, _TORN * pieces) and loose < max(2 * _FEWEST, _LOOSE * pieces):
        return None
    is_torn = torn >= _TORN * pieces
    changes = [
        change
        for run in runs
        for group in _groups([piece for _, piece in run], is_torn=is_torn)
        for change in _changes(run[group])
    ]
    changes += [change for line in lines for change in _doubled(line)]
    read, offsets = apply_replacements(text, sorted(changes))
    return Scan(read, offsets, is_torn)


def _marred(runs: Sequence[list[tuple[int, str]]]) -> tuple[int, int]:
    """How many words of a note are torn apart, and how many marks stand behind a blank."""
    torn = loose = 0
    for run in runs:
        pieces = [piece for _, piece in run]
        for group in _groups(pieces, is_torn=False):
            made = pieces[group]
            if len(made) > 1 and _MARKS.fullmatch(made[-1]):
                loose += 1
            elif len(made) > 1 and "".join(made[:-1]).isalpha() and _is_known(_core("".join(made))):
                torn += 1
    return torn, loose


def _doubled(line: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """What takes doubled blanks from a line; wider gaps part its columns."""
    for (start, piece), (following, _) in itertools.pairwise(line):
        if following - start - len(piece) == 2:  # noqa: PLR2004
            yield following - 1, following, ""


def _runs(pieces: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Pieces of a line with one blank between them; more than one never stands amid a word."""
    run: list[tuple[int, str]] = []
    for start, piece in pieces:
        # A mark on its own belongs to what stands before it, however far.
        if run and start - run[-1][0] - len(run[-1][1]) > 1:
            yield run
            run = []
        run.append((start, piece))
    if run:
        yield run


def _groups(pieces: list[str], *, is_torn: bool) -> list[slice]:
    """The pieces that make a word each: of all ways to group them the one that asks least of the vocabulary."""
    count = len(pieces)
    least = [0.0] + [_NEVER] * count
    since = [0] * (count + 1)
    for end in range(1, count + 1):
        length = 0
        for start in range(end - 1, max(-1, end - 1 - _MOST_PIECES), -1):
            length += len(pieces[start])
            if length > _LONGEST and start < end - 1:
                break
            cost = least[start] + _cost(tuple(pieces[start:end]), is_torn)
            if cost < least[end]:
                least[end], since[end] = cost, start
    groups: list[slice] = []
    end = count
    while end:
        groups.append(slice(since[end], end))
        end = since[end]
    return groups[::-1]


@functools.lru_cache(20_000)
def _cost(pieces: tuple[str, ...], is_torn: bool) -> float:  # noqa: FBT001 - a key of the cache
    """How unlikely it is that the pieces are one word: about 1 for what is known, from 2 on for what is not."""
    if len(pieces) == 1:
        return _cost_of_one(pieces[0])
    if _MARKS.fullmatch(pieces[-1]) and not (pieces[-1] in "/.:-" and pieces[-2][-1].isdigit()):
        return _cost(pieces[:-1], is_torn) + 0.1
    if _is_number(pieces):
        return 1 + 0.05 * len(pieces)
    if _MAIL.fullmatch("".join(pieces)):
        return 1 + 1.2 * sum(1 for piece in pieces if len(piece) > 3 and _is_word(piece))  # noqa: PLR2004
    if any(_ENDS.fullmatch(piece) for piece in pieces[:-1]):
        return _NEVER
    return 1.5 + 0.1 * len(pieces) if is_torn and _is_code(pieces) else _cost_of_word(pieces, is_torn=is_torn)


def _cost_of_word(pieces: tuple[str, ...], *, is_torn: bool) -> float:
    """As `_cost`, for letters. In a note whose words are not torn, unknown words are not made."""
    core = _core("".join(pieces))
    if not core.replace("-", "").replace("'", "").isalpha() or _starts_anew(pieces):
        return _NEVER
    words = sum(map(_is_word, pieces))
    if _is_known(core):
        # "Sig ned" may be "signed", but "can do" and "post op" are read so only where words are torn.
        return 1 + 0.02 * len(pieces) if words < len(pieces) else 1.9 if is_torn else _NEVER
    is_spaced = len(pieces) > 4 and len(core) <= len(pieces) + 1  # noqa: PLR2004
    return 2.6 + 3 * words if is_torn or is_spaced else _NEVER


def _cost_of_one(piece: str) -> float:
    core = _core(piece)
    if not core or any(map(str.isdigit, core)):
        return 1 if core else 2
    if len(core) <= 2:  # noqa: PLR2004
        return 1.3 if _is_word(piece) else 2
    return 1 if _is_word(piece) else 2.5


def _is_number(pieces: tuple[str, ...]) -> bool:
    if not all(map(_NUMERIC.fullmatch, pieces)) or not any(map(str.isdigit, "".join(pieces))):
        return False
    # Two whole numbers beside each other are two.
    return not any(
        other[0] in "(#" or min(len(one) - len(one.rstrip(_DIGITS)), len(other) - len(other.lstrip(_DIGITS))) > 2  # noqa: PLR2004
        for one, other in itertools.pairwise(pieces)
    )


def _is_code(pieces: tuple[str, ...]) -> bool:
    """Whether pieces make a number with letters, such as a member's; a label is no part of it."""
    joined = "".join(pieces)
    if not _CODE.fullmatch(joined) or not all(map(_MADE_OF.fullmatch, pieces)):
        return False
    head = re.match(r"#?([A-Za-z]*)", joined)
    letters = head[1].upper() if head else ""
    return len(letters) < 2 or letters not in _labels()  # noqa: PLR2004


def _starts_anew(pieces: tuple[str, ...]) -> bool:
    """Whether a piece behind another begins a word of its own: a change of case says so."""
    return any(
        (one[-1].islower() and other[0].isupper()) or (len(one) > 1 and one.isupper() and other.islower())
        for one, other in itertools.pairwise(pieces)
    )


def _is_word(piece: str) -> bool:
    core = _core(piece).lower()
    return core in resources.terms("short_words") or _is_known(core)


def _core(piece: str) -> str:
    match = _CORE.fullmatch(piece)
    return match[1] if match else piece


@functools.lru_cache(20_000)
def _is_known(word: str) -> bool:
    small = word.lower()
    return len(small) > 2 and any(small in words for words in _vocabularies())  # noqa: PLR2004


@functools.cache
def _labels() -> frozenset[str]:
    labels = map(str.upper, resources.terms("number_labels"))
    return frozenset(labels) | resources.terms("clinical_acronyms") | resources.terms("state_codes")


@functools.cache
def _vocabularies() -> tuple[frozenset[str], ...]:
    return tuple(resources.terms(name) for name in _LISTS)


def _changes(group: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """What makes a word of its pieces: its blanks taken out, and letters and digits put right."""
    joined = "".join(piece for _, piece in group)
    meant = iter(_put_right(joined))
    end = None
    for start, piece in group:
        if end is not None:
            yield end, start, ""
        end = start + len(piece)
        for at, (read, right) in enumerate(zip(piece, meant, strict=False), start):
            if read != right:
                yield at, at + 1, right


def _put_right(word: str) -> str:
    """A word of the same length, with digits for the letters a scan takes them for and letters for the digits."""
    core = _core(word)
    if any(map(str.isdigit, core)):
        if _NUMERIC.fullmatch(word) or _CODE.fullmatch(word):
            return word.translate(_DIGIT_FOR)
        for letters in _LETTERS_FOR:
            right = core.translate(letters)
            if right.isalpha() and _is_known(right):
                return word.replace(core, right, 1)
    elif core.replace("l", "").isupper() and len(core) > 2 and "l" in core:  # noqa: PLR2004
        return word.replace(core, core.replace("l", "I"), 1)
    return word
