"""Each family of codes can be read; its examples and near-misses are with those of the other guideline tables."""

from detect_icd.codebook import CodeBook
from detect_icd.conventions.features import families


def test_every_family_can_be_read():
    book = CodeBook.open()
    for kin in families().values():
        assert all(book.get(prefix) for prefix in kin.family.codes), kin.family.name
