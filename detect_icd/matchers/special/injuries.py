"""Injuries in words: the kind, the place, the side, open or closed, completed from the code book's own titles (I.C.19)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from detect_icd.matchers.special.facts import phases
from detect_icd.matchers.special.injury_kinds import (
    degree_of_part,
    is_degree_of_burn,
    kind_of,
    openness,
    tears_nail,
)
from detect_icd.matchers.special.injury_none import names_none
from detect_icd.matchers.special.injury_reach import Word, reach, read_words
from detect_icd.matchers.special.injury_titles import InjuryTitle, by_side, injury_titles, injury_words, tells_many_ribs
from detect_icd.matchers.special.statement import PAST, Statement
from detect_icd.note_memory import of_note
from detect_icd.terms import rows

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_SIDE = re.compile(
    r"\b(?:(?P<both>bilateral(?:ly)?|both(?! bone|-bone)|OU)|(?P<right>(?i:right|rt)|R|OD)|(?P<left>(?i:left|lt)|L|OS))\b"
    r"(?!\s*(?:open|over\b|behind|the|work|home|ama|untreated|alone|against|in place|on|without|before)\b)(?![-\d])"
)
_NONDISPLACED = re.compile(
    r"\bnon-?\s?displaced\b|\bundisplaced\b|\b(?:no|without) (?:significant )?displacement\b", re.IGNORECASE
)
_TREATED = re.compile(
    r"\b(?:orif|crif|fixation|repair(?:ed)?|reduction|closure|nail(?:ing)?|pinning|cast(?:ing|ed)?|splint(?:ing|ed)?|debridement|surgery|"
    r"treatment|reduced|sutured|hemiarthroplasty|arthroplasty|plating|stitches|i&d|washout|treated|managed|exploration)\b[^.;]{0,40}$",
    re.IGNORECASE,
)
_LEFT_BEHIND = re.compile(
    r"\b(?:sequelae?|late effects?|residuals?) of (?:the|this|that|his|her) (?:old |prior |healed )?(?:fracture|injury|burn|dislocation|laceration|concussion|crush|wound)\b",
    re.IGNORECASE,
)
_Group = tuple[frozenset[str], tuple[int, int]]
"""Atoms of a part of a phrase, and where it stands."""
_NEED_PLACE = frozenset({
    "injury", "bite", "body", "tear", "amputation", "partialamputation", "crush", "burn", "corrosion", "strain", "frostbite",
})  # fmt: skip
_OWNED = ("S", "T0", "T1", "T2", "T30", "T33", "T34", "M485", "M436", "M796", "M54", "K088", "L55")
_ALSO = {
    "tear": ("tear", "sprain", "rupture"),
    "body": ("body", "superficialbody"),
    "splinter": ("superficialbody",),
    "separation": ("dislocation",),
}
_OF_A_NERVE = frozenset({"laceration", "tear", "crush", "contusion"})
"""Kinds of harm that a nerve has one code for."""
_TOLD_BEFORE = frozenset({
    "bite", "openbite", "insectbite", "burn", "burn1", "burn2", "burn3", "corrosion", "corrosion1", "corrosion2", "corrosion3",
    "frostbite", "frostbite2",
})  # fmt: skip
"""Kinds whose place may stand in the sentence before: "Hot coffee on the left forearm. Second degree burn."""
_BEFORE = 160
_DEGREE = "degree"
"""The kind of the words that stand for a burn named before."""
_UNHEALED = frozenset({"nonunion", "malunion", "union"})
_LONG_FLEXOR = frozenset({"long", "flexor"})
_WITH_NAILS = frozenset({"finger", "toe"})
_INNER = frozenset({"nerve", "artery", "vein", "digital"})
_HEALED = re.compile(r"\b(?:healed|old|remote|previous|prior)\b", re.IGNORECASE)
_STOP = re.compile(r"[.;\n:](?!\d)")
_DENIED = re.compile(r"\b(?:no|not|without|denies|spared?)\b[^.;\n:]*", re.IGNORECASE)
_NAMED_DIGITS: tuple[set[str], ...] = ({"middle"}, {"index"}, {"ring"}, {"little"})
"""Parts of a list of fingers that leave the noun to the last: "middle and ring fingers"."""
_ORDINALS = frozenset({"first", "second", "third", "fourth", "fifth"})


