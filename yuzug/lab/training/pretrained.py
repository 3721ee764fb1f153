"""Weights to start from: a model of ours, ImageNet's ResNet18, or a plain ResNet18 backbone."""

from __future__ import annotations

import json
import os
import re
import shutil
import urllib.request
from http.client import HTTPException
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor
from torchvision.models import ResNet18_Weights

from yuzug import hub
from yuzug.errors import HubError, OptionError
from yuzug.hub import Repository, is_address, sha256_of
from yuzug.models import hub_layout as published
from yuzug.models.hub_layout import CONFIG, MOST_BYTES, MOST_CONFIG_BYTES, WEIGHTS
from yuzug.models.networks import Network
from yuzug.models.registry import resolve

# What ``start_from`` says for torchvision's weights.
IMAGENET = "imagenet"
# Without a byte for so long, a server is taken to be away.
PATIENCE_S = 30.0
# torchvision and timm name the parts of a ResNet18 alike; here they are numbered.
_STEM = {"conv1": "0", "bn1": "1", "layer1": "3", "layer2": "4", "layer3": "5", "layer4": "6"}


def start_file(start_from: str) -> Path:
    """The file behind ``start_from``: fetched once where it is ImageNet's or on a hub.

    Raises:
        ModelError: ``model.unknown`` where there is none.
        HubError: where it cannot be fetched, or is neither a model of ours nor a ResNet18.
    """
    if start_from == IMAGENET:
        return _imagenet_file()
    if is_address(start_from) and not Path(start_from).is_file():
        return _hub_file(Repository.parse(start_from))
    return resolve(start_from)


def is_backbone(path: Path) -> bool:
    """Whether a file holds a plain ResNet18, by the names of torchvision and timm."""
    if path.suffix == ".pth":
        return True
    try:
        with safe_open(path, framework="pt") as file:
            return "conv1.weight" in file.keys()  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError):
        return False


def load_backbone(path: Path, network: Network, start_from: str) -> None:
    """Copy a plain ResNet18 into a network's stem; its classifier is left out.

    The first convolution is summed over its colour channels where the network reads grey, and
    resampled where its kernel is smaller, so that a flat picture gives the same response.

    Raises:
        OptionError: ``option.invalid`` where a layer is missing or of another shape.
    """
    if path.suffix == ".pth":  # torchvision's own; tensors only, no code
        state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    else:
        state = load_file(path)
    wanted = network.stem.state_dict()
    given = {}
    for name, value in state.items():
        part, _, rest = name.partition(".")
        if part in _STEM:
            given[f"{_STEM[part]}.{rest}"] = value
    if "0.weight" in given and "0.weight" in wanted:
        given["0.weight"] = _first_kernel(given["0.weight"], wanted["0.weight"])
    odd = sorted(
        name
        for name, value in wanted.items()
        if not name.endswith("num_batches_tracked")
        and (name not in given or given[name].shape != value.shape)
    )
    if odd:
        raise OptionError(
            "start.unfit",
            must="a backbone to start from must be a ResNet18, for a recipe of resnet18",
            got=f"{start_from}, which does not fit at stem.{odd[0]}",
            do="choose other weights, or change the recipe's architecture",
        )
    network.stem.load_state_dict({k: v for k, v in given.items() if k in wanted}, strict=False)


def _first_kernel(kernel: Tensor, like: Tensor) -> Tensor:
    """A first convolution (K, 3, k, k) with the channels and kernel size of another."""
    if kernel.shape[1] != like.shape[1] == 1:
        kernel = kernel.sum(dim=1, keepdim=True)
    side, small = kernel.shape[-1], like.shape[-1]
    if side > small:
        edges = torch.arange(small + 1) * side / small
        pixels = torch.arange(side)
        # How much of each old row falls into each new one; no weight is lost.
        shares = torch.minimum(pixels + 1, edges[1:, None]) - torch.maximum(
            pixels, edges[:-1, None]
        )
        shares = shares.clamp_min(0).to(kernel.dtype)
        kernel = shares @ kernel @ shares.T
    return kernel


def _hub_file(repository: Repository) -> Path:
    """The weights of a model of ours, or of a ResNet18 of timm's from the commit of its card."""
    config = hub.fetch(repository, CONFIG, most_bytes=MOST_CONFIG_BYTES)
    pinned = Repository(repository.repo_id, config.parent.name)
    if not _is_timms(config):
        return published.fetch(pinned)
    weights = hub.fetch(pinned, WEIGHTS, most_bytes=MOST_BYTES)
    if not is_backbone(weights):
        hub.remove_from_cache(weights)
        raise hub.refused(repository, f"{WEIGHTS} that is no ResNet18")
    return weights


def _is_timms(config: Path) -> bool:
    """Whether this is timm's configuration of a ResNet18."""
    try:
        about = json.loads(config.read_bytes())
    except ValueError:
        return False
    named = about.get("architecture") if isinstance(about, dict) else None
    return isinstance(named, str) and named.startswith("resnet18")


def _imagenet_url() -> str:
    return str(ResNet18_Weights.IMAGENET1K_V1.url)


def _imagenet_file() -> Path:
    """torchvision's file in torch's cache; its name holds the start of its sha256, checked."""
    url = _imagenet_url()
    name = url.rsplit("/", 1)[-1]
    path = Path(torch.hub.get_dir()) / "checkpoints" / name
    found = re.search(r"-([0-9a-f]{8,})\.", name)
    prefix = found.group(1) if found else ""
    try:
        if path.is_file() and sha256_of(path).startswith(prefix):
            return path
        reason = "HF_HUB_OFFLINE is set"
        if os.environ.get("HF_HUB_OFFLINE") != "1":
            _fetch(url, path, prefix)
            return path
    except (OSError, HTTPException) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
    raise HubError(
        "hub.unreachable",
        must="ImageNet's weights must be fetched once from torchvision's server",
        got=f"{url}: {reason}",
        do=f"try again online, put the file at {path}, or let TORCH_HOME name another folder",
    )


def _fetch(url: str, path: Path, prefix: str) -> None:
    """Put what is at this address into a file, once all of it has come and its sha256 fits.

    Not ``torch.hub``, which waits for a server that has stalled for ever.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer, fresh.open("wb") as file:
            shutil.copyfileobj(answer, file)
        digest = sha256_of(fresh)
        if not digest.startswith(prefix):
            raise OSError(f"a file of sha256 {digest}")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
