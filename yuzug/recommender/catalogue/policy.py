"""How an emotion becomes a choice: the models of ``policy.yaml``."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from yuzug.emotions import Emotion
from yuzug.recommender.catalogue.moods import NamedMood
from yuzug.recommender.catalogue.risks import Risk
from yuzug.recommender.catalogue.vocabulary import (
    Energy,
    Goal,
    Id,
    Sentence,
    Strict,
    Time,
    Words,
    misfit,
)

Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$", max_length=200)]
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ]{1,18}$")]


class Scores(Strict):
    """How much each term counts in the score, which is their sum."""

    mood: Share
    goal: Share
    time: Share
    fresh: Share
    helped: Share
    favourite: Share = 0.0
    chance: Share


class Variety(Strict):
    """What keeps one answer from being like the next.

    A kind comes again after ``apart`` others and at most ``most`` (or its own of ``caps``) times
    in ``window`` suggestions; ``relevance`` is the λ of marginal relevance. The first suggestion
    is drawn from those whose score is at most ``rotate`` below the best.
    """

    apart: Annotated[int, Field(ge=0, le=10)]
    relevance: Share
    window: Annotated[int, Field(ge=1, le=100)]
    most: Annotated[int, Field(ge=1, le=100)]
    caps: dict[Id, Annotated[int, Field(ge=1, le=100)]]
    rotate: Share = 0.0


class DefaultMinutes(Strict):
    """How long activities take when nobody says how much time there is.

    Nothing takes longer than ``most`` minutes, or ``most_unsure`` where the expression is not
    sure; one of any ``of`` suggestions in a row takes at most ``short``; up to ``easy`` is as good
    as any, and what takes longer counts less and less until ``most``.
    """

    most: Annotated[int, Field(ge=2, le=120)] = 30
    most_unsure: Annotated[int, Field(ge=2, le=120)] = 15
    short: Annotated[int, Field(ge=2, le=120)] = 5
    of: Annotated[int, Field(ge=1, le=20)] = 3
    easy: Annotated[int, Field(ge=2, le=120)] = 15


class Unsure(Strict):
    """What a reading that is not sure leads to: a question, and gentle, neutral choices.

    A reading whose largest share is less than ``below`` is not sure, whoever says it is.
    """

    below: Share
    neutral_share: Share
    energies: Annotated[tuple[Energy, ...], Field(min_length=1)]
    ask: Words


class Contact(Strict):
    """Where help is to be had: a number to call or a page to open, and how we know of it."""

    region: Literal["turkey", "international"]
    name: Words
    number: Number | None = None
    page: Url | None = None
    source: Url
    more_sources: tuple[Url, ...] = ()
    verified_on: date

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Contact:
        if (self.number is None) == (self.page is None):
            raise misfit("findings.number_or_page")
        return self


HelpSource = Literal["expressions", "named", "journal"]


class HelpSentences(Strict):
    """The sentences shown when help comes first, in this order.

    Emergencies; then one of ``expressions``, ``named`` and ``journal``, after where the low
    readings came from; then ``people`` one can turn to.
    """

    emergency: Annotated[tuple[Words, ...], Field(min_length=1)]
    expressions: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Faces were read, perhaps of somebody else."""
    named: Annotated[tuple[Words, ...], Field(min_length=1)]
    """The person chose the moods."""
    journal: Annotated[tuple[Words, ...], Field(min_length=1)]
    """The journal holds low days."""
    people: Annotated[tuple[Words, ...], Field(min_length=1)]

    def after(self, source: HelpSource) -> tuple[Words, ...]:
        """The sentences for low readings of this origin."""
        by_source: dict[HelpSource, tuple[Words, ...]] = {
            "expressions": self.expressions,
            "named": self.named,
            "journal": self.journal,
        }
        return (*self.emergency, *by_source[source], *self.people)


class LongStreak(Strict):
    """A longer row of readings, each of any of these emotions, that leads to help."""

    readings: Annotated[int, Field(ge=1, le=20)]
    emotions: Annotated[tuple[Emotion, ...], Field(min_length=1)]


class Withheld(Strict):
    """Activities with these energies are not offered for these goals and expressions."""

    emotions: Annotated[tuple[Emotion, ...], Field(min_length=1)]
    goals: Annotated[tuple[Goal, ...], Field(min_length=1)]
    energies: Annotated[tuple[Energy, ...], Field(min_length=1)]
    source: Id
    """The publication that advises against it, a key of kinds.yaml."""


class HelpPolicy(Strict):
    """When people and professional help are offered before any activity, and in which words.

    After ``readings`` in a row in which the emotions of the ``long_streak`` together have at least
    ``share``, most of them the low ``emotions``; or after a ``long_streak`` of any of its emotions.
    Then the first activity is one of the ``activities``, or where none is named, of one of the
    ``kinds``; and nothing comes that is not for one of the low ``emotions``.
    """

    readings: Annotated[int, Field(ge=1, le=20)]
    emotions: Annotated[tuple[Emotion, ...], Field(min_length=1)]
    share: Share
    long_streak: LongStreak
    journal_days: Annotated[int, Field(ge=1, le=366)] = 14
    """How far back the days of a journal count; each day is one reading."""
    kinds: tuple[Id, ...]
    activities: tuple[Id, ...] = ()
    """Ids of activities that lead to a person at once: a call, a message, somebody near."""
    sentences: HelpSentences
    contacts: tuple[Contact, ...]


