"""Builds the lists that surrogates come from: ``python -m models.training.surrogates`` from the root of the checkout.

Given names by the sex that has them, surnames, towns and streets: single plain words, lower case, one a line, sorted. A
word stands in one list only. None is an eponym, a clinical or a common word, so that a surrogate changes no code and
reads as nothing but a name; names that are one of these stand in lists of their own (``_others``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.training.sources import census, us_towns
from redactphi import resources
from redactphi.recognizers.clinical import countries, peoples, states

FOLDER = Path(__file__).resolve().parents[2] / "redactphi" / "data" / "surrogates"
LIMITS = {"either": 300, "female": 2_500, "male": 1_250, "surnames": 20_000, "towns": 20_000}
_BOTH = 5
"""A name is of both sexes if its ranks in the two lists differ by less than this factor."""
_SHORTEST, _LONGEST = 4, 11


def _unfit() -> frozenset[str]:
    """Lower-case words that no surrogate may be."""
    lists = (
        "clinical_acronyms", "clinical_eponyms", "clinical_products", "clinical_words", "common_words", "eponyms",
        "eponym_nouns", "name_stopwords", "place_stopwords", "facility_generic", "unit_acronyms",
        "street_suffixes", "month_stems", "holidays", "titles", "clinician_titles", "relations", "kin_titles",
    )  # fmt: skip
    words = {part for name in lists for item in resources.terms(name) for part in item.lower().split()}
    nicknames = {name for item in resources.terms("nicknames") for name in item.split()[1:]}
    return frozenset(words | nicknames | countries() | peoples() | states())


def _is_plain(word: str) -> bool:
    parts = word.split()
    long_enough = len(word) >= _SHORTEST and max(map(len, parts)) >= _SHORTEST
    return long_enough and len(parts) <= 2 and max(map(len, parts)) <= _LONGEST  # noqa: PLR2004 - of one or two words


def given() -> dict[str, list[str]]:
    """Given names of women, of men, and of either, commonest first."""
    ranks = {
        sex: {name.lower(): rank for rank, name in enumerate(census(f"first:{sex}"), 1)} for sex in ("female", "male")
    }
    found: dict[str, list[str]] = {"female": [], "male": [], "either": []}
    for name in sorted({*ranks["female"], *ranks["male"]}, key=lambda name: _rank(ranks, name)):
        women, men = (ranks[sex].get(name, 10_000) for sex in ("female", "male"))
        near = max(women, men) < _BOTH * min(women, men) and max(women, men) < 10_000  # noqa: PLR2004
        found["either" if near else "female" if women < men else "male"].append(name)
    return found


def _rank(ranks: dict[str, dict[str, int]], name: str) -> tuple[int, str]:
    return min(rank[name] for rank in ranks.values() if name in rank), name


def towns() -> Iterator[str]:
    """Towns, those of the most States first."""
    counts = Counter(town.lower() for town, _, _ in us_towns())
    yield from sorted(counts, key=lambda town: (-counts[town], town))


def streets() -> list[str]:
    """What streets are called after: trees, birds, flowers. Kept by hand."""
    return (FOLDER / "streets.txt").read_text(encoding="utf-8").split()


def _split(words: Iterable[str], taken: set[str], unfit: frozenset[str], limit: int) -> dict[str, list[str]]:
    """Words, commonest first, as those surrogates come from, a reserve of as many as there are unfit ones, and these.

    What is unfit as a surrogate is a name all the same. It gets a surrogate from the reserve, which holds the rarest words;
    these in turn get made-up ones.
    """
    fresh = list(dict.fromkeys(word for word in words if word.isascii() and word.isalpha() and word not in taken))[
        :limit
    ]
    taken.update(fresh)
    fit = [word for word in fresh if _is_plain(word) and word not in unfit]
    others = [word for word in fresh if word not in set(fit)]
    kept = len(fit) - len(others)
    return {"": sorted(fit[:kept]), "_reserve": sorted(fit[kept:]), "_others": sorted(others)}


def main() -> None:
    """Builds all lists."""
    unfit = _unfit()
    taken = set(streets())
    people = given()
    sources: dict[str, Iterable[str]] = {name: people[name] for name in LIMITS if name in people}
    sources["surnames"] = (name.lower() for name in census("last"))
    built = _split(towns(), set(), unfit, LIMITS["towns"])
    built = {f"towns{part}": words for part, words in built.items()} | {
        f"{name}{part}": words
        for name, source in sources.items()
        for part, words in _split(source, taken, unfit, LIMITS[name]).items()
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, words in built.items():
        (FOLDER / f"{name}.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    print(json.dumps({name: len(words) for name, words in built.items()}))


if __name__ == "__main__":
    main()
