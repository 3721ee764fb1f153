"""YAML as plain values, each with the line it stands on, read with strict bounds.

Our own narrow reading of YAML: no tags, no anchors, no doubled keys, and only ``true`` and
``false`` are booleans, so that a title "No" stays a word. Libyaml does the parsing where PyYAML
was built with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 32_000_000
MAX_DEPTH = 20

_PLAIN, _QUOTED = "plain", "quoted"
_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class LocatedError(Exception):
    """A text that is not YAML as we read it."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True)
class Document:
    """One YAML text: its plain values, and the way back to the lines."""

    value: Any
    _root: yaml.Node | None

    def line(self, path: tuple[int | str, ...]) -> int:
        """The line, counted from 1, of the value at this path, or of the nearest one above it.

        >>> parse("a:\\n  b: 1\\n  c: 2").line(("a", "c"))
        3
        """
        node, line = self._root, 1
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            line, node = child
        return line


def read(path: Path) -> Document:
    """The document in this file.

    Raises:
        LocatedError: where it is too large, not UTF-8, or not YAML as we read it.
        OSError: where the file cannot be opened.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise LocatedError(f"the file has {size} bytes; at most {MAX_BYTES} are read", 1)
    content = path.read_bytes()
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise LocatedError("the file is not in UTF-8; save it again in UTF-8", line) from fault


def parse(text: str) -> Document:
    """The document in this text.

    >>> parse("answer: no").value
    {'answer': 'no'}

    Raises:
        LocatedError: where it is not YAML as we read it.
    """
    parser: Any = None
    try:
        parser = _Parser(text)
        root = parser.get_single_node()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise LocatedError(f"not YAML: {fault.problem}", mark.line + 1 if mark else 1) from fault
    except yaml.YAMLError as fault:  # a character that YAML does not allow
        raise LocatedError(f"not YAML: {str(fault).splitlines()[0]}", 1) from fault
    finally:
        if parser is not None:
            parser.dispose()
    return Document(_plain(root, set()) if root is not None else None, root)


class _Bounded:
    """What the parser asks us while it composes: how deep it may go, and what a scalar is."""

    _depth = 0

    def descend_resolver(self, parent: yaml.Node | None, _index: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            line = parent.start_mark.line + 1 if parent is not None else 1
            raise LocatedError(f"nested more than {MAX_DEPTH} deep", line)

    def ascend_resolver(self) -> None:
        self._depth -= 1

    def resolve(self, _kind: type[yaml.Node], _value: object, implicit: object) -> str:
        return _PLAIN if isinstance(implicit, tuple) and implicit[0] else _QUOTED


if yaml.__with_libyaml__:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]

    class _Parser(_Bounded, CParser):
        pass

else:  # pragma: no cover - the wheels of PyYAML all carry libyaml
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class _Parser(_Bounded, Reader, Scanner, Parser, Composer):  # type: ignore[no-redef]
        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)


def _plain(node: yaml.Node, seen: set[int]) -> Any:
    if id(node) in seen:
        raise LocatedError("anchors and aliases (& and *) are not read", _line(node))
    seen.add(id(node))
    if node.tag not in (_PLAIN, _QUOTED):
        raise LocatedError(f"tags such as {node.tag} are not read", _line(node))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node.value) if node.tag == _PLAIN else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, seen) for item in node.value]
    return dict(_pairs(node, seen))


def _pairs(node: yaml.Node, seen: set[int]) -> Iterator[tuple[str, Any]]:
    keys: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise LocatedError("a key must be a single word", _line(key))
        if key.value in keys:
            raise LocatedError(f"the key {key.value!r} stands twice", _line(key))
        keys.add(key.value)
        yield key.value, _plain(value, seen)


def _scalar(word: str) -> str | int | float | bool | None:
    if word in _WORDS:
        return _WORDS[word]
    if not (word[0].isdigit() or word[0] in "+-."):
        return word
    if _INTEGER.fullmatch(word) and len(word) < 20:
        return int(word)
    return float(word) if _NUMBER.fullmatch(word) else word


def _child(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return _line(key), value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return _line(node.value[step]), node.value[step]
    return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
