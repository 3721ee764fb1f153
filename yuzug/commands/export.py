"""``yuzug export``: a model for other runtimes."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.options import mapping_of, number_or_name
from yuzug.commands.parser import Parser
from yuzug.errors import OptionError
from yuzug.extras import needs_extra

_EXTRAS = {"onnx": "export", "tflite": "tflite"}


def options(command: Parser) -> None:
    command.option("model", key="exported", metavar="MODEL")
    command.option("--classes", metavar="N", type=number_or_name)
    command.option("--format", choices=("onnx", "pt2", "tflite", "safetensors"), required=True)
    command.option("--out", key="file", metavar="FILE", type=Path, required=True)
    command.option("--quantise", metavar="DATA", type=Path)
    command.option("--map", metavar="A=B,...")


def run(options: Namespace) -> int:
    """Write the file, run it by its own runtime, and print how far it is from torch."""
    from yuzug.models import check_classes, load_model

    mapping = mapping_of(options.map)
    if options.quantise:
        _can_quantise(options)
    elif mapping:
        raise OptionError(
            "option.invalid",
            must="--map renames the labels of the faces that --quantise names",
            got="--map without --quantise",
            do="add --quantise, or leave out --map",
        )
    checkpoint = load_model(options.model)
    classes = check_classes(checkpoint.card, options.classes)
    with needs_extra(_EXTRAS.get(options.format, "lab")):
        from yuzug.lab.export.export import export

        done = export(checkpoint, classes, options.format, options.out)
    print(done.model_dump_json(by_alias=True), flush=True)
    if options.quantise:
        from yuzug.lab.data.faceset import read
        from yuzug.lab.data.training_data import part_rows
        from yuzug.lab.export.quantise import quantise

        every = read(options.quantise, done.input_px)
        calibration, measured = (
            every.take(part_rows(every, split)) for split in ("train", "validation")
        )
        head = checkpoint.card.heads[classes]
        eight = quantise(options.out, head, calibration, measured, mapping)
        print(eight.model_dump_json(by_alias=True))
    return 0


def _can_quantise(options: Namespace) -> None:
    """Check, before the export, that its result can be quantised."""
    if options.format != "onnx":
        raise OptionError(
            "option.invalid",
            must="8-bit models are made from ONNX",
            got=f"--format {options.format}",
            do="choose --format onnx",
        )
    with needs_extra("lab"):
        import yuzug.lab.data.training_data
    with needs_extra("export"):
        import yuzug.lab.export.quantise  # noqa: F401
