"""Everything that this page needs of Gradio and that Gradio does not offer publicly.

No other module of :mod:`yuzug.ui` imports from Gradio's inner modules or reads one of its private
names; ``tests/ui/test_gradio_patches.py`` holds that. All of it was tried with Gradio 6.31.0, the
only version so far. Each entry says what it is for and, after *Held by*, which test fails where a
later version moves it.

Inner classes that the page extends:

* ``SessionState``, ``StateHolder``: :class:`yuzug.ui.server.visits.Sessions` forgets a visit some
  time after its page was left, which Gradio never does. Held by ``test_ui_visits.py::
  test_a_visit_is_forgotten_a_minute_after_its_page_was_left``.
* ``Queue``, ``Event``: :class:`yuzug.ui.server.queue_limits.BoundedQueue` bounds what waits, for
  one function and for one visit. Held by ``test_ui_visits.py::
  test_direct_calls_share_the_places_of_the_queue_and_are_refused_when_too_many_wait``.
* ``FnIndexInferError``: what Gradio raises for a function that does not exist; the page answers
  404. Held by ``test_api.py::test_what_no_endpoint_takes_is_refused_in_one_sentence``.
* ``Block``: the type of a component, where Gradio's annotations need it; mypy holds it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio import http_server
from gradio.blocks import Block as Block
from gradio.events import api
from gradio.queueing import Event as Event
from gradio.queueing import Queue as Queue
from gradio.route_utils import FnIndexInferError as FnIndexInferError
from gradio.state_holder import SessionState as SessionState
from gradio.state_holder import StateHolder as StateHolder


def assets_folder() -> Path:
    """Where Gradio keeps the scripts and style sheets of its pages.

    Held by ``test_first_files.py::test_the_document_names_the_scripts_that_gradio_asks_for_later``.
    """
    return Path(gr.__file__).parent / "templates" / "frontend" / "assets"


def keep_no_values() -> None:
    """Let a session hold its states only, no component and no component value.

    Gradio stores the last input and output of every component of every session, for links that
    restore a page, until ten thousand other sessions push them out. This app makes no such links.
    For each update it also builds a new component and keeps it in the session, which took half a
    megabyte a visit; what an update sends is read from that once, so it is kept until then.
    Held by ``test_ui_page.py::test_gradio_keeps_no_picture_of_a_visitor``, which looks through the
    memory of a running server, and ``test_gradio_patches.py::
    test_a_session_holds_its_states_and_no_component``.
    """
    begin, look_up = SessionState.__init__, SessionState.__getitem__

    def begin_empty(self: SessionState, blocks: Any) -> None:
        bare: Any = SimpleNamespace(default_config=blocks.default_config, blocks={})
        begin(self, bare)
        self.updated = {}  # type: ignore[attr-defined]

    def keep_states(self: SessionState, key: int, value: Any) -> None:
        block = self.blocks_config.blocks.get(key)
        if block is None:
            self.blocks_config.blocks[key] = value
        elif isinstance(block, gr.State):
            self._state_ttl[key] = block.time_to_live, datetime.now()
            self.state_data[key] = value
        else:
            self.updated = {key: value}  # type: ignore[attr-defined]

    def look_up_once(self: SessionState, key: int) -> Any:
        updated: dict[int, Any] = self.updated  # type: ignore[attr-defined]
        return updated.pop(key) if key in updated else look_up(self, key)

    def keep_nothing(self: SessionState, key: int, value: Any = None) -> None:
        return None

    patched: Any = SessionState
    if begin.__name__ == begin_empty.__name__:
        return  # another page of this process did so
    patched.__init__, patched.__getitem__ = begin_empty, look_up_once
    patched.__setitem__ = keep_states
    patched._update_config = patched._update_value_in_config = keep_nothing


def block_id(block: Any) -> int:
    """The number by which Gradio knows a component, a page or a function of a page.

    Held by ``test_hostile_calls.py::test_nothing_is_told_to_a_call_without_a_visit``.
    """
    number: int = block._id
    return number


def event_data(event: gr.EventData | None) -> Any:
    """What came with an event; the public attributes raise where a key is missing.

    Held by ``test_ui_photo.py`` and every browser test that presses a button of ours.
    """
    return event._data if event is not None else None


def replace_event_data(event: gr.EventData, data: Any) -> None:
    """Let an event bring other data than what came. Held as :func:`event_data`."""
    event._data = data


def queue_of(blocks: gr.Blocks) -> Queue:
    """The queue of a page, which ``Blocks.queue`` makes. Held as ``Queue``."""
    return blocks._queue


def replace_queue(blocks: gr.Blocks, queue: Queue) -> None:
    """Let a page use this queue in place of Gradio's. Held as ``Queue``."""
    blocks._queue = queue


