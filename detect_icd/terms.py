"""Words as the matchers see them: tokens, and the canonical atoms that make different spellings of a term equal."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from redactphi.errors import DataError
from redactphi.labels import PhiLabel
from redactphi.resources import data

TAG = rf"\[(?:{'|'.join(PhiLabel)})\b[^\]\n]{{0,40}}\]"
"""What redaction leaves in place of PHI. Never a word, never a boundary."""

_TOKEN = re.compile(rf"(?P<tag>{TAG})|[^\W\d_]+(?:['\u2019][^\W\d_]+)?(?!\w)|[^\W_]+")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "iiia": "3a", "iiib": "3b", "iia": "2a"}
_WORD_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "first": "1", "second": "2"}
_ORDINALS = {"1st": "1", "2nd": "2", "3rd": "3", "4th": "4"} | {
    "first": "1",
    "second": "2",
    "third": "3",
    "fourth": "4",
}
_LETTERED = frozenset({"vitamin", "hepatitis", "influenza", "hemophilia", "vit"})
_SCALE_FORMS, _COPULAS = {"stg": "stage", "gr": "grade"}, frozenset({"is", "was", "of", "now"})
_SCALES = frozenset({"stg", "gr", "type", "stage", "grade", "class", "degree", "category", "group", "factor", "phase"})
_JOINED_OPEN = frozenset({"non", "pseudo", "hyper", "hypo"})
_JOINED = _JOINED_OPEN | {"pre", "post", "peri", "anti", "sub", "poly", "multi", "intra"}
_OPENERS = _SCALES | _LETTERED | _JOINED | _ORDINALS.keys()
_NOT_COMBINING = frozenset({"chemo", "tobacco", "two", "no", "to", "zero", "do", "so", "go", "auto", "immuno", "echo"})
_SPELLING = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        ("aem", "em"), ("oede", "ede"), ("(?:^|(?<=o))oeso", "eso"), ("rrhoea", "rrhea"), ("pnoea", "pnea"), ("haem", "hem"),
        ("paed", "ped"), ("umour", "umor"), ("leuc(?=[oa])", "leuk"), ("foet", "fet"), ("gynaec", "gynec"),
        ("faec", "fec"), ("caec", "cec"), ("coeli", "celi"), ("aetio", "etio"), ("colour", "color"),
        ("sulph", "sulf"), ("behaviour", "behavior"), ("orthopaed", "orthoped"), ("aes(?=th)", "es"),
        ("rrhag(?=e$)", "rrhag"), ("calib(?=re)", "calib"), ("fibre", "fiber"), ("centre", "center"),
        ("manoe", "mane"), ("homeop", "homeop"), ("aemia", "emia"), ("ioning", "ioning"),
    )
)  # fmt: skip
_BRITISH = re.compile(r"ae|oe|our|leuc|sulph|fibre|centre")
_KEEP_S = re.compile(
    r"(?:ss|us|is|pancreas|atlas|gas|vas|(?<![a-z])[a-z]{0,2}as|os|ies|ous|ceps|(?<![a-z])[a-z]ps|xes)$"
)
_CACHE_LIMIT = 200_000
_ALWAYS, _HYPHEN = "*", "-"
"""What follows a word that its neighbours may change: anything, or a hyphen."""


class Token(NamedTuple):
    """A word of the text with its atoms; ``word`` is lower case, ``atoms`` is empty for what is never matched."""

    start: int
    end: int
    word: str
    atoms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What an abbreviation stands for, and the words that decide.

    Attributes:
        words: The abbreviation's tokens, lower case.
        exact: The written form if case matters, or ``""``.
        atoms: The atoms of the expansion.
        near: One of these words must be in the sentence, unless empty; ``:`` is there where a colon makes it a heading.
        around: Or one of these in the text around it.
        unless: None of these words may be in the sentence.
    """

    words: tuple[str, ...]
    exact: str
    atoms: tuple[str, ...]
    near: frozenset[str]
    around: frozenset[str]
    unless: frozenset[str]


def rows(name: str, columns: int) -> Iterator[tuple[str, ...]]:
    """The rows of a packaged tab-separated table, padded to the number of columns. ``#`` starts a comment line.

    Raises:
        DataError: A row has more columns than it may.
    """
    lines = (data("detect_icd") / name).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = tuple(cell.strip() for cell in line.split("\t"))
        if len(cells) > columns:
            raise DataError(f"{name} line {number}: more than {columns} columns")
        yield cells + ("",) * (columns - len(cells))


@functools.cache
def word_set(name: str) -> frozenset[str]:
    """The words of a packaged list, one a line."""
    return frozenset(word for (word,) in rows(name, 1))


