"""What one live frame costs, with its heat maps; no part of the test suite.

    python tests/benchmarks/step.py [--rounds 40] [--yunet FILE]

For both detectors, both networks, one and four faces, as Live does it (near known faces, of more
than two of them two a frame) and for the whole frame and every face: processor time of one thread,
in ms. All are measured in turns in one run, so that their ratios hold on a busy machine. Where the
package ``fer`` is installed, its detection without a map is measured beside them. Prints JSON and
a table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from yuzug._resources import PORTRAIT  # noqa: E402
from yuzug.faces import Detector, HaarDetector, YuNetDetector  # noqa: E402
from yuzug.faces.loading import cached_yunet  # noqa: E402
from yuzug.pipeline import Analyzer  # noqa: E402
from yuzug.stream import StreamSession  # noqa: E402
from yuzug.ui.live.handlers import READINGS_A_FRAME, SEARCH_EVERY_S  # noqa: E402

Picture = NDArray[np.uint8]
SIZE_WH = (640, 360)
RATE = 12.0  # readings a second of one visitor


def frames(faces: int, count: int = 60) -> list[Picture]:
    """The portrait moving a little before a wall, once or four times in a frame."""
    head = np.asarray(Image.open(PORTRAIT).convert("RGB"))[10:210, 120:320]
    side = 260 if faces == 1 else 150
    head = np.asarray(cv2.resize(head, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    width, height = SIZE_WH
    made = []
    for number in range(count):
        turn = 2 * np.pi * number / count
        dx, dy = round(12 * np.cos(3 * turn)), round(6 * np.sin(5 * turn))
        canvas = np.full((height, width, 3), (90, 120, 110), np.uint8)
        for place in range(faces):
            left = (place + 1) * width // (faces + 1) - side // 2 + (dx if faces == 1 else dx // 3)
            left = min(max(left, place * width // faces), width - side)
            top = (height - side) // 2 + dy
            canvas[top : top + side, left : left + side] = head
        made.append(canvas)
    return made


def steps(detectors: dict[str, Detector]) -> dict[str, Callable[[int], int]]:
    """What is measured, by name: a frame's number → how many faces were read."""
    found: dict[str, Callable[[int], int]] = {}
    for detector_name, detector in detectors.items():
        for model in ("cnn", "resnet18"):
            analyzer = Analyzer.load(model, 7, detector=detector).with_packed_weights()
            for faces in (1, 4):
                pictures = frames(faces)
                live = StreamSession(
                    search_every_s=SEARCH_EVERY_S, readings_a_frame=READINGS_A_FRAME
                )
                for look, session in (("live", live), ("whole", StreamSession())):
                    found[f"{model}, {detector_name}, {faces}, {look}"] = stepping(
                        analyzer, pictures, session
                    )
    return found


def stepping(
    analyzer: Analyzer, pictures: list[Picture], session: StreamSession
) -> Callable[[int], int]:
    """Reads the frames of one visitor."""

    def step(number: int) -> int:
        picture = pictures[number % len(pictures)]
        return len(session.step(analyzer, picture, number / RATE).faces)

    return step


def fer_step() -> Callable[[int], int] | None:
    """The detection of ``fer``, None where it is not installed."""
    if find_spec("fer") is None:
        return None
    from fer.fer import FER

    detector, pictures = FER(), [frame[..., ::-1].copy() for frame in frames(1)]
    return lambda number: len(detector.detect_emotions(pictures[number % len(pictures)]))


def measured(all_steps: dict[str, Callable[[int], int]], rounds: int) -> dict[str, float]:
    """The mean of the middle half of each one's processor times, in ms."""
    times: dict[str, list[float]] = {name: [] for name in all_steps}
    for number in range(rounds + 5):
        for name, step in all_steps.items():
            start_s = time.process_time()
            count = step(number)
            if number >= 5:
                times[name].append(1000 * (time.process_time() - start_s))
            wanted = 4 if ", 4, " in name else 1
            if count != wanted:
                print(f"{name}: {count} faces instead of {wanted} in frame {number}")
    middle = {name: sorted(of)[len(of) // 4 : -len(of) // 4] for name, of in times.items()}
    # The whole frame is searched now and then: a median would leave that out.
    return {
        name: round(statistics.fmean(times[name] if "live" in name else middle[name]), 2)
        for name in times
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--yunet", type=Path, default=cached_yunet())
    chosen = options.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    detectors: dict[str, Detector] = {"haar": HaarDetector()}
    if chosen.yunet:
        detectors["yunet"] = YuNetDetector(chosen.yunet)
    all_steps = steps(detectors)
    if fer := fer_step():
        all_steps["fer, without a map"] = fer
    ms = measured(all_steps, chosen.rounds)
    machine = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "opencv": cv2.__version__,
        "load": os.getloadavg()[0],
    }
    print(json.dumps({"machine": machine, "ms": ms}))
    print("| step with maps, processor ms | 1 face | 4 faces | 4 to 1 | all of it: 1 | 4 |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, one in ms.items():
        if ", 1, live" in name:
            four = ms[name.replace(", 1, live", ", 4, live")]
            whole = [ms[name.replace(", 1, live", f", {n}, whole")] for n in (1, 4)]
            print(
                f"| {name.removesuffix(', 1, live')} | {one:.1f} | {four:.1f} | {four / one:.1f} | "
                f"{whole[0]:.1f} | {whole[1]:.1f} |"
            )
    if "fer, without a map" in ms:
        print(f"| fer, without a map | {ms['fer, without a map']:.1f} | | | | |")


if __name__ == "__main__":
    main()
