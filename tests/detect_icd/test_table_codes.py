"""Every diagnosis code that a rule table names, whole or by how it begins, is one of a release at hand."""

import re

import pytest

from detect_icd.codebook import open_book, releases
from redactphi.resources import data, read_toml

CODE = re.compile(r"[A-TV-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?")
WILD = re.compile(r"[A-TV-Z]\d[0-9A-Z]\.?[0-9A-Z]{0,3}[*-]?")
FOLDERS = ("guidelines", "special", "circumstances")


def tables():
    for folder in FOLDERS:
        for path in sorted((data("detect_icd") / folder).iterdir(), key=lambda entry: entry.name):
            if path.name.endswith(".toml"):
                yield pytest.param(path, id=f"{folder}/{path.name}")


def strings(value):
    """The keys and values of a table that may be codes; patterns and examples are not."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in {"matches", "ignores", "words", "title", "name", "pattern", "why", "section"}:
                yield key
                yield from strings(item)


@pytest.fixture(scope="module")
def compact_codes():
    return sorted(
        {
            entry.code.replace(".", "")
            for release in releases()
            for entry in open_book(release=release.name).iter_entries()
        }
    )


@pytest.mark.parametrize("path", list(tables()))
def test_what_a_table_calls_a_code_is_one(path, compact_codes):
    named = [word for word in strings(read_toml(path)) if CODE.fullmatch(word) or WILD.fullmatch(word)]
    unknown = []
    for word in named:
        start = word.rstrip("*-").replace(".", "")
        if not any(code.startswith(start) for code in compact_codes):
            unknown.append(word)
    assert not unknown


def test_the_tables_name_codes_at_all(compact_codes):
    assert len(compact_codes) > 90_000
    named = [w for path in (p.values[0] for p in tables()) for w in strings(read_toml(path)) if CODE.fullmatch(w)]
    assert len(named) > 2_000
