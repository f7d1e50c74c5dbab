"""From a heading to the complete code: what the words around a mention say of side, type, acuity and encounter."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.matchers.phrases import atom_sets, title_parts
from detect_icd.terms import rows, terms, word_set

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

_ENCOUNTERS = (
    ("S", frozenset({"sequela", "sequelae", "late"})),
    ("D", frozenset({"healing", "healed", "followup", "aftercare", "subsequent", "routine"})),
)
_DEFAULTS = frozenset({"primary", "female", "closed", "displaced", "quadrant"})
"""What a disease or injury is unless the note says otherwise (osteoarthritis is primary, breast cancer female, a fracture closed)."""

_NOT_PRIMARY = ("N0",)
"""A disease of the glomeruli is not primary unless it is said to be."""

_CATEGORY = 3

_ONE_SIDE = frozenset({"right", "left"})

_SIDED = re.compile(r"\bright\b", re.IGNORECASE)
_ONE_SIDED = re.compile(r"\b(?:right|left)\b", re.IGNORECASE)


def complete(
    book: CodeBook, code: str, words: AbstractSet[str], said: AbstractSet[str] = frozenset()
) -> CodeEntry | None:
    """The billable code the words lead to, the nearest heading where they do not suffice, None where there is none.

    Args:
        book: The release in force.
        code: What the phrase leads to.
        words: The atoms around the mention that are its own.
        said: The atoms of the mention itself.
    """
    entry = book.get(code) or book.get(_earlier(code))
    if entry is None:
        return None
    vocabulary = _family(book, entry.code[:_CATEGORY]).vocabulary
    # What the heading is of itself is not made a part of something wider: a foot's abscess is none of the lower limb.
    regions = {region for word in (words | said) - stated(entry) for region in _regions().get(word, ())}
    chosen = book.get(_choose(book, entry.code, vocabulary & (words | regions), frozenset(said)))
    if chosen is not None and not chosen.billable and (accident := _of_accident(book, chosen)):
        chosen = accident
    if chosen is not None and not chosen.billable and chosen.needs_seventh:
        return book.get(chosen.with_seventh(_seventh(chosen.seventh_characters, words)))
    return chosen


def _of_accident(book: CodeBook, entry: CodeEntry) -> CodeEntry | None:
    """The code of an accident below what only the intent parts: one that is not told is an accident (I.C.19.e.5.b)."""
    if not "T51" <= entry.code[:_CATEGORY] <= "T65" or entry.needs_seventh:
        return None
    below = [found for child in entry.children if (found := book.get(child)) is not None]
    accidents = [found for found in below if "accidental" in found.title.lower()]
    return accidents[0] if len(accidents) == 1 else None


@functools.cache
def _earlier_codes() -> Mapping[str, str]:
    return {row[0]: row[1] for row in rows("earlier_codes.tsv", 2)}


@functools.lru_cache(maxsize=1024)
def _earlier(code: str) -> str:
    """Where what a later release's code says was coded before; the code itself where that is not known."""
    known = _earlier_codes()
    return next((known[code[:size]] for size in range(len(code), 0, -1) if code[:size] in known), code)


def _seventh(characters: Mapping[str, str], words: AbstractSet[str]) -> str:
    """The seventh character that the words name (a stage, tophi); else the one of the encounter."""
    for character, meaning in characters.items():
        # A meaning may be put in several ways.
        for atoms, vagueness in map(_atoms, meaning.split(";")):
            if not vagueness and atoms - _SCALE and atoms - _SCALE <= words:
                return character
    if "A" not in characters and (told := _told_apart(characters, words)) is not None:
        return told
    return _encounter(characters, words)


def _told_apart(characters: Mapping[str, str], words: AbstractSet[str]) -> str | None:
    """The character whose meaning alone has a word that is said: "active" of a wet macula's vessels."""
    atoms = {character: _atoms(meaning)[0] for character, meaning in characters.items()}
    for character, own in atoms.items():
        others = frozenset().union(*(said for other, said in atoms.items() if other != character))
        alone = own - others - _SCALE
        if alone and alone <= words and not _atoms(characters[character])[1]:
            return character
    return None


_SCALE = frozenset({"stage"})
_SAYS_LITTLE = frozenset({"induced"})
"""Words that choose no code by themselves: what was induced decides."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A code as far as words decide it: complete, or lacking its seventh character only."""

    code: str
    atoms: frozenset[str]
    vagueness: int
    pairs: tuple[frozenset[str], ...] = ()
    """Parts of which one is enough: "left ankle and foot"."""


@dataclass(frozen=True, slots=True)
class _Family:
    """The leaves of a category, and every atom that tells one from another."""

    leaves: tuple[_Leaf, ...]
    vocabulary: frozenset[str]
    having: Mapping[str, tuple[int, ...]]
    """Of each atom the numbers of the leaves that have it."""

    def leaves_with(self, atoms: AbstractSet[str]) -> Iterator[_Leaf]:
        """The leaves that have one of some atoms, in order."""
        for number in sorted({number for atom in atoms for number in self.having.get(atom, ())}):
            yield self.leaves[number]


