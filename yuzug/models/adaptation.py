"""How what was learned of a person changes a reading.

Two things are added to the calibrated logits, and the sum is divided by a temperature:

* the *shift*: what the person's relaxed face is read as, compared with what a relaxed face ought
  to be read as. Somebody whose resting mouth looks sad to the network is so read as neutral;
* the *evidence*: for each taught expression, how close the face is to the person's own examples
  of it, in the network's embedding, each number scaled by its spread over the expressions. The
  spread of a face around so few examples is not known, so the tails are heavy: a face that is far
  from all examples is evidence for none of them.

Both count less where there is little to go by, and nothing where the examples contradict one
another or everything that the plain model sees: then the reading stays the plain one.

Sources: Snell et al. 2017, "Prototypical networks for few-shot learning" (distances to class
means); Friedman 1989, "Regularized discriminant analysis" (a spread shrunk towards its mean); Peel
and McLachlan 2000, "Robust mixture modelling using the t distribution" (heavy tails); Guo et al.
2017 (temperature). The strengths were fitted on other people; see docs/teaching.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from yuzug.models.card import HeadCard
from yuzug.models.checkpoint import Checkpoint
from yuzug.models.person import Person

Floats = NDArray[np.float32]

# More repeats of one label than this add no more weight.
_MOST_REPEATS = 4
# The least log-likelihood of one label against the rest.
_LEAST_SUPPORT = -6.0


@dataclass(frozen=True)
class Strengths:
    """How much each part counts; the same for all models, since all is relative to the embedding.

    Attributes:
        shift: share of the way from the relaxed face, as it is read, to an ideal one.
        shift_others: the same for the labels other than neutral.
        ideal: calibrated logit of neutral, above the mean of all, that a relaxed face should have.
        shift_most: the shift of a logit never exceeds this.
        tau: weight of the evidence with all labels of the head taught.
        tau_fall: how fast it falls where fewer are: by exp(tau_fall (1 - share taught)).
        without_relaxed: share of the evidence that counts where the relaxed face is not known.
        tails: squared distance up to which evidence falls as that of a normal distribution does;
            beyond, it falls with the logarithm, as that of Student's t does.
        delta: squared distance at which evidence is neither for nor against a taught label; a
            label that was not taught always counts as if it were at this distance.
        few: examples at which a label counts half.
        spread_prior: spread of an embedding's numbers over expressions, as a share of their mean
            square, where too few labels were taught to see it.
        spread_examples: how many labels that prior is worth.
        spread_evenness: share of the mean spread in that of each number.
        scatter_most: scatter of a label's examples, as a share of the spread over expressions, at
            which they contradict one another; ``scatter_slope`` says how sharply.
        label_scatter_most: the same for one label alone; ``label_scatter_slope`` likewise.
        spread_least: spread over expressions, as a share of the mean square, at which they are
            too much alike to be separated.
        support_label: log-odds that a label is right before the plain model is taken into account.
        support_all: the same for all labels together; ``support_slope`` says how sharply.
        support_repeat: what each consistent repeat of a label adds to both.
        temperature: what is added to the temperature of 1 where the relaxed face is known;
            ``temperature_without`` where it is not.
        temperature_evidence: what each unit of the evidence's weight adds, over the examples a
            label to the power of ``temperature_fall``, and where fewer labels were taught times
            exp(temperature_share (1 - share taught)).
    """

    shift: float = 1.0
    shift_others: float = 0.55
    ideal: float = 0.8
    shift_most: float = 4.0
    tau: float = 30.0
    tau_fall: float = 1.5
    without_relaxed: float = 0.3
    tails: float = 0.3355
    delta: float = 0.5
    few: float = 0.15
    spread_prior: float = 0.5
    spread_examples: float = 0.8
    spread_evenness: float = 0.4
    scatter_most: float = 0.45
    scatter_slope: float = 15.0
    label_scatter_most: float = 1.0
    label_scatter_slope: float = 5.0
    spread_least: float = 0.06
    support_label: float = 3.0
    support_all: float = 1.0
    support_slope: float = 3.0
    support_repeat: float = 1.0
    temperature: float = 0.0
    temperature_without: float = 0.4
    temperature_evidence: float = 0.04712
    temperature_fall: float = 0.4
    temperature_share: float = 0.75


FITTED = Strengths()


@dataclass(frozen=True)
class Adaptation:
    """A person's numbers made ready for one head: six small products a batch of faces.

    The squared distance of a face with the embedding x (D,) from each of the C labels is
    ``x² · scale - x · slope + offset``. What is added to its logits is the shift and, weighted,
    the logarithm of how much closer than ``neither`` it lies, less the mean over the labels, which
    changes no probability: the map of a label so shows the evidence for it *rather than for the
    others*. All that is the same for every face is multiplied out in advance.

    Attributes:
        metric: ``scale`` in each column above ``-slope``: (2 D, C).
        offset: ``offset`` plus ``tails``: (C,).
        base: the shift, and the evidence of a face at no distance of any label: (C,).
        mix: from the logarithm of each distance to the evidence: (C, C).
        tails: no distance counts as less; rounding makes some negative.
        temperature: what the sum of logits is divided by.
    """

    metric: Tensor
    offset: Tensor
    base: Tensor
    mix: Tensor
    tails: float
    temperature: float

    @classmethod
    def of(
        cls,
        shift: Floats,
        weight: Floats,
        slope: Floats,
        offset: Floats,
        scale: Floats,
        *,
        tails: float,
        neither: float,
        temperature: float,
    ) -> Adaptation:
        """From the parts of the formula: (C,), (C,), (D, C), (C,) and (D,)."""
        counts = tails * weight
        base = shift + counts * np.log(tails + neither)
        metric = np.empty((2 * len(scale), len(shift)), np.float32)
        metric[: len(scale)], metric[len(scale) :] = scale[:, None], -slope
        mix = np.diag(-counts) + counts[:, None] / len(shift)
        return cls(
            torch.from_numpy(metric),
            torch.from_numpy(np.asarray(offset + tails, np.float32)),
            torch.from_numpy(np.asarray(base - base.mean(), np.float32)),
            torch.from_numpy(np.asarray(mix, np.float32)),
            tails,
            temperature,
        )

    def added(self, embedding: Tensor) -> Tensor:
        """What is added to the calibrated logits: (N, D) → (N, C), with the graph to it."""
        twice = torch.cat((embedding * embedding, embedding), 1)
        distances = torch.addmm(self.offset, twice, self.metric).clamp_min(self.tails)
        return torch.addmm(self.base, distances.log(), self.mix)

    def adapted(self, logits: Tensor, added: Tensor) -> Tensor:
        """Calibrated logits of the plain model and what is added to them, (N, C) → adapted."""
        return (logits + added) / self.temperature

    def apply(self, logits: Tensor, embedding: Tensor) -> Tensor:
        """Calibrated logits of the plain model (N, C) and embeddings (N, D) → adapted (N, C)."""
        return self.adapted(logits, self.added(embedding))


def adaptation(
    person: Person, checkpoint: Checkpoint, head: HeadCard, strengths: Strengths = FITTED
) -> Adaptation:
    """A person made ready for one head of the checkpoint; taught labels that it lacks are unused.

    Raises:
        PersonError: ``person.weights`` or ``person.invalid``.
    """
    person.require(checkpoint)
    labels, dim = head.labels, checkpoint.network.embedding_dim
    taught = [label for label in person.labels if label in labels]
    relaxed = person.labels.get(person.neutral)
    known = [*taught] if relaxed is None or person.neutral in taught else [*taught, person.neutral]
    if not known:
        return _nothing(dim, len(labels))
    means = person.means(known)
    plain = _plain(means, checkpoint, head)
    s, count = strengths, len(taught)
    at = [labels.index(label) for label in taught]
    counts = np.array([person.labels[label].count for label in taught], np.float32)
    repeats = np.clip(counts - 1, 0, _MOST_REPEATS)

    shift = np.zeros(len(labels), np.float32)
    if relaxed is not None:
        shift = _shift(plain[known.index(person.neutral)], labels, person.neutral, s)
        shift *= relaxed.count / (relaxed.count + s.few)
    support = _support(plain[:count] + shift, at)

    spread = _spread(means[:count] if count else means, s)
    scatters = np.array([person.labels[label].spread / dim for label in taught], np.float32)
    alike = _alike(scatters, counts, spread.level, s)
    trusted = _sigmoid(s.support_label + s.support_repeat * repeats + support)
    overall = spread.apart * _agreement(scatters, counts, spread.level, s)
    agreement = support + s.support_repeat * repeats * alike
    overall *= float(_sigmoid(s.support_slope * (s.support_all + agreement.sum())))

    counted = counts / (counts + s.few)
    untaught = 1 - counted.sum() / len(labels)
    tau = s.tau * np.exp(-s.tau_fall * untaught)
    weights = np.zeros(len(labels), np.float32)
    weights[at] = tau * trusted * counted * alike * overall
    if relaxed is None:
        weights *= s.without_relaxed
    shifted = 0.0
    if relaxed is not None:
        own = taught.index(person.neutral) if person.neutral in taught else None
        shifted = 1.0 if own is None else float(trusted[own] * alike[own])
        shift = shift * overall * shifted
    scale = (1 / (spread.by_number + 1e-6) / spread.active / dim).astype(np.float32)
    slope, offset = np.zeros((dim, len(labels)), np.float32), np.zeros(len(labels), np.float32)
    slope[:, at] = 2 * (means[:count] * scale).T
    offset[at] = (means[:count] ** 2) @ scale
    shown = max(1.0, min(counts.mean(), _MOST_REPEATS)) if count else 1.0
    base = s.temperature_without + shifted * (s.temperature - s.temperature_without)
    hot = s.temperature_evidence * weights.mean() / shown**s.temperature_fall
    hot *= np.exp(s.temperature_share * untaught)
    return Adaptation.of(
        *(shift, weights, slope, offset, scale),
        tails=s.tails,
        neither=s.delta / spread.active,
        temperature=float(1 + base * overall + hot),
    )


def _nothing(dim: int, classes: int) -> Adaptation:
    """What is known of somebody who taught none of these labels: nothing is added."""
    blank, none = np.zeros(classes, np.float32), np.zeros(dim, np.float32)
    slope = np.zeros((dim, classes), np.float32)
    return Adaptation.of(blank, blank, slope, blank, none, tails=1.0, neither=1.0, temperature=1.0)


def _plain(means: Floats, checkpoint: Checkpoint, head: HeadCard) -> Floats:
    """Calibrated logits of the plain model at embeddings: (K, D) → (K, C)."""
    outputs = checkpoint.card.heads[head.served_from].labels
    with torch.no_grad():
        logits = checkpoint.network.read_embedding(torch.from_numpy(means), head.served_from)
    columns = [outputs.index(label) for label in head.labels]
    return np.asarray(logits.float().numpy()[:, columns] / head.temperature, np.float32)


def _shift(relaxed: Floats, labels: tuple[str, ...], neutral: str, s: Strengths) -> Floats:
    """From the relaxed face as it is read, calibrated logits (C,), towards an ideal one: (C,)."""
    is_neutral = np.array([label == neutral for label in labels])
    share = s.shift * np.where(is_neutral, 1.0, s.shift_others)
    way = share * (s.ideal * is_neutral - (relaxed - relaxed.mean()))
    return np.asarray(s.shift_most * np.tanh(way / s.shift_most), np.float32)


def _support(logits: Floats, at: list[int]) -> Floats:
    """How much likelier than chance each taught label is to the plain model, as a log: (K,)."""
    top = logits.max(axis=1, keepdims=True)
    logs = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
    own = logs[np.arange(len(at)), at] + np.log(logits.shape[1])
    return np.asarray(np.maximum(own, _LEAST_SUPPORT), np.float32)


@dataclass(frozen=True)
class _Spread:
    """Variance over the expressions: by number (D,), on average, the share of the numbers that
    vary (many are 0 in a network that ends in a ReLU), and whether it is enough."""

    by_number: Floats
    level: float
    active: float
    apart: float


def _spread(means: Floats, s: Strengths) -> _Spread:
    square = float(np.vdot(means, means)) / means.size
    more = len(means) - 1
    apart = means - means.sum(axis=0) / len(means)
    own = np.einsum("kd,kd->d", apart, apart) / max(more, 1)
    average = float(own.sum()) / own.size
    share = more / (more + s.spread_examples)
    level = share * average + (1 - share) * s.spread_prior * square
    varying = (1 - s.spread_evenness) * own
    by_number = s.spread_evenness * level + varying
    even = s.spread_evenness * average + varying + 1e-9
    active = float((own / even).sum()) / own.size if more else 1.0
    seen = average / max(square, 1e-9)
    differ = seen**2 / (seen**2 + s.spread_least**2) if more else 1.0
    return _Spread(by_number, level, max(active, 0.05), differ)


def _agreement(scatters: Floats, counts: Floats, level: float, s: Strengths) -> float:
    """Whether the examples of all labels together look like their own label: in [0, 1]."""
    freedom = float((counts - 1).sum())
    if not freedom:
        return 1.0
    scatter = float((scatters * (counts - 1)).sum()) / freedom / max(level, 1e-9)
    return float(_sigmoid(s.scatter_slope * (s.scatter_most - scatter)))


def _alike(scatters: Floats, counts: Floats, level: float, s: Strengths) -> Floats:
    """The same for each label: (K,) in [0, 1]."""
    scatter = scatters / max(level, 1e-9)
    alike = _sigmoid(s.label_scatter_slope * (s.label_scatter_most - scatter))
    return np.where(counts > 1, alike, 1.0).astype(np.float32)


def _sigmoid(x: Floats | float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))), np.float32)
