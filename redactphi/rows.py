"""Lists of patients: where most rows name somebody at the same place, the other rows do too.

A census, a board or a log begins its rows alike: "612B Tran, V. 44F", "ch 8 thibodaux, r - fistula". Names that are
ordinary words, or stand in small letters, show nowhere but there that they are names.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.mentions import PERSON_LABELS
from redactphi.spans import Span

SOURCE = "rows/name"
SPEAKER = "rows/speaker"
COLUMN = "rows/column"
_SCORE = 0.6
_COLUMN = 0.85
_SHORT = 4
"""Letters up to which a word in capitals heads what follows, as "CN:"."""
_ROWS, _SHARE = 3, 0.4
"""Rows that name somebody, in number and of all rows that begin so, from which a note is a list of people."""

_ROW = re.compile(
    r"^[ \t]*(?:[-*•_>]|\[[ xX]?\])*[ \t]*"
    r"(?P<word>[A-Za-z]{1,5}[ .#]{0,2}(?=\d))?(?P<keys>(?:#?[A-Za-z]{0,4}-?\d[\w:/.-]*[ \t.:)|-]+){0,3})"
    r"(?:(?:mrs?|ms|miss|dr)\.?[ ])?(?P<rest>(?=\S).*)$",
    re.MULTILINE | re.IGNORECASE,
)
_NAME = re.compile(
    r"(?P<first>[A-Za-z]\.?[ ])?(?P<last>[^\W\d_]{2,}(?:['’-][^\W\d_]+)*)(?P<given>,[ ]?[^\W\d_]{1,12}\.?(?![\w-])|[ ][A-Za-z](?:\.|(?=[ ](?:\d|-[ ])|$)))?"
)
_SPEAKER = re.compile(
    r"^(?:\[[\d: apmAPM./]{3,20}\] ?|\d{1,2}:?\d\d ?(?:[ap]m)? )?(?P<name>[A-Z][^\W\d_]+(?:['’-][^\W\d_]+)*)(?=(?:, [A-Z][A-Za-z. ]{1,9})?: \S)",
    re.MULTILINE,
)
_ROW_OF_CELLS = re.compile(r"^[^|\n]*(?:\|[^|\n]*){2,}$", re.MULTILINE)
_CELL = re.compile(r"(?<![^|\n])[^|\n]*")
_CELL_NAME = re.compile(r"[ \t]*(?P<name>(?=[^\W\d_a-z])[^\W\d_]+(?:[ ,.'’-]{1,2}[^\W\d_]+){0,4}\.?)[ \t]*")
_AGED = re.compile(r"[ ,;(-]{1,3}\d{1,3}[ ]?(?:y\.?o\.?|y/?o|yrs?|[MmFf])(?![a-z])")
_PARTED = re.compile(r"[ ](?:[-–|;:/]+)[ ]|\t|[ ]{2}")


def named(text: str, spans: Sequence[Span]) -> list[Span]:
    """The names of rows in which none was found, or not whole, where most rows that begin alike name somebody."""
    ends: dict[int, int] = {}
    for span in spans:
        if span.label in PERSON_LABELS:
            ends[span.start] = max(span.end, ends.get(span.start, 0))
    found = [*_of_speakers(text, ends), *_in_columns(text)]
    if len(ends) < _ROWS:
        return found
    rows: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for row in _ROW.finditer(text):
        keys = row["keys"].split()
        if keys:
            rows[(row["word"] or "").strip(" .#").lower(), len(keys)].append(row.start("rest"))
    for places in rows.values():
        telling = [place for place in places if place in ends]
        if len(telling) >= max(_ROWS, _SHARE * len(places)):
            parted = any(_PARTED.match(text, ends[place]) for place in telling)
            found += _in_rows(text, [place for place in places if place not in ends], parted=parted)
            found += _made_whole(text, telling, ends)
    return found


def _made_whole(text: str, places: Sequence[int], ends: Mapping[int, int]) -> Iterator[Span]:
    """Names at the start of a row with the initials behind them: "Tallchief R", "SILVEIRA, JP"."""
    for place in places:
        name = _NAME.match(text, place)
        if name and name["given"] and name.start("given") <= ends[place] < name.end() and _is_initial(name["given"]):
            yield Span(place, name.end(), str(PhiLabel.NAME), _SCORE, SOURCE)


def _is_initial(given: str) -> bool:
    letters = given.strip(" ,.")
    return len(letters) <= 2 and letters.isupper() and letters not in resources.terms("credentials")  # noqa: PLR2004


def _of_speakers(text: str, ends: Mapping[int, int]) -> Iterator[Span]:
    """Who speaks in a chat: one word before a colon at the start of several lines, that no list knows as any other."""
    lines: defaultdict[str, list[re.Match[str]]] = defaultdict(list)
    for line in _SPEAKER.finditer(text):
        lines[line["name"]].append(line)
    if sum(map(len, lines.values())) < _ROWS:
        return
    for name, said in lines.items():
        is_known = any(line.start("name") in ends for line in said)
        if len(said) > 1 and (is_known or not _is_heading(name)):
            yield from (
                Span(line.start("name"), line.end("name"), str(PhiLabel.PROVIDER), _SCORE, SPEAKER) for line in said
            )


def _is_heading(word: str) -> bool:
    return word.endswith(("s", "S")) or all(
        _is_ordinary(part) or part in _never() or part.upper() in resources.terms("clinical_acronyms")
        for part in word.lower().split("-")
    )


def _in_columns(text: str) -> Iterator[Span]:
    """The cells of a table's columns whose heading says that they hold names."""
    lines = list(_ROW_OF_CELLS.finditer(text))
    for index, line in enumerate(lines):
        heads = [head.strip().lower() for head in line[0].split("|")]
        wanted = [place for place, head in enumerate(heads) if head in resources.terms("name_columns")]
        # Two cells that hold something are a name and its value.
        if not wanted or sum(map(bool, heads)) < _ROWS:
            continue
        for row in lines[index + 1 :]:
            cells = list(_CELL.finditer(text, row.start(), row.end()))
            if len(cells) != len(heads):
                break
            for place in wanted:
                cell = _CELL_NAME.fullmatch(text, cells[place].start(), cells[place].end())
                if cell and (end := _without_credentials(cell["name"])):
                    yield Span(cell.start("name"), cell.start("name") + end, str(PhiLabel.NAME), _COLUMN, COLUMN)
        return


