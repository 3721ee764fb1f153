"""What is installed, which detector runs and why, where things are, how long an analysis takes."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from statistics import median

from huggingface_hub import constants

from yuzug import __version__, _resources
from yuzug._resources import PORTRAIT
from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.faces import Detector, default_detector
from yuzug.models import DEFAULT_CLASSES, ModelInfo, available_models
from yuzug.pipeline import Analyzer
from yuzug.recommender import bundled as bundled_catalogue
from yuzug.records import sentence_of
from yuzug.texts import text
from yuzug.texts.numbers import tenths

Part = Callable[[Language], Iterator[tuple[str, bool]]]

_PACKAGES = (
    "torch",
    "torchvision",
    "opencv-python-headless",
    "gradio",
    "numpy",
    "pillow",
    "huggingface-hub",
)
_REPEATS = 5


def examine(lang: Language) -> Iterator[tuple[str, bool]]:
    """Lines to read, one after another, each with whether all is well there."""
    system = f"{platform.system()} {platform.machine()}"
    yield (
        text(
            "doctor.yuzug",
            lang,
            version=__version__,
            python=platform.python_version(),
            system=system,
            cores=os.cpu_count(),
        ),
        True,
    )
    yield text("doctor.packages", lang, packages=", ".join(map(_installed, _PACKAGES))), True
    for part in (_models, _catalogue, _cache, _detector_and_time):
        yield from _lines_or_fault(part, lang)


def _lines_or_fault(part: Part, lang: Language) -> Iterator[tuple[str, bool]]:
    """The lines of a check, or the error that stopped it."""
    try:
        yield from part(lang)
    except YuzugError as error:
        yield text("doctor.fault", lang, sentence=sentence_of(error, lang)), False


def _installed(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} –"


def _models(lang: Language) -> Iterator[tuple[str, bool]]:
    for info in available_models():
        yield (
            text(
                "doctor.model",
                lang,
                name=info.name,
                size=tenths(info.size_mb, lang),
                classes=", ".join(info.card.heads),
                path=info.path,
            ),
            True,
        )
    if not available_models():
        yield text("doctor.no_model", lang, folder=_resources.folder("weights")), False


def _catalogue(lang: Language) -> Iterator[tuple[str, bool]]:
    count = len(bundled_catalogue().activities)
    folder = _resources.folder("recommendations")
    yield text("doctor.catalogue", lang, count=count, folder=folder), True


def _cache(lang: Language) -> Iterator[tuple[str, bool]]:
    hub = constants.ENDPOINT + (", HF_HUB_OFFLINE=1" if constants.HF_HUB_OFFLINE else "")
    yield text("doctor.cache", lang, hub=hub, folder=constants.HF_HUB_CACHE), True


def _detector_and_time(lang: Language) -> Iterator[tuple[str, bool]]:
    loaded = default_detector()
    name = text(f"detector.{loaded.detector.name}", lang)
    reason = text(f"detector.{loaded.reason}", lang)
    yield text("doctor.detector", lang, name=name, reason=reason), True
    for info in available_models():
        yield _analysis(info, loaded.detector, lang), True


def _analysis(info: ModelInfo, detector: Detector, lang: Language) -> str:
    """The median of several analyses, after one that warms up."""
    analyzer = Analyzer.load(info.path, DEFAULT_CLASSES, detector=detector)
    first = analyzer.analyze(PORTRAIT)
    runs = [analyzer.analyze(PORTRAIT).ms for _ in range(_REPEATS)]
    stages = {stage: median(run[stage] for run in runs) for stage in first.ms}
    height, width = first.image.shape[:2]
    return text(
        "doctor.analysis",
        lang,
        ms=round(median(sum(run.values()) for run in runs)),
        stages=", ".join(f"{stage} {tenths(ms, lang)}" for stage, ms in stages.items()),
        width=width,
        height=height,
        model=info.name,
    )
