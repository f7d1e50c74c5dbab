"""Checks a wheelhouse as an administrator without a network would: sums, an install into an empty environment, a note.

``python -m release.check wheelhouse``, with the Python the wheelhouse is for. Needs nothing but that Python.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

_UNREACHABLE = "http://127.0.0.1:9"
_SEEN = "Seen by Dr. Adaeze Nwosu on 03/14/2024, MRN 00482913."
_SAFE = "Seen by Dr. [PROVIDER] on [DATE 2024], MRN [MRN]."
_CODED, _CODE = "POSTOPERATIVE DIAGNOSIS: Rectal prolapse.", "K62.3"
_WHERE = "import redactphi, detect_icd; print(redactphi.__file__, detect_icd.__file__, sep='\\n')"


class CheckError(Exception):
    """The wheelhouse does not do what it should."""


def check(folder: Path) -> None:
    """Go through all of it, in a temporary folder.

    Raises:
        CheckError: Says what is wrong.
    """
    check_sums(folder)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary).resolve()
        venv.create(place / "venv", with_pip=True)
        scripts = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
        install = ["--no-index", "--find-links", str(folder), "--require-hashes", "--requirement"]
        _run(place, scripts / "python", "-m", "pip", "install", "--quiet", *install, str(folder / "requirements.txt"))
        _run(place, scripts / "python", "-m", "pip", "check")
        _expect(_SAFE, _run(place, scripts / "redactphi", "text", _SEEN))
        _expect(_CODE, _run(place, scripts / "detect-icd", "detect", _CODED))
        for file in _run(place, scripts / "python", "-c", _WHERE).splitlines():
            _expect(str(place), file)


def check_sums(folder: Path) -> None:
    """See that the files are those that ``SHA256SUMS`` lists, and no others.

    Raises:
        CheckError: Names those that are not.
    """
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    found = {path.name: _sha256(path) for path in folder.iterdir() if path.name != "SHA256SUMS"}
    if wrong := sorted(name for name in listed.keys() | found.keys() if listed.get(name) != found.get(name)):
        raise CheckError(f"not as listed in SHA256SUMS: {', '.join(wrong)}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run(place: Path, *command: str | Path) -> str:
    """What a command prints, run far from any checkout, with no way to a package index and no one's settings."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(place),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",
        "http_proxy": _UNREACHABLE,
        "https_proxy": _UNREACHABLE,
    }
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    done = subprocess.run(command, cwd=place, env=environment | kept, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CheckError(f"{' '.join(map(str, command[:4]))} failed:\n{done.stderr.strip()}")
    return done.stdout


def _expect(wanted: str, printed: str) -> None:
    if wanted not in printed:
        raise CheckError(f"{wanted!r} is missing in what was printed: {printed!r}")


def main() -> int:
    """Check a folder and say so."""
    parser = argparse.ArgumentParser(description="Check a wheelhouse: sums, install without a network, a note.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    try:
        check(folder)
    except (CheckError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{folder.name}: sums, install without a network, redaction and codes are as they should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
