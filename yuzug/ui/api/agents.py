"""The endpoints as tools for agents, over the Model Context Protocol (extra ``mcp``)."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

import gradio as gr


def installed() -> bool:
    """Whether the package that speaks the protocol is there."""
    return find_spec("mcp") is not None


def answer_json(demo: gr.Blocks) -> None:
    """Let tools answer with JSON: Gradio gives agents what Python prints of an answer.

    A test asks through a real client, so that a version of Gradio that answers elsewhere does not
    go unnoticed.
    """
    from mcp.types import TextContent

    def content(answers: list[Any], root_url: str) -> list[TextContent]:
        return [
            TextContent(type="text", text=json.dumps(one, ensure_ascii=False)) for one in answers
        ]

    if demo.mcp_server_obj is not None:  # None where Gradio found no way to start it, and said so
        demo.mcp_server_obj.postprocess_output_data = content  # type: ignore
