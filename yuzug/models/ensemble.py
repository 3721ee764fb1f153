"""An ensemble of networks: the mean of their calibrated probabilities."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, NamedTuple, cast

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from yuzug.models.card import Card, HeadCard
from yuzug.models.networks import Network

SUFFIX = ".json"
ARCHITECTURE = "ensemble"
# A member is a file beside the ensemble's: its name leads to no other folder.
MemberName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class EnsembleFile(BaseModel):
    """What an ensemble is on disk: a card, and the weights files beside it that it is made of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    members: dict[MemberName, Sha256] = Field(min_length=2, max_length=8)
    """sha256 of each member's file by its name, as they were when the card was measured."""
    card: Card


class Member(NamedTuple):
    """A network and its card."""

    network: Network
    card: Card


class Ensemble(Network):
    """Members of one preprocessing and one grid, read side by side.

    The explained activations of all stand in one tensor (N, ΣK, h, w), so whatever explains one
    network explains them all. What is explained is the mean of the members' logits over their
    temperatures: its Grad-CAM is the mean of theirs.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        nn.Module.__init__(self)
        self.members = nn.ModuleList(member.network for member in members)
        self.cards = tuple(member.card for member in members)
        spec = self.cards[0].preprocessing
        if any(card.preprocessing != spec for card in self.cards):
            raise ValueError("members of unlike preprocessing")
        blank = torch.zeros(1, spec.channels, spec.size_px, spec.size_px)
        with torch.no_grad():
            shapes = [member.network.features(blank).shape for member in members]
        if len({shape[2:] for shape in shapes}) != 1:
            raise ValueError(f"grids of unlike sizes: {[tuple(shape[2:]) for shape in shapes]}")
        self._widths = [shape[1] for shape in shapes]
        self._dims = [member.network.embedding_dim for member in members]
        self.embedding_dim = sum(self._dims)
        self.stem = SideBySide([member.network.stem for member in members])
        self.names = [name for name in self.cards[0].heads if self._all_have(name)]

    def head(self, features: Tensor, name: str) -> Tensor:
        """The mean of the members' calibrated logits: (N, ΣK, h, w) → (N, classes)."""
        parts = zip(self._networks(), self.cards, self._split(features), strict=True)
        return torch.stack(
            [
                _calibrated(network.head(part, card.heads[name].served_from), card, name)
                for network, card, part in parts
            ]
        ).mean(dim=0)

    def read_heads(
        self, embedding: Tensor, names: Collection[str] | None = None
    ) -> dict[str, Tensor]:
        """The logarithm of the mean of the members' probabilities, of these heads or every one."""
        wanted = [name for name in self.names if names is None or name in names]
        shares: dict[str, list[Tensor]] = {name: [] for name in wanted}
        for network, card, part in self._parts(embedding):
            of_all = network.read_heads(part, {card.heads[name].served_from for name in wanted})
            for name in wanted:
                own = _calibrated(of_all[card.heads[name].served_from], card, name)
                shares[name].append(torch.softmax(own.float(), dim=1))
        return {
            name: torch.stack(one).mean(dim=0).clamp_min(1e-12).log()
            for name, one in shares.items()
        }

    def explained(self, features: Tensor, logits: dict[str, Tensor], name: str) -> Tensor:
        """The mean of the calibrated logits: that of a sure vote has next to no gradient."""
        return self.head(features, name)

    def embed(self, features: Tensor) -> Tensor:
        """The members' embeddings one after another: (N, ΣK, h, w) → (N, ΣD)."""
        parts = zip(self._networks(), self._split(features), strict=True)
        return torch.cat([network.embed(part) for network, part in parts], dim=1)

    def read_embedding(self, embedding: Tensor, name: str) -> Tensor:
        """The logarithm of the mean of the members' probabilities: (N, ΣD) → (N, classes)."""
        votes = []
        for network, card, part in self._parts(embedding):
            own = network.read_embedding(part, card.heads[name].served_from)
            votes.append(torch.softmax(_calibrated(own, card, name).float(), dim=1))
        return torch.stack(votes).mean(dim=0).clamp_min(1e-12).log()

    def _networks(self) -> list[Network]:
        return [cast(Network, member) for member in self.members]

    def _parts(self, embedding: Tensor) -> Iterator[tuple[Network, Card, Tensor]]:
        """Each member with its card and its share of the embeddings (N, ΣD)."""
        parts = torch.split(embedding, self._dims, dim=1)
        return zip(self._networks(), self.cards, parts, strict=True)

    def _split(self, features: Tensor) -> tuple[Tensor, ...]:
        return torch.split(features, self._widths, dim=1)

    def _all_have(self, name: str) -> bool:
        labels = self.cards[0].heads[name].labels
        return all(name in card.heads and card.heads[name].labels == labels for card in self.cards)


class SideBySide(nn.Module):
    def __init__(self, stems: Sequence[nn.Module]) -> None:
        super().__init__()
        self.stems = nn.ModuleList(stems)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([stem(x) for stem in self.stems], dim=1)


def _calibrated(logits: Tensor, card: Card, name: str) -> Tensor:
    """The columns of a head from the outputs that serve it, over its temperature."""
    head: HeadCard = card.heads[name]
    return logits[:, card.columns(name)] / head.temperature
