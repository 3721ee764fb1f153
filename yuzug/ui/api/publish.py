"""How a method becomes a public endpoint: what came is checked, and what goes has a schema."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import gradio as gr
from pydantic import TypeAdapter, ValidationError, validate_call

from yuzug.emotions import Language
from yuzug.errors import OptionError, YuzugError
from yuzug.records import sentence_of
from yuzug.ui.gradio_patches import add_endpoint
from yuzug.ui.server.admission import GuardedBlocks

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])


def answered(method: Method) -> Method:
    """Check what came, and answer an error of ours with its sentence in the language asked for."""
    checked = validate_call(method)
    signature = inspect.signature(method)

    @wraps(method)
    def answer(*values: Any) -> Any:
        by_name = signature.bind(*values).arguments
        lang: Language = "tr" if by_name.get("lang") == "tr" else "en"
        try:
            return checked(by_name.pop("self"), **by_name)
        except ValidationError as error:
            raise gr.Error(sentence_of(_invalid(error), lang), print_exception=False) from error
        except YuzugError as error:
            raise gr.Error(sentence_of(error, lang), print_exception=False) from error

    return cast(Method, answer)


def publish(demo: GuardedBlocks, method: Callable[..., Any], answer: Any) -> None:
    """Make a method an endpoint of its name; ``answer`` is the type of what it answers."""
    schema = TypeAdapter(answer).json_schema(mode="serialization")
    demo.public.add(add_endpoint(demo, method, _inlined(schema, schema.pop("$defs", {}))))


def _inlined(schema: Any, parts: Json) -> Any:
    """A JSON schema as Gradio's clients read it: without references and without true or false."""
    if isinstance(schema, list):
        return [_inlined(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"].rsplit("/", 1)[-1]], parts)
    closed = schema.get("additionalProperties")
    return {
        key: {} if closed is True and key == "additionalProperties" else _inlined(value, parts)
        for key, value in schema.items()
        if not (key == "additionalProperties" and closed is False)
    }


def _invalid(error: ValidationError) -> OptionError:
    first = error.errors(include_url=False)[0]
    value = repr(first["input"])
    return OptionError(
        "option.invalid",
        must=f"{first['loc'][0]} must be of its type ({first['msg']})",
        got=value if len(value) <= 60 else f"{value[:60]}…",
        do="see /gradio_api/openapi.json for the types",
    )
