"""What a model learns of one person from a few of their pictures: numbers, and no picture.

For each expression that was taught, a :class:`Person` holds the mean of the network's embeddings
and how far the examples lie from it. Nothing in it is compared with anybody: it changes how the
expressions of the one who brings it are read, and says nothing about who that is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from yuzug.errors import PersonError
from yuzug.models.card import Label
from yuzug.models.checkpoint import Checkpoint
from yuzug.models.preprocess import prepare

if TYPE_CHECKING:
    from typing_extensions import Self

Embedding = NDArray[np.float32]

NEUTRAL = "neutral"
MOST_LABELS = 8
"""Of a person, the relaxed face among them: their JSON stays under 10 kB."""
MOST_BYTES = 32_768
"""Of a person's JSON; ours have under 10,000."""
# Beyond this many examples of a label, each new one counts as much as the last: a face may change.
_REMEMBERED = 20
_LETTERS = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", np.uint8
)
_CODES = np.zeros(256, np.float32)
_CODES[_LETTERS] = np.arange(len(_LETTERS))
_TOP = len(_LETTERS) - 1
# Their multiples fill the unit interval evenly, whatever turn it is.
_GOLDEN, _ROOT = 0.618034, 0.414214


class _Numbers(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True
    )


class Vector(_Numbers):
    """An embedding at one letter a number: ``low`` plus ``step`` times a code from 0 to 63.

    >>> Vector.of(np.array([0.0, 0.3, 0.63], np.float32)).codes
    'Ae/'
    """

    low: float = Field(ge=-1e4, le=1e4)
    step: float = Field(ge=0, le=1e3)
    codes: str = Field(pattern=r"^[A-Za-z0-9+/]+$", max_length=2048)
    """A letter of the base64 alphabet for each number: A is 0, / is 63."""

    @classmethod
    def of(cls, values: Embedding, turn: int | None = None) -> Vector:
        """The nearest such vector to these numbers (D,).

        With ``turn``, each number is rounded up or down so that over many turns the mean is kept:
        small steps of a running mean would get lost otherwise.
        """
        # Rounded first, so that the numbers are those of the JSON.
        low, high = float(f"{values.min():.5g}"), float(values.max())
        step = float(f"{max(high - low, 0.0) / _TOP:.5g}")
        edge = 0.5 if turn is None else (_GOLDEN * (np.arange(values.size) + _ROOT * turn)) % 1
        codes = np.clip(np.floor((values - low) / (step or 1.0) + edge), 0, _TOP).astype(np.intp)
        return cls(low=low, step=step, codes=_LETTERS[codes].tobytes().decode("ascii"))

    @property
    def values(self) -> Embedding:
        """The numbers: float32 (D,)."""
        codes = _CODES[np.frombuffer(self.codes.encode("ascii"), np.uint8)]
        return np.asarray(self.low + self.step * codes, np.float32)


class _OfWeights(_Numbers):
    schema_version: Literal[1] = Field(default=1, alias="schema")
    model: str = Field(min_length=1, max_length=200)
    """Name of the model, for people to read."""
    weights: str = Field(pattern=r"^[0-9a-f]{64}$")
    """:attr:`Checkpoint.digest` of the weights that the numbers come from."""

    @classmethod
    def from_json(cls, description: str | bytes | Mapping[str, Any]) -> Self:
        """The object from JSON, or from what a JSON parser made of it.

        Raises:
            PersonError: ``person.invalid``, whatever came.
        """
        size = len(description) if isinstance(description, str | bytes) else 0
        if size > MOST_BYTES:
            raise _invalid("a person must be a few kilobytes", f"{size} bytes", "export it again")
        try:
            if isinstance(description, str | bytes):
                return cls.model_validate_json(description)
            return cls.model_validate(dict(description))
        except (ValidationError, ValueError, TypeError, RecursionError) as error:
            must, do = "a person must be what `yuzug teach` or the page wrote", "export it again"
            raise _invalid(must, _first(error), do) from error

    def to_json(self) -> str:
        """The object on one line."""
        return self.model_dump_json(by_alias=True)

    def require(self, checkpoint: Checkpoint) -> None:
        """Refuse numbers that other weights gave.

        Raises:
            PersonError: ``person.weights``.
        """
        if self.weights != checkpoint.digest:
            raise PersonError(
                "person.weights",
                must=f"a person must have been taught with these weights of {checkpoint.card.name}",
                got=f"one taught with other weights ({self.model}, {self.weights[:12]})",
                do="choose the model it was taught with, or teach it again",
            )


class Example(_OfWeights):
    """The numbers of one picture of a face, to be added to a person: about a kilobyte."""

    embedding: Vector

    @classmethod
    def mean_of(cls, examples: Sequence[Example]) -> Example:
        """One example in place of several, such as the frames of one held expression.

        Raises:
            PersonError: ``person.invalid`` where there is none, or they are of unlike weights.
        """
        if len({(one.weights, len(one.embedding.codes)) for one in examples}) != 1:
            raise _invalid(
                "examples must be of one model", f"{len(examples)} that are not", "take them anew"
            )
        total = sum((one.embedding.values for one in examples), np.zeros(1, np.float32))
        mean = np.asarray(total / len(examples), np.float32)
        return examples[0].model_copy(update={"embedding": Vector.of(mean)})


