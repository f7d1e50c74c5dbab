"""Lesser operations that are a part of a greater one of the same session, by family."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from detect_icd.code_ranges import CodeRange, code_ranges, in_ranges
from detect_icd.rule_rows import table


@dataclass(frozen=True, slots=True)
class Bundle:
    """A family of operations with what is a part of each.

    Attributes:
        what: What the part is, in this project's words.
        greater: Codes and ranges of codes.
        lesser: Codes and ranges of codes that are not reported beside any of them.
        matches: Pairs, the greater first.
        ignores: Pairs that may stand beside one another.
    """

    what: str
    greater: tuple[str, ...]
    lesser: tuple[str, ...]
    matches: tuple[str, ...]
    ignores: tuple[str, ...]

    def holds(self, greater: str, lesser: str) -> bool:
        """Whether the second code is a part of the first."""
        return (
            greater != lesser and in_ranges(lesser, _ranges(self.lesser)) and in_ranges(greater, _ranges(self.greater))
        )


@functools.cache
def bundles() -> tuple[Bundle, ...]:
    """The packaged families.

    Raises:
        RuleError: A table is malformed.
    """
    return table(Bundle, "procedure_bundles", "bundle")


@functools.lru_cache(maxsize=4096)
def is_part(lesser: str, greater: str) -> bool:
    """Whether some family says that a code is a part of another, and none says the reverse."""
    known = bundles()
    return any(one.holds(greater, lesser) for one in known) and not any(one.holds(lesser, greater) for one in known)


@functools.cache
def _ranges(written: tuple[str, ...]) -> tuple[CodeRange, ...]:
    return code_ranges(written, "procedure_bundles.toml")
