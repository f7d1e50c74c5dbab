"""The model's parameters on disk: JSON settings, a word list and arrays without pickle."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from redactphi.errors import DataError
from redactphi.labels import PhiLabel

Floats = NDArray[np.float32]

LABELS = (
    PhiLabel.NAME, PhiLabel.PROVIDER, PhiLabel.FACILITY, PhiLabel.EMPLOYER, PhiLabel.LOCATION,
    PhiLabel.ZIP, PhiLabel.DATE, PhiLabel.PHONE, PhiLabel.MRN, PhiLabel.ID_OTHER,
)  # fmt: skip
"""What the model can say. Finer kinds of identifiers are for rules, which know their formats."""

TAGS = ("O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI"))
"""The outputs of the head: outside, then beginning and inside of each label."""

GATE_TAGS = ("O", "PHI")
"""The outputs of the gate, which need not know what kind of PHI a token is."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The shape of the network.

    Attributes:
        width: Length of a token's vector.
        pieces: Linear functions each maxout takes the best of.
        dilations: One residual convolution each: how far left and right its two neighbours stand.
        scan: States of the recurrent layer, each way.
        rows: Length of the hash table of each feature; the last is that of the trigrams.
        seeds: Hash seed of each feature.
        tags: The outputs, in order.
        temperature: Divides the logits so that probabilities mean what they say; fitted on the dev split.
    """

    width: int = 48
    pieces: int = 2
    dilations: tuple[int, ...] = (1, 2, 4)
    scan: int = 48
    rows: tuple[int, ...] = (6000, 1500, 3000, 1500, 97, 397, 6000)
    seeds: tuple[int, ...] = (11, 12, 13, 14, 15, 16, 26)
    tags: tuple[str, ...] = TAGS
    temperature: float = 1.0


@dataclass(frozen=True)
class Weights:
    """All the model consists of.

    Attributes:
        settings: The shape of the network.
        vocabulary: The words the model knows by themselves.
        arrays: ``E0``.. the hash tables; ``W0``, ``b0``, ``G0``, ``B0`` the mixer and ``W1``.. the convolutions as
            maxout weights (width, pieces, inputs), bias, and scale and shift of the layer norm; ``WR``, ``bR`` gates and
            values of the recurrent layer; ``W``, ``b`` the head.
    """

    settings: Settings
    vocabulary: frozenset[str] = field(repr=False)
    arrays: dict[str, Floats] = field(repr=False)

    def save(self, folder: Path) -> None:
        """Write the three files into a folder, made if need be. Numbers are rounded to 16 bits."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.json").write_text(json.dumps(asdict(self.settings), indent=1) + "\n", encoding="utf-8")
        words = "".join(f"{word}\n" for word in sorted(self.vocabulary))
        (folder / "vocabulary.txt").write_text(words, encoding="utf-8")
        halves = {name: array.astype(np.float16) for name, array in self.arrays.items()}
        np.savez_compressed(folder / "weights.npz", **halves)  # type: ignore[arg-type]  # the stubs take the names for options

    @classmethod
    def load(cls, folder: Traversable | Path, beside: Iterable[Weights] = ()) -> Weights:
        """Read what `save` wrote.

        Args:
            folder: Where it lies.
            beside: Networks already read, whose words are most of this one's: a word of both is in memory once.

        Raises:
            DataError: A file is missing or malformed.
        """
        try:
            raw: dict[str, Any] = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
            fields: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()
            }
            settings = Settings(**fields)
            words = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
            with (folder / "weights.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name].astype(np.float32) for name in stored.files}
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError(f"model weights in {folder.name}: {type(error).__name__}") from error
        known = {word: word for other in beside for word in other.vocabulary}
        return cls(settings, frozenset({known.get(word, word) for word in words if word}), arrays)


_GATE = "gate"


def save_members(members: Sequence[Weights], folder: Path, *, gate: Weights | None = None) -> None:
    """Write the weights of several networks whose probabilities are averaged: a folder each, ``1``, ``2`` and so on.

    The network that says where they look goes into the folder ``gate``.
    """
    for number, weights in enumerate(members, 1):
        weights.save(folder / str(number))
    if gate is not None:
        gate.save(folder / _GATE)


def load_gate(folder: Traversable | Path, beside: Iterable[Weights] = ()) -> Weights | None:
    """Read the network that says where the others look; None where they look everywhere.

    Args:
        folder: Where `save_members` wrote it.
        beside: As for `Weights.load`.

    Raises:
        DataError: A file is missing or malformed.
    """
    return Weights.load(folder / _GATE, beside) if (folder / _GATE).is_dir() else None


def load_members(folder: Traversable | Path) -> tuple[Weights, ...]:
    """Read what `save_members` wrote.

    Raises:
        DataError: There is none, or a file is missing or malformed.
    """
    try:
        found = sorted(
            (entry for entry in folder.iterdir() if entry.is_dir() and entry.name != _GATE),
            key=lambda entry: int(entry.name),
        )
    except (OSError, ValueError) as error:
        raise DataError(f"model weights in {folder.name}: {type(error).__name__}") from error
    if not found:
        raise DataError(f"no model weights in {folder.name}")
    members: list[Weights] = []
    for entry in found:
        members.append(Weights.load(entry, members))
    return tuple(members)
