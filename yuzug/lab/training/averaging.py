"""A running mean of a network's weights, which is what a run keeps."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn


class AveragedWeights(nn.Module):
    """A copy of a network whose weights follow it slowly: w ← d · w + (1 - d) · w_network.

    As :class:`torch.optim.swa_utils.AveragedModel`, whose state it can read, but it never asks the
    device for a number: the count of updates stays on the CPU.

    Source: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging".

    >>> network = nn.Linear(1, 1, bias=False)
    >>> average = AveragedWeights(network, decay=0.75)
    >>> for value in (4.0, 8.0):
    ...     _ = network.weight.data.fill_(value)
    ...     average.update(network)
    >>> average.module.weight.item()
    5.0
    """

    n_averaged: Tensor

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__()
        self.module = deepcopy(network)
        self.decay = decay
        self.register_buffer("n_averaged", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take one step towards the weights and batch statistics of the network.

        The first update copies them.
        """
        ours, theirs = ([*one.parameters(), *one.buffers()] for one in (self.module, network))
        decay = 0.0 if int(self.n_averaged) == 0 else self.decay
        # Counts, such as that of batches, are no weights.
        pairs = list(zip(ours, theirs, strict=True))
        floats = [pair for pair in pairs if pair[0].is_floating_point()]
        torch._foreach_lerp_([our for our, _ in floats], [their for _, their in floats], 1 - decay)
        for our, their in pairs:
            if not our.is_floating_point():
                our.copy_(their)
        self.n_averaged += 1
