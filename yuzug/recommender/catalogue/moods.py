"""Moods as people name them, and what each means to the engine: ``moods`` of ``policy.yaml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from yuzug.emotions import Emotion
from yuzug.recommender.catalogue.vocabulary import Energy, Goal, Strict, Words

Share = Annotated[float, Field(gt=0, le=1, strict=True)]


class NamedMood(Strict):
    """A mood that a person may choose: its name, and the emotions and goals that it stands for."""

    name: Words
    """What the button says; also how the mood may be asked for."""
    emotions: Annotated[dict[Emotion, Share], Field(min_length=1)]
    """The emotions that it counts as, and how much. Mostly fear and sad: a low mood."""
    goals: dict[Goal, Share] = Field(default_factory=dict)
    """The goals that fit, and how much each is wanted; others do not come unless somebody asks.
    Without any, those of the emotions."""
    energies: tuple[Energy, ...] = ()
    """The energies offered when nobody asks for one; without any, those of the main emotion."""
    minutes: Annotated[int, Field(ge=2, le=120, strict=True)] | None = None
    """Nothing takes longer, unless somebody says how much time there is."""
