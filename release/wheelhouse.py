"""Builds the wheelhouse: redactphi and all it needs as wheels, hashed, with a bill of materials.

``python -m release.wheelhouse --out wheelhouse`` in the environment of ``requirements/wheelhouse.txt``; see ``make wheelhouse``.

The same checkout gives the same files, byte for byte: versions and hashes stand in ``requirements/core.txt``, the time in the
bill of materials is that of the commit (or ``SOURCE_DATE_EPOCH``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Template

import click

from release import WheelhouseError
from release.licences import refuse_others
from release.locked import Locked, read_locked
from release.target import RUNNING, Target
from release.wheels import Wheel, check_complete, read_wheels, sha256_of

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "requirements" / "core.txt"
REQUIREMENTS, SUMS, SBOM, INSTALL = "requirements.txt", "SHA256SUMS", "sbom.cdx.json", "INSTALL.txt"
_TEXT = Path(__file__).with_name("INSTALL.txt")


def build(out: Path, target: Target) -> None:
    """Make the folder, or leave what was there.

    Args:
        out: The folder; an older one is replaced.
        target: What the wheels are for.

    Raises:
        subprocess.CalledProcessError: Pip failed; it has said why.
        WheelhouseError: A wheel is missing, or a licence is not allowed.
        FileExistsError: There is a folder that is no wheelhouse.
    """
    if out.exists() and not (out / SUMS).is_file():
        raise FileExistsError(f"{out.name} is there already and is no wheelhouse")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".wheelhouse-") as temporary:
        folder = Path(temporary) / "wheelhouse"
        folder.mkdir()
        download([one for one in read_locked(CORE) if one.applies(target)], target, folder)
        build_own(folder)
        write_papers(folder, target, made_at())
        if out.exists():
            shutil.rmtree(out)
        folder.rename(out)


def download(needed: Sequence[Locked], target: Target, folder: Path) -> None:
    """Fetch the wheels, each by its hash."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write("".join(f"{one.line()}\n" for one in needed))
        listed.flush()
        options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", *target.pip_options()]
        _pip("download", *options, "--dest", str(folder), "--requirement", listed.name)


def build_own(folder: Path) -> None:
    """Build redactphi's own wheel; without a fixed seed the order of some sets would be in it."""
    options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    _pip("wheel", *options, environment={"PYTHONHASHSEED": "0"})


def _pip(*arguments: str, environment: dict[str, str] | None = None) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, env=os.environ | (environment or {}))


def write_papers(folder: Path, target: Target, made: datetime) -> None:
    """Write what stands beside the wheels, the sums of all of it last."""
    from release.sbom import sbom  # noqa: PLC0415 - its library is in no environment but the wheelhouse's own

    wheels = read_wheels(folder)
    check_complete(wheels, target)
    refuse_others((wheel.name, wheel.licence) for wheel in wheels)
    (folder / REQUIREMENTS).write_text(requirements(wheels), encoding="utf-8")
    (folder / SBOM).write_text(sbom(wheels, target, made), encoding="utf-8")
    version = next(str(wheel.version) for wheel in wheels if wheel.name == "redactphi")
    text = Template(_TEXT.read_text(encoding="utf-8"))
    (folder / INSTALL).write_text(text.substitute(version=version, target=target), encoding="utf-8")
    sums = [f"{sha256_of(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")


def requirements(wheels: Sequence[Wheel]) -> str:
    """A requirements file of exactly these files."""
    return "".join(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in wheels)


def made_at() -> datetime:
    """The time of the commit, or what ``SOURCE_DATE_EPOCH`` says; without either, the beginning of 2020, as in the wheel."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _commit_time() or "1580601600"
    return datetime.fromtimestamp(int(seconds), UTC)


def _commit_time() -> str:
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="wheelhouse", show_default=True)
@click.option("--platform", default="", help="A platform tag, as manylinux_2_28_x86_64; by default this machine's.")
@click.option("--python-version", default="", help="As 3.12; by default that of the running Python.")
def main(out: Path, platform: str, python_version: str) -> None:
    """Build the wheelhouse in a folder."""
    try:
        target = Target(platform.strip(), python_version.strip() or RUNNING)
        build(out.resolve(), target)
    except subprocess.CalledProcessError:
        raise click.ClickException("pip failed, see above; nothing was written") from None
    except (FileExistsError, WheelhouseError) as error:
        raise click.ClickException(str(error)) from None
    count = len(list(out.glob("*.whl")))
    size = sum(path.stat().st_size for path in out.iterdir())
    click.echo(f"{out}: {count} wheels, {size / 1e6:.0f} MB, for {target}")


if __name__ == "__main__":
    main()
