# ruff: noqa: PLR2004 - shares of a mixture have no names
"""Makes facilities, employers, schools, streets, towns and landmarks."""

from __future__ import annotations

import functools
import random
import re
from dataclasses import dataclass

from models.training.people import given_name, surname
from models.training.raw import Split, split_of
from models.training.sources import us_towns, world_cities
from models.training.surface import flavours, surface

_HOLE = re.compile(r"\{(\w+)\}")
_SMALL = {"of", "the", "and", "at", "for", "on", "&"}
_UNITS = ("Apt {}", "Apt. {}", "apt {}", "#{}", "Unit {}", "Suite {}", "Ste {}", "Apartment {}", "Lot {}", "Floor {}", "Room {}", "Bldg {}")  # fmt: skip
_COMPASS = ("N", "S", "E", "W", "N.", "S.", "E.", "W.", "North", "South", "East", "West", "NW", "SE", "SW", "NE")


@dataclass(frozen=True, slots=True)
class Facility:
    """A named place of care and the short forms that stand for it."""

    name: str
    shorts: tuple[str, ...]

    def short(self, rng: random.Random) -> str:
        """One of the short forms."""
        return rng.choice(self.shorts) if self.shorts else self.name


@functools.cache
def towns(split: Split) -> tuple[tuple[str, str, str], ...]:
    """Towns of a split as (town, state, county)."""
    return tuple(row for row in us_towns() if row[0] and split_of("town:" + row[0].lower()) == split)


@functools.cache
def foreign_cities(split: Split) -> tuple[str, ...]:
    """Cities of a split outside the United States (mostly), over 200,000 people."""
    return tuple(name for name, size in world_cities() if size > 200_000 and split_of("town:" + name.lower()) == split)


@functools.cache
def _mine(name: str, split: Split) -> tuple[str, ...]:
    kept = tuple(item for item in surface(name) if split_of(f"{name}:{item.lower()}") == split)
    # A short list may leave a small split nothing; its items are then shared.
    return kept if len(kept) >= 4 else surface(name)


def stem(rng: random.Random, split: Split) -> str:
    """A distinctive name part such as "Ridgeview" or "Cedar Falls", of this split alone."""
    while True:
        made = rng.choice(surface("stem_heads")) + rng.choice(_tails())
        if split_of("stem:" + made.lower()) == split:
            return made


@functools.cache
def _tails() -> tuple[str, ...]:
    return surface("stem_tails")


def coined(rng: random.Random, split: Split) -> str:
    """A made-up brand such as "Corvance", of this split alone."""
    heads, tails = flavours("coined")[0]
    while True:
        tail = rng.choice(tails)
        made = rng.choice(heads) + (tail.title() if rng.random() < 0.15 else tail)
        if split_of("coined:" + made.lower()) == split:
            return made


def _acronym_of(name: str) -> str:
    letters = [word[0] for word in re.findall(r"[\w']+", name) if word.lower() not in _SMALL]
    return "".join(letters).upper()


class _Filler:
    """Fills the holes of one name pattern; the same hole gets the same value."""

    def __init__(self, rng: random.Random, split: Split) -> None:
        self.rng, self.split, self.values = rng, split, dict[str, str]()

    def fill(self, pattern: str) -> str:
        return _HOLE.sub(lambda match: self._value(match[1]), pattern)

    def _value(self, hole: str) -> str:
        if hole not in self.values:
            self.values[hole] = self._draw(hole.rstrip("23"))
        return self.values[hole]

    def _draw(self, kind: str) -> str:  # noqa: C901, PLR0911 - one case a hole
        rng, split = self.rng, self.split
        match kind:
            case "stem":
                return stem(rng, split)
            case "coined":
                return coined(rng, split)
            case "surname":
                return surname(rng, split)
            case "first":
                return given_name(rng, split, rng.choice("mf"))
            case "town":
                return rng.choice(towns(split))[0]
            case "county":
                return county(rng, split).removesuffix(" County")
            case "saint":
                return rng.choice(_mine("saints", split))
            case "grace":
                return rng.choice(surface("graces"))
            case "num":
                return str(rng.randint(2, 4999))
            case "acronym":
                return "".join(rng.choices("ABCDEFGHIJKLMNOPRSTUVW", k=rng.choice((3, 3, 4))))
        raise ValueError(f"unknown hole {kind!r}")


