"""What a model gets right: the numbers of a card, from shares and labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from yuzug.models.card import ClassMetrics

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


def confusion(
    truth: NDArray[np.str_], predicted: NDArray[np.str_], names: tuple[str, ...]
) -> NDArray[np.int64]:
    """Counts (C, C): row is the truth, column the prediction, in the order of ``names``."""
    return np.asarray(confusion_matrix(truth, predicted, labels=list(names)), np.int64)


def per_class(
    truth: NDArray[np.str_], predicted: NDArray[np.str_], names: tuple[str, ...]
) -> dict[str, ClassMetrics]:
    """Precision, recall, specificity, F1 and support of each class."""
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, predicted, labels=list(names), zero_division=0
    )
    table = confusion(truth, predicted, names)
    metrics: dict[str, ClassMetrics] = {}
    for index, name in enumerate(names):
        false_alarms = table[:, index].sum() - table[index, index]
        negatives = table.sum() - table[index].sum()
        metrics[name] = ClassMetrics(
            precision=round(float(precision[index]), 4),
            recall=round(float(recall[index]), 4),
            specificity=round(float(1 - false_alarms / max(1, negatives)), 4),
            f1=round(float(f1[index]), 4),
            support=int(support[index]),
        )
    return metrics
