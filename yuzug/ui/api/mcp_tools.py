"""The endpoints as tools for agents, over the Model Context Protocol (extra ``mcp``)."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

from yuzug.ui.admission import GuardedBlocks, check_bounds, without_paths


def installed() -> bool:
    """Whether the package that speaks the protocol is there."""
    return find_spec("mcp") is not None


def answer_json(demo: GuardedBlocks) -> None:
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


def open_no_file(demo: GuardedBlocks) -> None:
    """Let no word of an agent name a file of this machine.

    Gradio calls a tool through its own client, which opens each file that a value describes, and
    sends it as an upload, before any function of ours is asked.

    Raises:
        AttributeError: where this version of Gradio prepares a call elsewhere: it must not start.
    """
    server: Any = demo.mcp_server_obj
    if server is None:
        return
    prepare = server._prepare_tool_call_args

    def prepared(name: str, arguments: dict[str, Any]) -> Any:
        check_bounds(arguments)
        return prepare(name, without_paths(arguments, demo.uploads, strict=False))

    server._prepare_tool_call_args = prepared
