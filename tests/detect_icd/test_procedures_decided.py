"""What the account decides of the operations of a list: facts, spaces of the low back, who did it, what is named in passing."""

from __future__ import annotations

import pytest

from detect_icd.candidates import Status
from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_decided import Deciding, deciding
from detect_icd.matchers.procedures_fusions import Spaces
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.sections import find_sections
from detect_icd.sentences import sentences


def codes(note: str, status: Status = Status.PRESENT) -> set[str]:
    found = ProcedureMatcher().candidates(note, find_sections(note))
    return {candidate.coding.code for candidate in found if candidate.status is status}


def holds(row: Deciding, example: str) -> bool:
    listed, _, account = example.partition(" // ")
    return row.find(account, listed, sentences(account)) is not None


@pytest.mark.parametrize("row", deciding(), ids=lambda row: row.what)
def test_a_fact_holds_of_accounts_that_tell_it_and_of_no_others(row: Deciding) -> None:
    assert [example for example in row.matches if not holds(row, example)] == []
    assert [example for example in row.ignores if holds(row, example)] == []


@pytest.mark.parametrize("row", deciding(), ids=lambda row: row.what)
def test_what_a_fact_makes_of_an_operation_is_in_the_lexicon(row: Deciding) -> None:
    made = {pair.split()[1] for pair in (*row.becomes, *row.adds)} - {"-"}
    assert made <= by_code().keys()
    assert row.becomes or row.adds


LISTED = "PROCEDURE PERFORMED: Left hydrocelectomy.\nDESCRIPTION OF PROCEDURE: "


def test_an_operation_is_reported_as_the_account_has_it_with_the_words_that_say_so() -> None:
    note = LISTED + "The sac was everted and sewn behind the testis."
    (found,) = ProcedureMatcher().candidates(note, find_sections(note))
    assert (found.coding.code, found.modifiers) == ("55060", ("LT",))
    assert "everted" in {note[span.start : span.end] for span in found.evidence}
    assert "procedure/decided" in found.rules


def test_what_the_account_denies_decides_nothing() -> None:
    assert codes(LISTED + "The sac was not everted; it was cut off and oversewn.") == {"55040"}


def test_a_list_without_an_account_is_followed() -> None:
    assert codes("PROCEDURE PERFORMED: Left hydrocelectomy.\n") == {"55040"}


def test_what_becomes_nothing_is_kept_as_denied() -> None:
    note = (
        "PROCEDURE PERFORMED: Left shoulder arthroscopy with cuff debridement and subacromial decompression.\n"
        "DESCRIPTION OF PROCEDURE: The cuff was trimmed. The subacromial bursa was shaved away.\n"
    )
    assert codes(note) == {"29822"}
    assert "29826" in codes(note, Status.NEGATED)


def test_what_only_the_account_tells_is_reported_beside_the_list_on_the_side_named_last() -> None:
    note = (
        "OPERATION PERFORMED: Bilateral orchiopexy in an 8-year-old boy.\nOPERATIVE PROCEDURE: On the left the testis was freed. The hernia sac was "
        "twisted and suture ligated. On the right side there was no hernia.\n"
    )
    found = {c.coding.code: c.modifiers for c in ProcedureMatcher().candidates(note, find_sections(note))}
    assert found["54640"] == ("50",)
    assert found["49505"] == ("LT",)


@pytest.mark.parametrize(
    ("spaces", "fused", "opened"),
    [
        (Spaces(frozenset({23}), frozenset({23, 24}), frozenset({22, 23, 24})), {"22633": 1, "22614": 1}, {"63052": 1, "63047": 1, "63048": 1}),
        (Spaces(frozenset({23, 24}), frozenset({23, 24}), frozenset({23, 24})), {"22633": 1, "22634": 1}, {"63052": 1, "63053": 1}),
        (Spaces(frozenset({23}), frozenset({22}), frozenset()), {}, {}),
        (Spaces(frozenset({22, 23}), frozenset({23}), frozenset({21})), {"22633": 1, "22632": 1}, {"63047": 1}),
    ],
)  # fmt: skip
def test_fusions_are_reported_by_the_spaces_they_have_in_common(
    spaces: Spaces, fused: dict[str, int], opened: dict[str, int]
) -> None:
    assert spaces.fused == fused
    assert spaces.opened == opened


def test_a_fusion_behind_alone_is_left_as_listed() -> None:
    assert codes("PROCEDURE PERFORMED: L3-L5 posterolateral fusion.\n") == {"22612", "22614"}


BY_ANOTHER = "PROCEDURES PERFORMED:\n1. Diagnostic laparoscopy.\n2. Rigid sigmoidoscopy by Dr. B.\nDESCRIPTION OF PROCEDURE: The pelvis was looked over. "


def test_what_another_surgeon_did_and_reports_is_not_reported_here() -> None:
    note = BY_ANOTHER + "Dr. B looked into the rectum; please see his dictation."
    assert codes(note) == {"49320"}
    assert "45300" in codes(note, Status.NEGATED)


def test_who_did_it_alone_says_nothing_of_who_reports_it() -> None:
    assert codes(BY_ANOTHER + "Dr. B then looked into the rectum.") == {"49320", "45300"}


def test_beside_an_operation_a_film_named_in_passing_is_not_reported() -> None:
    operated = "The appendix was stapled and taken out in a bag through the laparoscope port. Chest film good."
    assert "71046" not in codes(operated)


def test_a_vaccine_given_beside_a_small_operation_is_reported() -> None:
    assert "90715" in codes("Chin laceration of 2 cm sutured. Tetanus updated with Tdap 0.5 mL IM deltoid.")