def replace_sessions(app: Any, sessions: StateHolder) -> None:
    """Let a running app keep its sessions here. Held as ``StateHolder``."""
    app.state_holder = sessions


def add_endpoint(blocks: gr.Blocks, method: Callable[..., Any], schema: dict[str, Any]) -> int:
    """Make a method an endpoint of its name, and return the number of its function.

    ``schema`` is the JSON schema of the answer: Gradio knows answers as objects of anything. The
    public ``gr.api`` returns nothing by which the function could be found again. Held by
    ``test_api.py::test_the_open_api_document_says_what_the_code_says``.
    """
    made = api(method, api_name=method.__name__)
    [output] = blocks.fns[made["id"]].outputs
    output._api_info = schema  # type: ignore[union-attr]
    number: int = made["id"]
    return number


def answer_tools_with_json(blocks: gr.Blocks) -> None:
    """Let MCP tools answer with JSON: Gradio gives agents what Python prints of an answer.

    Held by ``test_mcp.py::test_a_tool_reads_a_picture_and_answers_json``, through a real client.
    """
    from mcp.types import TextContent

    def content(answers: list[Any], root_url: str) -> list[TextContent]:
        return [
            TextContent(type="text", text=json.dumps(one, ensure_ascii=False)) for one in answers
        ]

    if blocks.mcp_server_obj is not None:  # None where Gradio could not start it, which it logs
        blocks.mcp_server_obj.postprocess_output_data = content  # type: ignore


def look_for_ports_on_ipv4() -> None:
    """Let Gradio see whether a port is free on 127.0.0.1, whatever ``GRADIO_SERVER_NAME`` says.

    It does so with a socket of IPv4, which an address of IPv6 in that variable makes it fail with.
    Held by ``test_serve_addresses.py::test_the_page_is_served_on_an_address_of_ipv6``.
    """
    http_server.LOCALHOST_NAME = "127.0.0.1"


def check_tool_arguments(
    blocks: gr.Blocks, check: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Let every call of an MCP tool use the arguments that ``check`` returns, or raises for.

    Gradio calls a tool through its own client, which opens each file that a value describes, and
    sends it as an upload, before any function of ours is called. Held by ``test_hostile_calls.py::
    test_no_tool_opens_a_file_for_an_agent``.

    Raises:
        AttributeError: where this version of Gradio prepares a call elsewhere: it must not start.
    """
    server: Any = blocks.mcp_server_obj
    if server is None:
        return
    prepare = server._prepare_tool_call_args

    def prepared(name: str, arguments: dict[str, Any]) -> Any:
        return prepare(name, check(arguments))

    server._prepare_tool_call_args = prepared


def take_tool_calls_of(blocks: gr.Blocks, most_bytes: int) -> None:
    """Let a call of an MCP tool have this many bytes, as any other call: the package takes 4 MiB.

    Held by ``test_mcp.py::test_a_tool_takes_a_large_picture``.
    """
    if blocks.mcp_server_obj is not None:
        limit: Any = getattr(blocks.mcp_server_obj.manager, "asgi_app", None)
        if limit is not None:  # earlier versions of the package have no limit
            limit.max_body_size = most_bytes
