"""Lays a page out, and gives the outline as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from detect_icd.pages.diagnosis_outline import diagnosis_outline
from detect_icd.pages.outline import Outline, printable
from detect_icd.pages.records import CodePage, DiagnosisPage
from detect_icd.pages.service_outline import service_outline


def outline(page: CodePage) -> Outline:
    """The outline of a page of either kind."""
    return diagnosis_outline(page) if isinstance(page, DiagnosisPage) else service_outline(page)


def text_lines(shown: Outline) -> Iterator[str]:
    """An outline as lines of text, cells parted by tabs; nothing is wrapped or cut."""
    yield f"{shown.code}\t{printable(shown.title)}"
    yield " · ".join((shown.subtitle, *(badge.text for badge in shown.badges)))
    yield from (f"! {warning}" for warning in shown.warnings)
    for section in shown.sections:
        yield ""
        yield section.title
        if section.note:
            yield f"  {section.note}"
        for row in (section.header, *section.rows) if section.header else section.rows:
            yield "  " + "\t".join(map(printable, row)).rstrip("\t")
    if shown.sources:
        yield ""
        yield "Sources"
        yield from (f"  [{number}]\t{printable(source)}" for number, source in enumerate(shown.sources, 1))
