"""What a browser, a link preview and a phone that installs the page get from the server first."""

from __future__ import annotations

import gzip
import io
import re
from html.parser import HTMLParser

import brotli
import httpx
import pytest
from PIL import Image

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.server.document import PAPER, encoding, finished, packed
from yuzug.ui.theme import STYLE_SHEET


class Head(HTMLParser):
    """The tags of a document's head that programs read."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.meta: list[tuple[str, str]] = []
        self.links: dict[str, str] = {}
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and "content" in given:
            self.meta.append((given.get("property") or given.get("name", ""), given["content"]))
        if tag == "link":
            self.links[given.get("rel", "")] = given.get("href", "")


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_a_shared_link_shows_our_name_words_and_picture(url: str, lang: Language) -> None:
    answer = httpx.get(url, headers={"Accept-Language": lang}, timeout=60)
    head = Head(answer.text)
    names = [name for name, _ in head.meta if name != "theme-color"]
    assert len(names) == len(set(names)), "one tag hides another"
    said = dict(head.meta)
    assert said["og:title"] == "Yuzug"
    assert said["og:description"] == said["description"] == text("ui.tagline", lang)
    assert said["og:url"] == f"{url}/"
    assert "radio" not in "".join(f"{name}{words}" for name, words in head.meta)
    assert "https://" not in "".join(words for _, words in head.meta)
    picture = httpx.get(said["og:image"], timeout=60)
    assert picture.headers["content-type"] == "image/png"
    size = (int(said["og:image:width"]), int(said["og:image:height"]))
    assert Image.open(io.BytesIO(picture.content)).size == size


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_page_has_a_manifest_with_icons_that_are_there(url: str, lang: Language) -> None:
    manifest = httpx.get(
        f"{url}/manifest.json", headers={"Accept-Language": lang}, timeout=60
    ).json()
    assert manifest["description"] == text("ui.tagline", lang)
    assert manifest["lang"] == lang
    for icon in manifest["icons"]:
        picture = Image.open(io.BytesIO(httpx.get(f"{url}/{icon['src']}", timeout=60).content))
        assert icon["sizes"] == f"{picture.width}x{picture.height}"
    assert httpx.get(f"{url}/icons/nothing.png", timeout=60).status_code == 404


def test_the_document_is_compressed_and_the_same(url: str) -> None:
    sizes = {}
    for how in ("identity", "gzip", "br"):
        with httpx.stream("GET", url, headers={"Accept-Encoding": how}, timeout=60) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding", "identity") == how
        assert answer.headers["content-length"] == str(len(raw))
        whole = {"gzip": gzip.decompress, "br": brotli.decompress}.get(how, bytes)(raw)
        assert whole.rstrip().endswith(b"</html>")
        sizes[how] = len(raw)
    assert sizes["br"] < sizes["gzip"] < sizes["identity"] / 4


def test_the_first_paint_has_the_ground_of_the_style_sheet() -> None:
    page = finished('<head><meta charset="utf-8" /><script></script></head>', "en")
    grounds = re.findall(r"--yz-paper: (#\w+);", STYLE_SHEET.read_text(encoding="utf-8"))
    assert grounds == [*PAPER.values()]
    for ground in grounds:
        assert f"html {{ background: {ground}; }}" in page


def test_an_unknown_encoding_gets_the_plain_bytes() -> None:
    assert encoding("zstd;q=1, *") == ""
    assert packed(b"words", "") == b"words"
