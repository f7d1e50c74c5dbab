"""Reads the guideline tables (``data/guidelines/*.toml``): combinations, integral symptoms, history, uncertainty."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from detect_icd.coding import icd10cm
from detect_icd.ready import read_toml
from detect_icd.rule_rows import build
from detect_icd.terms import rows
from redactphi.errors import RuleError, UnknownNameError
from redactphi.resources import data


@dataclass(frozen=True, slots=True)
class Combination:
    """Conditions the classification has one code for, or that bring another code with them.

    Attributes:
        name: What the rule is called in a candidate's chain.
        section: The guideline's section.
        all: For each condition, the code prefixes that state it (no dots).
        result: The code they come to; with ``suffix`` what replaces the first condition's beginning.
        replaces: Which of the conditions it stands for, by position; the others stay beside it.
        suffix: From which character on the first condition's code is kept.
        words: Words the note must state (regex), in the first condition's sentence where ``near``.
        unless: Words that rule it out anywhere in the note (regex).
        absent: Code prefixes of which none may be there.
        early: Whether it is applied before the families, which then go on from its result.
        near: Whether the words must stand in the first condition's sentence.
        after: Whether the result is listed last rather than before its conditions.
        apart: Whether the result is a code of its own, not the conditions read together.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    name: str
    section: str
    all: tuple[tuple[str, ...], ...]
    result: str
    replaces: tuple[int, ...] = ()
    suffix: int | None = None
    words: str = ""
    unless: str = ""
    absent: tuple[str, ...] = ()
    early: bool = False
    near: bool = False
    after: bool = False
    apart: bool = False
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class General:
    """A word for a whole kind of disease, and what says it exactly.

    Attributes:
        name: What the rule is called.
        general: Code prefixes that say no more than the kind.
        specific: Code prefixes of the diseases of that kind.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    name: str
    general: tuple[str, ...]
    specific: tuple[str, ...]
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """Codes that are not reported beside certain others.

    Attributes:
        section: The guideline's section.
        why: The reason, before the other code.
        diagnoses: Code prefixes that suppress.
        symptoms: Code prefixes that are suppressed.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    section: str
    why: str
    diagnoses: tuple[str, ...]
    symptoms: tuple[str, ...]
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """All guideline tables, checked.

    Attributes:
        combinations: In the order they are tried.
        suppressions: Integral symptoms and the like.
        generals: Words for a kind of disease beside the disease itself.
        fracture_sites: Code prefix of a fracture to the site of M80, longest prefix first; ``*`` stands for the side.
        chronic: Code prefixes of conditions that "history of" does not end.
        remains: Code prefix of an acute phase to the code of the lasting disease it leaves, longest prefix first.
        named: Heading, no dots, to the code that the Alphabetic Index has for its bare name.
        symptoms: Code prefixes of what a diagnosis explains.
        history: Code prefix to personal-history code, longest prefix first.
        told: The same for conditions that have no history code of their own: for what the author calls a history.
        family: Code prefix to family-history code, longest prefix first.
        brief: Code prefixes of what is over in weeks, and so no family history.
        after: CPT code of an operation to the code of the status it leaves.
        confirmed_only: Code prefixes that are never coded when uncertain.
        too_general: Code prefixes of words that say too little to be reported when nothing but the word is there.
        at_discharge: Sections that speak of the time of discharge.
        section_order: Sections in the order their diagnoses are listed; others follow.
    """

    combinations: tuple[Combination, ...]
    suppressions: tuple[Suppression, ...]
    generals: tuple[General, ...]
    fracture_sites: Mapping[str, str] = field(hash=False)
    chronic: tuple[str, ...]
    remains: Mapping[str, str] = field(hash=False)
    named: Mapping[str, str] = field(hash=False)
    symptoms: tuple[str, ...]
    history: Mapping[str, str] = field(hash=False)
    told: Mapping[str, str] = field(hash=False)
    family: Mapping[str, str] = field(hash=False)
    brief: tuple[str, ...]
    after: Mapping[str, str] = field(hash=False)
    confirmed_only: tuple[str, ...]
    too_general: tuple[str, ...]
    at_discharge: frozenset[str]
    section_order: tuple[str, ...]

    def history_code(self, code: str) -> str | None:
        """The personal-history code of a condition that is over, if there is a clear one."""
        return _longest(self.history, icd10cm.compact(code))

    def remaining_code(self, code: str) -> str | None:
        """The lasting disease without the acute phase that a code has and the note says is over, if it has one."""
        return _longest(self.remains, icd10cm.compact(code))

    def told_code(self, code: str) -> str | None:
        """The general code of a history that the author calls one, by the chapter of what it was."""
        return _longest(self.told, icd10cm.compact(code))

    def status_code(self, code: str) -> str | None:
        """The code of the status that an operation of the past leaves, if there is a clear one."""
        return _longest(self.after, code)

    def family_code(self, code: str) -> str | None:
        """The family-history code of a relative's condition, if there is a clear one and it is not over in weeks."""
        compact = icd10cm.compact(code)
        return None if compact.startswith(self.brief) else _longest(self.family, compact)

    def section_rank(self, section: str) -> int:
        """The place of a section's diagnoses in the sequence."""
        return self.section_order.index(section) if section in self.section_order else len(self.section_order)


