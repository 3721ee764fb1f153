"""YuNet's file on the hub and in the hub's cache; ``HF_ENDPOINT`` and ``HF_HUB_CACHE`` hold."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import (
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)

REPO_ID = "opencv/face_detection_yunet"
FILE = "face_detection_yunet_2023mar.onnx"
REVISION = "3cc26e7f1014a5ee5d74a42acee58bafc9d0a310"
TIMEOUT_S = 5.0  # beyond the patience of load_detector, which alone decides what is slow


def cached() -> Path | None:
    """The file in the cache, whatever its content; asks no network."""
    path = try_to_load_from_cache(REPO_ID, FILE, revision=REVISION)
    return Path(path) if isinstance(path, str) else None


def fetch() -> Path:
    """The file from the hub into the cache, also over a damaged one.

    Raises:
        Exception: whatever the network raises, at once: a download alone would try a closed door
            for 23 s and write about it on stderr, so one question without repeats comes first.
    """
    get_hf_file_metadata(
        hf_hub_url(REPO_ID, FILE, revision=REVISION), timeout=TIMEOUT_S, token=False
    )
    return Path(
        hf_hub_download(
            REPO_ID,
            FILE,
            revision=REVISION,
            etag_timeout=TIMEOUT_S,
            force_download=True,
            token=False,
        )
    )
