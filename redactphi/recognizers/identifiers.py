"""Numbers and codes that are one person's, and ways to reach them (Safe Harbor D to R)."""

from __future__ import annotations

from collections.abc import Iterator

import regex
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.mentions import is_ordinary
from redactphi.recognizers.catalogue import is_behind_label
from redactphi.recognizers.checksums import digits_of, is_identifier
from redactphi.recognizers.rules import RuleRecognizer
from redactphi.spans import Span

_PHONE_LENGTHS = range(7, 16)
_DATE_LIKE = regex.compile(
    r"[0-3]?\d[/.-][0-3]?\d[/.-](?:(?:19|20)\d\d|\d\d)(?!\d|[.-]\d)|(?:19|20)\d\d[ ]?[-–][ ]?(?:(?:19|20)\d\d|\d\d(?:-\d\d)?)(?!\d)"
)
_YEAR = regex.compile(r"(?:19|20)\d\d")

_TABLE_SCORE = 0.7
_HEAD = regex.compile(
    r"(?P<DEVICE>lots?(?:[ ]?/[ ]?(?:serial|s/?n))?|serial(?:[ ]?/[ ]?lot)?|s/?n|udi|batch)|(?P<MRN>u?mrn|mr|chart|med(?:ical)? rec(?:ord)?|unit|patient id|pt id)"
    r"|(?P<ACCOUNT>acct|account|fin|csn|encounter|visit|har)|(?P<HEALTH_PLAN>member|member id|subscriber|policy|group|medicaid|mbi)"
    r"|(?P<REF>ref(?:erence)?|ref/cat|cat(?:alog(?:ue)?)?)|(?P<ID_OTHER>accession|acc|specimen|case|order|claim|auth|requisition|badge|user|user id)",
    regex.IGNORECASE,
)
_HEAD_TAIL = regex.compile(r"[ ]?(?:#|no\.?|number|num|id|nbr)$", regex.IGNORECASE)
_CELL_VALUE = regex.compile(r"(?=[A-Za-z\-]{0,6}\d)[A-Za-z0-9][A-Za-z0-9\-/. ]{2,24}[A-Za-z0-9]")
_WIDE = "   "
_WIDE_CELL = regex.compile(r"\S+(?:[ ]{1,2}\S+)*")
_HEADS = "lot|serial|s/?n|udi|batch|ref|cat|mrn|acct|account|fin|csn|member|accession|specimen|claim"
_HEADED = regex.compile(rf"(?i)(?:^|[\t|]|[ ]{{3}})[ ]*(?:{_HEADS})[ a-z/#.]{{0,12}}(?:[ ]*(?:[\t|]|$)|[ ]{{3}})")


_FEW_COMMAS = 2
_CSV_HEADED = regex.compile(
    rf"(?i)(?=(?:[^\n]*,)?(?:{_HEADS})[a-z_/# .]{{0,12}}(?:,|\r?\n))[a-z_/# .]{{1,24}}(?:,[a-z_/# .]{{1,24}}){{3,}}\r?\n"
)
"""The head of rows parted by commas: words alone, one of them an identifier's."""

_CSV_CELL = regex.compile(r'(?<=^|,)(?:"[^"\n]*"|[^,"\n]*)(?=,|$)')


def is_phone(value: str) -> bool:
    """Whether a value behind "phone" or "fax" can be a number to call: 7 to 15 digits, no date, no years."""
    return len(digits_of(value)) in _PHONE_LENGTHS and _DATE_LIKE.match(value) is None


def is_pager(value: str) -> bool:
    """Whether a value behind "pager" can be its number: no bare year."""
    return _YEAR.fullmatch(value) is None


def is_long_identifier(value: str) -> bool:
    """Whether a value behind a plain word ("case no.") can be an identifier: four characters, three digits."""
    digits = len(digits_of(value))
    return is_identifier(value) and len(value) > 3 and digits > 2  # noqa: PLR2004 - as the first line says


def is_mixed_identifier(value: str) -> bool:
    """Whether a value beside a plain word ("claim") can be an identifier: letters with digits, or six digits."""
    digits = len(digits_of(value))
    letters = any(map(str.isalpha, value))
    return is_long_identifier(value) and (digits > 5 or (letters and len(value) > 5))  # noqa: PLR2004 - as said


def is_dense_identifier(value: str) -> bool:
    """Whether letters and digits without a label can be an identifier: six digits, no ICD range or level."""
    return len(digits_of(value)) > 5  # noqa: PLR2004 - as the first line says


def is_user_name(value: str) -> bool:
    """Whether small letters behind "signed by" are what somebody logs in with: no word that notes use."""
    return value not in resources.terms("clinical_words") and not is_ordinary(value)


def are_initials(value: str) -> bool:
    """Whether two or three letters can be somebody's initials wherever they stand: also no acronym of notes."""
    return value not in resources.terms("clinical_acronyms") and are_signed_initials(value)


