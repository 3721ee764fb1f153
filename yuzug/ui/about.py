"""The tab that says what is known about the chosen model."""

from __future__ import annotations

from yuzug.ui.analyzers import Analyzers
from yuzug.ui.settings import Settings


def page(analyzers: Analyzers, settings: Settings) -> str:
    """The model's card as a page."""
    return ""
