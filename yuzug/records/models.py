"""The models that can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from yuzug.records.record import Part, Record

if TYPE_CHECKING:
    from yuzug.models import ModelInfo


class ModelRecord(Part):
    """One model: what its card says, and the size of its file in millions of bytes."""

    name: str
    default: bool
    size_mb: float
    card: dict[str, Any]


class ModelsRecord(Record):
    """What ``yuzug models --json`` prints."""

    models: tuple[ModelRecord, ...]

    @classmethod
    def of(cls, models: Sequence[ModelInfo], default: str) -> ModelsRecord:
        """The record of these models."""
        return cls(
            models=tuple(
                ModelRecord(
                    name=info.name,
                    default=info.name == default,
                    size_mb=round(info.size_mb, 2),
                    card=info.card.model_dump(mode="json", by_alias=True),
                )
                for info in models
            )
        )
