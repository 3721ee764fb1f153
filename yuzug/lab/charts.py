"""Pictures of numbers, each a matplotlib figure that the caller saves; no global state."""

from __future__ import annotations

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
