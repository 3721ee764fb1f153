"""The Space as it would be published."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_server import TOKEN, Hub, Stored
from PIL import Image

from yuzug.cli import main
from yuzug.faces import loading

ROOT = Path(__file__).resolve().parents[2]
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dry") / "space"
    assert main(["publish", "space", "--repo-id", "ada/yuzug", "--dry-run", str(folder)]) == 0
    return folder


def front_matter(space: Path) -> dict[str, Any]:
    _, front, _ = (space / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    matter: dict[str, Any] = yaml.safe_load(front)
    return matter


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_it_holds_the_app_what_comes_with_it_and_nothing_else(space: Path) -> None:
    files = content(space)
    for name in ("app.py", "weights/cnn.safetensors", "weights/resnet18.safetensors"):
        assert files[name] == (ROOT / name).read_bytes()
    tops = {"README.md", "app.py", "requirements.txt", "thumbnail.jpg"}
    assert {name for name in files if "/" not in name} == tops
    assert {name.split("/")[0] for name in files} == tops | {"recommendations", "weights", "yuzug"}
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "yuzug").rglob("*.*")}
    ours = {name for name in ours if (ROOT / name).is_file() and "__pycache__" not in name}
    assert {name for name in files if name.startswith("yuzug/")} == ours
    assert not [name for name in files if "goldens" in name or name.endswith(".pyc")]


def test_the_front_matter_is_what_spaces_ask_for(space: Path) -> None:
    matter = front_matter(space)
    assert matter["sdk"] == "gradio"
    assert matter["python_version"] in ("3.10", "3.12")
    assert (space / matter["app_file"]).is_file()
    assert 10 < len(matter["short_description"]) <= 60
    assert {matter["colorFrom"], matter["colorTo"]} <= COLOURS
    assert matter["license"] == "apache-2.0"
    repository = loading.REPOSITORY
    assert matter["models"] == [repository.repo_id]
    detector = f"{repository.repo_id} {loading.FILE} {repository.revision}"
    assert matter["preload_from_hub"] == [detector]
    assert matter["thumbnail"].endswith("/spaces/ada/yuzug/resolve/main/thumbnail.jpg")
    assert Image.open(io.BytesIO((space / "thumbnail.jpg").read_bytes())).size == (1200, 630)


def test_it_asks_for_what_the_project_asks_for(space: Path) -> None:
    """The same packages with the same lower bounds; Gradio in the version that was tried."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[\n(.*?)^\]", project, re.M | re.S)
    assert listed
    asked = dict(re.findall(r'^\s+"([\w-]+)([^"]*)"', listed.group(1), re.M))
    required = dict(
        re.findall(r"^([\w-]+)(.*)$", (space / "requirements.txt").read_text("utf-8"), re.M)
    )
    tried = re.fullmatch(r">=([\d.]+),<7", asked.pop("gradio"))
    assert tried
    assert front_matter(space)["sdk_version"] == f"{tried.group(1)}.0"
    # For the tab Video, what decodes and draws; the rest of that extra is for tables.
    extra = re.search(r"^video = \[\n(.*?)^\]", project, re.M | re.S)
    assert extra
    video = dict(re.findall(r'^\s+"([\w-]+)([^"]*)"', extra.group(1), re.M))
    asked |= {name: video[name] for name in ("av", "matplotlib")}
    assert set(required) == set(asked)
    for name, bound in asked.items():
        assert required[name].startswith(bound)


def test_a_second_dry_run_gives_the_same_bytes(space: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert main(["publish", "space", "--repo-id", "ada/yuzug", "--dry-run", str(again)]) == 0
    assert content(again) == content(space)
    assert main(["publish", "space", "--repo-id", "ada/yuzug", "--dry-run", str(again)]) == 0
    assert content(again) == content(space)


def test_it_says_first_what_it_would_push(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", "space", "--repo-id", "ada/yuzug", "--dry-run", "--lang", "tr"]) == 0
    said = capsys.readouterr().out
    assert "/ada/yuzug (Space" in said
    assert "weights/cnn.safetensors" in said
    assert "deneme" in said


@pytest.mark.parametrize(("revision", "pinned"), [("", ""), (f"@{COMMIT}", f" {COMMIT}")])
def test_weights_of_a_hub_are_preloaded_and_read_with(
    tmp_path: Path, revision: str, pinned: str
) -> None:
    model = f"ada/faces{revision}"
    words = ["publish", "space", "--repo-id", "ada/yuzug", "--model", model]
    assert main([*words, "--dry-run", str(tmp_path / "dry")]) == 0
    matter = front_matter(tmp_path / "dry")
    assert matter["models"][-1] == "ada/faces"
    assert matter["preload_from_hub"][-1] == f"ada/faces config.json,model.safetensors{pinned}"
    app = (tmp_path / "dry" / "app.py").read_text(encoding="utf-8")
    assert f'serve(model="{model}")' in app
    compile(app, "app.py", "exec")
    assert (tmp_path / "dry" / "weights" / "resnet18.safetensors").is_file()


def test_a_bundled_model_is_no_weights_of_a_hub(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["publish", "space", "--repo-id", "ada/yuzug", "--model", "cnn", "--dry-run"]
    assert main(words) == 2
    assert "owner/name" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # see test_publish.py
def test_what_is_pushed_is_what_the_dry_run_wrote(
    space: Path,
    hub: Hub,
    at_hub: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    repository = hub.stored["spaces/ada/yuzug"] = Stored()
    repository.commit({"yuzug/of_yesterday.py": b"", "notes.md": b"mine"})
    assert main(["publish", "space", "--repo-id", "ada/yuzug"]) == 0
    written = content(space)
    pushed = hub.files("ada/yuzug", "spaces")
    # The address of the thumbnail is one on that hub.
    readme = written["README.md"].replace(b"https://huggingface.co", hub.url.encode())
    written["README.md"] = readme
    assert pushed == {**written, "notes.md": b"mine"}
    capsys.readouterr()
    assert main(["publish", "space", "--repo-id", "ada/yuzug"]) == 0
    assert "Nothing to do" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_the_commands_of_the_documentation_work(
    hub: Hub, at_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "space.md").read_text(encoding="utf-8")
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", page, re.S) for line in block.split("\n")
    ]
    commands = [shlex.split(line)[1:] for line in lines if line]
    assert len(commands) == 3
    assert [main(command) for command in commands] == [0, 0, 0]
    assert len(hub.stored["spaces/ada/yuzug"].commits) == 2
    assert (tmp_path / "upload" / "app.py").is_file()
