"""Support: when help by people comes before any activity, its sentences and contacts.

No diagnosis: a face says little about how somebody is, and the words must not claim more.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yuzug.emotions import Emotion, Language
from yuzug.recommender.catalogue.load import bundled
from yuzug.recommender.catalogue.policy import HelpSource, Policy
from yuzug.recommender.mood import Mood, read_mood

Reading = Mood | Mapping[str, float] | str


@dataclass(frozen=True)
class Contact:
    """Where help is to be had: either ``number`` or ``page`` is None.

    ``source`` is where it was checked, on the day ``verified_on`` (YYYY-MM-DD).
    """

    region: str
    name: str
    number: str | None
    page: str | None
    source: str
    verified_on: str


@dataclass(frozen=True)
class Help:
    """An offer of help in one language: sentences and contacts."""

    sentences: tuple[str, ...]
    contacts: tuple[Contact, ...]

    def to_json(self) -> dict[str, Any]:
        """The offer as JSON shows it, on every surface."""
        return {
            "sentences": list(self.sentences),
            "contacts": [dict(vars(contact)) for contact in self.contacts],
        }


def needs_help(readings: Sequence[Reading], policy: Policy | None = None) -> bool:
    """Whether the last of these readings, oldest first, ask for people before activities.

    A reading is a mood, a distribution over labels, or the name of an emotion. So many in a row
    as the policy says must be sure and hard, most of them low; a longer row may be angry alone.

    >>> needs_help(["happy", "sad", "sad", "fear"]), needs_help(["sad", "sad", "happy"])
    (True, False)

    Raises:
        OptionError: ``emotion.unknown`` or ``option.invalid`` for what is no reading.
    """
    policy = policy or bundled().policy
    rule = policy.help
    # Every reading is looked at, so that one that is none is refused wherever it stands.
    moods = [r if isinstance(r, Mood) else read_mood(r, policy) for r in readings]
    hard = [_shows(mood, rule.long_streak.emotions, policy) for mood in moods]
    low = [_shows(mood, rule.emotions, policy) for mood in moods]
    short, long = rule.readings, rule.long_streak.readings
    mostly_low = sum(low[-short:]) > short / 2
    return (len(hard) >= short and all(hard[-short:]) and mostly_low) or (
        len(hard) >= long and all(hard[-long:])
    )


def source_of_streak(sources: Sequence[HelpSource], policy: Policy | None = None) -> HelpSource:
    """Where most of the last low readings came from; ``sources`` has one for each, oldest first.

    Of two that are equally frequent, the later one counts.

    >>> source_of_streak(["expressions", "named", "named"])
    'named'
    """
    last = sources[-(policy or bundled().policy).help.readings :]
    return max(reversed(last), key=last.count, default="expressions")


def help_offer(
    lang: Language, policy: Policy | None = None, source: HelpSource = "expressions"
) -> Help:
    """What to say then, and whom one can turn to.

    ``source`` is where the low readings came from: faces, moods that the person named, or days
    in the journal.

    >>> [contact.number for contact in help_offer("tr").contacts][0]
    '112'
    """
    rule = (policy or bundled().policy).help
    return Help(
        sentences=tuple(sentence.of(lang) for sentence in rule.sentences.after(source)),
        contacts=tuple(
            Contact(
                region=contact.region,
                name=contact.name.of(lang),
                number=contact.number,
                page=contact.page,
                source=contact.source,
                verified_on=contact.verified_on.isoformat(),
            )
            for contact in rule.contacts
        ),
    )


def question(lang: Language, policy: Policy | None = None) -> str:
    """What to ask when a reading is not sure.

    >>> question("en").endswith("?")
    True
    """
    return (policy or bundled().policy).unsure.ask.of(lang)


def _shows(mood: Mood, emotions: Collection[Emotion], policy: Policy) -> bool:
    """Whether a reading is sure, and of these emotions as far as the policy asks."""
    share = math.fsum(mood.shares.get(emotion, 0.0) for emotion in emotions)
    return mood.sure and share >= policy.help.share
