from pathlib import Path

import pytest
from hypothesis import settings

# Machines here are shared: how long an example takes says nothing.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    if not (SHARED / "data").is_dir():
        pytest.skip("the evaluation data is not beside this checkout")
    return SHARED / "data"


@pytest.fixture(scope="session", autouse=True)
def nothing_imported(tmp_path_factory):
    """What a developer imported on this machine changes no test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DETECT_ICD_DATA", str(tmp_path_factory.mktemp("nothing-imported")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def redactor():
    from redactphi import Redactor

    return Redactor()
