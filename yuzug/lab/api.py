"""The lab for Python programs: prepare, train, evaluate and export, as small as the commands.

>>> from yuzug.lab.api import evaluate, export, prepare, train
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from yuzug.errors import OptionError
from yuzug.models import DEFAULT_MODEL, check_classes, load_model
from yuzug.pipeline import Analyzer

if TYPE_CHECKING:
    from yuzug.lab.data.prepare import Report
    from yuzug.lab.evaluation.evaluate import Evaluation
    from yuzug.lab.export.export import Exported, Kind
    from yuzug.lab.training.run import Trained

__all__ = ["evaluate", "export", "prepare", "train"]

Source = str | Path


def prepare(source: Source, out: Source, **options: Any) -> Report:
    """Faces to train on from labelled pictures: ``yuzug prepare``.

    ``options`` are those of :func:`yuzug.lab.data.prepare.prepare_folder`.
    """
    from yuzug.lab.data.prepare import prepare_folder

    return prepare_folder(Path(source), Path(out), **options)


def train(
    data: Source | Sequence[Source],
    out: Source,
    recipe: str = "own",
    changes: Mapping[str, object] | None = None,
    **options: Any,
) -> Trained:
    """A weights file from labelled faces: ``yuzug train``.

    Args:
        recipe: name of a shipped recipe, or path to a YAML file.
        changes: values of the recipe to change, such as ``{"epochs": 3}``.
        options: those of :func:`yuzug.lab.training.run.train`.
    """
    from yuzug.lab.training import run
    from yuzug.lab.training.recipe_files import find_recipe, read_recipe

    paths = [data] if isinstance(data, (str, Path)) else list(data)
    chosen = read_recipe(find_recipe(recipe), changes or {})
    return run.train(chosen, [Path(path) for path in paths], Path(out), **options)


def evaluate(
    data: Source,
    model: Source = DEFAULT_MODEL,
    classes: int | str | None = None,
    *,
    split: str | None = None,
    mapping: Mapping[str, str] | None = None,
    out: Source | None = None,
) -> Evaluation:
    """Metrics of a model on labelled faces: ``yuzug evaluate``.

    Args:
        split: "validation", else "test", unless given.
        mapping: new names of labels of the data.
        out: a folder for ``predictions.csv`` and ``predictions.parquet``, a row for each face.
    """
    from yuzug.lab.evaluation.evaluate import compare, labelled_faces
    from yuzug.lab.evaluation.predictions import predictions_of, read_crops

    analyzer = Analyzer.load(model, classes, crops_only=True)
    given = labelled_faces(analyzer, Path(data), split=split, mapping=mapping)
    (found,) = read_crops((analyzer,), given.faces.images)
    if out is not None:
        Path(out).mkdir(parents=True, exist_ok=True)
        predictions_of(analyzer, given.faces, found, "label").write(Path(out))
    result = compare(
        analyzer, given.faces, found, data=Path(data).name, split=given.split, labels="label"
    )
    return result.model_copy(update={"mapping": given.mapping})


def export(
    model: Source, file: Source, kind: Kind | None = None, classes: int | str | None = None
) -> Exported:
    """A model for another runtime: ``yuzug export``.

    Args:
        kind: "onnx", "pt2", "tflite" or "safetensors"; by the suffix of the file unless given.
    """
    from yuzug.lab.export import export as exporting

    checkpoint = load_model(model)
    head = check_classes(checkpoint.card, classes)
    chosen: Any = kind or Path(file).suffix.lstrip(".")
    if chosen not in get_args(exporting.Kind):
        raise OptionError(
            "option.invalid",
            must=f"the format must be one of {', '.join(get_args(exporting.Kind))}",
            got=repr(chosen),
            do="give kind, or a file with such a suffix",
        )
    return exporting.export(checkpoint, head, chosen, Path(file))
