"""What the releases at hand changed in a code: added, deleted, its title revised, and what is reported instead."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator

from detect_icd.catalogue import search
from detect_icd.codebook import CodeBook, CodeEntry, open_book, releases
from detect_icd.coding import icd10cm
from detect_icd.pages.records import Change, CodeName

_SURE = 0.9
"""Score of a search by a deleted code's own words from which a new code stands for it."""


def changes(code: str) -> tuple[Change, ...]:
    """The changes of a code from release to release, newest first."""
    books = [open_book(release=release.name) for release in releases()]
    found = [change for before, after in itertools.pairwise(books) for change in _between(code, before, after)]
    return tuple(reversed(found))


def _between(code: str, before: CodeBook, after: CodeBook) -> Iterator[Change]:
    old, new = before.get(code), after.get(code)
    was, still = old is not None and old.billable, new is not None and new.billable
    if old is not None and was and not still:
        yield Change("deleted", after.first_day, after.release, replacements(old, before, after))
    elif still and not was:
        yield Change("added", after.first_day, after.release)
    if old is not None and new is not None and old.title != new.title:
        yield Change("title revised", after.first_day, after.release, before=old.title)


@functools.lru_cache(maxsize=256)
def replacements(old: CodeEntry, before: CodeBook, after: CodeBook) -> tuple[CodeName, ...]:
    """What a release has in place of a code it deleted, as far as the two releases tell.

    The codes below it where it goes on as a heading; else the new codes of its nearest heading that has any; else a new
    code elsewhere that one of its terms names.
    """
    if (heading := after.get(old.code)) is not None:
        return _new_below(heading, before, after)
    key = icd10cm.compact(old.code)
    above = (after.get(key[:length]) for length in range(len(key) - 1, 3, -1))
    for heading in filter(None, above):
        if found := _new_below(heading, before, after, ending=key[6:]):
            return found
    named = (search(term, limit=5, release=after.release) for term in (old.title, *old.inclusion_terms))
    hits = (hit for hits in named for hit in hits if hit.score >= _SURE and hit.entry.code not in before)
    return tuple(dict.fromkeys(CodeName(hit.entry.code, hit.entry.title) for hit in hits))


def _new_below(
    heading: CodeEntry, before: CodeBook, after: CodeBook, ending: str | None = None
) -> tuple[CodeName, ...]:
    """The billable codes below a heading that the release before could not report; of one seventh character, if given."""
    found: list[CodeName] = []
    for child in map(after.__getitem__, heading.children):
        if not child.billable:
            found += _new_below(child, before, after, ending)
        elif child.code not in before and ending in {None, icd10cm.compact(child.code)[6:]}:
            found.append(CodeName(child.code, child.title))
    return tuple(found)
