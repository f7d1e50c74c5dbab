"""Ranges and wildcards of codes."""

import pytest

from detect_icd.codebook import open_book
from detect_icd.pages.asked import MOST, expand
from detect_icd.pages.building import code_pages
from detect_icd.service_files import ServiceFiles
from redactphi.errors import UsageError
from tests.detect_icd.service_facts import MadeUpFiles


@pytest.fixture(scope="module")
def book():
    return open_book(release="FY2027")


@pytest.fixture
def ask(book):
    return lambda *asked, files=None: expand(asked, book, files or ServiceFiles())


def test_a_code_stays_as_it_is(ask):
    assert ask("k62.3", "45397", "99999") == ["K62.3", "45397", "99999"]


def test_a_range_of_services(ask):
    assert ask("45395-45402") == ["45395", "45397", "45398", "45400", "45402"]
    assert ask("45395–45397") == ["45395", "45397"]
    assert ask("J1885-J1890")[0] == "J1885"


def test_codes_of_files_count_too(ask):
    assert "93799" not in ask("93780-93800")
    assert "93799" in ask("93780-93800", files=MadeUpFiles())
    assert ask("937*", files=MadeUpFiles())[-1] == "93799"
    assert ask("Q999?", files=MadeUpFiles()) == ["Q9999"]


def test_a_range_of_diagnoses(ask):
    assert ask("K62.2-K62.5") == ["K62.2", "K62.3", "K62.4", "K62.5"]
    whole = ask("K60-K62")
    assert (whole[0], whole[-1]) == ("K60", "K62.9")
    assert "K61.1" in whole
    assert ask("k622-k625") == ask("K62.2-K62.5")


def test_a_range_holds_what_is_below_its_last_code(ask):
    assert ask("K62.7-K62.8") == ["K62.7", "K62.8", "K62.81", "K62.82", "K62.89"]


def test_wildcards_of_diagnoses(ask):
    below = ask("K62.*")
    assert below[0] == "K62.0"
    assert {"K62.8", "K62.81"} <= set(below)
    assert "K62" not in below
    assert ask("K62*") == ["K62", *below]
    assert ask("K62.?") == [code for code in below if len(code) == 5]
    assert ask("s82.001?") == [code for code in ask("S82.001*") if code != "S82.001"]
    assert ask("S82.001-") == ask("S82.001*")


def test_wildcards_of_services(ask):
    assert ask("4539*") == ["45390", "45391", "45392", "45393", "45395", "45397", "45398"]
    assert {"G0104", "G0105"} <= set(ask("G010?"))


def test_each_code_comes_once_in_the_order_asked(ask):
    assert ask("K62.4", "K62.3-K62.5") == ["K62.4", "K62.3", "K62.5"]
    assert [page.code for page in code_pages(["K62.3", "k623"], services=ServiceFiles())] == ["K62.3"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("K*", "at least 2 characters"),
        ("ZZ*", "no code is like"),
        ("45402-45395", "the lower stands first"),
        ("K64-K60", "the lower code stands first"),
        ("45395-K62", "no range of codes"),
        ("99990-99999", "nearest: .*99498"),
        ("0275T-45395", "one kind"),
        ("00100-99999", "spans more than"),
        ("U10-U20", "FY2027 has no code"),
        ("S00-T88", f"more than {MOST:,} codes"),
    ],
)
def test_what_makes_no_sense_is_refused(ask, asked, why):
    with pytest.raises(UsageError, match=why):
        ask(asked)