def _longest(table: Mapping[str, str], compact: str) -> str | None:
    """What a table has for the longest beginning of a code that it has."""
    return next((table[compact[:size]] for size in range(len(compact), 0, -1) if compact[:size] in table), None)


def _prefixes(table: Mapping[str, list[str]]) -> dict[str, str]:
    """The code of each prefix; the first of several in the order of the table."""
    found: dict[str, str] = {}
    for code, prefixes in table.items():
        for prefix in prefixes:
            found.setdefault(icd10cm.compact(prefix), code)
    return found


def _suppressions(raw: Mapping[str, Any]) -> tuple[Suppression, ...]:
    """The rules of a table, with the codes of a group of symptoms where a rule names the group."""
    groups: Mapping[str, list[str]] = raw.get("groups", {})
    return tuple(
        build(Suppression, {**rule, "symptoms": list(_ungrouped(rule["symptoms"], groups))}, "guidelines/integral")
        for rule in (*raw["integral"], *_by_family())
    )


def _by_family() -> Iterator[dict[str, Any]]:
    """The families of diseases with what routinely comes with them, as rules like the others."""
    for name, diagnoses, symptoms, match, near_miss in rows("guidelines/integral_families.tsv", 5):
        yield {
            "section": "I.B.5",
            "why": f"integral to {name},",
            "diagnoses": diagnoses.split(),
            "symptoms": symptoms.split(),
            "matches": [_marked(match.split(), match.split()[:1])],
            "ignores": [_marked(near_miss.split(), near_miss.split())],
        }


def _marked(codes: Sequence[str], reported: Sequence[str]) -> str:
    """A disease and a sign as the other tables write their examples."""
    return f"{', '.join(f'[words]({code})' for code in codes)} => {' '.join(reported)}"


def _ungrouped(names: list[str], groups: Mapping[str, list[str]]) -> Iterator[str]:
    for name in names:
        if not name.startswith("@"):
            yield name
        elif (group := groups.get(name[1:])) is None:
            raise UnknownNameError("group of symptoms", name[1:], groups)
        else:
            yield from group


@functools.cache
def rules() -> Rules:
    """The packaged guideline tables.

    Raises:
        RuleError: A table has an unknown or lacks a required key.
    """
    folder = data("detect_icd") / "guidelines"
    status = read_toml(folder / "status.toml")
    general = read_toml(folder / "general.toml")
    if unknown := sorted(
        set(status)
        - {
            *("after", "chronic", "symptoms", "confirmed_only", "too_general", "at_discharge", "section_order"),
            *("history", "told", "family", "brief", "remains", "named"),
        }
    ):
        raise RuleError(f"guidelines/status.toml: unknown keys {unknown}")
    return Rules(
        combinations=tuple(
            build(Combination, raw, "guidelines/combinations")
            for raw in read_toml(folder / "combinations.toml")["combination"]
        ),
        suppressions=_suppressions(read_toml(folder / "integral.toml")),
        generals=tuple(build(General, raw, "guidelines/general") for raw in general["general"]),
        fracture_sites=dict(sorted(general["fracture_sites"].items(), key=lambda item: -len(item[0]))),
        chronic=tuple(status["chronic"]),
        remains=_prefixes(status["remains"]),
        named=_prefixes(status["named"]),
        symptoms=tuple(status["symptoms"]),
        history=_prefixes(status["history"]),
        told=_prefixes(status["told"]),
        family=_prefixes(status["family"]),
        brief=tuple(status["brief"]),
        after=_prefixes(status["after"]),
        confirmed_only=tuple(status["confirmed_only"]),
        too_general=tuple(status["too_general"]),
        at_discharge=frozenset(status["at_discharge"]),
        section_order=tuple(status["section_order"]),
    )
