"""Once found, found everywhere in the note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi.propagation import propagate
from redactphi.spans import Span


def spread(text, *seeds):
    """What propagation finds from the first mention of each ``(words, label)``."""
    spans = [Span(text.index(words), text.index(words) + len(words), label, 0.9, "seed") for words, label in seeds]
    return [(text[span.start : span.end], span.label) for span in propagate(text, spans)]


@pytest.mark.parametrize(
    ("text", "seed", "expected"),
    [
        ("Patient: Maria J. Lopez. LOPEZ, MARIA; lopez's arm.", "Maria J. Lopez", ["LOPEZ, MARIA", "lopez"]),
        (
            "Ana Reyes-Villalobos; Reyes Villalobos; Villalobos",
            "Ana Reyes-Villalobos",
            ["Reyes Villalobos", "Villalobos"],
        ),
        ("José García; Garcia; JOSE", "José García", ["Garcia", "JOSE"]),
        ("Ravi Menon was here. R.M. signed; rm 4", "Ravi Menon", ["R.M."]),
        ("Ed Moss. P.O. intake; the Mossley road\ntold moss", "Ed Moss", ["moss"]),
        ("Mark Davis signed. M.D. present", "Mark Davis", []),
        ("Nell Strand, MD. FDP 6-strand repair, 4-strand too\ntold strand", "Nell Strand", ["strand"]),
        ("Dr. Aldous Grant did not grant it. Grant wrote", "Aldous Grant", ["Grant"]),
        ("Pilar Echever saw her. Hat. q4 mo.\n\nPE\n---\nPE: no PE on CT", "Pilar Echever", []),
    ],
)
def test_names(text, seed, expected):
    assert spread(text, (seed, "NAME")) == [(words, "NAME") for words in expected]


@pytest.mark.parametrize(
    ("text", "seed", "expected"),
    [
        ("Dr. Jane Parker. A Parker flap. The Parker drain. I told Parker.", "Jane Parker", ["Parker"]),
        ("Mr. Ben Foley. foley placed; Foley catheter; the Foley; with Foley.", "Ben Foley", ["Foley"]),
        ("Ms. Amy Bell has Bell's palsy. Ms. Bell agrees.", "Amy Bell", ["Bell"]),
        ("Mr. Will Long. He will go. Long history. With Will; as long as", "Will Long", ["Will"]),
        ("Ms. Hope May. May need; she may; we hope. HOPE IT IS WELL", "Hope May", []),
    ],
)
def test_ordinary_words_and_eponyms_only_where_they_are_the_person(text, seed, expected):
    assert spread(text, (seed, "PROVIDER")) == [(words, "PROVIDER") for words in expected]


def test_facilities_are_found_whole_by_acronym_and_without_their_kind():
    text = "Tanager Valley Hospital (TVH). At TVH. tanager valley hospital; Tanager Valley; the tvh"
    found = spread(text, ("Tanager Valley Hospital", "FACILITY"), ("TVH", "FACILITY"))
    assert [words for words, _ in found] == ["TVH", "tanager valley hospital", "Tanager Valley"]


def test_letters_in_brackets_stand_for_the_place_if_they_are_its_own():
    text = 'Tanager Valley Children\'s ("TVC") called. Seen at TVC. Egret Clinic (CT) did a CT.'
    seeds = (("Tanager Valley Children's", "FACILITY"), ("Egret Clinic", "FACILITY"))
    assert spread(text, *seeds) == [("TVC", "FACILITY"), ("TVC", "FACILITY")]


def test_first_letters_stand_for_the_place_unless_they_mean_something_else():
    text = "Delivered at Dunmore Women's Hospital; sent to DWH."
    assert spread(text, ("Dunmore Women's Hospital", "FACILITY")) == [("DWH", "FACILITY")]
    assert (
        spread(
            "Tanager Women's Hospital, TWH ok; Lake Vista Hospital, LVH on echo", ("Lake Vista Hospital", "FACILITY")
        )
        == []
    )


def test_a_kind_of_place_is_not_spread():
    assert spread("at the Hospital. HOSPITAL COURSE: well", ("Hospital", "FACILITY")) == []


@pytest.mark.parametrize(
    ("text", "seed"),
    [
        ("Mr. Foley came. Foley out on Tuesday.", ("Foley", "NAME")),
        ("Cody Branch called. Branch: Dothan", ("Cody Branch", "PROVIDER")),
        ("Seen by Amy Rose.\nNode 7, 13 mm, ROSE benign cells here.", ("Amy Rose", "PROVIDER")),
    ],
)
def test_products_labels_and_acronyms_are_not_the_person(text, seed):
    assert spread(text, seed) == []


def test_a_state_is_not_a_facility():
    assert spread("Ohio Hospital. From Ohio.", ("Ohio Hospital", "FACILITY")) == []


def test_long_identifiers_are_found_again():
    assert spread("MRN 00482913; label 00482913; 100482913", ("00482913", "MRN")) == [("00482913", "MRN")]


def test_short_identifiers_and_weak_seeds_are_not_spread():
    assert spread("Ext 4471; 4471 mL", ("4471", "PHONE")) == []
    assert propagate("Lopez. Lopez.", [Span(0, 5, "NAME", 0.4, "seed")]) == []


def test_the_score_is_below_the_seeds_and_the_source_says_how():
    (span,) = propagate("Okafor. Okafor.", [Span(0, 6, "NAME", 0.9, "seed")])
    assert 0 < span.score < 0.9
    assert span.source == "propagation/name"


TEXT = "Dr. Ana Reyes saw Tom Moss at Tanager Hospital. Reyes, Moss and Ana; Tanager; MRN 00482913, 00482913."
SEEDS = [Span(4, 13, "PROVIDER", 0.9, "a"), Span(18, 26, "NAME", 0.8, "b"), Span(30, 46, "FACILITY", 0.7, "c"),
         Span(82, 90, "MRN", 0.9, "d"), Span(18, 21, "PROVIDER", 0.8, "e")]  # fmt: skip


@given(st.permutations(SEEDS))
def test_the_order_of_seeds_does_not_matter(seeds):
    assert propagate(TEXT, seeds) == propagate(TEXT, SEEDS)


@given(st.text(max_size=60), st.integers(0, 59), st.integers(1, 60), st.sampled_from(["NAME", "FACILITY", "MRN"]))
def test_any_text_gives_spans_inside_it(text, start, length, label):
    end = min(len(text), start + length)
    if start < end:
        found = propagate(text, [Span(start, end, label, 0.9, "seed")])
        assert all(0 <= span.start < span.end <= len(text) for span in found)


def test_what_a_title_made_sure_of_names_the_person_wherever_the_model_saw_a_name():
    text = "Seen by Dr. Okonkwo. Later Okonkwo left."
    sure, seen = Span(12, 19, "PROVIDER", 0.9, "names/clinician-title"), Span(27, 34, "NAME", 0.8, "model/x")
    assert [(s.start, s.end, s.label) for s in propagate(text, [sure, seen])] == [(27, 34, "PROVIDER")]
    assert propagate(text, [sure, Span(27, 34, "NAME", 0.9, "names/courtesy-title")]) == []


@pytest.mark.parametrize(
    ("text", "name", "signed"),
    [
        ("Pilar Echever, MD\nHat. q4 mo.\n\nPE\n---\nPE: no PE on CT", "Pilar Echever", ["PE"]),
        ("Gordon P. Attwell, MD. Including the view. GPA\n", "Gordon P. Attwell", ["GPA"]),
        ("Ines Falk-Osei, NP. Will follow. IF-O", "Ines Falk-Osei", ["IF-O"]),
        ("Lars T. Gunder, DPM\n\nltg / dictated", "Lars T. Gunder", ["ltg"]),
        ("Carla Tran, MD. CT of the head. The CT was read.", "Carla Tran", []),
    ],
)
def test_clinicians_sign_with_their_initials(text, name, signed):
    assert [words for words, _ in spread(text, (name, "PROVIDER"))] == signed


def test_a_place_is_found_by_the_acronym_its_name_begins_with():
    text = "Hospice: VNQ of Cape Cod. Family chooses VNQ. The ICU at Tanager. To the ICU."
    assert spread(text, ("VNQ of Cape Cod", "FACILITY")) == [("VNQ", "FACILITY")]
    assert spread(text, ("ICU at Tanager", "FACILITY")) == []
