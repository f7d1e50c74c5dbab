"""From the wording of a code's title or term to the sets of atoms a note must state."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from detect_icd.terms import rows, terms
from redactphi.resources import data
from redactphi.version import __version__


class PhraseSource(IntEnum):
    """Where a phrase comes from; the vague ones are titles said to be "unspecified" or "other".

    Three are of imported files: the Alphabetic Index, that of external causes, the tables of neoplasms and drugs. General
    words name a kind of finding, and no condition by themselves; eponyms are surnames that may be anybody's.
    """

    SYNONYM = 0
    TITLE = 1
    INCLUSION = 2
    VAGUE_TITLE = 3
    VAGUE_INCLUSION = 4
    INDEX = 5
    EXTERNAL = 6
    TABLE = 7
    GENERAL = 8
    EPONYM = 9

    @property
    def rule(self) -> str:
        """Its name in a candidate's rule chain."""
        return f"dictionary/{self.name.lower().replace('_', '-')}"

    @property
    def score(self) -> float:
        """Confidence that words which match it mean its code."""
        return (0.95, 0.9, 0.85, 0.8, 0.7, 0.85, 0.75, 0.85, 0.5, 0.8)[self]


@dataclass(frozen=True, slots=True)
class TitleParts:
    """A wording with its qualifiers taken out.

    Attributes:
        words: What is left to be stated.
        vagueness: 0 where nothing was vague, 1 for "unspecified", 2 for "other".
    """

    words: str
    vagueness: int


# Absences are the default: a note that does not speak of gangrene is coded "without gangrene".
_ABSENCE = re.compile(
    r"\bwithout behavioral disturbance, psychotic disturbance, mood disturbance, and anxiety|"
    r"\b(?:with or without|without(?: mention of)?|not (?:specified|stated|intractable|identified|elsewhere)|"
    r"not having achieved|not, |non-?recurrent|uncomplicated|in diseases classified elsewhere|nos\b|nec\b)[^,;]*?"
    r"(?=\bin remission|(?<=foreign body) of\b|\bof (?:right|left|unspecified)\b|[,;]|$)",
    re.IGNORECASE,
)
_EPISODE = re.compile(r",?\s*(?:initial|subsequent) encounter.*|,?\s*sequela$", re.IGNORECASE)
_VAGUE_NOUN = re.compile(
    r",?\s*\b(?:of|with|in|due to|by)?\s*\bunspecified (?:organism|site|sites|cause|causes|severity|type|trimester|degree|part|"
    r"laterality|side|location|stage|etiology|origin|nature|whether \w+|as to [\w ]+|cause status|"
    r"number of [\w ]+|duration|morphology|chronicity|control|pregnancy|uterine|weeks of gestation)\b|"
    r", unspecified (?:eye|ear|eyelid)\b",
    re.IGNORECASE,
)
_UNSPECIFIED = re.compile(r"\b(?:as )?unspecified\b|\bunsp\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:other (?:specified|and unspecified)|other and unspecified|other|specified)\b", re.IGNORECASE)
_PARENTHESES = re.compile(r"\((?![^)]*\bbilateral\b)[^)]*\)|\[[^\]]*\]")
_ENCOUNTER = re.compile(r"\b(?:encounter for|presence of|personal)\b", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"\b(\w+) (?:or|and/or) (\w+)\b")
_ACUITY = re.compile(r"\b(acute|chronic|subacute) and (acute|chronic|subacute)\b", re.IGNORECASE)


def title_parts(wording: str) -> TitleParts:
    """Takes out of a wording what nobody states: absences, "unspecified", "other", encounter and parentheses."""
    text = _EPISODE.sub("", _PARENTHESES.sub(" ", wording))
    without_noun = _VAGUE_NOUN.sub(" ", text)
    unspecified = without_noun != text or bool(_UNSPECIFIED.search(without_noun))
    text = _ABSENCE.sub(" ", without_noun)
    vague_other = bool(_OTHER.search(text))
    text = _ENCOUNTER.sub(" ", _OTHER.sub(" ", _UNSPECIFIED.sub(" ", text)))
    return TitleParts(words=text, vagueness=2 if vague_other else int(unspecified))


