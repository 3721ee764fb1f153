"""The journal of a visitor who wants one: it lives in the browser, and only passes through here.

The page sends it to be drawn, without what the visitor wrote to the entries; no session holds it.
What is to be written goes to the page as notes, and ``journal/store.js`` alone writes them. It
saves and reads the files, too.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from yuzug.emotions import Emotion, Language
from yuzug.recommender import Catalogue
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.catalogue.vocabulary import Id

STORAGE_KEY = "yuzug-journal"
MOST = 500  # entries of each sort; the oldest make room
SAME_MOMENT = timedelta(seconds=60)  # as SAME_MOMENT_MS of journal/store.js
Rating = Annotated[int, Field(ge=1, le=5, strict=True)]
# A day earlier or later there is still a date: a calendar moves it by the visitor's clock. Some
# clocks begin in 1970.
_At = Annotated[
    AwareDatetime,
    Field(
        ge=datetime(1970, 1, 1, tzinfo=timezone.utc), lt=datetime(2200, 1, 1, tzinfo=timezone.utc)
    ),
]
_Ids = Annotated[tuple[Id, ...], Field(max_length=MOST)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _key(at: datetime, name: str = "") -> str:
    """The key of an entry in the browser, as ``keyOf`` of ``journal/store.js`` makes it."""
    return f"{round(at.timestamp() * 1000)} {name}".strip()


class MoodEntry(_Part):
    """A mood at a time, and where it comes from: see :class:`yuzug.ui.advice.state.Mood`."""

    at: _At
    emotion: Emotion
    source: Literal["reading", "corrected", "chosen"]
    mood: Id | None = None
    """The key of the mood that was chosen, if no emotion's; ``emotion`` is then its main one."""

    @property
    def name(self) -> str:
        """What the mood or the expression is called in the policy."""
        return self.mood or self.emotion.value

    @property
    def key(self) -> str:
        """What the browser calls the entry."""
        return _key(self.at)

    def shares(self, policy: Policy) -> dict[str, float]:
        """The emotions that it counts as."""
        if self.mood not in policy.moods:
            return {self.emotion.value: 1.0}
        return {e.value: share for e, share in policy.mood(self.mood).emotions.items()}


class ActivityEntry(_Part):
    """An activity that was done, and the mood before and after it, 1 to 5."""

    at: _At
    id: Id
    before: Rating | None = None
    after: Rating | None = None

    @property
    def key(self) -> str:
        """What the browser calls the entry."""
        return _key(self.at, self.id)

    def title(self, lang: Language, catalogue: Catalogue) -> str:
        """Its title, or its id where the catalogue knows it no more."""
        activity = catalogue.by_id.get(self.id)
        return activity.title.of(lang) if activity else self.id


Entry = MoodEntry | ActivityEntry


class Journal(_Part):
    """All that a journal holds, the oldest first; the marks of activities are ids."""

    schema_version: Annotated[Literal[1], Field(alias="schema")] = 1
    moods: Annotated[tuple[MoodEntry, ...], Field(max_length=MOST)] = ()
    activities: Annotated[tuple[ActivityEntry, ...], Field(max_length=MOST)] = ()
    helped: _Ids = ()
    rejected: _Ids = ()
    favourites: _Ids = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.moods or self.activities)

    def days(
        self, policy: Policy, since: datetime, zone: tzinfo = timezone.utc
    ) -> list[dict[str, float]]:
        """Add up the emotions of the moods on each day since then, the oldest day first.

        ``zone`` is the visitor's time zone: it tells where a day begins.
        """
        noted: dict[date, dict[str, float]] = {}
        for mood in self.moods:
            if mood.at >= since:
                day = noted.setdefault(mood.at.astimezone(zone).date(), {})
                for emotion, share in mood.shares(policy).items():
                    day[emotion] = day.get(emotion, 0.0) + share
        return [noted[day] for day in sorted(noted)]

    def to_browser(self) -> dict[str, Any]:
        """What the browser keeps."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def restore_journal(remembered: object) -> Journal | None:
    """The journal that a browser sends; None without one, and for what is none of ours.

    >>> restore_journal(Journal().to_browser()) == Journal(), restore_journal({"moods": 3})
    (True, None)
    """
    try:
        return Journal.model_validate(remembered) if remembered else None
    except ValidationError:
        return None


def read_export(exported: object) -> Journal | None:
    """The journal in a file that was saved here, as the page passes it on; None where it is none.

    >>> read_export({"schema": 1, "moods": "many"}) is None
    True
    """
    return (
        restore_journal(exported) if isinstance(exported, dict) and "schema" in exported else None
    )


def now() -> datetime:
    """The time of an entry: UTC, to the second."""
    return datetime.now(timezone.utc).replace(microsecond=0)
