"""The lines of a claim, from codes as people write them: ``45385-59``, ``64636-LT x2``, ``K62.3``, ``k623``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.codebook import open_book, releases
from detect_icd.coding import CodeSystem, cpt, hcpcs, icd10cm, modifier
from redactphi.errors import UsageError

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry


@dataclass(frozen=True, slots=True)
class Line:
    """A code as a claim has it.

    Attributes:
        code: The code as people write it.
        system: Its code system.
        modifiers: Its modifiers, in their order; none for a diagnosis.
        units: Units of service.
        number: Its place among the codes given, from 1.
    """

    code: str
    system: CodeSystem
    modifiers: tuple[str, ...] = ()
    units: int = 1
    number: int = 1

    def __str__(self) -> str:
        return "-".join((self.code, *self.modifiers)) + (f" x{self.units}" if self.units > 1 else "")

    @property
    def is_diagnosis(self) -> bool:
        """Whether it is of ICD-10-CM."""
        return self.system is CodeSystem.ICD10CM


_CODE = re.compile(r"(?P<code>[A-Z0-9]{3,7}|[A-Z][0-9A-Z]{2}\.[0-9A-Z]{1,4})(?P<modifiers>(?:-[A-Z0-9]{2})*)", re.ASCII)
_UNITS = re.compile(r"\(?[X\u00d7*](\d{1,4})\)?", re.ASCII)
_TIMES = re.compile(r"([X\u00d7*])\s+(?=\d)")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_SYSTEMS = re.compile(r"(?<![\w-])(?:CPT|HCPCS|ICD-?10(?:-?CM)?|DX)(?:(?=\s)|\s*:)")
"""What people write before codes."""

_BETWEEN = re.compile(r"[\s,;]+")


def read_lines(codes: str | Iterable[str], book: CodeBook) -> tuple[Line, ...]:
    """The lines that codes as people write them stand for.

    Modifiers follow a code after a hyphen, a space or a comma; units as ``x2``. A text may hold several codes.

    Args:
        codes: The codes, or one text of them.
        book: The release that tells a diagnosis from a HCPCS code that looks the same.

    Raises:
        UsageError: There is no code; one has the form of none; a modifier, or units, belong to no service.
        UnknownNameError: No release at hand has a code that only ICD-10-CM could have; lists the nearest ones.
    """
    texts = [codes] if isinstance(codes, str) else list(codes)
    written: list[_Written] = []
    for text in texts:
        for word in _words(text.upper()):
            _take(word, written)
    if not written:
        raise UsageError("give the codes of a claim, such as 45385-59 K62.3")
    return tuple(each.to_line(number, book) for number, each in enumerate(written, start=1))


def _words(text: str) -> Iterator[str]:
    plain = _SYSTEMS.sub(" ", _DASHES.sub("-", text))
    return filter(None, _BETWEEN.split(_TIMES.sub(r"\1", plain)))


@dataclass(slots=True)
class _Written:
    code: str
    modifiers: tuple[str, ...]
    units: int | None = None

    def to_line(self, number: int, book: CodeBook) -> Line:
        for named in self.modifiers:
            if not modifier.is_valid(named):
                raise UsageError(f"{self.code}-{named}: not the form of {modifier.name}, such as {modifier.example}")
        if self.units == 0:
            raise UsageError(f"{self.code}: units are counted from 1")
        system = self._system(book)
        if system is not CodeSystem.ICD10CM:
            return Line(hcpcs.compact(self.code), system, self.modifiers, self.units or 1, number)
        if self.modifiers or self.units:
            raise UsageError(f"{self.code}: a diagnosis takes neither modifiers nor units")
        return Line(icd10cm.format(icd10cm.compact(self.code)), system, number=number)

    def _system(self, book: CodeBook) -> CodeSystem:
        """ICD-10-CM before HCPCS where a release has it, unless modifiers or units say that it is a service."""
        if cpt.is_valid(self.code):
            return CodeSystem.CPT
        is_service = hcpcs.is_valid(self.code)
        if is_service and (self.modifiers or self.units):
            return CodeSystem.HCPCS
        if not (is_service or icd10cm.is_valid(self.code)):
            raise UsageError(f"{self.code}: not the form of a code, such as K62.3, 45397, G0105 or 45385-59")
        entry = entry_of(self.code, book) or (None if is_service else book[self.code])
        return CodeSystem.HCPCS if entry is None else CodeSystem.ICD10CM


def _take(word: str, written: list[_Written]) -> None:
    """A word of what was given: a code, or a modifier or units of the code before it."""
    last = written[-1] if written else None
    if (units := _UNITS.fullmatch(word)) is not None:
        if last is None or last.units is not None:
            raise UsageError(f"{word.lower()}: units follow a code, such as J1885 x2")
        last.units = int(units.group(1))
    elif (code := _CODE.fullmatch(word)) is not None:
        written.append(_Written(code["code"], tuple(code["modifiers"].split("-")[1:])))
    elif last is not None and all(map(modifier.is_valid, word.strip("-").split("-"))):
        last.modifiers += tuple(word.strip("-").split("-"))
    else:
        raise UsageError(f"{word}: not the form of a code, such as K62.3, 45397, G0105 or 45385-59")


def entry_of(code: str, book: CodeBook) -> CodeEntry | None:
    """What is known of a diagnosis: by the release in force, else by the newest one that has it."""
    return next((entry for entry in _entries(code, book)), None)


def _entries(code: str, book: CodeBook) -> Iterator[CodeEntry]:
    if (entry := book.get(code)) is not None:
        yield entry
    for release in reversed(releases()):
        if release.name != book.release and (entry := open_book(release=release.name).get(code)) is not None:
            yield entry
