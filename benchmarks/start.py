"""What starting costs: imports, the first note and the first detection, each in a fresh process, medians of five.

``python -m benchmarks.start``
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

ROUNDS = 5
PROGRAMS = {
    "import redactphi": ("", "import redactphi"),
    "import detect_icd": ("", "import detect_icd"),
    "first note, over importing spacy and presidio_analyzer": (
        "import spacy, presidio_analyzer",
        "import redactphi; redactphi.redact('Seen by Dr. Adaeze Nwosu on 03/14/2024.')",
    ),
    "first detection": ("", "import detect_icd; detect_icd.detect('Rectal prolapse.')"),
}


def seconds(before: str, program: str) -> float:
    """Wall seconds of ``program`` in a fresh interpreter, after ``before``."""
    code = f"import time\n{before}\nstart = time.perf_counter()\n{program}\nprint(time.perf_counter() - start)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Print the medians in seconds."""
    medians = {
        name: round(statistics.median(seconds(*parts) for _ in range(ROUNDS)), 3) for name, parts in PROGRAMS.items()
    }
    print(json.dumps(medians, indent=1))


if __name__ == "__main__":
    main()
