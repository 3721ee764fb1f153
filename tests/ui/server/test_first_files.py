"""What the document tells a browser at once, so that a slow line waits for nothing in turn."""

from __future__ import annotations

import json
import re
from pathlib import Path

import brotli
import httpx
import pytest
from starlette.datastructures import Headers

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.gradio_patches import assets_folder
from yuzug.ui.server.document import spoken
from yuzug.ui.server.first_files import DESCRIPTION, first_files
from yuzug.ui.server.front_page import MAX_KEPT, FrontPage

PRELOADED = re.compile(r"<link rel=\"modulepreload\" crossorigin href=\"\./assets/([\w.-]+)\">")


def document(url: str, lang: Language = "en") -> str:
    return httpx.get(url, headers={"Accept-Language": lang}, timeout=60).text


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_document_names_the_scripts_that_gradio_asks_for_later(
    url: str, lang: Language
) -> None:
    scripts = PRELOADED.findall(document(url, lang))
    assert len(scripts) == len(set(scripts)) > 30
    for kind in ("index-", "core-", "Blocks-", "HTML-"):
        assert any(name.startswith(kind) for name in scripts)
    assert any(name.startswith("tr-") for name in scripts) is (lang == "tr")
    for name in scripts[:3]:
        answer = httpx.get(f"{url}/assets/{name}", headers={"Accept-Encoding": "br"}, timeout=60)
        assert answer.text == (assets_folder() / name).read_text(encoding="utf-8")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        plain = httpx.get(
            f"{url}/assets/{name}", headers={"Accept-Encoding": "identity"}, timeout=60
        )
        assert plain.text == answer.text
        assert "content-encoding" not in plain.headers


def test_style_sheets_stand_in_the_document_and_no_link_asks_for_one(url: str) -> None:
    page = document(url)
    [names] = re.findall(r"for \(const href of (\[.*?\])\)", page)
    for address in json.loads(names):
        if address.startswith("./assets/"):
            sheet = assets_folder() / address.removeprefix("./assets/")
            assert sheet.read_text(encoding="utf-8") in page
    assert '<link rel="stylesheet"' not in page
    assert (
        httpx.get(json.loads(names)[-1], timeout=60).headers["content-type"].startswith("text/css")
    )


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_document_is_in_the_language_that_the_browser_asks_for(
    url: str, lang: Language
) -> None:
    page = document(url, lang)
    assert f'lang="{lang}"' in page
    described = DESCRIPTION.search(page)
    assert described is not None
    parts = json.loads(described[1])["components"]
    labels = [part["props"]["label"] for part in parts if part["type"] == "tabitem"]
    assert labels[0] == text("ui.tab_live", lang)
    [chosen] = [part for part in parts if part["props"].get("elem_id") == "yz-language"]
    assert chosen["props"]["value"] == lang


def test_words_cannot_end_the_script_that_they_stand_in() -> None:
    before = '<script>window.gradio_config = {"components":[{"id":1,"props":{}}]};</script>'
    said = "</script><script>alert(1)</script> & ' \u2028"
    after = spoken(before, {1: {"value": said, "__type__": "update"}})
    assert after.count("</script>") == 1
    described = DESCRIPTION.search(after)
    assert described is not None
    assert json.loads(described[1])["components"] == [{"id": 1, "props": {"value": said}}]


@pytest.mark.parametrize(
    "page",
    [
        "<html></html>",
        '<script type="module" crossorigin src="./assets/none.js"></script>'
        '<link rel="stylesheet" crossorigin href="./assets/none.css">'
        '<script>window.gradio_config = {"components":[]};</script>',
    ],
)
def test_a_page_of_another_kind_is_sent_as_it_is(
    page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "none.css").touch()
    whole = f'<head><meta charset="utf-8" /></head>{page}'
    body, how = FrontPage(tmp_path).document(whole.encode(), Headers({}))
    assert how == ""
    assert body.decode().endswith(page)
    assert ("unknown" in capsys.readouterr().err) is ("none.js" in page)


def test_a_host_more_costs_no_packing_at_leisure(tmp_path: Path) -> None:
    front = FrontPage(tmp_path)
    asked = Headers({"accept-encoding": "br"})
    for number in range(MAX_KEPT + 3):
        body = f'<head><meta charset="utf-8" /></head>{number}'
        packed, how = front.document(body.encode(), asked)
        assert how == "br"
        assert brotli.decompress(packed).decode().endswith(str(number))
    assert len(front._kept) == MAX_KEPT


def test_a_script_that_needs_nothing_known_is_no_first_file(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("console.log(1)", encoding="utf-8")
    page = (
        '<script type="module" crossorigin src="./assets/a.js"></script>'
        '<link rel="stylesheet" crossorigin href="./assets/a.css">'
        '<script>window.gradio_config = {"components":[]};</script>'
    )
    assert first_files(page, tmp_path).scripts == ()
