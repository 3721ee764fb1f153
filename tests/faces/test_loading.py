"""YuNet where it can be had at once, the cascade otherwise, and always the reason."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from hub_server import Hub

from yuzug.errors import DetectorError
from yuzug.faces import YuNetDetector, align, load_detector
from yuzug.faces.detection import iou
from yuzug.faces.loading import FILE, REPOSITORY, SHA256, LoadedDetector, Reason
from yuzug.texts import table

MODEL = "models/face_detection_yunet_2023mar.onnx"


def nothing() -> Path | None:
    return None


def forbidden() -> Path:
    raise AssertionError("the network was asked")


def test_the_cascade_on_request_asks_nobody() -> None:
    loaded = load_detector("haar", cached=forbidden, fetch=forbidden)
    assert (loaded.detector.name, loaded.reason) == ("haar", "asked")


def test_offline_asks_nobody() -> None:
    loaded = load_detector(cached=nothing, fetch=forbidden, offline=True)
    assert (loaded.detector.name, loaded.reason) == ("haar", "offline")


def test_environment_says_offline() -> None:
    assert load_detector(cached=nothing, fetch=forbidden).reason == "offline"


def test_unreachable_keeps_what_was_said() -> None:
    def fetch() -> Path:
        raise ConnectionError("no route to host")

    loaded = load_detector(cached=nothing, fetch=fetch, offline=False)
    assert (loaded.detector.name, loaded.reason) == ("haar", "unreachable")
    assert "no route to host" in loaded.detail


def test_a_slow_hub_is_not_waited_for() -> None:
    done = threading.Event()

    def fetch() -> Path:
        done.wait(10)
        return Path("late")

    loaded = load_detector(cached=nothing, fetch=fetch, offline=False, patience_s=0.2)
    assert not done.is_set()
    assert (loaded.detector.name, loaded.reason) == ("haar", "slow")
    done.set()


def test_wrong_bytes_are_not_opened(tmp_path: Path) -> None:
    wrong = tmp_path / "yunet.onnx"
    wrong.write_bytes(b"wrong")
    loaded = load_detector(cached=nothing, fetch=lambda: wrong, offline=False)
    assert (loaded.detector.name, loaded.reason) == ("haar", "damaged")


def test_a_damaged_cache_is_fetched_anew(tmp_path: Path) -> None:
    wrong = tmp_path / "yunet.onnx"
    wrong.write_bytes(b"wrong")
    asked: list[bool] = []

    def fetch() -> Path:
        asked.append(True)
        return wrong

    assert load_detector(cached=lambda: wrong, fetch=fetch, offline=False).reason == "damaged"
    assert asked == [True]


def test_right_bytes_that_opencv_cannot_read(tmp_path: Path) -> None:
    odd = tmp_path / "yunet.onnx"
    odd.write_bytes(b"not a network")
    sha256 = hashlib.sha256(b"not a network").hexdigest()
    loaded = load_detector(cached=lambda: odd, fetch=forbidden, sha256=sha256)
    assert (loaded.detector.name, loaded.reason) == ("haar", "damaged")
    assert "delete the file" in loaded.detail


def test_a_cache_emptied_meanwhile(tmp_path: Path) -> None:
    gone = tmp_path / "gone.onnx"
    assert load_detector(cached=lambda: gone, fetch=forbidden, offline=True).reason == "offline"


def test_every_reason_and_detector_has_a_sentence() -> None:
    keys = {f"detector.{name}" for name in (*get_args(Reason), "haar", "yunet")}
    assert keys == {key for key in table() if key.startswith("detector.")}


def offer(hub: Hub, body: bytes) -> None:
    """This as YuNet's file, at the commit that is asked for."""
    commit = hub.add(REPOSITORY.repo_id, {FILE: body})
    hub.stored[f"models/{REPOSITORY.repo_id}"].tags[REPOSITORY.revision] = commit


@contextmanager
def silent_server() -> Iterator[str]:
    """It takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(20)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def closed_port() -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but not listening: every connection is refused
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


LOAD = """
import json, time
from yuzug.faces import default_detector
began = time.monotonic()
loaded = [default_detector() for _ in range(3)][-1]
took = time.monotonic() - began
print(json.dumps([loaded.detector.name, loaded.reason, took]))
"""


def load_elsewhere(endpoint: str, cache: Path) -> tuple[str, str, float, str]:
    """What a fresh process loads; the hub's library reads its settings when it is imported."""
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(cache)}
    environment["HF_HUB_OFFLINE"] = "0"
    done = subprocess.run(
        [sys.executable, "-c", LOAD], env=environment, capture_output=True, text=True, check=True
    )
    name, reason, took_s = json.loads(done.stdout)
    return name, reason, took_s, done.stderr


