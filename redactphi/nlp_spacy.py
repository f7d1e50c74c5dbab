"""The model as spaCy knows it: a tokenizer, a thinc architecture and the pipe ``phi_tagger``.

This form trains, and loads with ``spacy.load``. `redactphi.nlp.PhiModel` runs the same weights much faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import minibatch, registry
from spacy.vocab import Vocab
from thinc.api import HashEmbed, Linear, Maxout, Model, chain, concatenate, use_ops

from redactphi.nlp_features import FEATURES, feature_rows, pieces_in, trigram_weights
from redactphi.nlp_islands import islands
from redactphi.nlp_pieces import mean_vectors
from redactphi.nlp_pieces import width as pieces_width
from redactphi.nlp_scan import Lanes, activate, scan, scan_gradient
from redactphi.nlp_tokens import bare, split_blank, token_keys
from redactphi.nlp_weights import Floats, Settings, Weights, load_gate, load_members, save_members

Rows = NDArray[np.uint64]
# Thinc has its own array types that numpy's do not match; from list[Rows] to list[Floats].
Network = Model[Any, Any]

_SURROGATES = re.compile("[\ud800-\udfff]")
_KEY = np.arange(3, 3 + 2 * FEATURES, 2).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)

_LAYER_PARAMETERS = (("W", "maxout", "W"), ("b", "maxout", "b"), ("G", "layernorm", "G"), ("B", "layernorm", "b"))


class Tokenizer:
    """Makes a spaCy ``Doc`` of the model's tokens; ``doc.text`` is the text.

    Lone surrogates, which spaCy cannot store, become U+FFFD; offsets stay.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The text as a document."""
        tokens = [split_blank(bare(key)) for key in token_keys(_SURROGATES.sub("\ufffd", text))]
        return Doc(self.vocab, words=[word for word, _ in tokens], spaces=[spaced for _, spaced in tokens])

    def to_bytes(self, **_options: Any) -> bytes:
        """Nothing to store: the tokenizer has no data."""
        return b""

    def from_bytes(self, _data: bytes, **_options: Any) -> Tokenizer:
        """Nothing to read."""
        return self

    def to_disk(self, _path: str | Path, **_options: Any) -> None:
        """Nothing to store."""

    def from_disk(self, _path: str | Path, **_options: Any) -> Tokenizer:
        """Nothing to read."""
        return self


@registry.tokenizers("redactphi.Tokenizer.v1")  # type: ignore[untyped-decorator]  # catalogue's
def make_tokenizer() -> Callable[[Language], Tokenizer]:
    """The tokenizer by its name in a spaCy config."""
    return lambda nlp: Tokenizer(nlp.vocab)


def build_network(settings: Settings, dropout: float = 0.0) -> Network:
    """The network with fresh weights: hash embeddings, maxout, residual convolutions, a recurrent layer, linear head.

    It maps feature rows of each text to logits, both of shape (tokens, ...).
    """
    width = settings.width
    *columns, trigrams = zip(settings.rows, settings.seeds, strict=True)
    tables: list[Network] = [
        HashEmbed(width, rows, column=column, seed=seed) for column, (rows, seed) in enumerate(columns)
    ]
    tables.append(_trigrams(width, *trigrams))
    inputs = len(tables) * width + pieces_width()
    mixer = Maxout(width, inputs, nP=settings.pieces, normalize=True, dropout=dropout)
    layers = [Maxout(width, 3 * width, nP=settings.pieces, normalize=True, dropout=dropout) for _ in settings.dilations]
    embed: Network = chain(concatenate(*tables, Model("pieces", _forward_pieces)), mixer)
    recurrent = Linear(4 * settings.scan, width)
    head = Linear(len(settings.tags), width + 2 * settings.scan)
    attrs = {"dilations": settings.dilations, "dropout": dropout}
    network: Network = Model("redactphi_tagger", _forward, layers=[embed, *layers, recurrent, head], attrs=attrs)
    for layer in (*tables[:-1], *tables[-1].layers, *layers, mixer, recurrent, head):
        layer.initialize()
    # A state is remembered for some tokens from the start, or nothing far away would ever be learnt.
    recurrent.set_param("b", np.repeat(np.float32([1, 0]), 2 * settings.scan))  # type: ignore[arg-type]  # thinc's arrays
    return network


def _forward(model: Network, texts: list[Rows], is_train: bool) -> tuple[list[Floats], Callable[[Any], list[Rows]]]:  # noqa: FBT001
    embed, *layers, recurrent, head = model.layers
    dilations = model.attrs["dilations"]
    rows, places = _join(texts, max(dilations))
    gaps = np.flatnonzero(rows[:, 0] == 0)
    distinct, inverse = _distinct(rows)
    vectors, back_embed = embed(distinct, is_train)
    states = vectors[inverse]
    states[gaps] = 0
    backs = []
    for layer, dilation in zip(layers, dilations, strict=True):
        change, back = layer(_window(states, dilation), is_train)
        backs.append(back)
        states = states + change
        states[gaps] = 0
    far, back_far = _recur(recurrent, states, places, model.attrs["dropout"] if is_train else 0.0)
    logits, back_head = head(np.concatenate([states, far], axis=1), is_train)
    width = states.shape[1]

    def backprop(gradients: list[Floats]) -> list[Rows]:
        total = np.zeros_like(logits)
        for (start, stop), gradient in zip(places, gradients, strict=True):
            total[start:stop] = gradient
        joined = back_head(total)
        flow = joined[:, :width] + back_far(joined[:, width:])
        for back, dilation in zip(reversed(backs), reversed(dilations), strict=True):
            flow[gaps] = 0
            flow = flow + _window_gradient(back(flow), dilation)
        flow[gaps] = 0
        d_vectors = np.zeros_like(vectors)
        indices: Any = inverse.astype("i")
        values: Any = np.ascontiguousarray(flow)
        model.ops.scatter_add(d_vectors, indices, values)
        back_embed(d_vectors)
        return texts

    return [logits[start:stop] for start, stop in places], backprop


def _recur(
    layer: Network, states: Floats, places: Sequence[tuple[int, int]], dropout: float
) -> tuple[Floats, Callable[[Floats], Floats]]:
    """The recurrent layer over joined texts: its states, some dropped, and what takes a gradient back."""
    linear, back = layer(states, True)
    lanes = Lanes.of(places)
    gates, values = (lanes.gather(part) for part in activate(linear))
    found = scan(gates, values, lanes.counts)
    count = len(states)
    kept = np.float32(layer.ops.get_dropout_mask((count, found.shape[1]), dropout) if dropout else 1.0)

    def backprop(flow: Floats) -> Floats:
        at_states = lanes.gather(np.asarray(flow * kept, np.float32))
        at_gates, at_values = scan_gradient(at_states, gates, values, found, lanes.counts)
        at_linear = [at_gates * gates * (1 - gates), at_values * (1 - values * values)]
        result: Floats = back(np.concatenate([lanes.scatter(part, count) for part in at_linear], axis=1))
        return result

    return np.asarray(lanes.scatter(found, count) * kept, np.float32), backprop


def _trigrams(width: int, rows: int, seed: int) -> Network:
    """The mean of the vectors of a word's trigrams."""
    table: Network = HashEmbed(width, rows, column=0, seed=seed)
    bag: Network = Model("trigrams", _forward_trigrams, layers=[table], dims={"nO": width})
    return bag


