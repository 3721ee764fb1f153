"""From a training run's best weights to a file that can be shipped: fitted, carded, measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn

from yuzug.explain import METHODS, ForwardPass, evidence
from yuzug.lab.data.faceset import VOTES, FaceSet
from yuzug.lab.data.training_data import OUTSIDE, Measured
from yuzug.lab.evaluation.evaluate import compare
from yuzug.lab.evaluation.metrics import accuracy, predict
from yuzug.lab.evaluation.predictions import read_crops
from yuzug.lab.training.calibrate import fit_temperature, rare_class_bias, softmax, sure_at
from yuzug.lab.training.recipe import Recipe
from yuzug.lab.training.trainer import HEADS_KEY
from yuzug.models.card import Card, HeadCard, Metrics
from yuzug.models.checkpoint import Checkpoint, load, read_card, save
from yuzug.models.networks import Network, build
from yuzug.models.preprocess import prepare
from yuzug.models.registry import resolve
from yuzug.pipeline import Analyzer

_EVIDENCE_FACES = 512
# With fewer held-out faces biases, a temperature and an edge would be luck.
_MIN_TO_FIT = 40
# The method that a card names: what docs/explanations.md measured best of those that cost nothing.
# Where a head is pooled the two are the same map, so it bears the name that people know; where it
# is flattened, Grad-CAM's averaging loses the place.
_EXPLANATIONS: dict[str, Literal["gradcam", "hirescam"]] = {"resnet18": "gradcam"}

LIMITS = (
    "It reads the look of a face, which is a weak sign of what a person feels.",
    "Trained on posed and found pictures from the web with noisy labels, few old faces and few "
    "children; accuracy by group was not measured.",
    "Fear, disgust and contempt are weak; a face that is dark, turned or covered is read badly.",
    "Not for decisions about people, at work, in education or in health.",
)
LIMITS_OF_OWN = (
    LIMITS[0],
    "Trained on a person's own pictures and labels; how well it reads others was not measured.",
    LIMITS[-1],
)


def finish(recipe: Recipe, best: Path, held: FaceSet, measured: Sequence[Measured]) -> Path:
    """Fit biases, temperatures and edges on the held-out part, measure, write the weights file.

    A part with votes is measured by what each head is fitted to, votes or labels, others by their
    labels; a part without a label that a head knows is not measured for it. The numbers are those
    of the written file read back, in half precision.
    """
    spec = recipe.preprocessing
    held = _with_votes(held)
    labels = _labels_of(best, recipe)
    sizes = {name: len(names) for name, names in labels.items()}
    network = build(recipe.architecture, channels=spec.channels, size_px=spec.size_px, heads=sizes)
    network.load_state_dict(load_file(best))
    network.eval()
    logits = _leaning(network, labels, predict(network, held.images, recipe), held)
    before = _heads_before(recipe, labels)
    heads = {name: _head_card(name, labels, logits, held, before.get(name)) for name in labels}
    out = best.parent / f"{recipe.name}.safetensors"
    evidence_from = _full_evidence(network, held, recipe)
    data = " and ".join(part.data for part in measured if part.split != OUTSIDE)
    save(network, _card(recipe, network, heads, data, evidence_from), out)
    checkpoint = load(out)
    metrics = [_metrics(checkpoint, part) for part in measured]
    with_metrics = {
        name: head.model_copy(
            update={"metrics": tuple(each[name] for each in metrics if name in each)}
        )
        for name, head in heads.items()
    }
    save(network, _card(recipe, network, with_metrics, data, evidence_from), out)
    return out


def _with_votes(held: FaceSet) -> FaceSet:
    """The faces that people voted on, where there are any: all heads are fitted to one sort."""
    voted = np.asarray(held.votes.any(axis=1), np.bool_)
    return held.take(voted) if voted.any() else held


def _labels_of(best: Path, recipe: Recipe) -> dict[str, tuple[str, ...]]:
    with safe_open(best, framework="pt") as file:
        note = (file.metadata() or {}).get(HEADS_KEY)
    if note is None:
        return recipe.heads(())
    return {name: tuple(names) for name, names in json.loads(note).items()}


def _card(
    recipe: Recipe,
    network: Network,
    heads: dict[str, HeadCard],
    data: str,
    full_evidence: float,
) -> Card:
    return Card(
        name=recipe.name,
        architecture=recipe.architecture,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        preprocessing=recipe.preprocessing,
        heads=heads,
        explanation=explanation_of(recipe.architecture),
        full_evidence=full_evidence,
        data=data,
        recipe=recipe.name,
        recipe_digest=recipe.digest,
        recipe_values=recipe.model_dump(mode="json"),
        licence=recipe.licence,
        limits=LIMITS_OF_OWN if recipe.own_labels else LIMITS,
    )


def explanation_of(architecture: str) -> Literal["gradcam", "hirescam"]:
    """The method that explains networks of this architecture where none is asked for."""
    return _EXPLANATIONS.get(architecture, "hirescam")


def _full_evidence(network: Network, held: FaceSet, recipe: Recipe) -> float:
    """The lower quartile of the evidence for the most probable class, of seven where there are."""
    faces = list(held.images[:_EVIDENCE_FACES])
    name = "7" if "7" in network.heads else next(iter(network.heads))
    inputs = prepare(faces, recipe.preprocessing)
    forward = ForwardPass.of(inputs, network.stem, lambda features: network.head(features, name))
    targets = forward.logits.argmax(dim=1).tolist()
    maps = METHODS[explanation_of(recipe.architecture)].maps(forward, targets)
    return max(1e-5, round(float(np.quantile(evidence(maps), 0.25)), 5))


def _leaning(
    network: Network,
    labels_of: Mapping[str, tuple[str, ...]],
    logits: dict[str, NDArray[np.float32]],
    held: FaceSet,
) -> dict[str, NDArray[np.float32]]:
    """Let every head find rare classes, by its own biases; the logits with them come back."""
    leaning = {}
    for name, names in labels_of.items():
        known, truth = _known(names, held)
        bias = np.zeros(len(names), np.float32)
        if len(truth) >= _MIN_TO_FIT:
            bias = rare_class_bias(logits[name][known], truth)
        with torch.no_grad():
            cast(nn.Linear, network.heads[name]).bias.add_(torch.from_numpy(bias))
        leaning[name] = logits[name] + bias
    return leaning


def _truth_for(
    names: Sequence[str], held: FaceSet
) -> tuple[NDArray[np.str_], Literal["label", "votes"]]:
    """The label of each face that a head is fitted to, and which of the two it is."""
    if tuple(names) == VOTES and held.votes.any():
        return held.majority(), "votes"
    return held.labels, "label"


def _known(names: Sequence[str], held: FaceSet) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which faces have one of these labels, and the index of it for those that have."""
    labels, _ = _truth_for(names, held)
    known = np.isin(labels, names)
    return known, np.array([names.index(label) for label in labels[known]], np.intp)


