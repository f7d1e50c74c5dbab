"""Trains the shipped model: ``python -m models.training.train --seed 7``."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from thinc.api import Adam, fix_random_seed, use_ops

from models.training.export import measure_and_export
from models.training.features import Corpus, forget, recase
from models.training.generate import SHARES, documents
from redactphi.nlp_spacy import Network, build_network, get_arrays
from redactphi.nlp_threads import single_blas_thread
from redactphi.nlp_weights import GATE_TAGS, Floats, Settings, Weights

_BATCH_TOKENS = 2500
_LIST_DROP = 0.15
_WORD_DROP = 0.04
_FIRST_STEPS = 100
_PARTS = 4
_PROCESSES = 2
RATE = 0.003
DROPOUT = 0.15
OUTPUT = Path(__file__).resolve().parents[1] / "en_redactphi_sm"


def load_corpus(
    seed: int, count: int, *, parts: Sequence[str] = tuple(SHARES), casing: bool = True, processes: int = _PROCESSES
) -> Corpus:
    """The training split of the generator, some of it recased.

    Args:
        seed: Where chance starts.
        count: How many documents.
        parts: Which parts of the generator.
        casing: Whether to recase some documents.
        processes: How many to generate with.
    """
    shares = [count // _PARTS + (part < count % _PARTS) for part in range(_PARTS)]
    seeds = [seed * 100 + part for part in range(_PARTS)]
    rng = random.Random(f"case:{seed}")
    corpus = Corpus()
    for examples in _generated(seeds, shares, parts, processes):
        for text, spans in examples:
            corpus.add(recase(text, rng) if casing else text, spans)
    return corpus


_Labelled = list[tuple[str, tuple[tuple[int, int, str], ...]]]


def _generated(seeds: list[int], shares: list[int], parts: Sequence[str], processes: int) -> Iterator[_Labelled]:
    tasks = (seeds, shares, [parts] * len(seeds))
    if processes == 1:
        yield from map(_generate, *tasks)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(_generate, *tasks)


def _generate(seed: int, count: int, parts: Sequence[str]) -> _Labelled:
    return [(example.text, example.spans) for example in documents("train", seed, count, parts=parts)]


def batches(corpus: Corpus, rng: np.random.Generator) -> list[list[int]]:
    """One epoch: batches of texts of like length, in random order."""
    sizes = np.array([len(text) for text in corpus.texts])
    order = np.argsort(sizes * rng.uniform(0.7, 1.3, len(sizes)))
    found: list[list[int]] = [[]]
    tokens = 0
    for index in order:
        if tokens and tokens + sizes[index] > _BATCH_TOKENS:
            found.append([])
            tokens = 0
        found[-1].append(int(index))
        tokens += int(sizes[index])
    return [found[index] for index in rng.permutation(len(found))]


def loss_gradient(logits: Floats, tags: NDArray[np.int8]) -> tuple[float, Floats]:
    """Summed cross-entropy and its gradient at the logits."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    gradient = np.exp(shifted)
    gradient /= gradient.sum(axis=1, keepdims=True)
    picked = gradient[np.arange(len(tags)), tags]
    loss = float(-np.log(picked + 1e-9).sum())
    gradient[np.arange(len(tags)), tags] -= 1
    return loss, gradient


def train(corpus: Corpus, settings: Settings, *, seed: int, epochs: int, rate: float, dropout: float) -> Weights:
    """Train from scratch.

    Returns:
        Weights of temperature 1.
    """
    fix_random_seed(seed)
    rng = np.random.default_rng(seed)
    vocabulary = corpus.vocabulary()
    rows = corpus.rows(vocabulary)
    network = build_network(settings, dropout)
    optimizer = Adam(rate, L2=0.0, grad_clip=1.0)
    steps = epochs * len(batches(corpus, np.random.default_rng(seed)))
    step, started = 0, time.monotonic()
    for epoch in range(epochs):
        total = tokens = 0.0
        for batch in batches(corpus, rng):
            step += 1
            done = step / steps
            optimizer.learn_rate = rate * min(1.0, step / _FIRST_STEPS) * max(0.0, 1 - done)
            loss, count = _update(network, [(corpus.texts[i], corpus.tags[i]) for i in batch], rows, rng)
            network.finish_update(optimizer)
            total, tokens = total + loss, tokens + count
        print(
            f"seed {seed}, epoch {epoch + 1}: loss {total / tokens:.4f}, {time.monotonic() - started:.0f} s", flush=True
        )
    arrays = {name: np.array(array, np.float32) for name, array in get_arrays(network).items()}
    return Weights(settings, vocabulary, arrays)


def _update(
    network: Network,
    batch: list[tuple[NDArray[np.int32], NDArray[np.int8]]],
    rows: NDArray[np.uint64],
    rng: np.random.Generator,
) -> tuple[float, int]:
    texts = [forget(rows[numbers], rng, _LIST_DROP, _WORD_DROP) for numbers, _ in batch]
    outputs, back = network.begin_update(texts)
    count = sum(len(text) for text in texts)
    losses, gradients = [], []
    for logits, (_, tags) in zip(outputs, batch, strict=True):
        # A network of two outputs only tells PHI from the rest.
        loss, gradient = loss_gradient(logits, np.minimum(tags, logits.shape[1] - 1))
        losses.append(loss)
        gradients.append(gradient / count)
    back(gradients)
    return sum(losses), count


def main() -> None:
    """Train, measure, and write the pipeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--documents", type=int, default=32_000)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--dropout", type=float, default=DROPOUT)
    parser.add_argument("--members", type=int, default=2, help="networks to average, each with a seed of its own")
    parser.add_argument("--width", type=int, default=48)
    parser.add_argument("--pieces", type=int, default=2)
    parser.add_argument("--dilations", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--scan", type=int, default=48)
    parser.add_argument(
        "--gate-width", type=int, default=16, help="width of the network that says where the others look"
    )
    parser.add_argument("--gate-documents", type=int, default=12_000)
    parser.add_argument("--gate-epochs", type=int, default=3)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    # Found out before the work rather than after it.
    options.output.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    shape = Settings(width=options.width, pieces=options.pieces, dilations=tuple(options.dilations), scan=options.scan)
    small = replace(shape, width=options.gate_width, scan=options.gate_width, tags=GATE_TAGS)
    seeds = range(options.seed, options.seed + options.members + 1)
    shapes = [shape] * options.members + [small]
    sizes = [(options.documents, options.epochs)] * options.members + [(options.gate_documents, options.gate_epochs)]
    with ProcessPoolExecutor(_PROCESSES) as pool:
        *members, gate = pool.map(_train_one, [options] * len(seeds), shapes, sizes, seeds)
    measure_and_export(members, gate, options.output, vars(options), minutes=(time.monotonic() - started) / 60)


def _train_one(options: argparse.Namespace, shape: Settings, size: tuple[int, int], seed: int) -> Weights:
    """One network, on documents of its own, in a process of its own."""
    count, epochs = size
    with use_ops("numpy", use_blis=False), single_blas_thread():
        corpus = load_corpus(seed, count, processes=1)
        print(f"seed {seed}: {len(corpus.texts)} texts, {len(corpus.keys)} token types", flush=True)
        return train(corpus, shape, seed=seed, epochs=epochs, rate=options.rate, dropout=options.dropout)


if __name__ == "__main__":
    main()
