"""The locked core requirements: the same versions as tested, complete, under licences that are allowed."""

import tomllib
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution, distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.licences import BSD, LicenceError, licence_of, refuse_others
from release.locked import LockError, read_locked
from release.target import Target


@pytest.fixture(scope="module")
def core(root):
    return {canonicalize_name(one.requirement.name): one for one in read_locked(root / "requirements/core.txt")}


def installed(core):
    for name, locked in core.items():
        if locked.applies(Target()):
            try:
                yield name, distribution(name)
            except PackageNotFoundError:
                pytest.fail(f"{name} is locked and not installed")


def test_core_and_development_have_the_same_versions_and_files(root, core):
    tested = {canonicalize_name(one.requirement.name): one for one in read_locked(root / "requirements/dev.txt")}
    for name, locked in core.items():
        if name in tested:
            assert locked.requirement.specifier == tested[name].requirement.specifier, name
            assert locked.hashes == tested[name].hashes, name


def test_core_holds_what_the_project_and_each_package_needs(root, core):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    environment = dict(Target().environment())
    needed = list(map(Requirement, project["dependencies"]))
    for _, found in installed(core):
        needed += map(Requirement, found.requires or [])
    for one in needed:
        if one.marker is None or one.marker.evaluate(environment):
            locked = core[canonicalize_name(one.name)]
            version = str(locked.requirement.specifier).removeprefix("==")
            assert one.specifier.contains(version, prereleases=True), one


def test_nothing_of_tests_or_training_is_in_core(core):
    assert {"pytest", "mypy", "ruff", "faker", "pyspark", "hatchling", "cyclonedx-python-lib"}.isdisjoint(core)


def test_windows_needs_what_linux_does_not(core):
    assert core["colorama"].applies(Target("win_amd64", "3.12"))
    assert not core["colorama"].applies(Target("manylinux_2_28_x86_64", "3.12"))


def test_every_core_package_has_a_licence_that_is_allowed(core):
    licences = {name: licence_of(found.metadata) for name, found in installed(core)}
    assert licences["spacy"] == "MIT"
    assert licences["certifi"] == "MPL-2.0"
    assert licences["blis"] == BSD
    refuse_others(licences.items())


def test_the_licence_of_the_project_is_told(root):
    (own,) = [found for found in distributions() if found.metadata["Name"] == "redactphi"][:1]
    assert licence_of(own.metadata) == "Apache-2.0"


def metadata(**fields):
    made = Message()
    made["Name"] = "thing"
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            made[name.replace("_", "-")] = one
    return made


GPL = "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"


@pytest.mark.parametrize(
    "fields",
    [
        {"License_Expression": "GPL-3.0-only"},
        {"License_Expression": "AGPL-3.0-or-later"},
        {"License": "AGPL-3.0-only", "Classifier": "License :: OSI Approved :: MIT License"},
        {"License_Expression": "MIT AND GPL-2.0-only"},
        {"License_Expression": "MIT AND (GPL-2.0-only OR Apache-2.0)"},
        {"Classifier": GPL},
        {"Classifier": [GPL, "License :: OSI Approved :: MIT License"]},
        {"License": "see the file"},
        {"License": "Proprietary", "Classifier": "Programming Language :: Python"},
        {},
    ],
)
def test_gpl_and_what_cannot_be_told_is_refused(fields):
    with pytest.raises(LicenceError, match="thing"):
        refuse_others([("thing", licence_of(metadata(**fields)))])


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License_Expression": "mit"}, "MIT"),
        ({"License": "Apache 2.0"}, "Apache-2.0"),
        ({"License": "BSD", "Classifier": "License :: OSI Approved :: BSD License"}, BSD),
        ({"License_Expression": "GPL-2.0-only OR Apache-2.0"}, "GPL-2.0-only OR Apache-2.0"),
    ],
)
def test_what_may_be_used_is_let_in(fields, licence):
    assert licence_of(metadata(**fields)) == licence
    refuse_others([("thing", licence)])


@pytest.mark.parametrize("line", ["spacy==3.8", f"spacy>=3 --hash=sha256:{'0' * 64}"])
def test_a_requirement_without_hash_or_version_is_refused(tmp_path, line):
    (tmp_path / "core.txt").write_text(f"# why\n{line}\n", encoding="utf-8")
    with pytest.raises(LockError, match="spacy"):
        list(read_locked(tmp_path / "core.txt"))
