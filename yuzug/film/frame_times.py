"""Number and time of each frame, and which frames are wanted."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


class WantedTimes:
    """Which frames are wanted: all, or the first at or after each multiple of ``every_s``."""

    def __init__(self, every_s: float | None) -> None:
        self._every_s = every_s
        self.next_s = 0.0 if every_s else -1.0

    def takes(self, time_s: float) -> bool:
        """Whether the frame at this time, later than all asked about before, is wanted."""
        if self._every_s is None:
            return True
        if time_s < self.next_s - 1e-9:
            return False
        # Multiples of the step, not the last time plus the step: errors must not add up.
        self.next_s = (int((time_s + 1e-9) / self._every_s) + 1) * self._every_s
        return True


class FrameNumbers:
    """The number of each frame, counted in packets, so that frames not decoded count too."""

    def __init__(self) -> None:
        self._ahead: list[int] = []
        self._passed = 0

    def saw(self, packet: Packet[VideoStream]) -> None:
        """Count a packet; call it for each one before its frame is decoded."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is not None:
            heapq.heappush(self._ahead, stamp)

    def of(self, frame: VideoFrame) -> int:
        """The number of a decoded frame, from 0; frames come in the order they are shown."""
        stamp = frame.pts if frame.pts is not None else frame.dts
        if stamp is None:
            self._passed += 1
            return self._passed - 1
        while self._ahead and self._ahead[0] < stamp:
            heapq.heappop(self._ahead)
            self._passed += 1
        return self._passed


def frame_time_s(frame: VideoFrame, stream: VideoStream) -> float:
    """Presentation time of a frame in seconds, on the clock of its file."""
    stamp = frame.pts if frame.pts is not None else frame.dts
    base = frame.time_base or stream.time_base
    if stamp is None or base is None:
        raise ValueError("a frame without a time stamp has no time")
    return float(stamp * base)


def shown_for(frame: VideoFrame, stream: VideoStream) -> float | None:
    """Duration of a frame in seconds; None where the file does not say."""
    base = frame.time_base or stream.time_base
    return float(frame.duration * base) if frame.duration and base else None


def packet_s(packet: Packet[VideoStream], stream: VideoStream, start_s: float) -> float:
    """Time of a packet in seconds since the video begins; infinity where it has none."""
    stamp = packet.pts if packet.pts is not None else packet.dts
    base = packet.time_base or stream.time_base
    # Without a time it may be any frame: never to be thrown away.
    return float("inf") if stamp is None or base is None else float(stamp * base) - start_s
