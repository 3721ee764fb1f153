"""Which models there are, and where the file of a model is found: bundled, on disk, on a hub."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path

from yuzug import _resources, hub
from yuzug.errors import ModelError, WeightsError
from yuzug.hub import Repository, is_address
from yuzug.models import ensemble
from yuzug.models import hub_layout as published
from yuzug.models.card import Card
from yuzug.models.checkpoint import Checkpoint, is_ensemble, load, members, read_card

_LOG = logging.getLogger(__name__)
_SUFFIX = ".safetensors"


@dataclass(frozen=True)
class ModelInfo:
    """A model that can be chosen by name, as its file was when it was read.

    ``size_mb`` is of the file, for an ensemble of those of its members, in millions of bytes.
    """

    name: str
    path: Path
    card: Card
    size_mb: float


def available_models() -> tuple[ModelInfo, ...]:
    """The bundled models, the default one first."""
    files = sorted(_bundled_files(), key=lambda path: (path.stem != DEFAULT_MODEL, path.stem))
    return tuple(ModelInfo(path.stem, path, read_card(path), _size_mb(path)) for path in files)


def _size_mb(path: Path) -> float:
    files = [path]
    if path.suffix == ensemble.SUFFIX:
        files = [path.with_name(f"{name}{_SUFFIX}") for name in members(path)]
    return sum(file.stat().st_size for file in files) / 1e6


def _bundled_files() -> list[Path]:
    folder = _resources.folder("weights")
    # Beside a file of weights may stand what `yuzug export` wrote of its network, in JSON too.
    ensembles = [path for path in folder.glob(f"*{ensemble.SUFFIX}") if is_ensemble(path)]
    return [*folder.glob(f"*{_SUFFIX}"), *ensembles]


DEFAULT_MODEL = "resnet18"
DEFAULT_CLASSES = 7


def resolve(model: str | Path) -> Path:
    """The weights file of a model: a path, the name of a bundled model, or ``owner/name[@rev]``.

    A repository on a hub is fetched into the hub's cache and checked, unless it is there already.

    Raises:
        ModelError: ``model.unknown`` where there is no such model.
        HubError: where a repository cannot be had or is to be refused.
    """
    bundled = {path.stem: path for path in _bundled_files()}
    # A bare name means a bundled model, also where a folder of that name happens to stand here.
    if str(model) in bundled:
        return bundled[str(model)]
    if Path(model).suffix in (_SUFFIX, ensemble.SUFFIX) and Path(model).is_file():
        return Path(model)
    if isinstance(model, str) and is_address(model):
        return published.fetch(Repository.parse(model))
    names = ", ".join(sorted(bundled))
    raise ModelError(
        "model.unknown",
        must=f"the model must be one of {names}, a {_SUFFIX} file, or owner/name on a hub",
        got=repr(str(model)),
        do="run `yuzug models` to see what there is",
    )


def load_model(
    model: str | Path, shared: MutableMapping[Path, Checkpoint] | None = None
) -> Checkpoint:
    """The network and card of a model; one from a hub is called by its address from then on.

    ``shared`` holds what was loaded before, by file: :func:`yuzug.models.load`.

    Raises:
        ModelError: ``model.unknown``.
        WeightsError: ``weights.missing`` or ``weights.damaged``.
        HubError: where a repository cannot be had or is to be refused.

    >>> load_model("cnn").card.name
    'cnn'
    """
    path = resolve(model)
    _LOG.debug("loading %s", path)
    if path.is_relative_to(_resources.folder("weights")) or path == Path(model):
        return load(path, shared)
    try:
        checkpoint = load(path, shared)
    except WeightsError as error:  # such as weights that are no numbers, which only loading shows
        hub.remove_from_cache(path)
        raise hub.refused(Repository.parse(str(model)), error.got) from error
    # Its owner may have called it anything, "resnet18" too.
    return replace(checkpoint, card=checkpoint.card.model_copy(update={"name": str(model)}))
