"""Facts of a whole note that decide codes far from where they stand: the phase of care, read once and when asked."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from detect_icd.gates import Gate
from detect_icd.terms import rows
from redactphi.errors import RuleError
from redactphi.resources import data, read_toml


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of care and the words that tell it.

    Attributes:
        name: ``active``, ``subsequent``, ``delayed``, ``nonunion``, ``malunion`` or ``sequela``.
        regex: One pattern for all of its words.
        parts: The same, each of its ways by itself.
        matches: Texts that tell it.
        ignores: Texts that do not.
    """

    name: str
    regex: re.Pattern[str]
    parts: tuple[Gate, ...]
    matches: tuple[str, ...]
    ignores: tuple[str, ...]


@functools.cache
def phases() -> dict[str, Phase]:
    """The packaged phases by name.

    Raises:
        RuleError: A phase comes without examples.
    """
    found = {}
    for raw in read_toml(data("detect_icd") / "special" / "encounter.toml")["phase"]:
        if not raw.get("matches") or not raw.get("ignores"):
            raise RuleError(f"special/encounter.toml: {raw['name']} has no matches or no ignores")
        pattern = re.compile("|".join(raw["patterns"]), re.IGNORECASE)
        parts = tuple(Gate(re.compile(part, re.IGNORECASE)) for part in raw["patterns"])
        found[raw["name"]] = Phase(raw["name"], pattern, parts, tuple(raw["matches"]), tuple(raw["ignores"]))
    return found


def triggers(family: str) -> frozenset[str]:
    """The words of which one stands in every sentence that a family is looked for in."""
    return frozenset(
        word for name, words in rows("special/triggers.tsv", 2) if name == family for word in words.split()
    )


def tells(note: str, phase: str) -> bool:
    """Whether a note tells a phase of care."""
    return any(part.search(note) for part in phases()[phase].parts)


def healing(note: str) -> str:
    """How an injury of this note is seen: ``active`` treatment, or the kind of healing at a later visit."""
    if not tells(note, "subsequent"):
        return "active"
    for phase in ("nonunion", "malunion", "delayed"):
        if tells(note, phase):
            return phase
    return "active" if tells(note, "active") else "routine"


_HEALING = {
    "routine": {"A": "D", "B": "E", "C": "F"},
    "delayed": {"A": "G", "B": "H", "C": "J"},
    "nonunion": {"A": "K", "B": "M", "C": "N"},
    "malunion": {"A": "P", "B": "Q", "C": "R"},
}


def seventh(character: str, phase: str, allowed: str) -> str:
    """The seventh character of a phase of care for one of active treatment; the plain later one where there is no other.

    Args:
        character: ``A``, ``B`` or ``C``; any other stays.
        phase: What ``healing`` gives.
        allowed: The characters the code takes.
    """
    wanted = _HEALING.get(phase, {}).get(character, character)
    if wanted in allowed:
        return wanted
    return "D" if character in "ABC" and phase in _HEALING and "D" in allowed else character
