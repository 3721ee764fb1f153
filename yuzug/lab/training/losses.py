"""What a step is to lower: cross-entropy or focal loss over several heads, classes weighted."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch user knows
from torch import Tensor

from yuzug.lab.training.targets import Targets


def loss(
    logits: Mapping[str, Tensor],
    target: Targets,
    rows: Tensor,
    heads: Mapping[str, float],
    focal: float = 0.0,
    class_weights: Mapping[str, Tensor] | None = None,
) -> Tensor:
    """The loss of some rows of the targets, summed over heads with their weights.

    ``logits`` (N, C) by head name; ``rows`` (N,) their rows in ``target``; ``class_weights`` (C,)
    by head name multiply each class's share. All are on one device.
    """
    total = torch.zeros((), device=rows.device)
    for name, share in heads.items():
        weight = target.weights[name][rows]
        wanted = target.shares[name][rows]
        if class_weights is not None:
            wanted = wanted * class_weights[name]
        each = cross_entropy(logits[name].float(), wanted, focal)
        total = total + share * (each * weight).sum() / weight.sum().clamp_min(1)
    return total


def cross_entropy(logits: Tensor, wanted: Tensor, focal: float = 0.0) -> Tensor:
    """Loss of each row against soft targets: (N, C), (N, C) → (N,).

    With ``focal`` above 0 what is already likely counts less: Σ t (1 − p)^γ (−log p).
    Source: Lin et al. 2017, "Focal loss for dense object detection", equation 4.

    >>> sure, unsure = torch.tensor([[4.0, 0.0]]), torch.tensor([[0.0, 0.0]])
    >>> first = torch.tensor([[1.0, 0.0]])
    >>> plain = cross_entropy(unsure, first) / cross_entropy(sure, first)
    >>> focused = cross_entropy(unsure, first, 2.0) / cross_entropy(sure, first, 2.0)
    >>> bool(focused > 100 * plain)
    True
    """
    if not focal:
        return F.cross_entropy(logits, wanted, reduction="none")
    logs = F.log_softmax(logits, dim=1)
    return -(wanted * (1 - logs.exp()) ** focal * logs).sum(dim=1)


def class_weights_of(target: Targets, power: float) -> dict[str, Tensor] | None:
    """Weights (C,) by head name: counts to the power of minus ``power``, 1 for the mean face.

    None for a power of 0. A class that never occurs weighs what the rarest one does.
    """
    if not power:
        return None
    weights = {}
    for name, shares in target.shares.items():
        counts = (shares * target.weights[name][:, None]).sum(dim=0)
        counts = counts.clamp_min(float(counts[counts > 0].min()) if counts.any() else 1.0)
        often = counts**-power
        weights[name] = often * counts.sum() / (often * counts).sum()
    return weights
