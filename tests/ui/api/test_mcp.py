"""The same endpoints as tools, called by the protocol's own client over its real transport."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("mcp", reason="the extra 'mcp' is not installed")

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, Tool

from yuzug import Analyzer

Result = TypeVar("Result")
Talk = Callable[[Callable[[ClientSession], Awaitable[Any]]], Any]


@pytest.fixture(scope="module")
def talk(url: str) -> Talk:
    """Runs a conversation with the server; in a thread, since browser tests hold a loop here."""

    async def session(conversation: Callable[[ClientSession], Awaitable[Result]]) -> Result:
        async with (
            streamable_http_client(f"{url}/gradio_api/mcp/") as (reads, writes, _),
            ClientSession(reads, writes) as client,
        ):
            await client.initialize()
            return await conversation(client)

    def run(conversation: Callable[[ClientSession], Awaitable[Any]]) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, session(conversation)).result()

    return run


def call(talk: Talk, tool: str, **values: Any) -> CallToolResult:
    answer: CallToolResult = talk(lambda client: client.call_tool(tool, values))
    return answer


def answer_of(result: CallToolResult) -> Any:
    assert not result.isError, result
    [content] = result.content
    assert isinstance(content, TextContent)
    return json.loads(content.text)


@pytest.fixture(scope="module")
def tools(talk: Talk) -> dict[str, Tool]:
    listed = talk(lambda client: client.list_tools())
    return {tool.name: tool for tool in listed.tools}


def test_the_tools_are_the_endpoints_and_say_what_they_do(tools: dict[str, Tool]) -> None:
    assert sorted(tools) == ["analyze", "explain", "models", "recommend"]
    for tool in tools.values():
        assert len(tool.description or "") > 60
        for name, parameter in tool.inputSchema["properties"].items():
            assert parameter["description"], f"{tool.name} must say what {name} is"
    analyze = tools["analyze"]
    assert analyze.inputSchema["required"] == ["images"]
    for must in ("never", "agreed", "Not for judging", "not certain"):
        assert must in (analyze.description or "")


def test_a_tool_reads_a_picture_and_answers_json(talk: Talk, astronaut_path: Path) -> None:
    picture = base64.b64encode(astronaut_path.read_bytes()).decode()
    [read] = answer_of(
        call(talk, "analyze", images=[f"data:image/jpeg;base64,{picture}"], recommend=True)
    )
    assert read["schema"] == 1
    assert read["faces"][0]["emotion"] == "happy"
    assert len(read["recommendations"]) == 3
    explained = answer_of(call(talk, "explain", image=picture, model="cnn"))
    assert explained["faces"][0]["heatmap"].startswith("data:image/jpeg;base64,")


def test_a_tool_takes_a_large_picture(talk: Talk) -> None:
    """As much as over HTTP; the package by itself takes calls of 4 MiB."""
    noise = np.random.default_rng(1).integers(0, 256, (1400, 1400, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG", compress_level=0)
    picture = base64.b64encode(file.getvalue()).decode()
    assert len(picture) > 5 * 2**20
    [read] = answer_of(call(talk, "analyze", images=[picture], crops=True))
    assert read["width"] == 1400


def test_a_tool_reads_as_a_person_was_taught_and_refuses_one_of_other_weights(
    talk: Talk, astronaut_path: Path
) -> None:
    picture = base64.b64encode(astronaut_path.read_bytes()).decode()
    me = json.loads(Analyzer.load("cnn").teach({"surprise": [astronaut_path] * 3}).to_json())
    [read] = answer_of(call(talk, "analyze", images=[picture], model="cnn", person=me))
    assert (read["person"], read["faces"][0]["person"]) == (True, True)
    refused = call(talk, "analyze", images=[picture], person=me)  # the default model
    assert refused.isError
    assert "taught with these weights" in str(refused.content)


def test_a_tool_speaks_turkish(talk: Talk) -> None:
    [idea] = answer_of(call(talk, "recommend", emotion="sad", lang="tr", count=1))[
        "recommendations"
    ]
    assert any(letter in " ".join(idea["why"]) for letter in "ığşİ")
    assert [model["name"] for model in answer_of(call(talk, "models"))["models"]]


def test_a_wrong_call_of_a_tool_is_told_as_an_error(talk: Talk) -> None:
    for values in ({"images": ["aGk="], "model": "gpt"}, {"images": "aGk="}, {}):
        result = call(talk, "analyze", **values)
        assert result.isError
        assert isinstance(result.content[0], TextContent)
        assert result.content[0].text
