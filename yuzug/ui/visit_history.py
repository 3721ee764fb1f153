"""What one visit remembers of its advice, for all tabs: no picture, and nothing on disk."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo

from yuzug.recommender import Catalogue, Filters, bundled, needs_help, source_of_streak
from yuzug.recommender.catalogue.policy import HelpSource
from yuzug.recommender.catalogue.vocabulary import Time
from yuzug.recommender.filters import time_of_day
from yuzug.recommender.mood import Mood, mood_of
from yuzug.ui.journal.entries import ActivityEntry, Entry, Journal, MoodEntry, now

KEPT = 200
READINGS = 10
Marks = Literal["helped", "rejected", "favourites"]
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,30}(/[A-Za-z0-9_+-]{1,30}){0,2}")
_CLOCK_WRONG = timedelta(minutes=10)  # by which a visitor's clock may be wrong
# Events of one visit run side by side: a press may add a note while the browser tells of others.
_NOTES = threading.Lock()


@dataclass
class VisitHistory:
    """Ids of activities, oldest first, the last readings, and journal entries not yet sent to it.

    ``readings`` has one mood for a photo, for a mood that was named, and for a minute of Live;
    ``sources`` says of each where it came from. ``hard_days`` is whether the journal shows so many
    hard days in a row that help comes first.
    ``last_mood`` is the last one that this visit noted in the journal.
    ``zone`` is the time zone of the visitor, where the browser says.
    ``notes`` is what the browser has not yet written into its journal, empty where none is kept;
    each is numbered, and ``news`` is the number of the last.
    """

    seed: int = 0
    filters: Filters = field(default_factory=Filters)
    own_catalogue: Catalogue | None = None
    zone: tzinfo | None = None
    recent: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    helped: tuple[str, ...] = ()
    favourites: tuple[str, ...] = ()
    did: tuple[str, ...] = ()
    readings: tuple[Mood, ...] = ()
    sources: tuple[HelpSource, ...] = ()
    hard_days: bool = False
    last_mood: MoodEntry | None = None
    journal_on: bool = False
    notes: tuple[Mapping[str, Any], ...] = ()
    news: int = 0

    @property
    def catalogue(self) -> Catalogue:
        """What the activities are taken from: ours, unless the server was given another."""
        return self.own_catalogue or bundled()

    @property
    def time_of_day(self) -> Time | None:
        """What time of day it is for the visitor; None where the browser does not say."""
        return None if self.zone is None else time_of_day(now().astimezone(self.zone).hour)

    def suggested(self, ids: Sequence[str]) -> None:
        """These were shown."""
        self.recent = (*self.recent, *ids)[-self.catalogue.policy.recent :]

    def reject(self, name: str) -> None:
        """This one is not for the visitor: it stays away."""
        self._mark("rejected", name, True)
        if name in self.helped:
            self._mark("helped", name, False)

    def restore(self, name: str) -> None:
        """This one may come again."""
        self._mark("rejected", name, False)

    def help(self, name: str, helped: bool) -> None:
        """This one helped, or the visitor takes that back."""
        self._mark("helped", name, helped)

    def favour(self, name: str) -> bool:
        """This one is a favourite, or is none any more; tells which."""
        on = name not in self.favourites
        self._mark("favourites", name, on)
        return on

    def do(self, entry: ActivityEntry) -> None:
        """This one was done, or its ratings are others by now."""
        self.did = _with(self.did, entry.id)
        self.note(entry)

    def undo(self, entry: ActivityEntry) -> None:
        """This one was not done after all."""
        self.did = _without(self.did, entry.id)
        self._add_note({"change": "undo", "entry": _json(entry)})

    def add_reading(
        self,
        shares: Mapping[str, float],
        sure: bool,
        source: HelpSource = "expressions",
        instead: Mood | None = None,
    ) -> Mood:
        """Add a mood and return it; it takes the place of ``instead``, where that is there."""
        mood = mood_of(shares, self.catalogue.policy, sure=sure)
        # By identity: an equal one may be another tab's.
        at = next((n for n, one in enumerate(self.readings) if one is instead), len(self.readings))
        self.readings = (*self.readings[:at], mood, *self.readings[at + 1 :])[-READINGS:]
        self.sources = (*self.sources[:at], source, *self.sources[at + 1 :])[-READINGS:]
        return mood

    @property
    def help_source(self) -> HelpSource | None:
        """Where the low readings came from that put people first; None where nothing does."""
        if needs_help(self.readings, self.catalogue.policy):
            return source_of_streak(self.sources, self.catalogue.policy)
        return "journal" if self.hard_days else None

    @property
    def needs_help(self) -> bool:
        """Whether the last readings, or the last days of the journal, put people first."""
        return self.help_source is not None

    def note(self, entry: Entry) -> None:
        """Something for the journal, where there is one."""
        if isinstance(entry, MoodEntry) and self.journal_on:
            self.last_mood = entry
        change = "mood" if isinstance(entry, MoodEntry) else "activity"
        self._add_note({"change": change, "entry": _json(entry)})

    def start(self) -> None:
        """Start a journal; the marks made on activities so far go into it."""
        self.journal_on = True
        for name in self.helped:
            self._mark("helped", name, True)
        for name in self.rejected:
            self._mark("rejected", name, True)
        for name in self.favourites:
            self._mark("favourites", name, True)

    def merge(self, journal: Journal) -> None:
        """What was exported earlier is added to the journal, which begins where there is none."""
        self.journal_on = True
        self._add_note({"change": "merge", "entries": journal.to_browser()})

    def keep(self, journal: Journal | None, written: int = 0) -> None:
        """The visitor keeps this journal, or none any more; ``written`` is its last note."""
        had_one, self.journal_on = self.journal_on, journal is not None
        if not (had_one or self.journal_on):
            return  # ratings of activities hold for the visit
        self.last_mood = self.last_mood if self.journal_on else None
        with _NOTES:
            pending = [note for note in self.notes if self.journal_on and note["number"] > written]
            self.notes = tuple(pending)
        journal = journal or Journal()
        self.hard_days = self._hard_days(journal)
        self.helped, self.rejected = journal.helped, journal.rejected
        self.favourites = journal.favourites
        self.did = tuple(dict.fromkeys(entry.id for entry in journal.activities))[-KEPT:]
        for note in pending:
            if note["change"] == "mark":
                self._set(note["list"], note["id"], note["on"])

    def _hard_days(self, journal: Journal) -> bool:
        policy = self.catalogue.policy
        since = now() - timedelta(days=policy.help.journal_days)
        days = journal.days(policy, since, self.zone or timezone.utc)
        return needs_help(days, policy)

    def _mark(self, marks: Marks, name: str, on: bool) -> None:
        self._set(marks, name, on)
        self._add_note({"change": "mark", "list": marks, "id": name, "on": on})

    def _set(self, marks: Marks, name: str, on: bool) -> None:
        setattr(self, marks, (_with if on else _without)(getattr(self, marks), name))

    def _add_note(self, note: Mapping[str, Any]) -> None:
        if self.journal_on:
            with _NOTES:
                self.news += 1
                self.notes = (*self.notes, {"number": self.news, **note})[-KEPT:]


def _json(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(mode="json", exclude_none=True)


def _with(ids: tuple[str, ...], name: str) -> tuple[str, ...]:
    return (*_without(ids, name), name)[-KEPT:]


def _without(ids: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(one for one in ids if one != name)


def zone_of(browser_ms: object, name: object) -> tzinfo | None:
    """The time zone of a visitor; None where it is not known.

    Args:
        browser_ms: the visitor's local time in milliseconds since 1970, as if it were UTC.
        name: what the browser calls the zone, such as "Europe/Istanbul": it tells of past days
            too, with another time in summer. Where it is not known here, or is not what the
            clock says now, all days are as far from UTC as the clock is today.

    >>> zone_of("noon", "Europe/Istanbul") is None
    True
    """
    ahead = _clock_ahead(browser_ms)
    if ahead is None:
        return None
    zone = _named_zone(name)
    known = now().astimezone(zone).utcoffset() if zone else None
    return zone if known is not None and abs(known - ahead) < _CLOCK_WRONG else timezone(ahead)


def _named_zone(name: object) -> ZoneInfo | None:
    if not isinstance(name, str) or not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no zone at all, or a folder of zones
        return None


def _clock_ahead(browser_ms: object) -> timedelta | None:
    if isinstance(browser_ms, bool) or not isinstance(browser_ms, int | float):
        return None
    if not math.isfinite(browser_ms) or abs(browser_ms) >= 1e14:
        return None
    ahead = timedelta(seconds=round(browser_ms / 1000 - now().timestamp()))
    # No place is more than 14 hours away from UTC; a clock that is wrong says nothing.
    return ahead if abs(ahead) <= timedelta(hours=15) else None
