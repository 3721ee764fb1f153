"""The filters as parameters of an endpoint, each under its own name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import Parameter
from typing import Any, Literal, TypeVar, cast, get_type_hints

from yuzug.recommender.filters import Filters, all_filters, is_set, read_filters
from yuzug.texts import text

Method = TypeVar("Method", bound=Callable[..., Any])


def filters_by_name(method: Method) -> Method:
    """Let callers of a method that takes ``filters`` give each filter by its own name.

    The signature and the ``Args`` of the docstring, which Gradio and agents read, name every
    filter, in place of ``filters``.
    """
    hints = get_type_hints(method)
    parameters = list(inspect.signature(method).parameters.values())
    own = [one.replace(annotation=hints.get(one.name, one.empty)) for one in parameters]
    named = {one.name: (name, one) for name, one in _parameters()}

    @wraps(method)
    def spread(*values: Any, **by_name: Any) -> Any:
        values_of = {named[key][0]: by_name.pop(key) for key in [*by_name] if key in named}
        given = {name: value for name, value in values_of.items() if value is not None}
        return method(*values, filters=read_filters(given), **by_name)

    kept = [one for one in own if one.name != "filters"]
    shown = [*kept, *(one for _, one in named.values())]
    answer = hints["return"]
    spread.__signature__ = inspect.Signature(shown, return_annotation=answer)  # type: ignore[attr-defined]
    annotations = {one.name: one.annotation for one in shown if one.name != "self"}
    spread.__annotations__ = {**annotations, "return": answer}
    lines = [f"            {flag}: {_sentence(name)}\n" for flag, (name, _) in named.items()]
    before, after = (method.__doc__ or "").split("\n\n        Returns:")
    spread.__doc__ = f"{before}\n{''.join(lines)}\n        Returns:{after}"
    return cast(Method, spread)


def _parameters() -> Iterator[tuple[str, Parameter]]:
    for name, one in all_filters().items():
        for flag in filter(None, (one.flag or name, one.alias)):
            annotation: Any = Filters.model_fields[name].annotation
            if is_set(name):  # JSON has lists
                annotation = list[Literal.__getitem__(one.words)] | None  # type: ignore[misc]
            yield (
                name,
                Parameter(
                    flag, Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=annotation
                ),
            )


def _sentence(name: str) -> str:
    one = all_filters()[name]
    sentence = text(f"cli.option_{one.alias or one.flag or name}", "en")
    return f"{sentence}: {', '.join(one.words)}" if one.words and name != "goal" else sentence
