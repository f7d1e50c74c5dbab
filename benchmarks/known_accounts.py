"""How well known accounts find operations, each read without itself, and how sure that makes a code (``procedures_sure.py``).

``python -m benchmarks.known_accounts [--every 5]`` reads every so-manieth of ``detect_icd/data/accounts``, its own entry left out, prints
precision, recall and F1 of the codes, and fits anew what ``procedures_sure.py`` holds: a logistic regression of "the code is right" on
its share of the say, its likeness to the kind and its lead. What was imported is not looked into. About a minute for 150 accounts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import click
import numpy as np
import numpy.typing as npt

from detect_icd.coding import CodeSystem
from detect_icd.detector import CodeDetector
from detect_icd.local_data import VARIABLE
from detect_icd.matchers import procedures_sure as sure
from detect_icd.matchers.accounts import Accounts, Likeness, read_accounts
from detect_icd.matchers.accounts_kinds import Kinds

_ROUNDS = 50
_RIDGE = 1e-3
_MAJORITY = 0.45
Rows = list[tuple[str, tuple[float, ...]]]


@dataclass
class _Asked:
    """What was asked of `procedures_sure` for one account: by way, the codes and what speaks for each."""

    rows: dict[str, Rows] = field(default_factory=lambda: {"account": [], "steps": [], "name": []})

    def by_account(self, code: str, share: float, kinds: Mapping[str, float]) -> float:
        """As the original; noted."""
        if share >= _MAJORITY:
            self.rows["account"].append((code, (share, *_likeness(code, kinds))))
        return _BY_ACCOUNT(code, share, kinds)

    def by_words(self, code: str, kinds: Mapping[str, float], *, by_steps: bool) -> float:
        """As the original; noted."""
        self.rows["steps" if by_steps else "name"].append((code, _likeness(code, kinds)))
        return _BY_WORDS(code, kinds, by_steps=by_steps)


_BY_ACCOUNT, _BY_WORDS = sure.by_account, sure.by_words


def _likeness(code: str, kinds: Mapping[str, float]) -> tuple[float, float]:
    own = kinds.get(code, 0.0)
    return own, own - max((likeness for other, likeness in kinds.items() if other != code), default=0.0)


@contextmanager
def without(number: int, codes: tuple[str, ...], asked: _Asked) -> Iterator[None]:
    """The known accounts without one, and a note of what is asked of `procedures_sure`."""
    nearest, alike = Accounts.nearest, Kinds.alike

    def others(self: Accounts, said: Mapping[int, int]) -> list[Likeness]:
        return [like for like in nearest(self, said) if like.number != number]

    def kinds(self: Kinds, said: Mapping[int, int]) -> dict[str, float]:
        found = alike(self, said)
        # The account's length is one, so what is said, which is itself, is as like to it as can be.
        for code in set(codes) & found.keys():
            norm = float(self.norms[self.names.index(code)])
            rest = norm**2 - 2 * found[code] * norm + 1
            found[code] = (found[code] * norm - 1) / max(rest, _RIDGE) ** 0.5
        return found

    with ExitStack() as stack:
        for owner, name, replaced in (
            (Accounts, "nearest", others),
            (Kinds, "alike", kinds),
            (sure, "by_account", asked.by_account),
            (sure, "by_words", asked.by_words),
        ):
            stack.enter_context(patch.object(owner, name, replaced))
        yield


def fitted(rows: list[tuple[tuple[float, ...], bool]]) -> npt.NDArray[np.float64]:
    """The weights of a logistic regression, the constant last."""
    seen = np.array([[*features, 1.0] for features, _ in rows])
    right = np.array([is_right for _, is_right in rows], dtype=float)
    weights = np.zeros(seen.shape[1])
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-seen @ weights))
        bent = seen.T @ (seen * (likely * (1 - likely))[:, None]) + _RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(bent, seen.T @ (right - likely) - _RIDGE * weights)
    return weights


@click.command()
@click.option("--every", default=20, show_default=True, help="Read every so-manieth account.")
def main(every: int) -> None:
    """Print how well the codes are found, and the weights."""
    os.environ[VARIABLE] = os.devnull
    detector = CodeDetector()
    told: dict[str, list[tuple[tuple[float, ...], bool]]] = {"account": [], "steps": [], "name": []}
    right = wrong = missed = 0
    for number, account in enumerate(read_accounts()):
        if number % every:
            continue
        asked = _Asked()
        with without(number, tuple(account.codes), asked):
            found = {
                candidate.coding.code
                for candidate in detector.detect(account.text).reported
                if candidate.coding.system is not CodeSystem.ICD10CM
            }
        wanted = set(account.codes)
        right, wrong, missed = (
            right + len(found & wanted),
            wrong + len(found - wanted),
            missed + len(wanted - found),
        )
        for way, rows in asked.rows.items():
            told[way] += [(features, code in wanted) for code, features in rows]
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    click.echo(
        f"precision {precision:.3f}  recall {recall:.3f}  F1 {2 * right / max(1, 2 * right + wrong + missed):.3f}"
    )
    held = {"account": "_BY_ACCOUNT", "steps": "_BY_STEPS", "name": "_BY_NAME"}
    for way, rows in told.items():
        if len(rows) > 1:
            weights = ", ".join(f"{weight:.2f}" for weight in fitted(rows))
            click.echo(
                f"{way}: {len(rows)} codes, {sum(ok for _, ok in rows) / len(rows):.2f} right; ({weights}) held {getattr(sure, held[way])}"
            )


if __name__ == "__main__":
    main()