@functools.cache
def heads() -> dict[str, str]:
    """The words that name an injury, with its kind."""
    return {word: kind for kind, words in rows("special/injury_heads.tsv", 2) for word in words.split()}


@functools.cache
def naming() -> frozenset[str]:
    """The words one of which stands in every sentence that names an injury; "degree" is none by itself."""
    return frozenset(heads()) | {"1st", "2nd", "3rd", "first", "second", "third"}


class InjuryMatcher:
    """Finds the injuries of a sentence that has one of the words that name them."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    @property
    def _vocabulary(self) -> AbstractSet[str]:
        return injury_titles(self.book).vocabulary

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """The injuries of one sentence, in order of the text."""
        words = read_words(note, start, end)
        named = heads()
        taken = 0
        places = [
            number
            for number, item in enumerate(words)
            if item.word in named and (named[item.word] != _DEGREE or is_degree_of_burn(note, item.start, item.end))
        ]
        known = {n for n, atoms in _read(words) if atoms is not None or words[n].word in self._vocabulary}
        for order, number in enumerate(places):
            kind = named[words[number].word]
            kind = "burn" if kind == _DEGREE else kind
            before = note[start : words[number].start]
            if words[number].word == "union" and not before.lower().endswith("delayed "):
                continue
            if number < taken or names_none(note, words[number].word, words[number].start, (start, end)):
                continue
            following = places[order + 1] if order + 1 < len(places) else len(words)
            if following == number + 1 < len(words) and named[words[following].word] == "injury":
                following = places[order + 2] if order + 2 < len(places) else len(words)
            low, high = reach(words, number, taken, following, known)
            found = list(self._stated(note, (start, end), words, (low, number, high), kind))
            if found:
                taken = high
                yield from found

    def _stated(
        self, note: str, bounds: tuple[int, int], words: list[Word], place: tuple[int, int, int], kind: str
    ) -> Iterator[Statement]:
        low, head, high = place
        phrase = note[words[low].start : words[high - 1].end]
        sentence = note[bounds[0] : bounds[1]]
        kind = kind_of(kind, note[bounds[0] : words[head].end], phrase, sentence, note)
        groups = _without_regions(kind, _groups(words[low:high], self._vocabulary))
        before = note[max(0, bounds[0] - 12) : bounds[0]]
        side = _side(phrase) or _only_side(sentence) or _only_side(before) or _side_of_note(note)
        nondisplaced = _NONDISPLACED.search(sentence) is not None
        if tears_nail(kind, note, (bounds[0], bounds[1] + _BEFORE)):
            groups = [(atoms | {"nail"} if atoms & _WITH_NAILS else atoms, span) for atoms, span in groups]
        if tells_many_ribs(note, words[low].start, words[high - 1].end, bounds[1]):
            groups = [(atoms | {"multiple"}, span) for atoms, span in groups]
        groups = _of_digit(groups, words[:low], self._vocabulary)
        everything = frozenset[str]().union(*(atoms for atoms, _ in groups))
        if kind == "fracture" and any(atom in everything for atom in ("sh1", "sh2", "sh3", "sh4")):
            kind = "physeal"
        found: dict[str, float] = {}
        if len(groups) > 1:
            deep = kind
            for atoms, span in groups:
                own = _side(note[span[0] : span[1]]) or side
                deep = degree_of_part(kind, note, span) or deep
                if title := self._find(deep, atoms, nondisplaced=nondisplaced):
                    found.update(dict.fromkeys(_sided(title, own), 0.9))
        whole = self._find(kind, everything, nondisplaced=nondisplaced)
        if whole and (len(found) < 2 or _says_more(whole, groups)):  # noqa: PLR2004 - one place, however many words name it
            found = dict.fromkeys(_sided(whole, side), 0.92)
        found = found or self._by_context(
            kind, words, note[max(0, bounds[0] - _BEFORE) : words[low].start], side, nondisplaced=nondisplaced
        )
        is_only = [heads().get(item.word) for item in words if item.word not in _UNHEALED].count("fracture") <= 1
        character = openness(kind, phrase, sentence if is_only else "")
        sequela = phases()["sequela"].regex.search(sentence) is not None or _is_left_behind(note)
        treated = _TREATED.search(note[bounds[0] : words[low].start]) is not None
        first = head if _HEALED.search(note, words[low].start, words[head].start) else low
        for code, score in found.items():
            if full := self._complete(code, "S" if sequela else character):
                yield Statement(
                    full,
                    words[first].start,
                    words[_last(note, words, head, high)].end,
                    f"injury/{kind}",
                    score,
                    _OWNED,
                    despite=PAST if treated or sequela else (),
                )

    def _find(self, kind: str, atoms: frozenset[str], *, nondisplaced: bool) -> InjuryTitle | None:
        if "hand" in atoms and "lowerback" in atoms:
            atoms = (atoms - {"lowerback"}) | {"dorsum"}
        if kind in {"amputation", "partialamputation"} and atoms & {"phalanx", "interphalangeal"}:
            atoms |= {"transphalangeal"}
        atoms = _as_titles_say(kind, atoms)
        if "nerve" in atoms and kind in _OF_A_NERVE:
            kind = "injury"
        if kind == "separation" and "shoulder" in atoms:
            atoms = (atoms - {"shoulder"}) | {"acromioclavicular"}
        usual = self._usual(kind, atoms)
        if kind == "injury" and not atoms & _INNER:
            return usual
        exact = None
        for name in _ALSO.get(kind, (kind,)):
            exact = exact or injury_titles(self.book).find(name, atoms, nondisplaced=nondisplaced)
        if exact is None or usual is None:
            return exact or usual
        # A default gives way to a title that names more, or as much without leaving anything open.
        return exact if (len(exact.atoms), -exact.vagueness) >= (len(usual.atoms), -1) else usual

    def _usual(self, kind: str, atoms: frozenset[str]) -> InjuryTitle | None:
        fitting = [title for title in self._defaults.get(kind, ()) if title.atoms <= atoms]
        return max(fitting, key=lambda title: len(title.atoms), default=None)

    @functools.cached_property
    def _defaults(self) -> dict[str, list[InjuryTitle]]:
        # Another thread must see all of it or nothing.
        usual: dict[str, list[InjuryTitle]] = {}
        for name, atoms, heading in rows("special/injury_defaults.tsv", 3):
            said = frozenset(atom for word in atoms.split() for atom in _implied(word))
            usual.setdefault(name, []).append(InjuryTitle(said, 1, "", by_side(self.book, heading, name)))
        return usual

    def _by_sentence(self, kind: str, words: list[Word], *, nondisplaced: bool) -> InjuryTitle | None:
        atoms = frozenset().union(*(atoms for atoms, _ in _groups(words, self._vocabulary))) - {"nail"}
        # A tendon that the sentence names further on has its own code beside the wound's.
        return self._find(kind, atoms - (_LONG_FLEXOR if atoms >= _LONG_FLEXOR else set()), nondisplaced=nondisplaced)

    def _by_context(
        self, kind: str, words: list[Word], before: str, side: str, *, nondisplaced: bool
    ) -> dict[str, float]:
        """The injury by the place that the whole sentence names, or the text before it."""
        title = None if kind in _NEED_PLACE else self._by_sentence(kind, words, nondisplaced=nondisplaced)
        if title is None and kind in _TOLD_BEFORE:
            return self._by_place_before(kind, before)
        return dict.fromkeys(_sided(title, side), 0.8) if title else {}

    def _by_place_before(self, kind: str, text: str) -> dict[str, float]:
        """The injury at the place that the text before its sentence names last, if any."""
        for sentence in reversed(_STOP.split(_DENIED.sub(" ", text))):
            words = read_words(sentence, 0, len(sentence))
            atoms = frozenset[str]().union(*(atoms for atoms, _ in _groups(words, self._vocabulary)))
            if title := self._find(kind, atoms, nondisplaced=False):
                return dict.fromkeys(_sided(title, _side(sentence) or _only_side(text)), 0.8)
        return {}

    def _complete(self, code: str, character: str) -> str | None:
        entry = self.book.get(code)
        if entry is None:
            return None
        if entry.billable or not entry.needs_seventh:
            return entry.code if entry.billable else None
        if character not in entry.seventh_characters:
            character = "B" if character == "C" and "B" in entry.seventh_characters else "A"
        return entry.with_seventh(character) if character in entry.seventh_characters else None


_OF_THE_NEXT = frozenset(
    {"traumatic", "left", "right", "bilateral", "small", "large", "mild", "moderate", "severe", "acute", "l", "r"}
)


def _last(note: str, words: list[Word], head: int, high: int) -> int:
    """The last word of an injury: what stands behind its last comma may be said of what comes next ("closed, left hemothorax")."""
    last = high - 1
    if not note[words[last].end : words[last].end + 2].strip().isalpha():
        return last
    for number in range(last, head, -1):
        if words[number].word == ",":
            return number - 1
        if words[number].word not in _OF_THE_NEXT:
            break
    return last


def _implied(word: str) -> tuple[str, ...]:
    return next(atoms for _, _, atoms in injury_words().read([word])) or (word,)


def _read(words: list[Word]) -> Iterator[tuple[int, tuple[str, ...] | None]]:
    """Each word's number with the atoms of the form it is part of; sides and numbers say nothing here."""
    for first, last, atoms in injury_words().read([item.word for item in words]):
        for number in range(first, last):
            if atoms is None and (
                words[number].word in _SIDE_WORDS or words[number].word.isdigit() or words[number].word in heads()
            ):
                yield number, ()
            else:
                yield number, atoms


