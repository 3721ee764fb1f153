"""Where the faces are, how they are framed, how good they are, and who is who over time."""

from yuzug.faces.align import Alignment, align, whole
from yuzug.faces.detection import Detection, Detector

__all__ = ["Alignment", "Detection", "Detector", "align", "whole"]
