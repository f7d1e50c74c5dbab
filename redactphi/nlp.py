"""The door to spaCy and the model: a Presidio NlpEngine that runs the model and builds spaCy objects only if asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any

import spacy
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from redactphi import nlp_spacy, resources
from redactphi.errors import UnknownNameError, UsageError
from redactphi.nlp_model import THRESHOLD, PhiModel, load_model
from redactphi.nlp_weights import LABELS
from redactphi.spans import Span

__all__ = ["THRESHOLD", "PhiArtifacts", "PhiModel", "PhiNlpEngine", "load_model"]

LANGUAGES = ("en",)

_BATCH = 64


class PhiArtifacts(NlpArtifacts):
    """What Presidio passes to recognizers: the model's spans, and tokens made only when asked for.

    Our recognizers need no tokens; a user's pattern recognizers with context words do.
    """

    nlp_engine: PhiNlpEngine

    def __init__(self, text: str, engine: PhiNlpEngine, language: str, spans: dict[float, list[Span]]) -> None:
        self._text = text
        self._spans = spans
        self.nlp_engine = engine
        self.language = language

    def __repr__(self) -> str:
        return f"{type(self).__name__}(language={self.language!r})"

    def model_spans(self, threshold: float) -> list[Span]:
        """The model's spans at a threshold."""
        if threshold not in self._spans:
            self._spans[threshold] = self.nlp_engine.model.spans(self._text, threshold)
        return self._spans[threshold]

    @cached_property
    def tokens(self) -> Doc:  # type: ignore[override]  # an attribute there
        """The spaCy document; only tokenized."""
        return self.nlp_engine.tokenize(self._text)

    @cached_property
    def tokens_indices(self) -> list[int]:  # type: ignore[override]  # an attribute there
        """Offset of each token."""
        return [token.idx for token in self.tokens]

    @cached_property
    def lemmas(self) -> list[str]:  # type: ignore[override]  # an attribute there
        """The tokens in lower case: the shipped pipeline has no lemmatizer."""
        return [token.lower_ for token in self.tokens]

    @cached_property
    def keywords(self) -> list[str]:  # type: ignore[override]  # an attribute there
        """The lemmas that are neither stop words nor punctuation."""
        return list(self.set_keywords(self.nlp_engine, self.lemmas, self.language))

    @cached_property
    def entities(self) -> list[DocSpan]:  # type: ignore[override]  # an attribute there
        """The model's spans as spaCy spans."""
        found = (
            self.tokens.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
            for span in self.model_spans(self.nlp_engine.threshold)
        )
        return [span for span in found if span is not None]

    @cached_property
    def scores(self) -> list[float]:  # type: ignore[override]  # an attribute there
        """The score of each entity."""
        return [span.score for span in self.model_spans(self.nlp_engine.threshold)]

    def to_json(self) -> str:
        """Refused: it would print the note."""
        raise UsageError("artifacts hold note text and are not written out")


class PhiNlpEngine(NlpEngine):
    """Presidio's NLP engine, with the shipped model in place of a spaCy pipeline.

    Args:
        model: The model; the shipped one by default, read at `load`.
        threshold: The threshold batches are computed at.
    """

    def __init__(self, model: PhiModel | None = None, threshold: float = THRESHOLD) -> None:
        self._model = model
        self._nlp: Language | None = None
        self.threshold = threshold

    @property
    def model(self) -> PhiModel:
        """The model, read if it is not yet."""
        if self._model is None:
            self._model = load_model()
        return self._model

    @property
    def version(self) -> str:
        """Name, version and the first half of a hash of the weights, for manifests."""
        folder = resources.model_path()
        digest = hashlib.sha256()
        for path in resources.files_below(folder / "phi_tagger"):
            digest.update(path.read_bytes())
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        return f"{self.model.name}/{meta['version']}/{digest.hexdigest()[:16]}"

    def load(self) -> None:
        """Read the model."""
        _ = self.model

    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    def tokenize(self, text: str) -> Doc:
        """A spaCy document of the text, tokenized only."""
        if self._nlp is None:
            self._nlp = spacy.blank("en")
            self._nlp.tokenizer = nlp_spacy.Tokenizer(self._nlp.vocab)
        doc: Doc = self._nlp.tokenizer(text)
        return doc

    def process_text(self, text: str, language: str) -> PhiArtifacts:
        """Artifacts of one text. The model runs when its spans are asked for.

        Raises:
            UnknownNameError: Another language than English.
        """
        _check(language)
        return PhiArtifacts(text, self, language, {})

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = _BATCH, n_process: int = 1, **_options: Any
    ) -> Iterator[tuple[str, PhiArtifacts]]:
        """Artifacts of many texts, the model run over a batch of them at once.

        Raises:
            UnknownNameError: Another language than English.
        """
        del n_process
        _check(language)
        stream = iter(texts)
        while batch := list(islice(stream, max(1, batch_size))):
            for text, spans in zip(batch, self.model.spans_many(batch, self.threshold), strict=True):
                yield text, PhiArtifacts(text, self, language, {self.threshold: spans})

    def is_stopword(self, word: str, language: str) -> bool:
        """Whether a word is a stop word of spaCy's English list."""
        _check(language)
        return word.lower() in STOP_WORDS

    def is_punct(self, word: str, language: str) -> bool:
        """Whether a word has no letter or digit."""
        _check(language)
        return bool(word) and not any(letter.isalnum() for letter in word)

    def get_supported_entities(self) -> list[str]:
        """The labels the model gives."""
        return [str(label) for label in LABELS]

    def get_supported_languages(self) -> list[str]:
        """English only."""
        return list(LANGUAGES)


def _check(language: str) -> None:
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
