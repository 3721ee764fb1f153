"""Why the model read a face as it did: heat maps, and the parts of the face they lie on."""

from yuzug.explain.contrast import Contrast, difference, scale_signed
from yuzug.explain.faithfulness import Trust, trust_of
from yuzug.explain.forward_pass import ForwardPass
from yuzug.explain.heatmap import Heatmap, evidence, scale, strength
from yuzug.explain.methods import METHODS, Method, method_named
from yuzug.explain.overlay import layer, layer_contrast, paint, paint_contrast
from yuzug.explain.regions import (
    OUTSIDE,
    REGIONS,
    RegionShares,
    region_masks,
    region_shares,
    regions_sentence,
)

__all__ = [
    "METHODS",
    "OUTSIDE",
    "REGIONS",
    "Contrast",
    "ForwardPass",
    "Heatmap",
    "Method",
    "RegionShares",
    "Trust",
    "difference",
    "evidence",
    "layer",
    "layer_contrast",
    "method_named",
    "paint",
    "paint_contrast",
    "region_masks",
    "region_shares",
    "regions_sentence",
    "scale",
    "scale_signed",
    "strength",
    "trust_of",
]
