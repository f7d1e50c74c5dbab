"""What importing full-size CPT and HCPCS files costs, and a look-up in what is kept.

``python -m benchmarks.imports``

The published files may not be passed on, so they are made anew, seeded, in their layouts and of their size: four zips of PTP
edits (1.7 million), a fee schedule, a table of MUE. ``seconds`` are of the whole import from the zip to the file in place;
look-ups are wall microseconds of one call through ``ServiceFiles``, over codes drawn at random; half of the pairs are in the file.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from detect_icd.service_files import ServiceFiles
from detect_icd.service_importing import import_service_files

RESULTS = Path(__file__).parent / "results" / "imports.json"

_CODES = 14_000
_PARTS = 4
_PTP_HEAD = """\
A notice.\t\t\t\t\t\t
Column1/Column 2 Edits\t\t\t\t\t\t
Column 1\tColumn 2\t*=in \tEffective\tDeletion\tModifier\tPTP Edit Rationale
\t\texistence\tDate\tDate\t0=not allowed\t
\t\tprior to 1996\t\t*=no data\t1=allowed\t
\t\t\t\t\t9=not applicable\t
"""
_RATIONALES = (
    "CPT Manual or CMS manual coding instruction",
    "Misuse of column two code with column one code",
    "More extensive procedure",
    "Mutually exclusive procedures",
    "Standards of medical / surgical practice",
)
_FEE_HEAD = """\
,,2026 National Physician Fee Schedule Relative Value File January Release,,,,,,,,,,,,,,,,,,,,,
HCPCS,MOD,DESCRIPTION,STATUS CODE,WORK RVU,NON-FAC PE RVU,FACILITY PE RVU,MP RVU,NON-FACILITY TOTAL,FACILITY TOTAL,PCTC IND,GLOB DAYS,\
PRE OP,INTRA OP,POST OP,MULT PROC,BILAT SURG,ASST SURG,CO-SURG,TEAM SURG,ENDO BASE,CONV FACTOR,\
PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES,DIAGNOSTIC IMAGING FAMILY INDICATOR
"""
_FEE_ROW = ",,words made up here,A,7.94,9.10,8.01,1.90,18.94,17.85,0,090,0.11,0.76,0.13,2,1,2,1,0,,33.4009,09,99\n"
_MUE_HEAD = "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n"


def codes(draw: random.Random) -> list[str]:
    """Codes of the forms there are, in order."""
    numbers = draw.sample(range(10_000, 99_999), _CODES - 4_000)
    letters = [f"{letter}{number:04d}" for letter in "GJQ" for number in draw.sample(range(10_000), 1_000)]
    return sorted([*map(str, numbers), *letters, *(f"{number:04d}T" for number in draw.sample(range(1_000), 1_000))])


def edits(draw: random.Random, known: Sequence[str], pairs: int) -> Iterator[str]:
    """Lines of edits, in the order of their codes; a third has ended, some pairs stand twice."""
    for number, column1 in enumerate(known):
        count = pairs * (number + 1) // len(known) - pairs * number // len(known)
        for column2 in sorted(draw.sample(known, count)):
            year, ended = draw.randrange(1996, 2026), draw.random() < 1 / 3
            last = f"{draw.randrange(year, 2026)}1231" if ended else "*"
            yield f"{column1}\t{column2}\t\t{year}0101\t{last}\t{draw.choice('0119')}\t{draw.choice(_RATIONALES)}\n"


def write_files(folder: Path, draw: random.Random, pairs: int) -> dict[str, list[Path]]:
    """The files, by the command that imports them."""
    known = codes(draw)
    lines = list(edits(draw, known, pairs))
    parts = []
    for part in range(_PARTS):
        of_part = lines[pairs * part // _PARTS : pairs * (part + 1) // _PARTS]
        parts.append(_zip(folder, f"ccipra-v320r0-f{part + 1}.TXT", _PTP_HEAD + "".join(of_part)))
    units = "".join(
        f"{code},{draw.randrange(1, 9)},3 Date of Service Edit: Clinical,Clinical: Data\n" for code in known
    )
    mue = _zip(folder, "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv", _MUE_HEAD + units)
    fees = _zip(folder, "PPRRVU2026_Jan_nonQPP.csv", _FEE_HEAD + "".join(code + _FEE_ROW for code in known))
    return {"PTP": parts, "MUE": [mue], "fee schedule": [fees]}


def _zip(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{Path(name).stem}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text.replace("\n", "\r\n"))
    return path


def lookups(draw: random.Random, known: Sequence[str], number: int) -> dict[str, dict[str, float]]:
    """Median and 99th percentile of each kind of look-up, in microseconds."""
    files, day = ServiceFiles.open(), date(2026, 3, 14)
    asked: dict[str, Callable[[str, str], Any]] = {
        "one pair": lambda first, second: files.ptp(first, second, day),
        "all pairs of a code": lambda first, _: files.ptp_of(first, day),
        "MUE": lambda first, _: files.mue(first, day),
        "fees": lambda first, _: files.fees(first, day),
    }
    measured = {}
    for name, ask in asked.items():
        taken = []
        for n in range(number):
            first, second = draw.choice(known), draw.choice(known)
            if n % 2 and (there := files.ptp_of(first, day)):
                second = draw.choice(there).column2
            start = time.perf_counter()
            ask(first, second)
            taken.append(1e6 * (time.perf_counter() - start))
        measured[name] = {
            "median_us": round(statistics.median(taken), 1),
            "p99_us": round(statistics.quantiles(taken, n=100)[98], 1),
        }
    return measured


@click.command()
@click.option("--pairs", default=1_700_000, show_default=True, help="Edits that are made.")
@click.option("--lookups", "number", default=20_000, show_default=True, help="Look-ups of each kind.")
@click.option("--seed", default=7, show_default=True)
def main(pairs: int, number: int, seed: int) -> None:
    """Make the files, import them, look codes up."""
    result: dict[str, Any] = {"pairs": pairs, "seed": seed, "cpus": os.cpu_count(), "python": platform.python_version()}
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name), Path(name) / "home"
        os.environ["DETECT_ICD_DATA"] = str(home)
        made = write_files(folder, random.Random(seed), pairs)  # noqa: S311 - made to measure with
        imports = {}
        for kind, paths in made.items():
            command = "physician-fee-schedule" if kind == "fee schedule" else "ncci"
            start, cpu = time.perf_counter(), time.process_time()
            done = import_service_files(command, *paths)
            imports[kind] = {
                "rows": sum(file.rows for file in done.files),
                "seconds": round(time.perf_counter() - start, 1),
                "cpu_seconds": round(time.process_time() - cpu, 1),
                "megabytes": round(sum(file.path.stat().st_size for file in done.files) / 1e6, 1),
            }
        result["imports"] = imports
        draw = random.Random(seed)  # noqa: S311
        result["lookups"] = lookups(draw, codes(random.Random(seed)), number)  # noqa: S311
    click.echo(json.dumps(result, indent=2))
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
