"""The document that a browser gets first: its head in our words, and compressed.

Gradio's own document says "Gradio" to whoever previews a link, is not compressed, and is white
until its style sheet has come. What else makes the page an app to be installed stands here too.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import brotli

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.server.first_files import DESCRIPTION, FirstFiles
from yuzug.ui.theme import font_faces

# The grounds of style.css, light and dark, which a browser needs before that has come.
PAPER = {"light": "#f7f4ee", "dark": "#0f1718"}
ICONS = ("icon-192.png", "icon-512.png", "icon-maskable.png")
PREVIEW_WH = (1200, 630)
_FOLDER = Path(__file__).resolve().parent / "icons"
_LOCALES = {"en": "en_US", "tr": "tr_TR"}
_ABOUT_GRADIO = re.compile(r"<meta\s[^>]*?(?:property=\"og:|name=\"twitter:)[^>]*>")
_MANIFEST = '<link rel="manifest" href="/manifest.json" />'
_ROOT = re.compile(r"\"root\":\s*(\"[^\"]*\")")  # in the configuration of Gradio's document
_CHARSET = re.compile(r"<meta charset=\"utf-8\"\s*/?>")
_THEME = re.compile(r"\"theme_hash\":\s*\"(\w+)\"")
# Gradio's sheet, which stands in the document, and a script for pages in a frame.
_SHEET = re.compile(r"<link rel=\"stylesheet\" crossorigin href=\"\./assets/[\w.-]+\">")
_IN_FRAME = re.compile(
    r"<script>(?:(?!</script>).)*iframeResizer\.content(?:(?!</script>).)*</script>", re.DOTALL
)
_QUALITY = 5  # 7 ms for a sixth of the bytes
_BEST_QUALITY = 10  # a tenth less, for 140 ms


def finished(
    document: str,
    lang: Language,
    first: FirstFiles | None = None,
    theme: str = "",
    framed: bool = True,
) -> str:
    """Gradio's document with our head instead of its own.

    Args:
        document: Gradio's document.
        lang: The language of the head.
        first: The files that are needed at once.
        theme: The style sheet of the theme.
        framed: Whether another page may show this one in a frame.
    """
    document = document.replace('lang="en"', f'lang="{lang}"', 1)
    head, found, rest = document.partition("<script")
    root, theme_hash = _ROOT.search(rest), _THEME.search(rest)
    address = json.loads(root[1]).rstrip("/") if root else ""
    ours = _head(lang, address)
    if first and first.scripts:
        version = theme_hash[1] if theme_hash else ""
        ours += first.head(lang, theme, f"{address}/theme.css?v={version}")
        rest = _SHEET.sub("", rest, count=1)
    if not framed:
        rest = _IN_FRAME.sub("", rest, count=1)
    head = _CHARSET.sub(lambda charset: charset[0] + ours, _ABOUT_GRADIO.sub("", head), count=1)
    tail, end, body = rest.rpartition("</head>")
    return head + found + tail.replace(_MANIFEST, "") + end + body


def _head(lang: Language, address: str) -> str:
    title, words = _t("title", lang), _t("tagline", lang)
    width, height = PREVIEW_WH
    shared = {
        "og:type": "website",
        "og:site_name": title,
        "og:title": title,
        "og:description": words,
        "og:url": f"{escape(address)}/",
        "og:locale": _LOCALES[lang],
        "og:image": f"{escape(address)}/icons/preview-{lang}.png",
        "og:image:width": str(width),
        "og:image:height": str(height),
        "og:image:alt": f"{title}: {words}",
    }
    tags = "".join(
        f'<meta property="{name}" content="{value}" />' for name, value in shared.items()
    )
    colours = "".join(
        f'<meta name="theme-color" content="{colour}" media="(prefers-color-scheme: {scheme})" />'
        for scheme, colour in PAPER.items()
    )
    return (
        f'<meta name="description" content="{words}" />{tags}'
        f'<meta name="twitter:card" content="summary_large_image" />{colours}'
        '<link rel="manifest" href="manifest.json" />'
        '<link rel="apple-touch-icon" href="icons/icon-192.png" />'
        f"<style>html {{ background: {PAPER['light']}; }}"
        f" @media (prefers-color-scheme: dark) {{ html {{ background: {PAPER['dark']}; }} }}"
        "</style>"
        # A browser looks for no font of a sheet for other media: page.js makes it one for all once
        # the page can be used, so that three fonts do not hold up the scripts.
        f'<style id="yz-fonts" media="not all">{font_faces()}</style>'
    )


def manifest(lang: Language) -> dict[str, Any]:
    """What a browser needs to know to install the page as an app."""
    icons = [
        {
            "src": f"icons/{name}",
            "sizes": "192x192" if "192" in name else "512x512",
            "type": "image/png",
            "purpose": "maskable" if "maskable" in name else "any",
        }
        for name in ICONS
    ]
    return {
        "name": text("ui.title", lang),
        "short_name": text("ui.title", lang),
        "description": text("ui.tagline", lang),
        "lang": lang,
        "id": "./",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": PAPER["light"],
        "theme_color": PAPER["light"],
        "icons": icons,
    }


@cache
def icon(name: str) -> bytes | None:
    """The PNG file of this name, one of :data:`ICONS` or a preview; None where there is none."""
    files = {path.name: path for path in _FOLDER.glob("*.png")}
    return files[name].read_bytes() if name in files else None


def spoken(document: str, shown: Mapping[int, Mapping[str, Any]]) -> str:
    """Gradio's document with these properties of its components, by their ids."""
    described = DESCRIPTION.search(document)
    if not (described and shown):
        return document
    page = json.loads(described[1])
    for part in page["components"]:
        part["props"] |= {
            name: value for name, value in shown.get(part["id"], {}).items() if name != "__type__"
        }
    written = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&'\u2028\u2029":  # nothing that ends the script it stands in
        written = written.replace(letter, f"\\u{ord(letter):04x}")
    return document[: described.start(1)] + written + document[described.end(1) :]


def encoding(accepts: str) -> str:
    """The smallest encoding that a browser takes; "" for none of ours.

    >>> encoding("gzip, deflate")
    'gzip'
    """
    offered = {part.partition(";")[0].strip() for part in accepts.lower().split(",")}
    return next((name for name in ("br", "gzip") if name in offered), "")


def packed(body: bytes, how: str, often: bool = False) -> bytes:
    """The body in this :func:`encoding`; what is sent ``often`` may take longer to pack.

    >>> len(packed(b"aaaa" * 100, "gzip")) < 40
    True
    """
    if how == "br":
        quality = _BEST_QUALITY if often else _QUALITY
        return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality))
    return gzip.compress(body, compresslevel=6) if how == "gzip" else body


def _t(name: str, lang: Language) -> str:
    return escape(text(f"ui.{name}", lang))