def _forward_trigrams(model: Network, rows: Rows, is_train: bool) -> tuple[Floats, Callable[[Floats], Rows]]:  # noqa: FBT001
    grams, weights = trigram_weights(rows)
    distinct, inverse = np.unique(grams, return_inverse=True)
    inverse = inverse.reshape(grams.shape)
    vectors, back = model.layers[0](distinct.reshape(-1, 1), is_train)
    bags = np.einsum("tgw,tg->tw", vectors[inverse], weights)

    def backprop(flow: Floats) -> Rows:
        d_vectors = np.zeros_like(vectors)
        indices: Any = inverse.reshape(-1).astype("i")
        values: Any = (flow[:, None, :] * weights[:, :, None]).reshape(-1, flow.shape[1])
        model.ops.scatter_add(d_vectors, indices, values)
        back(d_vectors)
        return rows

    return np.asarray(bags, np.float32), backprop


def _forward_pieces(_model: Network, rows: Rows, is_train: bool) -> tuple[Floats, Callable[[Floats], Rows]]:  # noqa: FBT001
    """The vectors of the words' pieces, which stay as they are."""
    del is_train
    return mean_vectors(pieces_in(rows)), lambda _flow: rows


def _join(texts: list[Rows], gap: int) -> tuple[Rows, list[tuple[int, int]]]:
    """One array of all texts with ``gap`` zero rows around each, and where each stands in it."""
    empty = np.zeros((gap, FEATURES), np.uint64)
    parts, places, position = [empty], [], gap
    for text in texts:
        parts += [text, empty]
        places.append((position, position + len(text)))
        position += len(text) + gap
    return np.concatenate(parts), places


