"""What is a part of a greater operation, by family."""

from __future__ import annotations

import pytest

from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_bundles import Bundle, bundles, is_part
from detect_icd.sections import find_sections


@pytest.mark.parametrize("bundle", bundles(), ids=lambda bundle: bundle.what)
def test_a_bundle_holds_its_pairs_and_not_its_neighbors(bundle: Bundle) -> None:
    assert all(bundle.holds(*pair.split()) for pair in bundle.matches)
    assert not any(bundle.holds(*pair.split()) for pair in bundle.ignores)


def test_nothing_is_a_part_of_itself_or_of_what_is_a_part_of_it() -> None:
    assert not is_part("44005", "44005")
    assert is_part("49000", "44140")
    assert not is_part("44140", "49000")


@pytest.mark.parametrize(
    ("listed", "codes"),
    [
        ("1. Right knee arthroscopy, partial medial meniscectomy. 2. Diagnostic arthroscopy, right knee.", {"29881"}),
        ("Cystoscopy, left ureteroscopy with laser lithotripsy, JJ stent", {"52356"}),
        ("Phacoemulsification with intraocular lens, anterior vitrectomy, right eye", {"66984"}),
        ("Lap appy", {"44970"}),
        ("R shoulder scope, RCR, SAD", {"29827", "29826"}),
        ("Ex lap with extensive LOA", {"44005"}),
    ],
)
def test_a_heading_reports_the_greater_operations_alone(listed: str, codes: set[str]) -> None:
    note = f"PROCEDURE PERFORMED: {listed}"
    assert {found.coding.code for found in ProcedureMatcher().candidates(note, find_sections(note))} == codes
