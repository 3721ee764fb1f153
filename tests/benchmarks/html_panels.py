"""The probabilities as HTML made in Python, and as a template of ``gr.HTML`` with JSON values.

    python tests/benchmarks/html_panels.py [--updates 100]

Both show the same list; each update is an event of a button. Times are from the press to the
change of the page, in one browser and one run, so that their ratio holds on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import chromium  # noqa: E402
import gradio as gr  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from yuzug.emotions import looks  # noqa: E402
from yuzug.faces import full_image  # noqa: E402
from yuzug.texts import percent, text  # noqa: E402
from yuzug.ui.components.reading import _bars  # noqa: E402
from yuzug.ui.components.readings import FaceReading  # noqa: E402

LABELS = ("happy", "surprise", "neutral", "sad", "fear", "angry", "disgust")
TEMPLATE = """<ul class="yz-bars asks" aria-label="{{value.title}}">{{#each value.rows}}
<li class="{{this.top}}" style="--p:{{this.share}}">
<button type="button" data-explain="{{this.label}}" aria-pressed="{{this.pressed}}">
<span class="name">{{this.name}}</span><span class="bar" aria-hidden="true"></span>
<span class="share">{{this.percent}}</span></button></li>{{/each}}</ul>"""
# Milliseconds from a press until the shares below the panel have changed, for each update.
MEASURE = """async ([button, panel, updates]) => {
  const took = [];
  const shares = () =>
    [...document.querySelectorAll(panel + " .share")].map(element => element.innerText).join();
  for (let i = 0; i < updates; i++) {
    const before = shares(), start = performance.now();
    const changed = new Promise(resolve => {
      const watch = new MutationObserver(() => {
        const now = shares();
        if (now && now !== before) { watch.disconnect(); resolve(); }
      });
      watch.observe(document.querySelector(panel),
        { childList: true, subtree: true, characterData: true });
    });
    document.querySelector(button).click();
    await changed;
    took.push(performance.now() - start);
    await new Promise(resolve => setTimeout(resolve, 60));
  }
  return took;
}"""


def probabilities(step: int) -> dict[str, float]:
    """Seven numbers that change with every step."""
    raw = [1 + (step * 7 + 3 * place) % 11 for place in range(len(LABELS))]
    return {label: share / sum(raw) for label, share in zip(LABELS, raw, strict=True)}


def as_html(step: int) -> str:
    """What the page sends today."""
    shares = probabilities(step)
    top = max(shares, key=shares.__getitem__)
    face = FaceReading(
        top,
        shares[top],
        shares,
        doubts=(),
        alignment=full_image((48, 48)),
        map=None,
        track=None,
    )
    return _bars(face, "en")


def as_json(step: int) -> dict[str, Any]:
    """The same as values for a template."""
    shares = probabilities(step)
    top = max(shares, key=shares.__getitem__)
    rows = [
        {
            "label": label,
            "top": "top" if label == top else "",
            "share": f"{share:.3f}",
            "pressed": "false",
            "name": looks(label, "en"),
            "percent": percent(share, "en"),
        }
        for label, share in shares.items()
    ]
    return {"title": text("ui.probabilities", "en"), "rows": rows}


PANELS = (("html", as_html, "${value}"), ("json", as_json, TEMPLATE))


def app() -> gr.Blocks:
    """Two panels with a button each."""
    with gr.Blocks(analytics_enabled=False) as demo:
        step = gr.State(0)
        for name, make, template in PANELS:
            panel = gr.HTML(make(0), html_template=template, elem_id=f"panel-{name}")
            button = gr.Button(name, elem_id=f"next-{name}")
            button.click(
                lambda at, made=make: (at + 1, made(at + 1)), step, [step, panel], queue=False
            )
    return demo


def measure(page: Page, name: str, updates: int) -> list[float]:
    """The milliseconds of each update of a panel."""
    took: list[float] = page.evaluate(MEASURE, [f"#next-{name}", f"#panel-{name}", updates])
    return took


def main() -> None:
    """Print a table."""
    options = argparse.ArgumentParser()
    options.add_argument("--updates", type=int, default=100)
    updates = options.parse_args().updates
    demo = app()
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            page.goto(url)
            page.locator("#panel-json .yz-bars li").last.wait_for()
            same = "panel => document.querySelector(panel + ' .yz-bars').innerText"
            same += r".replace(/\s+/g, '')"
            assert page.evaluate(same, "#panel-html") == page.evaluate(same, "#panel-json")
            for name in ("html", "json"):  # warm
                measure(page, name, 5)
            took = {name: measure(page, name, updates) for name in ("html", "json", "html", "json")}
            browser.close()
    finally:
        demo.close()
    print("| panel | bytes of a value | ms to the change, median | p95 |")
    print("| --- | --- | --- | --- |")
    for name, value in (("html", as_html(1)), ("json", json.dumps(as_json(1)))):
        ms = sorted(took[name])
        print(
            f"| {name} | {len(value.encode())} | {statistics.median(ms):.1f}"
            f" | {ms[int(0.95 * len(ms))]:.1f} |"
        )


if __name__ == "__main__":
    main()
