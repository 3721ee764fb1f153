"""What stands in the advice area of a tab: the mood it follows, and its activities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from yuzug.emotions import Emotion
from yuzug.recommender import Suggestion, bundled, recommend
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.mood import Mood as Reading
from yuzug.recommender.mood import mood_of
from yuzug.ui.advice.library import Library
from yuzug.ui.components.readings import FaceReading
from yuzug.ui.visit_history import VisitHistory

CARDS = 3
Source = Literal["reading", "corrected", "chosen"]


@dataclass(frozen=True)
class Mood:
    """An emotion that activities are suggested for, and where it comes from.

    ``emotion`` is the expression, or the key of the mood that the person chose. ``source`` is
    "reading" where the model read it, "corrected" where the person says that the face rather looks
    so, and "chosen" where there was no face at all.
    """

    emotion: str
    shares: Mapping[str, float]
    sure: bool = True
    source: Source = "reading"

    @property
    def main_emotion(self) -> str:
        """The emotion that it is, or that it counts as most."""
        chosen = self.source == "chosen"
        return max(self.shares, key=self.shares.__getitem__) if chosen else self.emotion


def named_mood(name: str, source: Source, policy: Policy | None = None) -> Mood:
    """The mood that a person names: the expression of a face, or one of the moods offered."""
    if source != "chosen":
        return Mood(name, {name: 1.0}, source=source)
    emotions = (policy or bundled().policy).mood(name).emotions
    return Mood(name, {e.value: share for e, share in emotions.items()}, source=source)


def mood_read(face: FaceReading | None) -> Mood | None:
    """What was read in a face, as far as advice follows it."""
    return Mood(face.emotion, face.probabilities, face.sure) if face else None


@dataclass(frozen=True)
class Card:
    """One activity, and what the person did with it; ``opened`` is in the player."""

    suggestion: Suggestion
    opened: bool = False
    helpful: bool = False
    done_at: datetime | None = None
    ratings: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The activity's name in the catalogue."""
        return self.suggestion.id


@dataclass
class AdviceState:
    """The advice area of one tab; ``memory`` is shared with those of the other tabs.

    ``added`` is the reading that this tab added last to the visit's history, for what it follows.
    ``chosen_at`` is when the person chose the mood without a face.
    ``removed`` is the card that the person removed last, and its position: it can be put back.
    ``library`` is what the person looks for among all activities, once they have begun.
    """

    memory: VisitHistory = field(default_factory=VisitHistory)
    read: Mood | None = None
    named: Mood | None = None
    added: Reading | None = None
    chosen_at: datetime | None = None
    cards: tuple[Card, ...] = ()
    removed: tuple[Card, int] | None = None
    library: Library | None = None

    @property
    def mood(self) -> Mood | None:
        """The mood that the person named, else the one that was read."""
        return self.named or self.read

    def follow(self, read: Mood | None, named: Mood | None = None) -> None:
        """Advise on another mood; the activities so far count as suggested."""
        self._leave_behind(self.cards)
        self.read, self.named, self.removed = read, named, None
        if self.mood is None:
            self.added = None
        self.cards = self._suggested(CARDS, [])

    def same(self, read: Mood | None) -> bool:
        """Whether a mood says what the one that was read last says."""
        names = [(mood.emotion, mood.sure) if mood else None for mood in (self.read, read)]
        return names[0] == names[1]

    def read_again(self, read: Mood | None) -> None:
        """Another reading of the same face.

        The cards stay where they still fit: where the person corrected the label, or the
        mood is the same. Otherwise only what was done or found helpful stays.
        """
        fits = self.named is not None or self.same(read)
        self.read = read
        if fits:
            return
        kept = [card for card in self.cards if card.done_at is not None or card.helpful]
        self._leave_behind([card for card in self.cards if card not in kept])
        self.cards = (*kept, *self._suggested(CARDS - len(kept), kept))

    def filter(self) -> None:
        """Ask again, by other filters; what was shown by the last ones may come again."""
        self.cards = self._suggested(CARDS, [])

    def replace(self, card: Card) -> Card | None:
        """Another activity in this one's place; None where none is left."""
        self._leave_behind([card])
        place = self.cards.index(card)
        others = [one for one in self.cards if one is not card]
        found = self._suggested(CARDS - len(others), others)
        self.cards = (*others[:place], *found[:1], *others[place:], *found[1:])
        return found[0] if found else None

    def replace_rejected(self) -> bool:
        """Replace what was turned down in another tab, unless it is in use; tells whether any."""
        unused = [card for card in self.cards if not card.opened and card.done_at is None]
        rejected = [card for card in unused if card.id in self.memory.rejected]
        for card in rejected:
            self.replace(card)
        return bool(rejected)

    def put_back(self, card: Card, place: int) -> None:
        """Show the removed card again, instead of what took its place."""
        cards = [one for one in self.cards if one.id != card.id]
        if len(cards) == CARDS:
            del cards[place]
        self.cards, self.removed = (*cards[:place], card, *cards[place:]), None

    def again(self) -> None:
        """Let what was suggested before come again."""
        self.memory.recent = ()
        self.cards = (*self.cards, *self._suggested(CARDS - len(self.cards), list(self.cards)))

    def update(self, card: Card) -> None:
        """The same activity with something done to it."""
        self.cards = tuple(card if one.id == card.id else one for one in self.cards)

    def card(self, name: object) -> Card | None:
        """The card of this activity, if it is shown."""
        return next((card for card in self.cards if card.id == name), None)

    @property
    def full(self) -> bool:
        """Whether as many activities stand there as should."""
        return len(self.cards) == CARDS

    @property
    def not_for(self) -> tuple[Emotion, ...]:
        """The emotions that rule out what is not for them, among all activities too."""
        policy = self.memory.catalogue.policy
        mood = mood_of(self.mood.shares, policy) if self.mood else None
        shares = mood.shares if mood else {}
        return (*self._low, *(e for e, share in shares.items() if share >= policy.fit_at_least))

    @property
    def _low(self) -> tuple[Emotion, ...]:
        """The emotions that rule out what is not for low people, while help comes first."""
        return self.memory.catalogue.policy.help.emotions if self.memory.needs_help else ()

    def _leave_behind(self, cards: Sequence[Card]) -> None:
        self.memory.suggested([card.id for card in cards])

    def _suggested(self, count: int, besides: Sequence[Card]) -> tuple[Card, ...]:
        if self.mood is None or count < 1:
            return ()
        memory, chosen = self.memory, self.mood.source == "chosen"
        found = recommend(
            None if chosen else self.mood.shares,
            memory.filters.model_copy(update={"time_of_day": memory.time_of_day}),
            mood=self.mood.emotion if chosen else None,
            catalogue=memory.catalogue,
            count=count,
            seed=memory.seed,
            recent=(*memory.recent, *(card.id for card in besides)),
            rejected=memory.rejected,
            helped=memory.helped,
            did=memory.did,
            favourites=memory.favourites,
            sure=self.mood.sure,
            people_first=memory.needs_help and not besides,
            not_for=self._low,
        )
        return tuple(Card(suggestion) for suggestion in found)


def rated(card: Card, when: str, rating: int) -> Card:
    """The card with the mood before or after the activity, 1 to 5."""
    return replace(card, ratings={**card.ratings, when: rating})
