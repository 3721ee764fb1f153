"""One file a model: safetensors in half precision, with the card inside."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from yuzug.errors import WeightsError, first_fault
from yuzug.models import ensemble
from yuzug.models.card import Card
from yuzug.models.networks import Network

_CARD_KEY = "yuzug_card"


@dataclass(frozen=True)
class Checkpoint:
    """A network in evaluation mode, with its card."""

    network: Network
    card: Card

    @cached_property
    def digest(self) -> str:
        """sha256 of the weights as they are in memory, whatever file or card they came with."""
        digest = hashlib.sha256()
        for name, value in self.network.state_dict().items():
            digest.update(f"{name} {tuple(value.shape)}".encode())
            digest.update(value.detach().cpu().contiguous().numpy().data)
        return digest.hexdigest()


def save(network: Network, card: Card, path: Path) -> None:
    """Write the network and its card atomically.

    Matrices and kernels are stored in half precision; what has one dimension (biases, batch
    statistics) stays in single precision, since it costs nothing and its range is wide.
    """
    tensors = {name: _stored(value) for name, value in network.state_dict().items()}
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    save_file(tensors, fresh, metadata={_CARD_KEY: card.model_dump_json(by_alias=True)})
    fresh.chmod(0o644)  # safetensors writes for its owner alone, and a wheel keeps that
    fresh.replace(path)


def _stored(value: Tensor) -> Tensor:
    halves = value.is_floating_point() and value.ndim > 1
    return (value.half() if halves else value).contiguous()


def read_card(path: Path) -> Card:
    """The card of a weights file, without reading its weights.

    Raises:
        WeightsError: ``weights.missing`` or ``weights.damaged``.
    """
    if not path.is_file():
        raise WeightsError(
            "weights.missing",
            must="the weights must be a file",
            got=f"nothing at {path}",
            do="check the path, or name one of the bundled models",
        )
    if path.suffix == ensemble.SUFFIX:
        return _ensemble_file(path).card
    try:
        with safe_open(path, framework="pt") as file:
            note = file.metadata() or {}
        return Card.model_validate_json(note[_CARD_KEY])
    except (SafetensorError, KeyError, ValidationError, OSError) as error:
        raise _damaged(path, error) from error


def embedding_dim(path: Path) -> int:
    """How many numbers describe a face to the model of a file, without reading its weights.

    Raises:
        WeightsError: ``weights.missing`` or ``weights.damaged``.
    """
    if path.suffix == ensemble.SUFFIX:
        return sum(embedding_dim(_member_file(path, name)) for name in members(path))
    try:
        with safe_open(path, framework="pt") as file:
            names = file.keys()
            head = next(
                one for one in names if one.startswith("heads.") and one.endswith(".weight")
            )
            shape: list[int] = file.get_slice(head).get_shape()
    except (SafetensorError, StopIteration, OSError) as error:
        raise _damaged(path, error) from error
    return shape[-1]


def inspect(path: Path) -> Card:
    """The card of a weights file, once its tensors have the names and shapes that the card implies.

    Only the header is read, and nothing is allocated for what a card claims, however much that
    is: names and shapes are compared with a network that has no memory of its own.

    Raises:
        WeightsError: ``weights.missing`` or ``weights.damaged``.
    """
    card, _ = _plan(path)
    return card


def load(path: Path, shared: MutableMapping[Path, Checkpoint] | None = None) -> Checkpoint:
    """The network and card of a weights file; a disagreement between the two is an error.

    What is in ``shared`` is not loaded again, and what is loaded is added to it: so an ensemble
    and its members are in memory once. Nobody may change these networks.

    Raises:
        WeightsError: ``weights.missing`` or ``weights.damaged``.
    """
    shared = {} if shared is None else shared
    if path not in shared:
        is_ensemble = path.suffix == ensemble.SUFFIX
        shared[path] = _load_ensemble(path, shared) if is_ensemble else _load(path)
    return shared[path]


def _load(path: Path) -> Checkpoint:
    card, network = _plan(path)
    expected = network.state_dict()
    try:
        with safe_open(path, framework="pt") as file:
            state = {
                name: _laid_out(file.get_tensor(name), expected[name].dtype) for name in expected
            }
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    for name, value in state.items():
        if not bool(torch.isfinite(value).all()):
            raise _damaged(path, f"{name} holds what is no number")
    network.load_state_dict(state, assign=True)
    network.eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return Checkpoint(network, card)


def _laid_out(value: Tensor, dtype: torch.dtype) -> Tensor:
    """A tensor of the file as the network holds it, copied once."""
    # Plain convolutions on the CPU run fastest with channels last.
    last = torch.channels_last if value.ndim == 4 else torch.preserve_format
    return value.to(dtype, memory_format=last)


def _ensemble_file(path: Path) -> ensemble.EnsembleFile:
    try:
        return ensemble.EnsembleFile.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        raise _damaged(path, error) from error


def is_ensemble(path: Path) -> bool:
    """Whether a JSON file is an ensemble, and not what else stands beside weights in JSON.

    A file that is no JSON counts as one, so that loading it says that it is damaged.
    """
    try:
        note = json.loads(path.read_bytes())
    except (ValueError, OSError):
        return True
    return isinstance(note, dict) and "members" in note


def members(path: Path) -> dict[str, str]:
    """The members of an ensemble's file: sha256 by name, as they were when it was measured.

    Raises:
        WeightsError: ``weights.damaged``.
    """
    return _ensemble_file(path).members


def _member_file(path: Path, name: str) -> Path:
    return path.with_name(f"{name}.safetensors")


def _load_ensemble(path: Path, shared: MutableMapping[Path, Checkpoint]) -> Checkpoint:
    """The members' files stand beside that of the ensemble."""
    note = _ensemble_file(path)
    loaded = [load(_member_file(path, name), shared) for name in note.members]
    try:
        network = ensemble.Ensemble([ensemble.Member(one.network, one.card) for one in loaded])
    except ValueError as error:
        raise _damaged(path, error) from error
    return Checkpoint(network.eval(), note.card)


def _plan(path: Path) -> tuple[Card, Network]:
    """The card, and its network without memory, which the file's tensors fit."""
    card = read_card(path)
    try:
        with torch.device("meta"):
            network = card.build()
    except KeyError as error:  # a head named as something that a module already has
        raise _damaged(path, error) from error
    count = sum(parameter.numel() for parameter in network.parameters())
    if count != card.parameters:
        raise _damaged(path, f"{count} parameters where the card says {card.parameters}")
    try:
        with safe_open(path, framework="pt") as file:
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    if shapes != expected:
        odd = sorted(set(shapes.items()) ^ set(expected.items()))[0][0]
        raise _damaged(path, f"{odd} is {shapes.get(odd)} instead of {expected.get(odd)}")
    return card, network


def _damaged(path: Path, detail: object) -> WeightsError:
    if isinstance(detail, ValidationError):
        detail = first_fault(detail)
    fault = str(detail) or repr(detail)
    return WeightsError(
        "weights.damaged",
        must="a weights file must be safetensors with a card that fits them",
        got=f"{path.name}: {fault.splitlines()[0]}",
        do="download the file again",
    )
