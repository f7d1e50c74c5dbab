# ruff: noqa: PLR2004 - shares of a mixture have no names
"""Draws people and writes their names in every form a note uses."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass

from models.training.raw import Split, split_of
from models.training.sources import LOCALES, census, faker_names
from models.training.surface import flavours, surface
from redactphi.resources import terms

_SHARED_FIRST = 400
# Origins common among patients in the United States come up more often.
_MIX = LOCALES + ("en_US", "es_MX", "es_MX", "es_CO", "en_IN", "en_IN", "vi_VN", "zh_CN", "en_NG", "pl_PL", "it_IT", "pt_BR", "en_IE") * 3  # fmt: skip
_SUFFIXES = ("Jr.", "Jr", "Sr.", "II", "III", "IV")
_PARTICLES = ("de la ", "de ", "del ", "De ", "Van ", "van der ", "Von ", "Di ", "La ", "Le ", "Mc", "Mac", "O'", "D'", "Al-", "El-", "St. ", "Ben-", "dos ", "da ")  # fmt: skip
FORMS = (
    "full", "first", "last", "last_first", "initials", "nick", "first_initial_last", "maiden", "first_last", "middle",
    "with_nick",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a document; every form names the same one."""

    first: str
    middle: str
    last: str
    maiden: str
    nick: str
    sex: str
    suffix: str = ""

    def form(self, name: str, rng: random.Random) -> str:  # noqa: PLR0911 - one return a form
        """The name in one of ``FORMS``."""
        if name == "full":
            return self._full(rng)
        if name == "last_first":
            return self._last_first(rng)
        if name == "initials":
            return self._initials(rng)
        if name == "first_initial_last":
            return f"{self.first[0]}. {self.last}" if rng.random() < 0.8 else f"{self.first[0]} {self.last}"
        if name == "first_last":
            return f"{self.first} {self.last}"
        if name == "with_nick":
            quote = rng.choice(('"{}"', '"{}"', "'{}'", "({})"))
            return f"{self.first} {quote.format(self.nick)} {self.last}"
        return str(getattr(self, name))

    def _full(self, rng: random.Random) -> str:
        first, middle, last = self.first, self.middle, self.last
        shape = rng.choices(
            (f"{first} {last}", f"{first} {middle[0]}. {last}", f"{first} {middle[0]} {last}", f"{first} {middle} {last}",
             f"{first[0]}. {last}", f"{first[0]}.{middle[0]}. {last}", f"{first[0]}. {middle} {last}",
             f'{first} "{self.nick}" {last}'),
            (58, 16, 5, 6, 2, 2, 1, 2),
        )[0]  # fmt: skip
        if self.suffix and rng.random() < 0.5:
            shape += rng.choice((" ", ", ")) + self.suffix
        draw = rng.random()
        return shape.upper() if draw < 0.06 else shape.lower() if draw < 0.075 else shape

    def _last_first(self, rng: random.Random) -> str:
        rest = rng.choices((self.first, f"{self.first} {self.middle[0]}", f"{self.first} {self.middle[0]}.", f"{self.first} {self.middle}"), (50, 22, 10, 6))[0]  # fmt: skip
        suffix = f" {self.suffix}" if self.suffix and rng.random() < 0.5 else ""
        text = f"{self.last}{suffix}{rng.choice((', ', ', ', ', ', ','))}{rest}"
        return text.upper() if rng.random() < 0.45 else text

    def _initials(self, rng: random.Random) -> str:
        first, middle, last = self.first[0], self.middle[0], self.last[0].upper()
        shapes = (
            f"{first}{last}",
            f"{first}.{last}.",
            f"{first}{middle}{last}",
            f"{first}.{middle}.{last}.",
            f"{first}. {last}.",
        )
        text = rng.choices(shapes, (40, 25, 20, 10, 5))[0]
        return text.lower() if rng.random() < 0.12 else text


