"""CodeBook: what ICD-10-CM says of each code, by release or by service date.

>>> lookup("K62.3").title
'Rectal prolapse'
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

from detect_icd.coding import CodeSystem, Coding, icd10cm
from detect_icd.local_data import Imported, imported
from detect_icd.store import Store
from redactphi.errors import DataError, UnknownNameError, UsageError

Kind = Literal["chapter", "block", "category", "code"]


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """A code, category, block or chapter, as one release has it. Notes are its own; see ``CodeBook.ancestors``.

    Attributes:
        code: As people write it: ``K62.3``. A chapter's number or a block's range.
        title: Its title.
        release: The release it is read from.
        kind: ``category`` for three characters, ``code`` for more; ``chapter`` and ``block`` above them.
        billable: Whether it may be reported; what is not lacks characters.
        parent: The code above; ``None`` for a category.
        children: The codes right below, seventh characters included.
        inclusion_terms: Conditions it is the code for.
        includes: What is in it.
        excludes1: What is never coded beside it.
        excludes2: What is not in it, but may be coded beside it.
        code_first: What is sequenced before it.
        use_additional: What is coded in addition.
        code_also: What may need a second code, in any order.
        notes: Other instructions.
        seventh_characters: Character to meaning, where its codes still need one; empty where complete or where none
            is used. Read only.
        chapter: The number of its chapter.
        block: The range of its block; ``""`` where no block is known.
        valid_from: First day it may be reported; ``None``: before the oldest embedded release.
        valid_to: Last such day, also when it goes on as a heading; ``None``: no end is known.
    """

    code: str
    title: str
    release: str
    kind: Kind
    billable: bool
    parent: str | None
    children: tuple[str, ...]
    chapter: str
    block: str
    inclusion_terms: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    excludes1: tuple[str, ...] = ()
    excludes2: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    use_additional: tuple[str, ...] = ()
    code_also: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seventh_characters: Mapping[str, str] = field(default_factory=dict, hash=False)
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def coding(self) -> Coding:
        """The code in FHIR's words."""
        return Coding(CodeSystem.ICD10CM, self.release, self.code, self.title)

    @property
    def needs_seventh(self) -> bool:
        """Whether a seventh character is all that is missing."""
        return any(len(icd10cm.compact(child)) == _SEVEN for child in self.children) and bool(self.seventh_characters)

    def with_seventh(self, character: str) -> str:
        """The complete code: ``W19`` with ``A`` is ``W19.XXXA``.

        Raises:
            UnknownNameError: The code takes no such character.
        """
        if character.upper() not in self.seventh_characters:
            raise UnknownNameError(f"seventh character of {self.code}", character, self.seventh_characters)
        return icd10cm.format(icd10cm.compact(self.code).ljust(_SEVEN - 1, "X") + character.upper())


@dataclass(frozen=True, slots=True)
class Release:
    """A release, embedded or imported, and the days it is in force for."""

    name: str
    number: int
    first_day: date
    last_day: date
    billable_count: int


