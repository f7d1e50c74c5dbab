"""What the build adds to the tree: the compiled rules, code book, lexicon and phrase index, and in a wheel the model.

Runs for wheels and editable installs; in a checkout, ``python hatch_build.py`` does the same without installing.
Only [build-system].requires is there while building, so the steps import little, and nothing that needs spaCy.
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
COMPILED = ROOT / "detect_icd" / "data" / "compiled"
RULES = ROOT / "redactphi" / "data" / "compiled"
NOTES = ROOT / "fixtures" / "notes.csv"
CASES = ROOT / "fixtures" / "cases"
_SOME = 8
"""Of how many cases one is read."""
MODEL = ROOT / "models" / "en_redactphi_sm"


class CompileHook(BuildHookInterface[Any]):
    """Compiles before hatchling collects files; see [tool.hatch.build.targets.wheel]."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles the data and places the model.

        Raises:
            FileNotFoundError: A wheel is being built and the model is not there.
        """
        compile_data()
        if version == "editable":
            return  # finds the model in the checkout
        if not (MODEL / "config.cfg").is_file() and not (MODEL / "meta.json").is_file():
            raise FileNotFoundError(f"no model in models/{MODEL.name}: a wheel must carry one; see models/training")
        build_data["force_include"][str(MODEL)] = "redactphi/data/model"

    def clean(self, versions: list[str]) -> None:
        """Takes the compiled files away."""
        for path in (*COMPILED.glob("*"), *RULES.glob("*")):
            path.unlink()


def compile_data() -> None:
    """Runs every step, in order: a later one may read what an earlier one compiled."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    for folder in (COMPILED, RULES):
        folder.mkdir(parents=True, exist_ok=True)
    for step in STEPS:
        step()


def compile_code_book() -> None:
    """The embedded ICD-10-CM releases."""
    from detect_icd.importers.build import build  # noqa: PLC0415 - the tree is importable only now

    build(COMPILED / "icd10cm.sqlite")


def compile_phrases() -> None:
    """The phrase index over all embedded releases."""
    from detect_icd.codebook import embedded_books  # noqa: PLC0415 - the code book is compiled only now
    from detect_icd.matchers.compiling import compile_index  # noqa: PLC0415
    from detect_icd.matchers.index import FILE  # noqa: PLC0415

    compile_index(embedded_books(), COMPILED / FILE)


def compile_injuries() -> None:
    """The injury titles of all embedded releases."""
    from detect_icd.codebook import embedded_books  # noqa: PLC0415 - as above
    from detect_icd.matchers.special.injury_titles import FILE, pack  # noqa: PLC0415 - as above

    pack(embedded_books(), COMPILED / FILE)


def compile_procedures() -> None:
    """The procedure lexicon with its words, and how operations are told."""
    from detect_icd.matchers import accounts  # noqa: PLC0415 - as above
    from detect_icd.matchers.procedures_index import index, pack_lexicon  # noqa: PLC0415 - as above

    pack_lexicon(COMPILED)
    accounts.pack_accounts(index().vocabulary, COMPILED / accounts.FILE)


def compile_ready() -> None:
    """What the patterns and tables of detection come to, as far as the notes of the demonstration and some cases ask."""
    from detect_icd import ready  # noqa: PLC0415 - as above
    from detect_icd.detector import CodeDetector  # noqa: PLC0415 - as above
    from detect_icd.local_data import VARIABLE  # noqa: PLC0415 - as above

    with NOTES.open(encoding="utf-8", newline="") as lines:
        texts = [row["note_text"] for row in csv.DictReader(lines)]
    for path in sorted(CASES.glob("*/dev/*.txt")):
        texts += path.read_text(encoding="utf-8").splitlines()[::_SOME]
    with mock.patch.dict(os.environ, {VARIABLE: ""}):
        detector = CodeDetector()
        for text in texts:
            detector.detect(text)
    ready.pack(COMPILED / ready.FILE)


def compile_rules() -> None:
    """The patterns of the rules, and where each can begin."""
    from redactphi.recognizers.compiled import FILE, pack  # noqa: PLC0415 - as above
    from redactphi.resources import rule_families, rules  # noqa: PLC0415 - as above

    pack([rule for family in rule_families() for rule in rules(family)], RULES / FILE)


STEPS = (compile_code_book, compile_phrases, compile_injuries, compile_procedures, compile_ready, compile_rules)

if __name__ == "__main__":
    compile_data()
