"""The model card of published weights: made from the card inside them, English then Turkish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from huggingface_hub import EvalResult, ModelCardData

from yuzug.emotions import LANGUAGES, Language, looks
from yuzug.models.card import Card, HeadCard, Metrics
from yuzug.models.hub_layout import Published
from yuzug.texts import percent, text
from yuzug.texts.model_cards import in_language
from yuzug.texts.numbers import integer, percent_tenths

_TASK = "image-classification"


def model_card(published: Published, repo_id: str) -> str:
    """``README.md`` of a model: front matter with ``model-index``, then what is known about it."""
    front = _front_matter(published.card, repo_id).to_yaml(line_break="\n")
    bodies = {lang: _body(published, repo_id, lang) for lang in LANGUAGES}
    parts = [f"# {repo_id.split('/')[1]}", bodies["en"], "# Türkçe", bodies["tr"]]
    return f"---\n{front}\n---\n\n" + "\n\n".join(parts) + "\n"


def _front_matter(card: Card, repo_id: str) -> ModelCardData:
    return ModelCardData(
        language=list(LANGUAGES),
        license=card.licence.lower(),
        library_name="yuzug",
        pipeline_tag=_TASK,
        tags=["facial-expression-recognition", "emotion-recognition", "safetensors", "grad-cam"],
        model_name=repo_id.split("/")[1],
        eval_results=[one for name in card.heads for one in _results(card, name)] or None,
    )


def _results(card: Card, head: str) -> Iterator[EvalResult]:
    for metrics in card.heads[head].metrics:
        values = {
            "accuracy": metrics.accuracy,
            "balanced_accuracy": metrics.balanced_accuracy,
            "f1": metrics.macro_f1,
            "expected_calibration_error": metrics.ece,
        }
        for kind, value in values.items():
            yield EvalResult(
                task_type=_TASK,
                task_name=f"Facial expression, {head} classes",
                dataset_type=_slug(metrics.data),
                dataset_name=metrics.data,
                dataset_config=f"{head} classes, {metrics.labels}",
                dataset_split=metrics.split,
                metric_type=kind,
                metric_name="macro-F1" if kind == "f1" else None,
                metric_value=value,
            )


def _body(published: Published, repo_id: str, lang: Language) -> str:
    card = published.card
    sets = ", ".join(
        name if name.isdecimal() else f"{len(head.labels)} ({', '.join(head.labels)})"
        for name, head in card.heads.items()
    )
    pinned = _t("use_pinned", lang, repo_id=repo_id)
    return "\n\n".join(
        (
            _t("lead", lang, sets=sets),
            *_section("use", lang, _snippet(card, repo_id), pinned),
            *_section("measured", lang, *_measured(card, lang)),
            *_section("intended", lang, _t("intended", lang), f"**{_t('forbidden', lang)}**"),
            *_section(
                "limits", lang, "\n".join(f"* {in_language(limit, lang)}" for limit in card.limits)
            ),
            *_section("bias", lang, _t("bias", lang, weak=_weak(card, lang))),
            *_section("made", lang, _made(card, lang)),
            *_section("files", lang, _t("files", lang, sha256=published.weights.sha256)),
        )
    )


def _section(name: str, lang: Language, *paragraphs: str) -> tuple[str, ...]:
    return (f"## {_t(f'title_{name}', lang)}", *paragraphs)


def _snippet(card: Card, repo_id: str) -> str:
    head = "7" if "7" in card.heads else next(iter(card.heads))
    classes = head if head.isdecimal() else repr(head)
    return (
        "```python\nimport yuzug\n\n"
        f'analyzer = yuzug.Analyzer.load("{repo_id}", classes={classes})\n'
        'face = analyzer.analyze("portrait.jpg").main_face\n```\n\n'
        f"```sh\nyuzug analyze portrait.jpg --model {repo_id}\nyuzug serve --model {repo_id}\n```"
    )


def _measured(card: Card, lang: Language) -> Iterator[str]:
    rows = [
        (name, head.served_from, *_numbers(metrics, lang))
        for name, head in card.heads.items()
        for metrics in head.metrics
    ]
    if not rows:
        yield _t("unmeasured", lang)
        return
    yield _t("measured_note", lang)
    columns = ("classes", "served", "measured", "accuracy", "balanced", "macro_f1", "ece")
    yield _table((*columns, "coverage", "sure"), rows, lang)
    for name, head in card.heads.items():
        if head.metrics and head.served_from == name:
            yield f"### {_t('title_each', lang, classes=name)}"
            yield _each(head, lang)


def _numbers(metrics: Metrics, lang: Language) -> tuple[str, ...]:
    shares = (metrics.accuracy, metrics.balanced_accuracy, metrics.macro_f1, metrics.ece)
    data, split = in_language(metrics.data, lang), in_language(metrics.split, lang)
    labels = text(f"cli.models_labels_{metrics.labels}", lang)
    where = f"{data}; {split} ({labels}), n = {integer(metrics.n, lang)}"
    sure = (metrics.coverage, metrics.sure_accuracy)
    return (
        where,
        *("–" if share is None else percent_tenths(share, lang) for share in (*shares, *sure)),
    )


def _each(head: HeadCard, lang: Language) -> str:
    rows = [
        (
            looks(label, lang),
            percent(one.recall, lang),
            percent(one.precision, lang),
            integer(one.support, lang),
        )
        for label, one in head.metrics[0].per_class.items()
    ]
    return _table(("label", "recall", "precision", "support"), rows, lang)


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]], lang: Language) -> str:
    names = [_t(f"column_{column}", lang) for column in columns]
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _weak(card: Card, lang: Language) -> str:
    weak = {
        looks(label, lang): None
        for head in card.heads.values()
        for metrics in head.metrics
        for label, one in metrics.per_class.items()
        if one.is_weak
    }
    return ", ".join(weak) or _t("bias_none", lang)


def _made(card: Card, lang: Language) -> str:
    return _t(
        "made",
        lang,
        architecture=card.architecture,
        parameters=integer(card.parameters, lang),
        size=card.preprocessing.size_px,
        channels=card.preprocessing.channels,
        data=card.data,
        recipe=card.recipe,
        digest=card.recipe_digest,
        licence=card.licence,
    )


def _slug(name: str) -> str:
    """A data set's name as an identifier: letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _t(name: str, lang: Language, **values: object) -> str:
    return text(f"model_card.{name}", lang, **values)
