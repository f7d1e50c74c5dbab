"""Builds the words of clinical English: ``python -m models.training.clinical_terms ICD_INDEX HCPCS_ZIP [TEXT ...]``.

``clinical_words`` holds lower-case single words that are no identifiers; ``ambiguous_names`` those that are names too.
The sources are US government works (the folder of ICD-10-CM index files, the HCPCS archive, guideline texts) and the
English word list of ``symspellpy`` (MIT), which is needed for this build only. A word that is mainly a name is left
out: the better known the name, the commoner the word has to be. ``ordinary.txt`` and ``brands.txt`` beside the lists
are kept by hand.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.training.sources import census, icd_titles, states_and_countries, us_towns, world_cities
from redactphi.resources import terms

TERMS = Path(__file__).resolve().parents[2] / "redactphi" / "data" / "terms"
ENGLISH = 58_000
"""How many of the commonest English words are taken."""
FREQUENT = ((2_500, 400_000_000), (6_000, 15_000_000), (20_000, 1_500_000))
"""A name up to this rank is a word too when English has it at least that often in the counts of the word list."""
GIVEN = 4
"""There are fewer given names than surnames, so the same rank of one is rarer."""
CITY_RANK, TOWN_RANK = 1_500, 6_000
"""How well known a large city and any other town are taken to be, among names."""
SEEN = 3
"""Lower-case uses in the medical sources that make a word of a name however well it is known."""

_WORD = re.compile(r"(?<![^\W_])[a-z]{3,}(?![^\W_])")


def index_texts(folder: Path) -> Iterator[str]:
    """The terms of the ICD-10-CM alphabetic index, in the case they have there."""
    for path in sorted(folder.glob("*.xml")):
        yield from re.findall(r">([^<>]+)<", path.read_text(encoding="utf-8"))


def drug_names(folder: Path) -> set[str]:
    """Single words of the table of drugs, lower case: every term of it is a substance."""
    table = next(iter(sorted(folder.glob("*drug*.xml"))))
    titles = re.findall(r"<title>([^<]+)", table.read_text(encoding="utf-8"))
    return {word for title in titles for word in re.findall(r"[a-z]{4,}", title.lower())}


def hcpcs_texts(archive: Path) -> Iterator[str]:
    """Long descriptions of HCPCS level II, without the dental codes, which are not in the public domain."""
    with zipfile.ZipFile(archive) as files:
        name = next(name for name in files.namelist() if name.endswith("ANWEB.txt"))
        for line in files.read(name).decode("latin-1").splitlines():
            if re.match(r"[A-CE-Z]\d{4}", line):
                yield line[11:91]


@functools.cache
def english() -> dict[str, int]:
    """How often English books have a word."""
    spec = importlib.util.find_spec("symspellpy")
    assert spec is not None
    assert spec.origin is not None
    path = next(iter(sorted(Path(spec.origin).parent.glob("frequency_dictionary_en_*.txt"))))
    rows = (line.split() for line in path.read_text(encoding="utf-8-sig").splitlines())
    return {row[0]: int(row[1]) for row in rows if re.fullmatch(r"[a-z]{2,}", row[0])}


@functools.cache
def name_ranks() -> dict[str, int]:
    """How well known each name is: the rank of the surname, of the given name or of a town, whichever is best."""
    ranks: dict[str, int] = {}
    for kind, factor in (("last", 1), ("first:male", GIVEN), ("first:female", GIVEN)):
        for rank, name in enumerate(census(kind), 1):
            ranks[name.lower()] = min(ranks.get(name.lower(), sys.maxsize), rank * factor)
    places = [(town, TOWN_RANK) for town, _, _ in us_towns()] + [(city, CITY_RANK) for city, _ in world_cities()]
    for place, rank in places:
        ranks[place.lower()] = min(ranks.get(place.lower(), sys.maxsize), rank)
    for name in terms("nicknames"):
        ranks[name.lower()] = min(ranks.get(name.lower(), sys.maxsize), GIVEN * 400)
    return ranks


def by_hand(name: str, file: str) -> frozenset[str]:
    """The words of a file kept by hand beside a list."""
    lines = (TERMS / name / file).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def is_word(word: str, medical: int) -> bool:
    """Whether a word is not mainly a name, given its lower-case uses in the medical sources."""
    rank = name_ranks().get(word, sys.maxsize)
    if medical >= SEEN or word in terms("common_words"):
        return True
    needed = next((count for limit, count in FREQUENT if rank <= limit), 0)
    return english().get(word, 0) >= needed


def build(texts: Iterable[str], drugs: set[str]) -> tuple[list[str], list[str]]:
    """The words and, of all that was looked at, what is a name of people or places as well, both sorted."""
    medical = Counter(word for text in texts for word in _WORD.findall(text))
    common = sorted(english(), key=lambda word: (-english()[word], word))[:ENGLISH]
    regions = frozenset().union(*states_and_countries())
    found = (set(medical) | drugs | set(common)) - regions
    ordinary = by_hand("clinical_words", "ordinary.txt")
    kept = {word for word in found if word in ordinary or is_word(word, medical[word])}
    last_rank = FREQUENT[-1][0]
    names = {word for word in found if name_ranks().get(word, sys.maxsize) <= last_rank}
    return sorted(kept), sorted(names | by_hand("ambiguous_names", "brands.txt"))


def _write(name: str, heading: str, items: Iterable[str]) -> None:
    folder = TERMS / name
    folder.mkdir(exist_ok=True)
    (folder / "items.txt").write_text("\n".join([f"# {heading}", *items, ""]), encoding="utf-8")


def main(index: Path, hcpcs: Path, *more: Path) -> None:
    """Writes both lists."""
    texts = [*icd_titles(), *index_texts(index), *hcpcs_texts(hcpcs), *(path.read_text("utf-8") for path in more)]
    kept, names = build(texts, drug_names(index))
    _write("clinical_words", "Words of clinical and ordinary English that are not mainly names, lower case", kept)
    _write("ambiguous_names", "Words of English that are names of people or places as well, lower case", names)
    print(f"{len(kept)} words, {len(names)} of all looked at are names too")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
