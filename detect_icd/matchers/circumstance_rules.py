"""Reads the tables of circumstances (``data/circumstances/*.toml``): patterns and the Z codes they state."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from detect_icd.candidates import Status
from detect_icd.ready import read_toml
from redactphi.errors import RuleError, UnknownNameError
from redactphi.resources import data

KINDS = ("status", "operation", "encounter")


@dataclass(frozen=True, slots=True)
class CircumstanceRule:
    """A pattern and the Z code it states, with the examples that prove it.

    Attributes:
        name: Unique over all files.
        kind: ``status`` holds wherever it is said, ``operation`` only where the note says that it is past, ``encounter``
            where it is neither past nor planned.
        code: The code, or a heading that the side, the site or the number completes.
        section: The guideline it follows.
        anchors: Lower-case words, one of which stands in every match.
        pattern: Regular expression, without regard to case; a space is any white space. A group ``site`` (``site2`` ...)
            is looked up in ``codes``, a group ``number`` is the body mass index.
        matches: Texts it must match.
        ignores: Texts it must not match.
        unless: A pattern that may not stand in the sentence.
        safe: What is taken out of the sentence before ``unless`` is looked for.
        standing: A pattern that makes a match of an operation a status.
        inner: Status of the diagnoses a match covers; none leaves them as they are said. An encounter's is hypothetical.
        needs: Code prefixes (no dots), one of which the note must have as present.
        codes: Site to code.
        also: Pairs of a pattern and a heading: where it is found in the match, that code is stated too.
    """

    name: str
    kind: str
    code: str
    section: str
    anchors: tuple[str, ...]
    pattern: str
    matches: tuple[str, ...]
    ignores: tuple[str, ...]
    unless: str = ""
    safe: str = ""
    standing: str = ""
    inner: str = ""
    needs: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict, hash=False)
    also: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any], pieces: Mapping[str, str], where: str) -> Self:
        """A rule from a TOML table; ``{{name}}`` in its pattern stands for a piece of the file's ``[define]``.

        Raises:
            RuleError: A key is unknown, or a required one is missing or empty.
            UnknownNameError: There is no such kind, status or piece.
        """
        valid = [item.name for item in fields(cls)]
        name = raw.get("name", "?")
        if unknown := sorted(set(raw) - set(valid)):
            raise RuleError(f"{where}/{name}: unknown keys {unknown}; valid: {', '.join(valid)}")
        if missing := [key for key in valid[:8] if not raw.get(key)]:
            raise RuleError(f"{where}/{name}: {', '.join(missing)} missing or empty")
        if raw["kind"] not in KINDS:
            raise UnknownNameError("kind", raw["kind"], KINDS)
        if raw.get("inner", "hypothetical") not in set(Status):
            raise UnknownNameError("status", raw["inner"], [str(status) for status in Status])
        values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
        values["also"] = tuple((pattern, code) for pattern, code in raw.get("also", ()))
        if raw["kind"] == "encounter":
            values.setdefault("inner", str(Status.HYPOTHETICAL))
        values["pattern"] = _expanded(raw["pattern"], pieces)
        return cls(**values)


@functools.cache
def circumstance_rules() -> tuple[CircumstanceRule, ...]:
    """The packaged rules, in the order of their files.

    Raises:
        RuleError: A rule is malformed or two share a name.
    """
    found: list[CircumstanceRule] = []
    for file in ("status", "encounters"):
        raw = read_toml(data("detect_icd") / "circumstances" / f"{file}.toml")
        pieces = raw.get("define", {})
        found.extend(CircumstanceRule.from_mapping(table, pieces, file) for table in raw["rule"])
    names = [rule.name for rule in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RuleError(f"circumstances: names used twice: {', '.join(twice)}")
    return tuple(found)


def _expanded(pattern: str, pieces: Mapping[str, str]) -> str:
    def piece(match: re.Match[str]) -> str:
        if match[1] not in pieces:
            raise UnknownNameError("piece of a pattern", match[1], pieces)
        return pieces[match[1]]

    return re.sub(r"\{\{(\w+)\}\}", piece, pattern)
