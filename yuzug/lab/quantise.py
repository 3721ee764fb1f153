"""An ONNX file in eight bits, and what that costs in accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from pydantic import BaseModel, ConfigDict, Field

from yuzug.lab.faceset import FaceSet
from yuzug.lab.runtimes import INPUT, Pixels, run_onnx

_CALIBRATED_ON = 128
_BATCH = 32


class Quantised(BaseModel):
    """What ``yuzug export --quantise`` prints beside the export; shares in [0, 1]."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    file: str
    mb: float
    n: int
    accuracy: float
    """Of the file in single precision."""
    quantised_accuracy: float
    lost_points: float
    """Percentage points of accuracy."""


class _Faces(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, faces: Pixels) -> None:
        self._batches: Iterator[Pixels] = iter(np.array_split(faces, max(1, len(faces) // _BATCH)))

    def get_next(self) -> dict[str, Pixels] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def quantise(
    path: Path, labels: tuple[str, ...], calibration: FaceSet, measured: FaceSet
) -> Quantised:
    """Write ``name.int8.onnx`` beside an ONNX file, its ranges fitted to faces, and measure both.

    Source: Jacob et al. 2018, "Quantization and training of neural networks for efficient
    integer-arithmetic-only inference"; by ONNX Runtime, a scale a channel.
    """
    out = path.with_suffix(".int8.onnx")
    chosen = np.random.default_rng(0).permutation(len(calibration))[:_CALIBRATED_ON]
    quantize_static(
        path,
        out,
        _Faces(_pixels(calibration.images[chosen])),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Gemm", "MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )
    known = measured.take(np.isin(measured.labels, labels))
    before, after = (_accuracy(file, known, labels) for file in (path, out))
    return Quantised(
        file=str(out),
        mb=round(out.stat().st_size / 1e6, 2),
        n=len(known),
        accuracy=round(before, 4),
        quantised_accuracy=round(after, 4),
        lost_points=round(100 * (before - after), 2),
    )


def _pixels(images: NDArray[np.uint8]) -> Pixels:
    return images[:, None].astype(np.float32)


def _accuracy(path: Path, faces: FaceSet, labels: tuple[str, ...]) -> float:
    right = 0
    for start in range(0, len(faces), 256):
        rows = slice(start, start + 256)
        said = run_onnx(path, _pixels(faces.images[rows])).argmax(axis=1)
        right += int((np.array(labels)[said] == faces.labels[rows]).sum())
    return right / max(1, len(faces))
