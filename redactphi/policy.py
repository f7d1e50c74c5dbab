"""Policy: which operator rewrites which label, and from which score on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from redactphi import resources
from redactphi.errors import DataError, UnknownNameError, UsageError
from redactphi.labels import PhiLabel
from redactphi.policy_terms import Terms

KEEP = "keep"
_LEAVES = {
    "shift": "is shifted: dates of a day stay",
    "surrogate": "is replaced by what is computed from it with a key",
    "town": "is kept where it is a town",
}
"""Operators that do less than Safe Harbor asks for, and what they do."""

_THRESHOLD = 0.4
"""The least score where a policy names none."""

_KEYS: dict[str, type] = {
    "name": str, "version": int, "description": str, "extends": str, "departures": list, "operators": dict,
    "thresholds": dict, "providers": str, "facilities": str, "allow": list, "deny": list,
}  # fmt: skip
_CHOICES = {"providers": PhiLabel.PROVIDER, "facilities": PhiLabel.FACILITY}
"""Keys for what Safe Harbor does not list, and the label each decides on."""

_WORDS: dict[type, str] = {str: "string", int: "whole number", list: "list of strings", dict: "table"}
_LABELS = tuple(str(label) for label in PhiLabel)


@dataclass(frozen=True, slots=True)
class OperatorSpec:
    """An operator's name and its parameters."""

    operator: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens to each label.

    Attributes:
        name: The preset's name, or the name a user's file gives.
        version: Raised when the meaning of the file changes.
        description: What the policy does, in words for a manifest.
        departures: In words, where it keeps more than Safe Harbor allows; empty for Safe Harbor. What a file does not
            say itself is worked out, so that no manifest claims more than was done.
        operators: Every label's operator.
        thresholds: Every label's least score.
        choices: In words, what it keeps of what Safe Harbor does not list, and how many terms of its own it has.
        allow: Terms that are never redacted.
        deny: Terms that always are.
    """

    name: str
    version: int
    description: str
    departures: tuple[str, ...]
    operators: Mapping[str, OperatorSpec]
    thresholds: Mapping[str, float]
    choices: tuple[str, ...] = ()
    allow: tuple[Terms, ...] = field(default=(), repr=False)
    deny: tuple[Terms, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, policy: str | Path | Policy) -> Policy:
        """A preset by name, a TOML file by path, or a policy as it is.

        Raises:
            UnknownNameError: No such preset, label or key; the message lists the valid ones.
            UsageError: The file is missing or malformed.
        """
        if isinstance(policy, Policy):
            return policy
        return _build(_merged(_find(policy), seen=()))

    def spec(self, label: str) -> OperatorSpec:
        """The operator of a label."""
        return self.operators[label]

    def keeps(self, label: str) -> bool:
        """Whether spans of this label stay as they are."""
        return self.operators[label].operator == KEEP

    def describe(self) -> dict[str, Any]:
        """The policy as plain data, for a manifest: of its own terms, which may be names, the number alone."""
        return {
            "name": self.name,
            "version": self.version,
            "description": self.description,
            "departures_from_safe_harbor": list(self.departures),
            "choices": list(self.choices),
            "operators": {label: {"operator": s.operator, **s.params} for label, s in sorted(self.operators.items())},
            "thresholds": dict(sorted(self.thresholds.items())),
        }

    def __hash__(self) -> int:
        return hash(self.sha256)

    @property
    def sha256(self) -> str:
        """A hash of everything the policy says."""
        terms = [[asdict(each) for each in found] for found in (self.allow, self.deny)]
        return hashlib.sha256(json.dumps([self.describe(), terms], sort_keys=True).encode()).hexdigest()


def presets() -> list[str]:
    """The names of the shipped policies."""
    return sorted(path.name.removesuffix(".toml") for path in (resources.data() / "policies").iterdir())


def _find(policy: str | Path, folder: Path | None = None) -> Traversable | Path:
    """The file of a policy; a path in ``extends`` is relative to the folder of the file that says it."""
    if not isinstance(policy, str | Path):
        raise UsageError(f"a policy is a preset's name, a path or a Policy, not {type(policy).__name__}")
    if isinstance(policy, Path) or policy.endswith(".toml"):
        path = Path(policy) if folder is None else folder / policy
        if not path.is_file():
            raise UsageError(f"no such policy file: {path.name}")
        return path
    if policy not in presets():
        raise UnknownNameError("policy", policy, presets())
    return resources.data() / "policies" / f"{policy}.toml"


def _merged(path: Traversable | Path, seen: tuple[Traversable | Path, ...]) -> dict[str, Any]:
    """What a file and those it extends say together. Name and description are a file's own: they speak of all of it."""
    folder = path.parent if isinstance(path, Path) else None
    path = path.resolve() if isinstance(path, Path) else path
    if path in seen:
        raise UsageError(f"policies extend each other in a circle: {', '.join(each.name for each in (*seen, path))}")
    try:
        raw = resources.read_toml(path)
    except DataError as error:
        raise UsageError(str(error)) from None
    _check_keys(raw)
    base = _merged(_find(raw["extends"], folder), (*seen, path)) if "extends" in raw else {}
    merged = {"version": 1, "description": "", **raw}
    for table in ("operators", "thresholds"):
        merged[table] = base.get(table, {}) | raw.get(table, {})
    merged["operators"] |= _chosen(raw, merged["operators"])
    for kind in ("allow", "deny"):
        merged[kind] = [*base.get(kind, ()), *(Terms.read(kind, each, folder) for each in raw.get(kind, ()))]
    if missing := [key for key in ("name", "operators") if not merged.get(key)]:
        raise UsageError(f"policy lacks {', '.join(missing)}")
    merged["thresholds"] = merged["thresholds"] or {"default": _THRESHOLD}
    stated = [*(raw.get("departures") or _unstated_departures(base, merged)), *_allowances(raw)]
    return merged | {"departures": [*base.get("departures", ()), *stated]}


