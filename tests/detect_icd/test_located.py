"""Cancers at the place of their lump, and fractures of diseased bones."""

import pytest

from detect_icd import CodeDetector


@pytest.fixture(scope="module")
def detector():
    return CodeDetector(service_date="2026-03-01")


def diagnoses(detector, text):
    return [c.coding.code for c in detector.detect(text).reported if not c.coding.code[0].isdigit()]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ulcerated mass in the cecum, biopsy adenocarcinoma.", "C18.0"),
        ("Fungating mass at the hepatic flexure; the path report is adenocarcinoma.", "C18.3"),
        ("RUL mass, bx adenocarcinoma", "C34.11"),
        ("Left kidney mass, path clear cell carcinoma", "C64.2"),
        ("Thyroid nodule, FNA papillary carcinoma", "C73"),
    ],
)
def test_a_cancer_is_where_its_lump_is(detector, text, code):
    assert code in diagnoses(detector, text)


@pytest.mark.parametrize(
    "text",
    [
        "Sigmoid polyp, biopsy: no carcinoma",
        "No mass in the cecum; biopsy adenocarcinoma at an outside hospital, site not given",
        "Liver mass, biopsy: adenocarcinoma",
        "Brain lesion, path metastatic carcinoma",
        "RUL mass; carcinoma is feared",
        "Mass in the cecum and mass in the rectum, biopsy adenocarcinoma of one",
    ],
)
def test_no_place_is_guessed(detector, text):
    assert not [code for code in diagnoses(detector, text) if code[0] == "C" and not code.startswith(("C7", "C80"))]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Myeloma, pathologic fracture of T12.", "M84.58XA"),
        ("Path fx R distal radius, RCC with bone mets.", "M84.533A"),
        ("Pathologic fracture of the left humerus, cause unknown.", "M84.422A"),
        ("Fracture of the left femoral shaft through a lytic lesion, lung cancer.", "M84.552A"),
        ("Pathologic fracture of the right ankle, cause unknown.", "M84.471A"),
        ("Osteoporosis with current L2 fragility fracture.", "M80.08XA"),
    ],
)
def test_a_pathologic_fracture_is_no_injury(detector, text, code):
    found = diagnoses(detector, text)
    assert code in found
    assert not [other for other in found if other.startswith("S")]


def test_a_fracture_beside_a_cancer_stays_an_injury(detector):
    found = diagnoses(
        detector, "Fell off a ladder, fracture of the left humerus. Breast cancer with bone mets in the spine."
    )
    assert "S42.302A" in found
    assert not [code for code in found if code.startswith("M84")]
