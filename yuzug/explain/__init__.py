"""Why the model read a face as it did: heat maps, and the parts of the face they lie on."""

from yuzug.explain.gradcam import Heatmap, evidence, gradcam, scale
from yuzug.explain.overlay import paint
from yuzug.explain.regions import OUTSIDE, REGIONS, RegionShares, region_shares

__all__ = [
    "OUTSIDE",
    "REGIONS",
    "Heatmap",
    "RegionShares",
    "evidence",
    "gradcam",
    "paint",
    "region_shares",
    "scale",
]
