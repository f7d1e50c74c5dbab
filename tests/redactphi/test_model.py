"""The shipped model and its recognizer."""

from __future__ import annotations

import itertools
import json
import threading

import pytest
import spacy

import redactphi.nlp  # noqa: F401  (registers the pipe)
from redactphi import nlp_model, resources
from redactphi.nlp import PhiNlpEngine
from redactphi.nlp_model import load_model
from redactphi.nlp_tokens import bare, token_keys
from redactphi.recognizers.model import WEIGHT, ModelRecognizer
from redactphi.spans import Span

# Written here; no line occurs in the training layouts.
CASES = [
    ("Seen by Dr. Adaeze Nwosu on 03/14/2024, MRN 00482913.", ["Adaeze Nwosu", "03/14/2024", "00482913"]),
    ("Mr. Thibodeaux is a pleasant 61-year-old man who returns today.", ["Thibodeaux"]),
    (
        "DISCHARGE SUMMARY FOR PATIENT HENRIETTA OKONKWO, ADMITTED MARCH 3, 2021.",
        ["HENRIETTA OKONKWO", "MARCH 3, 2021"],
    ),
    ("His wife, Margarethe, called from 555-010-4477.", ["Margarethe", "555-010-4477"]),
    ("She was transferred from Larkspur Valley Hospital.", ["Larkspur Valley Hospital"]),
]
CLEAN = [
    "BP 120/80, pulse 72, strength 5/5, pain 3/10, L4-5 disc bulge.",
    "The Foley catheter was removed and a Jackson-Pratt drain was left in place.",
    "History of Parkinson disease and Crohn disease; takes Sinemet 25/100 twice a day.",
    "The fascia was closed with #1 PDS and the skin with staples.",
]


@pytest.fixture(scope="module")
def model():
    return load_model()


def _found(model, text: str) -> list[str]:
    return [text[span.start : span.end] for span in model.spans(text)]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_it_finds_phi_by_context(model, text, expected):
    assert set(expected) <= set(_found(model, text))


@pytest.mark.parametrize("text", CLEAN)
def test_it_leaves_clinical_words(model, text):
    assert _found(model, text) == []


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00", "\ud800", "." * 300, "…\u202e\u0301"])
def test_odd_texts_have_no_spans(model, text):
    assert model.spans(text) == []


def test_a_long_line_is_covered_to_its_end(model):
    text = "The patient rested. " * 30_000 + "Seen by Dr. Adaeze Nwosu on 03/14/2024."
    assert "Adaeze Nwosu" in _found(model, text)


def test_cut_texts_give_the_spans_of_the_whole(model, monkeypatch):
    text = "\n".join(f"{n}. Dr. Ruiz saw Maria Lopez at Mercy Hospital on 3/{n % 28 + 1}/2024." for n in range(200))
    whole = model.spans(text)
    monkeypatch.setattr(nlp_model, "SEGMENT", 1500)
    assert [(s.start, s.end, s.label) for s in model.spans(text)] == [(s.start, s.end, s.label) for s in whole]
    assert len(whole) > 400


def test_spans_are_sorted_disjoint_whole_words_and_trimmed(model):
    text = "\n".join(text for text, _ in CASES)
    spans = model.spans(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    for span in spans:
        assert text[span.start].isalnum()
        assert text[span.end - 1].isalnum()
        assert not (text[span.start - 1 : span.start].isalpha() and text[span.start].isalpha())
        assert not (text[span.end : span.end + 1].isalpha() and text[span.end - 1].isalpha())
        assert 0.5 <= span.score <= 1
        assert span.source == f"model/{resources.MODEL_NAME}"


def test_a_lower_threshold_finds_no_less(model):
    text = "\n".join(text for text, _ in CASES)

    def covered(threshold: float) -> set[int]:
        return {i for span in model.spans(text, threshold) for i in range(span.start, span.end)}

    assert covered(0.9) <= covered(0.5) <= covered(0.05)


def test_spacy_gives_the_same_tags(model):
    nlp = spacy.load(resources.model_path())
    text = "\n".join([*(text for text, _ in CASES), *CLEAN])
    tagger = nlp.get_pipe("phi_tagger")
    doc = nlp(text)
    tags = tagger.probabilities([doc])[0].argmax(axis=1).tolist()
    assert tags == model.log_probabilities(token_keys(text)).argmax(axis=1).tolist()
    assert len(tags) == len([bare(key) for key in token_keys(text)]) == len(doc)
    assert {entity.label_ for entity in doc.ents} >= {"PROVIDER", "DATE", "MRN"}


def test_the_package_is_small_and_says_what_it_is():
    folder = resources.model_path()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 7_000_000
    assert not [path for path in files if path.suffix in {".pkl", ".pickle", ".pt", ".bin"}]
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert meta["license"]
    assert meta["sources"]
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["dev"]["all"]["recall"] > 90


def test_threads_share_the_model(model):
    texts = [f"{text} Entry {n}." for n in range(20) for text, _ in CASES]
    expected = [model.spans(text) for text in texts]
    results: list = [None] * 4

    def work(slot: int) -> None:
        results[slot] = [model.spans(text) for text in texts]

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected_ranges = [[(s.start, s.end, s.label) for s in spans] for spans in expected]
    for result in results:
        assert [[(s.start, s.end, s.label) for s in spans] for spans in result] == expected_ranges


def test_the_recognizer_weighs_scores_below_rules():
    text = CASES[0][0]
    results = ModelRecognizer().analyze(text, ["PROVIDER", "DATE"])
    assert {result.entity_type for result in results} == {"PROVIDER", "DATE"}
    assert all(result.score <= WEIGHT for result in results)
    assert all(result.recognition_metadata["source"] == f"model/{resources.MODEL_NAME}" for result in results)


def test_the_recognizer_takes_the_engines_spans_over(model, monkeypatch):
    text = CASES[0][0]
    [(_, artifacts)] = PhiNlpEngine(model).process_batch([text], "en")
    expected = ModelRecognizer().spans(text)
    monkeypatch.setattr(nlp_model.PhiModel, "spans", lambda *_: pytest.fail("computed twice"))
    assert ModelRecognizer().spans(text, artifacts) == expected


def test_loading_twice_gives_one_model(model):
    assert load_model() is model


class _Sees:
    """A model that sees one span."""

    def __init__(self, span: Span) -> None:
        self.span = span

    def spans(self, text: str, threshold: float) -> list[Span]:
        assert text
        assert threshold > 0
        return [self.span]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He drove for [[Three Rivers 26]] yrs, then", "Three Rivers"),
        ("a dispatcher at [[Acadian 3]] wks ago", "Acadian"),
        ("works on [[Engine 26]] in Hollis", "Engine 26"),
        ("sent by [[Unit 3]] at noon", "Unit 3"),
    ],
)
def test_years_at_a_place_are_not_its_name(text, found):
    start, end = text.index("[["), text.index("]]") - 2
    plain = text.replace("[[", "").replace("]]", "")
    (span,) = ModelRecognizer(model=_Sees(Span(start, end, "EMPLOYER", 0.95, "model/x"))).spans(plain)
    assert plain[span.start : span.end] == found
