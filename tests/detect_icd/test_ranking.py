"""Search: phrases ranked by how much of a query they say, whatever the query is."""

import pytest

from detect_icd import search
from detect_icd.matchers.index import phrase_index
from detect_icd.matchers.phrases import PhraseSource
from detect_icd.ranking import Ranking, ranking
from redactphi.errors import UsageError


@pytest.fixture(scope="module")
def rank():
    return Ranking(phrase_index())


def codes(query, **options):
    return [hit.entry.code for hit in search(query, **options)]


def test_a_phrase_that_says_all_of_the_query_and_no_more_is_certain(rank):
    best = rank.best({"inguinal", "hernia"}, 5)
    assert best[0].atoms == {"inguinal", "hernia"}
    assert best[0].score == pytest.approx(1.0)
    assert len(best) == 5
    assert [one.score for one in best] == sorted((one.score for one in best), reverse=True)


def test_scores_are_between_none_and_all(rank):
    for atoms in ({"hernia"}, {"right", "left"}, {"pain", "unknownword"}, {"diabetes", "kidney", "chronic", "foot"}):
        assert all(0 < one.score <= 1 for one in rank.best(atoms, 200))


def test_rare_words_weigh_more_and_unknown_ones_most(rank):
    assert rank.weight("right") < rank.weight("prolapse") < rank.weight("unknownword")


@pytest.mark.parametrize("atoms", [set(), {"unknownword"}])
def test_nothing_known_is_nothing_found(rank, atoms):
    assert rank.best(atoms, 10) == []


def test_more_than_there_is_may_be_asked_for(rank):
    few = rank.best({"prolapse"}, 100_000)
    assert 0 < len(few) < 1000
    assert {type(one.source) for one in few} == {PhraseSource}


def test_the_ranking_of_an_index_is_made_once():
    assert ranking(phrase_index()) is ranking(phrase_index())


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("prolapse of the rectum", "K62.3"),
        ("rectal prolapse", "K62.3"),
        ("PROLAPSE, RECTAL", "K62.3"),
        ("K62.3", "K62.3"),
        ("k623", "K62.3"),
        ("htn", "I10"),
        ("right inguinal hernia", "K40.90"),
        ("congestive heart failur", "I50.9"),
        ("type 2 diabetes with chronic kidney disease", "E11.22"),
        ("podagra left", "M10.072"),
        ("gout left big toe", "M10.072"),
    ],
)
def test_the_first_hit(query, code):
    assert codes(query)[0] == code


def test_a_query_of_several_diagnoses_finds_each():
    found = codes("rectal prolapse; hypertension")
    assert {"K62.3", "I10"} <= set(found[:4])


def test_codes_come_once_and_no_more_than_asked_for():
    for limit in (1, 3, 50):
        found = codes("hernia with obstruction", limit=limit)
        assert len(found) == len(set(found)) <= limit


def test_scores_fall_and_stay_within_bounds():
    for query in ("fracture of right femur", "chronic pain, left knee and hip; HTN", "hernia"):
        scores = [hit.score for hit in search(query, system="ICD10CM")]
        assert all(0 < score <= 1 for score in scores)
        assert scores == sorted(scores, reverse=True)
        assert scores == [round(score, 3) for score in scores]


@pytest.mark.parametrize("query", ["", "   ", "...", "!?;,", "\x00", "12345", "under evaluation"])
def test_a_query_without_words_is_refused(query):
    with pytest.raises(UsageError, match="no word to search for"):
        search(query)


def test_a_query_of_words_that_no_phrase_has_finds_nothing():
    assert codes("zyzzyva xqzv") == []


@pytest.mark.parametrize(
    "query", ["hernia " * 5000, "\ud83d\ude00 hernia", "hernia\x00\n\t", "'; DROP TABLE entry; -- hernia"]
)
def test_odd_queries_are_searched_all_the_same(query):
    assert any(code.startswith("K4") for code in codes(query))


def test_a_limit_below_one_is_refused():
    with pytest.raises(UsageError, match="at least 1"):
        search("hernia", limit=0)


def test_a_search_is_of_the_release_in_force():
    assert "K6A.01" not in codes("prevesical abscess", release="FY2026")
    assert {hit.entry.release for hit in search("hernia", service_date="2026-01-01", system="ICD10CM")} == {"FY2026"}
