"""Names of facilities, employers, schools, places and streets: varied, tidy, each in its split."""

import random
import re

import pytest

from models.training import facilities
from models.training.raw import split_of
from models.training.surface import surface
from redactphi.resources import terms

KINDS = ("employer", "school", "place", "street")


def made(kind, count=400, split="train"):
    rng = random.Random(kind)
    if kind == "facility":
        return [facilities.facility(rng, split).name for _ in range(count)]
    if kind.startswith("bare_"):
        return [facilities.bare(rng, split, kind[5:]) for _ in range(count)]
    return [getattr(facilities, kind)(rng, split) for _ in range(count)]


@pytest.mark.parametrize("kind", ["facility", "bare_facilities", "bare_employers", "bare_schools", *KINDS])
def test_names_are_varied_and_leave_no_trace_of_the_pattern_language(kind):
    names = made(kind)
    assert len(set(names)) > 320
    assert all(name == name.strip() and len(name) > 1 for name in names)
    assert not [name for name in names if re.search(r"[<>{};|]|  |^the |=>", name)]


@pytest.mark.parametrize("name", ["facility_patterns", "employer_patterns", "school_patterns", "place_patterns"])
def test_every_line_of_a_pattern_file_can_be_filled(name):
    rng = random.Random(1)
    for line in surface(name):
        for text in re.sub(r"^\dx ", "", line).replace(" => ", " | ").split(" | "):
            filler = facilities._Filler(rng, "train")
            filler.values |= {"A": "ABCD", "G": "M"}
            assert filler.fill(facilities._choose(rng, text)).strip(" |"), line


def test_short_forms_agree_with_the_name():
    rng = random.Random(3)
    assert facilities._agreeing(rng, "<CVS;Walgreens>", "CVS on {streetname}") == "CVS"
    assert facilities._agreeing(rng, "{stem} <Heart;Eye>", "{stem} Eye Clinic") == "{stem} Eye"
    assert facilities._agreeing(rng, "<CVS;Walgreens>", "{stem} Drug") == ""


def test_acronyms_are_no_clinical_ones_and_may_keep_the_ampersand():
    rng = random.Random(5)
    written = {facilities._acronym_of("Bone & Joint Clinic of Elko", rng) for _ in range(60)}
    assert written == {"BJCE", "B&JCE"}
    assert facilities._acronym_of("Oak Clinic", rng) == ""
    assert facilities._acronym_of("Main Road Imaging", rng) == ""


def test_saints_are_spelled_in_many_ways():
    rng = random.Random(7)
    firsts = {facilities.saint(rng, "train").split()[0] for _ in range(400)}
    assert {"St.", "St", "Saint", "Sts.", "San", "Santa"} <= firsts


def test_a_slip_changes_a_long_word_by_a_letter():
    rng = random.Random(9)
    slips = {facilities.slip(rng, "Clearbrook") for _ in range(50)}
    assert all(abs(len(text) - len("Clearbrook")) < 2 for text in slips)
    assert facilities.slip(rng, "MGH") == "MGH"


@pytest.mark.parametrize("name", ["known_facilities", "known_employers"])
def test_known_organisations_are_split_by_name(name):
    for split in ("train", "dev"):
        items = facilities._known(name, split)
        assert items
        assert all(split_of(f"{name}:{item.lower()}") == split for item in items)
    assert set(facilities._known(name, "train")) < terms(name)
