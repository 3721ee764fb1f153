"""When people and professional help come before any activity, and what is said then.

No diagnosis: a face says little about how somebody is, and the words must not claim more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yuzug.emotions import Language
from yuzug.recommend.asked import mood_asked
from yuzug.recommend.load import bundled
from yuzug.recommend.mood import Mood
from yuzug.recommend.policy import Policy

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
    """What is said when help is offered first, in one language: sentences and contacts."""

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
    as the policy says must be sure and strongly negative.

    >>> needs_help(["happy", "sad", "sad", "fear"]), needs_help(["sad", "sad", "happy"])
    (True, False)

    Raises:
        YuzugError: ``emotion.unknown`` or ``option.invalid`` for what is no reading.
    """
    policy = policy or bundled().policy
    last = readings[-policy.help.readings :]
    enough = len(last) == policy.help.readings
    return enough and all(_strongly_negative(reading, policy) for reading in last)


def help_offer(lang: Language, policy: Policy | None = None) -> Help:
    """What to say then, and whom one can turn to.

    >>> [contact.number for contact in help_offer("tr").contacts][0]
    '112'
    """
    said = (policy or bundled().policy).help
    return Help(
        sentences=tuple(sentence.of(lang) for sentence in said.sentences),
        contacts=tuple(
            Contact(
                region=contact.region,
                name=contact.name.of(lang),
                number=contact.number,
                page=contact.page,
                source=contact.source,
                verified_on=contact.verified_on.isoformat(),
            )
            for contact in said.contacts
        ),
    )


def question(lang: Language, policy: Policy | None = None) -> str:
    """What to ask when a reading is not sure.

    >>> question("en").endswith("?")
    True
    """
    return (policy or bundled().policy).unsure.ask.of(lang)


def _strongly_negative(reading: Reading, policy: Policy) -> bool:
    mood = reading if isinstance(reading, Mood) else mood_asked(reading, policy, sure=True)
    negative = math.fsum(mood.shares.get(emotion, 0.0) for emotion in policy.help.emotions)
    return mood.sure and negative >= policy.help.share
