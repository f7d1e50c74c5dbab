"""CodeDetector: from a note to the codes it speaks for, those that may be reported, and why the others may not."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from operator import itemgetter
from pathlib import Path

from detect_icd.addresses import without_states
from detect_icd.candidates import Candidate, Detection, Dropped, Status, ranked
from detect_icd.casing import evened
from detect_icd.checks.checking import edit_warnings
from detect_icd.codebook import CodeBook, day_of, open_book
from detect_icd.coding import CodeSystem
from detect_icd.course import settle, with_findings, with_follow_up, without_implied_aftercare
from detect_icd.guidelines import WHY, Guidelines, Setting
from detect_icd.linkage import with_support
from detect_icd.local_data import Imported, imported
from detect_icd.matchers.circumstances import supported
from detect_icd.matchers.denied import denied
from detect_icd.matchers.diagnoses import DiagnosisMatcher, special_matcher
from detect_icd.matchers.literal import LiteralMatcher
from detect_icd.matchers.located import located
from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.note_memory import forget
from detect_icd.sections import find_sections
from detect_icd.service_files import ServiceFiles
from detect_icd.stated_services import still_stated
from detect_icd.terms import TAG
from detect_icd.whole_note import line_break
from detect_icd.wrapping import unwrapped
from redactphi.collector import uncollected
from redactphi.document import RedactedDocument
from redactphi.errors import UsageError
from redactphi.placeholders import CODE, CODE_LENGTH


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
        with uncollected():
            self.guidelines = Guidelines(setting)
            self.diagnoses = DiagnosisMatcher()
            self.literal = LiteralMatcher()
            self.procedures = ProcedureMatcher()
        self.service_date = None if service_date is None else day_of(service_date)
        self._files = ServiceFiles.open()
        self._has_edits = not _EDITS.isdisjoint(self._files.kinds())

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
        day = self.service_date if service_date is None else day_of(service_date)
        with uncollected():
            try:
                return self._detect(text, book, day)
            finally:
                forget()

    def _detect(self, text: str | RedactedDocument, book: CodeBook, day: date | None) -> Detection:
        note = evened(unwrapped(without_states(_without_codes(str(text)))))
        sections = find_sections(note)
        found = self.literal.candidates(note, sections, book)
        operations = self.procedures.read(note, sections, day)
        found = still_stated(found, operations.candidates, note, day)
        found.extend(_unstated(operations.candidates, found, note))
        read = self.diagnoses.sentences(note, sections)
        found.extend(self.diagnoses.candidates(note, sections, book, read))
        found = located(found, note, lambda words: self._read(words, book))
        found, superseded = special_matcher(book).revise(found, note)
        stated = {candidate.coding.code for candidate in found}
        superseded = [*superseded, *(item for item in operations.dropped if item.candidate.coding.code not in stated)]
        if replaced := _replaced(text):
            found = [candidate for candidate in found if not _lies_in(candidate, replaced)]
            superseded = [item for item in superseded if not _lies_in(item.candidate, replaced)]
        found = _placed(found)
        rules = self.guidelines.rules
        found = settle(supported(found), note, sections, rules.symptoms, rules.chronic)
        found = with_follow_up(with_findings(found, note, book, rules.chronic), note, book)
        found = without_implied_aftercare(found)
        detection = with_support(self.guidelines.apply(found, book, note), note)
        warnings = [*([book.note] if book.note else []), *operations.warnings, *_outdated(detection, day)]
        if self._has_edits:
            warnings.extend(edit_warnings(detection.reported, self._files, day))
        detection = replace(detection, warnings=(*warnings, *detection.warnings)) if warnings else detection
        detection = _with_superseded(detection, superseded) if superseded else detection
        unread = denied(note, read, sections, detection.candidates, book)
        if replaced:
            unread = [candidate for candidate in unread if not _lies_in(candidate, replaced)]
        return _with_superseded(detection, [Dropped(one, WHY[one.status]) for one in unread]) if unread else detection

    def _read(self, words: str, book: CodeBook) -> Iterator[Candidate]:
        """What the words of a diagnosis lead to, as a note of their own."""
        sections = find_sections(words)
        return self.diagnoses.candidates(words, sections, book, self.diagnoses.sentences(words, sections))

    def pipe(self, texts: Iterable[str | RedactedDocument]) -> Iterator[Detection]:
        """The codes of many notes, in their order, one at a time."""
        for text in texts:
            yield self.detect(text)


_EDITS = frozenset({"ncci-ptp", "ncci-mue", "ncci-add-on"})


def _without_codes(text: str) -> str:
    """The text with the random letters of tokens made equal: by chance they say "GA 5w", and are nobody's word."""
    return _RANDOM.sub("Q" * CODE_LENGTH, text) if "~" in text else text