@pytest.mark.parametrize(
    ("server", "reason"),
    [(closed_port, "unreachable"), (silent_server, "slow")],
    ids=["closed port", "silent server"],
)
def test_real_fetch_without_a_hub(server: object, reason: str, tmp_path: Path) -> None:
    with server() as endpoint:  # type: ignore[operator]
        name, said, took_s, stderr = load_elsewhere(endpoint, tmp_path)
    assert (name, said) == ("haar", reason)
    assert took_s < 8.5, "three loads that each waited for the hub would take nine seconds"
    assert stderr == ""


def test_wrong_bytes_from_the_hub_are_deleted(hub: Hub, at_hub: Path) -> None:
    offer(hub, b"wrong bytes")
    loaded = load_detector()
    assert (loaded.detector.name, loaded.reason) == ("haar", "damaged")
    assert "sha256" in loaded.detail
    assert not list(at_hub.rglob("*.onnx"))


@pytest.mark.data
def test_real_fetch_and_then_the_cache(hub: Hub, tmp_path: Path, shared_data: Path) -> None:
    offer(hub, (shared_data / MODEL).read_bytes())
    assert load_elsewhere(hub.url, tmp_path)[:2] == ("yunet", "fetched")
    assert load_elsewhere("http://127.0.0.1:9", tmp_path)[:2] == ("yunet", "cached")


@pytest.fixture(scope="module")
def yunet(shared_data: Path) -> LoadedDetector:
    loaded = load_detector(cached=lambda: shared_data / MODEL, fetch=forbidden, sha256=SHA256)
    assert loaded.reason == "cached"
    return loaded


@pytest.mark.data
@pytest.mark.parametrize("thorough", [True, False])
def test_yunet_on_the_portrait(
    yunet: LoadedDetector, astronaut: np.ndarray, thorough: bool
) -> None:
    (face,) = yunet.detector.detect(astronaut, thorough=thorough)
    assert iou(face.box_xywh, (175, 72, 100, 115)) > 0.6
    assert face.score is not None
    assert 0.8 < face.score <= 1
    assert face.landmarks is not None
    left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


@pytest.mark.data
@pytest.mark.parametrize("thorough", [True, False])
@pytest.mark.parametrize("roll_deg", [-25.0, 25.0])
def test_yunet_measures_the_tilt_of_small_faces(
    yunet: LoadedDetector, astronaut: np.ndarray, roll_deg: float, thorough: bool
) -> None:
    matrix = cv2.getRotationMatrix2D((225, 125), -roll_deg, 1)
    tilted = cv2.warpAffine(astronaut, matrix, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    face = yunet.detector.detect(tilted, thorough=thorough)[0]
    assert face.roll_deg == pytest.approx(roll_deg, abs=10)
    assert align(face).roll_deg == pytest.approx(roll_deg, abs=10)


@pytest.mark.data
@pytest.mark.parametrize(
    "size_hw", [(16, 16), (30, 90), (16, 3000), (3000, 16), (40, 600), (480, 640)]
)
def test_yunet_finds_nobody(yunet: LoadedDetector, size_hw: tuple[int, int]) -> None:
    assert yunet.detector.detect(np.full((*size_hw, 3), 128, np.uint8)) == ()


@pytest.mark.data
def test_threads_share_yunet(yunet: LoadedDetector, astronaut: np.ndarray) -> None:
    pictures = [astronaut, astronaut[:300], astronaut[:, 60:400].copy()]
    alone = [yunet.detector.detect(picture) for picture in pictures]
    jobs = [n % 3 for n in range(30)]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda n: yunet.detector.detect(pictures[n]), jobs))
    assert together == [alone[n] for n in jobs]


def test_a_file_that_is_no_network_is_told(tmp_path: Path) -> None:
    odd = tmp_path / "odd.onnx"
    odd.write_bytes(b"odd")
    with pytest.raises(DetectorError) as caught:
        YuNetDetector(odd)
    assert caught.value.kind == "detector.damaged"
