"""Write docs/recipes.md from the kept results in docs/results and the cards of the weights.

Run it after a result or the weights have changed: python tests/recipes.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout's, not a copy's

import yaml

from yuzug.lab.results import Result
from yuzug.models import Metrics, find, read_card

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "recipes.md"
RESULTS = ROOT / "docs" / "results"

HEAD = """# The systems of the sources, as recipes

Made by `python tests/recipes.py` from the results in [results](results) and from the cards of the
bundled weights; a stale page fails the tests. `yuzug train NAME --data DATA --out DIR` runs a
recipe and writes such a result beside its weights.

A name without `-cpu` holds the source's own values; `-cpu` is what two busy CPU cores bear: fewer
epochs, smaller faces. Every figure of ours is measured on a validation split on which nothing was
trained or chosen, and from which nothing identical or nearly identical was trained on. The
sources measured on other pictures, so their figures and ours do not compare point by point.

The five-class source reports 94.74 % for its CNN on an outside set and 87.43 % on its own. A
network that reads strangers better than the pictures it comes from has most likely seen the
strangers: the outside set probably stood in its training. Private data cannot be checked.

`small-8-transfer` has a new head for the same 153 faces on the backbone of the bundled weights,
which has seen the whole training split: it shows what a user gains by starting from them, not
what 153 faces can do.
"""
COLUMNS = (
    "what", "on", "trained on", "epochs", "n", "accuracy", "balanced", "macro-F1", "worst class"
)  # fmt: skip


def page() -> str:
    """The whole page."""
    sources = yaml.safe_load((RESULTS / "sources.yaml").read_text(encoding="utf-8"))
    return "\n".join([HEAD, *(_part(source) for source in sources)])


def results() -> dict[str, Result]:
    """The kept results by the name of their recipe."""
    files = sorted(RESULTS.glob("*.json"))
    return {
        file.stem: Result.model_validate_json(file.read_text(encoding="utf-8")) for file in files
    }


def _part(source: dict[str, Any]) -> str:
    kept = results()
    table = [COLUMNS, ("---",) * len(COLUMNS)]
    for name in source["recipes"]:
        if name in kept:
            table += _of_result(name, kept[name])
        else:
            table.append((f"`{name}`", "not run here", *["–"] * (len(COLUMNS) - 2)))
    model, classes = source["bundled"]
    table += _of_bundled(model, classes)
    lines = [f"| {' | '.join(row)} |" for row in table]
    said = f"The source, on {source['data']}: {source['reported']}."
    if source["reported"] == "nothing":
        said = "The source reports no figure."
    title = source["source"][0].upper() + source["source"][1:]
    return "\n".join([f"## {title}", "", said, "", *lines, ""])


def _of_result(name: str, result: Result) -> Iterator[tuple[str, ...]]:
    for metrics in next(iter(result.heads.values())):
        epochs = f"{result.epochs}, best {result.best_epoch}"
        yield _row(f"`{name}`", f"{result.faces} faces", epochs, metrics)


def _of_bundled(model: str, classes: int) -> Iterator[tuple[str, ...]]:
    for metrics in read_card(find(model)).heads[str(classes)].metrics[:1]:
        yield _row(f"bundled `{model}`, {classes} classes", "its recipe's data", "–", metrics)


def _row(what: str, faces: str, epochs: str, one: Metrics) -> tuple[str, ...]:
    seen = {name: each for name, each in one.per_class.items() if each.support}
    worst = min(seen, key=lambda name: seen[name].recall)
    return (
        what,
        f"{one.data}, {one.split}, {one.labels}",
        faces,
        epochs,
        str(one.n),
        *(f"{100 * value:.1f} %" for value in (one.accuracy, one.balanced_accuracy, one.macro_f1)),
        f"{worst} {100 * seen[worst].recall:.0f} %",
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
