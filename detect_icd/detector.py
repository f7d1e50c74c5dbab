"""CodeDetector: from a note to the codes it speaks for, those that may be reported, and why the others may not."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from operator import itemgetter

from detect_icd.assertion import Assertion, assess, context_rules
from detect_icd.candidates import Candidate, Detection, Status
from detect_icd.codebook import CodeBook, CodeEntry, open_book
from detect_icd.coding import Coding, icd10cm
from detect_icd.course import settle
from detect_icd.guidelines import Guidelines, Setting
from detect_icd.matchers.attributes import FOLLOWING, Sentence, Surroundings, with_words_after, words_after
from detect_icd.matchers.completion import complete, lacks_side, parts_of
from detect_icd.matchers.dictionary import SIDES, DictionaryMatcher, Mention
from detect_icd.matchers.literal import LiteralMatcher
from detect_icd.matchers.phrases import PhraseSource
from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.matchers.sides import SidesOfParts
from detect_icd.sections import Section, find_sections, section_at, section_sentences
from redactphi.document import RedactedDocument
from redactphi.errors import UsageError
from redactphi.spans import Span


class CodeDetector:
    """Finds codes in notes. Build once, reuse; it may be pickled, and shared by threads.

    Attributes:
        setting: ``outpatient`` or ``inpatient``; decides what becomes of uncertain diagnoses.
        book: The ICD-10-CM release used unless a call names another.
    """

    def __init__(
        self, *, setting: Setting = "outpatient", service_date: date | str | None = None, release: str | None = None
    ) -> None:
        """Loads what detection needs.

        Raises:
            UsageError: The setting, the date or the release is not valid.
        """
        self.setting = setting
        self.book = open_book(release=release, service_date=service_date)
        self.guidelines = Guidelines(setting)
        self.dictionary = DictionaryMatcher()
        self.literal = LiteralMatcher()
        self.procedures = ProcedureMatcher()
        self.service_date = _day(service_date)

    def __reduce__(self) -> tuple[object, tuple[Setting, str, date | None]]:
        return _rebuild, (self.setting, self.book.release, self.service_date)

    def detect(self, text: str | RedactedDocument, *, service_date: date | str | None = None) -> Detection:
        """The codes of one note.

        Args:
            text: The note, as text or redacted. Evidence is in offsets of this text. What redaction wrote is no evidence:
                a surrogate is nobody's word.
            service_date: The day of service, if it decides another release than the detector's.

        Raises:
            UsageError: The date is not one, or the note is neither.
        """
        if not isinstance(text, str | RedactedDocument):
            raise UsageError(f"a note is text or a RedactedDocument, not {type(text).__name__}")
        book = self.book if service_date is None else open_book(service_date=service_date)
        note = str(text)
        sections = find_sections(note)
        day = _day(service_date) or self.service_date
        found = self.literal.candidates(note, sections, book)
        found.extend(self.procedures.candidates(note, sections, day))
        found.extend(self._diagnoses(note, sections, book))
        if isinstance(text, RedactedDocument):
            found = [candidate for candidate in found if not _is_replaced(candidate, text)]
        rules = self.guidelines.rules
        found = settle(found, note, sections, rules.symptoms, rules.chronic)
        detection = self.guidelines.apply(found, book, note)
        warnings = [*([book.note] if book.note else []), *_outdated(detection, day)]
        return replace(detection, warnings=(*warnings, *detection.warnings)) if warnings else detection

    def pipe(self, texts: Iterable[str | RedactedDocument]) -> Iterator[Detection]:
        """The codes of many notes, in their order, one at a time."""
        for text in texts:
            yield self.detect(text)

    def _diagnoses(self, note: str, sections: Sequence[Section], book: CodeBook) -> Iterator[Candidate]:
        rules = context_rules()
        read = [self._sentence(note, start, end) for start, end in section_sentences(note, sections)]
        sides = SidesOfParts(sentence.tokens for sentence in read)
        for number, sentence in enumerate(read):
            if not sentence.mentions:
                continue
            bounds = (sentence.start, sentence.end)
            cues = rules.cues(note, *bounds)
            around = Surroundings(note, sentence.tokens, sentence.mentions, self.dictionary.index)
            later = words_after(note, read[number + 1 : number + 1 + FOLLOWING])
            for mention in sentence.mentions:
                own = around.of(mention)
                if mention is sentence.mentions[-1]:
                    own = with_words_after(own, later)
                entry, chain = _completed(mention, own, sides, book)
                if entry is not None:
                    section = section_at(sections, mention.start).name
                    compact = icd10cm.compact(mention.code)
                    assertion = assess(note, cues, mention.start, mention.end, section, bounds, compact)
                    if mention.source is PhraseSource.GENERAL and assertion.status in _OF_THE_PATIENT:
                        continue
                    yield _candidate(mention, entry.coding, chain, section, assertion)

    def _sentence(self, note: str, start: int, end: int) -> Sentence:
        tokens = self.dictionary.read(note, start, end)
        return Sentence(start, end, tokens, self.dictionary.mentions(note, tokens))


_OF_THE_PATIENT = frozenset({Status.PRESENT, Status.HISTORICAL})


def _completed(
    mention: Mention, words: AbstractSet[str], sides: SidesOfParts, book: CodeBook
) -> tuple[CodeEntry | None, tuple[str, ...]]:
    """The code that a mention and the words around it lead to, and the rules that led there."""
    entry = complete(book, mention.code, words, mention.atoms)
    if entry is None:
        return None, ()
    chain = [mention.source.rule]
    if entry.code != mention.code:
        chain.append("completion/words")
    if lacks_side(entry, book) and not words & SIDES and (side := sides.of(parts_of(entry))):
        sided = complete(book, mention.code, words | {side}, mention.atoms)
        if sided is not None and sided.code != entry.code:
            entry = sided
            chain.append("completion/side-of-part")
    return entry, tuple(chain)


def _candidate(
    mention: Mention, coding: Coding, chain: tuple[str, ...], section: str, assertion: Assertion
) -> Candidate:
    evidence = (Span(mention.start, mention.end, "mention", mention.score, mention.source.rule),)
    return Candidate(
        coding=coding,
        evidence=evidence if assertion.cue is None else (*evidence, assertion.cue),
        status=assertion.status,
        section=section,
        score=mention.score,
        rules=(*chain, f"status/{assertion.rule}") if assertion.rule else chain,
    )


def _is_replaced(candidate: Candidate, redacted: RedactedDocument) -> bool:
    """Whether the words a candidate was found by lie within something that redaction wrote."""
    found = candidate.evidence[0]
    index = bisect_right(redacted.offsets.new, found.start, key=itemgetter(0)) - 1
    return index >= 0 and found.end <= redacted.offsets.new[index][1]


def _outdated(detection: Detection, day: date | None) -> Iterator[str]:
    """Of the codes reported, those the lexicon knows to be out of use on the day of service."""
    for candidate in detection.reported:
        known = by_code().get(candidate.coding.code, ())
        if known and not any(entry.valid_on(day) for entry in known):
            yield f"{candidate.coding.code} is not in use on the day of service"


def _day(service_date: date | str | None) -> date | None:
    return date.fromisoformat(service_date) if isinstance(service_date, str) else service_date


def _rebuild(setting: Setting, release: str, service_date: date | None) -> CodeDetector:
    if service_date is not None:
        return CodeDetector(setting=setting, service_date=service_date)
    return CodeDetector(setting=setting, release=release)


@functools.lru_cache(maxsize=8)
def detector(setting: Setting = "outpatient", release: str | None = None) -> CodeDetector:
    """A shared detector of a setting and release."""
    return CodeDetector(setting=setting, release=release)


def detect(
    text: str | RedactedDocument,
    *,
    setting: Setting = "outpatient",
    service_date: date | str | None = None,
    release: str | None = None,
) -> Detection:
    """The codes of one note; keeps a detector for the next call.

    Args:
        text: The note, as text or redacted.
        setting: ``outpatient`` (uncertain diagnoses are not reported) or ``inpatient`` (facility: at discharge they are).
        service_date: The day of service; decides the release.
        release: The release, e.g. ``FY2026``; the newest embedded one when neither is given.

    Raises:
        UsageError: The setting, date or release is not valid, or both a date and a release are given.
    """
    book = open_book(release=release, service_date=service_date)
    return detector(setting, book.release).detect(text, service_date=service_date)
