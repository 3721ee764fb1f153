"""The report of an evaluation: pictures, JSON, and one HTML page that needs nothing beside it."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from yuzug.emotions import Language, looks
from yuzug.explain import paint
from yuzug.lab.evaluation import charts
from yuzug.lab.evaluation.evaluate import Evaluation
from yuzug.lab.evaluation.predictions import Predictions
from yuzug.pipeline import Analyzer
from yuzug.texts import percent, text
from yuzug.texts.numbers import integer, percent_tenths

_SHOWN = 12
_DPI = 110
_NUMBERS = (
    "accuracy", "balanced_accuracy", "macro_precision", "macro_recall", "macro_f1",
    "weighted_precision", "weighted_recall", "weighted_f1", "coverage", "sure_accuracy",
)  # fmt: skip
_FIELDS = ("precision", "recall", "specificity", "f1", "support")


@dataclass(frozen=True)
class Table:
    """A table of the page."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A heading, sentences, and pictures as (name of their file, figure)."""

    title: str
    lines: tuple[str, ...]
    figures: tuple[tuple[str, Figure], ...]


def write_report(
    out: Path,
    analyzer: Analyzer,
    result: Evaluation,
    predictions: Predictions,
    lang: Language,
) -> Path:
    """Write ``report.html``, ``report.json`` and every picture into a folder; the page's path."""
    out.mkdir(parents=True, exist_ok=True)
    sections = list(_sections(analyzer, result, predictions, lang))
    shown = []
    for section in sections:
        pictures = [
            {"alt": section.title, "data": _saved(figure, out / f"{name}.png")}
            for name, figure in section.figures
        ]
        shown.append({"title": section.title, "lines": section.lines, "pictures": pictures})
    template = (Path(__file__).parent / "report.html").read_text(encoding="utf-8")
    page = jinja2.Environment(autoescape=True).from_string(template).render(
        lang=lang,
        title=text(
            "lab.report_title", lang, model=result.model, classes=result.classes, data=result.data
        ),
        facts=list(_facts(result, lang)),
        tables=[_numbers(result, lang), _classes(result, lang)],
        sections=shown,
    )  # fmt: skip
    (out / "report.html").write_text(page, encoding="utf-8")
    everything = {
        **result.model_dump(mode="json", by_alias=True),
        "confusion_normalised": _shares(np.array(result.confusion)).round(4).tolist(),
    }
    (out / "report.json").write_text(_json(everything), encoding="utf-8")
    return out / "report.html"


def _number(value: float | None, lang: Language) -> str:
    """A share in percent, a count as it is, a dash for what is not defined."""
    if value is None:
        return "–"
    return integer(value, lang) if isinstance(value, int) else percent_tenths(value, lang)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _saved(figure: Figure, path: Path) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI)
    path.write_bytes(buffer.getvalue())
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _shares(table: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(table / np.maximum(1, table.sum(axis=1, keepdims=True)), np.float64)


def _facts(result: Evaluation, lang: Language) -> Iterator[str]:
    split = text("lab.split_all", lang) if result.split == "all" else result.split
    labels = text(f"lab.labels_{result.labels}", lang)
    yield text("lab.report_split", lang, split=split, labels=labels)
    yield text("lab.report_counted", lang, n=result.n, dropped=result.n_dropped)
    if result.mapping:
        pairs = ", ".join(f"{one} → {other}" for one, other in result.mapping.items())
        yield text("lab.report_mapping", lang, pairs=pairs)


def _numbers(result: Evaluation, lang: Language) -> Table:
    rows = []
    for name in _NUMBERS:
        ends = result.intervals.get(name, ())
        between = " – ".join(percent_tenths(end, lang) for end in ends)
        rows.append((text(f"lab.{name}", lang), _number(getattr(result, name), lang), between))
    head = ("", "", text("lab.report_interval", lang))
    return Table(text("lab.report_numbers", lang), head, tuple(rows))


def _classes(result: Evaluation, lang: Language) -> Table:
    rows = tuple(
        (looks(name, lang), *(_number(getattr(one, field), lang) for field in _FIELDS))
        for name, one in result.per_class.items()
    )
    head = (text("lab.report_class", lang), *(text(f"lab.{field}", lang) for field in _FIELDS))
    return Table(text("lab.report_classes", lang), head, rows)


def _sections(
    analyzer: Analyzer,
    result: Evaluation,
    predictions: Predictions,
    lang: Language,
) -> Iterator[Section]:
    names = tuple(result.per_class)
    table = np.array(result.confusion)
    confused = tuple(
        text(
            "lab.confused", lang, n=pair.n, of=pair.of, truth=looks(pair.truth, lang),
            read=looks(pair.read, lang), share=percent(pair.n / pair.of, lang),
        )
        for pair in result.most_confused
    )  # fmt: skip
    yield Section(
        text("lab.report_confusion", lang),
        confused,
        (
            ("confusion", charts.confusion_matrix(table, names, lang, shares=False)),
            ("confusion_normalised", charts.confusion_matrix(table, names, lang, shares=True)),
        ),
    )
    pairs = {
        text("lab.report_before", lang, ece=percent_tenths(result.ece_before_temperature, lang)): (
            predictions.confidence_before,
            predictions.right,
        ),
        text("lab.report_after", lang, ece=percent_tenths(result.ece, lang)): (
            predictions.confidence,
            predictions.right,
        ),
    }
    reliability = (("reliability", charts.reliability(pairs, lang)),)
    mean, high = (percent_tenths(one, lang) for one in result.ece_if_calibrated)
    chance = text("lab.report_chance", lang, mean=mean, high=high)
    yield Section(text("lab.report_reliability", lang), (chance,), reliability)
    for name, wanted in (("right", predictions.right), ("wrong", ~predictions.right)):
        rows = np.flatnonzero(wanted)
        rows = rows[np.argsort(-predictions.confidence[rows], kind="stable")][:_SHOWN]
        figure = charts.gallery(
            [_explained(analyzer, predictions, row, lang) for row in rows.tolist()]
        )
        yield Section(text(f"lab.report_{name}", lang), (), ((name, figure),))
    if result.robustness:
        title = text("lab.report_robustness", lang, n=result.robustness[0].n)
        figure = charts.robustness(result.robustness, lang)
        yield Section(title, (), (("robustness", figure),))


def _explained(
    analyzer: Analyzer, predictions: Predictions, row: int, lang: Language
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], str]:
    photo = np.repeat(predictions.images[row][..., None], 3, axis=2)
    face = analyzer.analyze(photo, crops=True).faces[0]
    heat = photo
    if face.explanation is not None:
        heat = paint(photo, face.explanation.values, face.explanation.strength)
    caption = text(
        "lab.caption", lang, truth=looks(str(predictions.truth[row]), lang),
        read=looks(face.emotion, lang), share=percent(face.confidence, lang),
    )  # fmt: skip
    return photo, heat, caption
