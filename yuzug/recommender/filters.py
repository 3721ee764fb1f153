"""The filters: their fields and values, what each excludes, and how it is offered.

A filter is added here alone, with its words in ``texts/`` (``advice.<name>`` and
``cli.option_<flag>``). The engine, the command line, the API, the page and the coverage table
read :class:`Filters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yuzug.errors import OptionError
from yuzug.recommender.catalogue.models import Activity
from yuzug.recommender.catalogue.vocabulary import (
    ACCESSES,
    CAUTIONS,
    COMPANIES,
    COSTS,
    ENERGIES,
    GOALS,
    NEEDS,
    PLACES,
    TIMES,
    Access,
    Caution,
    Company,
    Cost,
    Energy,
    Goal,
    Need,
    Place,
    Time,
)

if TYPE_CHECKING:
    from yuzug.recommender.index import Index

Rows = NDArray[np.bool_]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What one filter compares, and how the surfaces offer it."""

    activity: str
    """The field of an activity that is compared; empty where the engine itself looks at it."""
    words: tuple[Any, ...] = ()
    """The values there are; empty for a number."""
    flag: str = ""
    """The name on the command line and in the API, where it is not the field's."""
    alias: str = ""
    """Another name that is understood, on every surface."""
    offered: tuple[Any, ...] | None = None
    """What the page offers, if not all words."""
    shown: Literal["in view", "folded", "never"] = "folded"
    """Where the page shows it."""
    cases: Mapping[str, Any] | None = None
    """The lines of the coverage table with their values; one for each word, if not given."""

    def column(self, activities: Sequence[Activity]) -> np.ndarray:
        """What is compared, one value for each activity, shape (N,)."""
        return np.array([self.code(getattr(activity, self.activity)) for activity in activities])

    def code(self, value: Any) -> Any:
        """A value as it stands in the column."""
        return value

    def allows(self, column: np.ndarray, value: Any) -> Rows:
        """The activities that this value of the filter leaves, shape (N,)."""
        raise NotImplementedError

    @property
    def choices(self) -> tuple[Any, ...]:
        """What the page offers."""
        return self.words if self.offered is None else self.offered


class AtMost(Filter):
    """A number, or the place of a word in its list, that is no larger."""

    def code(self, value: Any) -> Any:
        return self.words.index(value) if self.words else value

    def allows(self, column: np.ndarray, value: Any) -> Rows:
        rows: Rows = column <= self.code(value)
        return rows


class Same(Filter):
    """The same word, or an activity that leaves it open."""

    def allows(self, column: np.ndarray, value: Any) -> Rows:
        rows: Rows = (column == value) | (column == "any")
        return rows


class _Words(Filter):
    """Sets of words as bits."""

    def column(self, activities: Sequence[Activity]) -> np.ndarray:
        return super().column(activities).astype(np.int64)  # also where there is none

    def code(self, value: Any) -> Any:
        return bits([value] if isinstance(value, str) else value, self.words)


class Within(_Words):
    """Nothing beyond these words."""

    def allows(self, column: np.ndarray, value: Any) -> Rows:
        rows: Rows = (column & ~self.code(value)) == 0
        return rows


class Includes(_Words):
    """All of these words."""

    def allows(self, column: np.ndarray, value: Any) -> Rows:
        wanted = self.code(value)
        rows: Rows = (column & wanted) == wanted
        return rows


class Excludes(_Words):
    """None of these words."""

    def allows(self, column: np.ndarray, value: Any) -> Rows:
        rows: Rows = (column & self.code(value)) == 0
        return rows


class Admits(_Words):
    """This word among others, or no word at all."""

    def allows(self, column: np.ndarray, value: Any) -> Rows:
        rows: Rows = (column == 0) | ((column & self.code(value)) != 0)
        return rows


