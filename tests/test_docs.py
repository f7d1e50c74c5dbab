"""What the documents say is what the product does."""

import csv
import importlib
import json
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


SHELL = re.compile(r"```sh\n(.+?)\n```", re.DOTALL)
SHOWN = re.compile(r"```\n(.+?)\n```", re.DOTALL)


def test_the_sign_off_runs_as_printed(root, tmp_path, monkeypatch, capfd):
    from redactphi import cli

    page = (root / "docs/how-to/sign-off.md").read_text(encoding="utf-8")
    (tmp_path / "fixtures").symlink_to(root / "fixtures")
    monkeypatch.chdir(tmp_path)
    made = []
    for command in SHELL.findall(page):
        if "redactphi review" in command:
            fill_in(tmp_path / "review.csv")
        assert cli.run(command.split()[1:]) == 0
        made.append(capfd.readouterr().out)
    shown = re.sub(SHELL, "", page)
    assert [without_hashes(text) for text in SHOWN.findall(shown)] == [without_hashes(text) for text in made[1:]]


def test_the_batch_runs_as_printed(root, tmp_path, monkeypatch, capfd):
    from redactphi import cli

    page = (root / "docs/how-to/batch.md").read_text(encoding="utf-8")
    (tmp_path / "fixtures").symlink_to(root / "fixtures")
    monkeypatch.chdir(tmp_path)
    for command in SHELL.findall(page)[0].splitlines():
        assert cli.run(command.split()[1:]) == 0, capfd.readouterr().err
    listed = set(re.findall(r"^\| `(safe/[\w.]+|ids\.csv)` \|", page, re.MULTILINE))
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*") if path.is_file()} == listed


def test_every_option_of_batch_is_told(root):
    from redactphi.cli.batch import batch

    pages = "".join(path.read_text(encoding="utf-8") for path in (root / "docs").rglob("*.md"))
    pages += (root / "README.md").read_text(encoding="utf-8")
    for option in batch.params:
        if option.param_type_name == "option":
            assert option.opts[0] in pages, option.opts[0]


def test_the_figures_of_the_sign_off_come_from_the_results(root):
    results = json.loads((root / "benchmarks/results/second_pass.json").read_text(encoding="utf-8")).values()
    names = ("left_in_clear", "found", "notes_with_findings", "notes")
    left, found, touched, notes = (sum(result[name] for result in results) for name in names)
    page = " ".join((root / "docs/how-to/sign-off.md").read_text(encoding="utf-8").split())
    assert f"of {left:,} spans left in clear one at a time it found {found:,} ({100 * found / left:.1f} %)" in page
    assert f"in {touched} of {notes} notes redacted as usual" in page


def fill_in(path):
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["missed_phi"] = "no"
    rows[0] |= {"missed_phi": "yes", "missed_labels": "NAME"}
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)


def without_hashes(text):
    """Ids are random and the manifest tells the time: these differ between runs."""
    return re.sub(r"\b[0-9a-f]{64}\b", "HASH", text).strip()


def test_every_field_of_the_manifest_is_documented_and_no_other(root, tmp_path):
    from redactphi.etl.columns import ColumnChoice
    from redactphi.etl.options import BatchOptions
    from redactphi.etl.runner import run_batch

    source = tmp_path / "in.csv"
    source.write_text("note\nright ankle sprain seen 03/14/2024\nbroken,row\n", encoding="utf-8")
    options = BatchOptions(source=source, columns=ColumnChoice(text=("note",)), out=tmp_path / "out", stages=("codes",))
    run_batch(options)
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    page = (root / "docs/reference/manifest.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(.+?)` \|", page, re.MULTILINE)
    assert list(dict.fromkeys(path.split(".")[0].removesuffix("[]") for path in documented)) == list(manifest)
    assert set(fields(manifest)) == set(documented)


NAMED = ("policy.operators", "policy.operators.*", "policy.thresholds", "packages", "rejected_by_reason", "phi_by_label",
         "withheld_by_reason", "events", "stage_rows", "stage_rows.*", "stage_failures", "phi_by_operator",
         "phi_by_operator.*", "files_sha256", "shards[].files")  # fmt: skip


def fields(value, path=""):
    """The paths of a manifest, names among the keys as ``*``; a part that is empty still has its field."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        yield from fields(value[0], f"{path}[]")
    elif isinstance(value, list):
        yield f"{path}[]"
    elif isinstance(value, dict):
        for key, inner in value.items() or [("*", 0)]:
            fixed = path not in NAMED or (path == "policy.operators.*" and key == "operator")
            yield from fields(inner, f"{path}.{key if fixed else '*'}".lstrip("."))
    else:
        yield path


def test_every_event_that_operators_report_is_documented(root):
    page = (root / "docs/reference/events.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(.+?)` \|", page, re.MULTILINE))
    assert {"date-shifted", "date-generalised", "surrogate-equals-real"} <= documented
    for path in (root / "redactphi").rglob("*.py"):
        reported = re.findall(r"\bevents\[\"([^\"]+)\"\] \+=", path.read_text(encoding="utf-8"))
        assert set(reported) <= documented, path.name


PYTHON = re.compile(r"```python\n(.+?)\n```", re.DOTALL)


def test_the_recognizer_of_ones_own_works_as_printed(root):
    page = (root / "docs/how-to/bring-your-own-recognizer.md").read_text(encoding="utf-8")
    [code] = PYTHON.findall(page)
    before, call, shown = re.fullmatch(r"(.+\n)(redactor\.redact\(.+\)\.text)  # (.+)", code, re.DOTALL).groups()
    names = {}
    exec(before, names)
    assert eval(call, names) == shown


def test_the_policy_of_ones_own_is_one(root, tmp_path):
    from redactphi import Policy
    from redactphi.operators import OPERATORS
    from redactphi.policy import KEEP, presets

    page = (root / "docs/how-to/choose-a-policy.md").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(re.search(r"```toml\n(.+?)\n```", page, re.DOTALL)[1], encoding="utf-8")
    (tmp_path / "studies.txt").write_text("Zorbax\n", encoding="utf-8")
    policy = Policy.load(tmp_path / "mine.toml")
    assert policy.keeps("FACILITY")
    assert len(policy.deny) == 2
    listed = re.search(r"Operators: (.+?)\. An unknown", page, re.DOTALL)[1]
    assert set(re.findall(r"`(\w+)`", listed)) == {*OPERATORS, KEEP}
    assert all(f"| `{preset}`" in page for preset in presets())


@pytest.mark.parametrize("folder", ["docs", "docs/how-to", "docs/reference", "docs/decisions"])
def test_links_between_pages_lead_somewhere(root, folder):
    for page in (root / folder).glob("*.md"):
        # A case is marked up as a link is, in code.
        prose = re.sub(r"```.+?```|`[^`\n]+`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", prose):
            assert (page.parent / target).exists(), (page.name, target)
