"""Of the mentions a sentence may have those that stand: the most words, closest together, and none that borrows another's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detect_icd.matchers.phrases import PhraseSource
from detect_icd.terms import Token, word_set

if TYPE_CHECKING:
    from detect_icd.matchers.dictionary import Mention

IMPORTED = frozenset({PhraseSource.INDEX, PhraseSource.TABLE, PhraseSource.EXTERNAL})
PAIR = 2
"""A phrase of so few words does not reach over a comma or "and"."""

SIDES = frozenset({"right", "left", "bilateral"})
GRADES = frozenset({"right", "left", "bilateral", "upper", "lower", "acute", "chronic", "mild", "moderate", "severe",
    "small", "large", "marked", "significant", "persistent", "recurrent", "diffuse", "bad", "worsening", "new"})  # fmt: skip
"""Words that stand between the words of a condition without setting them apart."""


def most_specific(found: list[Mention]) -> list[Mention]:
    """Keeps the mentions with the most words, closest together, and drops what the kept ones already say."""
    while True:
        kept = _uncovered(found)
        borrowing = {id(m) for m in kept if m.looseness and _borrows(m, kept)}
        if not borrowing:
            return kept
        # What a borrower covered stands by itself.
        found = [m for m in found if id(m) not in borrowing]


def _uncovered(found: list[Mention]) -> list[Mention]:
    ranked = sorted(found, key=lambda m: (-m.size + m.looseness * 0.5, m.looseness, m.source, m.start, m.code))
    # Kept ones by each word they say: what another one contains shares a word with it.
    kept: list[Mention] = []
    saying: dict[tuple[int, str], list[Mention]] = {}
    for mention in ranked:
        said = sorted(mention.said)
        if (
            all(word in saying for word in said)
            and (len(mention.members) > 1 or any(mention.said <= other.said for other in saying[said[0]]))
            and not any(_is_caused_by(other, mention) for other in saying[said[0]])
        ):
            continue
        kept.append(mention)
        for word in said:
            saying.setdefault(word, []).append(mention)
    return [
        m
        for m in kept
        if not any(
            (_only_places(m, other) or (_is_within(m, other) and not _only_places(other, m)))
            and not _is_caused_by(other, m)
            for word in sorted(m.said)
            for other in saying[word]
        )
    ]


def _is_caused_by(mention: Mention, other: Mention) -> bool:
    """Whether a mention names the cause that is coded beside it: "delirium due to UTI", "insomnia due to anxiety"."""
    return any(mention.code.startswith(kind) and other.code.startswith(causes) for kind, causes in _BESIDE_ITS_CAUSE)


_BESIDE_ITS_CAUSE = (
    (("F05", "F06", "F02"), ("A", "B", "E", "G", "I", "J", "K", "N")),
    (("F51.05", "F51.15"), ("F3", "F4")),
    (("G47.01", "G47.14"), ("G8", "M", "J4", "K2")),
    (("E21.0",), ("D35.1",)),
    (("I46",), ("A", "E", "G", "I2", "I3", "I4", "J", "K", "T")),
    (("D50.0", "D62"), ("N92", "N93", "K2", "K3", "K5", "K6", "K9", "R04", "R31", "C", "D1", "D2")),
)
"""Kinds of conditions whose cause has a code of its own (I.A.13), and what that begins with."""


def _borrows(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether a loose mention takes a word that belongs to a close one: "canker sores again on the lip" are no lip sores."""
    return any(
        not other.looseness
        and other is not mention
        and (
            (
                len(other.members) > 1
                and other.members & mention.members
                and len(mention.members) - len({n for n, atom in mention.said if atom in SIDES}) <= PAIR
                and other.source not in IMPORTED
                and not (mention.code.startswith(_OF_A_JOINT) and other.code.startswith(_OF_A_JOINT))
            )
            or _takes_side(mention, other)
            or _parts_adjective(mention, other)
        )
        for other in others
    )


_OF_A_JOINT = "M25"
"""Troubles that one joint may have together: "knee pain and swelling"."""


def _parts_adjective(mention: Mention, other: Mention) -> bool:
    """Whether a mention takes a word and passes over the noun right behind: "hypertensive retinopathy, both eyes"."""
    if other.source in IMPORTED or other.code[:3] == mention.code[:3]:
        return False
    passed = other.members - mention.members
    return any(number + 1 in passed and number + 1 < max(mention.members) for number in mention.members & other.members)


def _takes_side(mention: Mention, other: Mention) -> bool:
    """Whether a mention reaches over another for a side that stands beside that one: "bilateral glue ear, hearing loss"."""
    if other.code[:3] == mention.code[:3] or other.members & mention.members:
        return False
    for side in (number for number, atom in mention.said if atom in SIDES):
        others = mention.members - {side}
        if others and min(abs(side - number) for number in others) > 1 and other.members & {side - 1, side + 1}:
            return True
    return False


def _only_places(mention: Mention, other: Mention) -> bool:
    """Whether a mention only adds a place to the noun of a longer one of its category: the scalp's inclusion cyst is no other."""
    if not len(mention.members) == mention.size == PAIR < other.size or mention.code[:3] != other.code[:3]:
        return False
    added = {atom for number, atom in mention.said if number not in other.members}
    return (
        len(added) == 1
        and other.source not in IMPORTED
        and not other.looseness
        and word_set("anatomy.txt").issuperset(added)
    )


def _is_within(mention: Mention, other: Mention) -> bool:
    """Whether another mention says all that this one does and more, or the same condition in more words."""
    if mention.said < other.said:
        return True
    # The same word may stand twice: "RF positive RA, multiple joints".
    if len(mention.members) > 1 and mention.atoms < other.atoms:
        return other.start <= mention.start and mention.end <= other.end
    # Of two that lie in one another the one that says more stands: "femoral vein DVT" names the vein twice.
    is_same = mention.members < other.members and mention.code[:3] == other.code[:3]
    return is_same and not other.atoms < mention.atoms


def only_graded(tokens: Sequence[Token], said: frozenset[tuple[int, str]]) -> bool:
    """Whether a phrase takes no more of an abbreviation than its course or kind.

    CKD makes no heart failure before it a chronic one, PCOS no syndrome of the insulin resistance behind it; and of two abbreviations
    each gives all it stands for: "UTI with AKI" is no acute kidney infection.
    """
    taken = {number: {atom for at, atom in said if at == number} for number, _ in said}
    broken = sum(not _SHARED.issuperset(set(tokens[number].atoms) - atoms) for number, atoms in taken.items())
    if broken >= PAIR:
        return True
    graded = (tokens[number].atoms for number, atoms in taken.items() if atoms <= _SHARED)
    if any(len(atoms) > 1 and not _SHARED.issuperset(atoms) for atoms in graded):
        return True
    # "SLE, discoid rash" is no discoid lupus: what is of the whole body is not of the skin.
    if any(
        _WHOLE in tokens[number].atoms and _WHOLE not in atoms and "lupus" in atoms for number, atoms in taken.items()
    ):
        return True
    # "Liver with metastases" names no cancer of the liver: what spread there is not taken for what began there.
    spread = any(
        "secondary" in tokens[number].atoms and atoms & _CANCER and "secondary" not in atoms
        for number, atoms in taken.items()
    )
    return spread and not any("malignant" in token.atoms and "secondary" not in token.atoms for token in tokens)


_WHOLE = "systemic"
_SHARED = GRADES | {"syndrome"}
_CANCER = frozenset({"malignant", "neoplasm"})
