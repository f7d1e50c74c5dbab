"""Facts that make one code of a family another: bleeding, obstruction, acuity, side; read from titles and from notes.

A family is a stretch of the code book whose titles are built alike ("Acute gastric ulcer with hemorrhage"). Each title is
taken apart into a stem and its facts; where the note states more facts of the same stem, the code that has them all is
found by looking them up. So no table lists the combinations: the code book's own titles do.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from detect_icd.conventions.docket import Prefixes, compact
from detect_icd.conventions.surroundings import bordered
from detect_icd.matchers.special.facts import billable_below
from detect_icd.ready import read_toml
from detect_icd.rule_rows import build
from redactphi.errors import UnknownNameError
from redactphi.resources import data

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

Facts = frozenset[str]
Stem = tuple[str, frozenset[str]]
"""A category, and the words of a title that state none of its family's facts."""

_ABSENT = re.compile(r"\bwithout\b.*?(?=\bwith\b|\bwithout\b|[,;]|$)")
_OPEN = re.compile(
    r"\bunspecified (?:whether|as to)\b.*|\b(?:not specified as|unspecified as) \w+(?: or \w+)?|"
    r"\bunspecified (?:eye|site|part|side|stage|severity|extremity|lower extremity)\b|\bunspecified\b"
)
_WORD = re.compile(r"[a-z0-9-]+")
_EMPTY = frozenset({"with", "and", "or", "of", "the", "both", "uncomplicated", "in", "a", "by", "to"})
_MOST_FACTS = 9


@dataclass(frozen=True, slots=True)
class Feature:
    """A fact: how titles put it, how notes put it, and which codes say it by themselves.

    Attributes:
        name: Unique in the file.
        title: What the title of a code that has it says.
        words: What a note says; none where only codes state it.
        codes: Codes that state it, without dots.
        anywhere: Whether its words count wherever they stand in the note: no other disease has them.
    """

    name: str
    title: str
    words: str = ""
    codes: Prefixes = ()
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """Codes built alike.

    Attributes:
        name: What the rule is called.
        section: The guideline's section.
        codes: Which codes belong to it.
        features: Its facts, the most telling first: where no code has all, the last are given up first.
        details: Facts that add to each of the others and never stand by themselves.
        severally: Whether each fact is reported by a code of its own (diabetes) rather than all by one.
        merged: Whether all its candidates of one stem speak of the same disease.
        follows: Whether words also count in the sentence after the mention's, where no other diagnosis stands in it.
        spoken: Facts that hold only where the note says the word: titles put them in for want of a better.
        ladders: Facts of which only the first stated holds.
        keeps: Codes that stay beside the one that says them too.
        blank: What titles say without meaning.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    name: str
    section: str
    codes: Prefixes
    features: tuple[str, ...]
    details: tuple[str, ...] = ()
    severally: bool = False
    merged: bool = True
    follows: bool = False
    spoken: tuple[str, ...] = ()
    ladders: tuple[tuple[str, ...], ...] = ()
    keeps: Prefixes = ()
    blank: str = ""
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kin:
    """A family with its features, ready to read titles and notes."""

    family: Family
    features: Mapping[str, Feature] = field(hash=False)

    @property
    def rule(self) -> str:
        """How a chain of rules names it."""
        return f"{self.family.section}:{self.family.name}"

    def read(self, entry: CodeEntry) -> tuple[Stem, Facts]:
        """A title taken apart."""
        return _read(self.family.name, entry.code, entry.title)

    def find(self, book: CodeBook, stem: Stem, facts: Facts, needed: Facts = frozenset()) -> CodeEntry | None:
        """The code of a stem that has these facts, or as many of them as a code has, and those needed in any case."""
        shelf = _shelf(book, self.family.name, stem[0])
        order = [name for name in (*self.family.features, *self.family.details) if name in facts][:_MOST_FACTS]
        for size in range(len(order), len(needed) - 1, -1):
            for chosen in combinations(order, size):
                if needed <= set(chosen) and (code := shelf.get((stem, frozenset(chosen)))):
                    return book.get(code)
        return None

    def climbed(self, facts: Facts) -> Facts:
        """The facts without those that a higher one of the same ladder rules out."""
        out = {lower for ladder in self.family.ladders for lower in _below(ladder, facts)}
        return facts - out

    @property
    def near(self) -> re.Pattern[str] | None:
        """The words that count beside a mention, one group a fact."""
        return _pattern(self.family.name, anywhere=False)

    @property
    def anywhere(self) -> re.Pattern[str] | None:
        """The words that count everywhere."""
        return _pattern(self.family.name, anywhere=True)

    def fact(self, group: str) -> str:
        """The fact a group of these patterns stands for."""
        return group.replace("__", "-")


def _below(ladder: tuple[str, ...], facts: Facts) -> tuple[str, ...]:
    held = [name for name in ladder if name in facts]
    return tuple(held[1:])


@functools.lru_cache(maxsize=8192)
def _read(name: str, code: str, title: str) -> tuple[Stem, Facts]:
    kin = families()[name]
    text = title.lower()
    if kin.family.blank:
        text = re.sub(kin.family.blank, " ", text)
    facts = set()
    text = _OPEN.sub(" ", _ABSENT.sub(" ", text))
    for feature in kin.features.values():
        if re.search(feature.title, text):
            facts.add(feature.name)
            text = re.sub(feature.title, " ", text)
    words = frozenset(_WORD.findall(text)) - _EMPTY
    return (code[:3], words), frozenset(facts)


@functools.lru_cache(maxsize=512)
def _shelf(book: CodeBook, name: str, category: str) -> Mapping[tuple[Stem, Facts], str]:
    """The codes of a category by stem and facts; of several the one that says no more than that."""
    shelf: dict[tuple[Stem, Facts], str] = {}
    for entry in sorted(billable_below(book, category), key=lambda e: ("unspecified" in e.title.lower(), e.code)):
        if compact(entry.code).startswith(families()[name].family.codes):
            shelf.setdefault(families()[name].read(entry), entry.code)
    return shelf


@functools.cache
def _pattern(name: str, *, anywhere: bool) -> re.Pattern[str] | None:
    parts = [
        f"(?P<{feature.name.replace('-', '__')}>{feature.words})"
        for feature in families()[name].features.values()
        if feature.words and feature.anywhere is anywhere
    ]
    return bordered("|".join(parts)) if parts else None


@functools.cache
def families() -> Mapping[str, Kin]:
    """The packaged families by name, in the order they are applied.

    Raises:
        RuleError: A table has an unknown key or lacks one, or a family comes without examples.
        UnknownNameError: A family has a fact that no feature is.
    """
    raw = read_toml(data("detect_icd") / "guidelines" / "families.toml")
    features = {
        feature.name: feature for feature in (build(Feature, table, "guidelines/families") for table in raw["feature"])
    }
    known: dict[str, Kin] = {}
    for table in raw["family"]:
        family = build(Family, table, "guidelines/families")
        names = (*family.features, *family.details)
        if strange := [name for name in names if name not in features]:
            raise UnknownNameError("feature", strange[0], features)
        known[family.name] = Kin(family, {name: features[name] for name in names})
    return known


@functools.cache
def by_category() -> Mapping[str, tuple[Kin, ...]]:
    """The families each category's first three characters belong to."""
    table: dict[str, list[Kin]] = {}
    for kin in families().values():
        for category in sorted({prefix[:3] for prefix in kin.family.codes}):
            table.setdefault(category, []).append(kin)
    return {category: tuple(kins) for category, kins in table.items()}
