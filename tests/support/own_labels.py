"""A model of somebody's own labels, without training: rows of the bundled cnn under new names."""

from __future__ import annotations

from pathlib import Path

import torch

from yuzug.models import load, resolve
from yuzug.models.card import HeadCard
from yuzug.models.checkpoint import save
from yuzug.models.networks import build

LABELS = {"Mutlu": "happy", "Üzgün": "sad", "Kızgın": "angry"}


def own_model(path: Path, labels: dict[str, str] | None = None) -> Path:
    """Write a file whose one head, "own", gives each label what the cnn gives its emotion."""
    labels = labels or LABELS
    first = load(resolve("cnn"))
    card, spec = first.card, first.card.preprocessing
    network = build("cnn", channels=spec.channels, size_px=spec.size_px, heads={"own": len(labels)})
    state = first.network.state_dict()
    kept = {key: value for key, value in state.items() if not key.startswith("heads.")}
    rows = [card.heads["8"].labels.index(emotion) for emotion in labels.values()]
    for part in ("weight", "bias"):
        kept[f"heads.own.{part}"] = state[f"heads.8.{part}"][torch.tensor(rows)]
    network.load_state_dict(kept)
    head = HeadCard(
        labels=tuple(labels), served_from="own", fitted_to="label", temperature=1.0, sure_at=0.5
    )
    own = card.model_copy(
        update={
            "name": path.stem,
            "heads": {"own": head},
            "parameters": sum(one.numel() for one in network.parameters()),
        }
    )
    save(network, own, path)
    return path
