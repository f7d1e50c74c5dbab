"""Search and look-up: ICD-10-CM by words and by code, CPT and HCPCS by code, as far as the lexicon knows them."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from detect_icd.codebook import CodeBook, CodeEntry, day_of, open_book
from detect_icd.coding import CodeSystem, cpt, hcpcs, icd10cm
from detect_icd.matchers.attributes import denied
from detect_icd.matchers.completion import complete, stated
from detect_icd.matchers.dictionary import DictionaryMatcher
from detect_icd.matchers.index import PhraseIndex, phrase_index
from detect_icd.matchers.phrases import PhraseSource
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.matchers.procedures_ranking import procedure_ranking
from detect_icd.ranking import Ranking, ranking
from redactphi.errors import UnknownNameError, UsageError
from redactphi.resources import data


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A CPT or HCPCS code of the procedure lexicon.

    Attributes:
        code: The code.
        system: ``CPT`` or ``HCPCS``.
        title: What is done, in this project's own words; no official descriptor.
        specialty: The lexicon file it stands in.
        approach: Ways in; empty where it does not matter.
        add_on_to: Codes of which one is reported beside it.
        includes: Components not reported beside it.
        supersedes: Less extensive operations not reported beside it.
        valid_from: First day of service; ``None``: no beginning is known.
        valid_to: Last day of service; ``None``: no end is known.
    """

    code: str
    system: str
    title: str
    specialty: str
    approach: tuple[str, ...] = ()
    add_on_to: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def billable(self) -> bool:
        """Always: what the lexicon has is reported as it is."""
        return True


class Hit(NamedTuple):
    """A code found by words.

    Attributes:
        entry: The code.
        score: Share of the words' weight that the phrase and the query have in common, 0 to 1.
    """

    entry: CodeEntry | ServiceEntry
    score: float

    @property
    def system(self) -> str:
        """``ICD10CM``, ``CPT`` or ``HCPCS``."""
        return self.entry.system if isinstance(self.entry, ServiceEntry) else CodeSystem.ICD10CM.short


def lookup(
    code: str, *, release: str | None = None, service_date: date | str | None = None
) -> CodeEntry | ServiceEntry:
    """What is known of a code: ICD-10-CM of the release in force, or CPT and HCPCS of the procedure lexicon.

    A code that has the form of several systems is read as ICD-10-CM if the release has it.

    Raises:
        UsageError: It has the form of no code, the lexicon lacks it, both a release and a date are given, or the date is not one.
        UnknownNameError: The release, or the code in it, is not known.
    """
    book = open_book(release=release, service_date=service_date)
    if (entry := book.get(code)) is not None:
        return entry
    if icd10cm.is_valid(code) and not hcpcs.is_valid(code):
        return book[code]
    for form, system in ((cpt, CodeSystem.CPT), (hcpcs, CodeSystem.HCPCS)):
        if form.is_valid(code):
            return _service(form.compact(code), system.short)
    raise UsageError("not the form of a code, such as K62.3, S82.001A, 45397 or G0105")


def no_such_service(code: str, system: str, *, where: str = "the procedure lexicon") -> UsageError:
    """The error for a code that has the form of CPT or HCPCS and is not known; names those nearest to it."""
    return UsageError(f"{code} has the form of {system}, but is not in {where}; nearest: {', '.join(nearest(code))}")


def nearest(code: str) -> tuple[str, ...]:
    """Codes of the lexicon that a code may be meant for: two characters exchanged, then the next below and above."""
    exchanged = (code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(len(code) - 1))
    form = cpt if cpt.is_valid(code) else hcpcs
    codes = sorted(filter(form.is_valid, by_code()))
    place = bisect.bisect(codes, code)
    beside = codes[max(place - _BESIDE, 0) : place + _BESIDE]
    return tuple(dict.fromkeys((*(other for other in exchanged if other in by_code()), *beside)))


