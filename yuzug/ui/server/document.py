"""The document that a browser gets first: its head in our words, and compressed.

Gradio's own document says "Gradio" to whoever previews a link, is not compressed, and is white
until its style sheet has come. What else makes the page an app to be installed stands here too.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import brotli

from yuzug.emotions import Language
from yuzug.texts import text

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
_QUALITY = 5  # 4 ms for a sixth of the bytes


def finished(document: str, lang: Language) -> str:
    """Gradio's document with our head instead of its own."""
    head, found, rest = document.partition("<script")
    address = _ROOT.search(rest)
    ours = _head(lang, json.loads(address[1]).rstrip("/") if address else "")
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
        "og:url": f"{address}/",
        "og:locale": _LOCALES[lang],
        "og:image": f"{address}/icons/preview-{lang}.png",
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


def packed(body: bytes, accepts: str) -> tuple[bytes, str]:
    """The body as small as the browser can read it, and the encoding's name; "" for none.

    >>> packed(b"aaaa" * 100, "gzip, deflate")[1]
    'gzip'
    """
    offered = {part.partition(";")[0].strip() for part in accepts.lower().split(",")}
    if "br" in offered:
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=_QUALITY), "br"
    if "gzip" in offered:
        return gzip.compress(body, compresslevel=6), "gzip"
    return body, ""


def _t(name: str, lang: Language) -> str:
    return escape(text(f"ui.{name}", lang))
