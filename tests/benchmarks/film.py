"""How fast videos and folders are read, as ratios of processor time; no part of the test suite.

    python tests/benchmarks/film.py [--yunet FILE.onnx] [--seconds 20] [--photos 200] [--out FILE]

Prints one JSON object. Processor seconds are counted, not the clock, so that other programs on the
machine change little; "real_time_2_cores" is what two free cores can do at best with these.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import clips  # noqa: E402
import cv2  # noqa: E402
import torch  # noqa: E402

from yuzug import Analyzer, read_video  # noqa: E402
from yuzug.faces import HaarDetector, YuNetDetector  # noqa: E402
from yuzug.folders import Job, read  # noqa: E402

FPS = 24
PORTRAIT = ROOT / "yuzug" / "ui" / "examples" / "astronaut.jpg"


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Seconds on the clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "wall_s": round(time.perf_counter() - wall, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
    }


def peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def film(analyzer: Analyzer, path: Path, seconds: float) -> dict[str, float]:
    def read() -> None:
        for _ in read_video(path, analyzer, every_s=None):
            pass

    found = measured(read)
    found["real_time_wall"] = round(seconds / found["wall_s"], 2)
    found["real_time_2_cores"] = round(2 * seconds / found["cpu_s"], 2)
    return found


def folder(analyzer: Analyzer, paths: list[Path]) -> dict[str, object]:
    """One by one in one thread, and with ``analyze_many`` in two."""
    one = measured(lambda: [analyzer.analyze(path) for path in paths])
    many = measured(lambda: list(analyzer.analyze_many(paths, workers=2)))
    return {
        "one_by_one": one,
        "analyze_many": many,
        "rate_wall": round(one["wall_s"] / many["wall_s"], 2),
        "cpu_ms_each": round(1000 * many["cpu_s"] / len(paths), 1),
        "rate_2_cores": round(2 * one["cpu_s"] / many["cpu_s"], 2),
    }


def table(analyzer: Analyzer, paths: list[Path], place: Path) -> dict[str, float]:
    """What a row of a table takes on the disk."""
    sizes = {}
    for ending in ("parquet", "csv"):
        names = [str(path) for path in paths]
        job = Job.of(names, place / f"t.{ending}", analyzer, model="resnet18", crops=False)
        for _ in read(job, analyzer, job.begin(resume=False), 2):
            pass
        job.finish()
        sizes[f"{ending}_bytes_a_row"] = round(job.out.stat().st_size / len(paths))
    return sizes


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--yunet", type=Path)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    detector = YuNetDetector(options.yunet) if options.yunet else HaarDetector()
    portrait = np.array(Image.open(PORTRAIT).convert("RGB"))
    found: dict[str, object] = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "load": [round(one, 1) for one in os.getloadavg()],
        "detector": detector.name,
    }
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        count = FPS * options.seconds
        pictures = clips.frames(portrait, count, (640, 360))
        times = [number / FPS for number in range(count)]
        path = clips.write(place / "clip.mp4", pictures, times_s=times, key_every=FPS)
        for model in ("cnn", "resnet18"):
            analyzer = Analyzer.load(model, detector=detector)
            found[f"film_{model}"] = film(analyzer, path, options.seconds)
        photos = []
        for number in range(options.photos):
            photos.append(place / f"{number}.jpg")
            canvas = Image.fromarray(pictures[number % count]).resize((640, 480))
            canvas.save(photos[-1], quality=90)
        found["photos"] = folder(Analyzer.load("resnet18", detector=detector), photos)
        found["table"] = table(Analyzer.load("resnet18", detector=detector), photos, place)
        before = peak_mb()
        long = clips.write(
            place / "long.mp4",
            pictures[: FPS * 10] * 12,
            times_s=[number / FPS for number in range(FPS * 120)],
        )
        for _ in read_video(long, Analyzer.load("cnn", detector=detector), every_s=0.2):
            pass
        found["memory"] = {"peak_mb_before": before, "peak_mb_after_2_minutes": peak_mb()}
    text = json.dumps(found, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
