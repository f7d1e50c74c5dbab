"""The procedure lexicon: operations in this project's own words, with what decides between their codes.

A file of ``data/procedures`` holds ``[[procedure]]`` tables. One with a ``variant`` list stands for several entries: each
variant takes what the table says and adds to it (``extent``, ``here``, ``without``, ``unless``, ``includes``, ``supersedes``) or
says it anew (every other key). A ``[words]`` table adds ``same``, ``means``, ``kind``, ``also``, ``phrase`` and ``short`` of the
field to the shared ones of ``procedure_words.toml``: ``also``, ``phrase`` and ``short`` give ways of saying something that
leave their words to all other forms.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from detect_icd.coding import CodeSystem, Coding, cpt, hcpcs
from detect_icd.matchers.procedures_compiled import ENTRIES, packed, sources
from detect_icd.matchers.procedures_vocabulary import TABLES
from redactphi.errors import RuleError, UnknownNameError
from redactphi.resources import data, read_toml

_PAIR = 2
SYSTEMS = ("CPT", "HCPCS")
UNITS = ("number", "area_cm2", "size_cm", "minutes", "mg", "mcg", "g", "ml", "unit", "meq")
PLACES = ("finger", "toe", "eyelid", "coronary")
PLACED = ("@interspace", "@joint", "@vertebra", "@rib", "@tooth", "@side")
APPROACHES = ("open", "laparoscopic", "endoscopic", "percutaneous", "arthroscopic", "thoracoscopic")
_ADDED = frozenset({"extent", "here", "without", "unless", "includes", "supersedes"})


@dataclass(frozen=True, slots=True)
class Procedure:
    """An operation and its code.

    Phrases are unordered: ``carpal tunnel release`` is stated by "release of the left carpal tunnel". ``|`` separates
    alternatives.

    Attributes:
        name: What the operation is called here; becomes ``display``.
        code: Its code.
        system: ``CPT`` or ``HCPCS``.
        names: Phrases that name it.
        action: With ``site``, further names: every action with every site.
        site: See ``action``.
        approach: Ways in; ``open`` also stands for none stated. Empty: the way in does not matter.
        extent: Each must be stated of this operation, in its item or in the account of what was done.
        here: Each must be stated in the item itself, or in a diagnosis.
        anywhere: Each must be stated somewhere in the note, its indications included: who pays, what the look was for.
        without: None may be stated in the same item.
        unless: None may be stated anywhere in what was done.
        size_cm: More than the first and at most the second, in centimetres.
        size_of: Words that say what a measurement measures, where it does not stand in the item.
        size_total: Whether the sizes stated are added up.
        area_cm2: As ``size_cm``, in square centimetres: the sum of the areas stated.
        weight_g: As ``size_cm``, in grams.
        age: From the first up to, not including, the second, in years.
        minutes: As ``age``, of time spent.
        number: At least the first and at most the second of what ``number_of`` names; one where no number is stated.
        number_of: What is counted: phrases, or of the spine ``@interspace`` (L3-L5 are two), ``@joint`` (the medial
            branches L3, L4 and L5 are two) or ``@vertebra`` (L3-L5 are three), ``@rib`` (spaces four to eight are five), or
            ``@tooth`` (teeth 2, 3 and T are three), or ``@side`` (right and left are two).
        default: Whether it is the one where size, area, weight, age or time is not stated; of levels, where the list of
            operations does not state another number.
        sides: Whether it takes RT, LT or 50.
        place: ``finger`` (FA-F9), ``toe`` (TA-T9), ``eyelid`` (E1-E4) or ``coronary`` (LC, LD, LM, RC, RI): which
            modifiers say where; each place is a line of its own.
        counted: Whether each further mention is a further unit.
        units_of: What units are reckoned from: ``number``, ``area_cm2``, ``size_cm``, ``minutes``, or the unit of a dose
            (``mg``, ``mcg``, ``g``, ``ml``, ``unit``, ``meq``).
        beyond: How much of it another code or the first unit covers: ``1`` for each further level.
        per: How much of it one unit stands for.
        supersedes: Less extensive operations not reported beside it.
        includes: Components not reported beside it.
        across: Whether several items of the list of operations may name it together.
        part_of: Files; it is not reported beside any other operation in them.
        add_on_to: Codes of which one must be reported beside it.
        steps: Phrases of what a surgeon does, for accounts that never name the operation.
        steps_needed: How many of the steps show it.
        valid_from: First day of service.
        valid_to: Last day of service.
        matches: Items that report it, and nothing else but ``beside``.
        ignores: Items that do not.
        told: Accounts that report it, and nothing else but ``beside``, though they need not name it.
        beside: Codes that ``matches`` also report.
        specialty: The file it stands in.
    """

    name: str
    code: str
    matches: tuple[str, ...]
    system: str = "CPT"
    names: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    approach: tuple[str, ...] = ()
    extent: tuple[str, ...] = ()
    here: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    size_cm: tuple[float, float] = ()  # type: ignore[assignment]
    size_of: tuple[str, ...] = ()
    size_total: bool = False
    area_cm2: tuple[float, float] = ()  # type: ignore[assignment]
    weight_g: tuple[float, float] = ()  # type: ignore[assignment]
    minutes: tuple[float, float] = ()  # type: ignore[assignment]
    number: tuple[int, int] = ()  # type: ignore[assignment]
    number_of: tuple[str, ...] = ()
    age: tuple[float, float] = ()  # type: ignore[assignment]
    default: bool = False
    sides: bool = False
    place: str = ""
    counted: bool = False
    units_of: str = ""
    beyond: float = 0
    per: float = 1
    supersedes: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    across: bool = False
    part_of: tuple[str, ...] = ()
    add_on_to: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    steps_needed: int = 3
    valid_from: date | None = None
    valid_to: date | None = None
    ignores: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    specialty: str = ""

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any], where: str) -> Self:
        """An entry from a TOML table.

        Raises:
            RuleError: A key is unknown, a required one is missing or a code is malformed.
            UnknownNameError: The system or an approach is not a valid one.
        """
        valid = sorted({field.name for field in fields(cls)} - {"specialty"})
        code = raw.get("code", "?")
        if unknown := sorted(set(raw) - set(valid)):
            raise RuleError(f"{where}/{code}: unknown keys {unknown}; valid: variant, {', '.join(valid)}")
        if missing := [key for key in ("name", "code", "matches") if not raw.get(key)]:
            raise RuleError(f"{where}/{code}: {', '.join(missing)} missing or empty")
        given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
        entry = cls(specialty=where, **given)
        entry.check()
        return entry

    def to_packed(self) -> dict[str, Any]:
        """What differs from an empty entry, for ``from_packed``."""
        given = ((field, getattr(self, field.name)) for field in fields(self))
        return {
            field.name: value.isoformat() if isinstance(value, date) else value
            for field, value in given
            if value != field.default
        }

    @classmethod
    def from_packed(cls, raw: Mapping[str, Any]) -> Self:
        """An entry that was checked when it was packed."""
        given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
        for key in ("valid_from", "valid_to"):
            if key in given:
                given[key] = date.fromisoformat(given[key])
        return cls(**given)

    def check(self) -> None:
        """Whether the entry makes sense.

        Raises:
            RuleError: It does not.
            UnknownNameError: The system or an approach is not a valid one.
        """
        where = f"{self.specialty}/{self.code}"
        chosen = (("system", self.system, SYSTEMS), ("place", self.place, PLACES), ("units_of", self.units_of, UNITS))
        approaches = (("approach", approach, APPROACHES) for approach in self.approach)
        spinal = (("number_of", phrase, PLACED) for phrase in self.number_of if phrase.startswith("@"))
        for what, given, valid in (*chosen, *approaches, *spinal):
            if given and given not in valid:
                raise UnknownNameError(what, given, valid)
        self._check_amounts(where)
        if not (cpt if self.system == "CPT" else hcpcs).is_valid(self.code):
            raise RuleError(f"{where}: not the form of a {self.system} code")
        if bool(self.action) != bool(self.site):
            raise RuleError(f"{where}: action and site go together")
        if not (self.names or self.action or self.steps):
            raise RuleError(f"{where}: needs names, action and site, or steps")

    def _check_amounts(self, where: str) -> None:
        for key in ("size_cm", "area_cm2", "weight_g", "minutes", "number", "age"):
            if (bounds := getattr(self, key)) and (len(bounds) != _PAIR or bounds[0] > bounds[1]):
                raise RuleError(f"{where}: {key} is a pair, the lower bound first")
        if (self.number or self.units_of == "number") and not self.number_of:
            raise RuleError(f"{where}: number needs number_of")

    @property
    def phrases(self) -> Iterator[str]:
        """Every phrase that names it."""
        yield from self.names
        yield from (f"{action} {site}" for action, site in itertools.product(self.action, self.site))

    @property
    def coding(self) -> Coding:
        """The code with our own name of the operation."""
        return Coding(CodeSystem[self.system], "", self.code, self.name)

    def valid_on(self, day: date | None) -> bool:
        """Whether the code may be used for a day of service; without one, whether it is still in use."""
        if day is None:
            return self.valid_to is None
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def expand(raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries a ``[[procedure]]`` table stands for."""
    variants = raw.get("variant")
    if variants is None:
        yield dict(raw)
        return
    common = {key: value for key, value in raw.items() if key != "variant"}
    for variant in variants:
        added = {key: [*common.get(key, ()), *value] for key, value in variant.items() if key in _ADDED}
        yield {**common, **variant, **added}


