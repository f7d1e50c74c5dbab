"""Operations that nobody names: read by the known accounts they are nearest to."""

import json

import pytest

from detect_icd import detect
from detect_icd.coding import CodeSystem, cpt, hcpcs
from detect_icd.matchers import accounts as module
from detect_icd.matchers import procedures_sure as sure
from detect_icd.matchers.accounts import Account, Accounts, accounts, read_accounts
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import index
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.matchers.procedures_scan import clauses
from detect_icd.matchers.procedures_told import by_steps, confirmed
from detect_icd.sections import find_sections
from redactphi.errors import RuleError

BY_KNIFE, BY_SCOPE = "27447", "43239"
KNOWN = (
    Account((BY_KNIFE,), "Tourniquet up. Femur and tibia were cut with jigs, metal parts cemented, a plastic insert snapped in.", "a:1"),
    Account((BY_SCOPE,), "The instrument was passed to the duodenum; forceps took four bites of the reddened antrum.", "a:2"),
    Account((BY_SCOPE, "43248"), "Bites were taken; a wire was left, and the ring was stretched over it.", "a:3"),
)  # fmt: skip
TOLD = (
    "Bite block, left side down. The video instrument went past the tongue under direct sight to the second part of the duodenum. The antrum was "
    "streaked red; four bites were taken there with cold forceps and two more from the body, sent in separate jars. Air was let out and the "
    "instrument withdrawn. No bleeding."
)


def said(known, text):
    return known.said(text, [(0, len(text))], index().vocabulary.scan(text))


def nearest(known, text):
    return known.nearest(said(known, text))


@pytest.fixture(scope="module")
def known():
    return Accounts(index().vocabulary, KNOWN)


def services(text, **options):
    detection = detect(text, **options)
    return {c.coding.code: c for c in detection.reported if c.coding.system is not CodeSystem.ICD10CM}


def test_the_account_told_alike_comes_first(known):
    text = "Forceps took bites of the antrum after the instrument had passed the duodenum."
    first, *others = nearest(known, text)
    assert (first.codes, first.source) == ((BY_SCOPE,), "a:2")
    assert all(first.score > other.score for other in others)
    assert 0 < first.share <= 1
    assert {"forceps", "antrum", "bite"} <= set(known.words(first, said(known, text)))


def test_nothing_in_common_is_no_likeness(known):
    assert nearest(known, "Zzyzx qwerty.") == []
    assert len(Accounts(index().vocabulary)) == 0


def test_words_are_found_where_they_first_stand(known):
    text = "No bite. A bite was taken."
    places = known.places(text, [(9, len(text))], [])
    assert text[places["bite"].start : places["bite"].end] == "bite"
    assert places["bite"].start == 11


def test_what_is_packed_comes_back_whole(known):
    raw = json.loads(json.dumps(known.to_packed()))
    back = Accounts.from_packed(index().vocabulary, raw)
    for text in ("Forceps took bites.", "Tibia cut with jigs.", "A wire was left."):
        assert nearest(back, text) == nearest(known, text)


def test_the_build_packed_all_known_accounts():
    vocabulary = index().vocabulary
    made = Accounts(vocabulary, module._known())
    assert len(made) == len(accounts(vocabulary))
    assert nearest(made, TOLD) == nearest(accounts(vocabulary), TOLD)


def test_every_account_has_codes_of_the_lexicon_or_says_what_none_has():
    known = by_code()
    found = list(read_accounts())
    assert len(found) > 1000
    missing = {code for account in found for code in account.codes if code not in known}
    assert len(missing) <= 0.06 * len({code for account in found for code in account.codes})
    assert all(cpt.is_valid(code) or hcpcs.is_valid(code) for account in found for code in account.codes)
    assert len({account.text for account in found}) == len(found)


