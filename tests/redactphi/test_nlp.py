"""The tokens, the two forms of the network, decoding, and the engine Presidio sees."""

from __future__ import annotations

import sys
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer
from thinc.api import fix_random_seed
from threadpoolctl import threadpool_info

from redactphi import nlp_spacy
from redactphi.errors import DataError, UnknownNameError, UsageError
from redactphi.nlp import PhiNlpEngine
from redactphi.nlp_decode import decode
from redactphi.nlp_features import COLUMNS, LISTS, feature_rows, written
from redactphi.nlp_forward import Network, _portions
from redactphi.nlp_islands import AROUND, OPEN, apart, islands
from redactphi.nlp_model import PhiModel
from redactphi.nlp_table import TokenTable
from redactphi.nlp_threads import single_blas_thread
from redactphi.nlp_tokens import CAPITALS, MAX_RUN, bare, split_blank, token_keys
from redactphi.nlp_weights import LABELS, TAGS, Settings, Weights, load_gate, load_members

NOTE = (
    "Seen by Dr. Adaeze Nwosu on 03/14/2024,  MRN0048.\n\n\tPlan: rest\n"
    "PATIENT: JOHN SMITH WAS SEEN HERE\n pt lives in Örebro \ud800 \x00 end"
)
ANY_TEXT = st.text(st.characters(), max_size=80) | st.text("aB1 \n\t\x00_-.\ud800", max_size=80)


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Untrained weights with noise everywhere, biases too, so that no part of the arithmetic can hide.

    They are numbers of 16 bits, as `Weights.save` writes them: what is loaded again is the same network.
    """
    fix_random_seed(3)
    shape = Settings(rows=(50, 40, 40, 30, 20, 20, 60), dilations=(1, 3))
    rng = np.random.default_rng(3)
    fresh = nlp_spacy.get_arrays(nlp_spacy.build_network(shape))
    arrays = {
        name: (array + rng.normal(0, 0.3, array.shape)).astype(np.float16).astype("f") for name, array in fresh.items()
    }
    return Weights(shape, frozenset(["seen", "by", "plan"]), arrays)


@pytest.fixture
def pipeline(weights):
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "redactphi.Tokenizer.v1"}}})
    nlp.add_pipe("phi_tagger").set_weights(weights)
    return nlp


@given(ANY_TEXT)
@example(NOTE)
@example("A" * 500 + "1" * 500)
def test_tokens_tile_the_text(text):
    tokens = [bare(key) for key in token_keys(text)]
    assert "".join(tokens) == text
    assert all(0 < len(token) <= MAX_RUN + 1 for token in tokens)


@given(ANY_TEXT)
@example(NOTE)
def test_the_spacy_tokenizer_gives_the_same_tokens(text):
    doc = nlp_spacy.Tokenizer(spacy.blank("en").vocab)(text)
    expected = [split_blank(bare(key))[0] for key in token_keys(text)]
    assert [len(token) for token in doc] == [len(token) for token in expected]
    assert doc.text == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def test_letters_digits_and_marks_are_apart():
    assert [split_blank(bare(key))[0] for key in token_keys("MRN0048, A.B.-12th")] == [
        "MRN", "0048", ",", "A", ".", "B", ".", "-", "12", "th",
    ]  # fmt: skip


def test_only_lines_of_capitals_are_marked():
    marked = [bare(key) for key in token_keys("PLAN: REST\nJOHN SMITH WAS HERE\nMRI done") if key.startswith(CAPITALS)]
    assert marked == ["JOHN ", "SMITH ", "WAS ", "HERE"]


def test_features_of_unknown_words_differ_by_affix_shape_and_list_only():
    known, unknown, other = feature_rows(["Smith", "Garcia", "Zzyzxq"], frozenset(["smith"]))
    word, flags = COLUMNS.index("word"), COLUMNS.index("lists")
    assert known[word] != unknown[word] == other[word]
    assert (int(unknown[flags]) - 1) & LISTS["surnames"]
    assert not (int(other[flags]) - 1) & LISTS["surnames"]


@settings(deadline=None)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=4))
@example(texts=[NOTE, "", "John", NOTE * 30])
def test_both_forms_of_the_network_agree(weights, texts):
    halved = {name: array * np.float32(0.5) for name, array in weights.arrays.items()}
    other = Weights(replace(weights.settings, temperature=1.3), frozenset(["saw"]), halved)
    nlp = spacy.blank("en")
    nlp.tokenizer = nlp_spacy.Tokenizer(nlp.vocab)
    tagger = nlp_spacy.PhiTagger(nlp)
    tagger.set_weights(weights, other)
    network = Network(weights, other)
    for text, expected in zip(texts, tagger.probabilities([nlp(text) for text in texts]), strict=True):
        with patch("redactphi.nlp_table.KEPT_AS", np.float32):
            table, numbers = network.numbers(token_keys(text))
        np.testing.assert_allclose(network.probabilities(table.vectors, numbers), expected, atol=2e-5)


@given(
    texts=st.lists(st.lists(st.sampled_from([0, 0, 0, 0, 0.001, 0.4]), max_size=150), max_size=4),
)
def test_islands_hold_what_is_near_and_end_with_their_text(texts):
    gap = [0.5] * 3
    joined = np.array([value for text in texts for value in (*text, *gap)], np.float32)
    inside = np.array([flag for text in texts for flag in (*(True,) * len(text), *(False,) * 3)], np.bool_)
    found = islands(joined, inside)
    expected = [
        any(value >= OPEN for value in text[max(0, at - AROUND) : at + AROUND + 1])
        for text in (np.array(text, np.float32) for text in texts)
        for at in range(len(text))
    ]
    assert found[inside].tolist() == expected
    assert not found[~inside].any()


def test_islands_are_laid_out_apart():
    for first in (False, True):
        tokens, rows, count = apart(np.array([first, True, True, False, True]), 3)
        assert tokens.tolist() == ([0] if first else []) + [1, 2, 4]
        assert rows.tolist() == [*range(2 + first), 5 + first]
        assert count == 9 + first
    assert apart(np.zeros(4, np.bool_), 3)[2] == 0


GATED = f"{NOTE} {'nothing to see here, ' * 60}{NOTE}"


def test_keeping_vectors_in_half_the_room_changes_next_to_nothing(weights):
    keys = token_keys(NOTE)
    said = []
    for kept_as in (np.float16, np.float32):
        with patch("redactphi.nlp_table.KEPT_AS", kept_as):
            network = Network(weights)
            table, numbers = network.numbers(keys)
            assert table.vectors[0].dtype == kept_as
            said.append(network.probabilities(table.vectors, numbers))
    np.testing.assert_allclose(*said, atol=0.01)


@pytest.fixture
def half_open(weights, monkeypatch):
    """As much of a text in islands as not: untrained weights call most tokens PHI."""
    said = 1 - np.exp(PhiModel(weights).log_probabilities(token_keys(GATED))[:, 0])
    monkeypatch.setattr("redactphi.nlp_islands.OPEN", float(np.quantile(said, 0.97)))
    monkeypatch.setattr("redactphi.nlp_islands.AROUND", 3)


@patch("redactphi.nlp_table.KEPT_AS", np.float32)
@pytest.mark.usefixtures("half_open")
def test_both_forms_agree_behind_a_gate(weights):
    nlp = spacy.blank("en")
    nlp.tokenizer = nlp_spacy.Tokenizer(nlp.vocab)
    tagger = nlp_spacy.PhiTagger(nlp)
    halved = {name: array * np.float32(0.5) for name, array in weights.arrays.items()}
    full = replace(weights, arrays=halved)
    tagger.set_weights(full, gate=weights)
    model = PhiModel(full, gate=weights)
    for text, expected in zip([GATED, ""], tagger.probabilities([nlp(GATED), nlp("")]), strict=True):
        assert not text or 0 < (expected[:, 0] == 1).sum() < len(expected)
        keys = token_keys(text)
        np.testing.assert_allclose(np.exp(model.log_probabilities(keys)), expected, atol=2e-5)


@pytest.mark.usefixtures("half_open")
def test_texts_behind_a_gate_do_not_touch_one_another(weights):
    model = PhiModel(weights, gate=weights)
    texts = [GATED, "", NOTE, "x", GATED[::-1]]
    alone = [model.spans(text, 0.9) for text in texts]
    assert any(alone)
    assert [[(s.start, s.end, s.label) for s in spans] for spans in alone] == [
        [(s.start, s.end, s.label) for s in spans] for spans in model.spans_many(texts, 0.9)
    ]


def test_the_saved_pipeline_loads_and_tags_alike(pipeline, weights, tmp_path):
    pipeline.to_disk(tmp_path / "pipe")
    loaded = spacy.load(tmp_path / "pipe")
    before, after = pipeline(NOTE), loaded(NOTE)
    assert before.ents
    assert [(e.start, e.end, e.label_) for e in before.ents] == [(e.start, e.end, e.label_) for e in after.ents]
    [again] = load_members(tmp_path / "pipe" / "phi_tagger")
    assert again.settings == weights.settings
    assert again.vocabulary == weights.vocabulary
    assert load_gate(tmp_path / "pipe" / "phi_tagger") is None


def test_a_pipeline_is_saved_with_its_gate(pipeline, weights, tmp_path):
    small = replace(weights, vocabulary=frozenset(["only"]))
    pipeline.get_pipe("phi_tagger").set_weights(weights, gate=small)
    pipeline.to_disk(tmp_path)
    assert len(load_members(tmp_path / "phi_tagger")) == 1
    assert load_gate(tmp_path / "phi_tagger").vocabulary == small.vocabulary
    before, after = pipeline(NOTE), spacy.load(tmp_path)(NOTE)
    assert [(e.start, e.end, e.label_) for e in before.ents] == [(e.start, e.end, e.label_) for e in after.ents]


def test_a_pipeline_without_weights_is_refused(tmp_path):
    with pytest.raises(DataError):
        load_members(tmp_path)
    with pytest.raises(DataError):
        load_members(tmp_path / "missing")


def test_weights_with_pickled_objects_are_refused(weights, tmp_path):
    weights.save(tmp_path)
    np.savez(tmp_path / "weights.npz", W=np.array([{}], dtype=object))
    with pytest.raises(DataError):
        Weights.load(tmp_path)


def test_batching_and_remembering_do_not_change_spans(weights):
    texts = [NOTE, "", "  \n", "John Smith", NOTE * 3, "x"]
    model = PhiModel(weights)
    alone = [PhiModel(weights).spans(text, 0.9) for text in texts]
    together = model.spans_many(texts, 0.9)
    assert any(alone)
    assert [[(s.start, s.end, s.label) for s in spans] for spans in alone] == [
        [(s.start, s.end, s.label) for s in spans] for spans in together
    ]


def test_the_memory_of_tokens_is_bounded(weights, monkeypatch):
    monkeypatch.setattr("redactphi.nlp_forward.REMEMBERED", 10)
    network = Network(weights)
    for start in range(0, 200, 5):
        table, numbers = network.numbers([f"w{n}" for n in range(start, start + 5)])
        assert len(table.number) <= 16
        assert len(set(numbers.tolist())) == 5


def test_features_kept_for_the_next_network_are_those_it_would_work_out():
    table = TokenTable([2])
    old, new = ["Smith ", "12"], ["Nwosu", "seen ", "."]
    for keys in (old, new):
        table.add(keys, [np.zeros((len(keys), 2), np.float32)])
    table.keep_features([written(new)])
    for keys in (new, old, [*new[:2], *old, new[2]], []):
        rows, words = table.features(np.array([table.number[key] for key in keys], np.int64), keys)
        expected, expected_words = written(keys)
        np.testing.assert_array_equal(rows, expected)
        assert words == expected_words
    table.forget_features()
    assert table.features(np.array([table.number["Nwosu"]]), ["Nwosu"])[1] == ["nwosu"]


def test_a_network_that_follows_a_table_has_the_vectors_of_its_own(weights, monkeypatch):
    monkeypatch.setattr("redactphi.nlp_forward.REMEMBERED", 10)
    halved = {name: array * np.float32(0.5) for name, array in weights.arrays.items()}
    first, follower, alone = Network(weights), *(Network(replace(weights, arrays=halved)) for _ in range(2))
    for start in range(0, 60, 5):
        keys = [f"w{chr(97 + n % 26)}{n}" for n in range(start, start + 5)] * 2
        table, numbers = first.numbers(keys)
        some = numbers[2:9]
        vectors, rows = follower.follow(table, some, lambda places, keys=keys: [keys[2:9][at] for at in places])
        own, own_rows = alone.numbers(keys[2:9])
        assert 0 not in rows
        np.testing.assert_allclose(vectors[0][rows], own.vectors[0][own_rows], atol=1e-6)


def _probabilities(*tags: tuple[str, float]) -> np.ndarray:
    rows = np.full((len(tags), len(TAGS)), 1e-4, np.float32)
    for row, (tag, probability) in zip(rows, tags, strict=True):
        row[TAGS.index(tag)] = probability
        row[0] = max(row[0], 1 - probability) if tag != "O" else probability
    return rows


def _decoded(rows: np.ndarray, words: list[bool] | None = None, glued: list[bool] | None = None) -> list[tuple]:
    flags = np.array(words or [True] * len(rows))
    runs = decode(rows, flags, np.array(glued or [False] * len(rows)), 0.5)
    return [
        (first, last, str(LABELS[label]))
        for first, last, label in zip(runs.first.tolist(), runs.last.tolist(), runs.label.tolist(), strict=True)
    ]


def test_decoding_never_opens_with_a_stray_inside_tag_of_another_label():
    rows = _probabilities(("B-NAME", 0.9), ("I-DATE", 0.55), ("I-NAME", 0.9), ("O", 1.0), ("I-DATE", 0.9))
    rows[1, TAGS.index("I-NAME")] = 0.4
    assert _decoded(rows) == [(0, 2, "NAME"), (4, 4, "DATE")]


def test_decoding_splits_neighbours_at_a_beginning():
    rows = _probabilities(("B-NAME", 0.9), ("B-NAME", 0.9), ("B-DATE", 0.9))
    assert _decoded(rows) == [(0, 0, "NAME"), (1, 1, "NAME"), (2, 2, "DATE")]


def test_decoding_takes_the_rest_of_a_mixed_word_and_trims_marks():
    rows = _probabilities(("B-MRN", 0.9), ("I-MRN", 0.3), ("I-MRN", 0.9), ("O", 1.0))
    assert _decoded(rows, [True, True, False, True], [True, False, False, False]) == [(0, 1, "MRN")]


def test_a_run_of_marks_alone_is_nothing():
    assert _decoded(_probabilities(("B-NAME", 0.9), ("I-NAME", 0.9)), [False, False]) == []


def test_very_long_runs_decode():
    rows = np.repeat(_probabilities(("I-NAME", 0.9)), 5000, axis=0)
    found = _decoded(rows)
    assert (found[0][0], found[-1][1]) == (0, 4999)
    assert sum(last - first + 1 for first, last, _ in found) == 5000


def _blas_threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_the_hosts_blas_threads_are_as_before():
    before = _blas_threads()
    with single_blas_thread(), single_blas_thread():
        assert set(_blas_threads()) == {1}
    assert _blas_threads() == before


def test_the_engine_serves_presidio_recognizers_with_context(weights):
    engine = PhiNlpEngine(PhiModel(weights))
    badge = PatternRecognizer("BADGE", patterns=[Pattern("badge", r"\bZ\d{3}\b", 0.3)], context=["badge"])
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    analyzer.registry.recognizers = [badge]
    with_context = analyzer.analyze("her badge is Z123", "en")[0].score
    without = analyzer.analyze("it is Z123", "en")[0].score
    assert with_context > without


def test_artifacts_build_tokens_only_when_asked_and_hide_the_text(weights):
    engine = PhiNlpEngine(PhiModel(weights))
    artifacts = engine.process_text(NOTE, "en")
    assert "tokens" not in vars(artifacts)
    assert "Nwosu" not in repr(artifacts)
    assert artifacts.tokens_indices[:3] == [0, 5, 8]
    assert "nwosu" in artifacts.lemmas
    assert "," not in artifacts.keywords
    assert len(artifacts.entities) == len(artifacts.scores)
    with pytest.raises(UsageError):
        artifacts.to_json()


def test_a_batch_gives_what_single_texts_give(weights):
    engine = PhiNlpEngine(PhiModel(weights))
    for text, artifacts in engine.process_batch(["John Smith", NOTE, ""], "en", batch_size=2):
        alone = engine.process_text(text, "en").model_spans(0.5)
        assert [(s.start, s.end, s.label) for s in artifacts.model_spans(0.5)] == [
            (s.start, s.end, s.label) for s in alone
        ]


def test_other_languages_are_refused(weights):
    with pytest.raises(UnknownNameError, match="en"):
        PhiNlpEngine(PhiModel(weights)).process_text("", "de")


def test_torch_is_not_needed():
    assert "torch" not in sys.modules


def test_the_gradient_is_that_of_the_loss():
    fix_random_seed(0)
    shape = Settings(width=8, rows=(20, 20, 20, 20, 20, 20, 40), dilations=(1, 2))
    network = nlp_spacy.build_network(shape)
    texts = [feature_rows(token_keys(text), frozenset()) for text in ("Dr. Ruiz saw\nJohn.", "", "on 3/4")]
    rng = np.random.default_rng(0)
    weights_of_loss = [rng.normal(0, 1, (len(text), len(TAGS))).astype("f") for text in texts]

    def loss() -> float:
        outputs = network.predict(texts)
        return sum(float((out * weight).sum()) for out, weight in zip(outputs, weights_of_loss, strict=True))

    _, back = network.begin_update(texts)
    back(weights_of_loss)
    checked = 0
    for name, node, param in nlp_spacy._parameters(network):
        gradient, values = node.get_grad(param), node.get_param(param)
        place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        kept, step = float(values[place]), 2e-3
        values[place] = kept + step
        higher = loss()
        values[place] = kept - step
        lower = loss()
        values[place] = kept
        slope = (higher - lower) / (2 * step)
        assert slope == pytest.approx(float(gradient[place]), rel=0.15, abs=0.05), name
        checked += 1
    assert checked == 7 + 3 * 4 + 4


@pytest.mark.parametrize("lengths", [[1], [9], [2, 9, 1], [3, 3, 3, 3], [9, 9], [1, 1, 1, 1, 1, 1]])
def test_portions_hold_whole_texts_and_none_is_empty(lengths):
    numbers = np.concatenate([np.array([1] * length + [0, 0, 0, 0]) for length in lengths])
    parts = [numbers[part] for part in _portions(numbers, 5)]
    assert np.array_equal(np.concatenate(parts), numbers)
    assert all(part.any() and part[0] and not part[-1] for part in parts)
