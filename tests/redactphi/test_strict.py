"""Strict mode redacts what nothing vouches for, and leaves what clinical text is made of."""

import pytest

from redactphi.recognizers.strict import StrictRecognizer


def found(text):
    return [text[span.start : span.end] for span in StrictRecognizer().spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unit 4417, shift", ["4417"]),
        ("test no. 001882.", ["001882"]),
        ("load 0810-33B, form AMA-0219", ["0810-33B", "AMA-0219"]),
        ("femur EFSRN4PR812", ["EFSRN", "EFSRN4PR812"]),
        ("CPAP to 9/2, room air", ["9/2"]),
        ("met Quexandra there", ["Quexandra"]),
    ],
)
def test_what_nothing_explains_is_found(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "given 1500 mL, 5000 units and 1200mg",
        "since 2019, at 0845 and 1430",
        "strength 4/5, pain 7/10, vision 20/40, murmur 2/2",
        "C5-6 and L4/5, T2N1M0, G3P1011, a 72M",
        "coded E11.9, S72001A",
        "ratio 120/80, 13/45 and 3.25",
    ],
)
def test_what_clinical_text_is_made_of_stays(text):
    assert found(text) == []
