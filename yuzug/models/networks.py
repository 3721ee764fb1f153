"""The networks, each split where Grad-CAM looks: ``features`` below, ``head`` above.

Every network reads one shared 512-number (or dense) embedding with one linear head a label set,
so a picture's way through the expensive part is walked once whatever is asked of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import cast

from torch import Tensor, nn

from yuzug.errors import WeightsError


class Network(nn.Module):
    """A backbone, its embedding and its heads.

    ``stem`` maps (N, C, S, S) float32 to the explained activations (N, K, h, w);
    ``neck`` maps these to the embedding (N, D); ``heads[name]`` maps that to logits.
    """

    def __init__(
        self,
        stem: nn.Module,
        neck: nn.Module,
        embedding_dim: int,
        head_sizes: Mapping[str, int],
        dropout: float,
    ) -> None:
        super().__init__()
        self.stem = stem
        self.neck = neck
        self.embedding_dim = embedding_dim
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleDict(
            {name: nn.Linear(embedding_dim, size) for name, size in head_sizes.items()}
        )

    def features(self, x: Tensor) -> Tensor:
        """Activations of the explained layer: (N, C, S, S) → (N, K, h, w)."""
        return cast(Tensor, self.stem(x))

    def embed(self, features: Tensor) -> Tensor:
        """The shared embedding: (N, K, h, w) → (N, D)."""
        return cast(Tensor, self.neck(features))

    def head(self, features: Tensor, name: str) -> Tensor:
        """Logits of one head: (N, K, h, w) → (N, classes of that head)."""
        return self.read_embedding(self.embed(features), name)

    def read_embedding(self, embedding: Tensor, name: str) -> Tensor:
        """Logits of one head, as a reading takes them: (N, D) → (N, classes of that head)."""
        return cast(Tensor, self.heads[name](self.dropout(embedding)))

    def logits(self, features: Tensor, names: Collection[str] | None = None) -> dict[str, Tensor]:
        """Logits of these heads, or of every one, from one embedding."""
        return self.read_heads(self.embed(features), names)

    def read_heads(
        self, embedding: Tensor, names: Collection[str] | None = None
    ) -> dict[str, Tensor]:
        """The same from the embedding: (N, D) → name → (N, classes of that head)."""
        kept = self.dropout(embedding)
        return {
            name: head(kept) for name, head in self.heads.items() if names is None or name in names
        }

    def explained(self, features: Tensor, logits: dict[str, Tensor], name: str) -> Tensor:
        """What a heat map explains of a head, given the logits of all: (N, classes)."""
        return logits[name]

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Logits of every head: (N, C, S, S) → name → (N, classes)."""
        return self.logits(self.features(x))


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and what goes past them: He et al. 2016, figure 2.

    Its parts are called as in torchvision, whose weights fit.
    """

    def __init__(self, before: int, after: int, stride: int, change: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample = (
            nn.Sequential(
                nn.Conv2d(before, after, 1, stride=stride, bias=False), nn.BatchNorm2d(after)
            )
            if change
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        beside = x if self.downsample is None else self.downsample(x)
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return cast(Tensor, self.relu(out + beside))


def _resnet18(channels: int, size_px: int, heads: Mapping[str, int]) -> Network:
    """ResNet18 for small faces.

    The first convolution is 3×3 with stride 2, without pooling, and the last stage keeps its
    stride at 1: a 56-px face then leaves a 7×7 grid to explain instead of 2×2.

    Written out, since importing torchvision takes a second and 180 MB.
    Source: He et al. 2016, "Deep residual learning", table 1; initial weights as in
    He et al. 2015, "Delving deep into rectifiers", by the outputs of each convolution.
    """
    first = nn.Conv2d(channels, 64, 3, stride=2, padding=1, bias=False)
    stages = [
        nn.Sequential(BasicBlock(before, after, stride, change), BasicBlock(after, after, 1, False))
        for before, after, stride, change in (
            (64, 64, 1, False),
            (64, 128, 2, True),
            (128, 256, 2, True),
            (256, 512, 1, True),
        )
    ]
    stem = nn.Sequential(first, nn.BatchNorm2d(64), nn.ReLU(inplace=True), *stages)
    for module in stem.modules():
        # On the meta device there is nothing to fill, and trying imports PyTorch's compiler.
        if isinstance(module, nn.Conv2d) and not module.weight.is_meta:
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    neck = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return Network(stem, neck, 512, heads, dropout=0.3)


def _cnn(channels: int, size_px: int, heads: Mapping[str, int]) -> Network:
    """Six 3×3 convolutions in four blocks (32-32, 64-64, 128, 128) and a dense layer of 512.

    The explained layer is the last convolution before its pooling, 7×7 for a 56-px face.
    """

    def block(*widths: int) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [
                nn.Conv2d(before, after, 3, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(inplace=True),
            ]
        return layers

    stem = nn.Sequential(
        *block(channels, 32, 32),
        nn.MaxPool2d(2),
        *block(32, 64, 64),
        nn.MaxPool2d(2),
        nn.Dropout(0.3),
        *block(64, 128),
        nn.MaxPool2d(2),
        *block(128, 128),
    )
    grid = size_px // 16
    neck = nn.Sequential(
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(128 * grid * grid, 512, bias=False),
        nn.BatchNorm1d(512),
        nn.ReLU(),
    )
    return Network(stem, neck, 512, heads, dropout=0.5)


def _cnn3(channels: int, size_px: int, heads: Mapping[str, int]) -> Network:
    """Three 3×3 convolutions of 32, 64 and 128 with max pooling, and a dense layer of 256."""
    stem = nn.Sequential(
        nn.Conv2d(channels, 32, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1),
        nn.ReLU(),
    )
    grid = size_px // 8
    neck = nn.Sequential(
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128 * grid * grid, 256), nn.ReLU()
    )
    return Network(stem, neck, 256, heads, dropout=0.5)


def _cnn48(channels: int, size_px: int, heads: Mapping[str, int]) -> Network:
    """Three blocks (32, 64, 128: convolution, batch norm, ReLU, max pool, dropout), dense 256.

    Made for raw 48-px faces; the explained layer is the last convolution, 12×12 for them.
    """

    def block(before: int, after: int) -> list[nn.Module]:
        return [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after)]

    def pooled() -> list[nn.Module]:
        return [nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)]

    stem = nn.Sequential(
        *block(channels, 32), *pooled(), *block(32, 64), *pooled(), *block(64, 128), nn.ReLU()
    )
    grid = size_px // 8
    neck = nn.Sequential(
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(128 * grid * grid, 256),
        nn.ReLU(),
    )
    return Network(stem, neck, 256, heads, dropout=0.5)


ARCHITECTURES: dict[str, Callable[[int, int, Mapping[str, int]], Network]] = {
    "resnet18": _resnet18,
    "cnn": _cnn,
    "cnn3": _cnn3,
    "cnn48": _cnn48,
}


def build(architecture: str, *, channels: int, size_px: int, heads: Mapping[str, int]) -> Network:
    """A fresh network of this architecture with random weights.

    >>> import torch
    >>> network = build("cnn", channels=1, size_px=56, heads={"7": 7})
    >>> network.eval()(torch.zeros(2, 1, 56, 56))["7"].shape
    torch.Size([2, 7])

    Raises:
        WeightsError: ``weights.damaged`` where the architecture is unknown.
    """
    if architecture not in ARCHITECTURES:
        raise WeightsError(
            "weights.damaged",
            must=f"the architecture must be one of {', '.join(ARCHITECTURES)}",
            got=repr(architecture),
            do="use weights that this version knows, or update yuzug",
        )
    return ARCHITECTURES[architecture](channels, size_px, heads)