def _distinct(rows: Rows) -> tuple[Rows, NDArray[np.int64]]:
    with np.errstate(over="ignore"):
        mixed = (rows * _KEY).sum(axis=1, dtype=np.uint64)
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    return rows[first], inverse.reshape(-1)


def _window(states: Floats, dilation: int) -> Floats:
    zeros = np.zeros((dilation, states.shape[1]), np.float32)
    left = np.concatenate([zeros, states[:-dilation]])
    right = np.concatenate([states[dilation:], zeros])
    return np.concatenate([left, states, right], axis=1)


def _window_gradient(flow: Floats, dilation: int) -> Floats:
    width = flow.shape[1] // 3
    result = flow[:, width : 2 * width].copy()
    result[:-dilation] += flow[dilation:, :width]
    result[dilation:] += flow[:-dilation, 2 * width :]
    return result


def get_arrays(network: Network) -> dict[str, Floats]:
    """The network's parameters by the names `redactphi.nlp_weights.Weights` gives them. No copies."""
    return {name: np.asarray(node.get_param(param)) for name, node, param in _parameters(network)}


def set_arrays(network: Network, arrays: dict[str, Floats]) -> None:
    """Set the network's parameters."""
    for name, node, param in _parameters(network):
        array: Any = arrays[name]
        node.set_param(param, array)


def _parameters(network: Network) -> Iterator[tuple[str, Network, str]]:
    embed, *layers, recurrent, head = network.layers
    for index, node in enumerate(node for node in embed.walk() if node.name == "hashembed"):
        yield f"E{index}", node, "E"
    for index, layer in enumerate([embed.layers[1], *layers]):
        nodes = {node.name: node for node in layer.walk()}
        for name, kind, param in _LAYER_PARAMETERS:
            yield f"{name}{index}", nodes[kind], param
    yield "WR", recurrent, "W"
    yield "bR", recurrent, "b"
    yield "W", head, "W"
    yield "b", head, "b"


def _probabilities(network: Network, weights: Weights, texts: list[list[str]]) -> list[Floats]:
    logits: list[Floats] = network.predict([feature_rows(keys, weights.vocabulary) for keys in texts])
    scaled = [
        np.exp((of_text - of_text.max(axis=1, keepdims=True)) / weights.settings.temperature) for of_text in logits
    ]
    return [of_text / of_text.sum(axis=1, keepdims=True) for of_text in scaled]