class Filters(BaseModel):
    """What a person asks of the activities; None leaves it open. Every filter excludes strictly.

    >>> Filters(minutes=10, accessible={"seated"}).given()
    {'minutes': 10, 'accessible': frozenset({'seated'})}
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    minutes: Annotated[
        int | None,
        Field(ge=1, strict=True),
        AtMost(
            activity="minutes",
            offered=(5, 10, 15, 30, 60, 120),
            shown="in view",
            cases={f"{minutes} minutes": minutes for minutes in (5, 10, 30)},
        ),
    ] = None
    """The most time there is."""
    energy: Annotated[Energy | None, Same(activity="energy", words=ENERGIES, shown="in view")] = (
        None
    )
    """How much effort."""
    place: Annotated[Place | None, Same(activity="place", words=PLACES, shown="in view")] = None
    """Where."""
    company: Annotated[
        Company | None, Same(activity="company", words=COMPANIES, shown="in view")
    ] = None
    """With whom."""
    goal: Annotated[Goal | None, Filter(activity="", words=GOALS)] = None
    """What for."""
    cost: Annotated[
        Cost | None,
        AtMost(activity="cost", words=COSTS, offered=("free",), cases={"free": "free"}),
    ] = None
    """The most it may cost."""
    equipment: Annotated[
        frozenset[Need] | None,
        Within(activity="needs", words=NEEDS, cases={"nothing at hand": frozenset()}),
    ] = None
    """All that is at hand; the empty set for nothing."""
    time_of_day: Annotated[
        Time | None, Admits(activity="times", words=TIMES, alias="time", shown="never")
    ] = None
    """The time of day at which it is done."""
    accessible: Annotated[frozenset[Access], Includes(activity="accessible", words=ACCESSES)] = (
        frozenset()
    )
    """How it must be doable: in all of these ways."""
    cautions: Annotated[
        frozenset[Caution],
        Excludes(
            activity="cautions",
            words=CAUTIONS,
            flag="avoid",
            cases={f"without {caution}": frozenset({caution}) for caution in CAUTIONS},
        ),
    ] = frozenset()
    """What must not call for care."""

    def given(self) -> dict[str, Any]:
        """The filters that say something, by name."""
        fields = type(self).model_fields
        values = {name: getattr(self, name) for name in fields}
        return {name: value for name, value in values.items() if value != fields[name].default}


def all_filters() -> dict[str, Filter]:
    """How each field of :class:`Filters` is compared and offered, in their order."""
    return {
        name: next(part for part in field.metadata if isinstance(part, Filter))
        for name, field in Filters.model_fields.items()
    }


_ALL = all_filters()


def filter_names() -> set[str]:
    """The names that are understood: of the fields, and their aliases."""
    return {*_ALL, *(one.alias for one in _ALL.values() if one.alias)}


def is_set(name: str) -> bool:
    """Whether this filter takes several words."""
    return "frozenset" in str(Filters.model_fields[name].annotation)


def read_filters(values: Mapping[str, Any], base: Filters | None = None) -> Filters:
    """The filters of these values, over those of ``base``.

    Raises:
        OptionError: ``option.invalid`` naming the filter and what it must be.
    """
    given = dict(base.given()) if base else {}
    names = {one.alias: name for name, one in _ALL.items() if one.alias}
    given |= {names.get(name, name): value for name, value in values.items()}
    aliases = {names[name]: name for name in values if name in names}
    return checked(Filters, given, aliases)


def checked(
    model: type[Model], values: Mapping[str, Any], named: Mapping[str, str] | None = None
) -> Model:
    """These values as this model; ``named`` are other names under which a field was given.

    Raises:
        OptionError: ``option.invalid`` saying what the first wrong value must be.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        if name not in model.model_fields:
            must = "an option must be one of " + ", ".join(model.model_fields)
            got = repr(name)
        else:
            must = f"{(named or {}).get(name, name)} must be {_must(model, name)}"
            got = repr(first["input"])
        raise OptionError(
            "option.invalid", must=must, got=got, do="give such a value, or leave it out"
        ) from error


def _must(model: type[BaseModel], name: str) -> str:
    """Describe the values that a field takes, for an error."""
    schema = model.model_json_schema()["properties"][name]
    schema = next(one for one in schema.get("anyOf", [schema]) if one["type"] != "null")
    if schema["type"] == "array":
        words = schema["items"].get("enum")
        return (
            f"a collection of some of {', '.join(words)}"
            if words
            else "a list of ids of activities"
        )
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    least = schema.get("minimum")
    return "a whole number" + (f" of at least {least}" if least is not None else "")


def time_of_day(hour: int) -> Time:
    """Name the time of day of an hour from 0 to 23, by the clock of the person.

    >>> [time_of_day(hour) for hour in (4, 5, 12, 17, 22)]
    ['night', 'morning', 'afternoon', 'evening', 'night']
    """
    begins: dict[Time, int] = {"morning": 5, "afternoon": 12, "evening": 17, "night": 22}
    begun = [name for name, start in begins.items() if hour >= start]
    return begun[-1] if begun else "night"


def permitted(index: Index, filters: Filters) -> Rows:
    """Mark the activities that pass every filter but the goal, shape (N,)."""
    rows = np.ones(len(index.minutes), dtype=np.bool_)
    for name, value in filters.given().items():
        if _ALL[name].activity:
            rows &= _ALL[name].allows(index.columns[name], value)
    return rows


def single_filters() -> Iterator[tuple[str, Filters]]:
    """Yield the cases of the coverage table that set one filter, with their names."""
    for name, one in _ALL.items():
        cases = one.cases
        if cases is None:
            cases = {word: frozenset({word}) if is_set(name) else word for word in one.words}
        for case, value in cases.items():
            yield case, Filters.model_validate({name: value})


def bits(words: Iterable[str], vocabulary: Sequence[str]) -> int:
    """A set of words as one number: bit n is the n-th word of the vocabulary.

    >>> bits(["c", "a"], ["a", "b", "c"])
    5
    """
    return sum(1 << vocabulary.index(word) for word in set(words))