_SIDE_WORDS = frozenset({"right", "left", "r", "l", "rt", "lt", "bilateral", "both", "od", "os", "ou"})


def _groups(
    words: list[Word], vocabulary: AbstractSet[str] = frozenset()
) -> list[tuple[frozenset[str], tuple[int, int]]]:
    """The atoms of a phrase, parted at "and" and commas where each part names a place."""
    groups: list[tuple[set[str], int, int]] = [(set(), words[0].start, words[0].end)] if words else []
    texts = [item.word for item in words]
    for first, last, atoms in injury_words().read(texts):
        joined = words[first].mark == "comma" or texts[first] in {"and", "&", "or"}
        if joined and last == first + 1:
            groups.append((set(), words[first].end, words[last - 1].end))
            continue
        said, start, _ = groups[-1]
        extra = set(atoms if atoms is not None else vocabulary & set(texts[first:last]))
        if "ribs" in texts[first:last] or (re.match(r"\d+(?:st|nd|rd|th)", texts[first]) and "ribs" in texts):
            extra |= {"multiple"} if "ribs" in texts else set()
        groups[-1] = (said | extra, start, words[last - 1].end)
    for number in range(len(groups) - 2, -1, -1):
        if groups[number][0] and groups[number][0] <= _ORDINALS:
            groups[number][0].update(groups[number + 1][0] - _ORDINALS)
        elif groups[number][0] in _NAMED_DIGITS and "finger" in groups[number + 1][0]:
            groups[number][0].add("finger")
    parted = [part for group in groups for part in _pair(*group)]
    return [
        (frozenset(atoms), (start, end))
        for atoms, start, end in parted
        if atoms and not any(atoms < other for other, _, _ in parted)
    ]


