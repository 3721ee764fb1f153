"""What stands around the panels, what the server keeps, and how it starts."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import shutil
import socket
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import gradio as gr
import pytest

from yuzug import _resources
from yuzug.emotions import LABEL_SETS, LANGUAGES, Language
from yuzug.errors import YuzugError
from yuzug.faces import HaarDetector, full_image
from yuzug.lab.training.finalize import LIMITS_OF_OWN
from yuzug.models import available_models, embedding_dim, load, resolve
from yuzug.models.checkpoint import save
from yuzug.pipeline import Analyzer
from yuzug.texts import table, text
from yuzug.ui import about
from yuzug.ui.api.endpoints import Endpoints
from yuzug.ui.app import build
from yuzug.ui.components import header as frame
from yuzug.ui.components import reading as panels
from yuzug.ui.components.readings import FaceReading, PictureReading
from yuzug.ui.gradio_patches import block_id
from yuzug.ui.i18n import head
from yuzug.ui.models import Analyzers, OnDemand, Waiting
from yuzug.ui.serve import require_free_port
from yuzug.ui.server.admission import GuardedBlocks
from yuzug.ui.server.uploads import Uploads
from yuzug.ui.server.visits import Sessions
from yuzug.ui.session import Settings
from yuzug.ui.theme import STYLE_SHEET, theme

Result = TypeVar("Result")


def in_a_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """Run it in a thread of its own: the browser tests hold a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_only_the_four_endpoints_are_public(analyzers: Analyzers) -> None:
    async def built() -> gr.Blocks:  # Gradio leaves a loop of its own open where none runs
        return build(analyzers, Settings(model="cnn"))

    demo = in_a_loop(built())
    public = {fn.name for fn in demo.fns.values() if fn.fn and fn.api_visibility != "private"}
    assert public == {"analyze", "explain", "models", "recommend"}
    assert set(demo.get_api_info()["named_endpoints"]) == {f"/{name}" for name in public}


