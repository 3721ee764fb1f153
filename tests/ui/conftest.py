"""What the handlers' tests share: the page's models, loaded once."""

from __future__ import annotations

import pytest

from yuzug.ui.models import Analyzers
from yuzug.ui.serve import load_all


@pytest.fixture(scope="session")
def analyzers() -> Analyzers:
    """The real models, the smaller one first."""
    return load_all("cnn", 7, "en")
