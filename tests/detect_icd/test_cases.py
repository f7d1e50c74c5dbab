"""The case reader and what is made of an outcome; and every case of ours, held ones by their ids only."""

import datetime
import re

import pytest

from detect_icd import CodeDetector, codebook
from detect_icd.candidates import Status
from detect_icd.codebook import releases
from detect_icd.evaluation import Case, CaseReport, CodedMention, evaluate_cases, read_cases
from detect_icd.evaluation.cases import Outcome
from redactphi.errors import DataError


def read(folder, text, name="a.txt"):
    (folder / name).write_text(text, encoding="utf-8")
    return list(read_cases(folder / name))


@pytest.fixture(scope="module")
def detectors():
    return {setting: CodeDetector(setting=setting) for setting in ("outpatient", "inpatient")}


# Reading


def test_a_case(tmp_path):
    [case] = read(tmp_path, "Pt with [HTN](I10). Denies [CP](R07.9 negated). => I10 ! R07.9 r07.89\n")
    assert case.id == "a.txt:1"
    assert case.tag == "a"
    assert case.text == "Pt with HTN. Denies CP."
    assert case.mentions == (
        CodedMention(8, 11, "I10", Status.PRESENT),
        CodedMention(20, 22, "R07.9", Status.NEGATED),
    )
    assert [case.text[mention.start : mention.end] for mention in case.mentions] == ["HTN", "CP"]
    assert (case.reported, case.forbidden) == ({"I10"}, {"R07.9", "R07.89"})
    assert (case.setting, case.service_date) == ("outpatient", None)


def test_options_line_breaks_tags_and_comments(tmp_path):
    first, second, third = read(
        tmp_path,
        "# why\n\nHTN => I10\n= history\n# more\n"
        "{inpatient} {2026-03-14} PMH:\\n1. [Gout](M10.9 historical) =>\n"
        "{2026-03-14}{outpatient}Well. => !I10\n",
    )
    assert (first.id, first.tag) == ("a.txt:3", "a")
    assert (second.id, second.tag, second.text) == ("a.txt:6", "history", "PMH:\n1. Gout")
    assert (second.setting, second.service_date) == ("inpatient", datetime.date(2026, 3, 14))
    assert (second.reported, second.forbidden) == (frozenset(), frozenset())
    assert second.text[second.mentions[0].start : second.mentions[0].end] == "Gout"
    assert (third.text, third.setting, third.forbidden) == ("Well.", "outpatient", {"I10"})


def test_text_may_hold_brackets_braces_and_exclamation_marks(tmp_path):
    [case] = read(tmp_path, "Seen [NAME] (again)! BP {120} [x] -> [gout](M10.9)! => M10.9")
    assert case.text == "Seen [NAME] (again)! BP {120} [x] -> gout!"
    assert case.text[case.mentions[0].start : case.mentions[0].end] == "gout"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("HTN, no arrow", "a case is a text, =>, and codes"),
        ("secret => ZZZ", "an option, code or status is not valid"),
        ("secret => I10, E11.9", "not valid"),
        ("secret => I10 ! nothing", "not valid"),
        ("secret => I10 => E11.9", "not valid"),
        ("{home} secret => I10", "not valid"),
        ("{2026-02-30} secret => I10", "not valid"),
        ("{} secret => I10", "not valid"),
        ("[secret](I10 maybe) => I10", "not valid"),
        ("[secret](I10 Negated) => I10", "not valid"),
        ("[secret](I10  negated) => I10", "not valid"),
        ("[secret](high blood pressure) => I10", "not valid"),
        ("[secret]() => I10", "not valid"),
        ("[secret](45397) => I10", "not valid"),
    ],
)
def test_a_line_that_is_no_case_is_named_by_its_number_only(tmp_path, line, message):
    with pytest.raises(DataError, match=rf"^a\.txt:2: .*{re.escape(message)}") as error:
        read(tmp_path, f"HTN => I10\n{line}\n")
    assert "secret" not in str(error.value)


def test_codes_may_be_written_in_any_case(tmp_path):
    [case] = read(tmp_path, "[HTN](i10) => i10 ! e119")
    assert (case.mentions[0].code, case.reported, case.forbidden) == ("I10", {"I10"}, {"E11.9"})


def test_a_folder_is_read_in_order_of_names(tmp_path):
    read(tmp_path, "HTN => I10", "b.txt")
    read(tmp_path, "gout => M10.9", "a.txt")
    (tmp_path / "notes.md").write_text("no case", encoding="utf-8")
    assert [case.id for case in read_cases(tmp_path)] == ["a.txt:1", "b.txt:1"]


def test_a_folder_without_cases_and_a_file_of_other_bytes_are_errors(tmp_path):
    with pytest.raises(DataError, match="no file of cases"):
        list(read_cases(tmp_path))
    (tmp_path / "a.txt").write_bytes(b"HTN \xff => I10")
    with pytest.raises(DataError, match=r"a\.txt: not UTF-8"):
        list(read_cases(tmp_path))


def test_the_text_of_a_case_is_not_in_its_repr(tmp_path):
    [case] = read(tmp_path, "secret words => I10")
    assert "secret" not in repr(case)


# The report


