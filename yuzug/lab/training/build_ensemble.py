"""Build the bundled ensemble: calibrate the mean of its members, measure it, write its file.

The bundled ``cnn`` was trained when faces were held out by their position in the data, ``resnet18``
with the deterministic split of :func:`yuzug.lab.data.duplicates.hold_out`, which ``build_bundled``
uses. The bundled ensemble was calibrated on the faces that both of its members held out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from yuzug import _resources
from yuzug._resources import PORTRAIT, PORTRAIT_FACE
from yuzug.images import load_image
from yuzug.lab.data.faceset import FaceSet, read
from yuzug.lab.data.training_data import Measured, gather
from yuzug.lab.publish.golden import answers, path_of
from yuzug.lab.training.finalize import calibrated, full_evidence, head_metrics
from yuzug.lab.training.recipe_files import read_recipe
from yuzug.models.card import Card, HeadCard
from yuzug.models.checkpoint import Checkpoint, load
from yuzug.models.ensemble import ARCHITECTURE, SUFFIX, Ensemble, EnsembleFile, Member
from yuzug.models.preprocess import prepare

MEMBERS = ("resnet18", "cnn")
RECIPES = Path(__file__).parent / "recipes"
_FACES_AT_ONCE = 256
_EVIDENCE_FACES = 256
# Grad-CAM's averaging all but takes out a member whose head is flattened, such as ``cnn``.
_EXPLANATION: Literal["hirescam"] = "hirescam"


def build_ensemble(folder: Path, name: str, held: FaceSet, measured: FaceSet, data: str) -> Path:
    """Write ``folder/name.json``: an ensemble of the weights files there, fitted and measured.

    Args:
        held: faces that no member was trained on; temperatures are fitted to them.
        measured: faces to measure on.
    """
    files = {member: folder / f"{member}.safetensors" for member in MEMBERS}
    loaded = [load(path) for path in files.values()]
    network = Ensemble([Member(one.network, one.card) for one in loaded]).eval()
    logits = _log_shares(network, held, loaded[0].card)
    like = loaded[0].card.heads
    heads = {
        head: calibrated(like[head].labels, head, like[head].fitted_to, logits[head], held)
        for head in network.names
    }
    evidence = full_evidence(
        network, held, loaded[0].card.preprocessing, _EXPLANATION, _EVIDENCE_FACES
    )
    card = _card(name, network, heads, evidence)
    part = Measured(data, "validation", measured)
    measured_heads = head_metrics(Checkpoint(network, card), part)
    with_metrics = {
        head: one.model_copy(update={"metrics": (measured_heads[head],)})
        for head, one in heads.items()
    }
    made = EnsembleFile(
        members={member: sha256(path.read_bytes()).hexdigest() for member, path in files.items()},
        card=card.model_copy(update={"heads": with_metrics}),
    )
    out = folder / f"{name}{SUFFIX}"
    out.write_text(made.model_dump_json(by_alias=True, indent=1) + "\n", encoding="utf-8")
    return out


def _log_shares(network: Ensemble, faces: FaceSet, card: Card) -> dict[str, NDArray[np.float32]]:
    parts: Mapping[str, list[NDArray[np.float32]]] = {name: [] for name in network.names}
    with torch.no_grad():
        for start in range(0, len(faces), _FACES_AT_ONCE):
            rows = list(faces.images[start : start + _FACES_AT_ONCE])
            for name, logs in network(prepare(rows, card.preprocessing)).items():
                parts[name].append(logs.numpy())
    return {name: np.concatenate(part) for name, part in parts.items()}


def _card(name: str, network: Ensemble, heads: dict[str, HeadCard], full_evidence: float) -> Card:
    first = network.cards[0]
    return Card(
        name=name,
        architecture=ARCHITECTURE,
        parameters=sum(card.parameters for card in network.cards),
        preprocessing=first.preprocessing,
        heads=heads,
        explanation=_EXPLANATION,
        full_evidence=full_evidence,
        data="; ".join(dict.fromkeys(card.data for card in network.cards)),
        recipe=" + ".join(card.recipe for card in network.cards),
        recipe_digest="+".join(card.recipe_digest for card in network.cards),
        licence=first.licence,
        limits=tuple(dict.fromkeys(limit for card in network.cards for limit in card.limits)),
    )


def build_bundled(paths: Sequence[Path]) -> Path:
    """Build the bundled ensemble again, with its golden outputs.

    ``paths`` are the data sets that its members were trained on, the first one with a validation
    split. The split is deterministic, so every member trained with the same seed on some of these
    data sets held out the faces that are held out here.
    """
    recipe = read_recipe(RECIPES / f"{MEMBERS[0]}.yaml")
    held = gather(paths, recipe).held
    measured = read(paths[0], recipe.preprocessing.detail_px).split("validation")
    folder = _resources.folder("weights")
    out = build_ensemble(folder, "ensemble", held, measured, "FER2013 with FER+ votes")
    face = load_image(PORTRAIT)[PORTRAIT_FACE]
    golden = answers(load(out), face).model_dump_json(indent=1)
    path_of(out).write_text(golden + "\n", encoding="utf-8")
    return out
