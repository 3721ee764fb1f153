"""LIME, by its own library: which superpixels the prediction depends on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from yuzug.explain.forward_pass import ForwardPass
from yuzug.explain.grad_cam_library import quietly
from yuzug.extras import needs_extra

_SAMPLES = 500
_PATCHES = 49
_SEED = 20261120


def lime(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
    """Weight of each patch in a linear model of the probability around one picture: (N, S, S).

    Patches that are switched off turn into the mean grey of the training faces.

    Source: Ribeiro et al. 2016, "Why should I trust you?", algorithm 1.

    Raises:
        YuzugError: ``extra.missing`` where the package ``lime`` is not installed.
    """
    with needs_extra("lab", "LIME"):
        from lime.lime_image import LimeImageExplainer
        from skimage.segmentation import slic

    def patches(image: NDArray[np.float64]) -> NDArray[np.int64]:
        grey = (image[..., 0] - image.min()) / max(1e-6, float(np.ptp(image)))
        found = slic(grey, n_segments=_PATCHES, compactness=0.1, channel_axis=None, start_label=0)
        return np.asarray(found, np.int64)

    def probabilities(images: NDArray[np.float64]) -> NDArray[np.float32]:
        channels = forward.inputs.shape[1]
        batch = torch.from_numpy(np.asarray(images, np.float32)).permute(0, 3, 1, 2)[:, :channels]
        with torch.no_grad():
            answer = torch.softmax(forward.logits_for(batch), dim=1)
        return np.asarray(answer.numpy(), np.float32)

    maps = []
    for inputs, target in zip(forward.inputs, targets, strict=True):
        image = inputs.permute(1, 2, 0).double().numpy()
        image = np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image
        with quietly():
            explanation = LimeImageExplainer(random_state=_SEED).explain_instance(
                image,
                probabilities,
                labels=(target,),
                top_labels=None,
                hide_color=0.0,
                num_samples=_SAMPLES,
                batch_size=50,
                segmentation_fn=patches,
                random_seed=_SEED,
            )
        weights = np.zeros(explanation.segments.max() + 1, np.float32)
        for patch, weight in explanation.local_exp[target]:
            weights[patch] = max(0.0, weight)
        maps.append(weights[explanation.segments])
    return np.stack(maps)
