"""Which models there are, and where the file of a model is found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from yuzug import bundled
from yuzug.errors import ModelError
from yuzug.models.card import Card
from yuzug.models.checkpoint import read_card

_SUFFIX = ".safetensors"


@dataclass(frozen=True)
class ModelInfo:
    """A model that can be chosen by name."""

    name: str
    path: Path
    card: Card

    @property
    def size_mb(self) -> float:
        """Of the file, in millions of bytes."""
        return self.path.stat().st_size / 1e6


def available_models() -> tuple[ModelInfo, ...]:
    """The bundled models, the default one first."""
    files = sorted(
        bundled.folder("weights").glob(f"*{_SUFFIX}"),
        key=lambda path: (path.stem != DEFAULT_MODEL, path.stem),
    )
    return tuple(ModelInfo(path.stem, path, read_card(path)) for path in files)


DEFAULT_MODEL = "resnet18"
DEFAULT_CLASSES = 7


def find(model: str | Path) -> Path:
    """The weights file of a model: a path to one, or the name of a bundled model.

    Raises:
        ModelError: ``model.unknown`` where there is neither.
    """
    shelf = bundled.folder("weights")
    named = shelf / f"{model}{_SUFFIX}"
    # A bare name means a bundled model, also where a folder of that name happens to stand here.
    if Path(model).name == str(model) and named.is_file():
        return named
    if Path(model).suffix == _SUFFIX and Path(model).is_file():
        return Path(model)
    names = ", ".join(path.stem for path in sorted(shelf.glob(f"*{_SUFFIX}")))
    raise ModelError(
        "model.unknown",
        must=f"the model must be one of {names}, or a path to a {_SUFFIX} file",
        got=repr(str(model)),
        do="run `yuzug models` to see what there is",
    )
