"""A folder of one's own in the page and the endpoints: what is right in it is used."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest

from yuzug._resources import folder
from yuzug.emotions import LANGUAGES, Language
from yuzug.recommender import bundled, load_own
from yuzug.texts import text
from yuzug.ui import about
from yuzug.ui.advice import actions as acts
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.state import AdviceState, named_mood
from yuzug.ui.api.endpoints import Endpoints
from yuzug.ui.models import Analyzers
from yuzug.ui.session import Settings
from yuzug.ui.visit_history import VisitHistory

TEA = """\
- id: own-tea
  title: {en: Tea, tr: Çay}
  steps: [{en: Put the kettle on, tr: Çaydanlığı ocağa koyun}]
  kind: pleasure
  emotions: {sad: {lift: 0.5}}
  minutes: 10
  energy: low
  place: indoor
  company: any
"""
HELP = """\
help:
  readings: 1
  emotions: [sad]
  share: 0.7
  long_streak: {readings: 5, emotions: [angry, sad]}
  kinds: [social]
  sentences:
    emergency: [{en: Call 999., tr: 999’u arayın.}]
    expressions: [{en: They looked low., tr: Keyifsiz görünüyordu.}]
    named: [{en: You chose it., tr: Siz seçtiniz.}]
    journal: [{en: Hard days., tr: Zor günler.}]
    people: [{en: Call Ada., tr: Ada’yı arayın.}]
  contacts: []

"""


@pytest.fixture(scope="module")
def own(analyzers: Analyzers, tmp_path_factory: pytest.TempPathFactory) -> Analyzers:
    directory = tmp_path_factory.mktemp("own")
    ours = folder("recommendations")
    policy = (ours / "policy.yaml").read_text(encoding="utf-8")
    begin, end = policy.index("help:\n"), policy.index("# Other names")
    (directory / "policy.yaml").write_text(policy[:begin] + HELP + policy[end:], encoding="utf-8")
    (directory / "kinds.yaml").write_bytes((ours / "kinds.yaml").read_bytes())
    (directory / "tea.yaml").write_text(TEA, encoding="utf-8")
    (directory / "bad.yaml").write_text("- <b>", encoding="utf-8")
    return replace(analyzers, activities=load_own(directory))


def test_without_a_folder_it_is_ours(analyzers: Analyzers) -> None:
    assert analyzers.activities.catalogue is bundled()
    assert "bad.yaml" not in about.page(analyzers, Settings(model="cnn"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_left_out_is_named_on_the_page(own: Analyzers, lang: Language) -> None:
    page = about.page(own, Settings(model="cnn", lang=lang))
    assert f"bad.yaml:1: {text('findings.no_keys', lang)}" in page
    assert "<b>" not in page


def test_the_endpoint_advises_from_it(own: Analyzers) -> None:
    answer = Endpoints(own).recommend("sad")
    assert [one["id"] for one in answer["recommendations"]] == ["own-tea"]
    said = answer["help"]["sentences"]
    assert (said[0], said[-1], answer["help"]["contacts"]) == ("Call 999.", "Call Ada.", [])


def test_the_page_advises_from_it(own: Analyzers) -> None:
    shown = AdviceState(VisitHistory(1, own_catalogue=own.activities.catalogue))
    acts.advise_on(shown, named_mood("sad", "chosen"))
    assert [card.id for card in shown.cards] == ["own-tea"]
    drawn = advice.chooser(shown, "tr")
    assert "Ada’yı arayın." in drawn
    assert "112" not in drawn


def test_visitors_share_the_activities() -> None:
    assert deepcopy(AdviceState()).memory.catalogue is bundled()