class CodeBook:
    """ICD-10-CM of one release. Opens at once, reads what is asked, may be shared by threads and pickled.

    Two are equal if they are of the same release and file: what was worked out with one holds for the other.

    Attributes:
        release: Its name, e.g. ``FY2027``.
        billable_count: How many codes may be reported.
        note: Why this release serves a date it is not in force on; else ``""``.
    """

    def __init__(self, release: Release, store: Store, note: str = "") -> None:
        self.release = release.name
        self.first_day = release.first_day
        self.last_day = release.last_day
        self.billable_count = release.billable_count
        self.note = note
        self._number = release.number
        self._store = store
        self._entry = functools.lru_cache(maxsize=8192)(self._read)
        # Much is remembered by the book it was worked out with.
        self._hash = hash((self.release, store))

    @classmethod
    def open(cls, release: str | None = None) -> Self:
        """The book of a release; the newest one at hand unless named.

        Raises:
            UnknownNameError: The release is neither embedded nor imported.
            DataError: The book is not compiled.
        """
        return cls(*_at_hand(release if release is not None else max(_known())))

    def with_note(self, note: str) -> CodeBook:
        """The same book, what it has read included, with another note."""
        twin = object.__new__(CodeBook)
        vars(twin).update(vars(self), note=note)
        return twin

    @property
    def is_embedded(self) -> bool:
        """Whether it is one of the package's own, not one imported."""
        return self._store is _embedded()

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return _reopen, (self.release, self.note)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CodeBook) and (self.release, self._store) == (other.release, other._store)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"CodeBook({self.release}, {self.billable_count:,} billable codes)"

    def __contains__(self, code: str) -> bool:
        return self.get(code) is not None

    def __getitem__(self, code: str) -> CodeEntry:
        """The entry of a code.

        Raises:
            UsageError: It does not have the form of a code.
            UnknownNameError: The release has no such code; lists those under the nearest heading.
        """
        entry = self.get(code)
        if entry is None:
            icd10cm.validate(code)
            raise UnknownNameError(f"{self.release} ICD-10-CM code", code, self._near(code))
        return entry

    def get(self, code: str) -> CodeEntry | None:
        """The entry of a code or category, written with or without its dot, in any case; ``None`` if there is none."""
        entry = self._entry(icd10cm.compact(code))
        return entry if entry is not None and entry.kind in {"category", "code"} else None

    def group(self, name: str) -> CodeEntry:
        """The entry of a chapter (``19``) or block (``S80-S89``, ``B20-B20``), whose notes hold for all within.

        Raises:
            UnknownNameError: There is no such chapter or block.
        """
        entry = self._entry(name)
        if entry is None or entry.kind in {"category", "code"}:
            known = self._select("key", "kind IN ('chapter', 'block')")
            raise UnknownNameError("chapter or block", name, (key for (key,) in known))
        return entry

    def ancestors(self, code: str) -> tuple[CodeEntry, ...]:
        """What stands above a code, nearest first: headings, category, block, chapter.

        Raises:
            UnknownNameError: The release has no such code.
        """
        entry = self[code]
        above = []
        while entry.parent is not None:
            entry = self[entry.parent]
            above.append(entry)
        groups = (self.group(name) for name in (entry.block, entry.chapter) if name)
        return (*above, *groups)

    def iter_entries(self) -> Iterator[CodeEntry]:
        """Every category and code, in the order of codes."""
        return map(self._parse, self._select(_COLUMNS, "kind IN ('category', 'code')"))

    def iter_billable(self, *, containing: str = "") -> Iterator[CodeEntry]:
        """Every code that may be reported, in the order of codes; on request only those with a text in their titles."""
        return map(self._parse, self._select(_COLUMNS, "billable AND instr(lower(title), lower(?))", containing))

    def titles(self, *, extended: bool = True) -> Iterator[tuple[str, str, str]]:
        """Everything a code is called: code, kind (``title``, ``inclusion_terms``, ``includes``), phrase.

        Args:
            extended: Whether to give the titles of codes a seventh character completes. They repeat their base's.
        """
        for key, parent, title, notes in self._select("key, parent, title, notes", "kind IN ('category', 'code')"):
            above = self._entry(parent) if not extended and len(key) == _SEVEN else None
            if above is not None and above.seventh_characters:
                continue
            code = icd10cm.format(key)
            yield code, "title", title
            named = json.loads(notes) if notes else {}
            for kind in ("inclusion_terms", "includes"):
                for phrase in named.get(kind, ()):
                    yield code, kind, phrase

    def _near(self, code: str) -> tuple[str, ...]:
        key = icd10cm.compact(code)
        if entry := next(filter(None, (self.get(key[:length]) for length in range(len(key) - 1, 2, -1))), None):
            return entry.children or (entry.code,)
        starts = (self._select("key", "kind = 'category' AND key LIKE ? || '%'", key[:length]) for length in (2, 1))
        return next(filter(None, (tuple(key for (key,) in found) for found in starts)), ())

    def _read(self, key: str) -> CodeEntry | None:
        return next(map(self._parse, self._select(_COLUMNS, "key = ?", key)), None)

    def _select(self, columns: str, where: str, *parameters: str) -> Iterator[tuple[Any, ...]]:
        query = f"SELECT {columns} FROM entry WHERE {where} AND ? BETWEEN since AND until ORDER BY key"  # noqa: S608 - both are this module's own words
        return self._store.rows(query, (*parameters, self._number))

    def _parse(self, row: tuple[Any, ...]) -> CodeEntry:
        key, kind, title, parent, children, chapter, block, notes, seventh, billable, valid_from, valid_to = row
        is_group = kind in {"chapter", "block"}
        return CodeEntry(
            code=key if is_group else icd10cm.format(key),
            title=title,
            release=self.release,
            kind=kind,
            billable=bool(billable),
            parent=icd10cm.format(parent) if kind == "code" else None,
            children=tuple(key if kind == "chapter" else icd10cm.format(key) for key in children.split()),
            chapter=chapter,
            block=block,
            seventh_characters=_seventh(self._store)[seventh],
            valid_from=date.fromisoformat(valid_from) if valid_from else None,
            valid_to=date.fromisoformat(valid_to) if valid_to else None,
            **{name: tuple(lines) for name, lines in (json.loads(notes) if notes else {}).items()},
        )


