# ruff: noqa: PLR2004 - shares of a mixture have no names
"""Makes facilities, employers, schools, streets, towns and landmarks."""

from __future__ import annotations

import functools
import random
import re
from dataclasses import dataclass

from models.training.people import given_name, surname
from models.training.raw import Split, split_of
from models.training.sources import states_and_countries, us_towns, world_cities
from models.training.surface import flavours, surface, weighted
from redactphi.resources import terms

_HOLE = re.compile(r"\{(\w+)\}")
_CHOICE = re.compile(r"<([^<>]*)>")
_HALVES = {"saint", "mount", "santa", "santo", "villa", "grand", "grande"}
_SMALL = {"of", "the", "and", "at", "for", "on", "&"}
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


def pattern(rng: random.Random, name: str) -> str:
    """A line of a pattern file with one of the alternatives of each "<a;b>" in it."""
    return _choose(rng, rng.choice(weighted(name)))


def _choose(rng: random.Random, line: str) -> str:
    return _CHOICE.sub(lambda choice: rng.choice(choice[1].split(";")), line)


def _agreeing(rng: random.Random, short: str, line: str) -> str:
    """The short form with the alternatives that stand in the line it is short for; empty where none does."""
    for choice in _CHOICE.findall(short):
        fitting = [option for option in choice.split(";") if option and option.lower() in line.lower()]
        if not fitting:
            return ""
        short = short.replace(f"<{choice}>", rng.choice(fitting), 1)
    return short


@functools.cache
def _known(name: str, split: Split) -> tuple[str, ...]:
    """The items of a packaged list of organisations that are of this split."""
    return tuple(item for item in sorted(terms(name)) if split_of(f"{name}:{item.lower()}") == split)


@functools.cache
def _known_schools(split: Split) -> tuple[str, ...]:
    words = re.compile(
        r"University|College\b|State\b(?! [DF])|Tech$|Academy$|^UC |^U(?:MD|NC|GA|CF|IC|VA|VM|CSB|CLA|CSD|TEP|TSA|NLV|Mass|Conn)"
    )
    return tuple(item for item in _known("known_employers", split) if words.search(item))


@functools.cache
def _mine(name: str, split: Split) -> tuple[str, ...]:
    kept = tuple(item for item in surface(name) if split_of(f"{name}:{item.lower()}") == split)
    # A short list may leave a small split nothing; its items are then shared.
    return kept if len(kept) >= 4 else surface(name)


def stem(rng: random.Random, split: Split) -> str:
    """A distinctive name part such as "Ridgeview", "Cedar Falls" or "Monongalia", of this split alone."""
    while True:
        made = rng.choice(surface("stem_heads")) + rng.choice(_tails()) if rng.random() < 0.5 else rng.choice(surface("stem_whole"))  # fmt: skip
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


def saint(rng: random.Random, split: Split) -> str:
    """A saint or holy name, as spelled by many hands: St. Luke's, St Luke's, Saint Luke, Sts. Peter & Paul."""
    name = rng.choice(_mine("saints", split))
    if name.startswith("St. ") and rng.random() < 0.45:
        name = rng.choice(("St ", "Saint ", "Saint ", "St.")) + name[4:]
    if rng.random() < 0.1:
        name = name.removesuffix("'s") if name.endswith("'s") else name
    if rng.random() < 0.08:
        name = name.replace("'s", rng.choice(("s", "’s")))
    return name


def _acronym_of(name: str, rng: random.Random) -> str:
    joint = rng.random() < 0.2
    words = [word for word in re.findall(r"[\w']+|&", name) if (word == "&" and joint) or word.lower() not in _SMALL]
    made = "".join(word[0] for word in words if not word[0].isdigit()).upper()
    known = made in surface("acronyms") or not 3 <= len(made) <= 7
    return "" if known else made


def _worn(rng: random.Random, name: str) -> str:
    """A name as a hurried hand leaves it: now and then in small or capital letters, or with a slip in a long word."""
    draw = rng.random()
    if draw < 0.035:
        return name.lower()
    if draw < 0.07:
        return name.upper()
    if draw < 0.085:
        return slip(rng, name)
    return name


