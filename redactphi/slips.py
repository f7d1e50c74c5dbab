"""Slips of the pen."""

from __future__ import annotations

import string
from collections.abc import Iterator


def is_one_edit(one: str, other: str) -> bool:
    """Whether one letter replaced, added, dropped or swapped with its neighbour turns one word into the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    same = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    swapped = short[same : same + 2] == long[same : same + 2][::-1] and short[same + 2 :] == long[same + 2 :]
    return swapped or short[same + 1 :] == long[same + 1 :]


def one_edit_away(word: str) -> Iterator[str]:
    """All words that one letter replaced, added, dropped or swapped with its neighbour makes of a word in small letters."""
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        for letter in string.ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
