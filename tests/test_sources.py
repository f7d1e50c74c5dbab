"""Every shipped data file names its source and licence."""

import fnmatch
import tomllib

import pytest


@pytest.mark.parametrize("package", ["redactphi", "detect_icd"])
def test_every_data_file_has_a_source(root, package):
    data = root / package / "data"
    sources = tomllib.loads((data / "SOURCES.toml").read_text(encoding="utf-8"))["source"]
    for source in sources:
        assert {"files", "what", "origin", "licence"} <= set(source), source.get("what")
    patterns = [pattern for source in sources for pattern in source["files"]]
    files = [str(p.relative_to(data)) for p in data.rglob("*") if p.is_file()]
    shipped = [name for name in files if name != "SOURCES.toml" and not name.startswith("model/")]
    homeless = [name for name in shipped if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
    assert homeless == []
    assert [pattern for pattern in patterns if not fnmatch.filter(files, pattern)] == []


def test_no_leaked_name_list_is_used(root):
    for path in [root / "pyproject.toml", *(root / "requirements").glob("*")]:
        text = path.read_text(encoding="utf-8")
        assert "names-dataset" not in text
        assert "names_dataset" not in text
