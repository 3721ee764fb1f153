"""Write what is made in both READMEs, the table of models and what the example prints, and
docs/recipes.md.

Run it after the weights have changed: python tools/readme.py
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout's, not a copy's

import recipes

from yuzug.commands.model_table import markdown
from yuzug.emotions import Language
from yuzug.models import available_models

ROOT = Path(__file__).resolve().parent.parent
README: dict[Language, Path] = {"en": ROOT / "README.md", "tr": ROOT / "README.tr.md"}
TABLE = re.compile(r"(<!-- models: .*? -->\n).*?(<!-- models end -->)", re.DOTALL)
SHOWN = ("7", "8")  # numbers of classes; docs/weights.md has all of them
EXAMPLE = re.compile(r"(```python\n(.*?)```\n\n```text\n)(.*?)(```)", re.DOTALL)


def code(lang: Language) -> str:
    """The example in this language."""
    return _example(lang)[2]


def written(lang: Language) -> str:
    """What the example prints, as the README says it."""
    return _example(lang)[3]


def printed(lang: Language) -> str:
    """What the example prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code(lang), README[lang].name, "exec"), {})
    return out.getvalue()


def table(lang: Language) -> str:
    """The README with the table of models that is true now."""
    text = README[lang].read_text(encoding="utf-8")
    rows = [
        row
        for number, row in enumerate(markdown(available_models(), lang).splitlines())
        if number < 2 or row.split("|")[4].strip() in SHOWN
    ]
    return TABLE.sub(lambda found: found[1] + "\n".join(rows) + f"\n{found[2]}", text)


def page(lang: Language) -> str:
    """The README with the table and the output of the example that are true now."""
    return EXAMPLE.sub(lambda found: f"{found[1]}{printed(lang)}{found[4]}", table(lang))


def _example(lang: Language) -> re.Match[str]:
    found = EXAMPLE.search(README[lang].read_text(encoding="utf-8"))
    assert found, "the README must have an example and what it prints"
    return found


def main() -> None:
    """Write both READMEs and docs/recipes.md; with --check only say which are stale."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # as in the tests: the detector that is always there
    os.environ["HF_HOME"] = tempfile.mkdtemp()
    os.chdir(ROOT)
    pages = {recipes.PAGE: recipes.page()} | {path: page(lang) for lang, path in README.items()}
    stale = [path for path, text in pages.items() if path.read_text(encoding="utf-8") != text]
    if "--check" not in sys.argv:
        for path in stale:
            path.write_text(pages[path], encoding="utf-8")
    elif stale:
        sys.exit(f"run python tools/readme.py: {', '.join(path.name for path in stale)} is stale")


if __name__ == "__main__":
    main()
