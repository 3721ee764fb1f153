"""Networks, checkpoints (weights with their card), the classifier, and what it can be taught."""

from yuzug.models.card import Card, HeadCard, Metrics
from yuzug.models.checkpoint import Checkpoint, embedding_dim, load, read_card
from yuzug.models.classifier import Batch, Classifier, Prediction, Stem, check_classes
from yuzug.models.packed import packed_features
from yuzug.models.person import Example, Person, teach_example
from yuzug.models.registry import (
    DEFAULT_CLASSES,
    DEFAULT_MODEL,
    ModelInfo,
    available_models,
    load_model,
    resolve,
)

__all__ = [
    "DEFAULT_CLASSES",
    "DEFAULT_MODEL",
    "Batch",
    "Card",
    "Checkpoint",
    "Classifier",
    "Example",
    "HeadCard",
    "Metrics",
    "ModelInfo",
    "Person",
    "Prediction",
    "Stem",
    "available_models",
    "check_classes",
    "embedding_dim",
    "load",
    "load_model",
    "packed_features",
    "read_card",
    "resolve",
    "teach_example",
]