def slip(rng: random.Random, name: str) -> str:
    """A name with a letter lost, doubled or changed with its neighbour, in a word of six letters or more."""
    words = list(re.finditer(r"[^\W\d_]{6,}", name))
    if not words:
        return name
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    kind = rng.randrange(3)
    made = (name[at + 1] + name[at], name[at + 1], name[at] * 2 + name[at + 1])[kind]
    return name[:at] + made + name[at + 2 :]


class _Filler:
    """Fills the holes of one name pattern; the same hole gets the same value."""

    def __init__(self, rng: random.Random, split: Split) -> None:
        self.rng, self.split, self.values = rng, split, dict[str, str]()

    def fill(self, pattern: str) -> str:
        return _HOLE.sub(lambda match: self._value(match[1]), pattern)

    def _value(self, hole: str) -> str:
        if hole not in self.values:
            small = hole in {"num2", "num3"}
            self.values[hole] = str(self.rng.randint(1, 399)) if small else self._draw(hole.rstrip("23"))
        return self.values[hole]

    def _draw(self, kind: str) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a hole
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
            case "given":
                return given_name(rng, split, rng.choice("mf"))
            case "statename":
                return rng.choice(_state_names())
            case "dir":
                return rng.choice(_DIRECTIONS)
            case "spec":
                return rng.choice(surface("specialties"))
            case "streetname":
                return _street_name(rng, split)
            case "spanish":
                return rng.choice(_SPANISH)
            case "known":
                return rng.choice(_known("known_employers", split))
            case "knownschool":
                return rng.choice(_known_schools(split))
            case "knownfacility":
                return rng.choice(_known("known_facilities", split))
            case "saint":
                return saint(rng, split)
            case "grace":
                return rng.choice(surface("graces"))
            case "num":
                return str(rng.choice((rng.randint(2, 4999), rng.randint(100, 9999), rng.randint(10, 19999))))
            case "acronym":
                return "".join(rng.choices("ABCDEFGHIJKLMNOPRSTUVW", k=rng.choice((3, 3, 4))))
            case "ord":
                return _ordinal(rng.randint(1, rng.choice((12, 60, 160))))
            case "n":
                return str(rng.randint(1, rng.choice((9, 9, 99))))
            case "flat":
                return _flat(rng)
            case "grid":
                return str(rng.randint(1, 240) * rng.choice((5, 10, 50)))
            case "type":
                return rng.choice(weighted("street_types"))
            case _ if kind in _words():
                return rng.choice(_words()[kind])
        raise ValueError(f"unknown hole {kind!r}")


@functools.cache
def _words() -> dict[str, tuple[str, ...]]:
    """The words of each hole that is filled from a plain list."""
    rows = (line.partition(": ") for line in surface("word_holes"))
    return {hole: tuple(words.split("; ")) for hole, _, words in rows}


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _is_told(short: str, line: str) -> bool:
    """Whether all holes of a short form have their value from the name itself."""
    return set(_HOLE.findall(short)) <= {*_HOLE.findall(line), "A", "G"}


def facility(rng: random.Random, split: Split) -> Facility:
    """A place of care."""
    if rng.random() < 0.07:
        known = rng.choice(_known("known_facilities", split))
        return Facility(known, (known, known.split(" Hospital")[0].split(" Medical Center")[0]))
    line, _, shorts = rng.choice(weighted("facility_patterns")).partition(" => ")
    line = _choose(rng, line)
    filler = _Filler(rng, split)
    name = _tidy(filler.fill(line))
    filler.values["A"] = _acronym_of(name, rng)
    filler.values["G"] = filler.values.get("grace", "M")[0]
    filled = [_tidy(filler.fill(_agreeing(rng, short, line))) for short in shorts.split(" | ") if _is_told(short, line)]
    # An article is no part of the name; a single letter is no acronym.
    named = [_worn(rng, short.removeprefix("the ").removeprefix("The ")) for short in filled if len(short) > 1]
    if rng.random() < 0.1 and (head := _first_word(name)):
        named.append(head)
    return Facility(_worn(rng, name.removeprefix("The ")), tuple(named))


def _tidy(name: str) -> str:
    """The name without what an empty alternative left."""
    name = re.sub(r" {2,}", " ", name).replace(" ,", ",").replace("Parish County", "Parish")
    return name.strip(" -–,/&").replace("'s's", "'s").replace("s's's", "s'")


