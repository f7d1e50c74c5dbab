"""Injury titles of the code book by kind and place: which code a kind of injury with the words around it leads to."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from detect_icd.terms import rows
from redactphi.resources import data

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

FILE = "injuries.json"
Row = tuple[str, Iterable[str], int, str, dict[str, str]]
"""A title as it is kept: kind, atoms, vagueness, displaced and codes."""

_WORD = re.compile(r"[a-z0-9]+(?:['\u2019/-][a-z0-9]+)*['\u2019]?|,")
_SIDE = re.compile(r"\b(right|left|bilateral|unilateral)\b")
_UNSIDED = re.compile(r"\bunspecified (?=(?:\w+ )?(?:\w+)$|\w+ joint|shoulder|side)")
_TAIL = re.compile(r",\s*(?:right|left|unspecified|bilateral|unilateral)\s*(?:[a-z ]+)?$")
_ABSENT = re.compile(
    r"\bwithout (?:damage to nail|intercondylar fracture|intraarticular extension|penetration into [a-z ]+)\b|\bwithout foreign body\b|\bwithout subsequent striking.*"
)
_BLOCKS = [f"S{number:02d}" for number in range(100)] + [
    f"T{number}" for number in (*range(15, 20), *range(20, 26), 33, 34)
]

KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("physeal", r"\bphyseal fractures?\b"),
        ("fracture", r"\bfractures?\b"),
        ("subluxation", r"\bsubluxation\b"),
        ("dislocation", r"\bdislocation\b"),
        ("sprain", r"\bsprain\b"),
        ("rupture", r"\btraumatic rupture\b"),
        ("tear", r"\btear(?= of (?:\w+ )?meniscus\b)"),
        ("strain", r"\bstrain(?: of)?\b"),
        ("superficialbody", r"\bsuperficial foreign body\b"),
        ("lacerationbody", r"\blaceration\b(?=.*\bwith foreign body\b)"),
        ("puncturebody", r"\bpuncture wound\b(?=.*\bwith foreign body\b)"),
        ("laceration", r"\blaceration\b"),
        ("puncture", r"\bpuncture wound\b"),
        ("openbite", r"\bopen bite\b"),
        ("insectbite", r"\binsect bite\b"),
        ("otherbite", r"\bother superficial bite\b"),
        ("openwound", r"\bunspecified open wound\b"),
        ("abrasion", r"\babrasion\b"),
        ("contusion", r"\bcontusion\b"),
        ("blister", r"\bblister\b"),
        ("burn1", r"\bburn of first degree\b"),
        ("burn2", r"\bburn of second degree\b"),
        ("burn3", r"\bburn of third degree\b"),
        ("burn", r"\bburn of unspecified degree\b"),
        ("frostbite", r"\bsuperficial frostbite\b"),
        ("frostbite2", r"\bfrostbite with tissue necrosis\b"),
        ("corrosion1", r"\bcorrosion of first degree\b"),
        ("corrosion2", r"\bcorrosion of second degree\b"),
        ("corrosion3", r"\bcorrosion of third degree\b"),
        ("corrosion", r"\bcorrosion of unspecified degree\b"),
        ("crush", r"\bcrushing injury\b"),
        ("amputation", r"\bcomplete traumatic (?:metacarpophalangeal )?amputation\b|\bcomplete traumatic\b(?= trans)"),
        (
            "partialamputation",
            r"\bpartial traumatic (?:metacarpophalangeal )?amputation\b|\bpartial traumatic\b(?= trans)",
        ),
        ("body", r"^foreign body\b"),
        ("injury", r"\b(?:unspecified )?injury\b"),
    )
)

_KIND_WORDS = {
    "with", "foreign", "wound", "traumatic", "complete", "partial", "degree", "unspecified", "other", "rupture", "quadrant",
    "penetration", "into", "without", "injuries", "specified", "for", "from", "up", "as", "due", "by", "except", "any",
    "amputation", "nonvenomous", "nonthermal", "not", "elsewhere", "classified", "one", "two", "more", "single", "including",
}  # fmt: skip


_ONLY_BY_FORM = frozenset({"nail", "cavity", "organ", "organs", "blood", "level", "history", "current"})
"""Atoms that only whole forms of the packaged words may say: a nail that is spared is none that is damaged."""


class InjuryWords:
    """The packaged words, as a lookup of forms: several words to one form, the longest first."""

    def __init__(self) -> None:
        self._forms: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for atoms, forms in rows("special/injury_words.tsv", 2):
            said = () if atoms == "-" else tuple(atoms.split())
            for form in forms.split("|"):
                words = tuple(_WORD.findall(form.lower().replace("\u2019", "'")))
                if words:
                    self._forms.setdefault(words[0], []).append((words, said))
        for entries in self._forms.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def read(self, words: Sequence[str]) -> Iterator[tuple[int, int, tuple[str, ...] | None]]:
        """Each form: its first and last word, and its atoms; none for a word that is not known."""
        position = 0
        while position < len(words):
            for form, atoms in self._forms.get(words[position], ()):
                if tuple(words[position : position + len(form)]) == form:
                    yield position, position + len(form), atoms
                    position += len(form)
                    break
            else:
                yield position, position + 1, None
                position += 1


@functools.cache
def injury_words() -> InjuryWords:
    """The shared lookup of the packaged words."""
    return InjuryWords()


_MANY_RIBS = re.compile(
    r"\d+(?:st|nd|rd|th)?\s*(?:-|\u2013|to|through|thru|,|and|&)\s*\d+(?:st|nd|rd|th)? ribs?\b|\bribs? #?\d+\s*(?:-|\u2013|to|through|thru|,|and|&)\s*\d+|\bribs (?:fx|frac)|\brib (?:fxs|fractures)\b|\b(?:multiple|several|two|three|four|five|six|[2-9]) (?:\w+ ){0,2}rib\b|\brib (?:fx|fracture)s?,? (?:of )?(?:(?:right|left|R|L) )?#?\d+(?:st|nd|rd|th)?\s*(?:-|\u2013|to|through|thru|,|and|&)\s*\d+",
    re.IGNORECASE,
)
_NUMBERS = 14
"""Characters behind a fracture of ribs in which their numbers stand: "L rib fx 4-6"."""


def tells_many_ribs(note: str, start: int, end: int, stop: int) -> bool:
    """Whether what stands between two places, or right behind but before a third, is of more than one rib."""
    return _MANY_RIBS.search(note, start, min(stop, end + _NUMBERS)) is not None


@dataclass(frozen=True, slots=True)
class InjuryTitle:
    """One title, for all the sides it is there for.

    Attributes:
        atoms: What a note must say for it to hold.
        vagueness: 0; 1 for what is "unspecified", 2 for "other".
        displaced: Whether it names displacement: ``""``, ``displaced`` or ``nondisplaced``.
        codes: Side (``right``, ``left``, ``bilateral`` or ``""``) to code, without its seventh character.
    """

    atoms: frozenset[str]
    vagueness: int
    displaced: str
    codes: dict[str, str] = field(hash=False)


class InjuryTitles:
    """All injury titles of one release by kind."""

    def __init__(self, book: CodeBook | None = None) -> None:
        self._kinds: dict[str, list[InjuryTitle]] = {}
        if book is not None:
            self._read(book)

    @classmethod
    def of_rows(cls, rows: Iterable[Row]) -> Self:
        """The titles as the build has read them."""
        titles = cls()
        for kind, atoms, vagueness, displaced, codes in rows:
            titles._kinds.setdefault(kind, []).append(InjuryTitle(frozenset(atoms), vagueness, displaced, codes))
        return titles

    def rows(self) -> Iterator[Row]:
        """Them for the build to keep."""
        for kind, titles in self._kinds.items():
            for title in titles:
                yield kind, sorted(title.atoms), title.vagueness, title.displaced, title.codes

    def _read(self, book: CodeBook) -> None:
        known: dict[tuple[str, frozenset[str], int, str], InjuryTitle] = {}
        for entry in _entries(book):
            for wording, is_title in ((entry.title, True), *((term, False) for term in entry.inclusion_terms)):
                self._add(entry, wording, known, is_title=is_title)

    def _add(
        self,
        entry: CodeEntry,
        wording: str,
        known: dict[tuple[str, frozenset[str], int, str], InjuryTitle],
        *,
        is_title: bool,
    ) -> None:
        parsed = _parse(wording)
        if parsed is None:
            return
        kind, atoms, vagueness, displaced, side = parsed
        if not is_title:
            side = _sided(entry.title)
            vagueness = 0
        key = kind, atoms, vagueness, displaced
        title = known.get(key)
        if title is None:
            title = known[key] = InjuryTitle(atoms, vagueness, displaced, {})
            self._kinds.setdefault(kind, []).append(title)
        # A lung has a code for one side, whichever it is.
        for one in ("right", "left") if side == "unilateral" else (side,):
            title.codes.setdefault(one, entry.code)

    @functools.cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every atom of every title: a word of a note that is one says something."""
        atoms = frozenset(atom for titles in self._kinds.values() for title in titles for atom in title.atoms)
        return atoms - _ONLY_BY_FORM

    def find(self, kind: str, words: AbstractSet[str], *, nondisplaced: bool) -> InjuryTitle | None:
        """The title of a kind that says most of what the words say, and nothing that they do not."""
        best: tuple[tuple[int, int, int], InjuryTitle] | None = None
        for title in self._kinds.get(kind, ()):
            if not title.atoms <= words or not title.atoms:
                continue
            if title.displaced and (title.displaced == "nondisplaced") is not nondisplaced:
                continue
            key = (2 * len(title.atoms) - (0, 1, 4)[title.vagueness], -title.vagueness, len(title.codes))
            if best is None or key > best[0]:
                best = key, title
        return best[1] if best else None


