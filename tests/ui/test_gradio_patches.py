"""Gradio's inner names are used in one module alone, and each use names the test that holds it."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from yuzug.ui import gradio_patches

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "yuzug" / "ui"
PUBLIC = ("gradio", "gradio.themes.utils")


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(UI.rglob("*.py")):
        if path.name != "gradio_patches.py":
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_only_one_module_imports_what_gradio_does_not_offer() -> None:
    inner = [
        f"{path.name}:{node.lineno} {name}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [one.name for one in node.names]
        )
        if name.partition(".")[0] == "gradio" and name not in PUBLIC
    ]
    assert not inner


def test_no_other_module_reads_a_private_name_of_an_object_of_others() -> None:
    private = [
        f"{path.name}:{node.lineno} {ast.unparse(node)}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and re.match(r"_[a-z]", node.attr)
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "os"))
    ]
    assert not private


def test_every_patch_names_a_test_that_is_there() -> None:
    source = (UI / "gradio_patches.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    unheld = [one.name for one in functions if "Held " not in (ast.get_docstring(one) or "")]
    assert not unheld
    named = re.findall(r"(test_\w+\.py)::\s*(test_\w+)", source)
    assert len(named) >= 8
    for file, test in named:
        [path] = (ROOT / "tests" / "ui").rglob(file)
        assert f"def {test}(" in path.read_text(encoding="utf-8"), f"{file}::{test}"


def test_the_version_that_the_patches_were_tried_with_is_named() -> None:
    tested = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    [version] = re.findall(r"^gradio==(\S+)$", tested, re.MULTILINE)
    assert f"Gradio {version}" in (gradio_patches.__doc__ or "")


def test_a_session_holds_its_states_and_no_component() -> None:
    gradio_patches.keep_no_values()
    gradio_patches.keep_no_values()  # a second page of one process

    async def update_and_look() -> None:  # a page of Gradio's asks for the running loop
        with gr.Blocks() as demo:
            words, state = gr.HTML("a"), gr.State(1)
            gr.Button().click(lambda: None, None, [words, state])
        session = gradio_patches.SessionState(demo)
        [function] = demo.fns.values()
        prediction = [gr.update(value="b", visible=False), 2]
        sent = await demo.postprocess_data(function, prediction, session)
        assert (sent[0]["value"], sent[0]["visible"], sent[1]) == ("b", False, None)
        assert session[gradio_patches.block_id(state)] == 2
        assert session[gradio_patches.block_id(words)] is words
        assert not session.config_values
        assert session.blocks_config.blocks == demo.default_config.blocks

    asyncio.run(update_and_look())
