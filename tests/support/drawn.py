"""Drawn faces and tiny recipes: enough to train on in seconds."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from yuzug.emotions import LABEL_SETS
from yuzug.lab.data.faceset import VOTES, FaceSet
from yuzug.lab.training.recipe import Recipe
from yuzug.models.preprocess import Preprocessing


def drawn_faces(count: int, seed: int = 0) -> FaceSet:
    """Noise pictures whose brightness gives the label away, with votes to match."""
    random = np.random.default_rng(seed)
    index = random.integers(0, 7, count)
    images = random.integers(0, 90, (count, 48, 48)) + 24 * index[:, None, None]
    labels = np.array(LABEL_SETS[7].names)[index]
    votes = np.zeros((count, 8), np.float32)
    votes[np.arange(count), [VOTES.index(label) for label in labels]] = 0.8
    return FaceSet(images.astype(np.uint8), labels, np.array(["train"] * count), votes)


def tiny_recipe(**changes: object) -> Recipe:
    values = {
        "name": "tiny",
        "architecture": "cnn",
        "preprocessing": Preprocessing(channels=1, size_px=32, detail_px=32, mean=0.5, std=0.25),
        "cycles": [{"epochs": 2, "learning_rate": 0.05}],
        "batch": 16,
    }
    return Recipe.model_validate(values | changes)


def png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def folder_of(faces: FaceSet, place: Path, names: dict[str, str] | None = None) -> Path:
    """The faces as ``label/number.png``, labels renamed or, where not named, left out."""
    for number, (image, label) in enumerate(zip(faces.images, faces.labels, strict=True)):
        name = (names or {}).get(str(label), "" if names else str(label))
        if name:
            (place / name).mkdir(parents=True, exist_ok=True)
            (place / name / f"{number}.png").write_bytes(png(image))
    return place
