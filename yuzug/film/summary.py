"""The summary of a film as a record."""

from __future__ import annotations

import numpy as np

from yuzug.emotions import Language
from yuzug.film.reading import FilmReading
from yuzug.film.timeline import Timeline, Track
from yuzug.records.film import (
    EpisodeRecord,
    ExpressionRecord,
    FilmRecord,
    NoteRecord,
    PersonRecord,
)
from yuzug.texts import text


def summary(reading: FilmReading, timeline: Timeline, lang: Language = "en") -> FilmRecord:
    """The record of a film that was read, as far as it was."""
    held = timeline.held_s
    times = timeline.times_s
    analyzer = reading.analyzer
    return FilmRecord(
        film=reading.film.path.name,
        duration_s=reading.duration_s,
        read_until_s=float(times[-1] + held[-1]) if times else 0.0,
        frames=len(times),
        every_s=reading.every_s,
        smooth=reading.smooth,
        person=reading.person is not None,
        model=analyzer.model,
        classes=analyzer.classes,
        detector=analyzer.detector_name,
        persons=tuple(_person(timeline, person) for person in timeline.persons),
        notes=tuple(
            NoteRecord(kind=kind, message=sentence)
            for kind, sentence in notes(reading, lang).items()
        ),
    )


def notes(reading: FilmReading, lang: Language) -> dict[str, str]:
    """What the film lacked: name of the note → its sentence."""
    return {kind: text(f"film.{kind}", lang, **values) for kind, values in reading.notes.items()}


def _person(timeline: Timeline, person: Track) -> PersonRecord:
    rows = np.array(person.rows)
    held = timeline.held_s[rows]
    seconds = float(held.sum())
    # Of a single frame, and only there, no time is known: each frame then counts the same.
    weights = held / seconds if seconds else np.full(len(rows), 1 / len(rows))
    emotions = np.array(person.emotions)
    shares = timeline.probabilities(person)
    return PersonRecord(
        track=person.track,
        first_s=timeline.times_s[rows[0]],
        last_s=float(timeline.times_s[rows[-1]] + held[-1]),
        seconds=seconds,
        sure_share=float(weights[np.array(person.sure, dtype=bool)].sum()),
        changes=person.changes,
        expressions={
            label: ExpressionRecord(
                seconds=float(held[emotions == index].sum()),
                share=float(weights[emotions == index].sum()),
                mean_probability=float(weights @ shares[:, index]),
            )
            for index, label in enumerate(timeline.labels)
        },
        episodes=tuple(
            EpisodeRecord(
                emotion=one.emotion,
                start_s=one.start_s,
                end_s=one.end_s,
                confidence=one.confidence,
            )
            for one in timeline.episodes(person)
        ),
    )
