"""How fast videos and folders are read, as ratios of processor time; no part of the test suite.

    python tests/benchmarks/film.py --out docs/benchmarks/film.json [PART …]
        [--yunet FILE.onnx] [--seconds 20] [--photos 1000] [--minutes 60]
        [--fer PYTHON] [--ray PYTHON]

The parts are ``film``, ``folder``, ``start``, ``hour``, ``fer`` and ``ray``; those not named keep
the figures that the file has. ``fer`` and ``ray`` need an interpreter with fer 25.10 or Ray.
Processor seconds are counted, not the clock, so that other programs on the machine change little;
"real_time_2_cores" is what two free cores can do at best with these.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import clips  # noqa: E402
import cv2  # noqa: E402
import torch  # noqa: E402

from yuzug import Analyzer, read_video  # noqa: E402
from yuzug.faces import HaarDetector, YuNetDetector  # noqa: E402
from yuzug.folders import Job, read  # noqa: E402

FPS = 24
PARTS = ("film", "folder", "start", "hour", "fer", "ray")
PORTRAIT = ROOT / "yuzug" / "ui" / "examples" / "astronaut.jpg"
# As fer's own Video.analyze reads a film: OpenCV decodes, each frame is read by itself.
FER = """
import sys, time
import cv2
from fer.fer import FER
reader = FER(mtcnn=False)
film = cv2.VideoCapture(sys.argv[1])
reader.detect_emotions(film.read()[1])
film = cv2.VideoCapture(sys.argv[1])
start, labels = time.process_time(), []
while (read := film.read())[0]:
    found = reader.detect_emotions(read[1])
    labels.append(max(found[0]["emotions"], key=found[0]["emotions"].get) if found else None)
print("RESULT", time.process_time() - start, *labels)
"""


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Seconds on the clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "wall_s": round(time.perf_counter() - wall, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
    }


def resident_mb() -> float:
    """What this process holds now; at most so far where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    return round(pages * resource.getpagesize() / 2**20, 1)


def film(detector: Any, place: Path, portrait: Any, seconds: int) -> dict[str, object]:
    """Every frame of a film of 640×360 with one face."""
    count = FPS * seconds
    pictures = clips.frames(portrait, count, (640, 360))
    times = [number / FPS for number in range(count)]
    path = clips.write(place / "clip.mp4", pictures, times_s=times, key_every=FPS)
    found: dict[str, object] = {}
    for model in ("cnn", "resnet18"):
        analyzer = Analyzer.load(model, detector=detector)

        def read_it(analyzer: Analyzer = analyzer) -> None:
            for _ in read_video(path, analyzer, every_s=None):
                pass

        one = measured(read_it)
        one["real_time_wall"] = round(seconds / one["wall_s"], 2)
        one["real_time_2_cores"] = round(2 * seconds / one["cpu_s"], 2)
        found[f"film_{model}"] = one
    return found


