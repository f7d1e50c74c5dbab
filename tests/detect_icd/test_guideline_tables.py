"""Each row of the guideline tables, families too, with its examples and near-misses; and what rows do together."""

import pytest

from detect_icd.codebook import CodeBook
from detect_icd.conventions.concluded import concluded
from detect_icd.conventions.features import families
from detect_icd.conventions.linked import linked
from detect_icd.conventions.organisms import tables
from detect_icd.conventions.sequelae import sequelae
from detect_icd.conventions.statements import statements
from detect_icd.guideline_rules import rules
from tests.detect_icd.marked import marked

NOTES = {
    "organisms": [
        "[UTI](N39.0), culture grew ESBL E. coli => N39.0 B96.20 Z16.12",
        "[Pneumonia](J18.9) due to Klebsiella => J15.0",
        "[Sepsis](A41.9) due to MRSA => A41.02",
        "Native [septic arthritis of the right knee](M00.9), aspirate grew MSSA => M00.061 B95.61",
        "[Malignant otitis externa](H60.22), canal culture Pseudomonas aeruginosa => H60.22 B96.5",
        "[Abscess of axilla](L02.412), cultures grew MRSA => L02.412 B95.62",
        "[UTI](N39.0). MRSA nares screen positive. => N39.0",
        "[Asthma](J45.909), blood cultures grew E. coli => J45.909",
        "[Pneumonia](J18.9), Klebsiella ruled out => J18.9",
        "[Deep incisional SSI](T81.42XA) lumbar wound, [MRSA](B95.62) => T81.42XA B95.62",
    ],
    "fractures": [
        "Known [senile osteoporosis](M81.0). New [T12 fracture](S22.080A). => M80.08XA",
        "[Osteoporosis](M81.0). [Right femoral neck fracture](S72.001A) turning in bed. => M80.051A",
        "[Osteoporosis](M81.0). [Right femoral neck fracture](S72.001A) in a car crash. => M81.0 S72.001A",
        "[Osteoporosis](M81.0). No [fracture](S72.001A negated). => M81.0",
    ],
    "excludes1": [
        "1) [psychogenic dysmenorrhea](F45.8); 2) [sleep-related bruxism](G47.63) => F45.8 G47.63",
        "[COPD](J44.9), [pneumonia](J18.9), due to [aspiration](J69.0) => J44.9 J69.0",
        "[UTI](N39.0): [acute cystitis](N30.00) => N30.00",
    ],
    "ulcers": [
        "R heel: stage 3 pressure ulcer, 2 x 3 cm.\\nL heel: deep tissue pressure injury, maroon.\\nSacrum: no pressure injury. => L89.613 L89.626",
        "[Pressure injuries](L89.90):\\n  Sacrum - stage 3, 4 x 3 cm\\n  R heel - stage 2 => L89.153 L89.612",
        "Unstageable pressure ulcer left buttock => L89.320",
        "[DM2](E11.9), ulcer plantar R 1st MTP probing to subcutaneous fat, fat layer exposed, no bone => E11.621 L97.512",
        "Stage 2 pressure ulcer of sacrum, stage 4 pressure ulcer of left hip => L89.152 L89.224",
        "Diabetic foot ulcer left heel, fat layer exposed. [Type 2 DM](E11.9). => E11.621 L97.422",
        "Nonhealing ulcer, left calf, fat layer exposed => L97.222",
        "[Gastric ulcer](K25.9). Foot exam normal. => K25.9",
        "No pressure ulcer of the right heel => ",
        "[CKD stage 3](N18.30), pain of the right heel; no pressure ulcer => N18.30",
    ],
    "links": [
        "[Heart failure unrelated to hypertension](I11.0); [HTN](I10). => I50.9 I10",
        "[Neuropathy](G62.9) due to chemotherapy, not diabetes. [Type 2 DM](E11.9). => G62.9 E11.9",
        "[Neuropathy](G62.9). [Type 2 DM](E11.9). => E11.42",
    ],
    "both courses": [
        "Acute on [chronic prostatitis](N41.1) => N41.0 N41.1",
        "Acute and chronic [mastoiditis](H70.12) on the left => H70.002 H70.12",
        "[Chronic prostatitis](N41.1). Acute visit for [asthma](J45.909). => J45.909 N41.1",
    ],
    "each eye by itself": [
        "[Primary open-angle glaucoma](H40.1130) OU. OD mild stage, OS moderate stage. => H40.1111 H40.1122",
        "[Keratoconus](H18.603) OU. OD stable. OS unstable. => H18.611 H18.622",
        "OS: [moderate NPDR](E11.3311) with macular edema. OD: no retinopathy. => E11.3312",
        "[Primary open-angle glaucoma](H40.1132) OU, moderate. OD 20/20, OS 20/40. => H40.1132",
        "[Fuchs dystrophy](H18.511), right. OD guttae. OS graft clear. => H18.511",
    ],
    "own operation leaves no status": [
        "[R THA](Z96.641) POD2 for [osteoarthritis](M16.11) => M16.11",
        "Admitted for [right hemicolectomy](Z90.49) for [adenocarcinoma](C18.2) => C18.2",
        "s/p [right hemicolectomy](Z90.49) 2019, admitted for [pneumonia](J18.9) => J18.9 Z90.49",
        "[Pacemaker](Z95.0), admitted for [pneumonia](J18.9) => J18.9 Z95.0",
    ],
    "the kind gives way to the disease": [
        "[Gout](M10.9) sheet handed out. [Chronic gout of the ankle with tophus](M1A.0721). => M1A.0721",
        "[Cataracts](H26.9): [nuclear cataract, both eyes](H25.13) => H25.13",
        "[Heart failure](I50.9), [cardiomyopathy](I42.9) => I42.9 I50.9",
    ],
    "former smoker has no dependence": [
        "[Former smoker](Z87.891), 40 pack-years of [cigarettes](F17.210) => Z87.891",
    ],
}


