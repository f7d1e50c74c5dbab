"""Each family of codes with its examples and near-misses."""

import pytest

from detect_icd.codebook import CodeBook
from detect_icd.conventions.features import families
from tests.detect_icd.marked import marked


def examples(kind):
    for name, kin in families().items():
        for number, line in enumerate(getattr(kin.family, kind)):
            yield pytest.param(line, id=f"{name} {number}")


@pytest.mark.parametrize("line", list(examples("matches")))
def test_comes_to_one_code(line):
    found, wanted = marked(line)
    assert found == wanted


@pytest.mark.parametrize("line", list(examples("ignores")))
def test_stays(line):
    found, wanted = marked(line)
    assert found == wanted


def test_every_family_can_be_read():
    book = CodeBook.open()
    for kin in families().values():
        assert all(book.get(prefix) for prefix in kin.family.codes), kin.family.name