def _unstated(operations: Sequence[Candidate], stated: Sequence[Candidate], text: str) -> Iterator[Candidate]:
    """The operations but those of a line whose codes the note states: they say what it was; a visit's only which visit."""
    lines: dict[int, set[str]] = {}
    for candidate in stated:
        if candidate.coding.system is not CodeSystem.ICD10CM:
            lines.setdefault(line_break(text, candidate.start), set()).add(candidate.coding.code)
    for operation in operations:
        codes = lines.get(line_break(text, operation.start), set())
        if not operation.coding.code.startswith(_VISITS):
            codes = {code for code in codes if not code.startswith(_VISITS)}
        if not codes or operation.coding.code in codes or operation.status is not Status.PRESENT:
            yield operation


_VISITS = ("992", "993", "994", "G0402", "G0438", "G0439")
"""Beginnings of the codes of visits: beside one stated, what was done there may be told."""
_TAGS = re.compile(TAG)
_RANDOM = re.compile(rf"(?<=~){CODE}(?=\])")


def _placed(found: list[Candidate]) -> list[Candidate]:
    """The candidates without places and activities where nobody was hurt there: the hospital of every note is none."""
    if any(c.status is Status.PRESENT and c.coding.code.startswith(_HURT) for c in found):
        return found
    return [candidate for candidate in found if not candidate.coding.code.startswith(_CIRCUMSTANCES)]


_HURT = ("S", "T07", "T1", "T2", "T30", "T31", "T32", "T33", "T34", "T67", "T68", "T69", "T71", "M80", "M84")
_CIRCUMSTANCES = ("Y92", "Y93", "Y99")


def _replaced(text: str | RedactedDocument) -> Sequence[tuple[int, int]]:
    """What redaction wrote, as ranges in order: known of what it hands over, its tags in other text."""
    if isinstance(text, RedactedDocument):
        return text.offsets.new
    return [tag.span() for tag in _TAGS.finditer(text)] if "[" in text else ()


def _lies_in(candidate: Candidate, replaced: Sequence[tuple[int, int]]) -> bool:
    """Whether the words a candidate was found by lie within something that redaction wrote.

    What the whole note says has no words of its own.
    """
    found = candidate.evidence[0]
    if found.label == "note":
        return False
    index = bisect_right(replaced, found.start, key=itemgetter(0)) - 1
    return index >= 0 and found.end <= replaced[index][1]


def _with_superseded(detection: Detection, superseded: Sequence[Dropped]) -> Detection:
    """The detection with what the whole note said otherwise, as evidence."""
    candidates = (*detection.candidates, *(item.candidate for item in superseded))
    return replace(detection, candidates=ranked(candidates), dropped=(*detection.dropped, *superseded))


def _outdated(detection: Detection, day: date | None) -> Iterator[str]:
    """Of the codes reported, those the lexicon knows to be out of use on the day of service."""
    for candidate in detection.reported:
        known = by_code().get(candidate.coding.code, ())
        if known and not any(entry.valid_on(day) for entry in known):
            yield f"{candidate.coding.code} is not in use on the day of service"


def _rebuild(setting: Setting, release: str, service_date: date | None) -> CodeDetector:
    if service_date is not None:
        return CodeDetector(setting=setting, service_date=service_date)
    return CodeDetector(setting=setting, release=release)


def detector(setting: Setting = "outpatient", release: str | None = None) -> CodeDetector:
    """A shared detector of a setting and release; another one once something was imported."""
    return _shared(setting, release, imported(), _stamps(ServiceFiles.open()))


def _stamps(files: ServiceFiles) -> tuple[tuple[Path, int], ...]:
    """The imported files of services, and when each was written."""
    paths = (shelf.store.path for shelf in files.shelves)
    return tuple((path, path.stat().st_mtime_ns) for path in paths)


@functools.lru_cache(maxsize=8)
def _shared(
    setting: Setting,
    release: str | None,
    known: tuple[Imported, ...],  # noqa: ARG001 - what is imported decides which detector is shared
    stamps: tuple[tuple[Path, int], ...],  # noqa: ARG001 - as above
) -> CodeDetector:
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