_REGIONS = frozenset(
    {"wrist", "ankle", "elbow", "forearm", "knee", "hip", "shoulder", "hand", "foot", "finger", "arm", "leg"}
)


def _without_regions(
    kind: str, groups: list[tuple[frozenset[str], tuple[int, int]]]
) -> list[tuple[frozenset[str], tuple[int, int]]]:
    """The places of a fracture without the part of the body that one of them lies in: "Barton's fracture, L wrist"."""
    if kind != "fracture" or all(atoms <= _REGIONS for atoms, _ in groups):
        return groups
    return [(atoms, span) for atoms, span in groups if not atoms <= _REGIONS]


def _pair(atoms: set[str], start: int, end: int) -> Iterator[tuple[set[str], int, int]]:
    """Two bones that one word names, each by itself."""
    for together, bones in _TWO_BONES:
        if together in atoms:
            yield from ((atoms - {together} | {bone, "shaft"}, start, end) for bone in bones)
            return
    yield atoms, start, end


def _as_titles_say(kind: str, atoms: frozenset[str]) -> frozenset[str]:
    """The atoms of a fracture as titles put it: one plateau of the tibia is a condyle, above the condyles at the elbow it is the humerus."""
    if kind != "fracture":
        return atoms
    if "plateau" in atoms and len(atoms & {"lateral", "medial"}) == 1:
        return (atoms - {"plateau"}) | {"condyle"}
    if "supracondylar" in atoms and "elbow" in atoms:
        return (atoms - {"elbow"}) | {"humerus"}
    return atoms