def _without_credentials(name: str) -> int:
    """The length of a cell's name without the credentials behind it; 0 if it is a heading or stands for nobody."""
    words = name.split(" ")
    while words and words[-1].strip(",.") in resources.terms("credentials"):
        words.pop()
    lower = " ".join(words).lower()
    if not words or lower in resources.terms("name_columns"):
        return 0
    is_told = lower in _never() or _is_ordinary(lower)
    is_name = lower in resources.terms("surnames") or lower in resources.terms("first_names")
    return 0 if is_told and not is_name else len(" ".join(words).rstrip(" ,"))


def _in_rows(text: str, places: Sequence[int], *, parted: bool) -> Iterator[Span]:
    for place in places:
        name = _NAME.match(text, place)
        if name and _is_name(text, name, parted=parted):
            yield Span(name.start(), name.end(), str(PhiLabel.NAME), _SCORE, SOURCE)


def _is_name(text: str, name: re.Match[str], *, parted: bool) -> bool:
    """Whether what begins a row is a name: an age behind it, an initial, or a word that can be nothing else."""
    last = name["last"].lower()
    is_listed = last in resources.terms("surnames")
    if last in _never() or (name["given"] or "").strip(" ,.").lower() in resources.terms("short_words"):
        return False
    if name["first"] or name["given"]:
        return is_listed or not _is_ordinary(last)
    if _AGED.match(text, name.end()):
        return last not in resources.terms("name_stopwords")
    return is_listed and (not _is_ordinary(last) or (parted and _PARTED.match(text, name.end()) is not None))


@functools.cache
def _never() -> frozenset[str]:
    """What a row may begin with that is no name, though an age may follow: acronyms, and words for nobody."""
    acronyms = frozenset(word.lower() for word in resources.terms("clinical_acronyms") if word.isalpha())
    return (acronyms | resources.terms("unnamed_rows")) - resources.terms("surnames")


def _is_ordinary(word: str) -> bool:
    return any(word in resources.terms(name) for name in ("common_words", "clinical_words"))