def _entries(book: CodeBook) -> Iterator[CodeEntry]:
    for category in _BLOCKS:
        yield from _below(book, category)


def _below(book: CodeBook, code: str) -> Iterator[CodeEntry]:
    entry = book.get(code)
    if entry is None:
        return
    if entry.needs_seventh:
        yield entry
        return
    for child in entry.children:
        yield from _below(book, child)


@functools.cache
def _rewrites() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), to) for pattern, to in rows("special/injury_titles.tsv", 2))


def _sided(title: str) -> str:
    match = _SIDE.search(title.lower())
    return match.group(1) if match else ""


def _parse(wording: str) -> tuple[str, frozenset[str], int, str, str] | None:
    text = wording.lower()
    kind = next((name for name, pattern in KINDS if pattern.search(text)), None)
    if kind is None or "loss of consciousness" in text or "multiple sites" in text:
        return None
    pattern = dict(KINDS)[kind]
    side = _sided(text)
    vagueness = 2 if re.search(r"\bother\b(?! part of head)(?! (?:intra|extra)-?articular)", text) else 0
    text = _ABSENT.sub(" ", text)
    rest = pattern.sub(" ", text)
    tail = _TAIL.search(rest)
    if tail and _atoms(rest[: tail.start()]):
        rest = rest[: tail.start()]
    for rewrite, to in _rewrites():
        rest = rewrite.sub(to, rest)
    if not vagueness and "unspecified" in _UNSIDED.sub(
        "", pattern.sub("" if "unspecified" in pattern.pattern else r"\g<0>", text)
    ):
        vagueness = 1
    displaced = next((word for word in ("nondisplaced", "displaced") if re.search(rf"\b{word}\b", rest)), "")
    rest = rest.replace("nondisplaced", " ").replace("displaced", " ")
    return kind, _atoms(rest), vagueness, displaced, side