def are_signed_initials(value: str) -> bool:
    """Whether two or three letters where somebody signs can be initials: no credential, unit or common word."""
    lower = value.lower()
    known = lower in resources.terms("unit_acronyms") or value.upper() in resources.terms("credentials")
    return not known and not is_ordinary(value)


def in_tables(text: str) -> Iterator[Span]:
    """The cells of columns whose heads name an identifier, in tables drawn with tabs, bars or wide blanks, or parted by commas."""
    heads: dict[int, str] = {}
    divider, start, width = "", 0, 0
    for line in text.splitlines(keepends=True):
        here = "\t" if "\t" in line else "|" if "|" in line else _WIDE if _WIDE in line.strip() else ""
        is_csv = not here and line.count(",") > _FEW_COMMAS and (divider == "," or _CSV_HEADED.match(line) is not None)
        here = "," if is_csv else here
        if not here:
            heads, divider = {}, ""
        elif _HEADED.search(line.rstrip()) or (is_csv and divider != ","):
            heads, divider, width = _heads(line, here), here, len(_split(line, here))
        elif heads and here == divider and not (is_csv and len(_split(line, here)) != width):
            yield from _cells(line, start, divider, heads)
        start += len(line)


def _split(line: str, divider: str) -> list[tuple[int, str]]:
    """The cells of a line, each with where it begins."""
    if divider == _WIDE:
        return [(cell.start(), cell[0]) for cell in _WIDE_CELL.finditer(line.rstrip())]
    if divider == ",":
        return [(cell.start(), cell[0]) for cell in _CSV_CELL.finditer(line.rstrip("\r\n"))]
    cells, start = [], 0
    for cell in line.rstrip("\r\n").split(divider):
        cells.append((start, cell))
        start += len(cell) + 1
    return cells


def _heads(line: str, divider: str) -> dict[int, str]:
    heads = {}
    cells = _split(line, divider)
    for column, (_, cell) in enumerate(cells):
        named = _HEAD.fullmatch(_HEAD_TAIL.sub("", cell.strip()))
        if named and named.lastgroup:
            heads[column] = named.lastgroup
    # A laboratory's "Ref" is a range; a device's stands beside its lot or serial number.
    device = str(PhiLabel.DEVICE)
    is_device = device in heads.values()
    heads = {column: device if name == "REF" else name for column, name in heads.items() if is_device or name != "REF"}
    if divider == _WIDE:  # rows of free text have wide blanks too: only columns counted from the end are sure
        heads = {column - len(cells): label for column, label in heads.items()} if len(cells) > 2 else {}  # noqa: PLR2004
    return heads if len(cells) > len(heads) or len(heads) > 1 else {}


def _cells(line: str, start: int, divider: str, heads: dict[int, str]) -> Iterator[Span]:
    cells = _split(line, divider)
    for column, (offset, cell) in enumerate(cells):
        label = heads.get(column - len(cells) if divider == _WIDE else column)
        value = cell.strip()
        if label and _CELL_VALUE.fullmatch(value) and is_identifier(value):
            first = start + offset + cell.index(value)
            yield Span(first, first + len(value), label, _TABLE_SCORE, "identifiers/table")


_PLAIN_NUMBERS = frozenset({
    "identifiers_other/long-number", "identifiers_other/year-dash-number", "identifiers_other/letters-and-digits",
    "identifiers_other/labelled-loose",
})  # fmt: skip
"""Rules that go by the look of a number, or by a label that may be the maker's."""


_LOT = regex.compile(r"(?i)\b(?:lots?|s/?n|exp|qty)\b")
_BESIDE = 40


def _is_makers(text: str, span: Span) -> bool:
    """Whether a number is the maker's own: behind "model" or "part", and a lot or a serial number stands beside it."""
    if span.source not in _PLAIN_NUMBERS or not is_behind_label(text, span):
        return False
    first, last = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    low, high = max(first, span.start - _BESIDE), min(last if last >= 0 else len(text), span.end + _BESIDE)
    return _LOT.search(text, low, high) is not None


class IdentifierRecognizer(RuleRecognizer):
    """Finds record, plan, account, licence, vehicle, device and other identifying codes, and the initials of signers."""

    def __init__(self) -> None:
        families = ("identifiers", "identifiers_billing", "identifiers_things", "identifiers_other", "signers")
        validators = {
            "long_identifier": is_long_identifier,
            "mixed_identifier": is_mixed_identifier,
            "dense_identifier": is_dense_identifier,
            "user_name": is_user_name,
            "initials": are_initials,
            "signed_initials": are_signed_initials,
        }
        super().__init__(families, validators)

    def spans(self, text: str, nlp_artifacts: NlpArtifacts | None = None) -> Iterator[Span]:
        """The spans of every rule, and the cells of table columns whose heads name an identifier."""
        yield from (s for s in super().spans(text) if not _is_makers(text, s))
        yield from in_tables(text)


class ContactRecognizer(RuleRecognizer):
    """Finds phone, fax and pager numbers, extensions, e-mail, web and network addresses."""

    def __init__(self) -> None:
        super().__init__("contact", {"phone": is_phone, "pager": is_pager})
