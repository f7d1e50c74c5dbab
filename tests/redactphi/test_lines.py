"""Paragraphs printed to a width are read without their breaks; offsets stay."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi import Redactor
from redactphi.lines import unwrapped

LETTER = (
    "Dear Dr. Feldspar, thank you for sending Mr. Aurelio Van der Berg, who was seen at the Copper Beech Surgical Center on "
    "Wednesday, October 12th, 2022 with pain in the right knee since a fall from a ladder at 4218 Old Sears Street in Tarrow "
    "Falls. He drives for Anoka Transit and lives with his wife Mairead Oduya. His films from Valley Imaging Partners of "
    "10/03/2022 show wear of the medial side. We spoke of an operation at Fox River Orthopedic Hospital, and he will call "
    "Ms. Geneva Bascombe at (513) 555-0160, extension 4471, when he has thought it over. I would be glad to see him again on "
    "Tuesday, November 8, 2022, or sooner if the knee locks, and shall let you and Dr. Ogilvie Nakamura know what he decides."
)
ROWS = "\n".join(
    f"bed {n} Okafor 66F chf, lasix 40 iv bid, daily weights, echo tomorrow, K {n}.1" for n in range(1, 13)
)
FORM = "\n".join(
    f"{name}: {'x' * length}"
    for name, length in zip(("Surgeon", "Assistant", "Anesthesia", "Findings") * 3, range(40, 52), strict=True)
)
PROSE = "\n".join(
    ("The wound was closed in layers over a drain and a dry dressing was put on.", "Counts were right.") * 8
)


@pytest.mark.parametrize("width", [60, 72, 80, 100, 132])
def test_a_printed_letter_is_read_as_it_was_written(width):
    assert unwrapped(textwrap.fill(LETTER, width, break_on_hyphens=False)) == LETTER


@pytest.mark.parametrize(
    "text", ["", "\n", "\n\n\n\n\n", LETTER, ROWS, FORM, PROSE, "a\nb\nc\nd\ne\nf", "x" * 80 + "\n" * 9]
)
def test_other_lines_stay(text):
    assert unwrapped(text) == text


@pytest.mark.parametrize("width", [60, 66, 72, 78, 90])
def test_breaks_cost_no_phi(width):
    redactor = Redactor()
    whole = [(span.start, span.end) for span in redactor.detect(LETTER)]
    printed = textwrap.fill(LETTER, width, break_on_hyphens=False)
    assert [(span.start, span.end) for span in redactor.detect(printed)] == whole
    (done,) = redactor.pipe([printed])
    assert done.text == redactor.redact(printed).text
    assert "\n" in done.text


@given(st.text(alphabet="ab .,:\n\tD1-", max_size=400), st.integers(20, 90))
def test_only_breaks_change(text, width):
    for given_text in (text, textwrap.fill(text, width)):
        read = unwrapped(given_text)
        assert len(read) == len(given_text)
        assert all(new == old or (old == "\n" and new == " ") for old, new in zip(given_text, read, strict=True))
