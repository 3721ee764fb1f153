"""Accuracy under image corruptions (blur, noise, compression, rotation, ...) in steps."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from yuzug.lab.data.faceset import FaceSet, LabelSource
from yuzug.lab.evaluation.predictions import predictions_of, read_crops, truth_of
from yuzug.models.preprocess import resize
from yuzug.pipeline import Analyzer

Grey = NDArray[np.uint8]
# A curve needs no more faces than this; the same ones at every step.
_FACES = 500


class Curve(BaseModel):
    """Accuracy at each level of one fault; level 0 of each is the face as it is."""

    model_config = ConfigDict(frozen=True)

    fault: str
    levels: tuple[float, ...]
    accuracy: tuple[float, ...]
    n: int


def _blur(face: Grey, share: float) -> Grey:
    sigma = share * len(face)
    return np.asarray(cv2.GaussianBlur(face, (0, 0), sigma), np.uint8)


def _darkness(face: Grey, share: float) -> Grey:
    return np.asarray(face * (1 - share), np.uint8)


def _rotation(face: Grey, degrees: float) -> Grey:
    side = len(face)
    turn = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), degrees, 1.0)
    turned = cv2.warpAffine(face, turn, (side, side), borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(turned, np.uint8)


def _occlusion(face: Grey, share: float) -> Grey:
    """The lower part covered, as by a hand or a mask."""
    out = face.copy()
    out[round(len(face) * (1 - share)) :] = 127
    return np.asarray(out, np.uint8)


def _low_resolution(face: Grey, side_px: float) -> Grey:
    return resize(resize(face, int(side_px)), len(face))


def _jpeg(face: Grey, quality: float) -> Grey:
    data = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _noise(face: Grey, level: float) -> Grey:
    # Another pattern for each face, the same in each run.
    draw = np.random.default_rng(int(face.sum()))
    return np.asarray(np.clip(face + draw.normal(0, level, face.shape), 0, 255), np.uint8)


def _enlargement(face: Grey, side_px: float) -> Grey:
    """Enlarged bilinearly, as by an app before ours, and reduced by area, as we do."""
    large = cv2.resize(face, (int(side_px), int(side_px)), interpolation=cv2.INTER_LINEAR)
    return resize(np.asarray(large, np.uint8), len(face))


# Blur: sigma as a share of the side. Rotation: degrees. Resolution, enlargement: pixels a side.
# Noise: standard deviation in grey levels.
FAULTS: dict[str, tuple[Callable[[Grey, float], Grey], tuple[float, ...]]] = {
    "blur": (_blur, (0.01, 0.02, 0.04, 0.06)),
    "darkness": (_darkness, (0.3, 0.6, 0.8, 0.9)),
    "rotation": (_rotation, (10, 20, 30, 45)),
    "occlusion": (_occlusion, (0.1, 0.2, 0.3, 0.4)),
    "low_resolution": (_low_resolution, (32, 24, 16, 12)),
    "jpeg": (_jpeg, (50, 20, 10, 5)),
    "noise": (_noise, (4, 8, 16, 25)),
    "enlargement": (_enlargement, (224, 112, 72)),
}


def curves(analyzer: Analyzer, faces: FaceSet, labels: LabelSource) -> tuple[Curve, ...]:
    """Accuracy under every fault and level, on at most 500 of the faces, drawn by a seed."""
    known, _ = truth_of(faces, analyzer.labels, labels)
    faces = faces.take(known)
    if len(faces) > _FACES:
        chosen = np.random.default_rng(0).choice(len(faces), _FACES, replace=False)
        faces = faces.take(np.sort(chosen))

    def accuracy(images: Grey) -> tuple[float, int]:
        (read,) = read_crops((analyzer,), images)
        right = predictions_of(analyzer, faces, read, labels).right
        return round(float(right.mean()), 4), len(right)

    clean, n = accuracy(faces.images)
    found = []
    for name, (change, levels) in FAULTS.items():
        worse = [
            accuracy(np.stack([change(face, level) for face in faces.images]))[0]
            for level in levels
        ]
        found.append(Curve(fault=name, levels=(0, *levels), accuracy=(clean, *worse), n=n))
    return tuple(found)
