"""Infections and what causes them (I.C.1.b, I.C.1.c): one code for both, or B95-B97 beside the infection; resistance Z16."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from detect_icd.conventions.docket import Docket, Prefixes, compact, is_history, starts
from detect_icd.conventions.excludes import levels
from detect_icd.conventions.surroundings import number, numbered
from detect_icd.matchers.completion import complete
from detect_icd.ready import read_toml
from detect_icd.terms import terms
from redactphi.errors import RuleError
from redactphi.resources import data

if TYPE_CHECKING:
    from detect_icd.candidates import Candidate
    from detect_icd.codebook import CodeBook, CodeEntry
    from redactphi.spans import Span

_CAUSES: Prefixes = ("B95", "B96", "B97")
_INFECTIONS: Prefixes = ("A", "B", "J1", "G00", "M00")
_UNPLACED: Prefixes = ("A49", "B95", "B96")
_SEPSIS = re.compile(r"\b(?:sep(?:sis|tic|ticemi)|bacter[ae]mi|urosepsis|bloodstream)", re.IGNORECASE)
_SCREENED = re.compile(
    r"\b(?:screen\w*|nares|nasal|coloni[sz]\w+|carrier|surveillance|rectal swab|history of|h/o|hx|prior|previous\w*|ruled out|antigen)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\b(?:due to|from|caused by|secondary to|with|grew|grows|growing|cultures?|cx|positive|\+|pcr|sputum|BAL|blood|isolate[sd]?)\b",
    re.IGNORECASE,
)
_RULE = "I.C.1.b"


@dataclass(frozen=True, slots=True)
class Organism:
    """A cause of infections.

    Attributes:
        name: What the rule is called.
        words: How notes name it (regex).
        cause: Its code beside an infection of another chapter.
        codes: Candidates that name it, without dots.
        sites: For each disease with a code of its own for this cause, that code or heading.
        own: Those codes and headings, without dots.
    """

    name: str
    words: str
    cause: str
    codes: Prefixes
    sites: Mapping[str, str]
    own: Prefixes


@dataclass(frozen=True, slots=True)
class Tables:
    """The organisms, the diseases that have a code for each, and resistance.

    Attributes:
        organisms: The most exact first: where two match the same words, the first holds.
        sites: Diseases by name: the codes that leave the organism open.
        asks: Infections that leave the organism open though no note at them says so.
        keeps: Diseases whose cause is coded beside them although their own code narrows it.
        resistance: Words to their code, the most exact first.
        scan: All words of organisms at once.
        resistant: All words of resistance at once.
    """

    organisms: tuple[Organism, ...]
    sites: Mapping[str, Prefixes]
    asks: Prefixes
    keeps: Prefixes
    resistance: tuple[tuple[str, str], ...]
    scan: re.Pattern[str]
    resistant: re.Pattern[str]


@functools.cache
def tables() -> Tables:
    """The packaged tables.

    Raises:
        RuleError: One lacks a key.
    """
    raw = read_toml(data("detect_icd") / "guidelines" / "organisms.toml")
    organisms = tuple(_organism(table) for table in raw["organism"])
    resistance = tuple((words, code) for code, words in raw["resistance"].items())
    return Tables(
        organisms,
        {name: tuple(codes) for name, codes in raw["sites"].items()},
        tuple(raw["asks"]),
        tuple(raw["keeps"]),
        resistance,
        numbered(organism.words for organism in organisms),
        numbered(words for words, _ in resistance),
    )


def _organism(raw: Mapping[str, Any]) -> Organism:
    try:
        known = {key: raw[key] for key in ("name", "words", "cause")}
    except KeyError as error:
        raise RuleError(f"guidelines/organisms.toml: an organism lacks {error}") from None
    sites = raw.get("sites", {})
    return Organism(**known, codes=tuple(raw.get("codes", ())), sites=sites, own=tuple(map(compact, sites.values())))


def apply_organisms(docket: Docket, book: CodeBook) -> None:
    """Joins infections with the organisms the note names for them."""
    _misread(docket)
    infections = [c for c in docket.active() if not is_history(c) and _is_open(c, book)]
    if not infections and not any(starts(c, _INFECTIONS) for c in docket.active()):
        return
    named = list(_named(docket)) if infections else []
    for infection in infections:
        for organism, span in named:
            if _is_near(docket, infection, span) and _join(docket, infection, organism, span, book):
                break
    _drop_named_twice(docket)
    _resistance(docket, book)


def _misread(docket: Docket) -> None:
    """Takes back a sepsis that the words do not speak of: they name an organism."""
    text = docket.note.text
    for candidate in docket.active():
        if text and starts(candidate, ("A40", "A41")) and "synonym" not in candidate.rules[0]:
            said = " ".join(text[span.start : span.end] for span in candidate.evidence)
            if not _SEPSIS.search(said) or re.search(
                r"septic (?:(?:right|left|rt|lt|r|l) )?(?:arthritis|joint|bursitis|knee|hip|shoulder|ankle|elbow|wrist|embol)",
                said,
                re.IGNORECASE,
            ):
                docket.drop(candidate, f"{_RULE}: the words name an organism, no sepsis")


def _is_open(candidate: Candidate, book: CodeBook) -> bool:
    """Whether a code leaves its organism to be said: a disease with codes by organism, or one whose notes ask for B95-B97."""
    return _by_own_code(candidate) or asks_for_cause(book, candidate.coding.code)


@functools.lru_cache(maxsize=8192)
def asks_for_cause(book: CodeBook, code: str) -> bool:
    """Whether a note at the code or above it asks for the organism (B95-B97) in addition."""
    if code not in book:
        return False
    if compact(code).startswith(tables().asks):
        return True
    if code[0] in "RABZ":
        return False
    return any(
        "B95" in note or "infectious agent" in note or "identify infection" in note
        for level in levels(book, code, blocks=True)
        for note in level.use_additional
    )


def _named(docket: Docket) -> Iterator[tuple[Organism, Span | None]]:
    """The organisms a note names as found, with where; none for those only a code names."""
    known = tables().organisms
    seen = set()
    for group, span in docket.note.stated(tables().scan, docket.note.whole()):
        low, high = docket.note.sentence(span.start, span.end)
        organism = known[number(group)]
        if _SCREENED.search(docket.note.text, low, high) or organism.name in seen:
            continue
        seen.add(organism.name)
        yield organism, span
    for candidate in docket.active():
        for organism in known:
            if (
                organism.codes
                and organism.name not in seen
                and starts(candidate, organism.codes)
                and starts(candidate, _UNPLACED)
            ):
                seen.add(organism.name)
                yield organism, next((s for s in candidate.evidence if s.label == "mention"), None)


def _is_near(docket: Docket, infection: Candidate, span: Span | None) -> bool:
    """Whether an organism is that of an infection: in its sentence or the next; a culture of a short note is its own."""
    if span is None or not docket.note.text:
        return True
    low, high = docket.note.sentence(span.start, span.end)
    for first, last in docket.note.around(infection):
        if first - 3 <= high and low <= last + 3:
            return True
    return not _by_own_code(infection) and bool(_LINK.search(docket.note.text, low, high))


def _by_own_code(infection: Candidate) -> bool:
    return any(starts(infection, codes) for codes in tables().sites.values())


def _join(docket: Docket, infection: Candidate, organism: Organism, span: Span | None, book: CodeBook) -> bool:
    if not docket.stands(infection):
        return False
    entry = _own_code(docket, infection, organism, book)
    if entry is not None and entry.code != infection.coding.code:
        if any(other.coding.code == entry.code for other in docket.standing):
            docket.drop(infection, f"{_RULE}: {entry.code} says the organism too")
            return True
        joined = docket.combine([infection], entry, f"{_RULE}:{organism.name}")
        docket.swap(infection, replace(joined, evidence=tuple(sorted({*joined.evidence, *([span] if span else [])}))))
        infection = joined
        if not starts(infection, tables().keeps):
            return True
    elif not asks_for_cause(book, infection.coding.code):
        return False
    cause = book.get(organism.cause)
    sepsis = organism.sites.get("sepsis")
    if sepsis and any(other.coding.code == sepsis for other in docket.standing):
        return True
    if cause is not None:
        evidence = (span,) if span else infection.evidence
        docket.add(docket.stated(cause, evidence, f"{_RULE}:{organism.name}", section=infection.section))
    return True


def _own_code(docket: Docket, infection: Candidate, organism: Organism, book: CodeBook) -> CodeEntry | None:
    for site, codes in tables().sites.items():
        if starts(infection, codes) and (code := organism.sites.get(site)):
            words = {
                atom
                for bounds in docket.note.around(infection)
                for token in terms().tokens(docket.note.text, *bounds)
                for atom in token.atoms
            }
            entry = complete(book, code, words)
            return entry if entry is not None and entry.billable else None
    return None


def _drop_named_twice(docket: Docket) -> None:
    """Drops the organism by itself where an infection says it, and the infection of no site beside one with a site."""
    active = docket.active()
    asking = [c for c in active if c.coding.code[0] not in "ABR"]
    for candidate in active:
        for organism in tables().organisms:
            if not organism.codes or not starts(candidate, organism.codes):
                continue
            saying = next((c for c in active if starts(c, organism.own) and not starts(c, tables().keeps)), None)
            beside = next((c for c in docket.standing if c.coding.code == organism.cause and c is not candidate), None)
            if starts(candidate, _CAUSES) and saying is not None and not _other_site(asking, saying):
                docket.drop(candidate, f"{_RULE}: {saying.coding.code} says the organism")
            elif starts(candidate, ("A49",)) and (beside or saying):
                docket.drop(candidate, f"{_RULE}: {(beside or saying or candidate).coding.code} says the organism")
            break


def _other_site(asking: Sequence[Candidate], saying: Candidate) -> bool:
    return any(c is not saying and starts(c, ("N", "L", "T", "M0", "M86", "I33", "H60")) for c in asking)


def _resistance(docket: Docket, book: CodeBook) -> None:
    """I.C.1.c: resistance in addition to the infection, unless the infection's code says it (MRSA)."""
    for group, span in docket.note.stated(tables().resistant, docket.note.whole()):
        low, high = docket.note.sentence(span.start, span.end)
        entry = book.get(tables().resistance[number(group)][1])
        if entry is None or _SCREENED.search(docket.note.text, low, high):
            continue
        docket.add(docket.stated(entry, (span,), "I.C.1.c:resistance"))
        return