@functools.cache
def surname_pools(split: Split) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Surnames of a split: common ones, ones of many origins, and ones the packaged list does not hold."""
    known = terms("surnames") | terms("first_names") | terms("places") | terms("common_words")

    def mine(names: tuple[str, ...]) -> list[str]:
        return [name for name in names if split_of("surname:" + name.lower()) == split]

    common = [_mc(name) for name in mine(census("last")[:4000])]
    origins = tuple(tuple(mine(faker_names(locale, "last"))) for locale in _MIX)
    rare = [_mc(name) for name in mine(census("last")[30_000:]) if name.lower() not in known]
    return tuple(common), tuple(names for names in origins if names), tuple(rare)


def _mc(name: str) -> str:
    # The census prints MCDONALD; `title` makes Mcdonald of it.
    return "Mc" + name[2:].title() if name.startswith("Mc") and len(name) > 4 else name


def _is_allowed(name: str, *, split: Split, shared: frozenset[str]) -> bool:
    return name.lower() in shared or split_of("first:" + name.lower()) == split


@functools.cache
def first_pools(split: Split, sex: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Given names of a split: common ones (shared by all splits), many origins, rare ones (of this split alone)."""
    kind = "first:female" if sex == "f" else "first:male"
    common = census(kind)[:_SHARED_FIRST]
    shared = {name.lower() for name in census("first:female")[:_SHARED_FIRST] + census("first:male")[:_SHARED_FIRST]}
    allowed = functools.partial(_is_allowed, split=split, shared=frozenset(shared))
    origins = tuple(tuple(filter(allowed, faker_names(locale, "first"))) for locale in _MIX)
    own = (*census(kind)[_SHARED_FIRST:], *surface("rare_first"))
    origins = tuple(names for names in origins if names)
    return common, origins, tuple(name for name in own if split_of("first:" + name.lower()) == split)


@functools.cache
def _nicknames() -> dict[str, tuple[str, ...]]:
    rows = (line.split(": ") for line in surface("nicknames"))
    return {first: tuple(nicks.split()) for first, nicks in rows}


def invented(rng: random.Random, split: Split) -> str:
    """A name made of syllables, unknown to any list, of this split alone."""
    while True:
        onsets, vowels, codas, endings = rng.choice(flavours("invented"))
        syllables = rng.choice((1, 1, 2))
        name = "".join(rng.choice(onsets) + rng.choice(vowels) for _ in range(syllables))
        name += rng.choice(codas) if codas and rng.random() < 0.6 else ""
        name += rng.choice(endings) if endings else ""
        if 3 < len(name) < 13 and name not in terms("common_words") and split_of("surname:" + name) == split:
            return name.title()


@functools.cache
def word_names(split: Split, kind: str) -> tuple[str, ...]:
    """Names that are ordinary words as well, like Long, Good, Banks or Hope.

    Args:
        split: Whose surnames; given names are shared.
        kind: As for ``census``.
    """
    words = terms("clinical_words") | terms("common_words")
    found = [name for name in census(kind)[:8000] if name.lower() in words and len(name) > 1]
    return tuple(name for name in found if kind != "last" or split_of("surname:" + name.lower()) == split)


def surname(rng: random.Random, split: Split) -> str:
    """A family name: about a quarter is in no packaged list, one in twelve is compound, some are ordinary words."""
    common, origins, rare = surname_pools(split)
    draw = rng.random()
    if draw < 0.05:
        return rng.choice(word_names(split, "last"))
    if draw < 0.42:
        name = common[int(len(common) * rng.random() ** 2)]
    elif draw < 0.74:
        name = rng.choice(rng.choice(origins))
    elif draw < 0.87:
        name = rng.choice(rare)
    else:
        name = invented(rng, split)
    shape = rng.random()
    if shape < 0.04:
        return f"{name}-{rng.choice(common)}"
    if shape < 0.055:
        return f"{name} {rng.choice(rng.choice(origins))}"
    if shape < 0.085 and " " not in name:
        return rng.choice(_PARTICLES) + name
    return name


def given_name(rng: random.Random, split: Split, sex: str) -> str:
    """A given name."""
    common, origins, rare = first_pools(split, sex)
    draw = rng.random()
    if draw < 0.035:
        return rng.choice(word_names(split, "first:female" if sex == "f" else "first:male"))
    if draw < 0.45:
        return common[int(len(common) * rng.random() ** 1.5)]
    if draw < 0.75:
        return rng.choice(rng.choice(origins))
    if draw < 0.92:
        return rng.choice(rare)
    return invented(rng, split)


def _nickname(rng: random.Random, first: str) -> str:
    known = _nicknames().get(first.lower())
    if known and rng.random() < 0.8:
        return rng.choice(known)
    if rng.random() < 0.4 and len(first) > 4 and first[:3].isalpha():
        return first[:3] if rng.random() < 0.5 else first[:3] + rng.choice(("ie", "y"))
    return rng.choice(surface("pet_names"))


def person(rng: random.Random, split: Split, *, sex: str = "", last: str = "") -> Person:
    """A person of a split.

    Args:
        rng: Where chance comes from.
        split: Whose names may be used.
        sex: ``m`` or ``f``; either when empty.
        last: The family name to share, for relatives.
    """
    sex = sex or rng.choice("mf")
    first = given_name(rng, split, sex)
    suffix = rng.choice(_SUFFIXES) if sex == "m" and rng.random() < 0.06 else ""
    return Person(
        first=first,
        middle=given_name(rng, split, sex),
        last=last or surname(rng, split),
        maiden=surname(rng, split),
        nick=_nickname(rng, first),
        sex=sex,
        suffix=suffix,
    )
