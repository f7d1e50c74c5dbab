"""Reads packaged data: rules (TOML), term lists, tables, and where each came from (SOURCES.toml)."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Self

import regex
from regex import Pattern

from redactphi.errors import DataError, RuleError, UnknownNameError

_PIECE = regex.compile(r"\{\{([\w.]+)\}\}")

MATCH_TIMEOUT = 2.0
"""Seconds one pattern may spend on one scan. A scan that runs over raises, and the note is withheld."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern with its label, its score, its context and the examples that prove it.

    Attributes:
        name: Unique in its file.
        label: What a match is.
        regex: The pattern, in `regex` syntax. A group named ``phi`` narrows the span to that group (each of its
            captures is a span); a group named ``check`` is what the validator sees.
        score: Confidence of a match without context.
        context: Lower-case words; one of them within ``window`` characters before (or 30 after) the match raises the
            score by ``boost``.
        requires_context: Whether a match without a context word is no match.
        window: Characters before a match in which context is looked for.
        boost: What context adds to the score (at most to 1).
        ignore_case: Whether case does not matter.
        triggers: Lower-case substrings, one of which stands in or near every match. ``terms.<list>`` stands for the
            items of a term list. With triggers, only their surroundings are scanned.
        anchor: A simple pattern (of ``re``) found in or near every match. Alone, its surroundings are scanned; with
            triggers, those of their surroundings that hold it.
        reach: How many characters before and behind a trigger or anchor a match may go.
        unless: Lower-case words; one of them within ``window`` characters before (or 30 after) the match makes it no
            match.
        guard: Name of a test of the match in its note, for what a pattern cannot say.
        validator: Name of a checksum or plausibility test the match must pass.
        doubted: Whether, where little else in a note is PHI, what it finds stands only if the model sees something there,
            however high the score: clinical text says the same of other things.
        matches: Texts the rule must find something in. ``[[...]]`` around the span asserts its exact range.
        ignores: Texts the rule must find nothing in.
    """

    name: str
    label: str
    regex: str
    matches: tuple[str, ...]
    ignores: tuple[str, ...]
    score: float = 0.6
    context: tuple[str, ...] = ()
    requires_context: bool = False
    window: int = 60
    boost: float = 0.35
    ignore_case: bool = False
    validator: str = ""
    triggers: tuple[str, ...] = ()
    anchor: str = ""
    reach: tuple[int, int] = (40, 80)
    unless: tuple[str, ...] = ()
    guard: str = ""
    doubted: bool = False

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any], where: str) -> Self:
        """A rule from a TOML table.

        Raises:
            RuleError: A key is unknown, a required one is missing, or an example list is empty.
        """
        valid = {field.name for field in fields(cls)}
        name = raw.get("name", "?")
        if unknown := sorted(set(raw) - valid):
            raise RuleError(f"{where}/{name}: unknown keys {unknown}; valid: {', '.join(sorted(valid))}")
        if missing := [key for key in ("name", "label", "regex", "matches", "ignores") if not raw.get(key)]:
            raise RuleError(f"{where}/{name}: {', '.join(missing)} missing or empty")
        given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
        return cls(**given)

    def compile(self) -> Pattern[str]:
        """The compiled pattern.

        Raises:
            RuleError: The pattern does not compile.
        """
        try:
            return regex.compile(self.regex, regex.IGNORECASE if self.ignore_case else 0)
        except regex.error as error:
            raise RuleError(f"rule {self.name}: {error}") from error


def data(package: str = "redactphi") -> Traversable:
    """The data folder of a package."""
    return files(package) / "data"


def read_toml(path: Traversable | Path) -> dict[str, Any]:
    """A TOML file as a mapping.

    Raises:
        DataError: The file is missing or malformed.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise DataError(f"no such file: {path.name}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: {error}") from error


