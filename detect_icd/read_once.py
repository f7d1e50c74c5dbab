"""What is found one by one, no further than somebody asks, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class ReadOnce(Generic[_Item]):
    """The items of an iterator, for any number of readers."""

    def __init__(self, unread: Iterator[_Item]) -> None:
        self._unread = unread
        self._read: list[_Item] = []

    def __iter__(self) -> Iterator[_Item]:
        number = 0
        while True:
            if number == len(self._read):
                try:
                    self._read.append(next(self._unread))
                except StopIteration:
                    return
            yield self._read[number]
            number += 1
