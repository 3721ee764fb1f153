"""An ONNX file in eight bits, and what that costs in accuracy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

from yuzug.lab.data.faceset import FaceSet, LabelSource
from yuzug.lab.data.labels import named_by
from yuzug.lab.evaluation.predictions import truth_of
from yuzug.lab.export.runtimes import INPUT, Pixels, run_onnx
from yuzug.models.card import HeadCard

_CALIBRATED_ON = 128
_BATCH = 32


class Quantised(BaseModel):
    """What ``yuzug export --quantise`` prints beside the export; shares in [0, 1]."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    file: str
    mb: float
    n: int
    labels: LabelSource
    """What was measured by: the votes where the head is fitted to them and there are any."""
    accuracy: float
    """Of the file in single precision."""
    quantised_accuracy: float
    lost_points: float
    """Percentage points of accuracy."""
    mapping: dict[str, str]
    """The data's labels that were renamed before measuring."""


class _Faces(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, faces: Pixels) -> None:
        self._batches: Iterator[Pixels] = iter(np.array_split(faces, max(1, len(faces) // _BATCH)))

    def get_next(self) -> dict[str, Pixels] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def quantise(
    path: Path,
    head: HeadCard,
    calibration: FaceSet,
    measured: FaceSet,
    mapping: Mapping[str, str] | None = None,
) -> Quantised:
    """Write ``name.int8.onnx`` beside an ONNX file, its ranges fitted to faces, and measure both.

    Source: Jacob et al. 2018, "Quantization and training of neural networks for efficient
    integer-arithmetic-only inference"; by ONNX Runtime, a scale a channel.

    Args:
        mapping: new names of labels; other names of emotions are known without it.

    Raises:
        OptionError: ``data.mapping`` for a mapping that does not fit, ``data.labels`` where no
            measured face has a label of the head.
    """
    labels: LabelSource = head.fitted_to if measured.votes.any() else "label"
    measured, renamings = named_by(head.labels, measured, labels, mapping or {})
    known, truth = truth_of(measured, head.labels, labels)
    targets = np.array([head.labels.index(name) for name in truth.tolist()])
    images = measured.images[known]
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
    before, after = (_accuracy(file, images, targets) for file in (path, out))
    return Quantised(
        file=str(out),
        mb=round(out.stat().st_size / 1e6, 2),
        n=len(images),
        labels=labels,
        accuracy=round(before, 4),
        quantised_accuracy=round(after, 4),
        lost_points=round(100 * (before - after), 2),
        mapping=renamings,
    )


def _pixels(images: NDArray[np.uint8]) -> Pixels:
    return images[:, None].astype(np.float32)


def _accuracy(path: Path, images: NDArray[np.uint8], targets: NDArray[np.intp]) -> float:
    right = 0
    for start in range(0, len(images), 256):
        rows = slice(start, start + 256)
        right += int((run_onnx(path, _pixels(images[rows])).argmax(axis=1) == targets[rows]).sum())
    return right / len(images)
