"""What the build has worked out is what would be worked out now, and is not used for anything else."""

import contextlib
import gc
import json
import re

import pytest

from detect_icd import ready
from redactphi.collector import uncollected
from redactphi.errors import DataError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder of its own, with nothing kept; ``reread`` after packing."""
    (tmp_path / "compiled").mkdir()
    monkeypatch.setattr(ready.resources, "data", lambda _: tmp_path)
    monkeypatch.setattr(ready, "_asked", {})
    ready._kept.cache_clear()
    yield tmp_path
    ready._kept.cache_clear()


def pack(folder):
    ready.pack(folder / "compiled" / ready.FILE)
    ready._kept.cache_clear()


SOURCES = (
    (r"(?<!\w)(?P<word>den(?:y|ies|ied))\s+(\w+)", re.IGNORECASE),
    (r"(?i:a)b|c{2,}+", 0),
    ("\u00e9t\u00e9", re.IGNORECASE),
)


@pytest.mark.parametrize(("source", "flags"), SOURCES)
def test_a_pattern_comes_back_as_it_was(folder, monkeypatch, source, flags):
    assert ready.compile_pattern(source, flags) == re.compile(source, flags)
    pack(folder)
    monkeypatch.setattr(ready.re, "compile", lambda *_: pytest.fail("compiled anew"))
    found = ready.compile_pattern(source, flags)
    monkeypatch.undo()
    assert found == re.compile(source, flags)
    assert (found.groups, found.groupindex, found.flags) == (
        (expected := re.compile(source, flags)).groups,
        expected.groupindex,
        expected.flags,
    )
    assert found.pattern == source


def test_another_python_compiles_anew(folder, monkeypatch):
    ready.compile_pattern("kept", re.IGNORECASE)
    pack(folder)
    monkeypatch.setattr(ready, "MADE_BY", "another")
    monkeypatch.setattr(ready, "from_ready", lambda *_: pytest.fail("read what another Python compiled"))
    assert ready.compile_pattern("kept", re.IGNORECASE).search("KEPT")


def test_a_changed_table_is_read_anew(folder):
    path = folder / "table.toml"
    path.write_text('word = "old"\n', encoding="utf-8")
    assert ready.read_toml(path) == {"word": "old"}
    pack(folder)
    assert ready.read_toml(path) == {"word": "old"}
    path.write_text('word = "new"\n', encoding="utf-8")
    assert ready.read_toml(path) == {"word": "new"}
    path.write_text("word = ", encoding="utf-8")
    with pytest.raises(DataError, match=r"table\.toml"):
        ready.read_toml(path)
    path.unlink()
    with pytest.raises(DataError, match=r"no such file: table\.toml"):
        ready.read_toml(path)


def test_what_is_kept_is_not_worked_out(folder):
    assert ready.kept("kind", "source", lambda: [1, "two"]) == [1, "two"]
    pack(folder)
    assert ready.kept("kind", "source", lambda: pytest.fail("worked out anew")) == [1, "two"]
    assert ready.kept("kind", "another", lambda: 3) == 3
    assert list(ready.all_kept("kind")) == [[1, "two"]]
    assert list(ready.all_kept("no such kind")) == []
    assert json.loads((folder / "compiled" / ready.FILE).read_text(encoding="utf-8")) == {
        "kind": {"source": '[1, "two"]'}
    }


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_as_before_after_loading(enabled):
    was = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with contextlib.suppress(KeyError), uncollected():
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()
