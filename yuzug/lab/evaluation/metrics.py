"""How well a network reads labelled faces while it is trained: logits in, one number out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from yuzug.lab.data.faceset import VOTES, FaceSet
from yuzug.lab.training.recipe import Recipe
from yuzug.models.preprocess import prepare


def truth_for(faces: FaceSet, labels: tuple[str, ...]) -> NDArray[np.str_]:
    """What a head over these labels should say: votes for the eight, where there are any."""
    return faces.majority() if labels == VOTES and faces.votes.any() else faces.labels


@torch.inference_mode()
def predict(
    network: torch.nn.Module, images: NDArray[np.uint8], recipe: Recipe, batch: int = 256
) -> dict[str, NDArray[np.float32]]:
    """Logits of every head for grey faces: (N, S, S) uint8 → name → (N, classes) float32."""
    network.eval()
    device = next(network.parameters()).device
    parts: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(images), batch):
        faces = list(images[start : start + batch])
        out = network(prepare(faces, recipe.preprocessing).to(device))
        for name, logits in out.items():
            parts.setdefault(name, []).append(logits.cpu().numpy())
    return {name: np.concatenate(part) for name, part in parts.items()}


def accuracy(
    logits: NDArray[np.float32], labels: NDArray[np.str_], names: tuple[str, ...]
) -> float:
    """Share of right answers among the faces whose label is one of ``names``."""
    known = np.isin(labels, names)
    if not known.any():
        return 0.0
    return float((np.array(names)[logits[known].argmax(axis=1)] == labels[known]).mean())


def balanced_accuracy(
    logits: NDArray[np.float32], labels: NDArray[np.str_], names: tuple[str, ...]
) -> float:
    """Mean over the classes that occur of the share of right answers."""
    known = np.isin(labels, names)
    if not known.any():
        return 0.0
    said = np.array(names)[logits[known].argmax(axis=1)]
    right = [(said == labels[known])[labels[known] == name] for name in set(labels[known])]
    return float(np.mean([one.mean() for one in right]))
