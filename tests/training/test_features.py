"""Labelled text as the trainer's numbers."""

from __future__ import annotations

import random

import numpy as np
import pytest

from models.training.features import Corpus, forget, recase, tag_tokens
from redactphi.nlp_features import COLUMNS, LISTS, UNKNOWN_WORD, feature_rows
from redactphi.nlp_tokens import token_keys
from redactphi.nlp_weights import TAGS


def _tags(text: str, spans: list[tuple[int, int, str]]) -> list[str]:
    return [TAGS[number] for number in tag_tokens(token_keys(text), spans)]


def test_tokens_take_the_tags_of_the_spans_that_cover_them():
    assert _tags("Dr. Ann Lee, MD", [(4, 11, "PROVIDER")]) == ["O", "O", "B-PROVIDER", "I-PROVIDER", "O", "O"]


def test_neighbouring_spans_stay_apart():
    assert _tags("Lee Kim", [(0, 3, "NAME"), (4, 7, "NAME")]) == ["B-NAME", "B-NAME"]


@pytest.mark.parametrize(("label", "tag"), [("FAX", "B-PHONE"), ("SSN", "B-ID_OTHER"), ("AGE", "O"), ("MRN", "B-MRN")])
def test_fine_labels_become_the_models(label, tag):
    assert _tags("123", [(0, 3, label)]) == [tag]


def test_recasing_never_moves_an_offset():
    text = "Straße İzmir\nAnn Lee\nok"
    for seed in range(60):
        changed = recase(text, random.Random(seed))
        assert len(changed) == len(text)
        assert changed.count("\n") == 2


def test_names_stay_out_of_the_vocabulary_and_words_stay_in():
    corpus = Corpus()
    for number in range(30):
        corpus.add(f"Rested well. Seen by Quixley{'x' * number} Moreau", [(21, 36 + number, "NAME")])
    vocabulary = corpus.vocabulary()
    assert {"rested", "seen", "by"} <= vocabulary
    assert "moreau" not in vocabulary


def test_forgetting_keeps_marks_and_the_flag_of_common_words():
    rows = np.repeat(feature_rows(["Smith ", "will ", ", ", "1"], frozenset(["smith", "will"])), 400, axis=0)
    changed = forget(rows, np.random.default_rng(1), lists=0.5, words=0.5)
    word, flags = COLUMNS.index("word"), COLUMNS.index("lists")
    common = LISTS["common_words"]
    smith, will, mark, digit = np.split(changed, 4)
    assert {1} < {int(flag) for flag in smith[:, flags]}
    assert {(int(flag) - 1) & common for flag in will[:, flags]} == {common}
    assert (smith[:, word] == UNKNOWN_WORD).any()
    assert (smith[:, word] != UNKNOWN_WORD).any()
    assert (mark == rows[800:1200]).all()
    assert (digit == rows[1200:]).all()
