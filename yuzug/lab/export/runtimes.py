"""Formats of other runtimes: how a graph is written in each, and how each runs it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Pixels = NDArray[np.float32]
INPUT, OUTPUT = "grey", "probabilities"
# What an exported file says of itself: model, labels, input_px and input_range.
Metadata = Mapping[str, Any]
METADATA_FILE = "yuzug.json"


@dataclass(frozen=True)
class Runtime:
    """How graphs of one format are written, run and described.

    ``write`` puts a graph, tried on an example, into a file; ``run`` reads faces with it;
    ``describe`` writes labels, input size and range into the file as metadata.
    """

    write: Callable[[nn.Module, Tensor, Path], None]
    run: Callable[[Path, Pixels], Pixels]
    describe: Callable[[Path, Metadata], None] | None = None


def _describe_pt2(path: Path, metadata: Metadata) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in writing
        files = {METADATA_FILE: _as_json(metadata)}
        torch.export.save(torch.export.load(path), path, extra_files=files)


def _describe_onnx(path: Path, metadata: Metadata) -> None:
    import onnx

    model = onnx.load(path)
    for key, value in metadata.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        model.metadata_props.add(key=key, value=shown)
    onnx.save(model, path)


def describe_tflite(path: Path, metadata: Metadata) -> None:
    """Append the metadata as a zip, which is how TFLite carries associated files.

    Source: TensorFlow Lite, "Adding metadata to TensorFlow Lite models".
    """
    with ZipFile(path, "a") as files:
        files.writestr(METADATA_FILE, _as_json(metadata))
        files.writestr("labels.txt", "\n".join(metadata["labels"]) + "\n")


def _as_json(metadata: Metadata) -> str:
    return json.dumps(dict(metadata), ensure_ascii=False, indent=1)


def _write_pt2(graph: nn.Module, example: Tensor, out: Path) -> None:
    many = {"grey": {0: torch.export.Dim("faces", min=1, max=4096)}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch about itself, nothing for a user to do
        torch.export.save(torch.export.export(graph, (example,), dynamic_shapes=many), out)


def _run_pt2(path: Path, faces: Pixels) -> Pixels:
    with torch.no_grad():
        given = torch.export.load(path).module()(torch.from_numpy(faces))
    return np.asarray(given.numpy(), np.float32)


def _write_onnx(graph: nn.Module, example: Tensor, out: Path) -> None:
    import onnx
    import onnxscript  # noqa: F401 - torch asks for it late and with a longer message

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the converter's own parts, nothing for a user to do
        torch.onnx.export(
            graph,
            (example,),
            out,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes={"grey": {0: torch.export.Dim("faces", min=1, max=4096)}},
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    onnx.checker.check_model(out)


def run_onnx(path: Path, faces: Pixels) -> Pixels:
    """Probabilities of an ONNX file: (N, 1, D, D) → (N, classes)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.asarray(session.run([OUTPUT], {INPUT: faces})[0], np.float32)


def _write_tflite(graph: nn.Module, example: Tensor, out: Path) -> None:
    import litert_torch

    litert_torch.convert(graph, (example[:1],)).export(str(out))  # one face at a time, on a phone


def _run_tflite(path: Path, faces: Pixels) -> Pixels:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    (given,), (wanted,) = interpreter.get_input_details(), interpreter.get_output_details()
    rows = []
    for face in faces:
        interpreter.set_tensor(given["index"], face[None])
        interpreter.invoke()
        rows.append(interpreter.get_tensor(wanted["index"])[0])
    return np.asarray(np.stack(rows), np.float32)


RUNTIMES: dict[str, Runtime] = {
    "pt2": Runtime(_write_pt2, _run_pt2, _describe_pt2),
    "onnx": Runtime(_write_onnx, run_onnx, _describe_onnx),
    "tflite": Runtime(_write_tflite, _run_tflite, describe_tflite),
}
