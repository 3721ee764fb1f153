"""The journal of a visitor who wants one: it lives in the browser, and only passes through here.

The page sends it to be drawn; no session holds it. What is to be written goes to the page as
notes, and ``journal/store.js`` alone writes them.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from yuzug.emotions import Emotion, Language
from yuzug.recommender import Catalogue
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.catalogue.vocabulary import Id

STORAGE_KEY = "yuzug-journal"
MOST = 500  # entries of each sort; the oldest make room
_COLUMNS = ("time", "entry", "mood", "emotion", "source", "activity", "title", "before", "after")
Rating = Annotated[int, Field(ge=1, le=5, strict=True)]
_Ids = Annotated[tuple[Id, ...], Field(max_length=MOST)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MoodEntry(_Part):
    """A mood at a time, and where it comes from: see :class:`yuzug.ui.advice.board.Mood`."""

    at: AwareDatetime
    emotion: Emotion
    source: Literal["reading", "corrected", "chosen"]
    mood: Id | None = None
    """The key of the mood that was chosen, if no emotion's; ``emotion`` is then its main one."""

    @property
    def key(self) -> str:
        """What it is called in the policy."""
        return self.mood or self.emotion.value

    def shares(self, policy: Policy) -> dict[str, float]:
        """The emotions that it counts as."""
        if self.mood not in policy.moods:
            return {self.emotion.value: 1.0}
        return {e.value: share for e, share in policy.mood(self.mood).emotions.items()}


class ActivityEntry(_Part):
    """An activity that was done, and the mood before and after it, 1 to 5."""

    at: AwareDatetime
    id: Id
    before: Rating | None = None
    after: Rating | None = None

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
        self, policy: Policy, since: datetime, ahead: timedelta = timedelta()
    ) -> list[dict[str, float]]:
        """Add up the emotions of the moods on each day since then, the oldest day first.

        ``ahead`` is how far the visitor's clock is ahead of UTC: it tells where a day begins.
        """
        noted: dict[date, dict[str, float]] = {}
        for mood in self.moods:
            if mood.at >= since:
                day = noted.setdefault((mood.at + ahead).date(), {})
                for emotion, share in mood.shares(policy).items():
                    day[emotion] = day.get(emotion, 0.0) + share
        return [noted[day] for day in sorted(noted)]

    def to_browser(self) -> dict[str, Any]:
        """What the browser keeps."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def to_json(self, lang: Language, catalogue: Catalogue) -> str:
        """The journal as JSON for download, with the titles of activities."""
        record = self.to_browser()
        for shown, entry in zip(record["activities"], self.activities, strict=True):
            shown["title"] = entry.title(lang, catalogue)
        return json.dumps(record, ensure_ascii=False, indent=2)

    def to_csv(self, lang: Language, catalogue: Catalogue) -> str:
        """The entries as a table, the oldest first, one line each."""
        rows = [
            *(
                {"entry": "mood", **mood.model_dump(mode="json"), "mood": mood.key}
                for mood in self.moods
            ),
            *(
                {"entry": "activity", "activity": done.id, "title": done.title(lang, catalogue)}
                | done.model_dump(mode="json", exclude={"id"}, exclude_none=True)
                for done in self.activities
            ),
        ]
        out = io.StringIO()
        writer = csv.DictWriter(out, _COLUMNS)
        writer.writeheader()
        for row in sorted(rows, key=lambda one: str(one["at"])):
            writer.writerow({"time": row.pop("at"), **row})
        return out.getvalue()


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
    """The journal in a file that :meth:`Journal.to_json` wrote; None where it is none.

    >>> read_export({"schema": 1, "moods": "many"}) is None
    True
    """
    if not isinstance(exported, dict) or "schema" not in exported:
        return None
    done = exported.get("activities")
    entries = done if isinstance(done, list) else []
    untitled = [
        {name: value for name, value in one.items() if name != "title"}
        for one in entries
        if isinstance(one, dict)
    ]
    return restore_journal({**exported, "activities": untitled})


def now() -> datetime:
    """The time of an entry: UTC, to the second."""
    return datetime.now(timezone.utc).replace(microsecond=0)
