"""Which face detector runs: YuNet where its file can be had at once, else the embedded cascade.

Decided once, at start, in about three seconds at worst; the reason is kept, so that the page and
``yuzug doctor`` can say it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Literal

from huggingface_hub import constants

from yuzug import hub
from yuzug.errors import DetectorError, HubError
from yuzug.faces.detection import Detector
from yuzug.faces.haar import HaarDetector
from yuzug.faces.yunet import YuNetDetector

_LOG = logging.getLogger(__name__)

PATIENCE_S = 3.0
REPOSITORY = hub.Repository(
    "opencv/face_detection_yunet", "3cc26e7f1014a5ee5d74a42acee58bafc9d0a310"
)
FILE = "face_detection_yunet_2023mar.onnx"
_MOST_BYTES = 1_000_000
# The true check of what was fetched, whatever server it came from.
SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"

Reason = Literal["cached", "fetched", "asked", "offline", "slow", "unreachable", "damaged"]


@dataclass(frozen=True)
class LoadedDetector:
    """A detector and why it is this one; ``texts/detector.yaml`` has a sentence for each reason.

    Attributes:
        reason: YuNet's file was "cached" or "fetched"; the cascade was "asked" for, or it stands
            in since the hub may not be asked ("offline"), was too "slow", is "unreachable", or
            sent something else ("damaged").
        detail: what exactly happened, for people who mend it; may be empty.
    """

    detector: Detector
    reason: Reason
    detail: str = ""


def cached_yunet() -> Path | None:
    """YuNet's file in the hub's cache, whatever its content; asks no network."""
    return hub.cached(REPOSITORY, FILE)


def fetch_yunet() -> Path:
    """YuNet's file from the hub, also over a damaged one in the cache.

    Raises:
        HubError: what kept it from coming, after one question without repeats.
    """
    # A public file: a token that is wrong or too old must not stand in its way. The time-out is
    # beyond the patience of load_detector, which alone decides what is slow.
    return hub.fetch(
        REPOSITORY,
        FILE,
        most_bytes=_MOST_BYTES,
        sha256=SHA256,
        token=False,
        timeout_s=5.0,
        waits_s=(),
    )


@cache
def default_detector() -> LoadedDetector:
    """The best detector to be had, sought once in the life of a process.

    A hub that hangs is so waited for once, and all analyzers share one detector.
    """
    loaded = load_detector()
    _LOG.debug("face detector %s (%s) %s", loaded.detector.name, loaded.reason, loaded.detail)
    return loaded


def load_detector(
    prefer: Literal["yunet", "haar"] = "yunet",
    *,
    cached: Callable[[], Path | None] = cached_yunet,
    fetch: Callable[[], Path] = fetch_yunet,
    offline: bool | None = None,
    patience_s: float = PATIENCE_S,
    sha256: str = SHA256,
) -> LoadedDetector:
    """The preferred detector, or the embedded one where YuNet cannot be had in time.

    ``cached`` and ``fetch`` give the file's path; ``offline`` is what ``HF_HUB_OFFLINE`` says,
    unless given.

    Raises:
        DetectorError: ``detector.missing`` where even the embedded one is not there.

    >>> load_detector("haar").detector.name
    'haar'
    """
    if prefer == "haar":
        return LoadedDetector(HaarDetector(), "asked")
    path = cached()
    if path is not None and _is_intact(path, sha256):
        return _yunet(path, "cached")
    if constants.HF_HUB_OFFLINE if offline is None else offline:
        return LoadedDetector(HaarDetector(), "offline", "HF_HUB_OFFLINE is set")
    try:
        path = _within(fetch, patience_s)
    except TimeoutError:
        return LoadedDetector(HaarDetector(), "slow", f"no file within {patience_s:g} s")
    except Exception as error:  # a network fails in every way there is; the reason is shown
        damaged = isinstance(error, HubError) and error.kind == "hub.content"
        reason: Reason = "damaged" if damaged else "unreachable"
        return LoadedDetector(HaarDetector(), reason, f"{type(error).__name__}: {error}")
    if not _is_intact(path, sha256):
        return LoadedDetector(HaarDetector(), "damaged", f"{path} has another sha256")
    return _yunet(path, "fetched")


def _yunet(path: Path, reason: Reason) -> LoadedDetector:
    try:
        return LoadedDetector(YuNetDetector(path), reason)
    except DetectorError as error:
        return LoadedDetector(HaarDetector(), "damaged", str(error))


def _is_intact(path: Path, sha256: str) -> bool:
    try:
        return hub.sha256_of(path) == sha256
    except OSError:  # a cache emptied meanwhile is no cache
        return False


def _within(fetch: Callable[[], Path], patience_s: float) -> Path:
    """What ``fetch`` gives, or TimeoutError; a late file still reaches the cache for next time."""
    answers: SimpleQueue[Path | Exception] = SimpleQueue()

    def answer() -> None:
        try:
            answers.put(fetch())
        except Exception as error:
            answers.put(error)

    Thread(target=answer, name="fetch-yunet", daemon=True).start()
    try:
        got = answers.get(timeout=patience_s)
    except Empty:
        raise TimeoutError from None
    if isinstance(got, Exception):
        raise got
    return got
