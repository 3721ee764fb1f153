"""Finalize trained weights: calibrate the heads, measure them, write the file with its card."""

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
from yuzug.lab.data.faceset import FaceSet, LabelSource
from yuzug.lab.data.training_data import OUTSIDE, Measured
from yuzug.lab.evaluation.evaluate import compare
from yuzug.lab.evaluation.metrics import accuracy, predict
from yuzug.lab.evaluation.predictions import read_crops
from yuzug.lab.training.baseline import known_columns
from yuzug.lab.training.calibrate import fit_temperature, rare_class_bias, softmax, sure_at
from yuzug.lab.training.pretrained import is_backbone, start_file
from yuzug.lab.training.recipe import Recipe
from yuzug.lab.training.trainer import HEADS_KEY
from yuzug.models.card import Card, HeadCard, Metrics
from yuzug.models.checkpoint import Checkpoint, load, read_card, save
from yuzug.models.ensemble import Ensemble
from yuzug.models.networks import Network
from yuzug.models.preprocess import Preprocessing, prepare
from yuzug.pipeline import Analyzer

_EVIDENCE_FACES = 512
# With fewer held-out faces, fitted biases, temperatures and thresholds would be mostly noise.
_MIN_TO_FIT = 40
# The most faithful of the fast methods by docs/explanations.md. Behind average pooling both are the
# same map, called by its better known name; behind a flattening, Grad-CAM's averaging over
# positions loses the location.
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


def finalize(recipe: Recipe, kept: Path, held: FaceSet, measured: Sequence[Measured]) -> Path:
    """Fit biases, temperatures and confidence thresholds, measure, and write the weights file.

    They are fitted on the held-out part. A part with votes is measured by what each head is
    fitted to, votes or labels, others by their labels; a part without a label that a head knows
    is not measured for it. The numbers are those of the written file, read back in half precision.

    Args:
        kept: the weights of a run, as :meth:`yuzug.lab.training.trainer.Trainer.run` returns them.
        held: the faces that were held out of training.
        measured: faces that neither trained nor chose anything.
    """
    spec = recipe.preprocessing
    held = _with_votes(held)
    labels = _labels_of(kept, recipe)
    network = recipe.build(labels)
    network.load_state_dict(load_file(kept))
    network.eval()
    logits = _bias_for_rare_classes(network, labels, predict(network, held.images, spec), held)
    before = _heads_before(recipe, labels)
    heads = {name: _head_card(name, labels, logits, held, before.get(name)) for name in labels}
    out = kept.parent / f"{recipe.name}.safetensors"
    method = explanation_of(recipe.architecture)
    evidence_from = full_evidence(network, held, spec, method)
    data = " and ".join(part.data for part in measured if part.split != OUTSIDE)
    if recipe.own_labels and recipe.start_from is not None:
        start = start_file(recipe.start_from)
        its_data = "" if is_backbone(start) else f" ({read_card(start).data})"
        data = f"{data}, continuing from {recipe.start_from}{its_data}"
    save(network, _card(recipe, network, heads, data, evidence_from), out)
    checkpoint = load(out)
    metrics = [head_metrics(checkpoint, part) for part in measured]
    with_metrics = {
        name: head.model_copy(
            update={"metrics": tuple(each[name] for each in metrics if name in each)}
        )
        for name, head in heads.items()
    }
    save(network, _card(recipe, network, with_metrics, data, evidence_from), out)
    return out


def _with_votes(held: FaceSet) -> FaceSet:
    """Only the faces with annotators' votes, if the set has any, so that all heads are calibrated
    on the same targets."""
    voted = np.asarray(held.votes.any(axis=1), np.bool_)
    return held.take(voted) if voted.any() else held


def _labels_of(kept: Path, recipe: Recipe) -> dict[str, tuple[str, ...]]:
    with safe_open(kept, framework="pt") as file:
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


def full_evidence(
    network: Network,
    held: FaceSet,
    preprocessing: Preprocessing,
    method: Literal["gradcam", "hirescam"],
    faces: int = _EVIDENCE_FACES,
) -> float:
    """The positive evidence, in logits, from which a heat map is drawn at full strength.

    It is the lower quartile over held-out faces of the evidence for the most probable class, of
    the seven-class head where there is one.
    """
    names = list(network.names if isinstance(network, Ensemble) else network.heads)
    name = "7" if "7" in names else names[0]
    inputs = prepare(list(held.images[:faces]), preprocessing)
    forward = ForwardPass.of(inputs, network.stem, lambda features: network.head(features, name))
    targets = forward.logits.argmax(dim=1).tolist()
    maps = METHODS[method].maps(forward, targets)
    return max(1e-5, round(float(np.quantile(evidence(maps), 0.25)), 5))


