"""What the documents say is what the product does."""

import importlib
import re
import subprocess
import sys

import pytest


def test_the_figures_of_the_readme_come_from_the_results(root):
    done = subprocess.run([sys.executable, "-m", "benchmarks.figures", "--check"], cwd=root, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(("script", "package"), [("redactphi", "redactphi"), ("detect-icd", "detect_icd")])
def test_every_command_is_documented(root, script, package):
    group = getattr(importlib.import_module(f"{package}.cli"), package)
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert group.commands
    for command in group.commands:
        assert f"{script} {command}" in readme, command


def test_every_path_the_readme_names_exists(root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:docs|fixtures|redactphi|detect_icd|models|benchmarks)/[\w./*-]+)`", readme):
        assert list(root.glob(path.rstrip("/"))), path


def test_the_library_example_runs_as_printed(root):
    import redactphi

    readme = (root / "README.md").read_text(encoding="utf-8")
    call, shown = re.search(r'safe = redactphi\.redact\("(.+?)"\)\s*print\(safe\)\s*# (.+)', readme).groups()
    assert str(redactphi.redact(call)) == shown
