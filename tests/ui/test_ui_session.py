"""What a visitor chose: restored from the browser with suspicion, and consent before pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yuzug.errors import ConsentError
from yuzug.recommender import Filters
from yuzug.ui.session import Settings, preferred_language, require_consent, restore

MODELS = ("resnet18", "cnn")


def test_what_the_browser_remembers_comes_back() -> None:
    chosen = Settings(lang="tr", model="cnn", classes=5, consent=True)
    assert restore(chosen.to_browser(), "en", MODELS, Settings()) == chosen


def test_the_browser_is_told_only_what_was_chosen_since() -> None:
    """Another tab may have chosen the rest meanwhile."""
    shown = Settings(lang="tr", filters=Filters(minutes=5))
    assert replace(shown, lang="en", model="cnn").changes_since(shown) == {
        "lang": "en",
        "model": "cnn",
    }
    accepted = shown.with_consent().changes_since(shown)
    assert sorted(accepted) == ["consent", "filters"]
    assert Settings().with_consent().changes_since(Settings()) == {"consent": True}
    assert shown.changes_since(replace(shown, filters=Filters())) == {}


@pytest.mark.parametrize(
    "remembered",
    [None, "text", ["tr"], {}, {"lang": "de", "model": "../x", "classes": 9, "consent": "yes"}],
)
def test_what_the_page_does_not_offer_is_not_believed(remembered: object) -> None:
    assert restore(remembered, "", MODELS, Settings(lang="tr")) == Settings(lang="tr")


@pytest.mark.parametrize(
    ("accept_language", "lang"),
    [("tr-TR,tr;q=0.9,en;q=0.8", "tr"), ("en-GB,en", "en"), ("de,fr;q=0.5", "en"), ("", "en")],
)
def test_a_new_visitor_gets_the_language_of_the_browser(accept_language: str, lang: str) -> None:
    assert preferred_language(accept_language, "en") == lang


def test_no_picture_is_looked_at_before_the_notice_is_accepted() -> None:
    with pytest.raises(ConsentError, match="notice must be accepted") as refused:
        require_consent(Settings())
    assert refused.value.kind == "consent.required"
    require_consent(Settings().with_consent())
