"""Where the faces are, how they are framed, how good they are, and who is who over time.

detection → align → quality for one picture; tracking → smoothing for a stream of them.
"""

from yuzug.faces.align import Alignment, LocatedFace, align, full_image
from yuzug.faces.detection import Detection, Detector, detect_turned
from yuzug.faces.haar import HaarDetector
from yuzug.faces.loading import LoadedDetector, default_detector, load_detector
from yuzug.faces.nearby import look_near
from yuzug.faces.quality import Quality, assess
from yuzug.faces.smoothing import Average, Hysteresis, Smoothed, Smoother
from yuzug.faces.tracking import Tracker
from yuzug.faces.yunet import YuNetDetector

__all__ = [
    "Alignment",
    "Average",
    "Detection",
    "Detector",
    "HaarDetector",
    "Hysteresis",
    "LoadedDetector",
    "LocatedFace",
    "Quality",
    "Smoothed",
    "Smoother",
    "Tracker",
    "YuNetDetector",
    "align",
    "assess",
    "default_detector",
    "detect_turned",
    "full_image",
    "load_detector",
    "look_near",
]
