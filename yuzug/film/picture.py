"""A film in one picture: probabilities over time as stacked areas, a row of axes for each person.

Thumbnails of the face stand above the areas and the episodes are marked below them. Needs
matplotlib, of the extra ``video``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from yuzug.emotions import Language, looks
from yuzug.extras import needs_extra
from yuzug.film.timeline import Timeline, Track
from yuzug.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which colour-blind people tell apart, and two greys.
COLOURS = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#F0E442",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#BBBBBB",
    "contempt": "#E69F00",
}
OTHER_COLOURS = ("#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677")
MAX_PERSONS = 6
# Points of time drawn at most; a longer film is averaged over neighbouring frames.
MAX_POINTS = 1500
_THUMBNAILS = 12


def colour_of(label: str, labels: tuple[str, ...]) -> str:
    """The colour of a label, as #RRGGBB; a user's own label gets one by its position.

    >>> colour_of("happy", ("happy", "sad"))
    '#F0E442'
    """
    return COLOURS.get(label) or OTHER_COLOURS[labels.index(label) % len(OTHER_COLOURS)]


def draw(timeline: Timeline, title: str, lang: Language = "en") -> Figure:
    """The picture as a matplotlib figure, which the caller saves.

    Raises:
        YuzugError: ``extra.missing`` where matplotlib is not installed.
    """
    with needs_extra("video", "the picture of a film"):
        from matplotlib.figure import Figure
    persons = timeline.persons
    shown = persons[:MAX_PERSONS]
    figure = Figure(figsize=(12, 1.2 + 2.6 * max(len(shown), 1)), layout="constrained")
    hidden = len(persons) - len(shown)
    more = " · " + text("film.more_persons", lang, count=hidden) if hidden else ""
    figure.suptitle(title.replace("$", r"\$") + more)
    all_axes = figure.subplots(max(len(shown), 1), 1, sharex=True, squeeze=False)[:, 0]
    for number, (axes, person) in enumerate(zip(all_axes, shown, strict=False), 1):
        _draw_person(axes, timeline, person, lang)
        who = text("film.person", lang, number=number, track=person.track)
        axes.set_ylabel(who)
    if shown:
        handles, names = all_axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside right center")
    else:
        all_axes[0].set_yticks([])
        all_axes[0].text(
            0.5, 0.5, text("film.no_face", lang), ha="center", transform=all_axes[0].transAxes
        )
    end_s = float(timeline.times_s[-1] + timeline.held_s[-1]) if timeline.times_s else 1.0
    all_axes[-1].set(xlabel=text("film.axis_time", lang), xlim=(0, end_s or 1.0))
    return figure


def save(timeline: Timeline, file: Path | BinaryIO, title: str, lang: Language = "en") -> None:
    """The picture as a PNG file."""
    draw(timeline, title, lang).savefig(file, dpi=110, format="png")


def _draw_person(axes: Axes, timeline: Timeline, person: Track, lang: Language) -> None:
    times, shares = _drawn(timeline, person)
    labels = timeline.labels
    colours = [colour_of(label, labels) for label in labels]
    names = [looks(label, lang) for label in labels]
    axes.stackplot(times, shares.T, labels=names, colors=colours, linewidth=0)
    for episode in timeline.episodes(person):
        width = episode.end_s - episode.start_s
        axes.barh(
            -0.09,
            width,
            left=episode.start_s,
            height=0.1,
            color=colour_of(episode.emotion, labels),
            edgecolor="#333333",
            linewidth=0.6,
        )
    axes.set(ylim=(-0.16, 1))
    axes.set_yticks([0, 0.5, 1])
    _draw_thumbnails(axes, person, float(timeline.times_s[-1] + timeline.held_s[-1]) or 1.0)


def _draw_thumbnails(axes: Axes, person: Track, end_s: float) -> None:
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    last_s = -end_s
    for time_s, face in person.thumbnails:
        if time_s - last_s < end_s / _THUMBNAILS or time_s > end_s * (1 - 0.7 / _THUMBNAILS):
            continue  # they must neither overlap nor stand out
        last_s = time_s
        box = AnnotationBbox(
            OffsetImage(face, zoom=0.6),
            (time_s, 1.0),
            xycoords=axes.get_xaxis_transform(),
            box_alignment=(0.0, 0.0),
            frameon=False,
            pad=0.1,
            annotation_clip=False,
        )
        axes.add_artist(box)


def _drawn(timeline: Timeline, person: Track) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (n,) and shares (n, labels) to draw, with gaps where the person is not seen."""
    rows, shares = np.array(person.rows), timeline.probabilities(person).astype(np.float64)
    times = np.array(timeline.times_s)
    held = timeline.held_s
    step = -(-len(rows) // MAX_POINTS)
    points: list[tuple[float, NDArray[np.float64]]] = []
    runs = np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows) > 1) + 1)
    nothing = np.zeros(shares.shape[1])
    for run in runs:
        start_s, end_s = times[rows[run[0]]], times[rows[run[-1]]] + held[rows[run[-1]]]
        points.append((start_s, nothing))
        for first in range(0, len(run), step):
            part = run[first : first + step]
            points.append((times[rows[part[0]]], shares[part].mean(axis=0)))
        points += [(end_s, points[-1][1]), (end_s, nothing)]
    return np.array([time for time, _ in points]), np.array([row for _, row in points])
