"""Words about the name of a drug that say whether it is taken for long: ``circumstances/long_term.toml``."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from detect_icd.ready import compile_pattern, read_toml
from redactphi.errors import RuleError
from redactphi.resources import data


@dataclass(frozen=True, slots=True)
class Cue:
    """How a note tells that a drug is taken for long or is not, with the examples that prove it."""

    name: str
    pattern: re.Pattern[str]
    matches: tuple[str, ...]
    ignores: tuple[str, ...]


@functools.cache
def cues() -> dict[str, Cue]:
    """The cues of ``circumstances/long_term.toml`` by name.

    Raises:
        RuleError: One lacks its examples.
    """
    found: dict[str, Cue] = {}
    for raw in read_toml(data("detect_icd") / "circumstances" / "long_term.toml")["cue"]:
        name = raw["name"]
        if not (raw.get("matches") and raw.get("ignores")):
            raise RuleError(f"long_term/{name}: matches, ignores missing or empty")
        start = "" if name.endswith("-after") else r"(?<!\w)"
        end = "" if name.endswith("before") else r"(?!\w)"
        regex = compile_pattern(f"{start}(?:{'|'.join(raw['patterns'])}){end}", re.IGNORECASE)
        found[name] = Cue(name, regex, tuple(raw["matches"]), tuple(raw["ignores"]))
    return found


def cue(name: str) -> re.Pattern[str]:
    """The pattern of a cue."""
    return cues()[name].pattern
