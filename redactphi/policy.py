"""Policy: which operator rewrites which label, and from which score on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from redactphi import resources
from redactphi.errors import UnknownNameError, UsageError
from redactphi.labels import PhiLabel

KEEP = "keep"
_KEYS = ("name", "version", "description", "extends", "departures", "operators", "thresholds")
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
        departures: In words, where it keeps more than Safe Harbor allows; empty for Safe Harbor.
        operators: Every label's operator.
        thresholds: Every label's least score.
    """

    name: str
    version: int
    description: str
    departures: tuple[str, ...]
    operators: Mapping[str, OperatorSpec]
    thresholds: Mapping[str, float]

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
        """The policy as plain data, for a manifest."""
        return {
            "name": self.name,
            "version": self.version,
            "description": self.description,
            "departures_from_safe_harbor": list(self.departures),
            "operators": {label: {"operator": s.operator, **s.params} for label, s in sorted(self.operators.items())},
            "thresholds": dict(sorted(self.thresholds.items())),
        }

    @property
    def sha256(self) -> str:
        """A hash of everything the policy says."""
        return hashlib.sha256(json.dumps(self.describe(), sort_keys=True).encode()).hexdigest()


def presets() -> list[str]:
    """The names of the shipped policies."""
    return sorted(path.name.removesuffix(".toml") for path in (resources.data() / "policies").iterdir())


def _find(policy: str | Path) -> Traversable | Path:
    if isinstance(policy, Path) or policy.endswith(".toml"):
        path = Path(policy)
        if not path.is_file():
            raise UsageError(f"no such policy file: {path.name}")
        return path
    if policy not in presets():
        raise UnknownNameError("policy", policy, presets())
    return resources.data() / "policies" / f"{policy}.toml"


def _merged(path: Traversable | Path, seen: tuple[str, ...]) -> dict[str, Any]:
    if path.name in seen:
        raise UsageError(f"policies extend each other in a circle: {', '.join((*seen, path.name))}")
    raw = resources.read_toml(path)
    for key in raw:
        if key not in _KEYS:
            raise UnknownNameError("policy key", key, _KEYS)
    if "extends" not in raw:
        return raw
    base = _merged(_find(raw["extends"]), (*seen, path.name))
    merged = base | {key: value for key, value in raw.items() if key != "extends"}
    for table in ("operators", "thresholds"):
        merged[table] = base.get(table, {}) | raw.get(table, {})
    return merged


def _build(raw: Mapping[str, Any]) -> Policy:
    if missing := [key for key in ("name", "operators") if key not in raw]:
        raise UsageError(f"policy lacks {', '.join(missing)}")
    return Policy(
        name=raw["name"],
        version=int(raw.get("version", 1)),
        description=raw.get("description", ""),
        departures=tuple(raw.get("departures", ())),
        operators={label: _spec(value) for label, value in _per_label(raw["operators"]).items()},
        thresholds={
            label: float(value) for label, value in _per_label(raw.get("thresholds", {"default": 0.4})).items()
        },
    )


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
