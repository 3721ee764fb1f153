"""Deletion and insertion: the older measures of a map, to be read with care.

Both feed the network pictures that no camera takes (grey holes, islands in a blur), so a low or
high number may say more about how the network meets the unnatural than about the map. ROAD
(:mod:`yuzug.explain.faithfulness`) is the fairer one; these stand beside it for comparison with
the literature.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from yuzug.explain.faithfulness import Probability, rank

# Shares of the picture that are taken away or put in.
_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)


def deletion_and_insertion(
    picture: Tensor, maps: NDArray[np.float32], probability: Probability
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean probability while the most relevant pixels go, and while they come: two times (M,).

    ``picture`` is (C, S, S), ``maps`` (M, S, S). Deletion turns pixels to the mean grey and is
    better when low; insertion puts them into a blurred picture and is better when high.

    Source: Petsiuk et al. 2018, "RISE", algorithm 1.
    """
    ranks = torch.from_numpy(np.stack([rank(one) for one in maps]))
    blurred = torch.from_numpy(
        np.stack([cv2.GaussianBlur(one, (0, 0), one.shape[0] / 8) for one in picture.numpy()])
    )
    pictures = []
    for share in _SHARES:
        top = (ranks >= 1 - share)[:, None]
        pictures += [torch.where(top, torch.zeros_like(picture), picture)]
        pictures += [torch.where(top, picture, blurred)]
    answers = probability(torch.cat(pictures)).reshape(len(_SHARES), 2, len(maps)).mean(axis=0)
    return np.asarray(answers[0], np.float32), np.asarray(answers[1], np.float32)
