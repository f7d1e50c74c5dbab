"""A note with its candidates marked, as in the case files, put to the guidelines without the matchers."""

import re

from detect_icd.candidates import Candidate, Status
from detect_icd.codebook import CodeBook
from detect_icd.guidelines import Guidelines
from redactphi.spans import Span

_MARK = re.compile(r"\[(?P<words>[^\]]*)\]\((?P<code>[A-Z][\w.]+)(?: (?P<status>\w+))?\)")


def marked(line, setting="outpatient"):
    """What is reported of a line ``text with [words](CODE status) => CODES``, and what should be, sorted."""
    text, _, wanted = line.replace("\\n", "\n").rpartition("=>")
    note, found, position = "", [], 0
    book = CodeBook.open()
    for match in _MARK.finditer(text):
        note += text[position : match.start()]
        span = Span(len(note), len(note) + len(match["words"]), "mention", 0.9, "dictionary/title")
        found.append(
            Candidate(
                book[match["code"]].coding,
                (span,),
                Status(match["status"] or "present"),
                score=0.9,
                rules=("dictionary/title",),
            )
        )
        note += match["words"]
        position = match.end()
    note += text[position:]
    detection = Guidelines(setting).apply(found, book, note)
    return sorted(c.coding.code for c in detection.reported), sorted(wanted.split())
