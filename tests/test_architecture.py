"""The walls of the house: layers, doors, and what an import may do."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(path for package in ("redactphi", "detect_icd") for path in (ROOT / package).rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_doors(path):
    relative = name(path)
    names = imported(path)
    if "spacy" in names or "thinc" in names:
        assert relative.startswith("redactphi/nlp")
    if names & {"presidio_analyzer", "presidio_anonymizer"}:
        inside = ("redactphi/nlp", "redactphi/engine.py", "redactphi/recognizers/", "redactphi/operators/")
        assert relative.startswith((*inside, "redactphi/operation.py", "redactphi/rewrite.py", "redactphi/redactor.py"))
    if "pyspark" in names:
        assert relative == "redactphi/etl/spark.py"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_network_and_no_pickle(path):
    assert not imported(path) & {"socket", "urllib", "http", "requests", "httpx", "pickle", "shelve", "marshal", "dill"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_files_and_functions_stay_readable(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno <= 80, node.name


def test_redactphi_never_imports_detect_icd():
    for path in MODULES:
        if name(path).startswith("redactphi/"):
            assert "detect_icd" not in imported(path), name(path)


PROBE = """
import json, sys, logging, builtins, os
opened = []
real = builtins.open
def spy(file, *a, **k):
    opened.append(str(file)); return real(file, *a, **k)
builtins.open = spy
before = logging.root.handlers[:]
import {package}
heavy = sorted(set(sys.modules) & {{"spacy", "presidio_analyzer", "presidio_anonymizer", "pandas", "numpy", "pyarrow", "pyspark", "rich", "sqlite3", "cryptography"}})
print(json.dumps({{"heavy": heavy, "opened": opened, "handlers": logging.root.handlers != before}}))
"""


@pytest.mark.parametrize("package", ["redactphi", "detect_icd", "redactphi.cli", "detect_icd.cli"])
def test_nothing_happens_at_import(package):
    out = subprocess.run([sys.executable, "-c", PROBE.format(package=package)], capture_output=True, check=True)
    assert json.loads(out.stdout) == {"heavy": [], "opened": [], "handlers": False}


@pytest.mark.parametrize("package", ["redactphi", "detect_icd"])
def test_the_public_names_are_all_there(package):
    module = __import__(package)
    assert len(set(module.__all__)) == len(module.__all__)
    assert set(module._HOME) == set(module.__all__) - {"__version__"}
    for public in module.__all__:
        assert getattr(module, public) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        module.no_such_name  # noqa: B018