def atom_sets(parts: TitleParts) -> Iterator[frozenset[str]]:
    """The sets of atoms that state a wording: one, or several where it names alternatives."""
    for words in _variants(parts.words):
        yield frozenset(atom for token in terms().tokens(words) for atom in token.atoms)


def _variants(words: str) -> Iterator[str]:
    yield words
    for pattern in (_ACUITY, _ALTERNATIVE):
        if match := pattern.search(words):
            yield words[: match.start()] + match.group(1) + words[match.end() :]
            yield words[: match.start()] + match.group(2) + words[match.end() :]


def head(wording: str) -> str | None:
    """The atom that a wording names its condition by: "tear" of "complete tear of the meniscus"."""
    words = _HEAD_ENDS.split(title_parts(wording).words, maxsplit=1)[0]
    tokens = [token for token in terms().tokens(words) if token.atoms]
    return tokens[-1].atoms[0] if tokens and len(tokens[-1].atoms) == 1 else None


_HEAD_ENDS = re.compile(
    r"[,;:]|\b(?:of|in|on|at|to|for|from|with|without|by|due|following|during|after|before|involving|complicating|"
    r"affecting|causing|as|and|or|not|no|through|near|into|because|while|related|associated)\b",
    re.IGNORECASE,
)


def read_denied_words() -> Iterator[tuple[str, str]]:
    """Word and code (``-`` for a word that is none) of every entry of ``denied_words.tsv``."""
    for phrase, code, _ in _phrases("denied_words.tsv", 0):
        yield phrase, code


def read_synonyms() -> Iterator[tuple[str, str, int]]:
    """Phrase, code and rank (a specialty's own word before the general list) of every entry of the lexicon.

    ``|`` separates phrases of one code.
    """
    for name in _lexicon():
        yield from _phrases(name, -2)
    yield from _phrases("synonyms.tsv", -1)


def in_capitals(phrase: str) -> str:
    """A phrase of the lexicon with its abbreviations in the capitals that notes write them in: "mild NPDR"."""
    exact = _exact()
    return " ".join(exact.get(word, word) for word in phrase.split())


@functools.cache
def _exact() -> dict[str, str]:
    """The abbreviations that are read in one case only, by their small letters; of several the first."""
    found: dict[str, str] = {}
    for short, *_ in rows("abbreviations.tsv", 4):
        if short.startswith("="):
            found.setdefault(short[1:].lower(), short[1:])
    return found


def read_general_words() -> Iterator[tuple[str, str]]:
    """Word and code of every entry of ``general_words.tsv``."""
    for phrase, code, _ in _phrases("general_words.tsv", 0):
        yield phrase, code


def _phrases(name: str, rank: int) -> Iterator[tuple[str, str, int]]:
    for phrases, code in rows(name, 2):
        for phrase in phrases.split("|"):
            yield phrase.strip(), code, rank


def _lexicon() -> list[str]:
    folder = data("detect_icd") / "lexicon"
    return sorted(f"lexicon/{path.name}" for path in folder.iterdir() if path.name.endswith(".tsv"))


_TABLES = (
    "word_forms.tsv",
    "abbreviations.tsv",
    "word_senses.tsv",
    "synonyms.tsv",
    "stop_terms.txt",
    "general_words.tsv",
    "denied_words.tsv",
    "weak_heads.txt",
)


@functools.cache
def fingerprint() -> str:
    """Of the tables that say what a word is: phrases compiled with others would be looked up by other words."""
    digest = hashlib.sha256(__version__.encode())
    for name in (*_TABLES, *_lexicon()):
        digest.update((data("detect_icd") / name).read_bytes())
    return digest.hexdigest()
