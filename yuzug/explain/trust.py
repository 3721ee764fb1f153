"""Whether one map can be trusted, in a number and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from yuzug.emotions import Language
from yuzug.explain.faithfulness import Probability, centre_prior, random_maps, road
from yuzug.texts import percent, text

# Enough to say what chance does, few enough to stay well within a second on one core.
_RANDOM_MAPS = 6


@dataclass(frozen=True)
class Trust:
    """How much the answer hangs on the places that a map marks, beside maps that know nothing.

    ``score``, ``centre`` and each of ``randoms`` are ROAD, in [-1, 1] (see
    :func:`yuzug.explain.faithfulness.road`).
    """

    score: float
    centre: float
    randoms: tuple[float, ...]

    @property
    def random(self) -> float:
        """What chance gets on this face, on average."""
        return float(np.mean(self.randoms))

    @property
    def holds(self) -> bool:
        """Whether the map beats every random one, and speaks for its class at all."""
        return self.score > max(0.0, *self.randoms)

    @property
    def level(self) -> Literal["strong", "fair", "none"]:
        """ "strong" where the map beats the centre prior too, "none" where it does not hold."""
        if not self.holds:
            return "none"
        return "strong" if self.score > self.centre else "fair"

    def sentence(self, lang: Language) -> str:
        """The words, with the number behind them."""
        return text(f"explain.trust_{self.level}", lang, score=percent(self.score, lang))


def trust_of(picture: Tensor, values: NDArray[np.float32], probability: Probability) -> Trust:
    """The trust in a map (S, S) of one picture (C, S, S), both as the network reads it."""
    side = picture.shape[-1]
    others = np.concatenate([centre_prior(side)[None], random_maps(_RANDOM_MAPS, side)])
    scores = road(picture, np.concatenate([values[None], others]), probability).tolist()
    return Trust(score=scores[0], centre=scores[1], randoms=tuple(scores[2:]))
