"""From the lines of the Alphabetic Index to the sets of atoms a note must state, as a coder finds her way in it.

A line is reached by the words of all the titles above it; of several spellings of a main term ("Ulcer, ulcerated,
ulcerating") any will do. A "see" leads to the line it names and to all below that: the words of the reference stand for it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from detect_icd.importers.alphabetic import IndexTerm
from detect_icd.matchers.phrases import PhraseSource, atom_sets, title_parts
from detect_icd.terms import terms

Atoms = frozenset[str]
_MOST_VARIANTS = 6
_MOST_ATOMS = 6
"""Nobody states more of a path than so many words in one breath; of a way by a reference fewer."""

_MOST_REFERRED = 4

_SHARED = 3
"""Letters that the spellings of one main term begin with alike."""

_NOTHING = re.compile(
    r"\b(?:specified|type|classified|code (?:to|by|as)\b.*|see .*|by site|NEC|NOS)\b|- code.*|\[[^\]]*\]|\(s\)"
)
_BY_SITE = re.compile(r",?\s*by (?:site|type|drug)\b.*", re.IGNORECASE)
_COLUMNS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "malignant": (("malignant", "neoplasm"),),
    "secondary": (("secondary", "malignant", "neoplasm"),),
    "in situ": (("situ", "malignant", "neoplasm"), ("situ", "neoplasm")),
    "benign": (("benign", "neoplasm"),),
    "uncertain": (("uncertain", "behavior", "neoplasm"),),
    "unspecified": (("neoplasm",),),
    "accidental": (("poisoning",), ("poisoning", "accidental")),
    "self-harm": (("poisoning", "selfharm"),),
    "assault": (("poisoning", "assault"),),
    "undetermined": (("poisoning", "undetermined"),),
    "adverse effect": (("adverse", "effect"),),
    "underdosing": (("underdosing",),),
}


class IndexPhrase(NamedTuple):
    """One way through the index: the atoms of its titles, the code (it may need completing), and where it was found.

    ``is_referred`` marks ways by another line's "see".
    """

    atoms: Atoms
    code: str
    source: PhraseSource
    is_referred: bool = False


@dataclass(slots=True)
class _Node:
    """A term of the index with what stands below it."""

    sets: tuple[Atoms, ...]
    code: str = ""
    see: str = ""
    below: dict[str, _Node] = field(default_factory=dict)


def index_phrases(lines: Iterable[IndexTerm]) -> Iterator[IndexPhrase]:
    """Every way through the index to a code."""
    by_kind: dict[str, list[IndexTerm]] = {}
    for line in lines:
        by_kind.setdefault(line.kind, []).append(line)
    for kind, source in (("index", PhraseSource.INDEX), ("external", PhraseSource.EXTERNAL)):
        root = _tree(by_kind.get(kind, ()))
        for node in root.below.values():
            for atoms, code, is_referred in _walk(root, node, (frozenset(),)):
                if 0 < len(atoms) <= (_MOST_REFERRED if is_referred else _MOST_ATOMS):
                    yield IndexPhrase(atoms, code, source, is_referred)
    for line in itertools.chain(by_kind.get("neoplasm", ()), by_kind.get("drug", ())):
        if line.column:
            yield from (IndexPhrase(atoms, line.code, PhraseSource.TABLE) for atoms in _in_table(line))


def _tree(lines: Iterable[IndexTerm]) -> _Node:
    root = _Node(())
    for line in lines:
        node = root
        for depth, title in enumerate(line.path):
            if title not in node.below:
                node.below[title] = _Node(_sets(title, is_main=depth == 0))
            node = node.below[title]
        node.code, node.see = line.code or node.code, line.see or node.see
    return root


def _walk(
    root: _Node, node: _Node, above: tuple[Atoms, ...], *, is_referred: bool = False
) -> Iterator[tuple[Atoms, str, bool]]:
    """What a term and those below it lead to; a reference is followed once, what it leads to has its own."""
    sets = _joined(above, node.sets)
    if node.code:
        yield from ((atoms, node.code, is_referred) for atoms in sets)
    for below in node.below.values():
        yield from _walk(root, below, sets, is_referred=is_referred)
    if node.see and not is_referred and (target := _find(root, node.see)) is not None and target is not node:
        if target.code:
            yield from ((atoms, target.code, True) for atoms in sets)
        for below in target.below.values():
            yield from _walk(root, below, sets, is_referred=True)


def _joined(above: Sequence[Atoms], own: Sequence[Atoms]) -> tuple[Atoms, ...]:
    pairs = (one | other for one, other in itertools.product(above, own or (frozenset(),)))
    return tuple(dict.fromkeys(itertools.islice(pairs, _MOST_VARIANTS)))


def _find(root: _Node, reference: str) -> _Node | None:
    """The term a reference names: ``Pain, abdominal`` is the term abdominal of the main term Pain."""
    first, *rest = (part.strip() for part in _BY_SITE.sub("", reference).split(","))
    main = _named(root, first)
    if main is None:
        return None
    for part in filter(None, rest):
        below = _named(main, part)
        if below is None:
            return None
        main = below
    return main


def _named(node: _Node, title: str) -> _Node | None:
    if title in node.below:
        return node.below[title]
    wanted = set(_sets(title, is_main=True))
    return next((below for below in node.below.values() if wanted.intersection(below.sets)), None)


def _sets(title: str, *, is_main: bool) -> tuple[Atoms, ...]:
    plain = _NOTHING.sub(" ", title)
    spellings = _spellings(plain) if is_main or plain.count(",") == 1 else [plain]
    sets = [atoms for spelling in spellings for atoms in atom_sets(title_parts(spelling))]
    return tuple(dict.fromkeys(sets))[:_MOST_VARIANTS]


def _spellings(title: str) -> list[str]:
    """The spellings of one word ("Ulcer, ulcerated"), or the title itself where its parts say different things."""
    parts = [part.strip() for part in title.split(",") if part.strip()]
    if not parts[1:] or any(" " in part for part in parts):
        return [title]
    stems = {_stem(part) for part in parts}
    return parts if len(stems) == 1 else [title]


def _stem(word: str) -> str:
    """What two forms of a word have in common: its first letters, or its atoms where those differ (renal, kidney)."""
    atoms = terms().atoms(word.lower())
    return " ".join(atom[:_SHARED] for atom in atoms) if atoms else word[:_SHARED].lower()


def _in_table(line: IndexTerm) -> Iterator[Atoms]:
    _, *below = line.path if line.kind == "neoplasm" else ("", *line.path)
    sets: tuple[Atoms, ...] = (frozenset(),)
    for title in below:
        sets = _joined(sets, _sets(title, is_main=True))
    for behaviour, atoms in itertools.product(_COLUMNS[line.column], sets):
        if atoms or line.kind == "neoplasm":
            yield atoms | frozenset(behaviour)