@Language.factory("phi_tagger", assigns=["doc.ents", "token.ent_iob", "token.ent_type"])
class PhiTagger:
    """Marks PHI as ``doc.ents``: the spaCy form of the model.

    Its tags are those of the numpy form; each run of a label is an entity.
    """

    def __init__(self, nlp: Language, name: str = "phi_tagger") -> None:
        self.name = name
        self.vocab = nlp.vocab
        self._members: tuple[Weights, ...] = ()
        self._networks: list[Network] = []
        self._gate: Weights | None = None

    def set_weights(self, *members: Weights, gate: Weights | None = None) -> None:
        """Take over the weights of networks to average, and of the one that says where they look: those just trained, or those read."""
        self._members, self._gate = members, gate
        everything = (*members, gate) if gate else members
        with use_ops("numpy", use_blis=False):
            self._networks = [build_network(weights.settings) for weights in everything]
        for network, weights in zip(self._networks, everything, strict=True):
            set_arrays(network, weights.arrays)

    def probabilities(self, docs: list[Doc]) -> list[Floats]:
        """The probability of every tag at every token of each document.

        Raises:
            ValueError: The pipe has no weights yet, or a document has other tokens than the model's.
        """
        if not self._members:
            raise ValueError("phi_tagger has no weights")
        texts = [token_keys(doc.text) for doc in docs]
        if any(len(keys) != len(doc) for keys, doc in zip(texts, docs, strict=True)):
            raise ValueError("phi_tagger needs the tokenizer redactphi.Tokenizer.v1")
        if self._gate is None:
            return self._average(texts)
        return [
            self._where_open(keys, said)
            for keys, said in zip(texts, _probabilities(self._networks[-1], self._gate, texts), strict=True)
        ]

    def _average(self, texts: list[list[str]]) -> list[Floats]:
        """What the networks say of texts, averaged."""
        said = [
            _probabilities(network, weights, texts)
            for network, weights in zip(self._networks, self._members, strict=False)
        ]
        return [np.mean(of_text, axis=0, dtype=np.float32) for of_text in zip(*said, strict=True)]

    def _where_open(self, keys: list[str], said: Floats) -> Floats:
        """What the networks say of a text where the gate opens; all else is outside."""
        found = np.zeros((len(keys), len(self._members[0].settings.tags)), np.float32)
        found[:, 0] = 1
        looked_at = islands(1 - said[:, 0], np.ones(len(keys), np.bool_))
        edges = np.flatnonzero(np.diff(np.concatenate([[False], looked_at, [False]]))).tolist()
        places = list(zip(edges[::2], edges[1::2], strict=True))
        parts = self._average([keys[start:stop] for start, stop in places]) if places else []
        for (start, stop), part in zip(places, parts, strict=True):
            found[start:stop] = part
        return found

    def __call__(self, doc: Doc) -> Doc:
        """Mark one document."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Mark many documents."""
        for docs in minibatch(stream, size=batch_size):  # type: ignore[no-untyped-call]  # spaCy's
            for doc, probabilities in zip(docs, self.probabilities(docs), strict=True):
                yield self._annotate(doc, probabilities)

    def _annotate(self, doc: Doc, probabilities: Floats) -> Doc:
        tags = self._members[0].settings.tags
        entities: list[Span] = []
        start, label = 0, ""
        for index, best in enumerate([*(probabilities.argmax(axis=1) if len(doc) else ()), 0]):
            prefix, _, kind = tags[best].partition("-")
            if label and (prefix != "I" or kind != label):
                entities.append(Span(doc, start, index, label=label))
                label = ""
            if kind and not label:
                start, label = index, kind
        doc.set_ents(entities)
        return doc

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the weights into a folder."""
        del exclude
        if not self._members:
            raise ValueError("phi_tagger has no weights")
        save_members(self._members, Path(path), gate=self._gate)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> PhiTagger:
        """Read the weights from a folder."""
        del exclude
        self.set_weights(*load_members(Path(path)), gate=load_gate(Path(path)))
        return self
