"""Pictures of numbers, each a matplotlib figure that the caller saves; no global state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from yuzug.emotions import Language, looks
from yuzug.lab.evaluation.corruptions import Curve
from yuzug.lab.training.resume import Progress
from yuzug.texts import text


def learning_curves(progress: Progress, lang: Language) -> Figure:
    """Loss and score after each epoch, in training and on the held-out faces."""
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    curves = {
        "lab.loss": ("loss", "held_out_loss"),
        "lab.score": ("training_score", "held_out_score"),
    }
    left, right = figure.subplots(1, 2)
    for axes, (title, names) in zip((left, right), curves.items(), strict=True):
        for name, key in zip(names, ("lab.training", "lab.held_out"), strict=True):
            known = [line for line in progress.epochs if getattr(line, name) is not None]
            axes.plot(
                [line.epoch for line in known],
                [getattr(line, name) for line in known],
                marker=".",
                label=text(key, lang),
            )
        axes.set(title=text(title, lang), xlabel=text("lab.epoch", lang))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    right.set(ylim=(0, 1))
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
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))  # beside the bars and their numbers
    return figure


def confusion_matrix(
    table: NDArray[np.int64], names: Sequence[str], lang: Language, *, shares: bool
) -> Figure:
    """Truth down, reading across: counts (C, C), or shares of each row."""
    rows = table / np.maximum(1, table.sum(axis=1, keepdims=True))
    shown = [looks(name, lang) for name in names]
    figure = Figure(
        figsize=(1.6 + 0.62 * len(names), 1.2 + 0.58 * len(names)), layout="constrained"
    )
    axes = figure.subplots()
    axes.imshow(rows, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), shown, rotation=40, ha="right")
    axes.set_yticks(range(len(names)), shown)
    title = text("lab.matrix_shares" if shares else "lab.matrix_counts", lang)
    axes.set(title=title, xlabel=text("lab.read_as", lang), ylabel=text("lab.truth", lang))
    for (i, j), share in np.ndenumerate(rows):
        words = f"{100 * share:.0f}" if shares else str(int(table[i, j]))
        axes.text(j, i, words, ha="center", va="center", color="white" if share > 0.5 else "black")
    return figure


def reliability(
    pairs: Mapping[str, tuple[NDArray[np.float32], NDArray[np.bool_]]], lang: Language
) -> Figure:
    """Accuracy over confidence in bins: ``pairs[title]`` holds confidence (N,) and right (N,).

    One panel below the other, so that a phone shows them as large as they are.
    """
    figure = Figure(figsize=(4.6, 3.6 * len(pairs)), layout="constrained")
    panels = figure.subplots(len(pairs), 1, squeeze=False)[:, 0]
    edges = np.linspace(0, 1, 16)
    for axes, (title, (confidence, right)) in zip(panels, pairs.items(), strict=True):
        which = np.clip(np.digitize(confidence, edges) - 1, 0, 14)
        bins = [index for index in range(15) if (which == index).any()]
        heights = [float(right[which == index].mean()) for index in bins]
        sizes = [float((which == index).mean()) for index in bins]
        axes.bar([edges[index] + 1 / 30 for index in bins], heights, 1 / 15, edgecolor="white")
        middles = [edges[index] + 1 / 30 for index in bins]
        axes.plot(middles, sizes, color="grey", lw=1, label=text("lab.share_of_faces", lang))
        axes.plot([0, 1], [0, 1], color="black", ls="--", lw=1, label=text("lab.calibrated", lang))
        axes.legend(loc="upper left", fontsize=8)
        axes.set(
            title=title, xlim=(0, 1), ylim=(0, 1), xlabel=text("lab.confidence", lang),
            ylabel=text("lab.accuracy", lang),
        )  # fmt: skip
    return figure


def robustness(curves: Sequence[Curve], lang: Language) -> Figure:
    """A small panel for each fault: accuracy as it grows."""
    figure = Figure(figsize=(5.4, 9.6), layout="constrained")
    for axes, curve in zip(figure.subplots(4, 2).flat, curves, strict=True):
        axes.plot(range(len(curve.levels)), curve.accuracy, marker=".")
        axes.set_xticks(range(len(curve.levels)), ["–", *(f"{one:g}" for one in curve.levels[1:])])
        axes.set(title=text(f"lab.fault_{curve.fault}", lang), ylim=(0, 1))
        axes.grid(alpha=0.3)
    return figure


def gallery(
    faces: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint8], str]], columns: int = 2
) -> Figure:
    """Grid of faces with captions: (face, face with heat map) RGB uint8 and a caption each."""
    rows = max(1, -(-len(faces) // columns))
    figure = Figure(figsize=(2.6 * columns, 1.75 * rows), layout="constrained")
    for axes in (grid := figure.subplots(rows, columns, squeeze=False)).flat:
        axes.axis("off")
    for axes, (face, heat, caption) in zip(grid.flat, faces, strict=False):
        axes.imshow(np.concatenate([face, heat], axis=1))
        axes.set_title(caption, fontsize=9)
    return figure
