"""What each ingredient brings: trains without it, several seeds each, and measures the model alone.

``python -m models.training.ablate --seeds 7 8 9 --documents 6000 --epochs 3`` writes ``ablation.json`` and prints a table.
The sets are by others' hands: nothing of them was trained on.
"""

from __future__ import annotations

import argparse
import json
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from thinc.api import use_ops

from models.training.generate import SHARES
from models.training.measure import gold_sets, operating_points
from models.training.train import DROPOUT, RATE, load_corpus, train
from redactphi.nlp_features import COLUMNS
from redactphi.nlp_model import PhiModel
from redactphi.nlp_threads import single_blas_thread
from redactphi.nlp_weights import Settings

OUTPUT = Path(__file__).resolve().parent / "ablation.json"
PROCESSES = 2
_SETS = ("asq_phi", "second_hand", "held_out_ann")

Points = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Recipe:
    """What a training leaves out.

    Attributes:
        without_part: A part of the training data, or empty.
        without_column: A feature, or empty.
        casing: Whether some documents are recased.
    """

    without_part: str = ""
    without_column: str = ""
    casing: bool = True

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the training data that stay."""
        return tuple(part for part in SHARES if part != self.without_part)

    @property
    def settings(self) -> Settings:
        """The network; a feature whose table has one row says nothing."""
        rows = Settings().rows
        return Settings(
            rows=tuple(
                1 if column == self.without_column else size
                for column, size in zip((*COLUMNS, "trigrams"), rows, strict=True)
            )
        )


RECIPES = {
    "everything": Recipe(),
    **{f"without {part}": Recipe(without_part=part) for part in SHARES},
    "without recasing": Recipe(casing=False),
    "without the lists of names": Recipe(without_column="lists"),
    "without the clinical lists": Recipe(without_column="clinical"),
    "without trigrams": Recipe(without_column="trigrams"),
}


def run(task: tuple[str, int, int, int]) -> tuple[str, int, Points]:
    """One training: the recipe's name, the seed, and the operating points on each set."""
    name, seed, documents, epochs = task
    recipe = RECIPES[name]
    with use_ops("numpy", use_blis=False), single_blas_thread():
        corpus = load_corpus(seed, documents, parts=recipe.parts, casing=recipe.casing, processes=1)
        weights = train(corpus, recipe.settings, seed=seed, epochs=epochs, rate=RATE, dropout=DROPOUT)
    model = PhiModel(weights)
    sets = gold_sets()
    return name, seed, {title: operating_points(model, sets[title]) for title in _SETS if title in sets}


def summary(results: list[tuple[str, int, Points]]) -> dict[str, dict[str, dict[str, list[float]]]]:
    """By recipe, set and measure: mean and spread (largest less smallest) over the seeds."""
    table: dict[str, dict[str, dict[str, list[float]]]] = {}
    for name in dict.fromkeys(recipe for recipe, _, _ in results):
        runs = [points for recipe, _, points in results if recipe == name]
        table[name] = {
            title: {
                measure: _mean_and_spread([points[title][measure] for points in runs]) for measure in runs[0][title]
            }
            for title in runs[0]
        }
    return table


def _mean_and_spread(values: list[float]) -> list[float]:
    return [round(statistics.mean(values), 2), round(max(values) - min(values), 2)]


def main() -> None:
    """Run all recipes with all seeds, two at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9])
    parser.add_argument("--recipes", nargs="+", choices=list(RECIPES), default=list(RECIPES))
    parser.add_argument("--documents", type=int, default=6000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    tasks = [(name, seed, options.documents, options.epochs) for seed in options.seeds for name in options.recipes]
    results: list[tuple[str, int, Points]] = []
    with ProcessPoolExecutor(options.processes) as pool:
        for result in pool.map(run, tasks):
            results.append(result)
            print(*result, flush=True)
    report = {
        "documents": options.documents,
        "epochs": options.epochs,
        "seeds": options.seeds,
        "mean and spread": summary(results),
    }
    options.output.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
