"""What is remembered of the note at hand, since several ask for it, and forgotten with it: nothing of a patient stays behind."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

_P = ParamSpec("_P")
_R = TypeVar("_R")
_forgetting: list[Callable[[], None]] = []


def of_note(size: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Makes a function remember what it gave, until the note is done.

    Args:
        size: How many answers, at most.
    """

    def remembering(function: Callable[_P, _R]) -> Callable[_P, _R]:
        remembered = functools.lru_cache(maxsize=size)(function)
        _forgetting.append(remembered.cache_clear)
        return cast("Callable[_P, _R]", remembered)

    return remembering


def forgetting(forget: Callable[[], None]) -> None:
    """Has something done whenever a note is done."""
    _forgetting.append(forget)


def forget() -> None:
    """Forgets the notes read so far. Another thread's note is worked out anew where it is asked for again."""
    for each in _forgetting:
        each()
