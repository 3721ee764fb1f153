"""Several runs of one recipe: over folds of the data or over seeds, with mean and spread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from yuzug.lab.training.results import Result

FOLDS = "folds.json"


class Spread(BaseModel):
    """A figure over several runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: float
    spread: float | None
    """Standard deviation over the runs; null for a single one."""
    each: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Mean and standard deviation of one value or more.

        >>> Spread.of([0.5, 0.7])
        Spread(mean=0.6, spread=0.1414, each=(0.5, 0.7))
        """
        spread = round(stdev(values), 4) if len(values) > 1 else None
        return cls(mean=round(mean(values), 4), spread=spread, each=tuple(values))


class Over(BaseModel):
    """What a head gave on one data set over several runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    head: str
    data: str
    accuracy: Spread
    balanced_accuracy: Spread


def over_runs(results: Iterable[Result]) -> tuple[Over, ...]:
    """Mean and spread of each head on each data set, in the order of the first run."""
    values: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for result in results:
        for head, metrics in result.heads.items():
            for one in metrics:
                pair = (one.accuracy, one.balanced_accuracy)
                values.setdefault((head, one.data), []).append(pair)
    return tuple(
        Over(
            head=head,
            data=data,
            accuracy=Spread.of([accuracy for accuracy, _ in pairs]),
            balanced_accuracy=Spread.of([balanced for _, balanced in pairs]),
        )
        for (head, data), pairs in values.items()
    )


class CrossValidation(BaseModel):
    """What ``yuzug train --folds`` writes as ``folds.json``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    folds: int
    people: int
    """How many people the folds keep apart; 0 where the data names none."""
    n: int
    """Faces that were measured, each in one fold."""
    heads: tuple[Over, ...]
    start: str | None = None
    """Name of the weights that training started from, where they know the labels."""
    start_accuracy: Spread | None = None
    """Of these on the same faces, among the labels that both know."""
    accuracy: Spread | None = None
    """Of the trained models among the same labels."""

    @property
    def better_folds(self) -> int:
        """In how many folds training improved the model."""
        if self.accuracy is None or self.start_accuracy is None:
            return 0
        pairs = zip(self.accuracy.each, self.start_accuracy.each, strict=True)
        return sum(after > before for after, before in pairs)

    @classmethod
    def of(cls, results: Sequence[Result], people: int) -> CrossValidation:
        """The summary of one result for each fold."""
        baselines = [result.baseline for result in results if result.baseline is not None]
        every = len(baselines) == len(results)
        start = [one.start_accuracy for one in baselines]
        return cls(
            folds=len(results),
            people=people,
            n=sum(result.counts.measured for result in results if result.counts is not None),
            heads=over_runs(results),
            start=baselines[0].start if every else None,
            start_accuracy=Spread.of(start) if every else None,
            accuracy=Spread.of([one.accuracy for one in baselines]) if every else None,
        )

    def write(self, out: Path) -> None:
        """Write ``folds.json`` into a folder."""
        (out / FOLDS).write_text(self.model_dump_json(by_alias=True, indent=1) + "\n", "utf-8")