@functools.cache
def rules(family: str) -> tuple[Rule, ...]:
    """The rules of ``data/patterns/<family>.toml``, in file order.

    In a pattern, ``{{name}}`` stands for the piece of that name in the ``[define]`` table of the file or of
    ``data/definitions.toml`` (which may use others), ``{{terms.name}}`` for any item of that term list, and
    ``{{upper.name}}`` for any in capitals.

    Raises:
        UnknownNameError: There is no such family, piece or term list.
        RuleError: A rule is malformed or two share a name.
    """
    path = data() / "patterns" / f"{family}.toml"
    if not path.is_file():
        raise UnknownNameError("rule family", family, rule_families())
    file = read_toml(path)
    pieces = _shared_pieces() | file.get("define", {})
    found = tuple(Rule.from_mapping(_expand(raw, pieces), family) for raw in file.get("pattern", ()))
    names = [rule.name for rule in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RuleError(f"{family}: names used twice: {', '.join(twice)}")
    return found


def _expand(raw: Mapping[str, Any], pieces: Mapping[str, str]) -> dict[str, Any]:
    def piece(match: regex.Match[str]) -> str:
        name = match[1]
        kind, _, listed = name.partition(".")
        if listed and kind in _FORMS:
            return _any_of(listed, _FORMS[kind])
        if name not in pieces:
            raise UnknownNameError("piece of a pattern", name, pieces)
        return _PIECE.sub(piece, pieces[name])

    rule = {**raw, "regex": _PIECE.sub(piece, raw["regex"])} if "regex" in raw else dict(raw)
    if "triggers" in raw:
        rule["triggers"] = [trigger for name in raw["triggers"] for trigger in _triggers(name)]
    return rule


_FORMS: dict[str, Callable[[str], str]] = {"terms": str, "upper": str.upper}


@functools.cache
def _any_of(name: str, form: Callable[[str], str]) -> str:
    """A pattern for any item of a term list in some form, the longest first."""
    longest_first = sorted(set(map(form, terms(name))), key=lambda item: (-len(item), item))
    escaped = (item if item.isalnum() else regex.escape(item) for item in longest_first)
    return "(?:" + "|".join(item.replace("\\ ", r"[ \t]+") for item in escaped) + ")"


def _triggers(name: str) -> list[str]:
    return sorted({item.lower() for item in terms(name[6:])}) if name.startswith("terms.") else [name]


@functools.cache
def _shared_pieces() -> dict[str, str]:
    return dict(read_toml(data() / "definitions.toml")["define"])


@functools.cache
def piece(name: str) -> str:
    """The pattern of a piece that ``data/definitions.toml`` defines.

    Raises:
        UnknownNameError: There is no such piece.
    """
    return expanded(f"{{{{{name}}}}}")


def expanded(source: str) -> str:
    """A pattern with the pieces of ``data/definitions.toml`` and the term lists it names in their places.

    Raises:
        UnknownNameError: There is no such piece or term list.
    """
    return str(_expand({"regex": source}, _shared_pieces())["regex"])


def fingerprint() -> str:
    """A hash over everything packaged that decides what is found: rules, definitions, term lists and tables."""
    digest = hashlib.sha256()
    for path in _deciding(data()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _deciding(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name not in {"compiled", "model", "policies"}:
                yield from _deciding(entry)
        elif entry.name != "SOURCES.toml":
            yield entry


def files_below(folder: Traversable) -> Iterator[Traversable]:
    """Every file of a folder and its folders, in order of their names."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from files_below(entry)
        else:
            yield entry


def rule_families() -> list[str]:
    """The names of all packaged rule files."""
    return sorted(path.name.removesuffix(".toml") for path in (data() / "patterns").iterdir())


@functools.cache
def terms(name: str, package: str = "redactphi") -> frozenset[str]:
    """The items of ``data/terms/<name>/items.txt`` less those of ``exceptions.txt``. ``#`` starts a comment.

    Raises:
        UnknownNameError: There is no such list.
    """
    return frozenset(_lines(_folder(name, package) / "items.txt")) - exceptions(name, package)


@functools.cache
def exceptions(name: str, package: str = "redactphi") -> frozenset[str]:
    """What ``data/terms/<name>/exceptions.txt`` takes from a list; none where there is no such file.

    Raises:
        UnknownNameError: There is no such list.
    """
    path = _folder(name, package) / "exceptions.txt"
    return frozenset(_lines(path)) if path.is_file() else frozenset()


def _folder(name: str, package: str) -> Traversable:
    folder = data(package) / "terms" / name
    if not (folder / "items.txt").is_file():
        known = [entry.name for entry in (data(package) / "terms").iterdir()]
        raise UnknownNameError("term list", name, known)
    return folder


@functools.cache
def table(name: str, file: str, package: str = "redactphi") -> tuple[tuple[str, ...], ...]:
    """The rows of a tab-separated file beside a term list. ``#`` starts a comment.

    Raises:
        UnknownNameError: There is no such list.
    """
    terms(name, package)
    return tuple(tuple(line.split("\t")) for line in _lines(data(package) / "terms" / name / file))


def _lines(path: Traversable) -> Iterator[str]:
    # A start reads 200,000 lines: what can be done for a file at once is.
    lines = path.read_text(encoding="utf-8").splitlines()
    return filter(None, map(str.strip, (line.split("#", 1)[0] if "#" in line else line for line in lines)))


def model_path() -> Traversable:
    """The shipped model: inside the package when installed, in ``models/`` of the checkout when editable.

    Raises:
        DataError: Neither is there.
    """
    packaged = data() / "model"
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).resolve().parent.parent / "models" / MODEL_NAME
    if checkout.is_dir():
        return checkout
    raise DataError(f"the model {MODEL_NAME} is not installed")


MODEL_NAME = "en_redactphi_sm"
