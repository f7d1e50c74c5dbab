"""One scan of a note for all rules, by Vectorscan: which of them may find something, and where they may begin.

What is looked for is worked out by `spots` and compiled by the build (see hatch_build.py). Where Vectorscan is missing, or what
was compiled is for another version of it or another kind of processor, there is no scanner, and notes are looked over
by their literals, which finds the same and takes longer.
"""

from __future__ import annotations

import codecs
import functools
import hashlib
import importlib
import json
import re
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from redactphi import resources
from redactphi.recognizers.compiled import key_of, made_by
from redactphi.recognizers.spots import BEYOND, FOLDED, LONGEST_RUN, Spot, spots_of
from redactphi.recognizers.starts import Zone
from redactphi.resources import Rule

FILE, DATABASE = "scan.json", "scan.db"

_LONG = "long"
_LONG_RUNS = (
    rf"[^\x09-\x0d\x1c-\x20]{{{LONGEST_RUN + 1}}}",
    rf"[\x09-\x0d\x1c-\x20\x80]{{{LONGEST_RUN + 1}}}",
)
_ENCODING = "redactphi.recognizers.beyond"
_CHUNK = 120


def _beyond(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    return bytes([BEYOND]) * (error.end - error.start), error.end


codecs.register_error(_ENCODING, _beyond)  # type: ignore[arg-type] - bytes are what an encoder takes


class Reach(NamedTuple):
    """Where matches of a rule may begin, counted from the end of what was found.

    Attributes:
        number: The rule's.
        near: Least distance.
        far: Greatest distance; None: unbounded.
        run: Matches what may stand between, where the distance is unbounded.
    """

    number: int
    near: int
    far: int | None
    run: Callable[[str], re.Match[str] | None] | None

    def ranges(self, text: str, ends: Iterable[int]) -> Iterable[Zone]:
        """The first and last place for each thing found."""
        near, far = self.near, self.far
        if far is not None:
            return [(end - far, end - near) for end in ends]
        return [(self._run_back(text, end), end - near) for end in ends]

    def _run_back(self, text: str, end: int) -> int:
        """The start of the run of fitting characters before ``end``."""
        assert self.run is not None
        # What is required behind the last item is not part of the run.
        at = max(0, end - self.near)
        while at > 0:
            piece = text[max(0, at - _CHUNK) : at][::-1]
            match = self.run(piece)
            length = match.end() if match else 0
            at -= length
            if length < len(piece):
                break
        return at


class Scanner:
    """Finds the spots of some rules in texts. Safe to use from several threads.

    Args:
        engine: The module of Vectorscan.
        database: What it compiled.
        owners: For each number that a spot may have, where the rules it belongs to may begin; None for runs that are too long.
        scanned: Bits: the rules that find nothing where no spot of theirs is.
    """

    def __init__(self, engine: Any, database: Any, owners: Sequence[Sequence[Reach] | None], scanned: int) -> None:
        self._engine, self._database = engine, database
        self._own = threading.local()
        self.owners = owners
        self.scanned = scanned
        self._bits = [sum(1 << number for number in {reach.number for reach in reaches or ()}) for reaches in owners]
        self._long = {index for index, reaches in enumerate(owners) if reaches is None}

    def scan(self, text: str) -> tuple[int, dict[int, list[tuple[Reach, tuple[int, ...]]]]] | None:
        """What stands in a text.

        Returns:
            Bits: the rules that may find something; for each of those that have spots, where what was found of them ends. None for a
            text with runs that are too long.
        """
        found: dict[int, list[int]] = {}

        def note(number: int, _: int, end: int, __: int, ___: object) -> None:
            if number in found:
                found[number].append(end)
            else:
                found[number] = [end]

        if not text.isascii() and any(letter in text for letter in FOLDED):
            return None
        data = text.encode("ascii", _ENCODING)
        self._database.scan(data, match_event_handler=note, scratch=self._scratch())
        if not self._long.isdisjoint(found):
            return None
        worth = 0
        places: dict[int, list[tuple[Reach, tuple[int, ...]]]] = {}
        for index, ends in found.items():
            worth |= self._bits[index]
            which = tuple(ends)
            for reach in self.owners[index] or ():
                places.setdefault(reach.number, []).append((reach, which))
        return worth, places

    def _scratch(self) -> Any:
        """Room to work in, of which each thread needs its own."""
        scratch = getattr(self._own, "scratch", None)
        if scratch is None:
            scratch = self._own.scratch = self._engine.Scratch(self._database)
        return scratch


def scanner_of(rules: Sequence[Rule]) -> Scanner | None:
    """The scanner for some rules, by their places in the list; None where there is none."""
    engine = _engine()
    compiled = None if engine is None else _compiled()
    if compiled is None:
        return None
    database, table = compiled
    numbers: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        numbers.setdefault(key_of(rule), []).append(number)
    owners: list[list[Reach] | None] = []
    for entries in table["owners"]:
        if entries == _LONG:
            owners.append(None)
            continue
        owners.append(
            [
                Reach(number, near, far, _run(between) if far is None else None)
                for key, near, far, between in entries
                for number in numbers.get(key, ())
            ]
        )
    scanned = sum(1 << number for key in table["keys"] for number in numbers.get(key, ()))
    return Scanner(engine, database, owners, scanned)


@functools.cache
def _run(between: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(f"{between}{{0,{_CHUNK}}}").match


@functools.cache
def _engine() -> Any:
    try:
        return importlib.import_module("hyperscan")
    except ImportError:
        return None


@functools.cache
def _compiled() -> tuple[Any, dict[str, Any]] | None:
    """The database and the table of what its numbers mean; None where they are missing or do not fit."""
    folder = resources.data() / "compiled"
    file, data = folder / FILE, folder / DATABASE
    if not file.is_file() or not data.is_file():
        return None
    table: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if table["made_by"] != _made_by():
        return None
    engine = _engine()
    try:
        return engine.loadb(zlib.decompress(data.read_bytes()), engine.HS_MODE_BLOCK), table
    except engine.error:
        return None


def pack(rules: Iterable[Rule], folder: Path) -> None:
    """Compile what is looked for and write it; nothing where Vectorscan is missing."""
    engine = _engine()
    if engine is None:
        return
    owners: dict[str, dict[tuple[str, int, int | None, str], None]] = {}
    keys = []
    for rule in rules:
        found: tuple[Spot, ...] = spots_of(rule)
        if found:
            keys.append(key_of(rule))
        for spot in found:
            owners.setdefault(spot.source, {})[keys[-1], spot.near, spot.far, spot.between] = None
    numbers: dict[tuple[tuple[str, int, int | None, str], ...] | str, int] = {_LONG: 0}
    sources, ids = list(_LONG_RUNS), [0] * len(_LONG_RUNS)
    for source, entries in owners.items():
        sources.append(source)
        ids.append(numbers.setdefault(tuple(entries), len(numbers)))
    database = _compile(engine, *_possible(engine, sources, ids))
    table = {"made_by": _made_by(), "keys": keys, "owners": list(numbers)}
    (folder / FILE).write_text(json.dumps(table), encoding="utf-8")
    (folder / DATABASE).write_bytes(zlib.compress(engine.dumpb(database), 6))


def _compile(engine: Any, sources: Sequence[str], ids: Sequence[int]) -> Any:
    database = engine.Database(mode=engine.HS_MODE_BLOCK)
    database.compile(
        expressions=[source.encode("ascii") for source in sources],
        ids=ids,
        elements=len(sources),
        flags=[engine.HS_FLAG_DOTALL | (0 if index else engine.HS_FLAG_SINGLEMATCH) for index in ids],
    )
    return database


def _possible(engine: Any, sources: Sequence[str], ids: Sequence[int]) -> tuple[list[str], list[int]]:
    """What can be found at all: a pattern may have ways that nothing matches, as when two words meet without a blank."""
    kept = []
    for source, index in zip(sources, ids, strict=True):
        try:
            if r"\b\b" in source:
                _compile(engine, [source], [index])
        except engine.error as error:
            if "never match" not in str(error):
                raise
        else:
            kept.append((source, index))
    return [source for source, _ in kept], [index for _, index in kept]


def _made_by() -> str:
    """What the table depends on beside the rules: how spots are worked out, and the version of what compiles them."""
    engine = _engine()
    return hashlib.sha256(f"{made_by()} {getattr(engine, '__version__', '')}".encode()).hexdigest()


_Places = Mapping[int, Sequence[tuple[Reach, tuple[int, ...]]]]
