"""What is worked out from a rule's pattern: the compiled pattern, and where it can begin.

Both take seconds for all rules together, so the build works them out and packs them (see hatch_build.py). What the
packed file does not hold, because a rule has changed or `regex` is of another version, is worked out when it is needed.
"""

from __future__ import annotations

import ast
import copyreg
import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import regex

from redactphi import resources
from redactphi.recognizers import ready
from redactphi.recognizers.literals import Literal
from redactphi.recognizers.starts import Starts
from redactphi.recognizers.syntax import cased_lists
from redactphi.recognizers.tries import with_tries
from redactphi.recognizers.twins import SOUND, Twin, twin
from redactphi.resources import Rule

FILE = "rules.json"
_ANY: regex.Pattern[str] = regex.compile(".")
_READERS = ("alphabet", "compiled", "literals", "needs", "sketch", "spots", "starts", "syntax", "tails", "tries", "twins")


class Packed(NamedTuple):
    """What the build worked out for one pattern.

    Attributes:
        starts: Where it can begin.
        twin: What it is for ``re``.
        compiled: What `regex` makes the compiled pattern of again, as a Python literal; read when a note needs it.
    """

    starts: Starts | None
    twin: Twin | None
    compiled: str


def starts_of(rule: Rule) -> Starts | None:
    """The places the rule's pattern can begin to match at; None where nothing is known of them."""
    packed = _packed().get(key_of(rule))
    return packed.starts if packed else Starts.of(rule)


def twin_of(rule: Rule) -> Twin | None:
    """The rule's pattern for ``re``; None where there is none or this Python's is not to be relied on."""
    if not SOUND:
        return None
    packed = _packed().get(key_of(rule))
    return packed.twin if packed else twin(_with_tries(rule), ignore_case=rule.ignore_case)


def pattern_of(rule: Rule) -> regex.Pattern[str]:
    """The rule's pattern, compiled.

    Raises:
        RuleError: It does not compile.
    """
    if packed := _packed().get(key_of(rule)):
        pattern: regex.Pattern[str] = _reduced(_ANY)[0](*ast.literal_eval(packed.compiled))
        return pattern
    return replace(rule, regex=_with_tries(rule)).compile()


def _with_tries(rule: Rule) -> str:
    return with_tries(rule.regex, cased_lists(rule.regex, ignore_case=rule.ignore_case))


def pack(rules: Iterable[Rule], path: Path) -> None:
    """Write what is worked out from some rules, and beside it the compiled patterns of ``re``."""
    rules = list(rules)
    ready.pack((source for rule in rules for source in _sources(rule)), path.with_name(ready.FILE))
    found = {key_of(rule): _pack(rule) for rule in rules}
    path.write_text(json.dumps({"made_by": made_by(), "rules": found}), encoding="utf-8")


def _sources(rule: Rule) -> Iterator[str]:
    if starts := Starts.of(rule):
        yield starts.sketch
        yield starts.scanner
    if written := twin(_with_tries(rule), ignore_case=rule.ignore_case):
        yield written.source


def _pack(rule: Rule) -> tuple[dict[str, Any] | None, dict[str, Any] | None, str]:
    written = twin(_with_tries(rule), ignore_case=rule.ignore_case)
    return _to_json(Starts.of(rule)), asdict(written) if written else None, repr(_reduced(pattern_of(rule))[1])


@functools.cache
def _packed() -> Mapping[str, Packed]:
    file = resources.data() / "compiled" / FILE
    if not file.is_file():
        return {}
    raw = json.loads(file.read_text(encoding="utf-8"))
    if raw["made_by"] != made_by():
        return {}
    return {
        key: Packed(_from_json(starts), Twin(**written) if written else None, compiled)
        for key, (starts, written, compiled) in raw["rules"].items()
    }


def _to_json(starts: Starts | None) -> dict[str, Any] | None:
    if starts is None:
        return None
    return asdict(starts) | {
        name: sorted((literal.text, literal.exact, literal.shaped) for literal in literals)
        for name, literals in (("literals", starts.literals), ("gate", starts.gate))
    }


def _from_json(raw: dict[str, Any] | None) -> Starts | None:
    if raw is None:
        return None
    literals = {name: frozenset(Literal(*parts) for parts in raw[name]) for name in ("literals", "gate")}
    return Starts(**raw | literals)


def _reduced(pattern: regex.Pattern[str]) -> Any:
    """A function that makes the pattern, and what to call it with: how ``regex`` tells ``copyreg`` to copy it."""
    return copyreg.dispatch_table[type(pattern)](pattern)


def made_by() -> str:
    """What else the packed things depend on: the version of ``regex``, and the modules that read patterns."""
    digest = hashlib.sha256(regex.__version__.encode())
    for name in _READERS:
        source = Path(__file__).with_name(f"{name}.py")
        digest.update(source.read_bytes() if source.is_file() else b"")
    return digest.hexdigest()


def key_of(rule: Rule) -> str:
    """Stands for all of a rule that the packed things depend on."""
    return hashlib.sha256(f"{rule.ignore_case}{rule.regex}\n{rule.anchor}\n{rule.reach}{sorted(rule.triggers)}".encode()).hexdigest()
