"""Retired words stay retired: identifiers and first lines of docstrings use the field's terms.

The glossary in CONTRIBUTING.md has the word to use instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Had several meanings in this project, or stood for a term that the field has.
IN_IDENTIFIERS = frozenset(
    {
        "told",
        "said",
        "speak",
        "hear",
        "heard",
        "whole",
        "anew",
        "shelf",
        "wish",
        "wishes",
        "wished",
        "stretch",
        "degraded",
        "asking",
    }
)
IN_FIRST_LINES = re.compile(
    r"\b(told|said|anew|shelf|wish|hangs? on|the edge of|knows? nothing|whole(?! number))\b",
    re.IGNORECASE,
)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def parts(identifier: str) -> set[str]:
    """Words of a name in snake or camel case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)}


def names(node: ast.AST) -> Iterator[str]:
    """Names that a node defines."""
    if isinstance(node, _DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    elif isinstance(node, ast.alias):
        yield node.asname or ""


def retired(source: str) -> Iterator[str]:
    """Line and name, or first line, of each retired word in a module."""
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 1)
        yield from (f"{line}: {name}" for name in names(node) if parts(name) & IN_IDENTIFIERS)
        if isinstance(node, (ast.Module, *_DEFINITIONS)):
            first = (ast.get_docstring(node) or "").partition("\n")[0]
            if IN_FIRST_LINES.search(first):
                yield f"{line}: {first}"


@pytest.mark.parametrize(
    "source",
    [
        "def told(x): ...",
        "class WishList: ...",
        "def f(said): ...",
        "for whole in x: pass",
        "self.shelf = 1",
        "import a as shelf",
        "'''What maps hang on.'''",
        "def f():\n    '''Read the whole file.'''",
    ],
)
def test_a_retired_word_is_found(source: str) -> None:
    assert len(list(retired(source))) == 1


@pytest.mark.parametrize("source", ["retold = 1", "def f():\n    '''A whole number.'''", "f(told)"])
def test_other_words_are_left_alone(source: str) -> None:
    assert not list(retired(source))


def test_no_retired_word_in_the_package() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{one}"
        for path in sorted((ROOT / "yuzug").rglob("*.py"))
        for one in retired(path.read_text(encoding="utf-8"))
    ]
    assert not found, "see the glossary in CONTRIBUTING.md:\n" + "\n".join(found)
