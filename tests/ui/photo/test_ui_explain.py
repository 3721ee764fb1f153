"""What a visitor asks of a heat map: handlers, layers and the report, with the real models."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from own_labels import own_model
from PIL import Image

from yuzug.emotions import LANGUAGES, Language
from yuzug.errors import ConsentError
from yuzug.explain import METHODS, OUTSIDE, REGIONS, RegionShares
from yuzug.faces import Detection
from yuzug.models import Batch, Classifier, load_model
from yuzug.pipeline import Analyzer
from yuzug.texts import text
from yuzug.ui.components import evidence
from yuzug.ui.components import heatmap as layers
from yuzug.ui.components.readings import MapReading
from yuzug.ui.models import Analyzers
from yuzug.ui.photo import events, report
from yuzug.ui.photo import explain as asking
from yuzug.ui.photo import explain_view as closer
from yuzug.ui.photo import handlers as photo
from yuzug.ui.photo.view import PhotoShown
from yuzug.ui.session import Settings

ACCEPTED = Settings(model="cnn", consent=True)


class Shown:
    """A photo that was read, and the pictures of its face that the page would send back."""

    def __init__(self, analyzers: Analyzers, path: Path, settings: Settings = ACCEPTED) -> None:
        self.state = photo.PhotoState()
        self.page = photo.read(analyzers, path, settings, self.state)

    def url(self, part: str) -> str:
        found = re.search(rf'class="{part}" src="([^"]+)"', self.page.heat)
        assert found
        return found[1]

    @property
    def crop(self) -> bytes:
        return bytes_of(self.url("crop"))

    @property
    def map(self) -> MapReading:
        assert self.state.reading is not None
        assert self.state.reading.map is not None
        return self.state.reading.map


def bytes_of(url: str) -> bytes:
    return base64.b64decode(url.split(",", 1)[1])


class WithLandmarks:
    """A detector that finds the astronaut, with a mouth that is higher than an average one."""

    name = "yunet"

    def detect(self, photo: np.ndarray, *, thorough: bool = False) -> tuple[Detection, ...]:
        points = ((205.0, 105.0), (250.0, 105.0), (228.0, 125.0), (210.0, 135.0), (246.0, 135.0))
        return (Detection((180.0, 65.0, 95.0, 110.0), 0.99, points),)


def alpha(html: str) -> np.ndarray:
    found = re.search(r'class="map" src="([^"]+)"', html)
    assert found
    return np.asarray(Image.open(BytesIO(bytes_of(found[1]))))[..., 3]


@pytest.fixture
def shown(analyzers: Analyzers, astronaut_path: Path) -> Shown:
    return Shown(analyzers, astronaut_path)


def test_the_crop_that_comes_back_is_read_as_the_photo_was(
    analyzers: Analyzers, shown: Shown
) -> None:
    analyzer: Analyzer = analyzers.get("cnn", 7)
    face = analyzer.analyze(shown.crop, crops=True).faces[0]
    assert shown.state.reading is not None
    first = shown.state.reading.faces[0]
    for label, share in first.probabilities.items():
        assert face.probabilities[label] == pytest.approx(share, abs=0.01)


def test_a_bar_shows_the_evidence_for_its_expression(analyzers: Analyzers, shown: Shown) -> None:
    before = alpha(shown.page.heat)
    now = asking.ask(analyzers, shown.crop, {"label": "surprise"}, ACCEPTED, shown.state)
    assert shown.map.target == "surprise"
    assert 'data-explain="surprise" aria-pressed="true"' in now.reading
    assert "surprised" in now.heat_words
    assert np.abs(before.astype(int) - alpha(now.asked)).max() > 20
    assert now.picture == now.heat == {"__type__": "update"}, "only the map is sent again"


def test_the_same_question_gives_the_same_map(analyzers: Analyzers, shown: Shown) -> None:
    again = asking.ask(analyzers, shown.crop, {"label": "happy"}, ACCEPTED, shown.state)
    # HiResCAM follows each place for itself, so the JPEG on the way moves single pixels a little.
    maps = [alpha(html).ravel().astype(float) for html in (shown.page.heat, again.asked)]
    assert np.corrcoef(*maps)[0, 1] >= 0.98


def test_two_expressions_are_held_against_each_other(analyzers: Analyzers, shown: Shown) -> None:
    event = {"ask": "against", "answer": "surprise"}
    now = asking.ask(analyzers, shown.crop, event, ACCEPTED, shown.state)
    assert shown.map.against == "surprise"
    assert text("closer.contrast", "en", looks="happy", other="surprised") in now.heat_words
    assert "yz-legend contrast" in now.heat_words
    picture = Image.open(BytesIO(bytes_of(re.findall(r'src="([^"]+)"', now.asked)[0])))
    assert {tuple(colour) for colour in np.asarray(picture).reshape(-1, 4)[:, :3]} <= {
        (255, 140, 0),
        (0, 110, 255),
    }
    assert asking.check(analyzers, shown.crop, ACCEPTED, shown.state) == PhotoShown()
    asking.ask(analyzers, shown.crop, {"ask": "against", "answer": ""}, ACCEPTED, shown.state)
    assert shown.map.against is None


@pytest.mark.parametrize("method", closer.FAST)
def test_every_fast_method_draws_its_map_and_says_its_line(
    analyzers: Analyzers, shown: Shown, method: str
) -> None:
    event = {"ask": "method", "answer": method}
    now = asking.ask(analyzers, shown.crop, event, ACCEPTED, shown.state)
    assert shown.map.made_by == method
    assert METHODS[method].title in now.heat_words
    assert METHODS[method].line("en") in now.controls.replace("&#x27;", "'")
    assert alpha(now.asked).max() > 0


def test_the_finer_map_of_an_ensemble_is_hirescam_as_its_line_says(
    analyzers: Analyzers, astronaut: np.ndarray
) -> None:
    analyzer = analyzers.get("ensemble", 7)
    face = analyzer.analyze(astronaut).faces[0]
    fused, hirescam = (
        analyzer.explain(face, method=method).raw for method in ("fused", "hirescam")
    )
    assert np.array_equal(fused, hirescam)
    assert "For an ensemble it equals HiResCAM" in METHODS["fused"].line("en")


def test_what_the_page_does_not_offer_changes_nothing(analyzers: Analyzers, shown: Shown) -> None:
    before = shown.state.reading
    for nonsense in (
        {},
        {"label": "bored"},
        {"label": None, "ask": "against", "answer": "happy"},
        {"ask": "method", "answer": "lime"},
        {"ask": "method", "answer": ["x"]},
        {"ask": "delete", "answer": "all"},
    ):
        asking.ask(analyzers, shown.crop, nonsense, ACCEPTED, shown.state)
        assert shown.state.reading is before
    assert asking.ask(analyzers, None, {"label": "sad"}, ACCEPTED, shown.state) == PhotoShown()


def test_every_model_answers_for_the_same_face(analyzers: Analyzers, shown: Shown) -> None:
    now = asking.ask(analyzers, shown.crop, {"ask": "beside"}, ACCEPTED, shown.state)
    assert len(re.findall('src="data:image/jpeg', now.pair)) == len(analyzers.models) >= 2
    assert "CNN: " in now.pair_words
    assert "ResNet18: " in now.pair_words
    later = asking.ask(analyzers, shown.crop, {"label": "sad"}, ACCEPTED, shown.state)
    assert later.pair != now.pair, "the comparison follows the question"
    ended = asking.ask(analyzers, shown.crop, {"ask": "beside"}, ACCEPTED, shown.state)
    assert ended.pair == ended.pair_words == ""


def test_a_model_of_other_labels_is_left_out_of_the_comparison(
    analyzers: Analyzers, shown: Shown, tmp_path: Path
) -> None:
    mine = Analyzer.load(own_model(tmp_path / "mine.safetensors"), crops_only=True)
    both = Analyzers({"cnn": analyzers.get("cnn", 7), "mine": mine})
    now = asking.ask(both, shown.crop, {"ask": "beside"}, ACCEPTED, shown.state)
    assert len(re.findall('src="data:image/jpeg', now.pair)) == 1
    assert "mine" not in now.pair_words


def test_a_map_is_checked_once_and_a_later_question_wins(
    analyzers: Analyzers, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert text("closer.checking", "en") in shown.page.heat_words
    checked = asking.check(analyzers, shown.crop, ACCEPTED, shown.state)
    assert re.search(r'class="yz-trust (strong|fair|none)"', checked.heat_words)
    assert "ROAD" in checked.findings
    assert asking.check(analyzers, shown.crop, ACCEPTED, shown.state) == PhotoShown()
    asking.ask(analyzers, shown.crop, {"label": "sad"}, ACCEPTED, shown.state)
    real = Analyzer.trust

    def asked_meanwhile(*given: object) -> object:
        asking.ask(analyzers, shown.crop, {"label": "fear"}, ACCEPTED, shown.state)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Analyzer, "trust", asked_meanwhile)
    assert asking.check(analyzers, shown.crop, ACCEPTED, shown.state) == PhotoShown()
    assert shown.map.target == "fear"


def test_nothing_is_explained_before_consent(analyzers: Analyzers, shown: Shown) -> None:
    refused = replace(ACCEPTED, consent=False)
    for answer in (
        asking.ask(analyzers, shown.crop, {"label": "sad"}, refused, shown.state),
        asking.check(analyzers, shown.crop, refused, shown.state),
    ):
        assert text("errors.consent.required", "en") in answer.heat_words
        assert answer.asked == {"__type__": "update"}
    with pytest.raises(ConsentError):
        asking.report(analyzers, {}, refused, shown.state)


def test_a_crop_that_is_no_picture_gives_its_sentence(analyzers: Analyzers, shown: Shown) -> None:
    answer = asking.ask(analyzers, b"words", {"label": "sad"}, ACCEPTED, shown.state)
    assert text("errors.image.undecodable", "en") in answer.heat_words
    assert shown.map.target == "happy"


def test_questions_leave_no_picture_behind(analyzers: Analyzers, shown: Shown) -> None:
    for event in ({"ask": "beside"}, {"ask": "against", "answer": "sad"}, {"label": "fear"}):
        asking.ask(analyzers, shown.crop, event, ACCEPTED, shown.state)
        asking.check(analyzers, shown.crop, ACCEPTED, shown.state)
    assert "ndarray" not in repr(shown.state)
    assert "data:image" not in repr(shown.state)
    assert len(repr(shown.state)) < 16_000  # activities in both languages included


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_answer_is_told_in_either_language_without_an_analysis(
    analyzers: Analyzers, shown: Shown, lang: Language
) -> None:
    asking.ask(analyzers, shown.crop, {"ask": "against", "answer": "sad"}, ACCEPTED, shown.state)
    again = photo.redraw(shown.state, lang)
    assert again.heat == again.asked == again.pair == {"__type__": "update"}
    assert {"en": "happy", "tr": "mutlu"}[lang] in again.heat_words
    assert shown.state.reading is not None
    assert shown.state.reading.map is not None
    assert evidence.sentence(shown.state.reading.map, lang) in again.reading.replace("&#x27;", "'")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_is_one_page_with_all_its_parts(
    analyzers: Analyzers, shown: Shown, lang: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    real = report._lines

    def remembered(words: str, *rest: object) -> list[str]:
        written.append(words)
        return real(words, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(report, "_lines", remembered)
    found = re.search(r'<img src="([^"]+)"', shown.page.picture)
    assert found
    sent = {"photo": found[1], "face": shown.url("photo"), "crop": shown.url("crop")}
    settings = replace(ACCEPTED, lang=lang)
    png = asking.report(analyzers, sent, settings, shown.state)
    assert png is not None
    page = Image.open(BytesIO(png))
    assert page.size == report.SIZE_WH
    assert np.asarray(page).std() > 20, "the page is empty"
    assert np.asarray(page)[1200:1420].std() > 5, "its lower third is empty"
    assert np.asarray(page)[30:60, 700:].std() > 5, "neither mark nor date at the top"
    for words in (
        text("closer.report_title", lang),
        report.model_line(analyzers.card("cnn"), 7, lang),
        text("closer.report_limits", lang),
    ):
        assert words in written


@pytest.mark.parametrize(
    ("split", "en", "tr"),
    [
        ("validation", "(validation; ", "(doğrulama; "),
        ("held out", "(held out; ", "(ayrılan bölüm; "),
        ("owls", "(owls; ", "(owls; "),
    ],
)
def test_the_report_names_the_split_that_was_measured(
    analyzers: Analyzers, split: str, en: str, tr: str
) -> None:
    card = analyzers.card("cnn")
    head = card.heads["7"]
    metrics = head.metrics[0].model_copy(update={"split": split})
    heads = {"7": head.model_copy(update={"metrics": (metrics,)})}
    other = card.model_copy(update={"heads": heads})
    assert f"on 3,589 faces {en}" in report.model_line(other, 7, "en")
    assert tr in report.model_line(other, 7, "tr")
    assert "3.589 yüz üzerinde doğruluk" in report.model_line(other, 7, "tr")


def test_a_map_that_fails_its_check_is_grey_in_the_report(
    analyzers: Analyzers, astronaut: np.ndarray
) -> None:
    face = analyzers.get("cnn", 7).analyze(astronaut).faces[0]
    assert face.explanation is not None
    grey_square = np.full((400, 400, 3), 128, np.uint8)
    colourful, grey = (
        layers.over(grey_square, face.explanation, face.alignment, trusted)
        for trusted in (True, False)
    )
    assert np.ptp(colourful.astype(int), axis=2).max() > 60
    assert np.ptp(grey.astype(int), axis=2).max() == 0


def test_the_fonts_of_the_report_have_every_letter_of_its_words() -> None:
    letters = set("".join(text(f"closer.{name}", "tr") for name in ("report_title", "scope")))
    for style in report._STYLES:
        font = report._font(style)
        nothing = bytes(font.getmask("\ue123"))
        for letter in (letters | set("ğüşıöçİĞÜŞÖÇ·“”%–")) - set(" {}"):
            assert bytes(font.getmask(letter)) != nothing, f"{style} has no {letter}"


def test_a_question_and_a_check_run_the_network_once(
    analyzers: Analyzers, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    classify = Classifier.classify

    def counted(self: Classifier, faces: list[np.ndarray]) -> Batch:
        runs.append(len(faces))
        return classify(self, faces)

    monkeypatch.setattr(Classifier, "classify", counted)
    asking.ask(analyzers, shown.crop, {"label": "surprise"}, ACCEPTED, shown.state)
    assert runs == [1]
    runs.clear()
    asking.check(analyzers, shown.crop, ACCEPTED, shown.state)
    assert runs == [1]
    assert shown.state.reading is not None
    assert shown.state.reading.map is not None
    assert shown.state.reading.map.trust is not None


def test_the_page_gives_the_shares_of_the_command_line_where_there_are_landmarks(
    astronaut_path: Path,
) -> None:
    analyzer = Analyzer(load_model("cnn"), 7, WithLandmarks())
    analyzers = Analyzers({"cnn": analyzer})
    (face,) = analyzer.analyze(astronaut_path).faces
    assert face.landmarks is not None
    average = replace(face, landmarks=None)
    assert face.explanation is not None
    assert face.regions != average.regions, "the landmarks change nothing, so nothing is tested"
    shown = Shown(analyzers, astronaut_path)
    assert shown.map.regions == face.regions
    # Asked again from the crop, which has no landmarks: they are those of the photo.
    asking.ask(analyzers, shown.crop, {"label": "sad"}, ACCEPTED, shown.state)
    sad = analyzer.explain(face, "sad")
    there, average_there = face.regions_of(sad), average.regions_of(sad)
    assert there is not None
    assert average_there is not None
    assert shown.map.regions is not None
    assert shown.map.regions.shares == pytest.approx(there.shares, abs=0.03)
    assert shown.map.regions.shares != pytest.approx(average_there.shares, abs=0.03)


def test_a_question_keeps_the_labels_that_the_face_was_read_by(
    analyzers: Analyzers, shown: Shown
) -> None:
    three = replace(ACCEPTED, classes=3)
    now = asking.ask(analyzers, shown.crop, {"label": "surprise"}, three, shown.state)
    assert "surprised" in now.heat_words
    assert shown.map.target == "surprise"
    checked = asking.check(analyzers, shown.crop, three, shown.state)
    assert re.search(r'class="yz-trust (strong|fair|none)"', checked.heat_words)


def test_of_quick_questions_the_last_one_is_answered(
    analyzers: Analyzers, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, answers = asking.explain, []

    def slowly(*given: object) -> object:
        if not answers:  # while the first is answered, another comes
            answers.append(None)
            event = {"ask": "method", "answer": "eigencam"}
            answers[0] = asking.ask(analyzers, shown.crop, event, ACCEPTED, shown.state)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(asking, "explain", slowly)
    assert asking.ask(analyzers, shown.crop, {"label": "sad"}, ACCEPTED, shown.state) == (
        PhotoShown()
    ), "an older answer landed last"
    assert (shown.map.target, shown.map.method) == ("sad", "eigencam"), "the first press is lost"
    assert "Eigen-CAM" in answers[0].heat_words


def test_a_crop_of_another_face_or_photo_answers_nothing(
    analyzers: Analyzers, shown: Shown, astronaut_path: Path
) -> None:
    url = shown.url("crop")
    assert events._crop(url, shown.state) == shown.crop
    assert events._crop(url.replace(".0;", ".1;"), shown.state) is None
    photo.read(analyzers, astronaut_path, ACCEPTED, shown.state)
    assert events._crop(url, shown.state) is None


def test_no_evidence_on_the_face_gives_no_shares(shown: Shown) -> None:
    assert shown.state.reading is not None
    outside = RegionShares({**dict.fromkeys(REGIONS, 0.0), OUTSIDE: 1.0})
    reading = shown.state.reading.explained(
        replace(shown.state.reading.map, regions=outside)  # type: ignore[type-var]
    )
    found = closer.findings(reading, "en")
    assert "100%" not in found
    assert text("explain.regions_none", "en") in found


def test_a_check_that_ends_after_a_change_of_language_speaks_the_new_one(
    analyzers: Analyzers, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Analyzer.trust

    def spoken_to_meanwhile(*given: object) -> object:
        photo.redraw(shown.state, "tr")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Analyzer, "trust", spoken_to_meanwhile)
    checked = asking.check(analyzers, shown.crop, ACCEPTED, shown.state)
    assert "mutlu" in checked.reading
    assert "happy" not in re.sub(r"<[^>]*>", "", checked.reading)
