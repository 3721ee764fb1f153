"""The tab that says what is known about the chosen model, weak sides included."""

from __future__ import annotations

from html import escape

from huggingface_hub import constants

from yuzug.emotions import Language, looks
from yuzug.hub import is_address
from yuzug.models import Card, HeadCard, Metrics
from yuzug.texts import percent, text
from yuzug.texts.model_cards import in_language
from yuzug.texts.numbers import integer, percent_tenths, tenths
from yuzug.ui.models import Analyzers, model_title
from yuzug.ui.session import Settings

# What the bundled weights learned from, as their cards name it; and what they cannot know.
_DATA = ("FER2013", "muxspace")
_LIMITS = ("feeling", "data", "weak", "pictures", "decisions")


def page(analyzers: Analyzers, settings: Settings) -> str:
    """The card of the chosen model and label set as HTML."""
    card, lang = analyzers.card(settings.model), settings.lang
    head = card.heads.get(str(settings.classes)) or card.heads[card.default_head]
    metrics = head.metrics[0] if head.metrics else None
    measured = (
        _tiles(analyzers, metrics, card, lang) + _weak(metrics, lang)
        if metrics
        else _unmeasured(lang)
    )
    classes = _section("classes", _per_class(metrics, lang), lang) if metrics else ""
    return (
        '<div class="yz-about">'
        f'<section class="wide"><h2>{escape(model_title(card.name))}</h2>'
        f"<p>{_introduction(card, head, lang)}</p><p>{_origin(analyzers, card, lang)}</p>"
        f"{_missing(analyzers, lang)}{_left_out(analyzers, lang)}{measured}"
        '<p><button type="button" class="yz-link" data-tour="start">'
        f"{escape(text('ui.tour_again', lang))}</button></p></section>"
        f"{classes}"
        + _section("reads", f"<p>{_reads(card, lang)}</p>", lang)
        + _section("detector", f"<p>{_t(f'detector_{analyzers.detector}', lang)}</p>", lang)
        + _section("data", f"<p>{_data(analyzers, card, lang)}</p>", lang)
        + _section("person", f"<p>{_person(analyzers, settings)}</p>", lang)
        + _limits(analyzers, card, lang)
        + "</div>"
    )


def _introduction(card: Card, head: HeadCard, lang: Language) -> str:
    return _t(
        "introduction",
        lang,
        count=len(head.labels),
        labels=_listed([looks(label, lang) for label in head.labels], "and", lang),
        parameters=tenths(card.parameters / 1e6, lang),
        licence=card.licence,
    )


def _origin(analyzers: Analyzers, card: Card, lang: Language) -> str:
    if is_address(card.name):
        return _t("origin_hub", lang, model=card.name, hub=constants.ENDPOINT)
    return _t("origin_bundled" if _is_bundled(analyzers, card) else "origin_file", lang)


def _is_bundled(analyzers: Analyzers, card: Card) -> bool:
    # By the whole card: a file of somebody's own may bear the name of one of ours.
    return any(card == model.card for model in analyzers.bundled)


def _missing(analyzers: Analyzers, lang: Language) -> str:
    sentences = [
        _t("missing", lang, model=model, sentence=text(f"errors.{error.kind}", lang))
        for model, error in analyzers.missing.items()
    ]
    return "".join(f'<p class="yz-notice">{sentence}</p>' for sentence in sentences)


def _left_out(analyzers: Analyzers, lang: Language) -> str:
    return "".join(
        f'<p class="yz-notice">{_t("left_out", lang, finding=finding.of(lang))}</p>'
        for finding in analyzers.activities.findings
    )


def _data(analyzers: Analyzers, card: Card, lang: Language) -> str:
    if _is_bundled(analyzers, card):
        return " ".join(_t(f"data_{name}", lang) for name in _DATA if name in card.data)
    return _t("data_owner", lang, data=card.data)


def _limits(analyzers: Analyzers, card: Card, lang: Language) -> str:
    if _is_bundled(analyzers, card):
        limits = [_t(f"limit_{name}", lang) for name in _LIMITS]
    else:
        limits = [escape(in_language(limit, lang)) for limit in card.limits]
    items = "".join(f"<li>{limit}</li>" for limit in limits)
    return _section("limits", f"<ul>{items}</ul>", lang) if limits else ""


def _tiles(analyzers: Analyzers, metrics: Metrics, card: Card, lang: Language) -> str:
    shares = {
        "accuracy": metrics.accuracy,
        "balanced_accuracy": metrics.balanced_accuracy,
        "macro_f1": metrics.macro_f1,
        "sure_accuracy": metrics.sure_accuracy or 0.0,
        "coverage": metrics.coverage,
        "ece": metrics.ece,
    }
    tiles = "".join(
        f"<div><dd>{percent_tenths(share, lang)}</dd><dt>{_t(name, lang)}</dt></div>"
        for name, share in shares.items()
    )
    labels = text(f"ui.about_labels_{metrics.labels}", lang)
    about = {"n": integer(metrics.n, lang), "labels": labels}
    if _is_bundled(analyzers, card):
        measured = _t("measured", lang, **about)
    else:
        data, split = in_language(metrics.data, lang), in_language(metrics.split, lang)
        measured = _t("measured_owner", lang, data=data, split=split, **about)
    return f'<dl class="yz-tiles">{tiles}</dl><p class="fine">{measured}</p>'


def _unmeasured(lang: Language) -> str:
    return f'<p class="fine">{_t("unmeasured", lang)}</p>'


def _weak(metrics: Metrics, lang: Language) -> str:
    names = [looks(label, lang) for label, one in metrics.per_class.items() if one.is_weak]
    if not names:
        return ""
    return f'<p class="yz-notice">{_t("weak", lang, labels=_listed(names, "or", lang))}</p>'


def _per_class(metrics: Metrics, lang: Language) -> str:
    rows = "".join(
        f'<tr class="{"weak" if one.is_weak else ""}">'
        f'<th scope="row">{escape(looks(label, lang))}</th>'
        f'<td class="bar" style="--p:{one.recall:.3f}">{percent(one.recall, lang)}</td>'
        f"<td>{percent(one.precision, lang)}</td><td>{integer(one.support, lang)}</td></tr>"
        for label, one in metrics.per_class.items()
    )
    heads = "".join(
        f'<th scope="col">{_t(name, lang)}</th>'
        for name in ("label", "recall", "precision", "support")
    )
    note = f'<p class="fine">{_t("classes_note", lang)}</p>'
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{note}"


def _reads(card: Card, lang: Language) -> str:
    spec = card.preprocessing
    return _t("reads_words", lang, detail=min(spec.detail_px, spec.size_px))


def _person(analyzers: Analyzers, settings: Settings) -> str:
    dim = analyzers.embedding_dim(settings.model)
    return _t("person_words", settings.lang, dim=integer(dim, settings.lang))


def _section(name: str, body: str, lang: Language) -> str:
    return f'<section class="{name}"><h3>{_t(f"{name}_title", lang)}</h3>{body}</section>'


def _listed(names: list[str], word: str, lang: Language) -> str:
    if len(names) < 2:
        return "".join(names)
    return text(f"ui.{word}", lang, first=", ".join(names[:-1]), second=names[-1])


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"ui.about_{name}", lang, **values))
