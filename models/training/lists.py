"""Builds the packaged term lists: ``python -m models.training.lists`` from the root of the checkout.

First names, surnames and places are gazetteers; common words are the vocabulary that is safe to leave. The lists give
the model token features and the rules something to look up. Each is bounded, lower case, one term a line, sorted.
``exceptions.txt`` beside each is kept by hand: what a source holds but nobody should take for a term of that list.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from models.training.raw import RawNote, bucket, raw_notes
from models.training.sources import (
    LOCALES,
    census,
    faker_names,
    icd_titles,
    latin1,
    states_and_countries,
    us_towns,
    words,
    world_cities,
)

TERMS = Path(__file__).resolve().parents[2] / "redactphi" / "data" / "terms"
LIMITS = {"first_names": 12_000, "surnames": 40_000, "places": 25_000, "common_words": 25_000}
CENSUS_SURNAMES = 30_000
"""Rarer census surnames are left out, so that training also meets names no list knows."""
MIN_COUNT = 3
"""A note word is common from this many lower-case uses, in as many notes, on: nothing of one patient gets in."""


def _interleaved(lists: Iterable[Iterable[str]]) -> Iterator[str]:
    for row in zip_longest(*lists):
        yield from (item for item in row if item)


def _of_many_origins(kind: str) -> Iterator[str]:
    # Ordered by hash, lest the bound keep only the beginning of each alphabet.
    return _interleaved(sorted(faker_names(locale, kind), key=lambda name: bucket(name, 2**32)) for locale in LOCALES)


def _bounded(names: Iterable[str], limit: int) -> list[str]:
    """The first ``limit`` distinct names in lower case, each also without its accents, sorted."""
    kept: dict[str, None] = {}
    for name in names:
        for form in (name.lower(), _unaccented(name).lower()):
            if len(kept) < limit and len(form) > 1:
                kept[form] = None
    return sorted(kept)


def _unaccented(name: str) -> str:
    # A character beyond Latin-1 makes `latin1` strip every mark of the word.
    return latin1(name + "\u0323") or name


def first_names() -> list[str]:
    """Given names of many origins."""
    us = _interleaved([census("first:female"), census("first:male")])
    return _bounded([*us, *_of_many_origins("first")], LIMITS["first_names"])


def surnames() -> list[str]:
    """Family names of many origins: the commoner ones of the census, then every locale in turn."""
    common = census("last")[:CENSUS_SURNAMES]
    return _bounded([*common, *_of_many_origins("last")], LIMITS["surnames"])


def places() -> list[str]:
    """Towns and counties of the United States and large cities of the world; no states, no countries."""
    states, countries = states_and_countries()
    both = {"new york", "washington"}
    towns = [town for town, _, _ in us_towns()]
    counties = [county.removesuffix(" County") for _, _, county in us_towns()]
    world = [name for name, size in world_cities() if size >= 150_000]  # noqa: PLR2004
    named = [
        name for name in [*world, *towns, *counties] if name.lower() in both or name.lower() not in states | countries
    ]
    return _bounded(named, LIMITS["places"])


def common_words(notes: Iterable[RawNote]) -> list[str]:
    """Words that may stay: used in lower case in several notes, or in the titles of ICD-10-CM."""
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for note in notes:
        found = list(words([note.text]))
        lower.update(word for word in found if word.islower())
        capital.update(word.lower() for word in found if word.istitle())
        documents.update({word for word in found if word.islower()})
    # A name typed in lower case stays out: its capitalised use prevails, at any place in the sentence.
    named = frozenset([*first_names(), *surnames()])
    kept = Counter({
        word: count
        for word, count in lower.items()
        if count >= MIN_COUNT and documents[word] >= MIN_COUNT and not (word in named and capital[word] > count)
    })  # fmt: skip
    titles: Counter[str] = Counter(word for word in words(icd_titles()) if word.islower())
    kept.update({word: count for word, count in titles.items() if count >= MIN_COUNT})
    ranked = sorted((word for word in kept if word.isascii()), key=lambda word: (-kept[word], word))
    return _bounded(ranked, LIMITS["common_words"])


def write(name: str, items: Iterable[str]) -> None:
    """Writes ``items.txt`` of one list; makes an empty ``exceptions.txt`` where there is none."""
    folder = TERMS / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "items.txt").write_text("\n".join(items) + "\n", encoding="utf-8")
    (folder / "exceptions.txt").touch()


def main() -> None:
    """Builds all lists. Without the raw notes the committed list of common words stays as it is."""
    built = {"first_names": first_names(), "surnames": surnames(), "places": places()}
    notes = [note for note in raw_notes() if note.split == "train"]
    if notes:
        built["common_words"] = common_words(notes)
    else:
        print("no raw notes beside the checkout: common_words stays as committed")
    for name, items in built.items():
        write(name, items)
    print(json.dumps({name: len(items) for name, items in built.items()}))


if __name__ == "__main__":
    main()
