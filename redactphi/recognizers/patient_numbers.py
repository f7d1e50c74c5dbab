"""Known numbers in a text, however their digits are set: leading zeros, blanks, dashes, dots, brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from redactphi.labels import PhiLabel
from redactphi.spans import Span

_SCORE = 0.95
_RUN = re.compile(r"(?<![^\W_])\+?\(?\d(?:[\d().\-/ \t\xa0\u2010-\u2015]*\d)?(?!\w*[^\W\d_])")
_GROUP = re.compile(r"\d+")
_SHORT = 5
_LOOSE = 7
_LONGEST = 24
_LOCAL_PHONE = 7
_FULL_PHONE = 10
_SSN = 9
_LAST_FOUR = 4
_ID_CUE = re.compile(r"(?i)(?:mrn|mr#|record|chart|id|acct|account|number|no\.?|#)\W*$")
_SSN_CUE = re.compile(
    r"(?i)(?:ssn|ss#|social(?: security)?|last (?:four|4)|[x*]{2,3}-?[x*]{2}-?|ending(?: in)?)[^\d\n]{0,25}$"
)
_CUE_WINDOW = 40


@dataclass(frozen=True, slots=True, repr=False)
class KnownNumber:
    """A number of the patient. Kept out of ``repr``.

    Attributes:
        value: As the row has it.
        label: What a mention of it is.
        source: The source of a mention.
    """

    value: str
    label: str
    source: str

    def __repr__(self) -> str:
        return f"KnownNumber({self.label})"


class Numbers:
    """Finds known numbers by their digits alone.

    Args:
        numbers: What to look for.
    """

    def __init__(self, numbers: Iterable[KnownNumber]) -> None:
        self._whole: dict[str, KnownNumber] = {}
        self._cued: dict[str, tuple[KnownNumber, re.Pattern[str]]] = {}
        for number in numbers:
            self._add(number, "".join(_GROUP.findall(number.value)))

    def _add(self, number: KnownNumber, digits: str) -> None:
        if number.label == PhiLabel.PHONE and len(digits) >= _FULL_PHONE:
            self._whole[digits[-_FULL_PHONE:].lstrip("0")] = number
            self._whole.setdefault(digits[-_LOCAL_PHONE:].lstrip("0"), number)
            self._whole.setdefault("1" + digits[-_FULL_PHONE:], number)
        if number.label == PhiLabel.SSN and len(digits) == _SSN:
            self._cued[digits[-_LAST_FOUR:].lstrip("0")] = (number, _SSN_CUE)
        bare = digits.lstrip("0")
        if len(bare) >= _SHORT:
            self._whole[bare] = number
        elif bare:
            self._cued.setdefault(bare, (number, _SSN_CUE if number.label == PhiLabel.SSN else _ID_CUE))

    def find(self, text: str) -> Iterator[Span]:
        """Every mention, in order."""
        if not (self._whole or self._cued):
            return
        for run in _RUN.finditer(text):
            groups = [match.span() for match in _GROUP.finditer(text, run.start(), run.end())]
            for first, (start, _) in enumerate(groups):
                yield from self._from(text, groups[first:], start)

    def _from(self, text: str, groups: list[tuple[int, int]], start: int) -> Iterator[Span]:
        digits = ""
        for position, (left, right) in enumerate(groups):
            digits += text[left:right]
            if len(digits) > _LONGEST:
                return
            number = self._match(text, digits, start, alone=position == 0)
            if number is not None:
                opening = start - 1 if text[start - 1 : start] == "(" and ")" in text[start:right] else start
                yield Span(opening, right, number.label, _SCORE, number.source)

    def _match(self, text: str, digits: str, start: int, *, alone: bool) -> KnownNumber | None:
        bare = digits.lstrip("0")
        if bare in self._whole and (alone or len(digits) >= _LOOSE):
            return self._whole[bare]
        if alone and bare in self._cued:
            number, cue = self._cued[bare]
            if cue.search(text[max(0, start - _CUE_WINDOW) : start]):
                return number
        return None
