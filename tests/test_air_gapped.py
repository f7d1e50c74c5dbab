"""The page about installing without a network: what can be run here is; the rest is what `make wheelhouse-check` runs."""

import re

import pytest

SHELL = re.compile(r"```sh\n(.+?)\n```", re.DOTALL)


@pytest.fixture
def page(root):
    return (root / "docs/how-to/air-gapped.md").read_text(encoding="utf-8")


def test_what_it_runs_after_the_install_runs_as_printed(page, root, tmp_path, monkeypatch, capfd):
    from redactphi import cli

    (tmp_path / "fixtures").symlink_to(root / "fixtures")
    monkeypatch.chdir(tmp_path)
    section = page.split("## 4.")[1].split("\n## ")[0]
    text, run = SHELL.findall(section)
    arguments = re.fullmatch(r'redactphi text "(.+)"', text)[1]
    assert cli.run(["text", arguments]) == 0
    assert capfd.readouterr().out.strip() == re.search(r"```\n(Seen.+?)\n```", section)[1]
    for command in run.splitlines():
        assert cli.run(command.split()[1:]) == 0, command
    assert "\nclean." in capfd.readouterr().out


def test_it_says_what_the_folder_itself_says(page, root):
    inside = (root / "release/INSTALL.txt").read_text(encoding="utf-8")
    commands = [line.strip() for line in inside.splitlines() if line.startswith("    ")]
    assert len(commands) == 4
    for command in commands[:3]:
        assert command in page
    for name in ("requirements.txt", "SHA256SUMS", "sbom.cdx.json"):
        assert f"`{name}`" in page
        assert name in inside


def test_the_targets_it_names_exist(page, root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([\w-]+)", page, re.MULTILINE))
    assert {"wheelhouse", "wheelhouse-check"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
