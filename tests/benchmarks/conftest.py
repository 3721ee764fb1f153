"""Benchmarks run only where they are named: python -m pytest tests/benchmarks."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave the benchmarks out of a run of the whole suite."""
    named = (config.invocation_params.dir / arg.split("::")[0] for arg in config.args)
    return None if any(HERE in (path, *path.parents) for path in named) else True