def notes():
    """The examples and near-misses of every row, then the notes that try what no single row says."""
    known = rules()
    kin = [kin.family for kin in families().values()]
    for table in (
        known.combinations,
        known.suppressions,
        known.generals,
        concluded(),
        statements().rules,
        *linked(),
        kin,
    ):
        for rule in table:
            for kind in ("matches", "ignores"):
                for number, line in enumerate(getattr(rule, kind)):
                    yield pytest.param(line, id=f"{getattr(rule, 'name', '') or rule.diagnoses[0]} {kind} {number}")
    for kind in ("matches", "ignores"):
        for number, line in enumerate(getattr(sequelae(), kind)):
            yield pytest.param(line, id=f"sequelae {kind} {number}")
    for topic, lines in NOTES.items():
        for number, line in enumerate(lines):
            yield pytest.param(line, id=f"{topic} {number}")


@pytest.mark.parametrize("line", list(notes()))
def test_what_a_note_comes_to(line):
    found, wanted = marked(line)
    assert found == wanted


def test_every_rule_has_an_example_and_a_near_miss():
    known = rules()
    for rule in (*known.combinations, *known.suppressions, *known.generals):
        assert rule.matches
        assert rule.ignores


def test_every_code_of_the_organisms_exists():
    book = CodeBook.open()
    for organism in tables().organisms:
        assert book[organism.cause].billable
        assert all(code in book for code in organism.sites.values())


@pytest.mark.parametrize(
    ("note", "redacted"),
    [
        ("[Crohn's colitis](K50.10), seen by Dr Ana Ruiz in Springfield, with [rectal bleeding](K62.5) => K50.111",
         "[Crohn's colitis](K50.10), seen by \\[NAME] in \\[LOCATION], with [rectal bleeding](K62.5) => K50.111"),
    ],
)  # fmt: skip
def test_placeholders_change_nothing(note, redacted):
    assert marked(note)[0] == marked(redacted.replace("\\[", "["))[0]
