"""Retired words stay retired: the field's terms are used in names, comments, docstrings and CSS.

The glossary in CONTRIBUTING.md has the word to use instead.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
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
# In comments and docstrings.
IN_PROSE = re.compile(
    r"\b(told|said|anew|shelf|wish(es|ed)?|hangs? on|the edge of|knows? nothing|heard"
    r"|speaks? (for|against))\b",
    re.IGNORECASE,
)
IN_FIRST_LINES = re.compile(r"\bwhole(?! number)\b", re.IGNORECASE)
# A string or the text of a template, in JavaScript: words for people are no names.
_JS_TEXT = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|(?<![\w)])/(?![/*])[^/\n]+/\w*|`[^`$]*`")
_JS_COMMENT = re.compile(r"(?<![:\"'])//.*")
_CSS_RULE = re.compile(r"\{[^{}]*\}")
_HTML_NAMES = re.compile(r"(?:class|id|data-[\w-]+)=[\"']([^\"'{}<>]+)|(yz-[\w-]+)|(data-[\w-]+)=")
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
    """Line and name, or line of prose, of each retired word in a Python module."""
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 1)
        yield from (f"{line}: {name}" for name in names(node) if parts(name) & IN_IDENTIFIERS)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (f"{line}: {name}" for name in html_names(node.value))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            text = node.value.value if isinstance(node.value.value, str) else ""
            yield from (f"{line}: {one}" for one in text.splitlines() if IN_PROSE.search(one))
        if isinstance(node, (ast.Module, *_DEFINITIONS)):
            first = (ast.get_docstring(node) or "").partition("\n")[0]
            if IN_FIRST_LINES.search(first):
                yield f"{line}: {first}"
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and IN_PROSE.search(token.string):
            yield f"{token.start[0]}: {token.string}"


def html_names(text: str) -> Iterator[str]:
    """Retired words in the classes, ids and data attributes of HTML within a string."""
    for match in _HTML_NAMES.finditer(text):
        found = next(group for group in match.groups() if group)
        if set(re.findall(r"[a-z]+", found.lower())) & IN_IDENTIFIERS:
            yield found


def retired_in_script(source: str) -> Iterator[str]:
    """Line of each retired word in a script: its comments, names, and the classes it looks for."""
    for number, line in enumerate(source.splitlines(), start=1):
        comment = _JS_COMMENT.search(line)
        code = _JS_COMMENT.sub("", line)
        in_names = any(parts(name) & IN_IDENTIFIERS for name in re.findall(r"\w+", plain(code)))
        if in_names or list(html_names(code)) or (comment and IN_PROSE.search(comment[0])):
            yield f"{number}: {line.strip()}"


def plain(code: str) -> str:
    """A line of a script without what stands in quotes."""
    return _JS_TEXT.sub("", code)


def retired_in_style(source: str) -> Iterator[str]:
    """Selectors and comments of a style sheet that have a retired word."""
    for comment in re.findall(r"/\*.*?\*/", source, re.DOTALL):
        if IN_PROSE.search(comment):
            yield comment
    rules = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    for name in re.findall(r"[.#]-?[a-zA-Z][\w-]*", _CSS_RULE.sub(" ", rules)):
        if set(re.findall(r"[a-z]+", name.lower())) & IN_IDENTIFIERS:
            yield name


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
        "def f():\n    '''Read it.\n\n    What was told.\n    '''",
        "x = 1  # said so",
        "x = '<p class=\"note told\">'",
        "x = 'yz-film-said'",
    ],
)
def test_a_retired_word_is_found(source: str) -> None:
    assert len(list(retired(source))) == 1


@pytest.mark.parametrize(
    "source", ["retold = 1", "def f():\n    '''A whole number.'''", "f(told)", "x = 'It said so.'"]
)
def test_other_words_are_left_alone(source: str) -> None:
    assert not list(retired(source))


@pytest.mark.parametrize(
    "source",
    ["const told = 1;", "x.lastSaid()", "// said once", 'find("p.yz-told")', "let a = `yz-said`;"],
)
def test_a_retired_word_is_found_in_a_script(source: str) -> None:
    assert len(list(retired_in_script(source))) == 1


@pytest.mark.parametrize("source", ['say("It said so");', "retold();", "x = /told/;"])
def test_words_for_people_are_left_alone_in_a_script(source: str) -> None:
    assert not list(retired_in_script(source))


def test_a_style_sheet_is_searched_by_its_selectors() -> None:
    style = ".yz-told:empty { align-items: stretch; } /* said */ #yz-film { color: red; }"
    assert list(retired_in_style(style)) == ["/* said */", ".yz-told"]


CHECKS = {".py": retired, ".js": retired_in_script, ".css": retired_in_style}


def test_no_retired_word_in_the_package() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{one}"
        for path in sorted((ROOT / "yuzug").rglob("*"))
        if path.suffix in CHECKS
        for one in CHECKS[path.suffix](path.read_text(encoding="utf-8"))
    ]
    assert not found, "see the glossary in CONTRIBUTING.md:\n" + "\n".join(found)
