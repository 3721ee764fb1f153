"""What a step of Live with a taught person costs more; no part of the test suite.

    python tests/benchmarks/person.py [--runs 200] [--model resnet18]

Steps without and with a person take turns on one core, on the same frame; the person is parsed
from JSON in each step, as on the page. Prints the least and the median of each, and of the
difference of neighbours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from yuzug._resources import PORTRAIT  # noqa: E402
from yuzug.faces import HaarDetector  # noqa: E402
from yuzug.images import load_image  # noqa: E402
from yuzug.models import Person  # noqa: E402
from yuzug.pipeline import Analyzer  # noqa: E402
from yuzug.stream import StreamSession  # noqa: E402


def taught(analyzer: Analyzer) -> str:
    """JSON of somebody with an example of every label: the largest that one has."""
    portrait = load_image(PORTRAIT)
    turned = [portrait, portrait[:, ::-1], portrait[20:, 20:]]
    labels = analyzer.labels
    return analyzer.teach({one: [turned[n % 3]] for n, one in enumerate(labels)}).to_json()


def measure(model: str, runs: int) -> dict[str, float]:
    """Milliseconds of process time a step."""
    analyzer = Analyzer.load(model, 7, detector=HaarDetector())
    frame = load_image(PORTRAIT)
    sent = json.loads(taught(analyzer))
    sessions = {kind: StreamSession() for kind in ("plain", "person")}
    took: dict[str, list[float]] = {kind: [] for kind in sessions}
    for run in range(runs + 10):
        for kind, session in sessions.items():
            start_s = time.process_time()
            asked = {} if kind == "plain" else {"person": Person.from_json(sent), "person_track": 0}
            session.step(analyzer, frame, run / 10, **asked)  # type: ignore[arg-type]
            if run >= 10:  # the first ones warm up
                took[kind].append(1000 * (time.process_time() - start_s))
    more = np.subtract(took["person"], took["plain"])
    return {
        "plain, least": min(took["plain"]),
        "person, least": min(took["person"]),
        "more, least less least": min(took["person"]) - min(took["plain"]),
        "plain, median": statistics.median(took["plain"]),
        "person, median": statistics.median(took["person"]),
        "more, median of neighbours": float(np.median(more)),
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--model", default="resnet18")
    given = options.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    for name, ms in measure(given.model, given.runs).items():
        print(f"{name}: {ms:.2f} ms")


if __name__ == "__main__":
    main()