def _atoms(text: str) -> frozenset[str]:
    words = [word for word in _WORD.findall(_SIDE.sub(" ", text)) if word != ","]
    said: set[str] = set()
    for start, end, atoms in injury_words().read(words):
        if atoms is not None:
            said.update(atoms)
        else:
            said.update(word for word in words[start:end] if word not in _KIND_WORDS)
    return frozenset(said)


@functools.lru_cache(maxsize=4)
def injury_titles(book: CodeBook) -> InjuryTitles:
    """The titles of a release, read once: by the build, unless it is imported or the tables have changed since."""
    packed = _packed().get(book.release) if book.is_embedded else None
    return InjuryTitles.of_rows(packed) if packed else InjuryTitles(book)


def pack(books: Iterable[CodeBook], path: Path) -> None:
    """Writes the injury titles of some releases: reading them takes a second, which no note should wait for."""
    titles = {book.release: list(InjuryTitles(book).rows()) for book in books}
    path.write_text(json.dumps({"made_by": _made_by(), "titles": titles}), encoding="utf-8")


@functools.cache
def _packed() -> dict[str, list[Row]]:
    """What the build has read; nothing if that is of other tables."""
    path = data("detect_icd") / "compiled" / FILE
    if not path.is_file():
        return {}
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return raw["titles"] if raw["made_by"] == _made_by() else {}


def _made_by() -> str:
    """What the titles depend on beside the code book: this module and its tables."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in ("injury_words.tsv", "injury_titles.tsv"):
        digest.update((data("detect_icd") / "special" / name).read_bytes())
    return digest.hexdigest()


def by_side(book: CodeBook, heading: str, kind: str) -> dict[str, str]:
    """The codes right under a heading by the side they name, displaced and of the kind where there are several."""
    entry = book.get(heading)
    if entry is None:
        return {}
    if entry.needs_seventh:
        return {"": entry.code}
    codes: dict[str, str] = {}
    for code in entry.children:
        child = book.get(code)
        if child is None:
            continue
        title = child.title.lower()
        if "nondisplaced" in title or (kind == "dislocation" and "subluxation" in title):
            continue
        match = re.search(r"\b(right|left|bilateral)\b", title)
        codes.setdefault(match.group(1) if match else "", child.code)
    return codes
