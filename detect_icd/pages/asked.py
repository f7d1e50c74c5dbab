"""Which codes are asked for: codes as they are, ranges (``45395-45402``, ``K60-K62``) and wildcards (``K62.*``)."""

from __future__ import annotations

import fnmatch
import itertools
import re
import string
from collections.abc import Iterator, Sequence
from datetime import date

from detect_icd.catalogue import nearest
from detect_icd.codebook import CodeBook, CodeEntry
from detect_icd.coding import cpt, hcpcs, icd10cm
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.pages.services import known_service
from detect_icd.service_files import ServiceFiles
from redactphi.errors import UsageError

MOST = 1000
"""How many codes may be asked for at once."""

_LEADING = 2
_FIVE = 5
_NUMBERED = re.compile(r"([A-Z]?)(\d{4,5})([A-Z]?)", re.ASCII)
_CATEGORY = (string.ascii_uppercase, string.digits + "A", string.digits + string.ascii_uppercase)


def expand(asked: Sequence[str], book: CodeBook, files: ServiceFiles, on: date | None = None) -> list[str]:
    """The codes that were asked for, each once, in the order asked; those of a range or wildcard in theirs.

    What is neither a range nor a wildcard comes back as it is, known or not. Headings of ICD-10-CM are codes too.

    Args:
        asked: Codes, ranges and wildcards (``*`` any characters, ``?`` one); case does not matter.
        book: The release that ranges of ICD-10-CM are looked up in.
        files: What was imported; its codes count beside those of the lexicon.
        on: Day of service the files are asked for.

    Raises:
        UsageError: A range or wildcard is malformed, holds no known code, or holds more than ``MOST``.
    """
    found: dict[str, None] = {}
    for item in asked:
        for code in _codes(item.strip().upper().replace("–", "-"), book, files, on):
            found.setdefault(code)
            if len(found) > MOST:
                raise UsageError(f"{item} comes to more than {MOST:,} codes; ask for fewer at once")
    return list(found)


def names_several(item: str) -> bool:
    """Whether what is asked for is a range or has wildcards, however many codes it comes to."""
    return not set(item).isdisjoint("*?-–")


def _codes(item: str, book: CodeBook, files: ServiceFiles, on: date | None) -> Iterator[str]:
    if item.endswith("-"):
        item = f"{item[:-1]}*"
    if set(item) & {"*", "?"}:
        yield from _some(_matching(item, book, files, on), f"no code is like {item}")
    elif "-" in item:
        yield from _some(*_between(item, book, files, on))
    else:
        yield item


def _some(codes: Iterator[str], otherwise: str) -> Iterator[str]:
    first = next(codes, None)
    if first is None:
        raise UsageError(otherwise)
    return itertools.chain((first,), codes)


def _matching(pattern: str, book: CodeBook, files: ServiceFiles, on: date | None) -> Iterator[str]:
    lead = re.split(r"[*?]", pattern, maxsplit=1)[0].replace(".", "")
    if len(lead) < _LEADING:
        raise UsageError(f"a wildcard needs at least {_LEADING} characters before it, as in K62.* or 4539*")
    written = icd10cm.format if "." in pattern else icd10cm.compact
    diagnoses = (entry.code for entry in _below(lead[:3], lead[:3], book))
    own = (code for code in diagnoses if fnmatch.fnmatchcase(written(code), pattern))
    first = next(own, None)
    if first is not None:
        return itertools.chain((first,), own)
    return (code for code in _known_services(lead, files, on) if fnmatch.fnmatchcase(code, pattern))


def _below(low: str, high: str, book: CodeBook) -> Iterator[CodeEntry]:
    """The entries of all categories from one to another, in order; each bound one to three characters."""
    letters = [letter for letter in _CATEGORY[0] if low[0] <= letter <= high[0]]
    for three in map("".join, itertools.product(letters, *_CATEGORY[1:])):
        if low <= three and (three <= high or three.startswith(high)) and (entry := book.get(three)) is not None:
            yield from _tree(entry, book)


def _tree(entry: CodeEntry, book: CodeBook) -> Iterator[CodeEntry]:
    yield entry
    for child in entry.children:
        yield from _tree(book[child], book)


def _known_services(lead: str, files: ServiceFiles, on: date | None) -> Iterator[str]:
    """The known codes that begin so: of the lexicon all, of the files those a number of digits makes."""
    rest = max(_FIVE - len(lead), 0)
    made = {lead + "".join(digits) for digits in itertools.product(string.digits, repeat=rest)} if files.kinds() else ()
    ours = (code for code in by_code() if code.startswith(lead))
    return (code for code in sorted({*ours, *made}) if known_service(code, files, on))


def _between(item: str, book: CodeBook, files: ServiceFiles, on: date | None) -> tuple[Iterator[str], str]:
    low, _, high = (part.strip() for part in item.partition("-"))
    bounds = [form for form in (cpt, hcpcs) if form.is_valid(low) and form.is_valid(high)]
    if bounds and book.get(low) is None and book.get(high) is None:
        numbers = _numbers(low, high)
        known = (code for code in numbers if known_service(code, files, on))
        return known, f"no code from {low} to {high} is known; nearest: {', '.join(nearest(low))}"
    if not (icd10cm.is_valid(low) and icd10cm.is_valid(high)):
        raise UsageError(f"{item} is no range of codes, such as 45395-45402 or K60-K62")
    first, last = icd10cm.compact(low), icd10cm.compact(high)
    if first > last:
        raise UsageError(f"{item}: the lower code stands first")
    entries = ((icd10cm.compact(entry.code), entry.code) for entry in _below(first[:3], last[:3], book))
    within = (code for key, code in entries if first <= key and (key <= last or key.startswith(last)))
    return within, f"{book.release} has no code from {low} to {high}"


def _numbers(low: str, high: str) -> list[str]:
    first, last = _NUMBERED.fullmatch(low), _NUMBERED.fullmatch(high)
    if first is None or last is None or first.group(1, 3) != last.group(1, 3) or low > high:
        raise UsageError(f"{low}-{high} is no range: both codes are of one kind, and the lower stands first")
    before, start, after = first.groups()
    end = last.group(2)
    if int(end) - int(start) >= 10 * MOST:
        raise UsageError(f"{low}-{high} spans more than {10 * MOST:,} numbers; ask for fewer at once")
    return [f"{before}{number:0{len(start)}d}{after}" for number in range(int(start), int(end) + 1)]
