"""What an expression looks like, why the model thinks so, and what to do next.

>>> import yuzug
>>> analyzer = yuzug.Analyzer.load("resnet18", classes=7)
>>> yuzug.recommend("sad", lang="tr", minutes=10)[0].minutes <= 10
True

Each name below is imported when it is first used, so that ``import yuzug`` costs nothing.
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
        FilmError,
        HubError,
        ImageError,
        ModelError,
        WeightsError,
        YuzugError,
    )
    from yuzug.film import read_video
    from yuzug.models import ModelInfo, available_models
    from yuzug.pipeline import Analyzer
    from yuzug.recommender import Suggestion, recommend
    from yuzug.stream import StreamSession

__all__ = [
    "LABEL_SETS",
    "Analysis",
    "Analyzer",
    "CatalogueError",
    "ConsentError",
    "DetectorError",
    "Emotion",
    "Face",
    "FilmError",
    "HubError",
    "ImageError",
    "LabelSet",
    "ModelError",
    "ModelInfo",
    "StreamSession",
    "Suggestion",
    "WeightsError",
    "YuzugError",
    "__version__",
    "available_models",
    "read_video",
    "recommend",
]

__version__ = "0.1.0"

_HOMES = {
    "yuzug.analysis": ("Analysis", "Face"),
    "yuzug.emotions": ("LABEL_SETS", "Emotion", "LabelSet"),
    "yuzug.errors": (
        "CatalogueError",
        "ConsentError",
        "DetectorError",
        "FilmError",
        "HubError",
        "ImageError",
        "ModelError",
        "WeightsError",
        "YuzugError",
    ),
    "yuzug.film": ("read_video",),
    "yuzug.models": ("ModelInfo", "available_models"),
    "yuzug.pipeline": ("Analyzer",),
    "yuzug.recommender": ("Suggestion", "recommend"),
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
