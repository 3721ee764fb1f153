"""Make an ensemble of bundled models: its temperatures, its numbers, its file.

For members that were trained anew:
    python -m yuzug.lab.training.ensemble fer2013.parquet muxspace.parquet

The weights bundled today were trained when faces were held out by an older draw, by position. The
bundled ensemble was fitted to the faces that both of its members held out by that draw, which this
module makes no more.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from yuzug import _resources
from yuzug._resources import PORTRAIT
from yuzug.explain import METHODS, ForwardPass, evidence
from yuzug.images import load_image
from yuzug.lab.data.faceset import VOTES, FaceSet, read
from yuzug.lab.data.training_data import gather
from yuzug.lab.evaluation.evaluate import compare
from yuzug.lab.evaluation.predictions import read_crops
from yuzug.lab.publish.golden import answers, path_of
from yuzug.lab.training.calibrate import fit_temperature, softmax, sure_at
from yuzug.lab.training.recipe import read_recipe
from yuzug.models.card import Card, HeadCard, Metrics
from yuzug.models.checkpoint import Checkpoint, load
from yuzug.models.ensemble import ARCHITECTURE, SUFFIX, Ensemble, EnsembleFile, Member
from yuzug.models.preprocess import prepare
from yuzug.pipeline import Analyzer

MEMBERS = ("resnet18", "cnn")
RECIPES = Path(__file__).parent / "recipes"
_FACES_AT_ONCE = 256
_EVIDENCE_FACES = 256
# Grad-CAM's averaging all but takes out a member whose head is flattened, such as ``cnn``.
_EXPLANATION: Literal["hirescam"] = "hirescam"


def vote(folder: Path, name: str, held: FaceSet, measured: FaceSet, data: str) -> Path:
    """Write ``folder/name.json``: an ensemble of the weights files there, fitted and measured.

    ``held`` was trained on by no member; ``measured`` is measured only.
    """
    files = {member: folder / f"{member}.safetensors" for member in MEMBERS}
    loaded = [load(path) for path in files.values()]
    network = Ensemble([Member(one.network, one.card) for one in loaded]).eval()
    logits = _log_shares(network, held, loaded[0].card)
    heads = {
        head: _head(loaded[0].card.heads[head], head, logits[head], held) for head in network.names
    }
    card = _card(name, network, heads, _full_evidence(network, held))
    measured_heads = _metrics(Checkpoint(network, card), measured, data)
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


def _head(like: HeadCard, name: str, logits: NDArray[np.float32], held: FaceSet) -> HeadCard:
    by_votes = like.labels == VOTES and like.fitted_to == "votes"
    labels = held.majority() if by_votes else held.labels
    known = np.isin(labels, like.labels)
    truth = np.array([like.labels.index(label) for label in labels[known]], np.intp)
    temperature = fit_temperature(logits[known], truth)
    return HeadCard(
        labels=like.labels,
        served_from=name,
        fitted_to=like.fitted_to,
        temperature=round(temperature, 4),
        sure_at=round(sure_at(softmax(logits[known], temperature)), 4),
    )


def _full_evidence(network: Ensemble, held: FaceSet) -> float:
    """The lower quartile of the evidence for the most probable of seven classes."""
    inputs = prepare(list(held.images[:_EVIDENCE_FACES]), network.cards[0].preprocessing)
    forward = ForwardPass.of(inputs, network.stem, lambda a: network.head(a, "7"))
    targets = forward.logits.argmax(dim=1).tolist()
    maps = METHODS[_EXPLANATION].maps(forward, targets)
    return max(1e-5, round(float(np.quantile(evidence(maps), 0.25)), 5))


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


def _metrics(checkpoint: Checkpoint, measured: FaceSet, data: str) -> dict[str, Metrics]:
    heads = checkpoint.card.heads
    analyzers = [Analyzer(checkpoint, head) for head in heads]
    found = zip(analyzers, read_crops(analyzers, measured.images), strict=True)
    return {
        analyzer.classifier.head_name: compare(
            analyzer,
            measured,
            faces,
            data=data,
            split="validation",
            labels=analyzer.classifier.head.fitted_to,
        ).metrics()
        for analyzer, faces in found
    }


def main(paths: Sequence[Path]) -> None:
    """The bundled ensemble anew, with what it answers to the noise and the portrait.

    What is held out of all of the data sets together was held out by every member that was trained
    on some of them with the same seed; see :func:`yuzug.lab.data.duplicates.hold_out`.
    """
    recipe = read_recipe(RECIPES / f"{MEMBERS[0]}.yaml")
    held = gather(paths, recipe).held
    measured = read(paths[0], recipe.preprocessing.detail_px).split("validation")
    folder = _resources.folder("weights")
    out = vote(folder, "ensemble", held, measured, "FER2013 with FER+ votes")
    face = load_image(PORTRAIT)[62:180, 164:282]
    golden = answers(load(out), face).model_dump_json(indent=1)
    path_of(out).write_text(golden + "\n", encoding="utf-8")
    print(f"{out}: fitted on {len(held)} faces, measured on {len(measured)}")


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]])