@functools.lru_cache(maxsize=2048)
def _family(book: CodeBook, category: str) -> _Family:
    leaves = []
    below = [category]
    while below:
        entry = book.get(below.pop())
        if entry is None:
            continue
        if entry.billable or entry.needs_seventh:
            leaves.append(_Leaf(entry.code, *_atoms(entry.title), _pairs(entry.title)))
        else:
            below.extend(entry.children)
    leaves.sort(key=lambda leaf: leaf.code)
    having: dict[str, list[int]] = {}
    for number, leaf in enumerate(leaves):
        for atom in leaf.atoms:
            having.setdefault(atom, []).append(number)
    return _Family(tuple(leaves), frozenset(having), {atom: tuple(numbers) for atom, numbers in having.items()})


def vocabulary(book: CodeBook, code: str) -> frozenset[str]:
    """The atoms that tell the codes of a code's category apart, those of their seventh characters included."""
    return _vocabulary(book, code[:_CATEGORY])


@functools.lru_cache(maxsize=2048)
def _vocabulary(book: CodeBook, category: str) -> frozenset[str]:
    family = _family(book, category)
    entries = (book.get(leaf.code) for leaf in family.leaves)
    meanings = {meaning for entry in entries if entry is not None for meaning in entry.seventh_characters.values()}
    return family.vocabulary.union(*(_atoms(meaning)[0] for meaning in meanings))


def _pairs(title: str) -> tuple[frozenset[str], ...]:
    pairs = (
        frozenset((*terms().atoms(one.lower()), *terms().atoms(two.lower()))) for one, two in _TWO_PARTS.findall(title)
    )
    return tuple(pair for pair in pairs if pair <= word_set("body_parts.txt"))


_TWO_PARTS = re.compile(r"\b([A-Za-z]+) and ([A-Za-z]+)\b")


@functools.lru_cache(maxsize=65536)
def _choose(book: CodeBook, code: str, words: frozenset[str], said: frozenset[str]) -> str:
    """The leaf of the category whose title the words state best; else the default below the code."""
    entry = book[code]
    own, vagueness = _atoms(entry.title)
    known = own.union(
        said, _implied(book, code), *(_atoms(e.title)[0] for e in book.ancestors(code) if e.kind == "code")
    )
    is_open = bool(vagueness) or not (entry.billable or entry.needs_seventh)
    # Of "lumbago with sciatica, unspecified side" the sided ones are meant, not a sided sciatica.
    home = (entry.parent or code) if lacks_side(entry, book) else code
    best, best_rank = "", (0.0, True, 0, 0, 0, 0)
    for leaf in _family(book, code[:_CATEGORY]).leaves_with(words - known):
        extra = leaf.atoms - known - _defaults(leaf.code)
        needed = extra
        for pair in leaf.pairs:
            if not pair.isdisjoint(words) or not pair.isdisjoint(known):
                needed -= pair
        stated_ = extra & words
        if not stated_ - _SAYS_LITTLE or not needed <= words:
            continue
        is_below = leaf.code.startswith(home)
        lost = 0 if leaf.code.startswith(code) else len((own & said) - leaf.atoms)
        if lost and code.startswith(_JOINT_PAIN) and "pain" in (own & said) - leaf.atoms:
            continue
        if lost and (not is_open or _is_kept((own & said) - leaf.atoms, is_heading=not vagueness)):
            continue
        # Of parts that the heading names all of ("wrist or foot drop"), the one that is said.
        named = len(leaf.atoms & (words | said) & word_set("body_parts.txt"))
        # What a heading says though the mention does not ("uveal melanoma": choroid) is not given up for the eye's side.
        given_up = 0 if is_below or vagueness else len(own - said - _DEFAULTS - leaf.atoms)
        rank = (
            len(stated_) - lost / 2 - given_up,
            is_below,
            -leaf.vagueness,
            named,
            -len(leaf.atoms),
            len(leaf.atoms & said),
        )
        if rank > best_rank:
            best, best_rank = leaf.code, rank
    return best or _default(book, entry, words | said)


_JOINT_PAIN = "M25.5"
"""A pain is no stiffness or swelling, though the note may tell of both."""

_NAMES_A_DISEASE = re.compile(r"(?:itis|osis|pathy|oma|emia|algia|uria|rrhea|plegia|paresis)$")


def _is_kept(lost: AbstractSet[str], *, is_heading: bool) -> bool:
    """Whether a phrase says something that is not given up for words beside it.

    CKD makes no kidney disease of a neuropathy, and the limb that a foot belongs to none of its abscess.
    """
    return (is_heading and bool(lost - _DEFAULTS)) or any(
        _NAMES_A_DISEASE.search(atom) and atom != "thrombosis" for atom in lost
    )


_SIDES_OF_ONE = 4
"""Leaves that tell nothing but a side: right, left, bilateral, unspecified."""


def _defaults(code: str) -> frozenset[str]:
    return _DEFAULTS - {"primary"} if code.startswith(_NOT_PRIMARY) else _DEFAULTS


