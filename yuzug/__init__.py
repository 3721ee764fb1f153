"""What an expression looks like, why the model thinks so, and what to do next.

>>> import yuzug
>>> analyzer = yuzug.Analyzer.load("resnet18", classes=7)
>>> yuzug.recommend("sad", lang="tr", minutes=10)[0].minutes <= 10
True

Each name below is imported when it is first used, so that ``import yuzug`` costs nothing.

Stability: names in ``__all__``, the commands, their JSON and the keys in it stay within 0.2.x; what
begins with an underscore or is imported from a module inside may change. Log records go to the
logger ``yuzug``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yuzug.analysis import Analysis, Face
    from yuzug.emotions import LABEL_SETS, Emotion, LabelSet
    from yuzug.errors import (
        CatalogueError,
        ConsentError,
        DetectorError,
        ExportError,
        FilmError,
        HubError,
        ImageError,
        ModelError,
        OptionError,
        PersonError,
        TrainingError,
        WeightsError,
        YuzugError,
    )
    from yuzug.explain import METHODS, Contrast, Heatmap, RegionShares, Trust
    from yuzug.faces import Alignment, Detection, Detector, LoadedDetector, Quality, load_detector
    from yuzug.film import read_video
    from yuzug.models import (
        Card,
        Checkpoint,
        ModelInfo,
        Person,
        available_models,
        load_model,
    )
    from yuzug.pipeline import Analyzer
    from yuzug.recommender import Suggestion, recommend
    from yuzug.stream import StreamSession

__all__ = [
    "LABEL_SETS",
    "METHODS",
    "Alignment",
    "Analysis",
    "Analyzer",
    "Card",
    "CatalogueError",
    "Checkpoint",
    "ConsentError",
    "Contrast",
    "Detection",
    "Detector",
    "DetectorError",
    "Emotion",
    "ExportError",
    "Face",
    "FilmError",
    "Heatmap",
    "HubError",
    "ImageError",
    "LabelSet",
    "LoadedDetector",
    "ModelError",
    "ModelInfo",
    "OptionError",
    "Person",
    "PersonError",
    "Quality",
    "RegionShares",
    "StreamSession",
    "Suggestion",
    "TrainingError",
    "Trust",
    "WeightsError",
    "YuzugError",
    "__version__",
    "available_models",
    "load_detector",
    "load_model",
    "read_video",
    "recommend",
]

__version__ = "0.2.0"

_HOMES = {
    "yuzug.analysis": (
        "Analysis",
        "Face",
    ),
    "yuzug.emotions": (
        "LABEL_SETS",
        "Emotion",
        "LabelSet",
    ),
    "yuzug.errors": (
        "CatalogueError",
        "ConsentError",
        "DetectorError",
        "ExportError",
        "FilmError",
        "HubError",
        "ImageError",
        "ModelError",
        "OptionError",
        "TrainingError",
        "PersonError",
        "WeightsError",
        "YuzugError",
    ),
    "yuzug.explain": (
        "METHODS",
        "Contrast",
        "Heatmap",
        "RegionShares",
        "Trust",
    ),
    "yuzug.faces": (
        "Alignment",
        "Detection",
        "Detector",
        "LoadedDetector",
        "Quality",
        "load_detector",
    ),
    "yuzug.film": ("read_video",),
    "yuzug.models": (
        "Card",
        "Checkpoint",
        "ModelInfo",
        "Person",
        "available_models",
        "load_model",
    ),
    "yuzug.pipeline": ("Analyzer",),
    "yuzug.recommender": (
        "Suggestion",
        "recommend",
    ),
    "yuzug.stream": ("StreamSession",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'yuzug' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