def test_the_page_asks_no_other_server_for_anything() -> None:
    page = head() + STYLE_SHEET.read_text(encoding="utf-8") + theme()._get_theme_css()
    without_names = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|url\(['\"]?//", without_names)
    assert theme()._stylesheets == []


@pytest.mark.parametrize("classes", LABEL_SETS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_of_every_label_set_is_told(
    analyzers: Analyzers, lang: Language, classes: int
) -> None:
    page = about.page(analyzers, Settings(lang=lang, model="cnn", classes=classes))
    metrics = analyzers.card("cnn").heads[str(classes)].metrics
    assert len(re.findall(r"<section", page)) == (7 if metrics else 6)
    weak = metrics and [one for one in metrics[0].per_class.values() if one.recall < 0.5]
    assert ("yz-notice" in page) == bool(weak)
    assert "&amp;" not in page, "a word was escaped twice"


def test_about_a_model_is_told_without_loading_it(analyzers: Analyzers) -> None:
    """A model takes seconds to load; a choice that waits for it would undo what came meanwhile."""

    def load_it() -> Analyzer:
        raise AssertionError("it was loaded")

    waiting = {
        one.name: Waiting(one.card, embedding_dim(one.path), load_it) for one in available_models()
    }
    started = Analyzers(OnDemand({"cnn": analyzers.by_model["cnn"]}, waiting))
    assert "by 1,024 numbers" in about.page(started, Settings(model="ensemble"))
    for model in ("cnn", "resnet18"):
        assert "by 512 numbers" in about.page(started, Settings(model=model))


def test_two_choices_at_once_undo_nothing_of_each_other(
    analyzers: Analyzers, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, begun = about.page, Event()

    def slow_at_first(*given: Any) -> str:
        if begun.is_set():
            return real(*given)
        begun.set()
        time.sleep(0.3)
        return real(*given)

    async def chosen() -> Settings:
        demo = build(analyzers, Settings(model="cnn"))
        session = Sessions(demo).open("a-visit")
        by_name = {fn.name: fn for fn in demo.fns.values()}
        monkeypatch.setattr(about, "page", slow_at_first)
        request = gr.Request(session_hash="a-visit")
        given = {"session_hash": "a-visit", "request": request}
        await asyncio.gather(
            demo.process_api(by_name["choose"], ["resnet18", 5, None], **given),
            demo.process_api(by_name["switch_language"], ["tr", *[None] * 4], **given),
            demo.process_api(by_name["accept"], [None], **given),
        )
        settings: Settings = session[block_id(demo.settings)]
        return settings

    assert in_a_loop(chosen()) == Settings(lang="tr", model="resnet18", classes=5, consent=True)


def test_whatever_changes_the_settings_waits_its_turn(analyzers: Analyzers) -> None:
    async def built() -> GuardedBlocks:
        return build(analyzers, Settings(model="cnn"))

    demo = in_a_loop(built())
    changing = [fn for fn in demo.fns.values() if any(one is demo.settings for one in fn.outputs)]
    assert {fn.name for fn in changing} == {
        "arrive", "accept", "given", "switch_language", "choose", "advise",
    }  # fmt: skip
    assert {(fn.concurrency_id, fn.concurrency_limit) for fn in changing} == {("settings", 1)}


def test_weights_that_are_damaged_later_close_the_page_for_nobody(
    analyzers: Analyzers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are overwritten, taken away, and their folder too; the page was read once."""
    weights = tmp_path / "weights"
    shutil.copytree(_resources.folder("weights"), weights)
    monkeypatch.setattr(_resources, "folder", lambda _name: weights)
    started = Analyzers(analyzers.by_model)
    settings = Settings(model=analyzers.models[0])
    before = about.page(started, settings)
    listed = Endpoints(started).models()
    for file in filter(Path.is_file, weights.rglob("*")):
        file.write_bytes(b"no weights")
    with pytest.raises(YuzugError):
        available_models()
    assert about.page(started, settings) == before
    assert Endpoints(started).models() == listed
    shutil.rmtree(weights)
    assert about.page(started, settings) == before
    assert Endpoints(started).models() == listed


@pytest.mark.parametrize("model", [info.name for info in available_models()])
def test_a_bundled_model_names_its_own_data(analyzers: Analyzers, model: str) -> None:
    page = about.page(analyzers, Settings(lang="en", model=model))
    assert "came with Yuzug" in page
    assert "28,709" in page
    assert ("muxspace" in page) == ("muxspace" in analyzers.card(model).data)
    assert "owner" not in page


def test_a_file_that_bears_the_name_of_a_bundled_model_is_not_taken_for_it(tmp_path: Path) -> None:
    ours = load(resolve("cnn"))
    card = ours.card.model_copy(update={"data": "my own faces"})
    save(ours.network, card, tmp_path / "mine.safetensors")
    analyzer = Analyzer.load(tmp_path / "mine.safetensors", 7, detector=HaarDetector())
    page = about.page(Analyzers({"cnn": analyzer}), Settings(lang="en", model="cnn"))
    assert "from a file" in page
    assert "According to the owner: my own faces" in page


def test_a_live_frame_builds_no_analyzer(analyzers: Analyzers) -> None:
    first = analyzers.live("cnn", 3)
    assert analyzers.live("cnn", 3) is first
    assert analyzers.live("cnn", 7) is not first


def page_of_own(lang: Language, **changes: object) -> str:
    """What the tab says of weights that somebody else made."""
    ours = load(resolve("cnn"))
    theirs = replace(ours, card=ours.card.model_copy(update=changes))
    analyzers = Analyzers({"cnn": Analyzer(theirs, 7, HaarDetector())})
    return about.page(analyzers, Settings(lang=lang, model="cnn"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_other_weights_have_the_limits_and_the_licence_of_their_card(lang: Language) -> None:
    limits = (LIMITS_OF_OWN[1], "Only <owls>.")
    page = page_of_own(lang, limits=limits, licence="CC-BY-NC-4.0")
    shown = page.split(text("ui.about_limits_title", lang))[1]
    known = {"en": "a person&#x27;s own pictures", "tr": "kendi fotoğrafları ve etiketleriyle"}[
        lang
    ]
    assert known in shown
    assert "Only &lt;owls&gt;." in shown
    assert shown.count("<li>") == 2
    assert {"en": "licensed under CC-BY-NC-4.0", "tr": "lisansı CC-BY-NC-4.0"}[lang] in page
    assert text("ui.about_limits_title", lang) not in page_of_own(lang, limits=())


def test_bundled_weights_have_our_limits(analyzers: Analyzers) -> None:
    page = about.page(analyzers, Settings(lang="en", model="cnn"))
    assert page.split(text("ui.about_limits_title", "en"))[1].count("<li>") == 5


def test_a_face_is_reduced_to_the_detail_that_was_trained_on(analyzers: Analyzers) -> None:
    spec = analyzers.card("cnn").preprocessing
    assert spec.size_px > spec.detail_px, "else this test can tell nothing"
    page = about.page(analyzers, Settings(lang="en", model="cnn"))
    assert f"{spec.detail_px} × {spec.detail_px}" in page
    assert f"{spec.size_px} × {spec.size_px}" not in page


def test_the_owners_split_is_named_in_the_language_of_the_page() -> None:
    assert "FER2013, FER+ oylarıyla, doğrulama" in page_of_own("tr", data="my own faces")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_notice_says_all_that_it_must(lang: Language) -> None:
    words = frame.notice(lang, 10)
    for must in {
        "en": (
            "Nothing is kept on the server",
            "diagnosis",
            "at work",
            "education",
            "never compared",
        ),
        "tr": ("saklan", "Tanı", "İş yerinde", "eğitim", "kimseyle karşılaştırılmaz"),
    }[lang]:
        assert must in words


FACE = FaceReading(
    "happy",
    0.83,
    {"happy": 0.83, "sad": 0.17},
    doubts=(),
    alignment=full_image((48, 48)),
    map=None,
    track=None,
)


def reading_of(*faces: FaceReading) -> PictureReading:
    return PictureReading("cnn", (48, 48), faces, 0 if faces else None, 1.0)


@pytest.mark.parametrize(
    ("face", "en", "tr"),
    [
        (FACE, "The expression looks happy (83%)", "Yüz ifadesi mutlu görünüyor (%83)"),
        (
            replace(FACE, doubts=("unsure",)),
            "Not sure – closest match: happy (83%)",
            "Model emin değil. En yakın ifade: mutlu (%83)",
        ),
        (
            replace(FACE, doubts=("dark",)),
            "Hard to tell from this picture – closest match: happy (83%)",
            "Bu görüntüden anlamak zor. En yakın ifade: mutlu (%83)",
        ),
        (
            replace(FACE, doubts=("none_of_these",)),
            "None of these expressions matches",
            "Bu ifadelerin hiçbiri uymuyor",
        ),
        (None, "No face was found", "Yüz bulunamadı"),
    ],
)
def test_the_sentence_of_every_outcome(face: FaceReading | None, en: str, tr: str) -> None:
    reading = reading_of(face) if face else reading_of()
    assert panels.sentence(reading, "en") == en
    assert panels.sentence(reading, "tr") == tr


def test_every_doubt_has_its_hint() -> None:
    for doubt in (
        "unsure",
        "none_of_these",
        "small",
        "blurred",
        "dark",
        "bright",
        "flat",
        "tilted",
    ):
        reading = reading_of(replace(FACE, doubts=(doubt,)))
        for lang in LANGUAGES:
            assert "yz-doubts" in panels.reading_panel(reading, lang, "photo")


def test_names_from_outside_are_escaped() -> None:
    odd = replace(FACE, emotion="<b>", probabilities={"<b>": 1.0})
    page = panels.reading_panel(reading_of(odd), "en", "photo")
    assert "<b>" not in page


def test_what_gradio_says_has_our_words_in_both_languages() -> None:
    table = re.search(r'id="yz-words">(.*?)</script>', head(), re.S)
    assert table
    for said in json.loads(table.group(1)):
        assert set(said[-1]) == set(LANGUAGES)


def test_no_word_of_ours_is_taken_for_one_of_gradios() -> None:
    table_of_words = re.search(r'id="yz-words">(.*?)</script>', head(), re.S)
    assert table_of_words
    instead = {phrase: said[-1] for said in json.loads(table_of_words[1]) for phrase in said[:-1]}
    for key, ours in table().items():
        for lang in LANGUAGES:
            assert instead.get(ours[lang], ours)[lang] == ours[lang], f"{key} would be replaced"


def test_a_taken_port_is_told_in_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(YuzugError) as taken:
            require_free_port("127.0.0.1", other.getsockname()[1])
    assert taken.value.kind == "port.taken"


def test_a_payload_is_an_upload_or_the_bytes_of_a_data_url() -> None:
    uploads = Uploads()
    path = uploads.keep(io.BytesIO(b"whatever came"), "photo.jpg")
    assert uploads.encoded({"path": path, "url": None}) == b"whatever came"
    assert uploads.encoded(None) is None
    assert uploads.encoded({"path": None, "url": "http://elsewhere/a.jpg"}) == b""
    assert uploads.encoded({"url": "data:image/png;base64,%%%"}) == b""


def test_gradio_keeps_no_picture_of_a_visitor(analyzers: Analyzers, astronaut_path: Path) -> None:
    picture = "data:image/jpeg;base64," + base64.b64encode(astronaut_path.read_bytes()).decode()

    async def shown_and_kept() -> tuple[str, str]:
        demo = build(analyzers, Settings(model="cnn", consent=True))
        session = Sessions(demo).open("a-visit")
        [read] = [fn for fn in demo.fns.values() if fn.name == "read"]
        inputs = [{"url": picture, "meta": {"_type": "gradio.FileData"}}, None, None, None, None]
        answer = await demo.process_api(read, inputs, session_hash="a-visit")
        return repr(answer["data"]), repr(vars(session))

    shown, kept = in_a_loop(shown_and_kept())
    assert "data:image/jpeg" in shown
    assert "data:image/jpeg" not in kept.replace(frame.photo_bar("en"), "")
    assert picture[1000:1100] not in kept


def test_no_number_of_a_taught_face_stays_on_the_server(
    analyzers: Analyzers, astronaut_path: Path
) -> None:
    picture = "data:image/jpeg;base64," + base64.b64encode(astronaut_path.read_bytes()).decode()
    person = json.loads(analyzers.get("cnn", 7).teach({"surprise": [astronaut_path]}).to_json())
    codes = person["labels"]["surprise"]["mean"]["codes"]
    asked = {"person": person, "person_track": 0, "shows": "both", "teach": "take"}
    lesson = {"person": person, "label": "happy"}

    async def answered_and_kept() -> tuple[str, str]:
        demo = build(analyzers, Settings(model="cnn", consent=True))
        session = Sessions(demo).open("a-visit")
        by_name = {fn.api_name: fn for fn in demo.fns.values()}
        answers = ""
        for name, inputs in (
            ("frame", [picture, json.dumps(asked), None, None]),
            ("teach", [json.dumps(lesson), picture, None]),
            ("read", [{"url": picture}, json.dumps(asked), None, None, None]),
        ):
            given = {"session_hash": "a-visit", "request": gr.Request(session_hash="a-visit")}
            answer = await demo.process_api(by_name[name], inputs, **given)
            answers += repr(answer["data"])
        too_long = [picture, "x" * 131_073, None, None]
        with pytest.raises(gr.Error, match="at most 131072 characters"):
            await demo.process_api(by_name["frame"], too_long, session_hash="a-visit")
        return answers, repr(vars(session))

    answers, kept = in_a_loop(answered_and_kept())
    assert text("teach.badge_adapted", "en") in answers, "it was used"
    assert codes[:40] not in kept
    assert picture[1000:1100] not in kept
