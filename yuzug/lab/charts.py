"""Pictures of numbers, each a matplotlib figure that the caller saves; no global state."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from yuzug.emotions import Language
from yuzug.lab.run_state import Progress
from yuzug.texts import text


def learning_curves(progress: Progress, lang: Language) -> Figure:
    """Loss and held-out score after each epoch."""
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    epochs = [line.epoch for line in progress.epochs]
    shown = {
        "lab.loss": [line.loss for line in progress.epochs],
        "lab.held_out_score": progress.scores,
    }
    for axes, (key, values) in zip(figure.subplots(1, 2), shown.items(), strict=True):
        axes.plot(epochs, values, marker=".")
        axes.set(title=text(key, lang), xlabel=text("lab.epoch", lang))
        axes.grid(alpha=0.3)
    return figure


def class_counts(counts: Mapping[str, Mapping[str, int]], lang: Language) -> Figure:
    """How many faces of each label stand in each split: ``counts[split][label]``."""
    labels = sorted({label for split in counts.values() for label in split})
    figure = Figure(figsize=(8, 0.8 + 0.35 * len(labels)), layout="constrained")
    axes = figure.subplots()
    left = np.zeros(len(labels))
    for split, of in counts.items():
        widths = np.array([of.get(label, 0) for label in labels], float)
        axes.barh(labels, widths, left=left, label=split)
        left += widths
    for row, total in enumerate(left):
        axes.text(total, row, f" {int(total)}", va="center")
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.set(xlabel=text("lab.faces", lang))
    axes.legend()
    return figure
