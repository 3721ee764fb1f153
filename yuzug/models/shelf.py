"""Which models there are, and where the file of a model is found: bundled, on disk, on a hub."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from yuzug import bundled, hub
from yuzug.errors import ModelError, WeightsError
from yuzug.hub import Repository, is_address
from yuzug.models import published
from yuzug.models.card import Card
from yuzug.models.checkpoint import Checkpoint, load, read_card

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
    """The weights file of a model: a path, the name of a bundled model, or ``owner/name[@rev]``.

    A repository on a hub is fetched into the hub's cache and checked, unless it is there already.

    Raises:
        ModelError: ``model.unknown`` where there is no such model.
        HubError: where a repository cannot be had or is to be refused.
    """
    shelf = bundled.folder("weights")
    named = shelf / f"{model}{_SUFFIX}"
    # A bare name means a bundled model, also where a folder of that name happens to stand here.
    if Path(model).name == str(model) and named.is_file():
        return named
    if Path(model).suffix == _SUFFIX and Path(model).is_file():
        return Path(model)
    if isinstance(model, str) and is_address(model):
        return published.fetch(Repository.parse(model))
    names = ", ".join(path.stem for path in sorted(shelf.glob(f"*{_SUFFIX}")))
    raise ModelError(
        "model.unknown",
        must=f"the model must be one of {names}, a {_SUFFIX} file, or owner/name on a hub",
        got=repr(str(model)),
        do="run `yuzug models` to see what there is",
    )


def take(model: str | Path) -> Checkpoint:
    """The network and card of a model; one from a hub is called by its address from then on.

    Raises:
        ModelError: ``model.unknown``.
        WeightsError: ``weights.missing`` or ``weights.damaged``.
        HubError: where a repository cannot be had or is to be refused.

    >>> take("cnn").card.name
    'cnn'
    """
    path = find(model)
    if path.is_relative_to(bundled.folder("weights")) or path == Path(model):
        return load(path)
    try:
        checkpoint = load(path)
    except WeightsError as error:  # such as weights that are no numbers, which only loading shows
        hub.forget(path)
        raise hub.refused(Repository.parse(str(model)), error.got) from error
    # Its owner may have called it anything, "resnet18" too.
    return replace(checkpoint, card=checkpoint.card.model_copy(update={"name": str(model)}))
