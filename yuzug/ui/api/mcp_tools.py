"""The endpoints as MCP tools for agents (extra ``mcp``): what they answer and what they may send.

Gradio makes the tools from the endpoints; see :mod:`yuzug.ui.gradio_patches` for what is changed.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from yuzug.ui.gradio_patches import (
    answer_tools_with_json,
    check_tool_arguments,
    take_tool_calls_of,
)
from yuzug.ui.server.admission import GuardedBlocks, check_bounds, without_paths


def installed() -> bool:
    """Whether the package ``mcp`` is installed."""
    return find_spec("mcp") is not None


def guard_tools(demo: GuardedBlocks, most_bytes: int) -> None:
    """Let the tools of a running page answer with JSON, and open no file of this machine.

    A call may have ``most_bytes``, as over HTTP.

    Raises:
        AttributeError: where this version of Gradio prepares a call elsewhere: it must not start.
    """

    def checked(arguments: dict[str, Any]) -> dict[str, Any]:
        check_bounds(arguments)
        clean: dict[str, Any] = without_paths(arguments, demo.uploads, strict=False)
        return clean

    answer_tools_with_json(demo)
    check_tool_arguments(demo, checked)
    take_tool_calls_of(demo, most_bytes)
