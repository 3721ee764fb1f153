"""What one visit remembers of its advice, for all tabs: no picture, and nothing on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from yuzug.recommender import Catalogue, bundled, needs_help
from yuzug.recommender.mood import Mood, mood_of
from yuzug.ui.advice.filters import Wishes
from yuzug.ui.journal.model import Entry, Journal

RECENT = 20  # these many last suggestions do not come again
KEPT = 200
READINGS = 10


@dataclass
class Memory:
    """Ids of activities, oldest first, the last readings, and what the journal is still to be told.

    ``readings`` has one mood for a photo, for a mood that was named, and for a minute of Live.
    ``notes`` is empty unless the visitor keeps a journal, and then soon again; ``news`` counts
    what there was to write.
    """

    seed: int = 0
    wishes: Wishes = field(default_factory=Wishes)
    catalogue: Catalogue = field(default_factory=bundled)
    recent: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    helped: tuple[str, ...] = ()
    did: tuple[str, ...] = ()
    readings: tuple[Mood, ...] = ()
    journal_on: bool = False
    notes: tuple[Entry, ...] = ()
    news: int = 0

    def suggested(self, ids: Sequence[str]) -> None:
        """These were shown."""
        self.recent = (*self.recent, *ids)[-RECENT:]

    def reject(self, name: str) -> None:
        """This one is not for the visitor: it stays away."""
        self.rejected = _with(self.rejected, name)
        self.helped = tuple(one for one in self.helped if one != name)
        self._tell()

    def help(self, name: str, helped: bool) -> None:
        """This one helped, or the visitor takes that back."""
        others = tuple(one for one in self.helped if one != name)
        self.helped = _with(others, name) if helped else others
        self._tell()

    def do(self, name: str) -> None:
        """This one was done."""
        self.did = _with(self.did, name)

    def heard(self, shares: Mapping[str, float], sure: bool, instead: bool = False) -> None:
        """A reading, or what the visitor says ``instead`` of the last one."""
        before = self.readings[:-1] if instead else self.readings
        mood = mood_of(shares, self.catalogue.policy, sure=sure)
        self.readings = (*before, mood)[-READINGS:]

    @property
    def needs_help(self) -> bool:
        """Whether the last readings ask for people before activities."""
        return needs_help(self.readings, self.catalogue.policy)

    def note(self, entry: Entry) -> None:
        """Something for the journal, where there is one."""
        if self.journal_on:
            self.notes = (*self.notes, entry)[-KEPT:]
        self._tell()

    def keep(self, journal: Journal | None) -> None:
        """The visitor keeps this journal, or none any more."""
        self.journal_on, self.notes = journal is not None, ()
        journal = journal or Journal()
        self.helped, self.rejected = journal.helped, journal.rejected
        self.did = tuple(dict.fromkeys(entry.id for entry in journal.activities))[-KEPT:]

    def written(self, journal: Journal) -> Journal:
        """The journal with all that it was still to be told, which is forgotten here."""
        notes, self.notes = self.notes, ()
        return journal.write(notes, self.helped, self.rejected)

    def _tell(self) -> None:
        self.news += self.journal_on


def _with(ids: tuple[str, ...], name: str) -> tuple[str, ...]:
    return (*(one for one in ids if one != name), name)[-KEPT:]
