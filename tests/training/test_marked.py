"""Notes by other hands as training documents: other people and days, the same marks, never a set that measures."""

import random

from models.training import measure
from models.training.marked import SETS, _notes, marked


def test_no_set_that_measures_is_trained_on():
    assert not set(SETS) & set(measure.BY_OTHERS)


def test_splits_share_no_note():
    seen = [{(id, text) for id, text, _ in _notes(split)} for split in ("train", "dev", "test")]
    assert all(seen)
    assert not (seen[0] & seen[1])
    assert not (seen[0] & seen[2])
    assert not (seen[1] & seen[2])


def test_what_is_marked_is_replaced_and_nothing_else():
    originals = {id: (text, spans) for id, text, spans in _notes("dev")}
    changed = names = 0
    for number in range(12):
        example = marked(random.Random(number), "dev", f"x-{number}")
        around = _around(example.text, example.spans)
        text, spans = next(
            (text, spans)
            for text, spans in originals.values()
            if _around(text, [(span.start, span.end, span.label) for span in spans]) == around
        )
        assert [label for _, _, label in example.spans] == [str(span.label) for span in spans]
        for (start, end, label), span in zip(example.spans, spans, strict=True):
            assert example.text[start:end].strip()
            if label in {"NAME", "PROVIDER"}:
                names += 1
                changed += example.text[start:end] != text[span.start : span.end]
    assert names > 40
    assert changed >= 0.97 * names


def test_the_same_chance_makes_the_same_note():
    assert marked(random.Random(3), "dev", "x") == marked(random.Random(3), "dev", "x")


def _around(text, spans):
    parts, position = [], 0
    for start, end, _ in spans:
        parts.append(text[position:start])
        position = end
    return (*parts, text[position:])