def _of_digit(groups: list[_Group], before: list[Word], vocabulary: AbstractSet[str]) -> list[_Group]:
    """The places of an injury with the digit named before it: "small finger caught in a door: PIP dislocation"."""
    everything = frozenset[str]().union(*(atoms for atoms, _ in groups))
    if not everything & _OF_DIGITS or everything & _DIGITS:
        return groups
    digit = next((atoms for atoms, _ in reversed(_groups(before, vocabulary)) if atoms & _DIGITS), frozenset[str]())
    return [(atoms | digit if atoms & _OF_DIGITS else atoms, span) for atoms, span in groups]


_OF_DIGITS = frozenset({"interphalangeal", "metacarpophalangeal", "phalanx"})
_DIGITS = frozenset({"finger", "toe", "thumb"})
_TWO_BONES = (("tibfib", ("tibia", "fibula")), ("bothbone", ("radius", "ulna")))


def _side(text: str) -> str:
    """The side a text names; the first where it names both apart."""
    match = _SIDE.search(text)
    return "bilateral" if match and match["both"] else match.lastgroup or "" if match else ""


def _only_side(text: str) -> str:
    sides = {match.lastgroup or "" for match in _SIDE.finditer(text)}
    return sides.pop().replace("both", "bilateral") if len(sides) == 1 else ""


@of_note(2)
def _is_left_behind(note: str) -> bool:
    """Whether a note is of what an injury left, read once for all of its injuries."""
    return _LEFT_BEHIND.search(note) is not None


@of_note(2)
def _side_of_note(note: str) -> str:
    """The one side a note names, read once for all of its injuries."""
    return _only_side(note)


def _sided(title: InjuryTitle, side: str) -> list[str]:
    if side in title.codes:
        return [title.codes[side]]
    if side == "bilateral" and "right" in title.codes and "left" in title.codes:
        return [title.codes["right"], title.codes["left"]]
    return [title.codes[""]] if "" in title.codes else [title.codes[min(title.codes)]] if len(title.codes) == 1 else []


def _says_more(whole: InjuryTitle, groups: list[tuple[frozenset[str], tuple[int, int]]]) -> bool:
    """Whether a title needs the words of several parts: then they name one place, not several."""
    return not any(whole.atoms <= atoms for atoms, _ in groups)
