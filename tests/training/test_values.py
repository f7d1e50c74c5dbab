"""Words of holes, numbers by shape, dates in rarer forms."""

import datetime
import random
import re

import pytest

from models.training import dates, facilities, identifiers
from models.training.fields import IDENTIFIERS
from models.training.surface import surface, weighted

MOMENT = datetime.datetime(2024, 3, 14, 9, 30)  # noqa: DTZ001


def test_lines_come_as_often_as_they_say():
    lines = weighted("holidays")
    assert lines.count("Christmas") == 6
    assert lines.count("Samhain") == 1


def test_short_forms_take_their_values_from_the_name():
    assert facilities._is_told("{stem} <Eye>", "{stem} Eye Clinic")
    assert facilities._is_told("{A}", "{stem} Eye Clinic")
    assert not facilities._is_told("{surname} AHC", "{town} AHC")


@pytest.mark.parametrize("name", ["street_lines", "street_units"])
def test_every_street_line_can_be_filled(name):
    rng = random.Random(1)
    for line in surface(name):
        text = re.sub(r"^\dx ", "", line)
        assert re.search(r"\w", facilities._Filler(rng, "train").fill(facilities._choose(rng, text))), line


@pytest.mark.parametrize("kind", sorted(IDENTIFIERS))
def test_every_kind_of_number_has_shapes_without_a_trace_of_them(kind):
    rng = random.Random(kind)
    made = [identifiers.number(rng, kind) for _ in range(300)]
    assert all(text == text.strip() and len(text) > 1 for text in made)
    assert not [text for text in made if re.search(r"[~@%;|]", text)]


def test_parts_of_months_ranges_and_holidays():
    rng = random.Random(3)
    parts = {dates.write(MOMENT, "part", rng) for _ in range(200)}
    assert {"early March 2024", "late Mar", "mid-March"} <= parts
    assert "3/14" in {re.split(r" ?[-–] ?| to ", dates.write(MOMENT, "range", rng))[0] for _ in range(50)}
    holidays = [dates.write(MOMENT, "holiday", rng) for _ in range(300)]
    assert not [name for name in holidays if name.startswith("the ")]
    assert 0.5 < sum(name.endswith("24") for name in holidays) / len(holidays) < 0.85