@pytest.mark.parametrize("line", ["44970 no tab", "4497\tx", "44970\t"])
def test_a_malformed_line_is_named(tmp_path, monkeypatch, line):
    path = tmp_path / "field.tsv"
    path.write_text(f"# field\n44970\tfine\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(module, "account_sources", lambda: [path])
    with pytest.raises(RuleError, match=r"^accounts/field\.tsv:3: "):
        list(read_accounts())


def test_an_operation_is_known_by_its_account_alone():
    found = services(TOLD)
    assert set(found) == {BY_SCOPE}
    candidate = found[BY_SCOPE]
    assert candidate.rules[0] == "procedure/account"
    shown = {TOLD[span.start : span.end].lower() for span in candidate.evidence}
    assert shown & {"bites", "forceps", "antrum", "duodenum", "instrument"}
    assert 0 < candidate.score < 0.8


def test_a_named_operation_is_followed_whatever_the_account_is_like():
    found = services(f"PROCEDURE PERFORMED: Colonoscopy with biopsy.\nDESCRIPTION: {TOLD}")
    assert "45380" in found
    assert all(candidate.rules[0] != "procedure/account" for candidate in found.values())


def test_an_account_in_the_history_of_a_visit_is_none():
    assert (
        services(f"HISTORY OF PRESENT ILLNESS: Last year elsewhere: {TOLD}\nPHYSICAL EXAM: Soft.\nPLAN: Omeprazole.")
        == {}
    )


def test_what_the_note_states_speaks_against_a_like_account():
    told = (
        "Head extended, mouth gag opened. Both tonsils were grasped and dissected out of their beds with the hot blade, the fossae packed, then dry. "
        "Mirror: the pad behind the palate was taken off with the curette in three passes. Patient is {age}."
    )
    assert set(services(told.format(age="a 6-year-old boy"))) == {"42820"}
    assert set(services(told.format(age="a 30-year-old man"))) == {"42821"}


def test_steps_correct_a_heading_only_where_a_known_account_is_as_near():
    vocabulary, told = index().vocabulary, STEPS
    sections = find_sections(told)
    facts = Facts(told, sections, clauses(told, sections, vocabulary.scan(told)))
    stated = list(by_steps(facts, index(), None))
    assert {mention.code for mention in stated} == {"47562"}
    agreeing = Accounts(
        vocabulary, [Account(("47562",), told, "a:1"), Account(("44970",), "A blind pouch was stapled.", "a:2")]
    )
    assert confirmed(facts, agreeing, stated, set()) == stated
    other = Accounts(vocabulary, [Account(("44970",), told, "a:1"), Account(("47562",), "Clips.", "a:2")])
    assert confirmed(facts, other, stated, set()) == []
    assert confirmed(facts, Accounts(vocabulary), stated, set()) == []


def test_a_heading_stands_where_an_account_of_what_it_names_is_much_nearer():
    vocabulary = index().vocabulary
    sections = find_sections(STEPS)
    facts = Facts(STEPS, sections, clauses(STEPS, sections, vocabulary.scan(STEPS)))
    stated = list(by_steps(facts, index(), None))
    half = (
        STEPS.split(", the gallbladder", maxsplit=1)[0]
        + ". The bowel was stapled across below and joined above, and the wound washed."
    )
    known = Accounts(vocabulary, [Account(("49320",), STEPS, "a:1"), Account(("47562",), half, "a:2")])
    assert "49320" in stated[0].entry.procedure.includes
    assert confirmed(facts, known, stated, {"49320"}) == []


def test_steps_that_stand_in_the_list_of_operations_need_no_account():
    note = "PROCEDURE: Occlusal amalgam, tooth 30"
    assert set(services(note)) == {"D2140"}


STEPS = (
    "A Veress needle was placed and four ports. The critical view was seen, the cystic duct and artery were clipped and cut, the gallbladder was taken off "
    "the liver bed and came out in a bag."
)


def test_codes_that_known_accounts_report_together(known):
    assert known.beside(BY_SCOPE) == {BY_SCOPE, "43248"}
    assert known.beside(BY_KNIFE) == frozenset()


def test_what_the_account_states_is_reported_beside_what_it_is_like():
    ring = "Scope to D2. Ring at the junction, through-the-scope balloon to 18 mm held a minute, a tear seen. "
    assert set(services(ring + "Nothing else done.")) == {"43249"}
    assert set(services(ring + "Antrum red, two bites each from antrum and body.")) == {"43249", "43239"}


def test_sentences_about_earlier_or_later_operations_make_no_likeness():
    told = "SURGERY CLINIC. Two weeks out from open repair of the right inguinal hernia with mesh. Wound healed, no recurrence on cough."
    assert services(told) == {}


def test_likeness_to_a_kind_is_the_cosine_to_all_its_accounts(known):
    kinds = known.kinds_like(said(known, KNOWN[0].text))
    assert kinds[BY_KNIFE] == pytest.approx(1.0, abs=1e-6)
    assert kinds[BY_KNIFE] > kinds[BY_SCOPE] >= 0
    assert known.kinds_like({}) == {}


def test_what_is_packed_knows_the_kinds_as_before(known):
    again = Accounts.from_packed(index().vocabulary, json.loads(json.dumps(known.to_packed())))
    before, after = (each.kinds_like(said(each, TOLD)) for each in (known, again))
    assert after == pytest.approx(before, abs=1e-3)


def test_an_operation_is_surer_the_more_speaks_for_it():
    kinds = {"29827": 0.5, "29828": 0.4}
    assert (
        0
        < sure.by_account("29828", 0.6, kinds)
        < sure.by_account("29827", 0.6, kinds)
        < sure.by_account("29827", 1.0, kinds)
        < 1
    )
    assert sure.by_words("29828", kinds, by_steps=True) < sure.by_words("29827", kinds, by_steps=True)
    assert sure.by_words("29806", kinds, by_steps=False) < sure.by_words("29827", kinds, by_steps=False)


def test_a_drug_is_told_by_its_name_alone():
    note = "Right knee joint injected with 80 mg methylprednisolone acetate (Depo-Medrol, our vial) after a sterile prep; no ultrasound."
    assert "J3301" not in services(note)
