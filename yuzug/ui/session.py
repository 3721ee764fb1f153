"""What a visitor has chosen, remembered in the browser, and whether the notice was accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from yuzug.emotions import LABEL_SETS, LANGUAGES, Language
from yuzug.errors import ConsentError
from yuzug.recommender import Filters
from yuzug.ui.advice.filters import filters_of, form_of

# The browser keeps each setting by itself: tabs share its storage, and one that wrote them all
# would put its old ones over those that were chosen in another tab. Fixed keys and a fixed secret,
# or they would not survive a restart of the server. They hold nothing secret: the encryption is
# Gradio's, and keeps nobody out.
STORAGE_KEYS = {
    name: f"yuzug-{name}" for name in ("lang", "model", "classes", "consent", "filters")
}
STORAGE_SECRET = "yuzug-settings"


@dataclass(frozen=True)
class Settings:
    """The choices of one visit; ``consent`` is whether the notice was accepted."""

    lang: Language = "en"
    model: str = "resnet18"
    classes: int = 7
    consent: bool = False
    filters: Filters = field(default_factory=Filters)

    def with_consent(self) -> Settings:
        """The same choices of a visitor who accepted the notice."""
        return replace(self, consent=True)

    def to_browser(self) -> dict[str, Any]:
        """What the browser may remember: filters only once the notice was accepted."""
        filters = form_of(self.filters) if self.consent else {}
        return {**{name: getattr(self, name) for name in STORAGE_KEYS}, "filters": filters}

    def changes_since(self, before: Settings) -> dict[str, Any]:
        """What the browser is to write: what is another than ``before``, by name.

        >>> Settings(lang="tr").changes_since(Settings(lang="en"))
        {'lang': 'tr'}
        """
        earlier = before.to_browser()
        return {name: new for name, new in self.to_browser().items() if new != earlier[name]}


def restore(
    remembered: object, accept_language: str, models: Sequence[str], default: Settings
) -> Settings:
    """The settings of a returning visitor, or those that suit a new one.

    What the browser remembers comes from outside, so each value counts only where it is one
    that the page offers. A new visitor gets the first of our languages that the browser asks for.

    >>> restore({"lang": "tr", "classes": 99}, "", ["cnn"], Settings(model="cnn")).lang
    'tr'
    """
    known: dict[str, Any] = remembered if isinstance(remembered, dict) else {}
    lang: Any = known.get("lang")
    model: Any = known.get("model")
    classes: Any = known.get("classes")
    return Settings(
        lang=lang if lang in LANGUAGES else preferred_language(accept_language, default.lang),
        model=model if model in models else default.model,
        classes=classes if classes in LABEL_SETS else default.classes,
        consent=known.get("consent") is True,
        filters=filters_of(known.get("filters")),
    )


def preferred_language(accept_language: str, default: Language) -> Language:
    """The first of our languages in an Accept-Language header, which browsers send best first.

    >>> preferred_language("de-DE,de;q=0.9,tr;q=0.8,en;q=0.7", "en")
    'tr'
    """
    for part in accept_language.split(","):
        wanted = part.split(";")[0].strip().lower().split("-")[0]
        for lang in LANGUAGES:
            if wanted == lang:
                return lang
    return default


def require_consent(settings: Settings) -> None:
    """Refuse a picture that came before the notice was accepted.

    Raises:
        ConsentError: ``consent.required``.
    """
    if not settings.consent:
        raise ConsentError(
            "consent.required",
            must="the notice must be accepted before the first picture",
            got="a picture before that",
            do="accept the notice on the page",
        )
