"""The network that a recipe begins with: fresh, or on from other weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from torch import nn

from yuzug.errors import OptionError
from yuzug.lab.training.baseline import known_columns
from yuzug.lab.training.pretrained import is_backbone, load_backbone, start_file
from yuzug.lab.training.recipe import Recipe
from yuzug.models.checkpoint import Checkpoint, load
from yuzug.models.networks import Network
from yuzug.texts.causes import caused


def begun(recipe: Recipe, heads: Mapping[str, tuple[str, ...]]) -> Network:
    """A fresh network, or one that goes on from another one's backbone and heads.

    Raises:
        OptionError: ``option.invalid`` where that other one is of another architecture.
    """
    network = recipe.build(heads)
    if recipe.start_from is None:
        return network
    file = start_file(recipe.start_from)
    if is_backbone(file):
        load_backbone(file, network, recipe.start_from)
        return network
    first = load(file)
    known = first.network.state_dict()
    same = {name for name, head in first.card.heads.items() if head.labels == heads.get(name)}
    if recipe.fresh_heads:
        same = set()
    fresh = {
        key
        for key, value in network.state_dict().items()
        if key not in known or known[key].shape != value.shape
    } | {key for key in known if key.startswith("heads.") and key.split(".")[1] not in same}
    if any(not key.startswith("heads.") for key in fresh):
        raise caused(
            OptionError,
            "start.unfit",
            "start_other",
            architecture=recipe.architecture,
            start=recipe.start_from,
            other=first.card.architecture,
        )
    network.load_state_dict({k: v for k, v in known.items() if k not in fresh}, strict=False)
    if not recipe.fresh_heads:
        _copy_rows(network, first, {name: heads[name] for name in heads if name not in same})
    return network


@torch.no_grad()
def _copy_rows(network: Network, first: Checkpoint, heads: Mapping[str, tuple[str, ...]]) -> None:
    """Begin new heads with the rows of the starting weights whose label or emotion they know."""
    for name, labels in heads.items():
        source, columns = known_columns(first.card, labels)
        if not columns:
            continue
        served = first.card.heads[source].served_from
        outputs = first.card.heads[served].labels
        old, new = (cast(nn.Linear, one.heads[key]) for one, key in
                    ((first.network, served), (network, name)))  # fmt: skip
        for label, column in columns.items():
            row = outputs.index(first.card.heads[source].labels[column])
            new.weight[labels.index(label)] = old.weight[row].to(new.weight.dtype)
            new.bias[labels.index(label)] = old.bias[row].to(new.bias.dtype)
