# ruff: noqa: PLR2004 - shares of a mixture have no names
"""Words and numbers that look like identifiers and are none, and the lines that carry them into any document.

Notes full of PHI hold acronyms, products, eponyms, counts and times as well; a model that never saw them beside names
takes them for names.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable

from models.training.raw import Split, bucket
from models.training.surface import surface

Maker = Callable[[random.Random], str]


def _listed(name: str, *, lower: float = 0.0, upper: float = 0.0) -> Maker:
    def make(rng: random.Random) -> str:
        text, draw = rng.choice(surface(name)), rng.random()
        return text.lower() if draw < lower else text.upper() if draw > 1 - upper else text

    return make


def _count(rng: random.Random) -> str:
    return str(rng.choice((rng.randint(0, 12), rng.randint(2, 99), rng.randint(100, 999), rng.randint(10, 200) * 10, rng.choice((17, 30, 600, 1200, 2330, 3000)))))  # fmt: skip


def _clock(rng: random.Random) -> str:
    hour, minute = rng.randrange(24), rng.randrange(60)
    return rng.choice((
        f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}", f"{hour:02}{minute:02}", f"{hour:02}{minute:02}", f"{hour:02}{minute:02}h",
        f"{hour}:{minute:02}", f"{hour % 12 or 12}:{minute:02} {rng.choice(('AM', 'PM', 'am', 'p.m.'))}", f"{hour % 12 or 12}{rng.choice(('am', 'pm', ' PM'))}",
        f"{hour:02}:{minute:02}:{rng.randrange(60):02}",
    ))  # fmt: skip


def _clocks(rng: random.Random) -> str:
    return rng.choice((" ", " / ", ", ", "-", " | ", " to ", " -> ")).join(
        _clock(rng) for _ in range(rng.choice((2, 2, 3)))
    )


def _vitals(rng: random.Random) -> str:
    low = rng.randint(48, 104)
    parts = [
        rng.choice((f"BP {low + rng.randint(30, 70)}/{low}", f"{low + rng.randint(30, 70)}/{low}")),
        f"{rng.choice(('HR', 'P', 'pulse', 'hr'))} {rng.randint(48, 134)}",
        f"{rng.choice(('RR', 'R', 'resp'))} {rng.randint(10, 34)}",
        rng.choice((f"T {rng.uniform(96, 103):.1f}", f"{rng.uniform(35.6, 39.8):.1f} C", "afeb")),
        rng.choice((f"SpO2 {rng.randint(86, 100)}%", f"sat {rng.randint(86, 100)} on {rng.randint(1, 6)}L", f"{rng.randint(90, 100)}% RA", f"{rng.randint(86, 100)}%")),
    ]  # fmt: skip
    chosen = parts[: rng.randint(2, 5)]
    return rng.choice((", ", " ", " | ", "; ", "\t", "/ ")).join(chosen)


def _ratio(rng: random.Random) -> str:
    return rng.choice((
        f"{rng.randint(0, 10)}/10", f"{rng.randint(0, 5)}/5", f"{rng.choice((20, 20, 6))}/{rng.choice((20, 25, 30, 40, 60, 70, 100, 200))}", f"{rng.randint(13, 30)}/30", f"{rng.randint(13, 23)}/23",
        f"{rng.randint(1, 9)}/{rng.randint(9, 40)} nodes", f"{rng.randint(1, 12)}:{rng.randint(10, 24)}", f"{rng.randint(1, 12)} of {rng.randint(12, 24)}", f"{rng.randint(1, 3)}-{rng.randint(1, 4)}-{rng.randint(2, 5)}",
        f"{rng.randint(1, 4)}/{rng.randint(4, 12)} visits", f"{rng.randint(1, 9)}+{rng.randint(1, 9)}", f"1:{rng.choice((40, 80, 160, 320, 640, 1280))}",
    ))  # fmt: skip


def _lab(rng: random.Random) -> str:
    name, low, high, digits = rng.choice((
        ("Na", 128, 148, 0), ("K", 3, 6, 1), ("Cr", 0, 7, 2), ("BUN", 6, 88, 0), ("Hgb", 6, 16, 1), ("WBC", 2, 28, 1), ("Plt", 20, 600, 0), ("INR", 0.9, 5, 1),
        ("Glu", 54, 480, 0), ("A1c", 5, 13, 1), ("TSH", 0.1, 18, 2), ("Trop", 0, 4, 3), ("BNP", 40, 4200, 0), ("lactate", 0.7, 8, 1), ("AST", 10, 900, 0), ("ALT", 8, 900, 0), ("T bili", 0.2, 14, 1),
        ("Alb", 1.8, 4.6, 1), ("Ca", 7, 12, 1), ("Phos", 1.6, 8, 1), ("Mg", 1.2, 2.6, 1), ("PSA", 0.1, 40, 2), ("CEA", 0.5, 90, 1), ("CA-125", 8, 900, 0), ("ESR", 2, 120, 0), ("CRP", 0.2, 240, 1), ("ferritin", 6, 1800, 0),
        ("UACR", 4, 2000, 0), ("Kt/V", 0.9, 1.8, 2), ("FEV1", 0.7, 4, 2), ("AHI", 2, 90, 1), ("LDL", 40, 210, 0), ("pH", 7.05, 7.52, 2),
    ))  # fmt: skip
    joint = rng.choice((" ", " ", ": ", " = ", "\t", " | "))
    return f"{name}{joint}{rng.uniform(low, high):.{digits}f}{rng.choice(('', '', '', ' (H)', ' L', '*'))}"


def _labs(rng: random.Random) -> str:
    return rng.choice((", ", " ", "; ", " | ", "\n")).join(_lab(rng) for _ in range(rng.randint(2, 5)))


def _page(rng: random.Random) -> str:
    total = rng.randint(2, 14)
    number = rng.randint(1, total)
    return rng.choice((f"Page {number} of {total}", f"Pg {number}/{total}", f"page {number}", f"p. {number} of {total}", f"{number}/{total}", f"PAGE {number:03}", f"- {number} -"))  # fmt: skip


def _strength(rng: random.Random) -> str:
    unit = rng.choice(
        ("mg", "mcg", "mL", "units", "mEq", "%", "g", "mg/mL", "Fr", "gauge", "mm", "cm", "mmHg", "cc", "kcal")
    )
    amount = rng.choice(("0.5", "1", "2.5", "5", "10", "12.5", "20", "25", "30", "40", "50", "75", "100", "250", "325", "600", "1000", "2-4", "5-325", "875/125"))  # fmt: skip
    return f"{amount}{rng.choice((' ', ' ', ''))}{unit}"


def _visit(rng: random.Random) -> str:
    number, total = rng.randint(1, 12), rng.choice((6, 8, 10, 12, 18, 24, 36))
    return rng.choice((f"visit {number} of {total}", f"Visit #{number}", f"session {number}/{total}", f"{number}/{total} visits", f"tx {number} of {total}", f"wk {number}", f"cycle {number} day {rng.choice((1, 8, 15))}", f"C{number}D1", f"fraction {number}/{total}", f"POD {number}", f"HD#{number}", f"DOL {number}"))  # fmt: skip


def _procedure(rng: random.Random) -> str:
    code = str(rng.choice((rng.randint(10021, 69990), rng.randint(70010, 79999), rng.randint(80047, 89398), rng.randint(90281, 99607))))  # fmt: skip
    return code + rng.choice(("", "", "", "-25", "-59", "-RT", "-LT", "-26"))


def _hcpcs(rng: random.Random) -> str:
    return f"{rng.choice('AEGJLQSD')}{rng.randint(100, 9999):04}"


def _finding(rng: random.Random) -> str:
    return rng.choice(("T1c N0 M0", "pT2 pN1a", "ypT0N0", "G2P1001", "G4P2103", "36w4d", "ER+/PR+/HER2-", "3-0-2", "EF 35-40%", "M5 V4 E4", "A&Ox3", "x3", "x 2 days", "q4-6h", "II/VI", "2+ DP/PT", "S1/S2", "#19 MOD", "teeth 3, 14, 19", "II-XII", "C5-T1", "0-120", "-2.50 -0.75 x 090", "+1.25 sph", "8.5 x 8", "#7.5"))  # fmt: skip


FILLERS: dict[str, Maker] = {
    "acronym": _listed("acronyms", lower=0.12),
    "brand": _listed("brands", lower=0.12, upper=0.05),
    "eponym": _listed("eponyms", lower=0.12, upper=0.05),
    "role": _listed("role_words", lower=0.15, upper=0.05),
    "people": _listed("nationalities", lower=0.05),
    "land": _listed("more_countries", lower=0.04),
    "insurer": _listed("insurers", lower=0.08),
    "oddword": _listed("odd_words"),
    "count": _count,
    "clock": _clock,
    "clocks": _clocks,
    "vitalsline": _vitals,
    "ratio": _ratio,
    "labvalue": _lab,
    "labvalues": _labs,
    "pageno": _page,
    "strength": _strength,
    "visitno": _visit,
    "procedurecode": _procedure,
    "hcpcs": _hcpcs,
    "finding": _finding,
}
"""Slots that are no PHI and are drawn anew at each place."""


@functools.cache
def filler_lines(split: Split) -> tuple[str, ...]:
    """Lines in the slot language without PHI that may stand in any note; of train, or of dev and test."""
    return tuple(line for line in surface("filler_lines") if (bucket("filler:" + line) < 85) == (split == "train"))


_ENDS = re.compile(r"(?<=[a-z)\d]{3}\.)(?= |\n|$)|(?<=[.;a-z)])(?=\n\n)")


def draw(split: Split, rng: random.Random) -> list[str]:
    """One to four filler lines."""
    return rng.sample(filler_lines(split), rng.choice((1, 1, 2, 2, 3, 4)))


def has_end(text: str) -> bool:
    """Whether a sentence or paragraph ends in the text."""
    return bool(_ENDS.search(text))


def insert(text: str, lines: list[str], rng: random.Random) -> str:
    """Text with each line behind some sentence or paragraph, or at its end where it has none."""
    for line in lines:
        ends = [match.start() for match in _ENDS.finditer(text)] or [len(text)]
        at = rng.choice(ends)
        joint = (
            rng.choice(("\n", "\n", " ")) if at == len(text) or text[at] == "\n" else rng.choice((" ", " ", " ", "\n"))
        )
        text = f"{text[:at]}{joint}{line}{text[at:]}"
    return text
