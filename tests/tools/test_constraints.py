"""The versions that the tests run with satisfy the bounds of every dependency."""

from __future__ import annotations

from pathlib import Path

import constraints
import pytest


def test_every_dependency_has_a_version_in_its_bounds() -> None:
    assert constraints.faults() == [], "run python tools/constraints.py"


@pytest.mark.parametrize(("old", "new"), [("gradio==", "gradio==5."), ("pyyaml==", "# pyyaml==")])
def test_a_missing_version_and_one_out_of_bounds_are_found(
    old: str, new: str, tmp_path: Path
) -> None:
    changed = tmp_path / "constraints.txt"
    lines = constraints.FILE.read_text(encoding="utf-8").splitlines()
    changed.write_text(
        "\n".join(line.replace(old, new) if line.startswith(old) else line for line in lines),
        encoding="utf-8",
    )
    [fault] = constraints.faults(changed)
    assert fault.startswith(old.removesuffix("=="))
