"""Classification metrics: accuracy, per-class scores, confusion matrix, calibration error."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch user knows
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from yuzug.models.preprocess import Preprocessing, prepare

_BINS = 15


def expected_calibration_error(
    confidence: NDArray[np.float32], right: NDArray[np.bool_], bins: int = _BINS
) -> float:
    """Mean gap between confidence and accuracy over equal bins of confidence, in [0, 1].

    Source: Naeini et al. 2015, "Obtaining well calibrated probabilities".

    >>> expected_calibration_error(np.array([0.9, 0.9], np.float32), np.array([True, True]))
    0.1
    """
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(float(confidence[which == one].mean()) - float(right[which == one].mean()))
        * float((which == one).mean())
        for one in np.unique(which)
    ]
    return round(sum(gaps), 6)


def calibrated_error(
    confidence: NDArray[np.float32], draws: int = 200, seed: int = 0
) -> tuple[float, float]:
    """Mean and 97.5 % quantile of the ECE that a perfectly calibrated model would show.

    With few faces in a bin, chance alone parts accuracy from confidence. Each draw makes a
    prediction right with the probability that is its confidence, shape (N,) in [0, 1].

    Source: Bröcker and Smith 2007, "Increasing the reliability of reliability diagrams".

    >>> few, many = (calibrated_error(np.full(n, 0.8, np.float32)) for n in (50, 5000))
    >>> few[0] > 5 * many[0], few[0] < few[1]
    (True, True)
    """
    random = np.random.default_rng(seed)
    found = [
        expected_calibration_error(confidence, random.random(len(confidence)) < confidence)
        for _ in range(draws)
    ]
    return round(float(np.mean(found)), 4), round(float(np.quantile(found, 0.975)), 4)


def confusion(
    truth: NDArray[np.str_], predicted: NDArray[np.str_], names: tuple[str, ...]
) -> NDArray[np.int64]:
    """Counts (C, C): row is the truth, column the prediction, in the order of ``names``."""
    return np.asarray(confusion_matrix(truth, predicted, labels=list(names)), np.int64)


class ClassScores(BaseModel):
    """Metrics of one class against the others; in [0, 1], null without support."""

    model_config = ConfigDict(frozen=True)

    precision: float | None
    recall: float | None
    specificity: float | None
    f1: float | None
    support: int


def per_class(
    truth: NDArray[np.str_], predicted: NDArray[np.str_], names: tuple[str, ...]
) -> dict[str, ClassScores]:
    """Precision, recall, specificity, F1 and support of each class.

    >>> scores = per_class(np.array(["a", "a"]), np.array(["a", "b"]), ("a", "b"))
    >>> scores["a"].recall, scores["b"].recall
    (0.5, None)
    """
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, predicted, labels=list(names), zero_division=0
    )
    table = confusion(truth, predicted, names)
    scores: dict[str, ClassScores] = {}
    for index, name in enumerate(names):
        false_alarms = table[:, index].sum() - table[index, index]
        negatives = table.sum() - table[index].sum()
        values = {
            "precision": precision[index],
            "recall": recall[index],
            "specificity": 1 - false_alarms / max(1, negatives),
            "f1": f1[index],
        }
        count = int(support[index])
        rounded = {key: round(float(one), 4) if count else None for key, one in values.items()}
        scores[name] = ClassScores.model_validate({**rounded, "support": count})
    return scores


@torch.inference_mode()
def predict(
    network: torch.nn.Module,
    images: NDArray[np.uint8],
    preprocessing: Preprocessing,
    batch: int = 256,
) -> dict[str, NDArray[np.float32]]:
    """Logits of every head for grey faces: (N, S, S) uint8 → name → (N, classes) float32."""
    network.eval()
    device = next(network.parameters()).device
    parts: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(images), batch):
        faces = list(images[start : start + batch])
        out = network(prepare(faces, preprocessing).to(device))
        for name, logits in out.items():
            parts.setdefault(name, []).append(logits.cpu().numpy())
    return {name: np.concatenate(part) for name, part in parts.items()}


def accuracy(
    logits: NDArray[np.float32], labels: NDArray[np.str_], names: tuple[str, ...]
) -> float:
    """Share of correct predictions among the faces whose label is one of ``names``."""
    known = np.isin(labels, names)
    if not known.any():
        return 0.0
    return float((np.array(names)[logits[known].argmax(axis=1)] == labels[known]).mean())


def balanced_accuracy(
    logits: NDArray[np.float32], labels: NDArray[np.str_], names: tuple[str, ...]
) -> float:
    """Mean recall over the classes that occur."""
    known = np.isin(labels, names)
    if not known.any():
        return 0.0
    predicted = np.array(names)[logits[known].argmax(axis=1)]
    right = [(predicted == labels[known])[labels[known] == name] for name in set(labels[known])]
    return float(np.mean([one.mean() for one in right]))


def cross_entropy(
    logits: NDArray[np.float32], labels: NDArray[np.str_], names: tuple[str, ...]
) -> float:
    """Mean cross-entropy in nats of the faces whose label is one of ``names``; NaN for none."""
    known = np.isin(labels, names)
    index = torch.tensor([names.index(label) for label in labels[known].tolist()])
    if not len(index):
        return float("nan")
    return float(F.cross_entropy(torch.from_numpy(logits[known]), index))
