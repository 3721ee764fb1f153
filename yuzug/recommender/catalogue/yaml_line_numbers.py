"""YAML as plain values, each with the line it stands on, read with strict bounds.

Our own narrow reading of YAML: no tags, no anchors, no doubled keys, and only ``true`` and
``false`` are booleans, so that a title "No" stays a word. The values are built from the events
of the parser (libyaml's, where PyYAML was built with it); the lines are looked up only when
a finding points at one.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from yuzug.texts.bilingual import Phrase

MAX_BYTES = 32_000_000
MAX_DEPTH = 20

_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class LocatedError(Exception):
    """A text that is not YAML as we read it."""

    def __init__(self, line: int, key: str, **values: object) -> None:
        self.phrase = Phrase(key, values)
        self.line = line
        super().__init__(self.phrase.of("en"))


@dataclass(frozen=True)
class Document:
    """One YAML text: its plain values, and the way back to the lines."""

    value: Any
    _text: str
    _item_lines: tuple[int, ...]
    """The line of each item where the whole is a list: that much is often asked for."""

    def line(self, path: tuple[int | str, ...]) -> int:
        """The line, counted from 1, of the value at this path, or of the nearest one above it.

        >>> parse("a:\\n  b: 1\\n  c: 2").line(("a", "c"))
        3
        """
        if len(path) == 1 and isinstance(path[0], int) and path[0] < len(self._item_lines):
            return self._item_lines[path[0]]
        node, line = self._root, 1
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            line, node = child
        return line

    @cached_property
    def _root(self) -> yaml.Node | None:
        root: yaml.Node | None = yaml.compose(self._text, Loader=_LOADER)
        return root


def read(path: Path) -> Document:
    """The document in this file.

    Raises:
        LocatedError: where it is too large, not UTF-8, or not YAML as we read it.
        OSError: where the file cannot be opened.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise LocatedError(1, "findings.file_large", size=size, most=MAX_BYTES)
    content = path.read_bytes()
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise LocatedError(line, "findings.not_utf8") from fault


def parse(text: str) -> Document:
    """The document in this text.

    >>> parse("answer: no").value
    {'answer': 'no'}

    Raises:
        LocatedError: where it is not YAML as we read it.
    """
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        if mark is not None:
            _look_before(text[: mark.index])
        line = mark.line + 1 if mark else 1
        raise LocatedError(line, "findings.not_yaml", problem=fault.problem) from fault
    except yaml.YAMLError as fault:  # a character that YAML does not allow
        problem = str(fault).splitlines()[0]
        raise LocatedError(1, "findings.not_yaml", problem=problem) from fault
    return Document(builder.value, text, tuple(builder.item_lines))


def _look_before(text: str) -> None:
    """Raise our own finding in the text before a fault, where there is one.

    libyaml reads about a thousand characters ahead, so it may stop at a fault further on (its own
    bound on nesting is one) before the values that stand there have come to us.
    """
    builder = _Builder()
    with suppress(yaml.YAMLError):
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)


_NO_KEY = object()
_ANCHORS = "findings.anchors"


class _Builder:
    """Plain values from events, one after another."""

    def __init__(self) -> None:
        self.value: Any = None
        self.item_lines: list[int] = []
        self._open: list[Any] = []  # the collections around the one that is being filled
        self._into: Any = None
        self._key: Any = _NO_KEY  # of the mapping that is being filled, still without its value
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """The next event."""
        if isinstance(event, yaml.ScalarEvent):
            self._put(_scalar(event.value) if event.implicit[0] else event.value, event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin({}, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin([], event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._into = self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise LocatedError(_line(event), _ANCHORS)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise LocatedError(_line(event), "findings.second_document")

    def _begin(self, value: Any, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise LocatedError(_line(event), "findings.nested", most=MAX_DEPTH)
        self._put(value, event)
        self._open.append(self._into)
        self._into = value

    def _put(self, value: Any, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            raise LocatedError(_line(event), _ANCHORS)
        if event.tag is not None:
            raise LocatedError(_line(event), "findings.tags", tag=event.tag)
        into = self._into
        if type(into) is list:
            into.append(value)
            if len(self._open) == 1:
                self.item_lines.append(_line(event))
        elif into is None:
            self.value = value
        elif self._key is not _NO_KEY:
            into[self._key] = value
            self._key = _NO_KEY
        elif not isinstance(event, yaml.ScalarEvent):
            raise LocatedError(_line(event), "findings.key_a_word")
        elif event.value in into:
            raise LocatedError(_line(event), "findings.key_twice", name=repr(event.value))
        else:
            self._key = event.value


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


def _line(place: Any) -> int:
    return int(place.start_mark.line) + 1