def facility(rng: random.Random, split: Split) -> Facility:
    """A place of care."""
    pattern, _, shorts = rng.choice(surface("facility_patterns")).partition(" => ")
    filler = _Filler(rng, split)
    name = filler.fill(pattern)
    filler.values["A"] = _acronym_of(name)
    filler.values["G"] = filler.values.get("grace", "M")[0]
    filled = [filler.fill(short) for short in shorts.split(" | ") if short]
    # An article is no part of the name; a single letter is no acronym.
    named = [short.removeprefix("the ").removeprefix("The ") for short in filled]
    return Facility(name.removeprefix("The "), tuple(short for short in named if len(short) > 1))


_ACRONYM_ENDS = ("MC", "MC", "RMC", "MH", "GH", "CH", "UH", "H", "HS", "VAMC", "CMC", "CC", "HC", "MMC", "LH")


def bare_acronym(rng: random.Random) -> str:
    """A hospital known by capital letters alone, such as "SJMC"; never a clinical acronym."""
    while True:
        if rng.random() < 0.3:
            made = "".join(rng.choices("ABCDEFGHIJKLMNOPRSTUVW", k=rng.choice((3, 4, 4, 5))))
        else:
            heads = "".join(rng.choices("ABCDEFGHJKLMNOPRSTUW", k=rng.choice((1, 1, 1, 2))))
            made = heads + rng.choice(_ACRONYM_ENDS)
        if 3 <= len(made) <= 6 and made not in surface("acronyms"):
            return made


def bare(rng: random.Random, split: Split, kind: str) -> str:
    """A facility, school or employer by its own name alone: a donor, a saint, a brand, a place."""
    return _Filler(rng, split).fill(rng.choice(surface(f"bare_{kind}")))


def employer(rng: random.Random, split: Split) -> str:
    """A company, agency, church or camp."""
    return _Filler(rng, split).fill(rng.choice(surface("employer_patterns")))


def school(rng: random.Random, split: Split) -> str:
    """A school or university."""
    return _Filler(rng, split).fill(rng.choice(surface("school_patterns")))


def place(rng: random.Random, split: Split) -> str:
    """A neighbourhood, landmark or island."""
    return _Filler(rng, split).fill(rng.choice(surface("place_patterns")))


def city(rng: random.Random, split: Split) -> str:
    """A town or city."""
    if rng.random() < 0.08 and foreign_cities(split):
        return rng.choice(foreign_cities(split))
    if rng.random() < 0.06:
        return stem(rng, split)
    return rng.choice(towns(split))[0]


def county(rng: random.Random, split: Split) -> str:
    """A county, with its generic word."""
    while True:
        name = rng.choice(towns(split))[2]
        if name:
            return name


def _street_name(rng: random.Random, split: Split) -> str:
    draw = rng.random()
    if draw < 0.45:
        return rng.choice(_mine("street_words", split))
    if draw < 0.62:
        return surname(rng, split)
    if draw < 0.72:
        number = rng.randint(1, 160)
        ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"
    if draw < 0.8:
        return f"{given_name(rng, split, rng.choice('mf'))} {surname(rng, split)}"
    return stem(rng, split)


def street(rng: random.Random, split: Split) -> str:
    """A street line as written in an address, now and then a post-office box."""
    draw = rng.random()
    if draw < 0.05:
        return rng.choice(("P.O. Box {}", "PO Box {}", "P. O. Box {}", "Box {}")).format(rng.randint(1, 9999))
    if draw < 0.08:
        return f"{rng.randint(10, 9999)} {rng.choice(('County Road', 'State Route', 'Highway', 'US Hwy', 'FM', 'Rural Route', 'RR'))} {rng.randint(1, 999)}"
    number = rng.choice((str(rng.randint(1, 999)), str(rng.randint(1000, 29999)), f"{rng.randint(1, 99)}-{rng.randint(10, 99)}", f"{rng.randint(1, 999)} 1/2")) if rng.random() < 0.2 else str(rng.randint(1, 9999))  # fmt: skip
    compass = f"{rng.choice(_COMPASS)} " if rng.random() < 0.16 else ""
    kind = f" {rng.choice(surface('street_types'))}" if rng.random() < 0.96 else ""
    line = f"{number} {compass}{_street_name(rng, split)}{kind}"
    if rng.random() < 0.22:
        unit = rng.choice(_UNITS).format(
            rng.choice((str(rng.randint(1, 450)), rng.choice("ABCDEF"), f"{rng.randint(1, 40)}{rng.choice('ABCD')}"))
        )
        line += rng.choice((", ", " ", ", ")) + unit
    return line