def _bias_for_rare_classes(
    network: Network,
    labels_of: Mapping[str, tuple[str, ...]],
    logits: dict[str, NDArray[np.float32]],
    held: FaceSet,
) -> dict[str, NDArray[np.float32]]:
    """Add to every head the biases that find rare classes; returns the logits with them."""
    biased = {}
    for name, names in labels_of.items():
        known, truth = _known(names, held)
        bias = np.zeros(len(names), np.float32)
        if len(truth) >= _MIN_TO_FIT:
            bias = rare_class_bias(logits[name][known], truth)
        with torch.no_grad():
            cast(nn.Linear, network.heads[name]).bias.add_(torch.from_numpy(bias))
        biased[name] = logits[name] + bias
    return biased


def _known(names: Sequence[str], held: FaceSet) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which faces have one of these labels, and the index of it for those that have."""
    labels = held.targets(held.label_source(names))
    known = np.isin(labels, names)
    return known, np.array([names.index(label) for label in labels[known]], np.intp)


def _head_card(
    name: str,
    labels_of: Mapping[str, tuple[str, ...]],
    logits: dict[str, NDArray[np.float32]],
    held: FaceSet,
    before: HeadCard | None,
) -> HeadCard:
    """A head calibrated on the held-out faces, or as it was ``before`` where they are too few."""
    names = labels_of[name]
    source = held.label_source(names)
    labels = held.targets(source)
    if before is not None and np.isin(labels, names).sum() < _MIN_TO_FIT:
        return before
    candidates = {
        other: _restricted(logits[other], labels_of[other], names)
        for other in sorted(labels_of, key=lambda one: -len(labels_of[one]))
        if set(names) <= set(labels_of[other])
    }
    # The larger heads come first, so a smaller one is served only where it beats them.
    served = max(candidates, key=lambda one: accuracy(candidates[one], labels, names))
    return calibrated(names, served, source, candidates[served], held)


def calibrated(
    names: tuple[str, ...],
    served_from: str,
    source: LabelSource,
    logits: NDArray[np.float32],
    held: FaceSet,
) -> HeadCard:
    """The card of a head with its temperature and confidence threshold fitted to held-out faces.

    ``logits`` (N, classes) are those of the held-out faces in the order of ``names``. With fewer
    than 40 labelled faces the temperature is 1 and the threshold 0.5.
    """
    labels = held.targets(source)
    known = np.isin(labels, names)
    truth = np.array([names.index(label) for label in labels[known].tolist()], np.intp)
    enough = len(truth) >= _MIN_TO_FIT
    temperature = fit_temperature(logits[known], truth) if enough else 1.0
    threshold = sure_at(softmax(logits[known], temperature)) if enough else 0.5
    return HeadCard(
        labels=names,
        served_from=served_from,
        fitted_to=source,
        temperature=round(temperature, 4),
        sure_at=round(threshold, 4),
    )


def _heads_before(recipe: Recipe, labels_of: Mapping[str, tuple[str, ...]]) -> dict[str, HeadCard]:
    """The calibration of the starting weights for each head that began with their outputs.

    For their own heads only if training went on with all of them, since one may be served from
    another.
    """
    if recipe.start_from is None or recipe.fresh_heads:
        return {}
    file = start_file(recipe.start_from)
    if is_backbone(file):
        return {}
    card = read_card(file)
    if {name: head.labels for name, head in card.heads.items()} == labels_of:
        return {name: one.model_copy(update={"metrics": ()}) for name, one in card.heads.items()}
    before = {}
    for name, labels in labels_of.items():
        source, columns = known_columns(card, labels)
        if len(labels_of) == 1 and len(columns) == len(labels):
            before[name] = HeadCard(
                labels=labels,
                served_from=name,
                fitted_to="label",
                temperature=card.heads[source].temperature,
                sure_at=card.heads[source].sure_at,
            )
    return before


def _restricted(
    logits: NDArray[np.float32], outputs: Sequence[str], names: Sequence[str]
) -> NDArray[np.float32]:
    return logits[:, [outputs.index(name) for name in names]]


def head_metrics(checkpoint: Checkpoint, part: Measured) -> dict[str, Metrics]:
    """The metrics of each head that knows a label of the part, by its name."""
    by_votes = bool(part.faces.votes.any())
    labels_of: dict[str, LabelSource] = {
        name: head.fitted_to if by_votes else "label"
        for name, head in checkpoint.card.heads.items()
        if np.isin(part.faces.targets(head.fitted_to if by_votes else "label"), head.labels).any()
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