def outcome(found, reported="I10", forbidden="", mentions=(), *, statuses=(), tag="a", sections=()):
    case = Case("a:1", tag, "text", tuple(mentions), frozenset(reported.split()), frozenset(forbidden.split()))
    return Outcome(case, frozenset(found.split()), tuple(statuses), tuple(sections) or ("",) * len(statuses))


def test_figures_are_micro_averaged():
    report = CaseReport((outcome("I10"), outcome("I10 E11.9 M10.9", "I10 R50.9"), outcome("", "")))
    figures = report.to_dict()
    assert (figures["cases"], figures["wholly_right"]) == (3, 0.667)
    assert figures["codes"] == {"precision": 0.5, "recall": 0.667, "f1": 0.571, "right": 2, "wrong": 2, "missed": 1}


def test_forbidden_codes_are_counted_where_reported():
    figures = CaseReport((outcome("I10 I11.0", "I11.0", "I10 I50.9"),)).to_dict()
    assert (figures["forbidden"], figures["forbidden_reported"]) == (2, 1)


def test_statuses_are_counted_for_each_and_over_all():
    mentions = [CodedMention(0, 1, "I10", status) for status in (Status.NEGATED, Status.NEGATED, Status.FAMILY)]
    report = CaseReport(
        (outcome("", "", "", mentions, statuses=(Status.NEGATED, None, Status.FAMILY), sections=("plan", "plan", "")),)
    )
    figures = report.to_dict()
    assert figures["status"]["mentions"] == 3
    assert (figures["status"]["accuracy"], figures["status"]["macro"]) == (0.667, 0.75)
    assert figures["status"]["each"]["negated"] == {"mentions": 2, "accuracy": 0.5}
    assert figures["sections"] == {"": {"mentions": 1, "accuracy": 1.0}, "plan": {"mentions": 2, "accuracy": 0.5}}
    assert report.outcomes[0].astray == [(mentions[1], None)]


def test_groups_and_the_worst():
    bad = outcome("E11.9", "I10 M10.9", tag="b")
    report = CaseReport((outcome("I10"), bad, outcome("", tag="b")))
    figures = report.to_dict()["tags"]
    assert list(figures) == ["a", "b"]
    assert (figures["a"]["cases"], figures["a"]["f1"], figures["b"]["cases"], figures["b"]["f1"]) == (1, 1.0, 2, 0.0)
    assert report.worst(10) == [bad, report.outcomes[2]]
    assert report.worst(1) == [bad]


def test_a_report_of_nothing_is_of_noughts():
    figures = CaseReport(()).to_dict()
    assert (figures["cases"], figures["codes"]["f1"], figures["status"]["accuracy"]) == (0, 0.0, 0.0)


def test_the_detector_of_the_setting_and_day_of_a_case_is_asked(tmp_path, detectors):
    cases = read(
        tmp_path,
        "Assessment: probable [pneumonia](J18.9 uncertain). => \n"
        "{inpatient} DISCHARGE DIAGNOSIS: Probable [pneumonia](J18.9 uncertain). => J18.9\n"
        "{2026-09-30} Assessment: [hypertension](I10). CPT 45397. => I10\n",
    )
    report = evaluate_cases(cases, detectors)
    assert [one.is_right for one in report.outcomes] == [True, True, True]
    assert [one.statuses for one in report.outcomes][:2] == [(Status.UNCERTAIN,), (Status.UNCERTAIN,)]
    assert report.outcomes[1].sections == ("discharge_diagnosis",)


def test_a_mention_that_nothing_stands_on_was_not_found(tmp_path, detectors):
    [one] = evaluate_cases(read(tmp_path, "[Zyzzyva](I10) => I10"), detectors).outcomes
    assert one.statuses == (None,)
    assert (one.counts.missed, one.errors) == (1, 2)


# Our own cases


@pytest.mark.parametrize("half", ["dev", "held"])
def test_every_case_of_ours_is_one_and_its_codes_exist(root, half):
    books = [codebook.CodeBook.open(release.name) for release in releases()]
    cases = list(read_cases(root / "fixtures" / "cases" / "codes" / half))
    assert len(cases) >= {"dev": 2500, "held": 150}[half]
    assert len({case.id for case in cases}) == len(cases)
    astray = []
    for case in cases:
        named = case.reported | case.forbidden | {mention.code for mention in case.mentions}
        # A mention may name a heading; what is reported is complete.
        is_known = all(any(code in book for book in books) for code in named)
        is_complete = all(any((entry := book.get(code)) and entry.billable for book in books) for code in case.reported)
        if not is_known or not is_complete or case.reported & case.forbidden:
            astray.append(case.id)
    assert astray == []


def test_the_figures_of_the_cases_do_not_fall(root, detectors):
    figures = evaluate_cases(read_cases(root / "fixtures" / "cases" / "codes" / "dev"), detectors).to_dict()
    assert figures["cases"] >= 480
    assert figures["codes"]["f1"] >= 0.60
    assert figures["codes"]["precision"] >= 0.60
    assert figures["codes"]["recall"] >= 0.60
    assert figures["wholly_right"] >= 0.33
    assert figures["forbidden_reported"] <= 0.16 * figures["forbidden"]
    assert figures["status"]["accuracy"] >= 0.80
    assert figures["status"]["macro"] >= 0.65