_BESIDE = 3


def _service(code: str, system: str) -> ServiceEntry:
    entries = by_code().get(code)
    if entries is None:
        raise no_such_service(code, system, where=f"the procedure lexicon ({len(by_code()):,} codes)")

    def together(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for entry in entries for value in getattr(entry, name)))

    return ServiceEntry(
        code=code,
        system=entries[0].system,
        title="; ".join(dict.fromkeys(entry.name for entry in entries)),
        specialty=entries[0].specialty,
        approach=together("approach"),
        add_on_to=together("add_on_to"),
        includes=together("includes"),
        supersedes=together("supersedes"),
        valid_from=entries[0].valid_from,
        valid_to=entries[0].valid_to,
    )


def search(
    query: str,
    *,
    limit: int = 20,
    system: str | None = None,
    billable: bool = False,
    release: str | None = None,
    service_date: date | str | None = None,
) -> list[Hit]:
    """The codes whose wording is nearest to a query, best first; a code given as query comes first itself.

    Rare words weigh more. Ties go to diagnoses, then to the shorter code. Operations are found by the words of detection, in this
    project's own names.

    Args:
        query: Words, or a code.
        limit: At most so many.
        system: ``ICD10CM``, ``CPT`` or ``HCPCS`` alone.
        billable: Leave out headings, which nobody reports.
        release: Of ICD-10-CM.
        service_date: Day of service; decides the release, and which services are in use.

    Raises:
        UsageError: The query has no word, the limit is not positive, or the release is not known.
        UnknownNameError: There is no such system.
    """
    if limit < 1:
        raise UsageError("the limit must be at least 1")
    if system is not None and system not in SYSTEMS:
        raise UnknownNameError("system", system, SYSTEMS)
    found: list[Hit] = []
    if system in (None, CodeSystem.ICD10CM.short):
        # Some are asked for beyond the limit, of which headings are left out.
        book = open_book(release=release, service_date=service_date)
        found += _diagnoses(query, book, limit * (1 + billable))
    is_wordless = not _words(_matcher(phrase_index()), query)
    is_service = cpt.is_valid(query) or hcpcs.is_valid(query)
    if system != CodeSystem.ICD10CM.short and (is_service or not is_wordless):
        found += [hit for hit in _services(query, service_date, limit) if system in (None, hit.system)]
    if not found and is_wordless:
        raise UsageError("the query has no word to search for")
    kept = [hit for hit in found if not billable or hit.entry.billable]
    ahead = _AHEAD if _operation().search(query) else _BEHIND
    return sorted(kept, key=lambda hit: -hit.score * (1 if hit.system == CodeSystem.ICD10CM.short else ahead))[:limit]


@functools.cache
def _operation() -> re.Pattern[str]:
    """What says that something is done, of ``operation_words.txt``."""
    lines = (data("detect_icd") / "operation_words.txt").read_text(encoding="utf-8").splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    whole = "|".join(re.escape(word) for word in words if not word.startswith("-"))
    endings = "|".join(re.escape(word[1:]) for word in words if word.startswith("-"))
    return re.compile(rf"\b(?:(?:{whole})s?|[a-z]+(?:{endings}))\b", re.IGNORECASE)


_AHEAD, _BEHIND = 1.3, 0.7
"""What operations count beside diagnoses where the query says that something is done, and where it does not: words of diseases
stand in both, and of "mastectomy" the operation is meant rather than that it was had."""

SYSTEMS = tuple(system.short for system in CodeSystem)


