"""What a handler of a tab shows: one value for each component that changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import gradio as gr

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The parts that both tabs have, in the order of their components.

    A part that is not named stays on the page as it is, so ``Shown()`` changes nothing.
    """

    picture: Any = field(default_factory=gr.skip)
    heat: Any = field(default_factory=gr.skip)
    heat_words: Any = field(default_factory=gr.skip)
    reading: Any = field(default_factory=gr.skip)
    advice: Any = field(default_factory=gr.skip)
    announcement: Any = field(default_factory=gr.skip)

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, part.name) for part in fields(self))

    def but(self, **parts: Any) -> Self:
        """The same with these parts instead."""
        return replace(self, **parts)
