"""Mean probabilities over a minute of Live frames, as one mood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from yuzug.ui.advice.state import Mood

MINUTE_S = 60.0
PAUSE_S = 5.0  # without a face for longer than this, a new minute begins


@dataclass
class MinuteMean:
    """Sums of probabilities over the frames so far; no frame is kept."""

    start_s: float | None = None
    last_s: float = 0.0
    frames: int = 0
    sure_frames: int = 0
    sums: Counter[str] = field(default_factory=Counter)

    def add(self, shares: Mapping[str, float], sure: bool, at_s: float) -> Mood | None:
        """Add a frame; return the mean over the minute that it completes, or None.

        The mean is sure where most frames were.
        """
        start_s = self.start_s
        if start_s is None or at_s - self.last_s > PAUSE_S:
            start_s = at_s
            self._begin(at_s)
        self.last_s = at_s
        self.frames += 1
        self.sure_frames += sure
        self.sums.update(shares)
        if at_s - start_s < MINUTE_S:
            return None
        means = {label: total / self.frames for label, total in self.sums.items()}
        mood = Mood(max(means, key=means.__getitem__), means, 2 * self.sure_frames > self.frames)
        self._begin(at_s)
        return mood

    def _begin(self, at_s: float) -> None:
        self.start_s, self.frames, self.sure_frames, self.sums = at_s, 0, 0, Counter()
