# ruff: noqa: PLR2004 - shares of a mixture have no names
"""Street lines and postcodes of other countries, and companies that are nobody's employer. Source: Faker (MIT)."""

from __future__ import annotations

import functools
import random

from faker import Faker

from models.training.raw import Split, split_of
from models.training.sources import latin1

_LOCALES = (
    "fi_FI", "pl_PL", "cs_CZ", "de_DE", "de_AT", "de_CH", "fr_FR", "fr_BE", "it_IT", "es_ES", "es_MX", "pt_PT", "pt_BR",
    "nl_NL", "nl_BE", "sv_SE", "no_NO", "da_DK", "hu_HU", "ro_RO", "hr_HR", "sl_SI", "en_GB", "en_IE", "en_AU", "en_NZ",
    "en_CA", "en_IN", "id_ID", "fil_PH", "is_IS", "et_EE", "sk_SK", "tr_TR", "vi_VN",
)  # fmt: skip
_HEADS = ("Nova", "Clear", "Health", "Blue", "Data", "Open", "Snap", "Credi", "Medi", "Vero", "Lumi", "Quant", "Zen", "Urban", "Geo", "Road", "Simple", "Power", "Cloud", "Green", "Trip", "Loop", "Pixel", "Bright", "Agri", "Fin", "Legal", "Terra", "Omni", "Kine", "Mobi", "Social", "Civic", "Chart", "Smart", "Iso")  # fmt: skip
_TAILS = ("ify", "ware", "metrics", "works", "stack", "hub", "score", "sense", "wise", "base", "soft", "logic", "lytics", "pay", "link", "mind", "scape", "vation", "tria", "cast", "book", "map", "ly", "io", "ture", "gram", "zone", "dyne")  # fmt: skip
_ENDS = ("", "", "", "", " Inc", " Inc.", " LLC", " Ltd", " Corp.", " Group", " Labs", " Technologies", " Solutions", " Partners", " Media", " Analytics", " Orchestra", " Records", " Press", " & Co.", " Capital", " Systems", " International")  # fmt: skip


@functools.cache
def _faker(locale: str) -> Faker:
    return Faker(locale)


def _seeded(rng: random.Random, locale: str) -> Faker:
    maker = _faker(locale)
    maker.seed_instance(rng.getrandbits(32))
    return maker


def street(rng: random.Random, split: Split) -> str:
    """A street line as written in another country."""
    for _ in range(20):
        maker = _seeded(rng, rng.choice(_LOCALES))
        line = latin1(" ".join(str(maker.street_address()).split()))
        if line and not line.isdigit() and split_of("abroad:" + line.strip("0123456789 ,./-")) == split:
            return line
    return "Hauptstraße 12"


def postcode(rng: random.Random) -> str:
    """A postal code of another country."""
    return str(_seeded(rng, rng.choice(_LOCALES)).postcode())


def company(rng: random.Random, split: Split) -> str:
    """A company's name as general text holds it: coined, or made of surnames."""
    while True:
        if rng.random() < 0.6:
            name = rng.choice(_HEADS) + rng.choice(_TAILS)
            found = (name if rng.random() < 0.8 else f"{rng.choice(_HEADS)} {name}") + rng.choice(_ENDS)
        else:
            found = str(_seeded(rng, rng.choice(("en_US", "en_GB"))).company())
        if split_of("company:" + found) == split:
            return found
