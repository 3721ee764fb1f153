"""The documentation's JavaScript, in the browser."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from journeys import ASTRONAUT
from playwright.sync_api import Browser

DOCS = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_the_script_of_the_documentation_reads_a_face(browser: Browser, url: str) -> None:
    [script] = re.findall(r"^```js\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.M | re.S)
    picture = base64.b64encode(ASTRONAUT.read_bytes()).decode()
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{url}/gradio_api/info")  # any address of the server's
    page.evaluate(
        "async () => { const file = await (await fetch('data:image/jpeg;base64,"
        + picture
        + "')).blob();\n"
        + script.replace("http://localhost:7860", url)
        + "}"
    )
    page.close()
    assert said == ["happy"]