class Policy(Strict):
    """How an emotion becomes a choice."""

    goals: dict[Emotion, dict[Goal, Share]]
    moods: dict[Id, NamedMood] = Field(default_factory=dict)
    """The moods that a person may name, in the order in which they are offered, from pleasant to
    hard. Without any, the emotions are offered."""
    energies: dict[Emotion, Annotated[tuple[Energy, ...], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    """The energies offered for an expression when nobody asks for one; all where it is missing."""
    withheld: tuple[Withheld, ...] = ()
    risks: tuple[Risk, ...] = ()
    """What ``--check`` looks for in the words of every catalogue, besides our own list."""
    fit_at_least: Share
    scores: Scores
    variety: Variety
    recent: Annotated[int, Field(ge=0, le=1000)]
    """How many of the last suggestions do not come again."""
    minutes: DefaultMinutes = DefaultMinutes()
    indoors_at: tuple[Time, ...] = ()
    """The times of day at which nothing outdoors comes unless somebody asks for it."""
    unsure: Unsure
    help: HelpPolicy
    labels: dict[Emotion, tuple[Sentence, ...]]

    @field_validator("labels")
    @classmethod
    def _labels_mean_one_thing(
        cls, labels: dict[Emotion, tuple[str, ...]]
    ) -> dict[Emotion, tuple[str, ...]]:
        owners: dict[str, Emotion] = {emotion.value: emotion for emotion in Emotion}
        for emotion, names in labels.items():
            for name in names:
                owner = owners.setdefault(folded(name), emotion)
                if owner is not emotion:
                    under = {"one": owner.value, "other": emotion.value}
                    raise misfit("findings.label_twice", name=repr(name), **under)
        return labels

    def withholds(self, energy: Energy, emotion: Emotion, goal: Goal) -> bool:
        """Whether activities of this energy are kept from this expression and goal."""
        return any(
            emotion in rule.emotions and goal in rule.goals and energy in rule.energies
            for rule in self.withheld
        )

    @cached_property
    def offered_moods(self) -> dict[str, NamedMood]:
        """The moods to choose from, by key; the emotions where the policy names no moods."""
        return {**self.moods} or {e.value: _plain_mood(e) for e in Emotion}

    def mood_named(self, name: str) -> str | None:
        """The key of the mood that goes by this key or name, in either language; or None."""
        return self._moods.get(folded(name))

    def mood(self, key: str) -> NamedMood:
        """The mood with this key; an emotion is one too, even where it is not offered."""
        return self.moods[key] if key in self.moods else _plain_mood(Emotion(key))

    def emotion_of(self, label: str) -> Emotion | None:
        """The emotion that goes by this name, in any case of letters; None where none does."""
        return self._emotions.get(folded(label))

    @cached_property
    def _moods(self) -> dict[str, str]:
        keys = dict.fromkeys([*(emotion.value for emotion in Emotion), *self.moods])
        names = {folded(key): key for key in keys}
        for key, mood in self.moods.items():
            for name in (mood.name.en, mood.name.tr):
                names.setdefault(folded(name), key)
        return names

    @cached_property
    def _emotions(self) -> dict[str, Emotion]:
        names = {emotion.value: emotion for emotion in Emotion}
        for emotion, labels in self.labels.items():
            names.update({folded(label): emotion for label in labels})
        return names


def _plain_mood(emotion: Emotion) -> NamedMood:
    words = Words(en=emotion.looks("en"), tr=emotion.looks("tr"))
    return NamedMood(name=words, emotions={emotion: 1.0})


def folded(label: str) -> str:
    """A label without what tells spellings apart: "KIZGIN", "kızgın" and "Kizgin" are one.

    Which of i and ı a capital I stands for depends on the language, and a label has none.

    >>> folded(" İĞRENMİŞ ") == folded("iğrenmiş"), folded("SURPRISED")
    (True, 'surprised')
    """
    return label.strip().replace("İ", "i").lower().replace("ı", "i")


def merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A policy with what somebody's own one changes: key by key, at every depth.

    Labels are added; one that stood under another emotion moves.
    """
    joined: dict[str, Any] = _over(base, own)
    labels = own.get("labels")
    if not isinstance(labels, dict):
        return joined
    mine = {folded(label) for given in labels.values() for label in _sentences(given)}
    kept = {
        emotion: [label for label in given if folded(label) not in mine]
        for emotion, given in base["labels"].items()
    }
    both = {
        emotion: [*given, *kept.get(emotion, [])] if isinstance(given, list) else given
        for emotion, given in labels.items()
    }
    return {**joined, "labels": {**kept, **both}}


def _sentences(given: Any) -> list[str]:
    return [label for label in given if isinstance(label, str)] if isinstance(given, list) else []


def _over(base: Any, own: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    return {**base, **{key: _over(base.get(key), value) for key, value in own.items()}}
