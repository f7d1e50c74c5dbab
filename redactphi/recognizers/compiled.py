"""What is worked out from a rule's pattern: the compiled pattern, and where it can begin.

Both take seconds for all rules together, so the build works them out and packs them (see hatch_build.py). What the
packed file does not hold, because a rule has changed or `regex` is of another version, is worked out when it is needed.
"""

from __future__ import annotations

import ast
import base64
import copyreg
import functools
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import regex

from redactphi import resources
from redactphi.recognizers import ready
from redactphi.recognizers.anchors import Anchor, known_of
from redactphi.recognizers.literals import Literal
from redactphi.recognizers.needs import Clause
from redactphi.recognizers.starts import Starts
from redactphi.recognizers.syntax import Chars, cased_lists
from redactphi.recognizers.tries import with_tries
from redactphi.recognizers.twins import SOUND, Twin, twin
from redactphi.resources import Rule

FILE = "rules.json"
_ANY: regex.Pattern[str] = regex.compile(".")
_NOWHERE = Chars(frozenset())
"""What may stand between is not kept of an anchor's clause: its distances are bounded."""

_READERS = (
    "anchors",
    "alphabet",
    "behind",
    "compiled",
    "literals",
    "needs",
    "sketch",
    "starts",
    "syntax",
    "tails",
    "tries",
    "twins",
)


class Packed(NamedTuple):
    """What the build worked out for one pattern.

    Attributes:
        starts: Where it can begin.
        twin: What it is for ``re``.
        compiled: What `regex` makes the compiled pattern of again, as a Python literal that is packed; read when a note needs it.
    """

    starts: Starts | None
    twin: Twin | None
    compiled: str


def starts_of(rule: Rule) -> Starts | None:
    """The places the rule's pattern can begin to match at; None where nothing is known of them."""
    packed = _packed().get(_key(rule))
    return packed.starts if packed else Starts.of(rule)


def twin_of(rule: Rule) -> Twin | None:
    """The rule's pattern for ``re``; None where there is none or this Python's is not to be relied on."""
    if not SOUND:
        return None
    packed = _packed().get(_key(rule))
    return packed.twin if packed else twin(_with_tries(rule), ignore_case=rule.ignore_case)


def pattern_of(rule: Rule) -> regex.Pattern[str]:
    """The rule's pattern, compiled.

    Raises:
        RuleError: It does not compile.
    """
    if packed := _packed().get(_key(rule)):
        source = zlib.decompress(base64.b64decode(packed.compiled)).decode()
        pattern: regex.Pattern[str] = _reduced(_ANY)[0](*ast.literal_eval(source))
        return pattern
    return replace(rule, regex=_with_tries(rule)).compile()


def _with_tries(rule: Rule) -> str:
    return with_tries(rule.regex, cased_lists(rule.regex, ignore_case=rule.ignore_case))


@functools.cache
def anchor_of(source: str) -> Anchor:
    """The anchor of that source."""
    packed = _packed_anchors().get(source)
    return Anchor(source, packed or known_of(source))


def pack(rules: Iterable[Rule], path: Path) -> None:
    """Write what is worked out from some rules, and beside it the compiled patterns of ``re``."""
    rules = list(rules)
    ready.pack((source for rule in rules for source in _sources(rule)), path.with_name(ready.FILE))
    found = {_key(rule): _pack(rule) for rule in rules}
    anchors = {rule.anchor: _anchor_to_json(rule.anchor) for rule in rules if rule.anchor}
    packed = {"made_by": _made_by(), "rules": found, "anchors": anchors}
    path.write_text(json.dumps(packed), encoding="utf-8")


def _anchor_to_json(source: str) -> tuple[dict[str, Any] | None, bool]:
    clause, around_digits = known_of(source)
    if clause is None:
        return None, around_digits
    parts = {name: getattr(clause, name) for name in ("low", "high", "at_word")}
    return {**parts, "literals": _literals_to_json(clause.literals)}, around_digits


def _sources(rule: Rule) -> Iterator[str]:
    if starts := Starts.of(rule):
        yield starts.sketch
        yield starts.scanner
        if starts.behind:
            yield starts.behind
    if written := twin(_with_tries(rule), ignore_case=rule.ignore_case):
        yield written.source


def _pack(rule: Rule) -> tuple[dict[str, Any] | None, dict[str, Any] | None, str]:
    written = twin(_with_tries(rule), ignore_case=rule.ignore_case)
    compiled = base64.b64encode(zlib.compress(repr(_reduced(pattern_of(rule))[1]).encode(), 9)).decode()
    return _to_json(Starts.of(rule)), asdict(written) if written else None, compiled


def _packed() -> Mapping[str, Packed]:
    return _file()[0]


def _packed_anchors() -> Mapping[str, tuple[Clause | None, bool]]:
    return _file()[1]


@functools.cache
def _file() -> tuple[Mapping[str, Packed], Mapping[str, tuple[Clause | None, bool]]]:
    """What the build has packed of rules and of anchors; nothing if that is of other rules or another version."""
    file = resources.data() / "compiled" / FILE
    raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if raw.get("made_by") != _made_by():
        return {}, {}
    # What was read is let go of piece by piece, and not kept beside what is made of it.
    rules, anchors = raw.pop("rules"), raw.pop("anchors")
    return {key: _rule_from_json(*rules.pop(key)) for key in list(rules)}, {
        source: (clause and Clause(**clause | {"literals": _literals(clause["literals"]), "between": _NOWHERE}), digits)
        for source, (clause, digits) in anchors.items()
    }


def _rule_from_json(starts: dict[str, Any] | None, written: dict[str, Any] | None, compiled: str) -> Packed:
    return Packed(_from_json(starts), Twin(**written) if written else None, compiled)


def _to_json(starts: Starts | None) -> dict[str, Any] | None:
    if starts is None:
        return None
    return asdict(starts) | {
        name: _literals_to_json(literals) for name, literals in (("literals", starts.literals), ("gate", starts.gate))
    }


def _from_json(raw: dict[str, Any] | None) -> Starts | None:
    if raw is None:
        return None
    literals = {name: _literals(raw[name]) for name in ("literals", "gate")}
    return Starts(**raw | literals)


def _literals_to_json(literals: Iterable[Literal]) -> list[tuple[str, str, bool]]:
    return sorted((literal.text, literal.exact, literal.shaped) for literal in literals)


def _literals(raw: Iterable[tuple[str, str, bool]]) -> frozenset[Literal]:
    return frozenset(Literal(*parts) for parts in raw)


def _reduced(pattern: regex.Pattern[str]) -> Any:
    """A function that makes the pattern, and what to call it with: how ``regex`` tells ``copyreg`` to copy it."""
    return copyreg.dispatch_table[type(pattern)](pattern)


def _made_by() -> str:
    """What else the packed things depend on: the version of ``regex``, and the modules that read patterns."""
    digest = hashlib.sha256(regex.__version__.encode())
    for name in _READERS:
        source = Path(__file__).with_name(f"{name}.py")
        digest.update(source.read_bytes() if source.is_file() else b"")
    return digest.hexdigest()


def _key(rule: Rule) -> str:
    return hashlib.sha256(f"{rule.ignore_case}{rule.regex}\n{rule.anchor}".encode()).hexdigest()