class Terms:
    """Turns text into tokens with atoms. Build once, reuse: it remembers the words it has seen."""

    def __init__(self) -> None:
        self._forms: dict[str, tuple[str, ...]] = {}
        self._cache: dict[str, tuple[str, ...]] = {}
        self._written: dict[str, tuple[str, tuple[str, ...], str]] = {}
        for canonical, forms in rows("word_forms.tsv", 2):
            atoms = () if canonical == "-" else tuple(canonical.split())
            for form in forms.split():
                self._forms[form] = atoms
        self._abbreviations: dict[str, list[Abbreviation]] = {}
        # Second words of abbreviations whose first stands for nothing alone, as "the" does.
        self._seconds: dict[str, frozenset[str]] = {}
        for table in ("abbreviations.tsv", "word_senses.tsv"):
            for short, expansion, near, unless in rows(table, 4):
                self._add(short, expansion, near, unless)

    def _add(self, short: str, expansion: str, near: str, unless: str) -> None:
        written = short.removeprefix("=")
        words = tuple(match.group().lower() for match in _TOKEN.finditer(written))
        told = near.split()
        entry = Abbreviation(
            words=words,
            exact=written if short.startswith("=") else "",
            atoms=tuple(dict.fromkeys(atom for token in self.tokens(expansion) for atom in token.atoms)),
            near=frozenset(word.removeprefix("~") for word in told),
            around=frozenset(word[1:] for word in told if word[0] == "~"),
            unless=frozenset(unless.split()),
        )
        self._written.clear()
        entries = self._abbreviations.setdefault(words[0], [])
        entries.append(entry)
        entries.sort(key=lambda item: (-len(item.words), not item.near))
        self._seconds.pop(words[0], None)
        if len(entries[-1].words) > 1:
            self._seconds[words[0]] = frozenset(item.words[1] for item in entries)

    def knows(self, word: str) -> bool:
        """Whether a word is listed among the forms of words."""
        return word in self._forms

    def vocabulary(self, often: Mapping[str, int]) -> dict[str, int]:
        """Every word that has a meaning here with how often its atoms stand in an index."""
        words = dict(often)
        for form, atoms in self._forms.items():
            words[form] = words.get(form, 0) + max((often.get(atom, 0) for atom in atoms), default=0)
        return words

    def atoms(self, word: str) -> tuple[str, ...]:
        """The atoms of one lower-case word: its canonical form, or several (``cancer``: malignant, neoplasm)."""
        found = self._cache.get(word)
        if found is None:
            if len(self._cache) > _CACHE_LIMIT:
                self._cache.clear()
            found = self._cache[word] = self._normalise(word)
        return found

    def _normalise(self, word: str) -> tuple[str, ...]:
        if not word.isascii():
            word = unicodedata.normalize("NFKD", word.replace("\u2019", "'"))
            word = "".join(letter for letter in word if not unicodedata.combining(letter))
        word = word.removesuffix("'s").replace("'", "")
        spelt = american(word)
        base = singular(spelt)
        for form in (word, spelt, base):
            if (known := self._forms.get(form)) is not None:
                return known
        return () if base.isdigit() or len(base) < 2 else (base,)  # noqa: PLR2004 - one letter is no word

    def tokens(self, text: str, start: int = 0, end: int | None = None) -> list[Token]:
        """The tokens of a stretch of text, in offsets of the whole text."""
        tokens: list[Token] = []
        flagged: list[int] = []
        known = self._written
        new = tuple.__new__
        for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
            written = match.group()
            word, atoms, flag = known.get(written) or self._read(written)
            if flag and (flag == _ALWAYS or text.startswith(flag, match.end())):
                if match.lastgroup:
                    continue
                if written in _SIDES:
                    atoms = _side(text, match)
                else:
                    flagged.append(len(tokens))
            # A named tuple's own constructor is a function of Python, and this is done for each word.
            tokens.append(new(Token, (*match.span(), word, atoms)))
        return self._fuse(text, tokens, flagged) if flagged else tokens

    def _read(self, written: str) -> tuple[str, tuple[str, ...], str]:
        """A word as written: in lower case, its atoms, and what must follow for its neighbours to change them, if these may."""
        word = written.lower()
        if len(self._written) > _CACHE_LIMIT:
            self._written.clear()
        flag = _HYPHEN if word[-1] == "o" else ""
        if word in _OPENERS or word in self._abbreviations or written in _SIDES or written[0] == "[":
            flag = _ALWAYS
        read = self._written[written] = (word, () if written[0] == "[" else self.atoms(word), flag)
        return read

    def _fuse(self, text: str, tokens: list[Token], flagged: Sequence[int]) -> list[Token]:
        words: frozenset[str] | None = None
        fused: list[Token] = []
        done = 0
        for position in flagged:
            if position < done:
                continue
            token = tokens[position]
            taken, atoms = 1, token.atoms
            if token.word in self._abbreviations and self._may_begin(tokens, position):
                words = words or frozenset(item.word for item in tokens)
                if entry := self._abbreviation(text, tokens, position, words):
                    taken, atoms = len(entry.words), entry.atoms
            if taken == 1 and position + 1 < len(tokens):
                # "stage is 3b", "a type of 2"
                second = tokens[position + 1].word in _COPULAS and token.word in _SCALES and position + 2 < len(tokens)
                skipped = int(second)
                joined = self._pair(text, token, tokens[position + 1 + skipped], after=tokens[position + skipped])
                if joined is not None:
                    taken, atoms = 2 + skipped, joined
            if taken > 1 or atoms is not token.atoms:
                fused.extend(tokens[done:position])
                fused.append(Token(token.start, tokens[position + taken - 1].end, token.word, atoms))
                done = position + taken
        return [*fused, *tokens[done:]] if fused else tokens

    def _may_begin(self, tokens: Sequence[Token], position: int) -> bool:
        """Whether an abbreviation may begin at a word by the word behind it."""
        seconds = self._seconds.get(tokens[position].word)
        return seconds is None or (position + 1 < len(tokens) and tokens[position + 1].word in seconds)

    def _abbreviation(
        self, text: str, tokens: Sequence[Token], position: int, words: frozenset[str]
    ) -> Abbreviation | None:
        """What it stands for by the words of its sentence; if they say nothing, by those of the text around it."""
        token = tokens[position]
        if _HEADS.match(text, token.end) and all(before.word.isdigit() for before in tokens[:position]):
            words |= _COLON
        undecided = []
        around: frozenset[str] | None = None
        for entry in self._abbreviations[token.word]:
            size = len(entry.words)
            here = tuple(token.word for token in tokens[position : position + size])
            if here != entry.words or (entry.unless & words):
                continue
            written = text[token.start : tokens[position + size - 1].end]
            if entry.exact and written not in (entry.exact, entry.exact + "s"):
                continue
            if not entry.near or entry.near & words:
                return entry
            if entry.around:
                around = around or _around(text, token.start)
                if entry.around & around:
                    return entry
            # A word that is none beside "label" ("anemia label") is one elsewhere in the same text.
            if entry.atoms or entry.exact:
                undecided.append(entry)
        if undecided:
            around = around or _around(text, token.start)
            return next((e for e in undecided if e.near & around and not e.unless & around), None)
        return None

    def _pair(self, text: str, token: Token, following: Token, after: Token) -> tuple[str, ...] | None:
        gap = text[after.end : following.start]
        if token.word in _SCALES and len(gap) <= 2:  # noqa: PLR2004 - "type 2", "type-2", "stage: 3"
            value = following.word
            value = _ROMAN.get(value) or _WORD_NUMBERS.get(value) or value
            if re.fullmatch(r"\d{1,2}[a-d]?|[a-d]", value):
                return (_SCALE_FORMS.get(token.word, token.word) + value,)
        if token.word in _LETTERED and len(gap) == 1 and re.fullmatch(r"[a-ek]\d{0,2}", following.word):
            return (*token.atoms, token.atoms[0] + following.word)
        if (number := _ORDINALS.get(token.word)) and following.word == "degree":
            return ("degree" + number,)
        hyphen = gap == "-"
        word = following.word.replace("\u2019", "'").removesuffix("'s")
        if word.isalpha() and following.atoms and (
            (token.word in _JOINED and hyphen)
            or (token.word in _JOINED_OPEN and gap == " ")
            or (hyphen and len(token.word) > 2 and token.word[-1] == "o" and token.word not in _NOT_COMBINING)  # noqa: PLR2004
        ):  # fmt: skip
            return self.atoms(token.word + word)
        return None