def _check_keys(raw: Mapping[str, Any]) -> None:
    for key, value in raw.items():
        if key not in _KEYS:
            raise UnknownNameError("policy key", key, _KEYS)
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            raise UsageError(f"policy key {key!r} takes a {_WORDS[_KEYS[key]]}")
    if not all(isinstance(item, str) for item in raw.get("departures", ())):
        raise UsageError("policy key 'departures' takes a list of strings")
    if not all(isinstance(item, Mapping) for key in ("allow", "deny") for item in raw.get(key, ())):
        raise UsageError("policy keys 'allow' and 'deny' are written [[allow]] and [[deny]]")
    for key in ("name", "description"):
        if not str(raw.get(key, "")).isprintable():
            raise UsageError(f"policy key {key!r} is one line of printable characters")
    for key in _CHOICES:
        if raw.get(key, KEEP) not in ("redact", KEEP):
            raise UnknownNameError(f"choice for {key}", raw[key], ("redact", KEEP))


def _chosen(raw: Mapping[str, Any], operators: Mapping[str, Any]) -> dict[str, Any]:
    """The operators that a file's choices for providers and facilities stand for."""
    found = {}
    for key, label in _CHOICES.items():
        if key in raw and str(label) in raw.get("operators", {}):
            raise UsageError(f"policy key {key!r} and the operator of {label} say the same thing twice")
        if key in raw:
            default = operators.get("default", "tag")
            found[str(label)] = KEEP if raw[key] == KEEP else "tag" if default == KEEP else default
    return found


def _allowances(raw: Mapping[str, Any]) -> list[str]:
    """What a list of terms that are never redacted does to Safe Harbor, which knows no such list."""
    return ["terms of the policy's own are never redacted, whatever they name"] if raw.get("allow") else []


def _unstated_departures(base: Mapping[str, Any], merged: Mapping[str, Any]) -> list[str]:
    """Where a file keeps more than what it extends, of what Safe Harbor lists, and does not say so itself."""
    before, after = (
        {label: _spec(value).operator for label, value in _per_label(raw["operators"]).items()} if raw else {}
        for raw in (base, merged)
    )
    least, now = (_thresholds(raw) if raw else dict.fromkeys(_LABELS, _THRESHOLD) for raw in (base, merged))
    found = []
    for label in PhiLabel:
        if label.identifier is None or before.get(label) == KEEP:
            continue
        if after[label] == KEEP:
            found.append(f"{label} is kept")
        elif after[label] in _LEAVES and after[label] != before.get(label):
            found.append(f"{label} {_LEAVES[after[label]]}")
        elif now[label] > least[label]:
            found.append(f"{label} is kept below a score of {now[label]:g}")
    return found


def _build(raw: Mapping[str, Any]) -> Policy:
    operators = {label: _spec(value) for label, value in _per_label(raw["operators"]).items()}
    for terms in raw["deny"]:
        if operators[terms.labels[0]].operator == KEEP:
            raise UsageError(f"policy denies terms as {terms.labels[0]} and keeps that label")
    return Policy(
        name=raw["name"],
        version=raw["version"],
        description=raw["description"],
        departures=tuple(raw["departures"]),
        operators=operators,
        thresholds=_thresholds(raw),
        choices=tuple(_choices(operators, raw)),
        allow=tuple(raw["allow"]),
        deny=tuple(raw["deny"]),
    )


def _choices(operators: Mapping[str, OperatorSpec], raw: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"names of {key} are kept" for key, label in _CHOICES.items() if operators[label].operator == KEEP)
    for kind, what in (("allow", "never"), ("deny", "always")):
        if count := sum(len(terms.texts) or 1 for terms in raw[kind]):
            yield f"terms of the policy's own that are {what} redacted: {count}"


def _thresholds(raw: Mapping[str, Any]) -> dict[str, float]:
    found = _per_label(raw["thresholds"])
    for label, value in found.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise UsageError(f"the threshold of {label} must be a number from 0 to 1")
    return {label: float(value) for label, value in found.items()}


def _per_label(table: Mapping[str, Any]) -> dict[str, Any]:
    for key in table:
        if key != "default" and key not in _LABELS:
            raise UnknownNameError("label in a policy", key, (*_LABELS, "default"))
    missing = [label for label in _LABELS if label not in table]
    if missing and "default" not in table:
        raise UsageError(f"policy says nothing of {', '.join(missing)} and has no default")
    return {label: table.get(label, table.get("default")) for label in _LABELS}


def _spec(value: object) -> OperatorSpec:
    if isinstance(value, str):
        return OperatorSpec(value)
    if isinstance(value, Mapping) and isinstance(value.get("operator"), str):
        return OperatorSpec(value["operator"], {key: item for key, item in value.items() if key != "operator"})
    raise UsageError('an operator is a name, or a table like { operator = "year" }')
