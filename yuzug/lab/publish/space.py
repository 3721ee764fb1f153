"""A Space as it is published: the app, the package, what comes with it, and a front matter."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import hf_hub_url
from PIL import Image

from yuzug import __version__, _resources
from yuzug.hub import Repository
from yuzug.lab.publish.push import Parcel

PACKAGE = Path(_resources.__file__).resolve().parent
THUMBNAIL = "thumbnail.jpg"
_THUMBNAIL_WH = (1200, 630)  # as pages that link to it show it
_OURS = ("yuzug/*", "weights/*", "recommendations/*")
# Byte code of this machine, what a wheel carries beside the package itself, and what tests need.
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "_data", "goldens")


def space_parcel(repo_id: str, folder: Path, model: Repository | None = None) -> Parcel:
    """Everything that a Space needs, written to an empty folder.

    With ``model`` the Space reads with these weights from the hub and preloads them; the bundled
    ones come along all the same, for the day when the hub cannot be reached.
    """
    shutil.copytree(PACKAGE, folder / PACKAGE.name, ignore=_LEFT_OUT)
    for name in ("weights", "recommendations"):
        shutil.copytree(_resources.folder(name), folder / name, ignore=_LEFT_OUT)
    templates = _resources.folder("spaces")
    shutil.copyfile(templates / "requirements.txt", folder / "requirements.txt")
    (folder / THUMBNAIL).write_bytes(_thumbnail(_either(templates, "app.webp", "docs")))
    app = _either(templates, "app.py", ".").read_text(encoding="utf-8")
    _write(folder / "app.py", _serving(app, model) if model else app)
    _write(folder / "README.md", _readme(templates / "README.md", repo_id, model))
    return Parcel(folder, "space", f"Yuzug {__version__}", replaces=_OURS)


def _either(templates: Path, name: str, in_checkout: str) -> Path:
    """A file that a wheel keeps with the Space's own, and a checkout elsewhere."""
    in_wheel = templates / name
    return in_wheel if in_wheel.is_file() else templates.parent / in_checkout / name


def _serving(app: str, model: Repository) -> str:
    """``app.py`` of a Space that serves these weights; a duplicate of the Space serves them too."""
    return app.replace("serve()", f'serve(model="{model}")')


def _readme(template: Path, repo_id: str, model: Repository | None) -> str:
    _, front, body = template.read_text(encoding="utf-8").split("---\n", 2)
    matter: dict[str, Any] = yaml.safe_load(front)
    matter["thumbnail"] = hf_hub_url(repo_id, THUMBNAIL, repo_type="space")
    if model:
        matter["models"].append(model.repo_id)
        files = "config.json,model.safetensors"
        pinned = f" {model.revision}" if model.is_pinned else ""
        matter["preload_from_hub"].append(f"{model.repo_id} {files}{pinned}")
    front = yaml.safe_dump(matter, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{front}---\n{body}"


def _thumbnail(picture: Path) -> bytes:
    """The top of the page's picture, as JPEG."""
    width, height = _THUMBNAIL_WH
    page = Image.open(picture).convert("RGB")
    page = page.crop((0, 0, page.width, page.width * height // width)).resize((width, height))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=88)
    return out.getvalue()


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
