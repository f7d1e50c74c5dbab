"""The clinical vocabulary that is never PHI: lists that load, hold no name of a patient and know what notes say."""

from collections import Counter

import pytest

from redactphi.resources import data, terms

LISTS = {
    "clinical_acronyms": 3_500,
    "clinical_products": 3_500,
    "clinical_eponyms": 1_800,
    "clinical_words": 30_000,
    "ambiguous_names": 1_000,
}


def _items(name: str) -> list[str]:
    lines = (data() / "terms" / name / "items.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _with_nouns() -> dict[str, list[str]]:
    text = (data() / "terms" / "clinical_eponyms" / "with_nouns.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    assert all(len(row) == 2 for row in rows)
    return {eponym: nouns.split(",") for eponym, nouns in rows}


@pytest.mark.parametrize(("name", "least"), LISTS.items())
def test_a_list_is_large_sorted_and_free_of_duplicates(name, least):
    items = _items(name)
    assert len(items) >= least
    assert items == sorted(items)
    assert not [item for item, count in Counter(items).items() if count > 1]
    assert all(item and item == item.strip() and "#" not in item for item in items)


@pytest.mark.parametrize("name", ["clinical_words", "ambiguous_names"])
def test_words_are_single_and_lower_case(name):
    assert not [item for item in _items(name) if not item.isalpha() or item != item.lower()]


@pytest.mark.parametrize("name", ["clinical_acronyms", "clinical_products"])
def test_no_care_organisation_is_in_a_list(name):
    assert not terms(name) & terms("known_facilities")
    assert not terms(name) & {"MGH", "UCSF", "NYU", "VA", "VAMC", "UPMC", "MSKCC", "BIDMC", "UCLA", "CHOP"}


def test_no_acronym_is_a_common_first_name_or_a_town_in_capitals():
    assert not terms("clinical_acronyms") & {
        "MARY",
        "JOHN",
        "ALEX",
        "RUBY",
        "HOPE",
        "NELSON",
        "BOSTON",
        "PRAGUE",
        "LEE",
    }


def test_brands_that_are_names_too_are_ambiguous_and_not_listed():
    assert {"hamilton", "serena", "cook"} <= terms("ambiguous_names")
    assert not {"Hamilton", "Serena", "Cook"} & terms("clinical_products")


def test_words_that_are_mainly_names_are_left_out():
    assert not terms("clinical_words") & {"john", "smith", "mary", "boston", "grant", "seattle", "jones", "michelle"}
    assert {"brown", "young", "will", "grant", "rose", "may"} <= terms("ambiguous_names")


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("clinical_acronyms", "FOLFOX MMSE PICC PACU CRNA LCDC FACOG FDA FLAIR DRG E/M BRCA1 KRAS OD OS OU WIC ED"),
        ("clinical_products", "Medtronic Stryker Dexcom Ozempic Prolene Tegaderm Cerner Watchman Epic Xarelto"),
        (
            "clinical_eponyms",
            "Crohn Whipple Kocher Satinsky Kerley Lachman Hartmann Trendelenburg McBurney Apgar Boston",
        ),
        ("clinical_words", "kidney heparin osteotomy brown young will edema incision lisinopril table walker"),
    ],
)
def test_what_notes_name_is_known(name, members):
    assert not set(members.split()) - terms(name)


def test_each_eponym_with_nouns_is_an_eponym_and_each_noun_a_plain_word():
    found = _with_nouns()
    assert len(found) >= 1_800
    assert set(found) <= terms("clinical_eponyms")
    assert all(noun and noun == noun.lower() for nouns in found.values() for noun in nouns)
    assert "clamp" in found["Satinsky"]
    assert "sign" in found["Kernig"]
    assert "brace" in found["Milwaukee"]
