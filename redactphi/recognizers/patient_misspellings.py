"""Long family names with one letter wrong, missing, added or swapped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from redactphi.labels import PhiLabel
from redactphi.mentions import fold, is_name_there, is_ordinary
from redactphi.slips import is_one_edit
from redactphi.spans import Span

_SCORE = 0.6
_SHORTEST = 6
_WORD = re.compile(r"(?<![\w-])[^\W\d_]{5,}(?![\w-])")


class Misspellings:
    """Finds capitalised words one edit away from a family name that is no ordinary word.

    Args:
        names: Family names; short or ordinary ones are not looked for.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted({fold(name) for name in names if len(name) >= _SHORTEST and not is_ordinary(name)})

    def find(self, text: str) -> Iterator[Span]:
        """Every misspelt mention, in order."""
        if not self._names:
            return
        for match in _WORD.finditer(text):
            word = match[0]
            if not word[0].isupper() or not self._is_near(fold(word)) or is_ordinary(word):
                continue
            if is_name_there(text, match.start(), match.end()):
                yield Span(match.start(), match.end(), PhiLabel.NAME, _SCORE, "patient/misspelling")

    def _is_near(self, word: str) -> bool:
        return any(word != name and word[0] == name[0] and is_one_edit(word, name) for name in self._names)
