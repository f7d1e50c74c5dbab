"""What the build puts into a wheel."""

import importlib.util
import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests.detect_icd import official_files

pytest.importorskip("hatchling", reason="a requirement of the build only")


@pytest.fixture
def hatch_build(root):
    spec = importlib.util.spec_from_file_location("hatch_build", root / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def hook(hatch_build, monkeypatch, tmp_path):
    steps = []
    monkeypatch.setattr(hatch_build, "COMPILED", tmp_path / "compiled")
    monkeypatch.setattr(hatch_build, "RULES", tmp_path / "rules")
    monkeypatch.setattr(hatch_build, "MODEL", tmp_path / "en_model")
    monkeypatch.setattr(hatch_build, "STEPS", (lambda: steps.append("book"), lambda: steps.append("phrases")))
    hook = hatch_build.CompileHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")
    return hook, steps


def test_a_wheel_without_a_model_is_refused(hook):
    with pytest.raises(FileNotFoundError, match=r"models/en_model.*models/training"):
        hook[0].initialize("standard", {"force_include": {}})


def test_an_editable_install_compiles_and_needs_no_model(hook):
    build_data = {"force_include": {}}
    hook[0].initialize("editable", build_data)
    assert hook[1] == ["book", "phrases"]
    assert build_data["force_include"] == {}


def test_a_wheel_carries_the_model_where_it_is_looked_for(hook, tmp_path):
    (tmp_path / "en_model").mkdir()
    (tmp_path / "en_model" / "meta.json").write_text("{}")
    build_data = {"force_include": {}}
    hook[0].initialize("standard", build_data)
    assert build_data["force_include"] == {str(tmp_path / "en_model"): "redactphi/data/model"}


def test_clean_takes_the_compiled_files_away(hook, tmp_path):
    for folder, name in (("compiled", "icd10cm.sqlite"), ("rules", "rules.json")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("old")
    hook[0].clean(["standard"])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_steps_compile_what_the_package_reads(hatch_build):
    from detect_icd.importers import build
    from detect_icd.matchers import index
    from redactphi.recognizers import compiled

    assert build.TARGET.parent == hatch_build.COMPILED
    steps = [
        "compile_code_book",
        "compile_phrases",
        "compile_injuries",
        "compile_procedures",
        "compile_ready",
        "compile_rules",
    ]
    assert [step.__name__ for step in hatch_build.STEPS] == steps
    for name in (build.TARGET.name, index.FILE):
        assert (hatch_build.COMPILED / name).is_file()
    assert (hatch_build.RULES / compiled.FILE).is_file()


def test_building_imports_nothing_heavy(root):
    heavy = {"spacy", "presidio_analyzer", "presidio_anonymizer", "pandas", "click", "rich", "simple_icd_10_cm"}
    code = (
        "import sys; import detect_icd.importers.build, detect_icd.codebook, detect_icd.matchers.index;"
        "import redactphi.recognizers.compiled;"
        f"print(*sorted({heavy!r} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_every_import_of_a_step_is_a_requirement_of_the_build(root):
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    required = " ".join(pyproject["build-system"]["requires"])
    code = (
        "import sys, importlib.metadata as m; before = set(sys.modules);"
        "import detect_icd.codebook, detect_icd.importers.build, detect_icd.matchers.index, detect_icd.detector;"
        "import redactphi.recognizers.compiled;"
        "tops = {name.split('.')[0] for name in set(sys.modules) - before};"
        "print(*sorted({d for t in tops for d in m.packages_distributions().get(t, ())} - {'redactphi'}))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert "numpy" in run.stdout.split()
    assert [name for name in run.stdout.split() if name.lower().replace("_", "-") not in required] == []


def test_a_wheel_holds_nothing_that_was_imported(hatch_build, import_files, monkeypatch):
    found = import_files({**official_files.release_files(2026), **official_files.index_files()}, release="FY2026")
    compiled_from = []
    monkeypatch.setattr("detect_icd.matchers.compiling.compile_index", lambda books, out: compiled_from.extend(books))
    hatch_build.compile_phrases()
    assert [(book.release, book.billable_count) for book in compiled_from] == [("FY2026", 74_719), ("FY2027", 74_879)]
    compiled_from.clear()
    found.path.write_text("damaged", encoding="utf-8")
    hatch_build.compile_phrases()
    assert len(compiled_from) == 2


def test_a_wheel_has_the_data(root, tmp_path):
    if not (root / "models" / "en_redactphi_sm").is_dir():
        pytest.skip("no model to put into a wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "detect_icd/data/compiled/icd10cm.sqlite",
        "detect_icd/data/compiled/injuries.json",
        "detect_icd/data/compiled/lexicon.json",
        "detect_icd/data/compiled/phrases.npz",
        "detect_icd/data/compiled/procedures.json",
        "detect_icd/data/compiled/ready.json",
        "detect_icd/data/icd10cm/fy2027_changes.tsv",
        "redactphi/data/model/meta.json",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "models/", "fixtures/"))]
