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
def families(code: str) -> tuple[frozenset[int], frozenset[int]]:
    """The families of which a code is one of the greater, and those of which it is one of the lesser, by number."""
    known = bundles()
    greater = frozenset(number for number, one in enumerate(known) if in_ranges(code, _ranges(one.greater)))
    lesser = frozenset(number for number, one in enumerate(known) if in_ranges(code, _ranges(one.lesser)))
    return greater, lesser


def is_part(lesser: str, greater: str) -> bool:
    """Whether some family says that a code is a part of another, and none says the reverse."""
    if lesser == greater:
        return False
    own_greater, own_lesser = families(lesser)
    its_greater, its_lesser = families(greater)
    return not own_lesser.isdisjoint(its_greater) and own_greater.isdisjoint(its_lesser)


@functools.cache
def _ranges(written: tuple[str, ...]) -> tuple[CodeRange, ...]:
    return code_ranges(written, "procedure_bundles.toml")