def read_procedures(raw: Mapping[str, Any], where: str) -> list[Procedure]:
    """The entries of one file.

    Raises:
        RuleError: An entry is malformed.
    """
    if unknown := sorted(set(raw) - {"procedure", "words"}):
        raise RuleError(f"{where}: unknown keys {unknown}; valid: procedure, words")
    return [Procedure.from_mapping(entry, where) for table in raw["procedure"] for entry in expand(table)]


@functools.cache
def _files() -> list[tuple[str, Mapping[str, Any]]]:
    return [(path.name.removesuffix(".toml"), read_toml(path)) for path in sources()]


@functools.cache
def words() -> Mapping[str, Mapping[str, Any]]:
    """The forms of words: the shared ones, and those of each field.

    Raises:
        RuleError: Two files disagree about a form.
    """
    shared = read_toml(data("detect_icd") / "procedure_words.toml")
    tables: dict[str, dict[str, Any]] = {key: dict(shared.get(key, {})) for key in TABLES}
    for where, raw in _files():
        own = raw.get("words", {})
        if unknown := sorted(set(own) - set(tables)):
            raise RuleError(f"{where}: unknown tables {unknown} of words; valid: {', '.join(TABLES)}")
        for key in ("same", "kind", "also", "phrase"):
            for name, forms in own.get(key, {}).items():
                tables[key][name] = list(dict.fromkeys((*tables[key].get(name, ()), *forms)))
        for key in ("means", "short"):
            for form, said in own.get(key, {}).items():
                if tables[key].setdefault(form, said) != said:
                    raise RuleError(f"{where}: {form!r} means something else in another file")
    return tables


@functools.cache
def procedures() -> tuple[Procedure, ...]:
    """The packaged lexicon, by file and in file order; as the build packed it, else from its sources."""
    compiled = packed(ENTRIES)
    if compiled is None:
        return read_all()
    return tuple(Procedure.from_packed(raw) for raw in compiled["procedures"])


def read_all() -> tuple[Procedure, ...]:
    """The lexicon from its sources.

    Raises:
        RuleError: An entry is malformed, or two have the same code and name.
    """
    found = [entry for where, raw in _files() for entry in read_procedures(raw, where)]
    seen = Counter((entry.code, entry.name) for entry in found)
    if twice := sorted(code for (code, _), times in seen.items() if times > 1):
        raise RuleError(f"procedures: defined twice: {', '.join(twice)}")
    return tuple(found)


@functools.cache
def by_code() -> Mapping[str, tuple[Procedure, ...]]:
    """The entries of each code of the packaged lexicon, in file order."""
    entries: dict[str, tuple[Procedure, ...]] = {}
    for entry in procedures():
        entries[entry.code] = (*entries.get(entry.code, ()), entry)
    return entries
