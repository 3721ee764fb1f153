"""The documentation site builds without a warning, and its first tutorial runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    reference = (tmp_path / "python-api" / "index.html").read_text(encoding="utf-8")
    assert "calibrated" in reference or "probabilities" in reference
    assert 'id="yuzug.Analyzer.analyze"' in reference
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    fetched = re.findall(r'(?:src|href)="(https?://[^"]+)"', page)
    assert not [one for one in fetched if one.endswith((".js", ".css")) or "fonts" in one]


def test_the_first_tutorial_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(
        r"^```python\n(.*?)^```", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(blocks) == 3
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, TUTORIAL.name, "exec"), names)
    out = capsys.readouterr().out
    assert out.startswith("happy")
    assert "('mouth', 'cheeks')" in out
