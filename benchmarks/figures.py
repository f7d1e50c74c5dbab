"""Writes the figures of README.md from ``benchmarks/results/*.json``, so that none is typed by hand.

``python -m benchmarks.figures`` rewrites what stands between the two markers; ``--check`` only says by its exit code
whether it is in step.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")
README = Path(__file__).resolve().parent.parent / "README.md"
START, END = "<!-- figures: python -m benchmarks.figures -->", "<!-- end of figures -->"
_MEASURES = ("redact_recall", "precision", "clean_notes", "over_redaction")


def percent(value: float | None) -> str:
    """A share as a percentage, or a dash."""
    return "–" if value is None else f"{100 * value:.1f}"


def phi_table(results: dict[str, Any]) -> list[str]:
    """One line a set and tool: label-blind measures."""
    lines = [
        "| set | notes | tool | character recall | precision | notes wholly clean | PHI-free notes touched |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, tools in results.items():
        for tool, score in tools.items():
            cells = " | ".join(percent(score[key]) for key in _MEASURES)
            lines.append(f"| {name} | {score['documents']} | {tool} | {cells} |")
    return lines


def code_table(results: dict[str, Any]) -> list[str]:
    """One line a coded set."""
    lines = ["| set | notes | counted | exact P / R / F1 | 3-character F1 |", "|---|---|---|---|---|"]
    for name, score in results.items():
        for counted in ("mentioned", "reported"):
            exact, category = score[counted]["exact"], score[counted]["category"]
            rates = " / ".join(f"{exact[key]:.3f}" for key in ("precision", "recall", "f1"))
            lines.append(f"| {name} | {score['notes']} | {counted} | {rates} | {category['f1']:.3f} |")
    return lines


def speed_sentences(speed: dict[str, Any]) -> list[str]:
    """One sentence a kind of note."""
    return [
        f"Speed on {kind} ({row['notes']} notes, one process, interleaved with the peer): "
        f"{row['redactphi_characters_per_cpu_second']:,} characters a CPU second (first round: "
        f"{row['redactphi_first_round']:,}), stock Presidio {row['stock_presidio_characters_per_cpu_second']:,}: "
        f"{row['ratio']} times as fast."
        for kind, row in speed.items()
    ]


def held_out_table(results: dict[str, Any]) -> list[str]:
    """One line a way of running, on the generator's test split."""
    lines = [
        "| what runs | character recall | precision | notes wholly clean | PHI-free documents touched |",
        "|---|---|---|---|---|",
    ]
    for way, score in results.items():
        lines.append(f"| {way} | " + " | ".join(percent(score[key]) for key in _MEASURES) + " |")
    return lines


def section() -> str:
    """What stands between the markers."""
    read = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob("*.json")}
    lines = [
        "## Figures",
        "",
        "Percent, label-blind. The `held_out_*` say what to expect: notes by authors who knew neither rules nor data, which no training saw and, but `cox`, `hob` and `ola`, nobody read (`tom`, `kay`, `max`, `pax`, `cox`, `hob`: ordinary operative and",
        "clinic notes; `yan`, `nia`: terse ones; `ola`: half crammed with places, half lists and messages typed in haste). The public sets and `notes` were looked at while building. Stock Presidio is `AnalyzerEngine()` with the small spaCy",
        "model. `make bench` measures both again.",
        "",
        *phi_table(read["accuracy"]),
        "",
        "On documents of the generator's own test split (templates, names, towns and real notes no training saw):",
        "",
        *held_out_table(read["held_out"]),
        "",
        *speed_sentences(read["speed"]),
        "",
        "ICD-10-CM, without the Alphabetic Index:",
        "",
        *code_table(read["codes"]),
    ]
    return "\n".join(lines)


def main() -> int:
    """Write or check."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(START, 1)
    _, after = rest.split(END, 1)
    fresh = f"{before}{START}\n\n{section()}\n\n{END}{after}"
    if "--check" in sys.argv:
        return int(fresh != text)
    README.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