class Taught(_Numbers):
    """What was learned of one expression of a person."""

    count: int = Field(ge=1, le=1_000_000)
    """How many examples there were."""
    mean: Vector
    """Mean of their embeddings."""
    scatter: float = Field(default=0.0, ge=0, le=1e8)
    """Sum of their squared distances from the mean, over those that still count."""

    def with_example(self, embedding: Embedding) -> Taught:
        """The same after one more example (D,): a running mean (Welford 1962)."""
        old, before = self.mean.values, min(self.count, _REMEMBERED - 1)
        step = embedding - old
        kept = before / (before + 1)
        scatter = self.scatter * (1.0 if self.count < _REMEMBERED else kept)
        return Taught(
            count=min(self.count + 1, 1_000_000),
            mean=Vector.of(np.asarray(old + step / (before + 1), np.float32), turn=self.count),
            scatter=round(scatter + kept * float(step @ step), 6),
        )

    @property
    def spread(self) -> float:
        """Mean squared distance of an example from the true mean; 0 after one example."""
        counted = min(self.count, _REMEMBERED)
        return self.scatter / (counted - 1) if counted > 1 else 0.0


class Person(_OfWeights):
    """What a model learned of one person; frozen, so an added example gives another one.

    >>> from yuzug.models.registry import load_model
    >>> network = load_model("cnn")
    >>> relaxed = teach_example(network, np.full((48, 48), 128, np.uint8))
    >>> me = Person.new(network).with_example("neutral", relaxed)
    >>> me.examples, len(me.to_json()) < 1500, Person.from_json(me.to_json()) == me
    ({'neutral': 1}, True, True)
    """

    neutral: Label = NEUTRAL
    """The label of the person's relaxed face, which the others are seen against."""
    labels: dict[Label, Taught] = Field(default_factory=dict, max_length=MOST_LABELS)

    @model_validator(mode="after")
    def _embeddings_are_alike(self) -> Person:
        if len({len(one.mean.codes) for one in self.labels.values()}) > 1:
            raise ValueError("the embeddings must be of one length")
        return self

    @classmethod
    def new(cls, checkpoint: Checkpoint, neutral: str = NEUTRAL) -> Person:
        """Somebody of whom nothing is known yet; their readings are the plain ones."""
        return cls(model=checkpoint.card.name[:200], weights=checkpoint.digest, neutral=neutral)

    def with_example(self, label: str, example: Example) -> Person:
        """The same person after one more example of this expression.

        Raises:
            PersonError: ``person.weights`` for an example of other weights, ``person.full`` for a
                ninth label, ``person.invalid`` for an example of another length or a label that is
                no name.
        """
        if example.weights != self.weights:
            raise PersonError(
                "person.weights",
                must=f"examples must come from the weights of the person ({self.model})",
                got=f"one of {example.model}, {example.weights[:12]}",
                do="take it with that model, or teach the person again",
            )
        known = self.labels.get(label)
        if known is None and len(self.labels) >= MOST_LABELS:
            raise PersonError(
                "person.full",
                must=f"a person must have at most {MOST_LABELS} labels",
                got=f"another one, {label[:40]!r}",
                do="repeat one of theirs, or begin a new person",
            )
        taught = (
            known.with_example(self._fitting(example.embedding.values, known))
            if known
            else Taught(count=1, mean=example.embedding)
        )
        try:
            return Person.model_validate({**dict(self), "labels": {**self.labels, label: taught}})
        except ValidationError as error:
            must = "a label must have 1 to 40 letters, and every embedding the same length"
            raise _invalid(must, _first(error), "teach another label, or take it anew") from error

    @staticmethod
    def _fitting(embedding: Embedding, known: Taught) -> Embedding:
        if embedding.shape != known.mean.values.shape:
            raise _invalid(
                f"an example must have {known.mean.values.size} numbers",
                str(embedding.size),
                "take it anew",
            )
        return embedding

    @property
    def examples(self) -> dict[str, int]:
        """How many examples each label has."""
        return {label: taught.count for label, taught in self.labels.items()}

    def means(self, labels: Sequence[str]) -> Embedding:
        """The mean embedding of each of these labels, which were taught: float32 (K, D)."""
        vectors = [self.labels[label].mean for label in labels]
        letters = np.frombuffer("".join(one.codes for one in vectors).encode("ascii"), np.uint8)
        codes = _CODES[letters].reshape(len(vectors), -1)
        scales = np.array([(one.step, one.low) for one in vectors], np.float32)
        return np.asarray(codes * scales[:, :1] + scales[:, 1:], np.float32)

    def require(self, checkpoint: Checkpoint) -> None:
        """Refuse a person who was taught with other weights, or whose numbers cannot be of these.

        Raises:
            PersonError: ``person.weights`` or ``person.invalid``.
        """
        super().require(checkpoint)
        wanted = checkpoint.network.embedding_dim
        for taught in self.labels.values():
            if len(taught.mean.codes) != wanted:
                must = f"the embeddings of {checkpoint.card.name} must have {wanted} numbers"
                raise _invalid(must, str(len(taught.mean.codes)), "teach the person again")


def teach_example(checkpoint: Checkpoint, crop: NDArray[np.uint8]) -> Example:
    """The numbers of one aligned face, RGB uint8 (S, S, 3) or grey uint8 (S, S); keeps nothing."""
    network = checkpoint.network
    with torch.no_grad():
        inputs = prepare([crop], checkpoint.card.preprocessing)
        features = network.features(inputs.contiguous(memory_format=torch.channels_last))
        [embedding] = network.embed(features).float().numpy()
    return Example(
        model=checkpoint.card.name[:200],
        weights=checkpoint.digest,
        embedding=Vector.of(np.asarray(embedding, np.float32)),
    )


def _invalid(must: str, got: str, do: str) -> PersonError:
    return PersonError("person.invalid", must=must, got=got, do=do)


def _first(error: Exception) -> str:
    """The first fault on one short line, without the numbers that came."""
    if not isinstance(error, ValidationError):
        return type(error).__name__
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place[:80] or 'JSON'}: {fault['msg']}"[:200]
