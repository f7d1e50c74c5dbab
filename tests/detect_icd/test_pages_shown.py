"""How pages are shown: as text, in terminals of any width, as JSON, as one HTML file; and the command."""

import io
import json
import re
from html.parser import HTMLParser

import pytest

from detect_icd import cli, code_page
from detect_icd.pages.building import code_pages
from detect_icd.pages.html import html, write_html
from detect_icd.pages.outline import Section, table
from detect_icd.pages.plain import plain_page
from detect_icd.pages.terminal import print_outlines
from detect_icd.pages.text import outline, text_lines
from redactphi.errors import DataError, UsageError
from tests.detect_icd.service_facts import MadeUpFiles

HOSTILE = "<script>alert(\"x\")</script> & 'quoted' [1]"
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Reader(HTMLParser):
    """Collects tags, ids, links and text, and checks that every tag is closed."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.links, self.text, self._open = [], [], [], [], []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if "href" in found else []
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def outlines():
    asked = ["45395-45402", "K62.*", "S82.001A", "71046", "J1885", "T52.8X1A"]
    return [outline(page) for page in code_pages(asked, services=MadeUpFiles())]


@pytest.fixture
def run(capsys):
    def call(*arguments, status=0):
        assert cli.run(["lookup", *arguments]) == status
        return capsys.readouterr()

    return call


def drawn(shown, width):
    out = io.StringIO()
    print_outlines(shown, out, width=width)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())


def test_text_has_every_cell_and_source(outlines):
    for shown in outlines:
        lines = "\n".join(text_lines(shown))
        for section in shown.sections:
            assert f"\n{section.title}\n" in lines
            assert all(cell in lines for row in section.rows for cell in row)
        assert all(source in lines for source in shown.sources)


def test_no_section_is_empty_and_every_mark_has_its_source(outlines):
    for shown in outlines:
        assert all(section.rows for section in shown.sections)
        marks = {int(mark) for line in text_lines(shown) for mark in re.findall(r"\[(\d+)\]", line)}
        assert marks == set(range(1, len(shown.sources) + 1))


@pytest.mark.parametrize("width", [40, 80, 160])
def test_a_terminal_of_any_width_shows_all_and_runs_over_nowhere(outlines, width):
    text = drawn(outlines, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text.replace("E1–E4", "").replace("codes that begin", "") or "K6…" in text
    squeezed = re.sub(r"\s", "", text)
    for shown in outlines:
        assert all(re.sub(r"\s", "", source) in squeezed for source in shown.sources) or width == 40


def test_at_eighty_columns_no_code_or_day_is_broken(outlines):
    text = drawn(outlines, 80)
    for shown in outlines:
        for section in shown.sections:
            for row in section.rows:
                assert all(cell in text for cell in row if re.fullmatch(r"[A-Z0-9.]{3,8}|\[\d+\]", cell))


def test_columns_that_are_empty_are_left_out():
    assert table("t", [("a", "", "b")], ("x", "y", "z")) == Section("t", (("a", "b"),), ("x", "z"))


def test_html_needs_nothing_from_elsewhere(outlines):
    page = html(outlines)
    found = Reader(page)
    assert not {"script", "link", "img", "iframe", "object"} & set(found.tags)
    assert "http" not in page.lower().replace("http-equiv", "")
    assert "url(" not in page
    assert "@import" not in page
    assert all(link.startswith("#") for link in found.links)


def test_html_has_a_page_each_and_links_that_lead_somewhere(outlines):
    found = Reader(html(outlines))
    assert found.tags.count("article") == found.tags.count("h1") == len(outlines)
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links} <= set(found.ids)
    assert "#code-K62-4" in found.links


def test_html_has_every_cell(outlines):
    text = "".join(Reader(html(outlines)).text)
    for shown in outlines:
        assert all(cell.strip() in text for section in shown.sections for row in section.rows for cell in row)


def test_several_codes_have_a_table_of_contents_one_has_none(outlines):
    assert "nav" in Reader(html(outlines)).tags
    assert "nav" not in Reader(html(outlines[:1])).tags


def test_html_is_for_paper_and_for_the_dark_too(outlines):
    page = html(outlines[:1])
    assert "@media print" in page
    assert "break-before: page" in page
    assert "prefers-color-scheme: dark" in page


def test_what_is_imported_is_text_and_never_markup():
    files = MadeUpFiles(descriptors={"45397": HOSTILE, "45395": HOSTILE})
    page = html([outline(page) for page in code_pages(["45397", "45395"], services=files)])
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    found = Reader(page)
    assert "script" not in found.tags
    assert HOSTILE in "".join(found.text)


def test_what_is_imported_steers_no_terminal_and_breaks_no_line():
    files = MadeUpFiles(descriptors={"45397": "First\nsecond\tthird \x1b[2J \x9b2J [bold]kept[/bold]"})
    shown = outline(code_page("45397", services=files))
    lines = list(text_lines(shown))
    assert lines[0] == "45397\tFirst second third  [2J  2J [bold]kept[/bold]"
    assert "\x1b[2J" not in "".join(lines)
    out = io.StringIO()
    print_outlines([shown], out, width=80)
    assert "\x1b[2J" not in out.getvalue()
    assert "[bold]kept[/bold]" in out.getvalue()


def test_html_appears_whole_or_not_at_all(outlines, tmp_path, monkeypatch):
    path = tmp_path / "codes.html"
    write_html(outlines[:1], path)
    before = path.read_text(encoding="utf-8")
    monkeypatch.setattr("pathlib.Path.write_text", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(DataError, match=r"cannot write codes\.html: No space left"):
        write_html(outlines, path)
    assert path.read_text(encoding="utf-8") == before
    assert [each.name for each in tmp_path.iterdir()] == ["codes.html"]


def test_html_goes_into_no_folder_that_is_not_there(outlines, tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        write_html(outlines, tmp_path / "none" / "codes.html")
    with pytest.raises(UsageError, match="a folder is there"):
        write_html(outlines, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_plain_data_is_json_with_numbers_days_and_sources():
    plain = json.loads(json.dumps(plain_page(code_page("45397", services=MadeUpFiles()))))
    assert plain["fees"][0]["work"] == 11.11
    assert plain["fees"][0]["source"]["cited"].endswith("line 1234")
    assert plain["ptp"]["shown"][0]["effective"] == "2020-01-01"
    assert plain["wording"]["approach"] == ["laparoscopic"]
    diagnosis = json.loads(json.dumps(plain_page(code_page("S82.001A"))))
    assert diagnosis["seventh_characters"]["A"].startswith("initial")
    assert diagnosis["excludes1"][0] == {"text": "traumatic amputation of lower leg (S88.-)", "inherited_from": "S82"}


def test_the_command_takes_codes_ranges_and_wildcards(run):
    shown = run("K62.3", "45395-45397", "E11.2?").out
    heads = [line for line in shown.splitlines() if re.match(r"[A-Z0-9.]+\t", line)]
    assert [head.split("\t")[0] for head in heads] == ["K62.3", "45395", "45397", "E11.21", "E11.22", "E11.29"]


def test_one_code_is_an_object_several_are_a_list(run):
    assert json.loads(run("K62.3", "--json").out)["title"] == "Rectal prolapse"
    assert [page["code"] for page in json.loads(run("K62.3", "45397", "--json").out)] == ["K62.3", "45397"]
    assert [page["code"] for page in json.loads(run("45397-45397", "--json").out)] == ["45397"]


def test_the_command_writes_html(run, tmp_path):
    path = tmp_path / "codes.html"
    told = run("K62.3", "45397", "--html", str(path))
    assert (told.out, told.err) == ("", "codes.html: 2 codes\n")
    assert "Rectal prolapse" in path.read_text(encoding="utf-8")
    assert "not both" in run("K62.3", "--json", "--html", str(path), status=2).err


def test_the_command_shows_nothing_if_one_code_is_unknown(run, tmp_path):
    path = tmp_path / "codes.html"
    told = run("K62.3", "K62.35", "--html", str(path), status=2)
    assert told.out == ""
    assert "K62.3" in told.err
    assert not path.exists()


def test_the_command_says_what_a_release_does_not_have(run):
    told = run("I42.00", "--release", "FY2026")
    assert told.err == "! FY2026 does not have it yet: added 2026-10-01; this page is of FY2027\n"
    assert "not in the release asked for" in told.out
    assert "deleted 2026-10-01 (FY2027); see\n      I42.00\tDilated" in run("I42.0").out


def test_all_gives_long_lists_whole(run):
    short, whole = (json.loads(run("K62.3", "--json", *more).out) for more in ((), ("--all",)))
    assert len(short["procedures"]) < len(whole["procedures"]) == short["procedure_count"]
