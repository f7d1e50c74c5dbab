"""The wheelhouse's parts, on small wheels made here; `make wheelhouse wheelhouse-check` is the whole of it."""

import subprocess
import sys
import zipfile

import pytest

from release.check import CheckError, check_sums
from release.target import Target
from release.wheelhouse import build, made_at, requirements
from release.wheels import IncompleteError, check_complete, read_wheels, sha256_of


def make_wheel(folder, name, version="1.0", requires=()):
    info = f"{name}-{version}.dist-info"
    metadata = "\n".join(
        [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}", *(f"Requires-Dist: {r}" for r in requires)]
    )
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", f"{metadata}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def house(tmp_path):
    folder = tmp_path / "house"
    folder.mkdir()
    make_wheel(folder, "first", requires=["second>=1", "third; sys_platform == 'win32'", "fourth; extra == 'more'"])
    make_wheel(folder, "second")
    return folder


def install(house, into):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    options = [
        "--find-links",
        str(house),
        "--target",
        str(into),
        "--require-hashes",
        "-r",
        str(house / "requirements.txt"),
    ]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


def test_pip_installs_what_the_requirements_name_and_refuses_another_file(house, tmp_path):
    (house / "requirements.txt").write_text(requirements(read_wheels(house)), encoding="utf-8")
    done = install(house, tmp_path / "into")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "into" / "second.py").exists()
    with zipfile.ZipFile(house / "second-1.0-py3-none-any.whl", "a") as archive:
        archive.writestr("more.py", "")
    done = install(house, tmp_path / "other")
    assert done.returncode
    assert "HASH" in done.stderr.upper()


def test_a_house_is_complete_for_some_machines_and_not_for_others(house):
    wheels = read_wheels(house)
    check_complete(wheels, Target("manylinux_2_28_x86_64", "3.12"))
    with pytest.raises(IncompleteError, match="first needs third"):
        check_complete(wheels, Target("win_amd64", "3.12"))


def test_a_wheel_too_old_is_missing(house):
    (house / "second-1.0-py3-none-any.whl").unlink()
    make_wheel(house, "second", "0.9")
    with pytest.raises(IncompleteError, match="first needs second>=1"):
        check_complete(read_wheels(house), Target())


def test_two_wheels_of_one_package_and_none_are_refused(house, tmp_path):
    make_wheel(house, "second", "1.1")
    with pytest.raises(IncompleteError, match="second"):
        read_wheels(house)
    with pytest.raises(IncompleteError, match="no wheels"):
        read_wheels(tmp_path)


def test_sums_tell_what_was_changed_added_or_taken_away(house):
    sums = [f"{sha256_of(path)}  {path.name}\n" for path in sorted(house.iterdir())]
    (house / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    check_sums(house)
    (house / "more.txt").write_text("x", encoding="utf-8")
    with pytest.raises(CheckError, match=r"more\.txt"):
        check_sums(house)
    (house / "more.txt").unlink()
    (house / "second-1.0-py3-none-any.whl").write_bytes(b"")
    with pytest.raises(CheckError, match="second"):
        check_sums(house)
    (house / "second-1.0-py3-none-any.whl").unlink()
    with pytest.raises(CheckError, match="second"):
        check_sums(house)


def test_a_folder_that_is_no_wheelhouse_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("kept", encoding="utf-8")
    with pytest.raises(FileExistsError):
        build(tmp_path, Target())
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_time_is_that_of_the_source(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert made_at().isoformat() == "1970-01-02T00:00:00+00:00"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert made_at() == made_at()