def _head_card(
    name: str,
    labels_of: Mapping[str, tuple[str, ...]],
    logits: dict[str, NDArray[np.float32]],
    held: FaceSet,
    before: HeadCard | None,
) -> HeadCard:
    """What is fitted to the held-out faces; of too few, what the head had ``before`` holds on."""
    names = labels_of[name]
    labels, fitted_to = _truth_for(names, held)
    if before is not None and np.isin(labels, names).sum() < _MIN_TO_FIT:
        return before
    candidates = {
        other: _restricted(logits[other], labels_of[other], names)
        for other in sorted(labels_of, key=lambda one: -len(labels_of[one]))
        if set(names) <= set(labels_of[other])
    }
    # The larger heads come first, so a smaller one is served only where it beats them.
    served = max(candidates, key=lambda one: accuracy(candidates[one], labels, names))
    known, truth = _known(names, held)
    chosen = candidates[served][known]
    enough = len(truth) >= _MIN_TO_FIT
    temperature = fit_temperature(chosen, truth) if enough else 1.0
    return HeadCard(
        labels=names,
        served_from=served,
        fitted_to=fitted_to,
        temperature=round(temperature, 4),
        sure_at=round(sure_at(softmax(chosen, temperature)), 4) if enough else 0.5,
    )


def _heads_before(recipe: Recipe, labels_of: Mapping[str, tuple[str, ...]]) -> dict[str, HeadCard]:
    """The heads, without their numbers, of the weights that training went on from.

    Only if it went on with all of them, since one may be served from another.
    """
    if recipe.start_from is None or recipe.fresh_heads:
        return {}
    heads = read_card(resolve(recipe.start_from)).heads
    if {name: head.labels for name, head in heads.items()} != labels_of:
        return {}
    return {name: head.model_copy(update={"metrics": ()}) for name, head in heads.items()}


def _restricted(
    logits: NDArray[np.float32], outputs: Sequence[str], names: Sequence[str]
) -> NDArray[np.float32]:
    return logits[:, [outputs.index(name) for name in names]]


def _metrics(checkpoint: Checkpoint, part: Measured) -> dict[str, Metrics]:
    """The numbers of each head that knows a label of the part, by its name."""
    by_votes = bool(part.faces.votes.any())
    labels_of: dict[str, Literal["label", "votes"]] = {
        name: head.fitted_to if by_votes else "label"
        for name, head in checkpoint.card.heads.items()
        if _knows(head, part.faces, by_votes=by_votes)
    }
    if not labels_of:
        return {}
    analyzers = [Analyzer(checkpoint, name) for name in labels_of]
    read = read_crops(analyzers, part.faces.images)
    return {
        name: compare(
            analyzer, part.faces, faces, data=part.data, split=part.split, labels=labels
        ).metrics()
        for (name, labels), analyzer, faces in zip(labels_of.items(), analyzers, read, strict=True)
    }


def _knows(head: HeadCard, faces: FaceSet, *, by_votes: bool) -> bool:
    """Whether a head has an output for any of the faces."""
    given = faces.majority() if by_votes and head.fitted_to == "votes" else faces.labels
    return bool(np.isin(given, head.labels).any())
