"""At run time nothing is written and no socket is opened: read-only containers and closed networks just work."""

import json
import subprocess
import sys

import pytest

GUARD = """
import json, os, sys
sys.dont_write_bytecode = True
seen = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC

def guard(event, args):
    if event == "open" and args[0] != os.devnull:
        mode, flags = args[1] or "", args[2] or 0
        if set(mode) & set("wax+") or (not mode and flags & WRITES):
            seen.append("open")
    elif event == "socket.bind" and args[1] == ("::1", 0):
        pass  # urllib3, which Presidio's dependencies import, asks so whether the machine knows IPv6; nothing is sent
    elif event.split(".")[0] in {"socket", "subprocess", "shutil", "tempfile"} and event != "socket.__new__":
        seen.append(event)
    elif event in {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate"}:
        seen.append(event)

sys.addaudithook(guard)
"""

WORK = {
    "redactphi": """
import redactphi
safe = redactphi.redact("Seen by Dr. Adaeze Nwosu on 03/14/2024, MRN 00482913. a.b@example.org www.example.org")
assert "Nwosu" not in str(safe) and "example" not in str(safe)
""",
    "detect_icd": """
import detect_icd
found = detect_icd.detect("POSTOPERATIVE DIAGNOSIS: Rectal prolapse. PROCEDURE: Laparoscopic rectopexy.")
assert "K62.3" in {candidate.coding.code for candidate in found.reported}
detect_icd.lookup("K62.3"), detect_icd.search("rectal prolapse")
""",
}


@pytest.mark.parametrize("package", sorted(WORK))
def test_nothing_is_written_and_no_socket_opened(package, tmp_path):
    program = f"{GUARD}{WORK[package]}\nprint(json.dumps(seen))"
    env = {"HOME": str(tmp_path / "none"), "PATH": "/nowhere", "TMPDIR": str(tmp_path / "none")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
    assert not (tmp_path / "none").exists()


def test_the_guard_sees_writes(tmp_path):
    program = f"{GUARD}\nopen({str(tmp_path / 'x')!r}, 'w').close()\nos.mkdir({str(tmp_path / 'y')!r})\nprint(json.dumps(seen))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["open", "os.mkdir"]
