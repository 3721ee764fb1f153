"""The optimizers that a recipe may name."""

from __future__ import annotations

import torch

from yuzug.lab.training.recipe import Recipe


def optimizer_of(recipe: Recipe, network: torch.nn.Module) -> torch.optim.Optimizer:
    """The recipe's optimizer over all weights of a network."""
    weights, rate = network.parameters(), recipe.cycles[0].learning_rate
    decay, momentum = recipe.weight_decay, recipe.momentum
    if recipe.optimizer == "adam":
        return torch.optim.Adam(weights, lr=rate, weight_decay=decay)
    if recipe.optimizer == "adamw":
        return torch.optim.AdamW(weights, lr=rate, weight_decay=decay)
    if recipe.optimizer == "rmsprop":
        return torch.optim.RMSprop(weights, lr=rate, weight_decay=decay, momentum=momentum)
    return torch.optim.SGD(
        weights, lr=rate, momentum=momentum, nesterov=momentum > 0, weight_decay=decay
    )