def _first_word(name: str) -> str:
    """The first word of a name as it stands for all of it, where it is no word of every day."""
    word = name.split(maxsplit=1)[0].strip(",.")
    known = word.lower() in terms("common_words") or word.lower() in _HALVES
    return "" if known or len(word) < 5 or not word.isalpha() else word


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
    made = _filled(rng, split, f"bare_{kind}")
    return _worn(rng, made.removeprefix("the "))


def _filled(rng: random.Random, split: Split, name: str) -> str:
    return _tidy(_Filler(rng, split).fill(pattern(rng, name)))


def employer(rng: random.Random, split: Split) -> str:
    """A company, agency, church or camp."""
    return _worn(rng, _filled(rng, split, "employer_patterns").removeprefix("the ").removeprefix("The "))


def school(rng: random.Random, split: Split) -> str:
    """A school or university."""
    return _worn(rng, _filled(rng, split, "school_patterns").removeprefix("the ").removeprefix("The "))


def place(rng: random.Random, split: Split) -> str:
    """A neighbourhood, landmark or island."""
    return _worn(rng, _filled(rng, split, "place_patterns").removeprefix("the ").removeprefix("The "))


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
        return _ordinal(rng.randint(1, 160))
    if draw < 0.8:
        return f"{given_name(rng, split, rng.choice('mf'))} {surname(rng, split)}"
    return stem(rng, split)


@functools.cache
def _state_names() -> tuple[str, ...]:
    return tuple(sorted(name.title().replace(" Of ", " of ") for name in states_and_countries()[0]))


_DIRECTIONS = ("North", "South", "East", "West", "Northeast", "Northwest", "Southeast", "Southwest", "Central", "Greater", "Mid", "Upper", "Lower")  # fmt: skip
_SPANISH = ("Verde", "Grande", "Seco", "Bravo", "San José", "Santa Rosa", "Las Flores", "Los Pinos", "La Esperanza", "El Sol", "La Luna", "Del Mar", "Vista Hermosa", "Santa Cruz", "Buena Vista", "Piedras Negras", "La Loma", "Los Robles", "Las Palmas", "El Paraíso", "Río Piedras", "Caguas Norte", "Hato Rey", "San Antonio", "Guadalupe", "Campo Rico", "Alturas", "El Monte", "Las Lomas", "Monte Carlo")  # fmt: skip


def street(rng: random.Random, split: Split) -> str:
    """A street line as written in an address: number and name, or a box, a rural route, a grid, a crossing, a room."""
    if rng.random() < 0.27:
        line = _filled(rng, split, "street_lines")
    else:
        line = _plain_street(rng, split)
        line += rng.choice((", ", " ", ", ")) + _filled(rng, split, "street_units") if rng.random() < 0.22 else ""
    shape = rng.random()
    return line.upper() if shape < 0.05 else line.lower() if shape < 0.08 else line


def _plain_street(rng: random.Random, split: Split) -> str:
    number = _house_number(rng)
    if rng.random() < 0.15:
        return f"{number} {rng.choice(_mine('streets_whole', split))}"
    compass = f"{rng.choice(_COMPASS)} " if rng.random() < 0.16 else ""
    kind = f" {rng.choice(weighted('street_types'))}" if rng.random() < 0.94 else ""
    line = f"{number} {compass}{_street_name(rng, split)}{kind}"
    return f"{line} {rng.choice(_COMPASS)}" if kind and not compass and rng.random() < 0.07 else line


def _house_number(rng: random.Random) -> str:
    if rng.random() < 0.8:
        return str(rng.randint(1, 9999))
    return rng.choice((str(rng.randint(1, 999)), str(rng.randint(1000, 29999)), f"{rng.randint(1, 99)}-{rng.randint(10, 99)}", f"{rng.randint(1, 999)} 1/2", f"{rng.randint(1, 999)}{rng.choice('AB')}", f"{rng.choice('NSEW')}{rng.randint(10, 999)}", rng.choice(("One", "Two", "Ten"))))  # fmt: skip


def _flat(rng: random.Random) -> str:
    number, letter = rng.randint(1, 40), rng.choice("ABCDEF")
    return rng.choice((str(rng.randint(1, 450)), str(number), letter, f"{number}{letter}", f"{letter}-{number}", f"{letter}{number}", f"{number}-{letter}", f"{rng.randint(1, 29)}{rng.randint(1, 29):02}"))  # fmt: skip
