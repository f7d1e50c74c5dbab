"""Builds the page of one code, of whatever system it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from detect_icd.catalogue import no_such_service
from detect_icd.codebook import CodeBook, day_of, open_book, releases
from detect_icd.coding import CodeSystem, cpt, hcpcs, icd10cm
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.pages.asked import expand
from detect_icd.pages.diagnosis import diagnosis_page
from detect_icd.pages.records import CodePage
from detect_icd.pages.services import known_service, service_page
from detect_icd.service_files import ServiceFiles
from redactphi.errors import UsageError


def code_page(
    code: str,
    *,
    release: str | None = None,
    service_date: date | str | None = None,
    services: ServiceFiles | None = None,
    everything: bool = False,
) -> CodePage:
    """All that is known of a code: a ``DiagnosisPage`` of ICD-10-CM, a ``ServicePage`` of CPT or HCPCS.

    A code that has the form of several systems is read as ICD-10-CM if a release at hand has it. A diagnosis that the
    release in force lacks, but another has, is given from that one, and the page's ``note`` says so.

    Args:
        code: With or without its dot, in any case.
        release: ICD-10-CM release, as ``FY2026``; imported files answer for its last day. The newest unless given.
        service_date: Day of service, in its place; a date, or one in ISO form.
        services: What was imported of CPT and HCPCS; read from the local folder unless given.
        everything: Whether long lists (code pairs, related codes) are given whole.

    Raises:
        UsageError: It has the form of no code, both a release and a date are given, or the date is not one.
        UnknownNameError: The release or the code is not known; lists the nearest ones.
        DataError: An imported file is damaged.
    """
    book, day = _book_and_day(release, service_date)
    return _page(code, book, services if services is not None else ServiceFiles.open(), day, everything=everything)


def code_pages(
    codes: Sequence[str],
    *,
    release: str | None = None,
    service_date: date | str | None = None,
    services: ServiceFiles | None = None,
    everything: bool = False,
) -> list[CodePage]:
    """The pages of codes, ranges (``45395-45402``) and wildcards (``K62.*``), each code once, as ``code_page`` gives them.

    Raises:
        UsageError: As ``code_page``, or a range or wildcard holds no known code, or too many.
    """
    book, day = _book_and_day(release, service_date)
    files = services if services is not None else ServiceFiles.open()
    pages = (_page(code, book, files, day, everything=everything) for code in expand(codes, book, files, day))
    return list({page.code: page for page in pages}.values())


def _book_and_day(release: str | None, service_date: date | str | None) -> tuple[CodeBook, date | None]:
    """The release asked for and the day that imported files answer for; ``None``: the newest files."""
    book = open_book(release=release, service_date=service_date)
    if service_date is not None:
        return book, day_of(service_date)
    return book, book.last_day if release is not None else None


def _page(code: str, book: CodeBook, files: ServiceFiles, day: date | None, *, everything: bool) -> CodePage:
    source = book_of(code, book)
    if source is not None:
        return diagnosis_page(code, book, source, everything=everything)
    if icd10cm.is_valid(code) and not hcpcs.is_valid(code):
        book[code]  # says which codes are nearest
    system = next((system for form, system in _FORMS if form.is_valid(code)), None)
    if system is None:
        raise UsageError("not the form of a code, such as K62.3, S82.001A, 45397 or G0105")
    bare = cpt.compact(code)
    if not known_service(bare, files, day):
        where = (
            "the procedure lexicon or in what was imported"
            if files.kinds()
            else f"the procedure lexicon ({len(by_code()):,} codes)"
        )
        raise no_such_service(bare, system.short, where=where)
    return service_page(bare, system, files, day, book, everything=everything)


_FORMS = ((cpt, CodeSystem.CPT), (hcpcs, CodeSystem.HCPCS))


def book_of(code: str, book: CodeBook) -> CodeBook | None:
    """The book that has a diagnosis: the one given, else the nearest release that has it; ``None`` if none has."""
    if book.get(code) is not None:
        return book
    if not icd10cm.is_valid(code):
        return None
    others = sorted(releases(), key=lambda other: abs((other.first_day - book.first_day).days))
    return next((found for other in others if code in (found := open_book(release=other.name))), None)
