"""Weights as they are published: the file, what it must be, what it answered, and a model card."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from yuzug._resources import PORTRAIT
from yuzug.errors import OptionError
from yuzug.lab.publish import golden
from yuzug.lab.publish.model_card import model_card
from yuzug.lab.publish.push import Parcel
from yuzug.models import ensemble
from yuzug.models.checkpoint import load, members
from yuzug.models.hub_layout import CONFIG, WEIGHTS, Published

GOLDENS = "goldens.json"
# The face in it, as rows and columns: what the goldens of the bundled weights are made with.
_FACE = (slice(62, 180), slice(164, 282))


def weights_parcel(weights: Path, repo_id: str, folder: Path) -> Parcel:
    """Everything that belongs to a weights file, written to an empty folder.

    Raises:
        OptionError: ``option.invalid`` for an ensemble, which has no weights of its own.
        WeightsError: ``weights.missing`` or ``weights.damaged``.
    """
    if weights.suffix == ensemble.SUFFIX:
        raise OptionError(
            "option.invalid",
            must="what is published must be weights",
            got=f"{weights.stem}, which only names its members, {' and '.join(members(weights))}",
            do="publish the members, each on its own",
        )
    published = Published.of(weights)
    shutil.copyfile(weights, folder / WEIGHTS)
    _write(folder / CONFIG, published.to_json())
    _write(folder / GOLDENS, _goldens(weights))
    _write(folder / "README.md", model_card(published, repo_id))
    message = f"{published.card.name}, sha256 {published.weights.sha256[:12]}"
    return Parcel(folder, "model", message)


def _goldens(weights: Path) -> str:
    """The answers that stand beside the weights, or those of this machine.

    With one thread the sums have one order, so that publishing twice gives the same digits.
    """
    kept = golden.path_of(weights)
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    face = np.asarray(Image.open(PORTRAIT).convert("RGB"))[_FACE]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return golden.answers(load(weights), face).model_dump_json(indent=1) + "\n"
    finally:
        torch.set_num_threads(threads)


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