def _diagnoses(query: str, book: CodeBook, limit: int) -> list[Hit]:
    """ICD-10-CM codes, best first."""
    exact = book.get(query) if icd10cm.is_valid(query) else None
    hits = {exact.code: Hit(exact, 1.0)} if exact else {}
    index = phrase_index()
    matcher, rank = _matcher(index), ranking(index)
    parts = [_words(matcher, part) for part in _PARTS.split(query)]
    words = frozenset().union(*parts)
    without = _denied_words(matcher, query)
    found = list(_hits(words, without, book, rank, limit))
    if len(parts) > 1:
        in_part = (hit for part in parts if part for hit in _hits(part, without, book, rank, limit))
        found += [hit._replace(score=round(hit.score * _PART, 3)) for hit in in_part]
    for hit in sorted(found, key=lambda hit: (-hit.score, len(hit.entry.code), hit.entry.code)):
        hits.setdefault(hit.entry.code, hit)
    return list(hits.values())[:limit]


def _services(query: str, service_date: date | str | None, limit: int) -> list[Hit]:
    """Codes of the procedure lexicon, best first."""
    day = None if service_date is None else day_of(service_date)
    exact = [form.compact(query) for form in (cpt, hcpcs) if form.is_valid(query) and form.compact(query) in by_code()]
    hits = {code: Hit(_service(code, ""), 1.0) for code in exact}
    for one in procedure_ranking().best(query, day, limit):
        code = one.procedure.code
        hits.setdefault(code, Hit(_service(code, one.procedure.system), round(one.score, 3)))
    return list(hits.values())[:limit]


def _words(matcher: DictionaryMatcher, text: str) -> frozenset[str]:
    return frozenset(atom for token in matcher.read(text, 0, len(text)) for atom in token.atoms) - _SAYS_NOTHING


def _denied_words(matcher: DictionaryMatcher, query: str) -> frozenset[str]:
    return (
        frozenset().union(*(_words(matcher, query[start:end]) for start, end in denied(query, 0, len(query)))) - _DENIES
    )


_DENIES = frozenset({"without", "no", "not"})


def _hits(words: frozenset[str], without: frozenset[str], book: CodeBook, rank: Ranking, limit: int) -> Iterator[Hit]:
    """What the phrases nearest to the words lead to, completed by the words as a mention in a note would be.

    A phrase that has what the query denies must deny it too ("migraine without aura").
    """
    asked = sum(map(rank.weight, words)) or 1.0
    for phrase in rank.best(words, _CONSIDERED + limit):
        if phrase.atoms & without and not phrase.atoms & _DENIES:
            continue
        entry = complete(book, phrase.code, words - without, phrase.atoms & words)
        if entry is None:
            continue
        more = sum(map(rank.weight, (stated(entry) & words) - phrase.atoms - without)) / asked
        yield Hit(entry, round(min(1.0, phrase.score + more) * _TRUST[phrase.source], 3))


_PARTS = re.compile(
    r"\s+-+\s*|\s*-+\s+|[,;?+]|(?<!\bw)(?<!\bs)(?<!\br)(?<!\bc)/|\.\s|\b(?:with|and|secondary to|due to|under evaluation|to rule out|r/o|s/p)\b",
    re.IGNORECASE,
)
"""What parts the diagnoses of a string that names several."""

_PART = 0.84
"""How sure a part of a query is beside the whole: what says all of it comes first."""

_SAYS_NOTHING = frozenset(
    {"under", "evaluation", "rule", "out", "case", "known", "query", "probable", "likely", "possible"}
)
_CONSIDERED = 80
_TRUST = {
    PhraseSource.SYNONYM: 1.0, PhraseSource.TITLE: 1.0, PhraseSource.INCLUSION: 0.99, PhraseSource.VAGUE_TITLE: 0.97,
    PhraseSource.VAGUE_INCLUSION: 0.96, PhraseSource.INDEX: 0.98, PhraseSource.EXTERNAL: 0.9, PhraseSource.TABLE: 0.95,
    PhraseSource.GENERAL: 0.9, PhraseSource.EPONYM: 0.98,
}  # fmt: skip


@functools.lru_cache(maxsize=2)
def _matcher(index: PhraseIndex) -> DictionaryMatcher:
    return DictionaryMatcher(index)
