import json

import pytest

from redactphi import DataError, NoteWithheld, Span, UnknownNameError
from redactphi.evaluation import GoldDocument, Score, evaluate, read_gold, read_labels, score_document

TEXT = "Anna Lee, 03/14/2024"
GOLD = GoldDocument("n1", TEXT, (Span(0, 8, "NAME"), Span(10, 20, "DATE")))


def test_whole_coverage_is_perfect():
    score = score_document(GOLD, [Span(0, 20, "NAME")]).to_dict()
    assert (score["redact_recall"], score["precision"], score["span_recall"], score["clean_notes"]) == (1, 1, 1, 1)
    assert score["labels"]["DATE"]["same_label"] == 0


def test_half_a_name_is_touched_but_not_whole():
    score = score_document(GOLD, [Span(0, 4, "NAME"), Span(10, 20, "DATE")]).to_dict()
    assert score["redact_recall"] == pytest.approx(12 / 15, abs=1e-4)
    assert score["labels"]["NAME"] == {"spans": 1, "span_recall": 0, "found_any_overlap": 1, "same_label": 1}
    assert score["clean_notes"] == 0


def test_characters_redacted_outside_phi_cost_precision():
    gold = GoldDocument("n", "Anna has pain", (Span(0, 4, "NAME"),))
    score = score_document(gold, [Span(0, 4, "NAME"), Span(9, 13, "NAME")])
    assert score.to_dict()["precision"] == 0.5
    assert score.false_labels == {"NAME": 1}


def test_phi_free_documents_count_for_over_redaction_only():
    gold = GoldDocument("n", "no PHI here", ())
    total = score_document(gold, []) + score_document(gold, [Span(0, 2, "NAME")])
    assert total.to_dict()["over_redaction"] == 0.5
    assert total.to_dict()["clean_notes"] is None


def test_scores_add_in_any_order():
    one, two = score_document(GOLD, [Span(0, 4, "NAME")]), score_document(GOLD, [Span(0, 20, "DATE")])
    assert (one + two).to_dict() == (two + one).to_dict()
    assert (Score() + one).to_dict() == one.to_dict()


def test_a_withheld_note_leaks_nothing_and_is_counted():
    def detect(document):
        raise NoteWithheld(document.id, "recognizer-error:X")

    score = evaluate("g", [GOLD], detect).score
    assert (score.withheld, score.covered_chars) == (1, score.gold_chars)


def test_the_worst_documents_are_told_by_offsets_only():
    report = evaluate("g", [GOLD], lambda _: [Span(0, 4, "NAME", 1, "names/x")])
    assert "Anna" not in json.dumps(report.to_dict())
    assert [(s.start, s.end) for s in report.worst[0].missed] == [(0, 8), (10, 20)]


@pytest.fixture
def gold_file(tmp_path):
    path = tmp_path / "gold.jsonl"

    def write(*rows):
        path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
        return path

    return write


def test_ages_under_ninety_and_unmapped_kinds_are_not_phi(gold_file, tmp_path):
    labels = tmp_path / "l.json"
    labels.write_text('{"A": "AGE", "O": "ORGANIZATION", "P": "NAME"}', encoding="utf-8")
    spans = [{"start": 0, "end": 2, "label": "A"}, {"start": 3, "end": 5, "label": "A"}]
    spans += [{"start": 6, "end": 9, "label": "O"}, {"start": 10, "end": 14, "label": "P"}]
    path = gold_file({"id": "1", "text": "89 90 IBM Anna", "spans": spans})
    (document,) = read_gold(path, read_labels(labels))
    assert [(s.start, s.label) for s in document.spans] == [(3, "AGE"), (10, "NAME")]


def test_a_gold_label_that_is_not_mapped_lists_the_valid_ones(gold_file):
    path = gold_file({"id": "1", "text": "Anna", "spans": [{"start": 0, "end": 4, "label": "PERSON"}]})
    with pytest.raises(UnknownNameError, match=r"valid: .*NAME"):
        list(read_gold(path))


@pytest.mark.parametrize(
    "row",
    [
        "not json",
        '{"text": "x"}',
        '{"text": "Anna", "spans": [{"start": 2, "end": 9, "label": "NAME"}]}',
        '{"text": ["Anna"], "spans": []}',
        '{"text": null, "spans": []}',
        '{"text": 5, "spans": [{"start": 0, "end": 1, "label": "NAME"}]}',
        '{"text": "Anna", "spans": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
    ids=range(7),
)
def test_a_malformed_line_is_named_by_number(gold_file, row):
    with pytest.raises(DataError, match=r"gold.jsonl:2") as caught:
        list(read_gold(gold_file({"id": "1", "text": "ok", "spans": []}, row)))
    assert "Anna" not in str(caught.value)


def test_a_gold_file_may_hold_a_byte_order_mark_and_any_line_separator_within_a_text(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "1", "text": "a\u2028b\x85c", "spans": []}\r\n', encoding="utf-8-sig")
    assert [document.text for document in read_gold(path)] == ["a\u2028b\x85c"]


def test_a_gold_file_that_cannot_be_read_is_one_plain_line(tmp_path):
    path = tmp_path / "gold.jsonl"
    with pytest.raises(DataError, match=r"^gold.jsonl: No such file or directory$"):
        list(read_gold(path))
    path.write_bytes(b"\n")
    with pytest.raises(DataError, match=r"^gold.jsonl: the file is empty$"):
        list(read_gold(path))
    path.write_bytes(b"\xff\n")
    with pytest.raises(DataError, match=r"^gold.jsonl: not valid utf-8$"):
        list(read_gold(path))


@pytest.mark.parametrize(
    ("content", "message"), [('{"P": ["NAME"]}', "object of strings"), ("[]", "object of strings"), ("{", "not valid")]
)
def test_labels_map_strings_to_strings(tmp_path, content, message):
    path = tmp_path / "l.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_labels(path)
