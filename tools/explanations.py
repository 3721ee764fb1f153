"""Measure the heat maps of the bundled models, and write what is made in docs/explanations.md.

python tools/explanations.py DATA    measures anew (minutes), and writes the page
python tools/explanations.py         writes the page from what was measured
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout's, not a copy's

from yuzug.explain import METHODS, REGIONS
from yuzug.lab.evaluation.intervals import Interval
from yuzug.lab.explanations.faithfulness import CENTRE, RANDOM, Explained, MapScore
from yuzug.models import available_models

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanations.md"
MEASURED = ROOT / "docs" / "explanations"
BLOCK = re.compile(r"(<!-- (\w+): made by .*? -->\n).*?(<!-- \2 end -->)", re.DOTALL)
NAMES = {RANDOM: "random map", CENTRE: "centre prior"}
KINDS = {
    "noise": "the same face with a little noise",
    "shift": "the same face, shifted by 4% and back",
    "other_face": "another face with the same expression",
    "random_head": "the same face, layers above the map randomised",
    "random_network": "the same face, all layers randomised",
}


def models() -> list[str]:
    """The bundled models with weights of their own, the default one first."""
    # The ensemble is not measured: its maps weigh its members' activations together, and take as
    # long as those of both.
    return [one.name for one in available_models() if one.path.suffix == ".safetensors"]


def reports() -> dict[str, Explained]:
    """What was measured, by model."""
    paths = {name: MEASURED / name / "explanations.json" for name in models()}
    return {
        name: Explained.model_validate_json(path.read_text(encoding="utf-8"))
        for name, path in paths.items()
        if path.is_file()
    }


def page() -> str:
    """The page with everything fresh that is made."""
    measured = reports()
    makers: dict[str, Callable[[], str]] = {
        "methods": methods,
        "faithfulness": lambda: faithfulness(measured),
        "older": lambda: older(measured),
        "regions": lambda: "\n\n".join(regions(one) for one in measured.values()),
        "pictures": lambda: pictures(measured),
        "similarity": lambda: similarity(measured),
    }
    return BLOCK.sub(
        lambda block: f"{block[1]}{makers[block[2]]()}\n{block[3]}", PAGE.read_text("utf-8")
    )


def methods() -> str:
    """What each method shows and costs."""
    rows = [(f"`{one.name}`", one.title, one.line("en")) for one in METHODS.values()]
    return _table(("name", "method", "what it shows, what it costs"), rows)


def faithfulness(measured: Mapping[str, Explained]) -> str:
    """ROAD of each kind of map, and whether the default is worth its name."""
    rows = _rows(measured, lambda score: _number(score.road))
    heads = [f"{name} (n = {one.n})" for name, one in measured.items()]
    lines = [_verdict(name, one) for name, one in measured.items()]
    return "\n".join([_table(("ROAD, 95% interval", *heads), rows), "", *lines])


def older(measured: Mapping[str, Explained]) -> str:
    """Deletion and insertion of each kind of map."""

    def both(score: MapScore) -> str:
        return f"{_plain(score.deletion)} / {_plain(score.insertion)}"

    return _table(("deletion / insertion", *measured), _rows(measured, both))


def regions(report: Explained) -> str:
    """Shares of the default map on the parts of the face, by expression."""
    rows = []
    for label, shares in report.regions.items():
        knows_nothing = label == CENTRE
        name = NAMES[CENTRE] if knows_nothing else f"{label} ({shares[REGIONS[0]].n})"
        cells = [_percent(shares[part], exact=knows_nothing) for part in REGIONS]
        rows.append((name, *cells))
    return _table((f"{report.model}: looks (n)", *REGIONS), rows)


def pictures(measured: Mapping[str, Explained]) -> str:
    """The mean map of each expression."""
    labels = [label for label in next(iter(measured.values())).regions if label != CENTRE]
    rows = [
        (name, *(f"![{label}](explanations/{name}/mean_map_{label}.png)" for label in labels))
        for name in measured
    ]
    return _table(("", *labels), rows)


def similarity(measured: Mapping[str, Explained]) -> str:
    """How alike the default map of a face is to other maps."""
    rows = [
        (words, *(_number(one.similarity[kind]) for one in measured.values()))
        for kind, words in KINDS.items()
    ]
    verdict = [
        f"* **{name}**: the check {'passes' if one.sane else 'FAILS'}."
        for name, one in measured.items()
    ]
    heads = [f"{name} ({METHODS[one.default].title})" for name, one in measured.items()]
    return "\n".join([_table(("correlation with the map of …", *heads), rows), "", *verdict])


def _rows(
    measured: Mapping[str, Explained], shown: Callable[[MapScore], str]
) -> list[tuple[str, ...]]:
    every = {name for one in measured.values() for name in one.maps}
    names = [name for name in (*METHODS, RANDOM, CENTRE) if name in every]
    rows = []
    for name in names:
        cells = []
        for one in measured.values():
            cell = shown(one.maps[name]) if name in one.maps else "–"
            cells.append(f"**{cell}**" if name == one.default else cell)
        rows.append((METHODS[name].title if name in METHODS else NAMES[name], *cells))
    return rows


def _verdict(name: str, one: Explained) -> str:
    def better(beats: bool) -> str:
        return "better than" if beats else "NOT shown to be better than"

    return (
        f"* **{name}**: the default, {METHODS[one.default].title}, is {better(one.beats_random)} "
        f"a random map and {better(one.beats_centre)} the centre prior."
    )


def _number(value: Interval) -> str:
    return f"{value.mean:.3f} ({value.low:.3f} … {value.high:.3f})"


def _plain(value: Interval | None) -> str:
    return f"{value.mean:.2f}" if value else "–"


def _percent(value: Interval, *, exact: bool) -> str:
    if exact:
        return f"{100 * value.mean:.0f}"
    return f"{100 * value.mean:.0f} ({100 * value.low:.0f}–{100 * value.high:.0f})"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    every = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in every)


def measure(data: str) -> None:
    """Run the command of the page for every bundled model."""
    for name in models():
        command = [sys.executable, "-m", "yuzug.cli", "evaluate", data, "--explain"]
        out = str(MEASURED / name)
        subprocess.run([*command, "--model", name, "--out", out], check=True, cwd=ROOT)


def main() -> None:
    """Write the page anew, after measuring where data is named; with --check only compare it."""
    if sys.argv[1:] == ["--check"]:
        if page() != PAGE.read_text(encoding="utf-8"):
            sys.exit("docs/explanations.md is stale: run python tools/explanations.py")
        return
    if len(sys.argv) > 1:
        measure(str(Path(sys.argv[1]).resolve()))
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
