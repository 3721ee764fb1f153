"""What an explanation says of a face: it follows it, it names its parts, it can be trusted."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from yuzug.analysis import Face
from yuzug.emotions import LANGUAGES, Language
from yuzug.errors import ModelError, YuzugError
from yuzug.explain import (
    METHODS,
    OUTSIDE,
    REGIONS,
    ForwardPass,
    RegionShares,
    Trust,
    paint,
    paint_contrast,
    region_masks,
    region_shares,
    regions_sentence,
)
from yuzug.explain.faithfulness import centre_prior, impute, rank, road
from yuzug.faces import Detection
from yuzug.models.preprocess import Preprocessing, prepare
from yuzug.pipeline import Analyzer

SPEC = Preprocessing(channels=1, size_px=56, detail_px=48, mean=0.508, std=0.255)
NETWORKS = ["resnet18", "cnn"]
# Landmarks of the portrait in pixels, in the order of the detector that gives them: eyes, nose,
# corners of the mouth.
BOX = (176.0, 66.0, 96.0, 118.0)
LANDMARKS = ((207.0, 110.0), (247.0, 109.0), (227.0, 132.0), (208.0, 147.0), (246.0, 147.0))
# A square crop as the cascade's boxes frame it.
CROP = (slice(62, 180), slice(164, 282))


class Found:
    """Finds one face where it was told, in ten lines."""

    name = "found"

    def __init__(self, box: tuple[float, ...], landmarks: object) -> None:
        self.detection = Detection(box, 0.9, landmarks)

    def detect(self, image: np.ndarray, *, thorough: bool = True) -> tuple[Detection, ...]:
        return (self.detection,)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", params=NETWORKS)
def analyzer(request: pytest.FixtureRequest) -> Analyzer:
    return Analyzer.load(request.param, crops_only=True)


@pytest.fixture(scope="module")
def crop(astronaut: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(astronaut[CROP])


@pytest.fixture(scope="module")
def face(analyzer: Analyzer, crop: np.ndarray) -> Face:
    return analyzer.analyze(crop, crops=True).faces[0]


@pytest.mark.parametrize("name", [name for name, one in METHODS.items() if one.speed == "fast"])
def test_a_face_is_explained_again_as_its_photo_was(
    name: str, analyzer: Analyzer, crop: np.ndarray, face: Face
) -> None:
    whole = analyzer.analyze(crop, crops=True, method=name, target="surprise").faces[0].explanation
    again = analyzer.explain(face, "surprise", name)
    assert (again.method, again.target) == (whole.method, whole.target) == (name, "surprise")
    np.testing.assert_allclose(again.values, whole.values, atol=1e-5)
    assert again.values.shape == (56, 56)
    assert 0 <= again.values.min() <= again.values.max() <= 1
    assert again.raw.min() >= 0
    assert again.strength == whole.strength


def test_a_wrong_question_is_told_in_one_line(analyzer: Analyzer, face: Face) -> None:
    with pytest.raises(ModelError, match="hungry"):
        analyzer.explain(face, "hungry")
    with pytest.raises(YuzugError, match="tea-leaves"):
        analyzer.explain(face, method="tea-leaves")
    with pytest.raises(ModelError, match="contempt"):
        analyzer.contrast(face, "happy", "contempt")
    with pytest.raises(ModelError, match="must differ"):
        analyzer.contrast(face, "happy", "happy")


def test_a_contrast_points_both_ways(analyzer: Analyzer, face: Face) -> None:
    there, back = (analyzer.contrast(face, *two) for two in (("happy", "sad"), ("sad", "happy")))
    np.testing.assert_allclose(there.values, -back.values, atol=1e-5)
    assert there.lead == pytest.approx(-back.lead)
    assert there.lead > 0
    assert np.abs(there.values).max() == pytest.approx(1)
    # A pooled or a dense head: what the places say adds up to the lead, up to the biases.
    assert np.sign(there.raw.sum()) == 1


def test_the_map_follows_the_face(analyzer: Analyzer, astronaut: np.ndarray) -> None:
    turn = cv2.getRotationMatrix2D((227, 128), -15, 1.0)
    turn[:, 2] += (23, 31)
    moved = cv2.warpAffine(astronaut, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    points = np.column_stack([np.array(LANDMARKS), np.ones(5)]) @ turn.T
    landmarks = tuple((float(x), float(y)) for x, y in points)
    box = (BOX[0] + 23, BOX[1] + 31, *BOX[2:])
    checkpoint = analyzer.classifier.checkpoint
    upright = Analyzer(checkpoint, 7, Found(BOX, LANDMARKS)).analyze(astronaut)
    tilted = Analyzer(checkpoint, 7, Found(box, landmarks)).analyze(moved, target="happy")
    there = top_fifth(upright.faces[0])
    here = cv2.warpAffine(top_fifth(tilted.faces[0]), turn, (512, 512), flags=cv2.WARP_INVERSE_MAP)
    shared = np.logical_and(there > 0.5, here > 0.5).sum()
    assert shared / np.logical_or(there > 0.5, here > 0.5).sum() >= 0.7
    unmoved = np.logical_and(there > 0.5, top_fifth(tilted.faces[0]) > 0.5).sum()
    assert unmoved / (there > 0.5).sum() < 0.7, "it moved far enough to tell"


def top_fifth(face: Face) -> NDArray[np.float32]:
    """Where the top fifth of the map lies in the photo: float32 (512, 512)."""
    values = face.heatmap
    top = (values >= np.quantile(values, 0.8)).astype(np.float32)
    return face.alignment.paint(top, (512, 512))


# Regions


def test_every_pixel_is_in_one_part() -> None:
    masks = region_masks((56, 56))
    assert set(masks) == set(REGIONS)
    np.testing.assert_array_equal(sum(mask.astype(int) for mask in masks.values()), 1)
    assert all(mask.any() for mask in masks.values())


def test_parts_stand_where_the_landmarks_are() -> None:
    low = tuple((x, y + 0.1) for x, y in ((0.31, 0.38), (0.69, 0.38), (0.5, 0.6)))
    low += ((0.354, 0.87), (0.656, 0.87))
    at_the_eyes = np.zeros((100, 100), np.float32)
    at_the_eyes[47:50, 25:75] = 1
    assert region_shares(at_the_eyes, low).shares["eyes"] == pytest.approx(1)
    assert region_shares(at_the_eyes).shares["eyes"] < 0.5


COVERS: dict[str, tuple[slice, slice]] = {
    "mouth": (slice(78, 112), slice(24, 94)),
    "eyes": (slice(36, 56), slice(14, 104)),
    "brows": (slice(18, 38), slice(10, 108)),
}


def covered(crop: np.ndarray, part: str) -> np.ndarray:
    """The face with a flat grey patch drawn over a part."""
    masked = crop.copy()
    masked[COVERS[part]] = 128
    return masked


@pytest.mark.parametrize("part", list(COVERS))
def test_what_is_covered_loses_its_share(part: str, crop: np.ndarray) -> None:
    """For a network that reads nothing but local contrast, so that it is known what must come."""

    def contrast(pictures: torch.Tensor) -> torch.Tensor:
        smooth = functional.avg_pool2d(pictures, 5, stride=1, padding=2, count_include_pad=False)
        return (pictures - smooth).abs()

    def head(features: torch.Tensor) -> torch.Tensor:
        return features.mean(dim=(2, 3))

    class Stem(torch.nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return contrast(pictures)

    def shares(picture: np.ndarray) -> dict[str, float]:
        forward = ForwardPass.of(prepare([picture], SPEC), Stem(), head)
        (raw,) = METHODS["gradcam"].maps(forward, [0])
        return region_shares(raw).shares

    before, after = shares(crop), shares(covered(crop, part))
    assert before[part] > 0.03
    assert after[part] < 0.5 * before[part]
    untouched = {"mouth": "eyes", "eyes": "mouth", "brows": "mouth"}[part]
    assert after[untouched] > before[untouched]


def test_a_smile_speaks_through_the_mouth(analyzer: Analyzer, crop: np.ndarray) -> None:
    def smile_of(picture: np.ndarray) -> Face:
        wanted = {"target": "happy", "method": "hirescam"}
        return analyzer.analyze(picture, crops=True, **wanted).faces[0]

    bare, masked = smile_of(crop), smile_of(covered(crop, "mouth"))
    assert on_the_mouth(masked) < 0.8 * on_the_mouth(bare)
    without = {part: smile_of(covered(crop, part)).probabilities["happy"] for part in COVERS}
    assert without["mouth"] == min(without.values())
    assert without["mouth"] < bare.probabilities["happy"] - 0.05


def on_the_mouth(face: Face) -> float:
    """Positive evidence on the mouth, in logits of the grid's cells."""
    fine = cv2.resize(face.explanation.raw, (56, 56), interpolation=cv2.INTER_LINEAR)
    return float(fine[region_masks((56, 56))["mouth"]].sum())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_map_is_said_in_words(lang: str) -> None:
    spread = dict.fromkeys(REGIONS, 0.1) | {"eyes": 0.5}
    assert {"en": "the eyes (50%)", "tr": "gözlerde (%50)"}[lang] in regions_sentence(
        RegionShares(spread), lang
    )
    beside = dict.fromkeys(REGIONS, 0.0) | {OUTSIDE: 0.7, "mouth": 0.3}
    assert {"en": "outside", "tr": "dışı"}[lang] in regions_sentence(RegionShares(beside), lang)
    assert regions_sentence(region_shares(np.zeros((7, 7), np.float32)), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_evidence_that_misses_the_face_is_no_evidence_in_it(lang: Language) -> None:
    nowhere = RegionShares(dict.fromkeys(REGIONS, 0.0) | {"outside": 1.0})
    assert regions_sentence(nowhere, lang) == regions_sentence(None, lang)


# Trust


@pytest.mark.filterwarnings("ignore:__array_wrap__")  # the library's, on NumPy 2
def test_pixels_taken_away_are_filled_as_the_library_fills_them() -> None:
    road_of = pytest.importorskip("pytorch_grad_cam.metrics.road")
    rng = np.random.default_rng(4)
    picture = torch.from_numpy(cv2.GaussianBlur(rng.normal(size=(56, 56)), (0, 0), 3)).float()
    picture = picture[None] / picture.std()
    known = np.stack([rank(cv2.resize(rng.random((7, 7), np.float32), (56, 56))) for _ in range(4)])
    masks = torch.from_numpy(known < np.array([0.2, 0.5, 0.8, 0.9])[:, None, None])
    filled = impute(picture.expand(4, -1, -1, -1), masks)
    library = road_of.NoisyLinearImputer(noise=0.0)
    for one, mask in zip(filled, masks, strict=True):
        exact = library(picture, mask.float())
        assert float((one - exact).abs().mean()) < 0.02
        torch.testing.assert_close(one[0][mask], picture[0][mask])


def test_road_tells_a_map_that_knows_from_its_opposite() -> None:
    """A network that sees one corner alone."""
    picture = torch.zeros(1, 56, 56)
    picture[0, 8:20, 8:20] = 2.0

    def corner(pictures: torch.Tensor) -> NDArray[np.float32]:
        return pictures[:, 0, 8:20, 8:20].mean(dim=(1, 2)).numpy() / 2

    right = np.zeros((56, 56), np.float32)
    right[6:22, 6:22] = 1
    scores = road(picture, np.stack([right, -right, centre_prior(56)]), corner)
    assert scores[0] > 0.3
    assert scores[1] < 0
    assert scores[0] > scores[2]


def test_the_levels_of_trust_and_their_words() -> None:
    strong, fair = Trust(0.4, 0.2, (0.0, 0.1)), Trust(0.3, 0.35, (0.0, 0.1))
    none, empty = Trust(0.05, 0.2, (0.0, 0.1)), Trust(0.0, 0.0, (-0.1, -0.2))
    assert [one.level for one in (strong, fair, none, empty)] == ["strong", "fair", "none", "none"]
    assert [one.holds for one in (strong, fair, none, empty)] == [True, True, False, False]
    for lang in LANGUAGES:
        said = {one.sentence(lang) for one in (strong, fair, none)}
        assert len(said) == 3
    assert "40" in strong.sentence("tr")


def test_the_map_of_a_smile_holds_and_its_negative_does_not(analyzer: Analyzer, face: Face) -> None:
    assert face.explanation is not None
    assert face.explanation.target == "happy"
    assert analyzer.trust(face).holds
    inside_out = replace(face.explanation, values=1 - face.explanation.values)
    assert not analyzer.trust(face, inside_out).holds


# Painting


def test_two_colours_tell_for_from_against_and_nothing_from_both() -> None:
    grey = np.full((4, 4, 3), 128, np.uint8)
    values = np.zeros((4, 4), np.float32)
    values[0], values[1] = 1, -1
    painted = paint_contrast(grey, values).astype(int)
    assert (painted[0, :, 0] > painted[0, :, 2] + 60).all(), "orange"
    assert (painted[1, :, 2] > painted[1, :, 0] + 60).all(), "blue"
    np.testing.assert_array_equal(painted[2:], 128)
    assert abs(painted[0].mean() - painted[1].mean()) < 60


@pytest.mark.parametrize("brush", [paint, paint_contrast])
def test_opacity_lets_the_picture_through(brush: Callable[..., np.ndarray]) -> None:
    grey = np.full((8, 8, 3), 90, np.uint8)
    full = np.ones((4, 4), np.float32)
    strokes = [brush(grey, full, opacity=share).astype(int) for share in (0.0, 0.4, 0.9)]
    np.testing.assert_array_equal(strokes[0], grey)
    changes = [statistics.mean(np.abs(one - grey).ravel().tolist()) for one in strokes]
    assert changes[0] < changes[1] < changes[2]
    np.testing.assert_array_equal(brush(grey, full, strength=0.0), grey)
