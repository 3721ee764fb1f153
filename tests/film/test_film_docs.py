"""What the pages on videos and folders say is run: commands and Python, in both languages."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import clips
import matplotlib
import pandas as pd
import pytest
import scale
from clips import Picture
from PIL import Image

from yuzug.cli import main
from yuzug.records.tables import Columns

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [f"{name}{ending}" for name in ("film", "film-tutorial") for ending in (".md", ".tr.md")]


def blocks(page: str, kind: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, astronaut: Picture) -> Path:
    """Where a reader of the pages stands: beside a video and a folder of photos."""
    clips.write(tmp_path / "clip.mp4", clips.frames(astronaut, 12))
    (tmp_path / "photos").mkdir()
    for number in range(2):
        side = 256 + 64 * number
        picture = Image.fromarray(astronaut).resize((side, side))
        picture.save(tmp_path / "photos" / f"{number}.png")
    (tmp_path / "photos" / "broken.png").write_bytes(b"no picture")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", [page for page in PAGES if "tutorial" not in page])
def test_the_commands_do_what_the_page_says(
    capsys: pytest.CaptureFixture[str], folder: Path, page: str
) -> None:
    commands = [line for block in blocks(page, "sh") for line in block.splitlines()]
    assert len(commands) == 4
    for command in commands:
        name, *words = shlex.split(command)
        assert name == "yuzug"
        # One photo of the folder is broken on purpose.
        assert main([*words, "--model", "cnn"]) == (2 if "photos" in words else 0), command
    written = {path.name for path in (folder / "results").iterdir()}
    assert written == {f"clip.{ending}" for ending in ("parquet", "csv", "json", "png")} | {
        "read.mp4"
    }
    assert len(pd.read_parquet("faces.parquet")) == len(pd.read_csv("faces.csv")) == 3
    capsys.readouterr()


@pytest.mark.parametrize("page", PAGES)
def test_the_python_of_the_page_runs(
    capsys: pytest.CaptureFixture[str], folder: Path, page: str
) -> None:
    matplotlib.use("agg")
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), names)
    printed = capsys.readouterr().out
    if "tutorial" in page:
        assert "12 frames" in printed or "6 frames" in printed
        assert "happy" in printed
        with Image.open("expressions.png") as picture:
            assert picture.size[0] > 500
    else:
        assert "person 0: happy" in printed
        assert "broken.png image.undecodable" in printed


def test_both_languages_run_the_same() -> None:
    for name in ("film", "film-tutorial"):
        for kind in ("sh", "python"):
            assert blocks(f"{name}.md", kind) == blocks(f"{name}.tr.md", kind)


@pytest.mark.parametrize("page", [page for page in PAGES if "tutorial" not in page])
def test_every_column_stands_on_the_page(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for columns in (Columns.of_films([]), Columns.of_pictures([])):
        missing = [name for name in columns.kinds if f"`{name}`" not in text]
        assert missing == []


def test_an_own_label_takes_no_other_column() -> None:
    kinds = Columns.of_pictures(["sure", "Mutlu"]).kinds
    assert (kinds["sure"], kinds["p_sure"], kinds["Mutlu"]) == ("boolean", "float", "float")


@pytest.mark.parametrize("page", [*PAGES, "scale.md", "scale.tr.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [target for target in targets if not (DOCS / target).exists()] == []


def test_the_tables_of_scale_are_those_of_what_was_measured() -> None:
    for lang, path in scale.PAGES.items():
        assert path.read_text(encoding="utf-8") == scale.page(lang), "run python tools/scale.py"
        assert "<!-- jobs end -->" in scale.page(lang)