def photos_of(portrait: Any, place: Path, count: int) -> list[Path]:
    """Photos of 640 px made of the portrait: seeded crops and brightness."""
    random = np.random.default_rng(18)
    whole = Image.fromarray(portrait)
    paths = []
    for number in range(count):
        side = int(random.integers(300, 500))
        left, top = (int(random.integers(0, 512 - side + 1)) for _ in range(2))
        photo = whole.crop((left, top // 2, left + side, top // 2 + side)).resize((640, 640))
        photo = ImageEnhance.Brightness(photo).enhance(float(random.uniform(0.6, 1.3)))
        paths.append(place / f"{number:04d}.jpg")
        photo.save(paths[-1], quality=90)
    return paths


def start_up_s(path: Path) -> float:
    """Processor seconds of a process that starts, loads the model and reads one photo."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "yuzug.cli", "analyze", str(path), "--model", "resnet18"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def folder(detector: Any, place: Path, portrait: Any, count: int) -> dict[str, object]:
    """A folder: start-up, one by one in one thread, ``analyze_many`` in two, and a table."""
    paths = photos_of(portrait, place, count)
    analyzer = Analyzer.load("resnet18", detector=detector)
    few = paths[: max(count // 5, 1)]  # one by one costs as much for each
    one = measured(lambda: [analyzer.analyze(path) for path in few])
    many = measured(lambda: list(analyzer.analyze_many(paths, workers=2)))
    one_each_s, many_each_s = one["cpu_s"] / len(few), many["cpu_s"] / count
    return {
        "photos": {
            "count": count,
            "one_by_one": one | {"count": len(few)},
            "analyze_many": many,
            "cpu_ms_each": round(1000 * many_each_s, 1),
            "rate_2_cores": round(2 * one_each_s / many_each_s, 2),
            "rate_wall": round(one["wall_s"] / len(few) / (many["wall_s"] / count), 2),
        },
        "table": table(analyzer, few, place),
    }


def table(analyzer: Analyzer, paths: Sequence[Path], place: Path) -> dict[str, float]:
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


def hour(detector: Any, place: Path, portrait: Any, minutes: int) -> dict[str, object]:
    """A film of an hour at two frames a second, each second read: what memory does."""
    pictures = clips.frames(portrait, 60, (320, 240))
    count = 2 * 60 * minutes
    times = [number / 2 for number in range(count)]
    looped = [pictures[number % len(pictures)] for number in range(count)]
    path = clips.write(place / "hour.mp4", looped, times_s=times, key_every=20)
    analyzer = Analyzer.load("cnn", detector=detector)
    at: dict[int, float] = {}
    frames = 0

    def read_it() -> None:
        nonlocal frames
        for analysis in read_video(path, analyzer, every_s=1.0):
            frames += 1
            tenth = int(10 * (analysis.time_s or 0) / (60 * minutes))
            at.setdefault(tenth, resident_mb())

    took = measured(read_it)
    return {
        "hour": took
        | {
            "minutes": minutes,
            "frames": frames,
            "resident_mb_by_tenth": [at[tenth] for tenth in sorted(at)],
        }
    }


def changes(labels: Sequence[object]) -> int:
    """How often the label became another one; a frame without a face is no label."""
    seen = [label for label in labels if label is not None]
    return sum(before != after for before, after in pairwise(seen))


def disturbed(portrait: Any, count: int) -> list[Any]:
    """One face whose expression never changes, in light, focus and noise that do: seeded."""
    random = np.random.default_rng(18)
    frames = []
    for picture in clips.frames(portrait, count, (640, 360)):
        blurred = cv2.GaussianBlur(picture, (0, 0), float(random.uniform(0.1, 3.0)))
        noise = random.normal(0, 8, picture.shape)
        lit = blurred * float(random.uniform(0.35, 1.25)) + noise
        frames.append(np.clip(lit, 0, 255).astype(np.uint8))
    return frames


def fer(detector: Any, place: Path, portrait: Any, seconds: int, python: str) -> dict[str, object]:
    """The same film by fer, with its default detector, and by us."""
    count = FPS * seconds
    times = [number / FPS for number in range(count)]
    path = clips.write(place / "face.mp4", disturbed(portrait, count), times_s=times, key_every=FPS)
    script = place / "with_fer.py"
    script.write_text(FER)
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    command = [python, str(script), str(path)]
    said = subprocess.run(command, capture_output=True, text=True, env=environment)
    if said.returncode:
        sys.exit(said.stderr)
    [result] = [line for line in said.stdout.splitlines() if line.startswith("RESULT")]
    _, cpu_s, *labels = result.split()
    theirs = [None if label == "None" else label for label in labels]
    found: dict[str, object] = {"frames": count, "fer": _read(float(cpu_s), theirs)}
    for model in ("cnn", "resnet18"):
        for heatmaps in (False, True):
            analyzer = Analyzer.load(model, detector=detector)
            ours: list[str | None] = []

            def read_it(
                analyzer: Analyzer = analyzer,
                ours: list[str | None] = ours,
                heatmaps: bool = heatmaps,
            ) -> None:
                reading = read_video(path, analyzer, every_s=None, heatmaps=heatmaps)
                ours += [one.main_face.emotion if one.main_face else None for one in reading]

            took = measured(read_it)
            name = f"{model}{' with heat maps' if heatmaps else ''}"
            times_as_fast = {"times_as_fast": round(float(cpu_s) / took["cpu_s"], 2)}
            found[name] = _read(took["cpu_s"], ours) | times_as_fast
    return {"fer": found}


def _read(cpu_s: float, labels: Sequence[str | None]) -> dict[str, float]:
    return {
        "cpu_s": round(cpu_s, 2),
        "changes": changes(labels),
        "frames_with_a_face": sum(label is not None for label in labels),
    }


def on_ray(place: Path, portrait: Any, count: int, python: str) -> dict[str, object]:
    """A folder by one process and by a local Ray cluster, on the clock: its workers are others."""
    place = place / "for_ray"
    place.mkdir()
    photos_of(portrait, place, count)
    walls = {}
    for engine in ("local", "ray"):
        words = ["analyze", str(place), "--out", str(place.parent / f"{engine}_table"), "-q"]
        words += ["--model", "cnn"] + (["--engine", "ray"] if engine == "ray" else [])
        start_s = time.perf_counter()
        subprocess.run([python, "-m", "yuzug.cli", *words], cwd=ROOT, check=True)
        walls[engine] = round(time.perf_counter() - start_s, 1)
    cost = round(walls["ray"] / walls["local"] - 1, 2)
    return {"ray": {"photos": count, "wall_s": walls, "cost": cost}}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=PARTS, metavar="PART")
    parser.add_argument("--yunet", type=Path)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--fer", metavar="PYTHON")
    parser.add_argument("--ray", metavar="PYTHON")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    detector = YuNetDetector(options.yunet) if options.yunet else HaarDetector()
    portrait = np.array(Image.open(PORTRAIT).convert("RGB"))
    found: dict[str, object] = {}
    if options.out and options.out.is_file():
        found = json.loads(options.out.read_text("utf-8"))
    parts = options.parts or ["film", "folder", "start", "hour"]
    found |= {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "load": [round(one, 1) for one in os.getloadavg()],
        "detector": detector.name,
    }
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        if "film" in parts:
            found |= film(detector, place, portrait, options.seconds)
        if "folder" in parts:
            found |= folder(detector, place, portrait, options.photos)
        if "start" in parts:
            found["start_up_cpu_s"] = round(start_up_s(PORTRAIT), 2)
        if "hour" in parts:
            found |= hour(detector, place, portrait, options.minutes)
        if "fer" in parts:
            found |= fer(detector, place, portrait, options.seconds, options.fer)
        if "ray" in parts:
            found |= on_ray(place, portrait, options.photos, options.ray)
    text = json.dumps(found, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
