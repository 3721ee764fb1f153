"""Write docs/recipes.md from the kept results in docs/results and the cards of the weights.

Run it after a result or the weights have changed: python tools/recipes.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout's, not a copy's

import yaml

from yuzug.lab.training.results import Result
from yuzug.models import Metrics, read_card, resolve

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "recipes.md"
RESULTS = ROOT / "docs" / "results"

HEAD = """# The systems of the sources, as recipes

Made by `python tools/recipes.py` from the results in [results](results) and from the cards of the
bundled weights; a stale page fails the tests. `yuzug train NAME --data DATA --out DIR` runs a
recipe and writes such a result beside its weights.

The sources are five Turkish student projects without a public address. Their figures stand here as
their authors gave them, and could not be checked.

A name without `-cpu` holds the source's own values; `-cpu` is what two busy CPU cores can do: fewer
epochs, smaller faces. Apart from that, ours still differ from the source:

* every row: after training each class gets a bias, fitted on the held-out part so that rare classes
  are found, if that part has at least 40 faces, at a small cost in accuracy; the sources had none.
* `cnn48-8`: rare classes are drawn more often (`balance: 0.6`), the weights kept are a running mean
  (`ema: 0.998`), and the epoch is chosen by balanced accuracy.
* `realtime-7`: the same running mean, and labels smoothed by 0.1.
* `resnet18-5`: the stem is made for small faces (3×3, stride 2, no pooling, the last stage without
  its stride), and there is dropout before the head. It begins with ImageNet's weights, as in the
  source, where those can be fetched; its result says whether it did. `resnet18-5-cpu` begins with
  the bundled `resnet18`.

Every figure of ours is measured on images used neither for training nor for model selection, and no
identical or nearly identical image was used for training. The sources measured on other images, so
their figures and ours cannot be compared point by point. A row whose split is "outside" comes from
`train --outside`: none of that data was used for training. For our five-class CNN that data is
muxspace/facial_expressions.

A result that does not say how many faces were held out was made when a sample did not yet limit the
held-out part too: the epoch of `small-8` was chosen on more faces than the 153 it was trained on.

The five-class source reports 94.74% for its CNN on an outside set and 87.43% on its own. If a
network does better on an outside set than on its own data, either images of that set were in its
training data, or the set is easier. Ours shows the second: on the outside set its accuracy is
higher too, since most faces there are happy or neutral, but its balanced accuracy is not. Which
of the two holds for the source cannot be checked, since its data is private.

`small-8-transfer` has a new head for the same 153 faces on the backbone of the bundled weights,
which has seen the whole training split: it shows what a user gains by starting from them, not
what 153 faces can do.
"""
COLUMNS = (
    "what", "on", "trained on", "epochs", "n", "accuracy", "balanced", "macro-F1", "worst class"
)  # fmt: skip

CLASS_COLUMNS = ("what", "on", "class", "faces", "sensitivity", "specificity")
# The sources of these report both for each class.
BY_CLASS = frozenset({"resnet18-5", "cnn-5"})


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
    rows: list[tuple[str, ...]] = []
    by_class: list[tuple[str, ...]] = []
    for name in source["recipes"]:
        if name in kept:
            rows += _of_result(name, kept[name])
            for metrics in _measured(kept[name]):
                by_class += _class_rows(f"`{name}`", metrics)
        else:
            rows.append((f"`{name}`", "not run here", *["–"] * (len(COLUMNS) - 2)))
    model, classes = source["bundled"]
    (bundled,) = read_card(resolve(model)).heads[str(classes)].metrics[:1]
    what = f"bundled `{model}`, {classes} classes"
    rows.append(_row(what, "its recipe's data", "–", bundled))
    by_class += _class_rows(what, bundled)
    said = f"The source, on {source['data']}: {source['reported']}."
    if source["reported"] == "nothing":
        said = "The source reports no figure."
    title = source["source"][0].upper() + source["source"][1:]
    tables = [*_table(COLUMNS, rows), ""]
    if BY_CLASS & set(source["recipes"]):
        tables += [*_table(CLASS_COLUMNS, by_class), ""]
    return "\n".join([f"## {title}", "", said, "", *tables])


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (columns, ("---",) * len(columns), *rows)]


def _measured(result: Result) -> tuple[Metrics, ...]:
    """The numbers of the one head that a system of the sources has."""
    return next(iter(result.heads.values()))


def _of_result(name: str, result: Result) -> Iterator[tuple[str, ...]]:
    for metrics in _measured(result):
        epochs = f"{result.epochs}, best {result.best_epoch}"
        yield _row(f"`{name}`", f"{result.faces} faces", epochs, metrics)


def _row(what: str, faces: str, epochs: str, one: Metrics) -> tuple[str, ...]:
    seen = {name: each for name, each in one.per_class.items() if each.support}
    worst = min(seen, key=lambda name: seen[name].recall)
    return (
        what,
        f"{one.data}, {one.split}, {one.labels}",
        faces,
        epochs,
        str(one.n),
        *(f"{100 * value:.1f}%" for value in (one.accuracy, one.balanced_accuracy, one.macro_f1)),
        f"{worst} {100 * seen[worst].recall:.0f}%",
    )


def _class_rows(what: str, one: Metrics) -> Iterator[tuple[str, ...]]:
    """Sensitivity, which is recall, and specificity of each class that occurs."""
    on = f"{one.data}, {one.split}, {one.labels}"
    for name, each in one.per_class.items():
        if each.support:
            shares = (f"{100 * share:.1f}%" for share in (each.recall, each.specificity))
            yield what, on, name, str(each.support), *shares


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif page() != PAGE.read_text(encoding="utf-8"):
        sys.exit("docs/recipes.md is stale: run python tools/recipes.py")
