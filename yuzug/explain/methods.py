"""The methods there are, each by one name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from yuzug.emotions import Language
from yuzug.errors import OptionError
from yuzug.explain import grad_cam_library as library
from yuzug.explain.forward_pass import ForwardPass
from yuzug.explain.fused import fused
from yuzug.explain.gradcam import gradcam, hirescam
from yuzug.explain.lime import lime
from yuzug.explain.rise import rise
from yuzug.texts import text

Speed = Literal["fast", "slow"]


@dataclass(frozen=True)
class Method:
    """A way to a heat map.

    ``maps`` gives one unscaled map a face, float32 (N, h, w), not negative; "fast" ones take
    milliseconds and may run in the page, "slow" ones take seconds.
    """

    name: str
    title: str
    speed: Speed
    maps: Callable[[ForwardPass, Sequence[int]], NDArray[np.float32]]

    def line(self, lang: Language) -> str:
        """What it shows and what it costs, in one line.

        >>> METHODS["eigencam"].line("en")
        'What the network reacts to most, whatever the expression. Takes a moment longer.'
        """
        key = self.name.replace("+", "p")
        shows, costs = text(f"explain.shows_{key}", lang), text(f"explain.costs_{key}", lang)
        return f"{shows} {costs}"


_ALL = (
    Method("gradcam", "Grad-CAM", "fast", gradcam),
    Method("hirescam", "HiResCAM", "fast", hirescam),
    Method("gradcam++", "Grad-CAM++", "fast", library.of_gradient("GradCAMPlusPlus")),
    Method("layercam", "LayerCAM", "fast", library.of_gradient("LayerCAM")),
    Method("xgradcam", "XGrad-CAM", "fast", library.of_gradient("XGradCAM")),
    Method("eigencam", "Eigen-CAM", "fast", library.eigencam),
    Method("finercam", "Finer-CAM", "fast", library.finercam),
    Method("fused", "HiResCAM × LayerCAM", "fast", fused),
    Method("scorecam", "Score-CAM", "slow", library.scorecam),
    Method("ablationcam", "Ablation-CAM", "slow", library.ablationcam),
    Method("lime", "LIME", "slow", lime),
    Method("rise", "RISE", "slow", rise),
)
METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _ALL})


def method_named(name: str) -> Method:
    """The method with this name.

    Raises:
        OptionError: ``option.invalid`` where there is none.
    """
    if name not in METHODS:
        raise OptionError(
            "option.invalid",
            must=f"the method must be one of {', '.join(METHODS)}",
            got=repr(name),
            do="choose one of these",
        )
    return METHODS[name]
