"""Lint, format, types and the import contract: part of the tests, so that green means all of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint()"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["-m", "ruff", "check", "--quiet"], id="lint"),
        pytest.param(["-m", "ruff", "format", "--check"], id="format"),
        pytest.param(["-m", "mypy"], id="types"),
        pytest.param(
            ["-m", "mypy", "--config-file", "tests/mypy.ini", "tests", "tools"], id="types of tests"
        ),
        pytest.param(["-c", LINT_IMPORTS], id="imports"),
    ],
)
def test_the_tree_keeps_its_contract(command: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"\n{ran.stdout}{ran.stderr}"
