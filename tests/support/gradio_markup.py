"""The parts of Gradio's own markup that the page selects, as the head of style.css lists them."""

from __future__ import annotations

import re
from pathlib import Path


def stylesheet() -> str:
    path = Path(__file__).resolve().parents[2] / "yuzug" / "ui" / "style.css"
    return path.read_text(encoding="utf-8")


def gradio_names() -> list[str]:
    """The selectors in the list, such as ``.tab-wrapper``."""
    [table] = re.findall(r"/\* Gradio's own markup.*?\*/", stylesheet(), re.DOTALL)
    return re.findall(r"^     (\S+)  ", table, re.MULTILINE)