@functools.lru_cache(maxsize=8192)
def _implied(book: CodeBook, code: str) -> frozenset[str]:
    """What every leaf a code may be completed to has in its title: Ménière's disease is always one of an ear."""
    entry = book[code]
    if (entry.billable or entry.needs_seventh) and entry.parent is not None:
        entry = book[entry.parent]
    below = [leaf for leaf in _family(book, code[:_CATEGORY]).leaves if leaf.code.startswith(entry.code)]
    # "Bilateral" stands for the part it is of, and what is unspecified names none: "Ménière's disease, bilateral".
    telling = [leaf.atoms for leaf in below if not leaf.vagueness and "bilateral" not in leaf.atoms]
    # A heading that is itself unspecified is so in all of its leaves: "otitis media, unspecified, right ear".
    if not telling and len(below) <= _SIDES_OF_ONE:
        telling = [leaf.atoms for leaf in below if not leaf.atoms.isdisjoint(_ONE_SIDE)]
    telling = telling or [leaf.atoms for leaf in below]
    return frozenset.intersection(*telling) if telling else frozenset()


def _default(book: CodeBook, entry: CodeEntry, words: AbstractSet[str]) -> str:
    """What stands below a heading when nothing more is said."""
    while not entry.billable and not entry.needs_seventh:
        child = _child(book, entry, words)
        below = book.get(child) if child else None
        if below is None:
            break
        entry = below
    return entry.code


def lacks_side(entry: CodeEntry, book: CodeBook) -> bool:
    """Whether a code leaves the side open, where its siblings name it."""
    if "unspecified" not in entry.title or entry.parent is None or _ONE_SIDED.search(entry.title):
        return False
    above = book.get(entry.parent)
    if above is not None and above.needs_seventh and above.parent is not None:
        above = book.get(above.parent)
    siblings = [book.get(code) for code in above.children] if above is not None else []
    return any(sibling is not None and _SIDED.search(sibling.title) for sibling in siblings)


def stated(entry: CodeEntry) -> frozenset[str]:
    """The atoms of a code's title that a note would state."""
    return _atoms(entry.title)[0]


def parts_of(entry: CodeEntry) -> frozenset[str]:
    """The parts of the body that a code's title names."""
    return _parts_named(entry.title)


@functools.lru_cache(maxsize=8192)
def _parts_named(title: str) -> frozenset[str]:
    """Those of a title, the "unspecified ear" of one that leaves the side open included."""
    said = {atom for token in terms().tokens(title) for atom in token.atoms}
    return word_set("body_parts.txt").intersection(said)


@functools.cache
def _regions() -> Mapping[str, tuple[str, ...]]:
    """The region each part of the body belongs to, where the classification names regions: a forearm is of an upper limb."""
    return {part: tuple(atoms.split()) for atoms, parts in rows("body_regions.tsv", 2) for part in parts.split()}


def missing(entry: CodeEntry, book: CodeBook) -> str:
    """What a code that is not billable still needs, for a warning."""
    if entry.needs_seventh:
        return f"a seventh character ({', '.join(entry.seventh_characters)})"
    known = [child for child in entry.children if child in book]
    return f"more characters: {', '.join(known[:8])}{' ...' if len(known) > 8 else ''}"  # noqa: PLR2004


def _child(book: CodeBook, entry: CodeEntry, words: AbstractSet[str]) -> str | None:
    own = _atoms(entry.title)[0]
    ranked: list[tuple[int, int, str]] = []
    for code in entry.children:
        child = book.get(code)
        if child is None:
            continue
        atoms, vagueness = _atoms(child.title)
        extra = atoms - own - _defaults(code)
        if extra and extra <= words:
            ranked.append((-len(extra), vagueness, code))
        elif vagueness == 1:
            ranked.append((1 + len(extra), 0, code))
        elif not extra and vagueness == 0:
            ranked.append((1, 1, code))
        elif "unspecified" in child.title:
            # "Other bursitis of hip, unspecified hip" is vague twice.
            ranked.append((2 + len(extra), 0, code))
    if not ranked and len(entry.children) == 1:
        return entry.children[0]
    if not ranked:
        # What a swallowed thing did is "other injury", unless it is said to have shut the airway.
        return next((c for c in entry.children if book[c].title.endswith("causing other injury")), None)
    # Of several unspecified children, the last is the general one (K56.60 unspecified, K56.609 unspecified cause).
    ranked.sort(key=lambda item: (item[0], item[1], [-ord(letter) for letter in item[2]]))
    return ranked[0][2] if ranked else None


@functools.lru_cache(maxsize=8192)
def _atoms(title: str) -> tuple[frozenset[str], int]:
    parts = title_parts(title)
    return next(iter(atom_sets(parts)), frozenset()), parts.vagueness


def _encounter(characters: Mapping[str, str], words: AbstractSet[str]) -> str:
    """The seventh character the words name: the first encounter, closed, where they say nothing."""
    for character, cues in _ENCOUNTERS:
        if character in characters and cues & words:
            return character
    if "open" in words and "B" in characters:
        return "B"
    for character, meaning in characters.items():
        if "unspecified" in meaning or "not applicable" in meaning:
            return character
    return "A" if "A" in characters else next(iter(characters))
