"""The notebook of docs/ runs as a reader runs it: from a folder of photos to its plots."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from photos import folders

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "lab.ipynb"
# A process of its own, so that warnings of Jupyter's packages are not ours.
EXECUTE = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": "."}}).execute()
nbformat.write(notebook, sys.argv[1])
"""


def test_the_notebook_is_stored_without_outputs() -> None:
    cells = nbformat.read(NOTEBOOK, 4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.slow
def test_the_notebook_goes_from_photos_to_plots(tmp_path: Path) -> None:
    folders(tmp_path / "photos", 64)
    notebook = nbformat.read(NOTEBOOK, 4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert "epochs = 10" in first.source
    first.source = first.source.replace("epochs = 10", "epochs = 1")
    nbformat.write(notebook, tmp_path / "lab.ipynb")
    places = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment |= {place: str(tmp_path / "jupyter") for place in places}
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, "lab.ipynb"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    outputs = [
        output.get("data", {})
        for cell in nbformat.read(tmp_path / "lab.ipynb", 4).cells
        for output in cell.get("outputs", ())
    ]
    assert sum("image/png" in one for one in outputs) == 3  # counts, curves, confusion
    assert "<img" in outputs[-1]["text/html"] or "<svg" in outputs[-1]["text/html"]
