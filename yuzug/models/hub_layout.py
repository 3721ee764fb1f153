"""A model as it stands on a hub: ``model.safetensors`` and ``config.json``.

It is the layout that ``PyTorchModelHubMixin`` writes, without its class, which falls back to
pickles. The card travels inside the weights; the configuration repeats it and says what the
weights must be, byte for byte, since no file can hold a hash of itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yuzug import hub
from yuzug.errors import YuzugError, first_fault
from yuzug.hub import Repository
from yuzug.models.card import Card
from yuzug.models.checkpoint import inspect

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
MOST_BYTES = 200_000_000
MOST_CONFIG_BYTES = 1_000_000


class WeightsFile(BaseModel):
    """What the weights file must be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(gt=0, le=MOST_BYTES)


class Published(BaseModel):
    """The content of ``config.json``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    library_name: Literal["yuzug"] = "yuzug"
    weights: WeightsFile
    card: Card

    @classmethod
    def of(cls, weights: Path) -> Published:
        """The configuration of a weights file.

        Raises:
            WeightsError: ``weights.missing`` or ``weights.damaged``.
        """
        about = WeightsFile(sha256=hub.sha256_of(weights), size_bytes=weights.stat().st_size)
        return cls(weights=about, card=inspect(weights))

    def to_json(self) -> str:
        """The text of ``config.json``."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def fetch(repository: Repository) -> Path:
    """The weights file of a repository, from the hub or its cache, with all that it promises.

    Both files come from one commit. What is not what its card says is deleted from the cache.

    Raises:
        HubError: what kept it from coming, or ``hub.content`` where it is to be refused.
    """
    config = hub.fetch(repository, CONFIG, most_bytes=MOST_CONFIG_BYTES)
    try:
        published = Published.model_validate_json(config.read_bytes())
    except ValidationError as error:
        hub.remove_from_cache(config)
        raise hub.refused(repository, f"{CONFIG}: {first_fault(error)}") from error
    weights = hub.fetch(
        # The folder in the cache is named after the commit.
        Repository(repository.repo_id, config.parent.name),
        WEIGHTS,
        most_bytes=published.weights.size_bytes,
        sha256=published.weights.sha256,
    )
    try:
        card = inspect(weights)
    except YuzugError as error:
        hub.remove_from_cache(weights)
        raise hub.refused(repository, error.got) from error
    if card != published.card:
        hub.remove_from_cache(weights)
        raise hub.refused(repository, f"a card in {WEIGHTS} that differs from {CONFIG}")
    return weights
