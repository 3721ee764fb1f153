"""The files that the first view of the page needs, as tags of the document.

Gradio's document names one script. That one names the next ones, and these the parts of the page:
over a slow line the page waits five times for files that were certain from the start. Here they
are read from what Gradio's build tool (Vite) writes into its scripts. Where another version writes
something else nothing is found, and the page loads as Gradio meant it to; then
``tests/ui/server/test_first_files.py`` fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import brotli

from yuzug.emotions import LANGUAGES, Language

# The script that the document names, its style sheet, and how it describes the page to scripts.
_ENTRY = re.compile(
    r"<script type=\"module\" crossorigin src=\"\./assets/([\w.-]+\.js)\"></script>"
)
_SHEET = re.compile(r"<link rel=\"stylesheet\" crossorigin href=\"\./assets/([\w.-]+\.css)\">")
DESCRIPTION = re.compile(r"window\.gradio_config = (\{.*?\});</script>", re.DOTALL)
# In a script: the files that it may ask for, and a call that asks for one, with what that needs.
_FILES = re.compile(r"m\.f=(\[.*?\])\)")
_CALL = re.compile(r"import\(`\./([\w.-]+\.js)`\)[^`]{0,60}?,__vite__mapDeps\(\[([\d,]*)\]\)")
_FRAME, _PARTS = "Blocks-", "core-"  # the scripts that draw the page, and that know its parts
_FONT_FACE = re.compile(r"@font-face \{[^}]*\}")
# Gradio fetches no sheet that has a link, and a browser none that is disabled; one that stands in
# the document itself, Chromium fetches before it looks at that.
_MARKS = """for (const href of ADDRESSES) {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", disabled: true, href });
  document.head.append(link);
}"""


@dataclass(frozen=True)
class FirstFiles:
    """Names of files in Gradio's folder of assets, in the order in which they are needed."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    sheet: str = field(default="", repr=False)  # what stands in the styles
    words: tuple[tuple[Language, str], ...] = ()  # a script more, by the browser's language

    def head(self, lang: Language, theme: str, theme_address: str) -> str:
        """Tags for the document: the scripts to fetch at once, and the style sheets themselves.

        Args:
            lang: What the browser asks for.
            theme: The style sheet of the theme.
            theme_address: Where the page would fetch that from.
        """
        if not self.scripts:
            return ""
        scripts = (*self.scripts, *(name for other, name in self.words if other == lang))
        fetched = "".join(
            f'<link rel="modulepreload" crossorigin href="./assets/{name}">' for name in scripts
        )
        addresses = [*(f"./assets/{name}" for name in self.styles), theme_address]
        theme = _FONT_FACE.sub("", theme)  # they come later, see document.py
        marks = _MARKS.replace("ADDRESSES", json.dumps(addresses))
        return f"{fetched}<style>{self.sheet}{theme}</style><script>{marks}</script>"


def first_files(document: str, folder: Path) -> FirstFiles:
    """What the first view of Gradio's ``document`` needs of ``folder``; nothing where unknown.

    >>> first_files("<html></html>", Path()).scripts
    ()
    """
    entry, sheet, page = (one.search(document) for one in (_ENTRY, _SHEET, DESCRIPTION))
    if not (entry and sheet and page):
        return FirstFiles()
    begun = list(_calls(_script(folder, entry[1])))
    names = [entry[1], sheet[1], *_needed(begun)]
    for called, _ in begun:
        frame = [call for call in _calls(_script(folder, called)) if call[0].startswith(_FRAME)]
        names += _needed(frame)
    core = next((called for called, _ in begun if called.startswith(_PARTS)), None)
    if core is None:
        return FirstFiles()
    text = _script(folder, core)
    drawn = {
        part["type"]
        for part in json.loads(page[1])["components"]
        if part["props"].get("visible") is not False
    }
    for part in sorted(drawn):
        names += _needed(_part(text, part))
    known = [name for name in dict.fromkeys(names) if (folder / name).is_file()]
    styles = tuple(name for name in known if name.endswith(".css"))
    words = [
        (lang, found[1])
        for lang in LANGUAGES
        if lang != "en"  # which stands in a script that is needed anyway
        and (found := re.search(rf"/{lang}\.json\":.*?`\./([\w.-]+\.js)`", text))
    ]
    return FirstFiles(
        tuple(name for name in known if name.endswith(".js")),
        styles,
        "".join((folder / name).read_text(encoding="utf-8") for name in styles),
        tuple(words),
    )


@lru_cache(maxsize=128)
def smallest(path: Path) -> bytes:
    """A script as brotli makes it, nearly as small as it can; kept, since it never changes."""
    script: bytes = brotli.compress(path.read_bytes(), mode=brotli.MODE_TEXT, quality=10)
    return script


def _script(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def _calls(script: str, start: int = 0) -> Iterator[tuple[str, list[str]]]:
    """The scripts that this one asks for, each with all the files that it needs."""
    listed = _FILES.search(script)
    files = [str(name).removeprefix("./") for name in json.loads(listed[1])] if listed else []
    for call in _CALL.finditer(script, start) if files else ():
        yield call[1], [files[int(number)] for number in call[2].split(",") if number]


def _part(script: str, part: str) -> list[tuple[str, list[str]]]:
    """The call that asks for a part of the page, such as a button."""
    found = re.search(rf"[{{,]{part}:\{{[^{{}}]*?component:", script)
    first = next(_calls(script, found.end()), None) if found else None
    return [first] if first else []


def _needed(calls: Iterable[tuple[str, list[str]]]) -> list[str]:
    return [name for called, needed in calls for name in (called, *needed)]
