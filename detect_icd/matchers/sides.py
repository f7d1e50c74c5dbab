"""The side of a part of the body that a note names once and then speaks of without: "MRI R knee: Baker's cyst"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from detect_icd.matchers.selection import SIDES
from detect_icd.terms import Token

_REACH = 3
"""Words after a side among which its part stands: "left distal ulnar shaft"."""

_WIDER = {
    **dict.fromkeys(("leg", "thigh", "calf", "forearm"), ("extremity",)),
    "arm": ("extremity", "elbow"),
    "renal": ("kidney",),
    "ovarian": ("ovary",),
    "adnexal": ("ovary",),
    "testicular": ("testis",),
    "pulmonary": ("lung",),
    "fingertip": ("finger",),
    "thumb": ("finger",),
    "index": ("finger",),
    "hallux": ("toe",),
}
"""Parts of the body that have the side of another, or that an adjective stands for."""


class SidesOfParts:
    """Which side each part of the body has in a note, as far as the note is of one mind.

    Args:
        sentences: The tokens of each sentence, in order.
    """

    def __init__(self, sentences: Iterable[Sequence[Token]]) -> None:
        self._sides: dict[str, set[str]] = {}
        for tokens in sentences:
            for number, token in enumerate(tokens):
                if len(token.atoms) == 1 and token.atoms[0] in SIDES:
                    self._note(token.atoms[0], tokens[number + 1 : number + 1 + _REACH])
                    if (
                        number + 1 == len(tokens)
                        or tokens[number + 1].start - token.end > 1
                        or tokens[number + 1].word[0].isdigit()
                    ):
                        # "Elbow tap, left: crystals absent": nothing stands right behind the side.
                        self._note(token.atoms[0], tokens[max(0, number - 2) : number])

    def _note(self, side: str, following: Sequence[Token]) -> None:
        for token in following:
            if SIDES.intersection(token.atoms):
                return
            for atom in token.atoms:
                for part in (atom, *_WIDER.get(atom, ())):
                    self._sides.setdefault(part, set()).add(side)

    def of(self, parts: Iterable[str]) -> str | None:
        """The one side that parts of the body have in this note; None where none or several are named."""
        sides = {side for part in parts for side in self._sides.get(part, ())}
        return sides.pop() if len(sides) == 1 else None
