"""Keyed permutations without fixed points: of a range of numbers, and of a list.

A permutation is made of one cycle: each element goes to the next in an order only the key tells. So no element stays what
it was, no two become the same, and nothing has to be remembered.

The order of numbers comes from a Feistel network over two near-equal factors of the range, rounds of HMAC-SHA256, and
walks along its own cycle until it is back in the range (Black and Rogaway, "Ciphers with Arbitrary Finite Domains",
2002).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from redactphi.keys import SecretKey

_ROUNDS = 8


class NumberCycle:
    """A permutation of the numbers below ``size`` that leaves none where it was.

    Args:
        key: The secret.
        purpose: Permutations of different purposes have nothing in common.
        size: How many numbers; at least 2.
    """

    __slots__ = ("_key", "_left", "_purpose", "_right", "size")

    def __init__(self, key: SecretKey, purpose: str, size: int) -> None:
        if size < 2:  # noqa: PLR2004 - a lone element has nowhere to go
            raise ValueError("a cycle needs two elements")
        self.size = size
        self._key, self._purpose = key, f"{purpose}/{size}"
        self._left = math.isqrt(size - 1) + 1
        self._right = -(-size // self._left)

    def __call__(self, number: int) -> int:
        """The number that ``number`` becomes."""
        if not 0 <= number < self.size:
            raise ValueError("the number is outside of the range")
        place = self._walk(number, self._backward)
        return self._walk((place + 1) % self.size, self._forward)

    def _walk(self, number: int, step: Callable[[int], int]) -> int:
        number = step(number)
        while number >= self.size:
            number = step(number)
        return number

    def _forward(self, number: int) -> int:
        left, right = divmod(number, self._right)
        for turn in range(_ROUNDS):
            left, right = self._turn(turn, left, right)
        return left * self._right + right

    def _backward(self, number: int) -> int:
        left, right = divmod(number, self._right)
        for turn in reversed(range(_ROUNDS)):
            left, right = self._turn(turn, left, right, back=True)
        return left * self._right + right

    def _turn(self, turn: int, left: int, right: int, *, back: bool = False) -> tuple[int, int]:
        """One round: even ones change the left half by the right one, odd ones the right half by the left one."""
        even = turn % 2 == 0
        digest = self._key.digest(self._purpose, str(turn), str(right if even else left))
        change = int.from_bytes(digest, "big") * (-1 if back else 1)
        return ((left + change) % self._left, right) if even else (left, (right + change) % self._right)


class ListCycle:
    """A permutation of a list of different words that leaves none where it was.

    Args:
        key: The secret.
        purpose: Permutations of different purposes have nothing in common.
        words: At least two words; their order does not matter.
    """

    __slots__ = ("_next",)

    def __init__(self, key: SecretKey, purpose: str, words: Iterable[str]) -> None:
        ordered = keyed_order(key, purpose, set(words))
        if len(ordered) < 2:  # noqa: PLR2004 - a lone word has nowhere to go
            raise ValueError("a cycle needs two words")
        self._next = dict(zip(ordered, [*ordered[1:], ordered[0]], strict=True))

    def __contains__(self, word: object) -> bool:
        return word in self._next

    def __call__(self, word: str) -> str:
        """The word that ``word`` becomes."""
        return self._next[word]


def keyed_order(key: SecretKey, purpose: str, words: Iterable[str]) -> list[str]:
    """Words in an order that the key alone tells."""
    return sorted(words, key=lambda word: (key.digest(purpose, word), word))
