"""Pacing of the Live advice: how often it may change, so that it can be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from yuzug.ui.advice.actions import remember_mood
from yuzug.ui.advice.state import AdviceState, mood_read
from yuzug.ui.components.readings import FaceReading
from yuzug.ui.live.minute_mean import MinuteMean

ADVICE_EVERY_S = 10.0  # activities stay at least that long, so that they can be read


@dataclass
class Following:
    """The advice of the Live tab, and when its activities were last renewed."""

    advice: AdviceState = field(default_factory=AdviceState)
    renewed_s: float | None = None
    minute_mean: MinuteMean = field(default_factory=MinuteMean)

    def forget(self) -> None:
        """Reset, with nobody in the picture."""
        self.advice.follow(None)
        self.renewed_s, self.minute_mean = None, MinuteMean()

    def see(self, face: FaceReading | None, now_s: float) -> bool:
        """Add the reading of one frame; return whether the advice area changed."""
        mood = mood_read(face)
        if face is None or mood is None:
            return False
        state = self.advice
        if state.named is not None:  # the person knows better, until they go back to the reading
            state.read = mood
            return False
        offered = state.memory.needs_help
        minute = self.minute_mean.add(mood.shares, mood.sure, now_s)
        if minute is not None:
            remember_mood(state, minute)
        if state.memory.needs_help != offered or self._is_due(face, now_s):
            state.follow(mood)
            self.renewed_s = now_s
            return True
        return minute is not None

    def _is_due(self, face: FaceReading, now_s: float) -> bool:
        read = self.advice.read
        if self.renewed_s is None or read is None:
            return True
        same = (read.emotion, read.sure) == (face.emotion, face.sure)
        busy = any(card.opened or card.done_at for card in self.advice.cards)
        return not same and not busy and now_s - self.renewed_s >= ADVICE_EVERY_S