def releases() -> tuple[Release, ...]:
    """The releases at hand, oldest first: the embedded ones and those imported, which take the place of embedded ones.

    Raises:
        DataError: The book is not compiled, or an import is damaged.
    """
    return tuple(release for release, _ in _known().values())


def _at_hand(release: str) -> tuple[Release, Store]:
    known = _known()
    if release not in known:
        raise UnknownNameError("ICD-10-CM release", release, known)
    return known[release]


def _known() -> dict[str, tuple[Release, Store]]:
    return _with_imports(tuple(found for found in imported() if "tabular" in found.kinds))


@functools.lru_cache(maxsize=4)
def _with_imports(imports: tuple[Imported, ...]) -> dict[str, tuple[Release, Store]]:
    stores = [_embedded(), *(Store(found.path) for found in imports)]
    found = {release.name: (release, store) for store in stores for release in _releases_in(store)}
    return dict(sorted(found.items()))


def embedded_books() -> list[CodeBook]:
    """The releases inside the package, whatever was imported: those a wheel's phrases are compiled from."""
    return books_in(_embedded())


def books_in(store: Store) -> list[CodeBook]:
    """The releases that a file holds, one being imported included."""
    return [CodeBook(release, store) for release in _releases_in(store)]


def _releases_in(store: Store) -> Iterator[Release]:
    query = "SELECT name, number, first_day, last_day, billable FROM release ORDER BY number"
    for name, number, first, last, billable in store.rows(query):
        yield Release(name, number, date.fromisoformat(first), date.fromisoformat(last), billable)


def for_service_date(service_date: date | str) -> CodeBook:
    """The book in force on the day of service.

    Outside the releases at hand the nearest one serves, and its ``note`` says so.

    Args:
        service_date: A date, or one in ISO form: ``2026-09-30``.

    Raises:
        UsageError: It is not a date in ISO form.
    """
    day = day_of(service_date)
    at_hand = _known()
    known = [release for release, _ in at_hand.values()]
    for release in known:
        if release.first_day <= day <= release.last_day:
            return _shared_book(*at_hand[release.name])
    nearest = min(reversed(known), key=lambda release: max(release.first_day - day, day - release.last_day))
    names = ", ".join(release.name for release in known)
    note = f"no release at hand is in force on {day}; {nearest.name} is used (at hand: {names})"
    return _shared_book(*at_hand[nearest.name]).with_note(note)


def lookup(code: str, *, release: str | None = None, service_date: date | str | None = None) -> CodeEntry:
    """What the release in force says of a code; the newest one unless named or dated.

    Raises:
        UnknownNameError: The release, or the code in it, is not known.
        UsageError: Both a release and a date are given, or the date is not one.
    """
    return open_book(release=release, service_date=service_date)[code]


def open_book(*, release: str | None = None, service_date: date | str | None = None) -> CodeBook:
    """The book of a release or a day of service; of the newest release when neither is given.

    Raises:
        UnknownNameError: The release is neither embedded nor imported.
        UsageError: Both are given, or the date is not one.
    """
    if release is not None and service_date is not None:
        raise UsageError("give a release or a service date, not both: the date decides the release")
    if service_date is not None:
        return for_service_date(service_date)
    return _open(release if release is not None else releases()[-1].name)


def day_of(service_date: date | str) -> date:
    """The day that a date or a text in ISO form stands for.

    Raises:
        UsageError: It is neither.
    """
    if isinstance(service_date, date):
        # A datetime is a date too, but does not compare with one.
        return date(service_date.year, service_date.month, service_date.day)
    try:
        return date.fromisoformat(service_date)
    except (TypeError, ValueError):
        raise UsageError("the service date is not in ISO form, such as 2026-09-30") from None


def _open(release: str) -> CodeBook:
    return _shared_book(*_at_hand(release))


@functools.lru_cache(maxsize=16)
def _shared_book(release: Release, store: Store) -> CodeBook:
    return CodeBook(release, store)


def _reopen(release: str, note: str) -> CodeBook:
    return _open(release).with_note(note) if note else _open(release)


@functools.cache
def _embedded() -> Store:
    path = Path(str(files("detect_icd") / "data" / "compiled" / "icd10cm.sqlite"))
    if not path.is_file():
        raise DataError("the code book is not compiled; run `python -m detect_icd.importers.build`")
    return Store(path)


@functools.cache
def _seventh(store: Store) -> dict[int, Mapping[str, str]]:
    rows = store.rows("SELECT id, characters FROM seventh")
    return {0: {}, **{number: json.loads(characters) for number, characters in rows}}


_SEVEN = 7
_COLUMNS = "key, kind, title, parent, children, chapter, block, notes, seventh, billable, valid_from, valid_to"
