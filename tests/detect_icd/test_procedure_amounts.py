"""How much was done and where: numbers, levels, sizes, areas, times, doses, places, and the units from them."""

import re

import pytest

from detect_icd.matchers.procedures_amounts import (
    areas,
    counted,
    doses,
    margin,
    places,
    sizes,
    times,
    units,
    weights,
)  # fmt: skip
from detect_icd.matchers.procedures_levels import levels, numbered


def values(found):
    return [round(amount.value, 2) for amount in found]


@pytest.mark.parametrize(
    ("text", "interspaces", "joints", "vertebrae"),
    [
        ("L3-L5 laminectomy", 2, 2, 3),
        ("C4-5, C5-6 and C6-7", 3, 3, 4),
        ("L4/5", 1, 1, 2),
        ("T12-L1", 1, 1, 2),
        ("L5-1", 1, 1, 2),
        ("L5-S1", 1, 1, 2),
        ("T12 and L1", 2, 1, 2),
        ("medial branches L3, L4 and L5", 3, 2, 3),
        ("T4 to L1", 9, 9, 10),
        ("S8 and C9", 0, 0, 0),
        ("4.5 mm at L2.5", 0, 0, 0),
        ("nothing of the spine", 0, 0, 0),
    ],
)
def test_levels_of_the_spine(text, interspaces, joints, vertebrae):
    found = levels(text, [(0, len(text))])
    assert [found.count(kind) for kind in ("@interspace", "@joint", "@vertebra")] == [interspaces, joints, vertebrae]
    assert all(re.match(r"[CTLS]", text[span.start : span.end]) for span in found.spans)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("two separate 5 mm polyps", 2),
        ("12 actinic keratoses, polyps", 12),
        ("three (3) polyps", 3),
        ("polyps x 4", 4),
        ("polyps (x3)", 3),
        ("4 polyps on the face and 5 on the scalp", 9),
        ("a polyp", 1),
        ("both polyps", 2),
        ("5 mm polyp", None),
        ("He is 45. Polyps were seen", None),
        ("polyps", None),
        ("1) polyps", None),
        ("Polyp 7 and polyp 9", None),
    ],
)
def test_the_number_that_stands_with_words(text, number):
    *_, match = re.finditer("polyps?", text, re.IGNORECASE)
    found = counted(text, *match.span(), (0, len(text)))
    assert (found and found.value) == number


def test_measurements():
    text = "a 2.5 x 1 cm ellipse, 8 mm deep; 4 x 5 cm = 20 sq cm and 30 x 20 mm; uterus 310 g, 1.2 kg"
    assert values(sizes(text, 0, 30)) == [2.5, 0.8]
    assert values(areas(text, 30, len(text))) == [20.0, 6.0]
    assert values(weights(text, 0, len(text))) == [310.0, 1200.0]
    assert values(times("35 minutes, 1 hour and 15 minutes, two hours", 0, 50)) == [35, 75, 120]


@pytest.mark.parametrize(
    ("text", "unit", "found"),
    [
        ("Toradol 60 mg IM", "mg", [60.0]),
        ("ceftriaxone 1 g", "mg", [1000.0]),
        ("B12 1,000 mcg", "mg", [1.0]),
        ("Botox 155 units", "unit", [155.0]),
        ("5 cc of lidocaine", "ml", [5.0]),
        ("infused at 5 mg/kg", "mg", []),
        ("155 units", "mg", []),
        ("fentanyl 100 \u03bcg", "mg", [0.1]),
        ("fentanyl 100 \u00b5g", "mcg", [100.0]),
    ],
)
def test_doses(text, unit, found):
    assert values(doses(text, 0, len(text), unit)) == found


@pytest.mark.parametrize(
    ("amount", "beyond", "per", "wanted"),
    [(60, 0, 15, 4), (61, 0, 15, 5), (32, 20, 20, 1), (3, 1, 1, 2), (5, 20, 20, 1)],
)
def test_units_that_are_begun_count(amount, beyond, per, wanted):
    assert units(amount, beyond, per) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1.2 cm lesion with 4 mm margins", 0.4),
        ("margin of 0.4 cm all around", 0.4),
        ("excised diameter including margins 2.0 cm, 4 mm margins", None),
        ("1.2 cm lesion", None),
    ],
)
def test_the_margin_around_a_lesion(text, wanted):
    found = margin(text, 0, len(text))
    assert (found and found.value) == wanted


@pytest.mark.parametrize(
    ("kind", "text", "sides", "codes"),
    [
        ("finger", "ring and small fingers", ("RT",), ["F8", "F9"]),
        ("finger", "thumb", ("LT",), ["FA"]),
        ("toe", "second hammertoe", ("LT",), ["T1"]),
        ("toe", "great toe", ("RT",), ["T5"]),
        ("eyelid", "upper eyelids", ("LT", "RT"), ["E1", "E3"]),
        ("eyelid", "lids, lower", ("RT",), ["E4"]),
        ("coronary", "LAD and RCA", (), ["LD", "RC"]),
        ("coronary", "obtuse marginal of the circumflex", (), ["LC"]),
        ("finger", "thumb", (), []),
    ],
)
def test_places_have_modifiers(kind, text, sides, codes):
    found = places(kind, text, 0, len(text), sides)
    assert [code for code, _ in found] == codes
    assert all(text[span.start : span.end].strip() for _, span in found)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Extraction of teeth #1, #29, and #32", 3),
        ("Extraction of remaining teeth numbers 2, 3, 4 and T", 4),
        ("Extraction of tooth #T", 1),
        ("Five teeth were drawn, 20 mL of saline, port 12", 0),
    ],
)
def test_teeth_are_counted_by_their_numbers(text, count):
    assert numbered("@tooth", text, [(0, len(text))])[0] == count


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("facet joints L34, L45 and L5S1", "@interspace", 3),
        ("fusion C3-C4 and C4-C5; removal of old plate, C5-C6", "@interspace", 2),
        ("T12 and L1", "@vertebra", 2),
        ("teeth #2.  #5, #12, #15.\n2. Drainage", "@tooth", 4),
    ],
)
def test_levels_and_teeth_are_counted_as_surgeons_write_them(text, kind, number):
    end = text.find(".  ") if "teeth" in text else len(text)
    assert numbered(kind, text, [(0, end)])[0] == number
