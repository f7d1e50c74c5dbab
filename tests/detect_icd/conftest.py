"""A detector and a matcher; imports into folders of their own, quick where it does not matter what else is detected."""

import pytest

from detect_icd import CodeDetector, importing
from detect_icd.codebook import releases
from detect_icd.importing import import_icd10cm
from detect_icd.matchers import compiling
from detect_icd.matchers.dictionary import DictionaryMatcher
from detect_icd.service_importing import import_service_files
from tests.detect_icd import service_official_files
from tests.detect_icd.official_files import index_files, release_files, write_folder


@pytest.fixture(scope="session")
def detector():
    """A detector of office notes: it keeps nothing of a note."""
    return CodeDetector()


@pytest.fixture(scope="session")
def matcher():
    """The matcher of the embedded phrases."""
    return DictionaryMatcher()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty folder that imported files are kept in."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DETECT_ICD_DATA", str(folder))
    return folder


@pytest.fixture
def quick(monkeypatch):
    """Imports compile the phrases of imported releases only: those embedded take their time."""
    monkeypatch.setattr(importing, "releases", lambda: [found for found in releases() if found.billable_count < 1000])
    monkeypatch.setattr(compiling, "read_synonyms", lambda: ())


@pytest.fixture
def import_files(home, quick, tmp_path):
    """Imports files given by name and content."""
    made = []

    def call(files, **options):
        made.append(write_folder(tmp_path / f"official{len(made)}", files))
        return import_icd10cm(made[-1], **options)

    return call


@pytest.fixture
def bring(home, tmp_path):
    """Imports files of CPT and HCPCS codes given by name and content."""
    folders = []

    def call(command, files, encoding="utf-8", **options):
        folders.append(tmp_path / f"given{len(folders)}")
        return import_service_files(command, *service_official_files.write(folders[-1], files, encoding), **options)

    return call


@pytest.fixture(scope="session")
def next_year(tmp_path_factory):
    """A folder that a coming release was imported into with its index, as a user does it."""
    folder = tmp_path_factory.mktemp("next-year")
    return import_in(folder, write_folder(folder / "official", {**release_files(), **index_files()}))


@pytest.fixture(scope="session")
def published_index(shared, tmp_path_factory):
    """A folder that the published Alphabetic Index and its tables were imported into."""
    return import_in(tmp_path_factory.mktemp("published"), shared / "icd" / "index", release="FY2026")


def import_in(folder, source, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DETECT_ICD_DATA", str(folder / "home"))
        import_icd10cm(source, **options)
    return folder / "home"
