"""The recurrent layer: stretches of texts side by side give what texts read through give."""

from __future__ import annotations

import numpy as np
import pytest

from redactphi.nlp_scan import Lanes, join, scan_on

STATES = 3


def states_of(places: list[tuple[int, int]], rows: np.ndarray, stretch: int | None, block: int = 7) -> np.ndarray:
    """The states of both sides at each row of the joined texts, zero between texts."""
    lanes = Lanes.of(places, stretch)
    gates, values = (np.stack([part[lanes.ahead], part[lanes.back]]) for part in np.split(rows, 2, axis=1))
    scan_on((values[:, :0], gates[:, :0]), gates, values, lanes.counts)
    join(values, gates, lanes, block)
    found = np.zeros((2, len(rows), STATES), np.float32)
    found[0, lanes.ahead], found[1, lanes.back] = values
    return found


@pytest.mark.parametrize(
    "places",
    [[(0, 1)], [(0, 4)], [(0, 5)], [(2, 41)], [(0, 9), (11, 12), (14, 14), (16, 60)], [(0, 8), (9, 17), (18, 26)]],
)
@pytest.mark.parametrize("stretch", [1, 2, 4, 32])
def test_stretches_go_on_from_each_other(places, stretch):
    rows = np.random.default_rng(len(places)).normal(size=(places[-1][1] + 2, 2 * STATES)).astype(np.float32)
    np.testing.assert_allclose(states_of(places, rows, stretch), states_of(places, rows, None), rtol=1e-5, atol=1e-6)


def test_states_are_gates_times_the_last_state_and_what_is_new():
    rows = np.random.default_rng(1).normal(size=(5, 2 * STATES)).astype(np.float32)
    found = states_of([(0, 5)], rows, 2)
    gates, values = 1 / (1 + np.exp(-rows[:, :STATES])), np.tanh(rows[:, STATES:])
    for side, order in enumerate((range(5), reversed(range(5)))):
        state = np.zeros(STATES)
        for row in order:
            state = gates[row] * state + (1 - gates[row]) * values[row]
            np.testing.assert_allclose(found[side, row], state, rtol=1e-5, atol=1e-6)


def test_no_text_at_all():
    lanes = Lanes.of([], 32)
    assert lanes.counts == []
    assert lanes.joins == []
    assert len(lanes.ahead) == len(lanes.ends) == 0
