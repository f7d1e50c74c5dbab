"""Official files of a few lines, in the layouts they are published in."""

import zipfile


def tabular(year=2028, codes=()):
    """A tabular list: K62 with the codes given, S82 with seventh characters."""
    below = "".join(f"<diag><name>{code}</name><desc>{title}</desc></diag>" for code, title in codes)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
  <version>{year}</version>
  <chapter>
    <name>11</name><desc>Diseases of the digestive system (K00-K95)</desc>
    <section id="K55-K64">
      <desc>Other diseases of intestines (K55-K64)</desc>
      <diag>
        <name>K62</name><desc>Other diseases of anus and rectum</desc>
        <diag>
          <name>K62.3</name><desc>Rectal prolapse</desc>
          <inclusionTerm><note>Prolapse of mucosa of rectum</note></inclusionTerm>
        </diag>{below}
      </diag>
    </section>
  </chapter>
  <chapter>
    <name>19</name><desc>Injuries (S00-T88)</desc>
    <section id="S80-S89">
      <desc>Injuries to the knee and lower leg (S80-S89)</desc>
      <diag>
        <name>S82</name><desc>Fracture of lower leg</desc>
        <sevenChrDef>
          <extension char="A">initial encounter for closed fracture</extension>
          <extension char="B">initial encounter for open fracture</extension>
          <note>initial encounter for open fracture NOS</note>
        </sevenChrDef>
        <diag><name>S82.0</name><desc>Fracture of patella</desc></diag>
      </diag>
    </section>
  </chapter>
</ICD10CM.tabular>
"""


NEW = (("K62.A", "Fernwald proctopathy"),)
"""A code no embedded release has."""


def listed(codes=()):
    """Headings and codes with their flag and title, in the order of codes."""
    return [
        ("K62", "0", "Other diseases of anus and rectum"),
        ("K623", "1", "Rectal prolapse"),
        *((code.replace(".", ""), "1", title) for code, title in codes),
        ("S82", "0", "Fracture of lower leg"),
        ("S820XXA", "1", "Fracture of patella, initial encounter for closed fracture"),
        ("S820XXB", "1", "Fracture of patella, initial encounter for open fracture"),
    ]


def order(codes=()):
    """An order file: number, code, flag, short and long title in their columns."""
    return "".join(
        f"{number:05d} {code:<7} {flag} {title[:60]:<60} {title}\n"
        for number, (code, flag, title) in enumerate(listed(codes), 1)
    )


def code_list(codes=()):
    """The code list of the same release: billable codes only, without number or flag."""
    return "".join(f"{code:<7} {title}\n" for code, flag, title in listed(codes) if flag == "1")


def addenda():
    """The changes that stand in the same zip; no list of codes."""
    return "Add:     K62A    Fernwald proctopathy\nDelete:  K624    Stenosis of anus\nNo Change\n"


def index(terms, year=2028):
    """The Alphabetic Index of main terms given as XML."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index>
  <version>{year}</version>
  <title>ICD-10-CM INDEX TO DISEASES and INJURIES</title>
  <letter><title>A</title>{terms}</letter>
</ICD10CM.index>
"""


PROLAPSE = """
<mainTerm>
  <title>Prolapse, prolapsed</title>
  <term level="1"><title>anus, anal<nemod>(canal) (sphincter)</nemod></title><code>K62.2</code></term>
  <term level="1">
    <title>rectum<nemod>(mucosa) (sphincter)</nemod> NEC</title>
    <code>K62.3</code>
    <term level="2"><title>bulging</title><code>K62.-</code></term>
  </term>
</mainTerm>
<mainTerm><title>Falling, falls<nemod>(organ or part)</nemod></title><see>Prolapse</see></mainTerm>
<mainTerm><title>Displacement, displaced</title><seeAlso>Prolapse</seeAlso></mainTerm>
<mainTerm><title>Fernwald disease</title><code>K62.A</code></mainTerm>
"""

EXTERNAL = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index>
  <version>2028</version>
  <title>ICD-10-CM EXTERNAL CAUSE of INJURIES INDEX</title>
  <letter><title>F</title>
    <mainTerm>
      <title>Fall, falling<nemod>(accidental)</nemod></title><code>W19</code>
      <term level="1"><title>from, off</title><term level="2"><title>ladder</title><code>W11</code></term></term>
    </mainTerm>
  </letter>
</ICD10CM.index>
"""

DRUG = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index>
  <version>2028</version>
  <indexHeading>
    <head col="1">Substance</head>
    <head col="2">Poisoning Accidental (unintentional)</head>
    <head col="3">Poisoning Intentional self-harm</head>
    <head col="4">Poisoning Assault</head>
    <head col="5">Poisoning Undetermined</head>
    <head col="6">Adverse effect</head>
    <head col="7">Underdosing</head>
  </indexHeading>
  <letter><title>#</title>
    <mainTerm>
      <title>1-propanol</title>
      <cell col="2">T51.3X1</cell><cell col="3">T51.3X2</cell><cell col="4">T51.3X3</cell>
      <cell col="5">T51.3X4</cell><cell col="6">--</cell><cell col="7">--</cell>
    </mainTerm>
  </letter>
</ICD10CM.index>
"""

NEOPLASM = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index>
  <version>2028</version>
  <indexHeading>
    <head col="1">Neoplasm</head>
    <head col="2">Malignant Primary</head>
    <head col="3">Malignant Secondary</head>
    <head col="4">Ca in situ</head>
    <head col="5">Benign</head>
    <head col="6">Uncertain Behavior</head>
    <head col="7">Unspecified Behavior</head>
  </indexHeading>
  <letter><title>N</title>
    <mainTerm>
      <title>Neoplasm, neoplastic</title>
      <cell col="2">C80.1</cell><cell col="3">C79.9</cell><cell col="4">D09.9</cell>
      <cell col="5">D36.9</cell><cell col="6">D48.9</cell><cell col="7">D49.9</cell>
      <term level="1">
        <title>abdomen, abdominal</title>
        <cell col="2">C76.2</cell><cell col="3">C79.8-</cell><cell col="4">D09.8</cell>
        <cell col="5">D36.7</cell><cell col="6">D48.7</cell><cell col="7">--</cell>
      </term>
    </mainTerm>
  </letter>
</ICD10CM.index>
"""


def release_files(year=2028, codes=NEW):
    """Tabular list and order file of a year, by name."""
    return {f"icd10cm_tabular_{year}.xml": tabular(year, codes), f"icd10cm_order_{year}.txt": order(codes)}


def index_files():
    """The four indexes, by name."""
    return {
        "icd10cm_index_2028.xml": index(PROLAPSE),
        "icd10cm_eindex_2028.xml": EXTERNAL,
        "icd10cm_drug_2028.xml": DRUG,
        "icd10cm_neoplasm_2028.xml": NEOPLASM,
    }


def write_folder(folder, files):
    """Writes files, text or bytes, into a folder made for them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def write_zip(path, files):
    """Writes files, text or bytes, into a zip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
