"""What is explained: a batch of faces on their way through one network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Subject:
    """A batch of faces and the two halves of the network that read them.

    ``inputs`` (N, C, S, S) is what the network read and ``features`` (N, K, h, w) what ``stem``
    made of it, both without a graph; ``head`` maps features to logits (N, classes), each row from
    its own face alone.
    """

    inputs: Tensor
    features: Tensor
    stem: nn.Module
    head: Callable[[Tensor], Tensor]

    def logits(self, inputs: Tensor) -> Tensor:
        """The whole way: (M, C, S, S) → (M, classes)."""
        # Plain convolutions on the CPU run fastest with channels last.
        return self.head(self.stem(inputs.contiguous(memory_format=torch.channels_last)))