def _around(text: str, position: int) -> frozenset[str]:
    """The words of the text around a place."""
    return frozenset(_WORD.findall(text[max(0, position - _REACH) : position + _REACH].lower()))


_WORD = re.compile(r"[^\W_]+")
_REACH = 250
_HEADS = re.compile(r"[ \t]*:(?!\d)")
_COLON = frozenset({":"})


def _side(text: str, match: re.Match[str]) -> tuple[str, ...]:
    """The side a lone capital R or L stands for; none in "R/O", "L-spine", "L4" or an initial."""
    if not _ALONE.match(text, match.end()) or text[match.start() - 1 : match.start()] in _JOINING:
        return ()
    return (_SIDES[match.group()],)


_SIDES = {"R": "right", "L": "left"}
_ALONE = re.compile(r"(?=[\s,;:)\]]|\.(?:\s|$)|/L\b|/R\b|-sided|$)")
_JOINING = frozenset("-'\u2019.&")


@functools.cache
def terms() -> Terms:
    """The shared normaliser of the packaged tables."""
    return Terms()


def american(word: str) -> str:
    """The American spelling of a British one (``haemorrhoid``: ``hemorrhoid``)."""
    if _BRITISH.search(word):
        for pattern, to in _SPELLING:
            word = pattern.sub(to, word)
    return word


def singular(word: str) -> str:
    """The singular of a plural, by rule; irregular ones are in ``word_forms.tsv``."""
    if len(word) < 4 or word[-1] not in "si":  # noqa: PLR2004 - too short to be a plural
        return word
    if word.endswith("ies") and len(word) > 5:  # noqa: PLR2004 - "series" is caught by word_forms
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith(("yses", "oses", "eses")) and len(word) > 6:  # noqa: PLR2004 - "doses", "noses" keep their e
        return word[:-2] + "is"
    return word[:-1] if word[-1] == "s" and not _KEEP_S.search(word) else word
