"""The models and activities that the page offers, loaded once and shared by all visitors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock

from yuzug.emotions import LABEL_SETS
from yuzug.errors import ModelError, YuzugError
from yuzug.models import Card, ModelInfo, Stem, available_models
from yuzug.pipeline import Analyzer
from yuzug.recommender import Loaded, load_own
from yuzug.ui.session import Settings

_TITLES = {"resnet18": "ResNet18", "cnn": "CNN", "ensemble": "ResNet18 + CNN"}


def model_title(name: str) -> str:
    """How the page writes a model's name."""
    return _TITLES.get(name, name)


@dataclass(frozen=True)
class Waiting:
    """A model that is loaded when it is first asked for."""

    card: Card
    embedding_dim: int
    load: Callable[[], Analyzer]


class OnDemand(Mapping[str, Analyzer]):
    """Analyzers by name: those that are ready, and those that are loaded when asked for.

    A model that nobody chooses costs neither time at the start nor memory.
    """

    def __init__(self, ready: Mapping[str, Analyzer], waiting: Mapping[str, Waiting]) -> None:
        self._ready = dict(ready)
        self._waiting = {name: one for name, one in waiting.items() if name not in ready}
        self._names = (*self._ready, *self._waiting)
        self._loading = Lock()

    def __getitem__(self, name: str) -> Analyzer:
        if name not in self._ready:
            with self._loading:
                if name not in self._ready:
                    self._ready[name] = self._waiting[name].load()
        return self._ready[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def waiting(self, name: str) -> Waiting | None:
        """What is known of a model that is not loaded yet; None for one that is ready."""
        return None if name in self._ready else self._waiting[name]


@dataclass(frozen=True)
class Analyzers:
    """One analyzer for each model, by name, the default one first; others may be loaded later.

    ``missing`` has the error of each hub model that was asked for and could not be loaded.
    ``stems`` hold the backbone of a model on another device, for photos alone: the way there and
    back takes too long for a live frame. ``activities`` is the catalogue with the faults found in
    it. ``bundled`` are the models that came with Yuzug, read once: a file that is damaged later
    closes the page for nobody.
    """

    by_model: Mapping[str, Analyzer]
    missing: Mapping[str, YuzugError] = field(default_factory=dict)
    stems: Mapping[str, Stem] = field(default_factory=dict)
    activities: Loaded = field(default_factory=partial(load_own, None))
    bundled: Sequence[ModelInfo] = field(default_factory=available_models)
    # By model and number of classes: a live frame must not build another analyzer.
    _chosen: dict[tuple[str, int], Analyzer] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def models(self) -> tuple[str, ...]:
        """The names to choose from."""
        return tuple(self.by_model)

    def get(self, model: str, classes: int) -> Analyzer:
        """The analyzer of photos for a choice on the page.

        Raises:
            ModelError: ``model.unknown`` or ``model.classes``.
        """
        analyzer = self.live(model, classes)
        return analyzer.with_stem(self.stems[model]) if model in self.stems else analyzer

    def live(self, model: str, classes: int) -> Analyzer:
        """The analyzer of live pictures for a choice on the page.

        Raises:
            ModelError: ``model.unknown`` or ``model.classes``.
        """
        self._require(model)
        analyzer = self.by_model[model]
        # The page and the HTTP API count emotions; labels of one's own have one head.
        if len(analyzer.classifier.checkpoint.card.heads) == 1:
            return analyzer
        if (model, classes) not in self._chosen:
            self._chosen[model, classes] = analyzer.with_classes(classes)
        return self._chosen[model, classes]

    def label_sets(self, model: str) -> tuple[int, ...]:
        """The numbers of emotions that a model tells apart; none for labels of one's own.

        Raises:
            ModelError: ``model.unknown``.
        """
        return tuple(size for size in LABEL_SETS if str(size) in self.card(model).heads)

    def fitting(self, settings: Settings) -> Settings:
        """The same settings with a number of classes that their model has, where it has any.

        Raises:
            ModelError: ``model.unknown``.
        """
        sizes = self.label_sets(settings.model)
        if not sizes or settings.classes in sizes:
            return settings
        nearest = min(sizes, key=lambda size: abs(size - settings.classes))
        return replace(settings, classes=nearest)

    def card(self, model: str) -> Card:
        """What is known about a model.

        Raises:
            ModelError: ``model.unknown``.
        """
        waiting = self._waiting(model)
        return waiting.card if waiting else self.by_model[model].classifier.checkpoint.card

    def embedding_dim(self, model: str) -> int:
        """How many numbers describe a face to a model; it is not loaded for that.

        Raises:
            ModelError: ``model.unknown``.
        """
        waiting = self._waiting(model)
        if waiting:
            return waiting.embedding_dim
        return self.by_model[model].classifier.checkpoint.network.embedding_dim

    def _waiting(self, model: str) -> Waiting | None:
        self._require(model)
        return self.by_model.waiting(model) if isinstance(self.by_model, OnDemand) else None

    @property
    def detector(self) -> str:
        """Which face detector runs: decided at start, the same for every visitor."""
        return next(iter(self.by_model.values())).detector_name

    def _require(self, model: str) -> None:
        if model not in self.by_model:
            raise ModelError(
                "model.unknown",
                must=f"the model must be one of {', '.join(self.models)}",
                got=repr(model),
                do="choose one of these",
            )
