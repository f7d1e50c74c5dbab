"""Surrogates of numbers and codes: digit for digit and letter for letter, and never two alike."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase

import regex

from redactphi.keys import SecretKey
from redactphi.operators.permutation import NumberCycle

_DIGITS, _NONZERO, _TWO_TO_NINE = "0123456789", "123456789", "23456789"
_HEX = "0123456789abcdef"
_NATIONAL = 10
_AREA_AND_EXCHANGE = (0, 3)
_OCTETS = regex.compile(r"(?:\d{1,3}\.){3}\d{1,3}")


class Numbers:
    """Rewrites the ASCII letters and digits of a text, each within its kind; everything else stays.

    A digit that comes first stays zero or not zero. All texts of one form are permuted among each other, so two never
    become the same and none stays what it was.

    Args:
        key: The secret.
        purpose: Numbers of different purposes have nothing in common.
    """

    def __init__(self, key: SecretKey, purpose: str) -> None:
        self._key, self._purpose = key, purpose
        self._permuted = functools.lru_cache(maxsize=1 << 14)(self._permute)

    def __call__(self, text: str) -> str:
        """The text with every digit and letter replaced. One without any comes back as it is."""
        return self._replace(text, _kinds(text, ascii_lowercase, ascii_uppercase, _DIGITS))

    def digits(self, text: str) -> str:
        """The text with its digits alone replaced."""
        return self._replace(text, _kinds(text, _DIGITS))

    def phone(self, text: str) -> str:
        """A telephone number: area and exchange codes begin with 2 to 9 still, a country code 1 and "ext" stay."""
        kinds = _kinds(text, _DIGITS)
        places = [place for place, char in enumerate(text) if char in _DIGITS]
        if len(places) > _NATIONAL and text[places[0]] == "1":
            kinds[places.pop(0)] = ""
        if len(places) < _NATIONAL:
            return self._replace(text, kinds)
        for place in (places[offset] for offset in _AREA_AND_EXCHANGE):
            kinds[place] = _TWO_TO_NINE if text[place] in _TWO_TO_NINE else _DIGITS
        behind = places[_NATIONAL] if len(places) > _NATIONAL else len(text)
        number = self._replace(text[:behind], kinds[:behind])
        return number + (self.digits(text[behind:]) if behind < len(text) else "")

    def address(self, text: str) -> str:
        """An IP address of either version, or another address in hexadecimal digits."""
        if not _OCTETS.fullmatch(text) or any(int(octet) > 255 for octet in text.split(".")):  # noqa: PLR2004 - a byte
            return self._replace(text, _kinds(text, _HEX, _HEX.upper())) if ":" in text else self(text)
        number = int.from_bytes(bytes(map(int, text.split("."))), "big")
        changed = NumberCycle(self._key, f"{self._purpose}/ip", 1 << 32)(number)
        return ".".join(map(str, changed.to_bytes(4, "big")))

    def _replace(self, text: str, kinds: Sequence[str]) -> str:
        places = [place for place, kind in enumerate(kinds) if kind]
        if not places:
            return text
        changed = self._permuted("".join(text[place] for place in places), tuple(kinds[place] for place in places))
        found = list(text)
        for place, char in zip(places, changed, strict=True):
            found[place] = char
        return "".join(found)

    def _permute(self, chars: str, kinds: tuple[str, ...]) -> str:
        number, size = 0, 1
        for char, kind in zip(chars, kinds, strict=True):
            number = number * len(kind) + kind.index(char)
            size *= len(kind)
        number = NumberCycle(self._key, f"{self._purpose}/{'.'.join(kinds)}", size)(number)
        found = []
        for kind in reversed(kinds):
            number, place = divmod(number, len(kind))
            found.append(kind[place])
        return "".join(reversed(found))


def _kinds(text: str, *alphabets: str) -> list[str]:
    """For each place of a text the characters that may stand there; none where the one that does is to stay.

    Only the kinds of what is replaced and their order count, not what stands between, so that a number with and
    without its dashes has the same surrogate.
    """
    kinds = [next((kind for kind in alphabets if char in kind), "") for char in text]
    first = next((place for place, kind in enumerate(kinds) if kind), None)
    if first is not None and kinds[first] == _DIGITS:
        kinds[first] = "" if text[first] == "0" else _NONZERO
    return kinds
